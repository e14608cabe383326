"""What `timebank verify` says of payments that do not agree with the books."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from tests.till import Till
from tests.timebank.payments.test_going_back import disputed
from timebank import clock
from timebank.db import db
from timebank.payments.proof import check_payments


def faults(till: Till) -> list[str]:
    with till.app.app_context():
        return ledger.transaction(db.session, check_payments, read_only=True)


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("UPDATE stripe_movement SET amount = amount + 1, net = net + 1", "does not move its 2893"),
        ("DELETE FROM stripe_movement", "no line of Stripe's tells of it"),
        ("UPDATE donation SET given_on = NULL", "says that it was given on no day"),
        ("UPDATE donation SET given_on = '2020-01-01'", "was given on 2020-01-01"),
        ("UPDATE payment SET oddity = 'double'", "no payment of it counts"),
    ],
)
def test_what_does_not_agree_is_named(till: Till, broken: str, fault: str) -> None:
    till.given()
    till.tell_all()
    assert faults(till) == []
    with till.app.app_context():
        ledger.transaction(db.session, lambda session: session.execute(text(broken)))
    assert any(fault in one for one in faults(till))


def test_a_lost_dispute_that_is_not_booked_is_named(till: Till) -> None:
    token = till.given()
    dispute = disputed(till, token)
    till.stripe.fake.close_dispute(dispute, won=False)
    till.tell_all()
    assert faults(till) == []
    with till.app.app_context():
        ledger.transaction(
            db.session,
            lambda session: session.execute(text("UPDATE stripe_dispute SET lost_entry_id = NULL")),
        )
    assert any("3000 still lies among what is disputed" in one for one in faults(till))


def test_a_line_whose_entry_was_reversed_is_named(till: Till) -> None:
    till.given()
    till.tell_all()
    with till.app.app_context():

        def reverse(session: Session) -> None:
            ledger.reverse(
                session,
                book_id=till.book_id,
                entry_id=session.execute(text("SELECT id FROM entry")).scalar_one(),
                posted_on=clock.today("Asia/Tokyo"),
                key="test",
                actor="test",
            )

        ledger.transaction(db.session, reverse)
    assert any("was reversed by entry" in one for one in faults(till))
