"""An entry as the engines write it: plain values, nothing left to decide."""

from datetime import date
from typing import NamedTuple

from ledger.model import Entry


class Line(NamedTuple):
    """A transfer by the ids of its accounts."""

    debit_id: int
    credit_id: int
    commodity: str
    amount: int


class Draft(NamedTuple):
    """An entry about to be written, reversals included."""

    book_id: int
    kind: str
    posted_on: date
    key: str
    fingerprint: bytes
    actor: str
    memo: str | None
    waived: bool
    reverses_id: int | None
    lines: tuple[Line, ...]


def draft(entry: Entry) -> Draft:
    """Take an entry apart into what is stored."""
    return Draft(
        entry.book_id,
        entry.kind,
        entry.posted_on,
        entry.key,
        entry.fingerprint(),
        entry.actor,
        entry.memo,
        entry.waive_limits,
        None,
        tuple([Line(t.debit.id, t.credit.id, t.debit.commodity, t.amount) for t in entry.transfers]),
    )
