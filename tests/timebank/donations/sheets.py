"""Gifts whose givers wish one receipt for the whole year, for tests."""

from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.till import Till
from tests.timebank.receipts.office import done
from timebank.communities.models import Community
from timebank.donations import by_hand
from timebank.donations.models import CASH
from timebank.donations.models import Donation
from timebank.donations.year_sheets import issue_year
from timebank.receipts.models import Receipt
from timebank.receipts.models import ReceiptLine

_turns = count()

#: What whoever gives types, who wishes one receipt for the year, by mail.
FOR_YEAR: dict[str, Any] = {
    "wants_receipt": "y",
    "receipt_for": "year",
    "name": "山田 花",
    "email": "hana@example.org",
    "address": "門真市末広町1-2",
}


def brought(till: Till, given_on: date = date(2025, 4, 3), amount: int = 1000, **facts: Any) -> int:
    """Have a gift written down that came in cash, for which the year's receipt is wished; gives its id."""
    known: dict[str, Any] = {
        "amount_minor": amount,
        "way": CASH,
        "given_on": given_on,
        "fund": None,
        "name": "Hana",
        "address": "1-2 Honmachi",
        "receipt_for_year": True,
        "key": f"form:sheet {next(_turns)}",
    }

    def work(session: Session, community: Community) -> int:
        gift = by_hand.Brought(**known | facts)
        return by_hand.write_down(session, community=community, gift=gift, actor=SOMEBODY).id

    return done(till, work)


def take_back(till: Till, gift_id: int) -> None:
    """Have the treasurer take back a gift by hand."""

    def work(session: Session, community: Community) -> None:
        donation = session.get_one(Donation, gift_id)
        by_hand.take_back(session, community=community, donation=donation, reason="Twice", actor=SOMEBODY)

    done(till, work)


def issued(till: Till, year: int = 2025, gift_id: int | None = None) -> list[int]:
    """Issue the receipts of a year; gives their numbers."""

    def work(session: Session, community: Community) -> list[int]:
        found = issue_year(session, community=community, year=year, actor=SOMEBODY, gift_id=gift_id)
        return [one.number for one in found]

    return done(till, work)


def lines(till: Till, number: int) -> Sequence[tuple[str, int]]:
    """Tell what stands on the receipt with a number: what each line is for, and how much it is."""

    def work(session: Session, _community: Community) -> list[tuple[str, int]]:
        found = (
            select(ReceiptLine.source, ReceiptLine.amount_minor)
            .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
            .where(Receipt.number == number)
            .order_by(ReceiptLine.line)
        )
        return [(source, amount) for source, amount in session.execute(found)]

    return done(till, work)


def changed(till: Till, gift_id: int, **facts: object) -> None:
    """Let the row of a gift say something else."""

    def work(session: Session, _here: Community) -> None:
        for name, fact in facts.items():
            setattr(session.get_one(Donation, gift_id), name, fact)

    done(till, work)
