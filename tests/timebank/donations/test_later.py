"""Who wanted to give and has not is forgotten after a month; who gave is not."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

import ledger
from tests.till import Till
from tests.till import a_till
from timebank import clock
from timebank.db import db
from timebank.donations.later import KEPT
from timebank.donations.later import forget_unpaid
from timebank.donations.models import Donation
from timebank.payments.models import Payment
from timebank.queue import Task

WHO: dict[str, Any] = {
    "name": "Hana",
    "email": "hana@example.org",
    "message": "Thanks",
    "address": "1-2",
    "wants_receipt": "y",
    "reading": "はな",
    "dedication": "memory",
    "dedicated_to": "Taro",
}


def known(till: Till) -> list[tuple[Any, ...]]:
    with till.app.app_context():
        found = db.session.execute(
            select(
                *(Donation.name, Donation.email, Donation.address, Donation.message, Payment.email),
                *(Donation.reading, Donation.dedication, Donation.dedicated_to),
            )
            .join(Payment, Payment.subject_id == Donation.id)
            .order_by(Donation.id)
        )
        rows = [tuple(row) for row in found]
        db.session.remove()
    return rows


def test_what_nobody_paid_is_forgotten_and_the_page_still_opens(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_till(database_url) as till:
        draft, open_one, _paid = till.begin(**WHO), till.begin(**WHO), till.given(**WHO)
        till.at_stripe(open_one)
        till.tell_all()
        task = Task(1, till.community_id, "forget", {}, 1)
        elsewhere = Task(1, till.community_id + 1, "forget", {}, 1)

        def forget(which: Task = task) -> None:
            with till.app.app_context():
                ledger.transaction(db.session, lambda session: forget_unpaid(session, which))

        mail = "hana@example.org"
        everything = ("Hana", mail, "1-2", "Thanks", mail, "はな", "memory", "Taro")
        forget()
        assert known(till) == [everything] * 3
        later = clock.now() + KEPT + timedelta(hours=1)
        monkeypatch.setattr(clock, "now", lambda: later)
        forget(elsewhere)
        assert known(till) == [everything] * 3
        forget()
        # The second one's page has not been looked at since: somebody may have paid on it.
        assert known(till) == [("",) * 8, everything, everything]
        assert till.client().get(f"/kadoma/give/{draft}").status_code == 200
