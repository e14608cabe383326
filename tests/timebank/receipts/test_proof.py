"""What `timebank verify` says of receipts that do not agree with what was paid."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import text

import ledger
from tests.databases import as_owner
from tests.till import Till
from tests.timebank.receipts.office import WISHED
from tests.timebank.receipts.office import faults
from tests.timebank.receipts.office import receipts
from tests.timebank.receipts.office import work_off


@pytest.fixture
def refunded(till: Till) -> Till:
    """Two gifts with receipts, of which one was given back in part."""
    _other, token = till.given(**WISHED), till.given(**WISHED)
    till.tell_all()
    till.stripe.fake.refund(str(till.payment(token).checkout_id), amount=1000)
    till.tell_all()
    work_off(till)
    return till


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("UPDATE receipt SET number = 9 WHERE number = 2", "and the last number is 9"),
        ("UPDATE receipt_counter SET last_number = 7", "the counter says 7, and the last number is 3"),
        ("DELETE FROM receipt_paper", "has no sheet, and nobody is about to make it"),
        ("UPDATE receipt SET amount_minor = 1 WHERE number = 1", "its 1 lines of 1 are 3000 together"),
        ("UPDATE receipt SET last_line = 2, of_year = 2026 WHERE number = 1", "its 1 lines of 2 are 3000"),
        ("UPDATE receipt_line SET amount_minor = 1 WHERE line = 1", "says 1, and its payment took 3000"),
        ("UPDATE receipt_line SET source = 'refund:999' WHERE amount_minor = 1000", "of it no note"),
        ("UPDATE receipt_line SET amount_minor = 999 WHERE amount_minor = 1000", "of it no note"),
        ("UPDATE receipt SET source = 'payment:999' WHERE number = 1", "is for payment:999 of"),
        ("DELETE FROM receipt_line WHERE receipt_id = 1", "wishes a receipt, and has none"),
        (
            "UPDATE receipt SET of_year = 2000 WHERE number = 1",
            "is for the gifts of 2000, and a line",
        ),
    ],
)
def test_what_does_not_agree_is_named(refunded: Till, database_url: str, broken: str, fault: str) -> None:
    assert [one.kind for one in receipts(refunded)] == ["gift", "gift", "refund"]
    assert faults(refunded) == []
    owner = ledger.connect(as_owner(database_url))
    unguard(owner)
    with owner.begin() as connection:
        connection.execute(text(broken))
    owner.dispose()
    assert [one for one in faults(refunded) if fault in one], faults(refunded)


def unguard(owner: Engine) -> None:
    """Take the triggers away, as only whoever owns the tables can."""
    with owner.begin() as connection:
        for table in ("receipt", "receipt_line", "receipt_paper"):
            on: Any = f" ON {table}" if owner.dialect.name == "postgresql" else ""
            for name in ("stays", *(() if on else ("remains",))):
                connection.execute(text(f"DROP TRIGGER {table}_{name}{on}"))
