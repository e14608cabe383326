"""The treasurer's pages about another purpose."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import Neighbour
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.servers import application
from tests.timebank.purposes.asking import TODAY
from tests.timebank.purposes.asking import Asking
from timebank.communities.models import Community
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.purposes.models import PurposeGiver
from timebank.purposes.queries import giver_of
from timebank.purposes.queries import reached_at


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    with application(database_url) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        yield app


def treasurer(app: Flask, slug: str) -> FlaskClient:
    def work(session: Session) -> Neighbour:
        found = session.scalars(select(Community).where(Community.slug == slug)).one()
        return an_officer(session, found, "treasurer")

    return signed_in(app, written(app, work))


def test_from_the_decision_to_the_money_that_is_handed_back(app: Flask) -> None:
    def work(session: Session) -> tuple[str, int, int]:
        asking = Asking(session)
        asking.given(3000, "Hana", address="1-2 Honmachi")
        asking.given(1000, "Taro")
        asking.stop()
        return asking.community.slug, asking.car.id, asking.meal.id

    slug, car, meal = written(app, work)
    client = treasurer(app, slug)
    page = f"/{slug}/funds/{car}/purpose"
    assert client.get(f"/{slug}/funds/{meal}/purpose").status_code == 303
    assert "¥4,000" in client.get(page).text
    typed = {"to_fund": str(meal), "decision": "Sold", "decided_by": "All of us"}
    for day in ("2020-01-01", TODAY.isoformat(), "tomorrow", ""):
        refused = client.post(page, data={**typed, "decided_on": TODAY.isoformat(), "answer_by": day})
        assert (refused.status_code, "All of us" in refused.text) == (422, True)
    days = {"decided_on": TODAY.isoformat(), "answer_by": (TODAY + timedelta(days=9)).isoformat()}
    asked = client.post(page, data=typed | days)
    assert (asked.status_code, client.get(page).location) == (303, asked.location)
    desk = str(asked.location)
    assert "asked until" in client.get(f"/{slug}/funds").text
    letters = client.get(f"{desk}/letters").text
    assert ("1-2 Honmachi" in letters, letters.count('class="sheet"')) == (True, 2)
    assert client.post(f"{desk}/settle").status_code == 409
    links = re.findall(r'href="([^"]+/givers/\d+)"', client.get(desk).text)
    assert client.post(links[0], data={"answer": "perhaps", "heard": "slip"}).status_code == 422
    for link, said in zip(links, ("agreed", "back"), strict=True):
        assert client.post(link, data={"answer": said, "heard": "slip"}).status_code == 303
    assert "to be settled: 1" in client.get(f"/{slug}/").text
    for _twice in range(2):
        assert client.post(f"{desk}/settle").status_code == 303
    assert client.get(links[0]).status_code == 303
    told = unescape(client.get(desk).text)
    assert "¥3,000 went to “Meals”. ¥1,000 was laid apart" in told
    (hand_back,) = re.findall(r'href="([^"]+/hand-back/\d+)"', told)
    assert "¥1,000" in client.get(hand_back).text
    handed = {"way": "cash", "handed_on": TODAY.isoformat()}
    assert client.post(hand_back, data={**handed, "handed_on": "2100-01-01"}).status_code == 422
    for _twice in range(2):
        assert client.post(hand_back, data=handed).status_code == 303
    assert "hand-back" not in client.get(desk).text


def test_what_is_given_up_stays_and_can_be_asked_again(app: Flask) -> None:
    def work(session: Session) -> tuple[str, int, str]:
        asking = Asking(session)
        gift = asking.given(3000, "Hana")
        asking.stop()
        change = asking.ask()
        return asking.community.slug, change.id, asking.giver(change, gift).token

    slug, change, token = written(app, work)
    client = treasurer(app, slug)
    assert client.post(f"/{slug}/money/purposes/{change}/give-up").status_code == 303
    assert "asked no longer" in client.get(f"/{slug}/purposes/{token}").text
    assert "Nobody waits" in client.get(f"/{slug}/money/purposes/{change}/letters").text
    assert "given up" in client.get(f"/{slug}/money/purposes/{change}").text
    assert "asked until" not in client.get(f"/{slug}/funds").text
    assert client.get(f"/{slug}/purposes/nobodys").status_code == 404
    assert client.get(f"/{slug}/money/purposes/9999").status_code == 404


def test_a_member_without_another_address_is_reached_where_they_sign_in(session: Session) -> None:
    asking = Asking(session)
    hana = a_neighbour(session, asking.community, email="hana@example.org")
    nobody = a_member(session, asking.community)
    assert hana.member
    for who in (hana.member, nobody):
        asking.given(1000, "", member=who)
    asking.given(1000, "Ken", email="ken@example.org")
    asking.stop()
    asking.ask()

    def reached() -> list[str | None]:
        rows = session.scalars(select(PurposeGiver).order_by(PurposeGiver.id)).all()
        found = [
            reached_at(
                session,
                community=asking.community,
                giver=giver_of(session, community=asking.community, row=row),
            )
            for row in rows
        ]
        return [one[0] if one else None for one in found]

    assert reached() == ["hana@example.org", None, "ken@example.org"]
    session.get_one(Member, hana.member.id).state = LEFT
    session.flush()
    assert reached() == [None, None, "ken@example.org"]
