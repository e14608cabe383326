"""Receipts for gifts that came by hand: wished at once or asked for later, and the note that follows."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.till import SLUG
from tests.till import Till
from tests.till import a_till
from timebank.communities.models import Community
from timebank.db import db
from timebank.donations import by_hand
from timebank.donations.later import issue_wished
from timebank.donations.models import CASH
from timebank.donations.models import Donation
from timebank.donations.receipting import SEND_RECEIPT
from timebank.queue import Task
from timebank.queue.models import Job
from timebank.receipts.issuer import change_issuer
from timebank.receipts.models import Receipt
from timebank.receipts.papers import make_paper
from timebank.receipts.proof import check_receipts


@pytest.fixture
def till(database_url: str) -> Iterator[Till]:
    with a_till(database_url) as till:
        yield till


def issues(till: Till) -> None:
    def work(session: Session) -> None:
        community = session.get_one(Community, till.community_id)
        change_issuer(session, community=community, name="An association", seat="1-2", actor=SOMEBODY)

    written(till.app, work)


def brought(till: Till, **facts: Any) -> int:
    """A gift that the treasurer writes down; gives its id."""
    known: dict[str, Any] = {
        "amount_minor": 5000,
        "way": CASH,
        "given_on": date(2026, 4, 3),
        "fund": None,
        "name": "Hana",
        "address": "1-2 Honmachi",
        "wants_receipt": True,
        "key": "form:by hand",
    }

    def work(session: Session) -> int:
        community = session.get_one(Community, till.community_id)
        gift = by_hand.Brought(**known | facts)
        return by_hand.write_down(session, community=community, gift=gift, actor=SOMEBODY).id

    return written(till.app, work)


def receipts(till: Till) -> list[tuple[Any, ...]]:
    with till.app.app_context():
        found = db.session.scalars(select(Receipt).order_by(Receipt.id)).all()
        told = [(one.number, one.kind, one.amount_minor, one.source, one.paid_on) for one in found]
        db.session.remove()
    return told


def faults(till: Till) -> list[str]:
    def work(session: Session) -> list[str]:
        for one in session.scalars(select(Receipt)).all():
            make_paper(session, Task(0, till.community_id, "", {"receipt": one.id}, 1))
        return check_receipts(session)

    return written(till.app, work)


def test_a_receipt_that_is_wished_is_issued_at_once_and_its_note_when_the_gift_is_taken_back(
    till: Till,
) -> None:
    issues(till)
    gift = brought(till, email="hana@example.org")
    assert receipts(till) == [(1, "gift", 5000, f"gift:{gift}", date(2026, 4, 3))]

    def back(session: Session) -> None:
        by_hand.take_back(
            session,
            community=session.get_one(Community, till.community_id),
            donation=session.get_one(Donation, gift),
            reason="Typed twice",
            actor=SOMEBODY,
        )

    for _click in range(2):
        written(till.app, back)
    assert [one[:3] for one in receipts(till)] == [(1, "gift", 5000), (2, "refund", 5000)]
    assert faults(till) == []
    # Whoever was thanked is told nothing of a mistake: no money went back to them.
    with till.app.app_context():
        jobs = db.session.scalars(select(Job).where(Job.kind == SEND_RECEIPT)).all()
        db.session.remove()
    assert jobs == []


def test_what_was_wished_earlier_is_issued_as_soon_as_somebody_issues(till: Till) -> None:
    gift = brought(till)
    brought(till, key="form:other", wants_receipt=False)
    task = Task(0, till.community_id, "", {}, 1)
    written(till.app, lambda session: issue_wished(session, task))
    assert receipts(till) == []
    issues(till)
    for _night in range(2):
        written(till.app, lambda session: issue_wished(session, task))
    assert [one[3] for one in receipts(till)] == [f"gift:{gift}"]
    assert faults(till) == []


def test_a_treasurer_issues_one_for_somebody_who_asks_later(till: Till) -> None:
    gift = brought(till, name="", address="", wants_receipt=False)
    who = written(
        till.app,
        lambda session: an_officer(session, session.get_one(Community, till.community_id), "treasurer"),
    )
    treasurer = signed_in(till.app, who)
    treasurer.post("/language", data={"language": "en"})
    page = f"/{SLUG}/money/gifts/{gift}/receipt"
    assert "a steward says who issues receipts" in treasurer.get(page).text
    issues(till)
    assert treasurer.post(page, data={"name": ""}).status_code == 422
    issued = treasurer.post(page, data={"name": "Hana", "address": "1-2"})
    assert issued.status_code == 303
    assert treasurer.get(page).location == issued.location
    assert treasurer.get(f"/{SLUG}/money/gifts/{gift}").text.count("/money/receipts/") == 1
    assert [one[:3] for one in receipts(till)] == [(1, "gift", 5000)]
    assert faults(till) == []
