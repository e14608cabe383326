"""A book as text for other programs: CSV, beancount and hledger, line by line however long the book is.

In beancount and hledger a debit is an amount above zero and a credit one below, as accountants there
write it: what the book owes somebody, credits less debits here, stands below zero there. Entries come
in the order in which they were recorded, and after them what every account that moved in a month held
at its end. In beancount's form stands everything that ``ledger.reading_back`` needs for the same book.
"""

import csv
import hashlib
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from ledger.exported import Accounts
from ledger.exported import BookFacts
from ledger.exported import Named
from ledger.exported import accounts_of
from ledger.exported import book_facts
from ledger.exported import by_name
from ledger.exported import day_after
from ledger.exported import month_ends
from ledger.exported import units_of
from ledger.facts import entries
from ledger.hashes import SealedEntry
from ledger.names import Naming
from ledger.names import Referring
from ledger.names import Titling
from ledger.names import Unit
from ledger.names import beancount_currency
from ledger.names import hledger_symbol
from ledger.names import in_capitals
from ledger.names import in_parts
from ledger.names import memo_or_key
from ledger.names import rooted
from ledger.periods import last_day

CSV_COLUMNS = (
    *("entry", "line", "kind", "posted_on", "recorded_at", "debit_account", "credit_account"),
    *("commodity", "amount", "reference", "reverses", "actor"),
)
#: The last line of beancount's form: without it nobody would notice that the end of a file is missing.
END = "; SHA-256 of all lines above: "

_SIGNS = "; A debit is above zero and a credit below: what is owed to somebody stands below zero.\n"
#: What a quoted text cannot hold as it is; a line is a line.
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def export_csv(
    session: Session | Connection,
    book_id: int,
    *,
    name: Naming = in_parts,
    reference: Referring = memo_or_key,
) -> Iterator[str]:
    """Write a book as CSV: a line for each transfer, amounts whole in the commodity's smallest unit."""
    accounts = accounts_of(session, book_id, lambda code, _: ":".join(name(code)))
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for entry in entries(session, book_id):
        own = (entry.id, entry.kind, entry.posted_on, entry.recorded_at)
        told = (reference(entry.key, entry.memo), entry.reverses_id, entry.actor)
        for line in entry.lines:
            debit, credit = (
                accounts[code, line.commodity].name for code in (line.debit_code, line.credit_code)
            )
            writer.writerow((own[0], line.line, *own[1:], debit, credit, line.commodity, line.amount, *told))
        yield from lines.taken()
    yield from lines.taken()


def export_beancount(
    session: Session | Connection,
    book_id: int,
    *,
    name: Naming = in_capitals,
    reference: Referring = memo_or_key,
    title: Titling = lambda _: None,
) -> Iterator[str]:
    """Write a book as beancount reads it; an entry's id, hash, key and the rest stand beside it as metadata.

    In a transaction that sees one moment of the books, or the balances may be of another one.
    """
    digest = hashlib.sha256()
    for written in _beancount(session, book_id, name, reference, title):
        digest.update(written.encode())
        yield written
    yield f"{END}{digest.hexdigest()}\n"


def export_hledger(
    session: Session | Connection,
    book_id: int,
    *,
    name: Naming = in_capitals,
    reference: Referring = memo_or_key,
    title: Titling = lambda _: None,
) -> Iterator[str]:
    """Write a book as hledger reads it; an entry's id is its code; its hash, its key and the rest are tags.

    In a transaction that sees one moment of the books, or the balances may be of another one.
    """
    accounts = accounts_of(session, book_id, rooted(name))
    units = units_of(session, accounts, hledger_symbol)
    yield f"{_SIGNS}; book: {book_facts(session, book_id).slug}\n"
    for unit in units.values():
        yield f"commodity 1000.{'0' * unit.scale} {unit.code}\n"
    for path, some in by_name(accounts.values()):
        yield f"account {path}\n" + _tags(_account_facts(some, units, title))
    for entry in entries(session, book_id):
        # A semicolon would begin a comment in the middle of the reference.
        told = _one_line(f"{entry.kind} {reference(entry.key, entry.memo)}".rstrip().replace(";", ","))
        yield f"\n{entry.posted_on} * ({entry.id}) {told}\n" + _tags(_entry_facts(entry))
        yield from (f"    {path}  {amount}\n" for path, amount in _postings(entry, accounts, units))
    for month, moved in month_ends(session, book_id, accounts, with_parts=False):
        # After all entries, because among those of one day hledger goes by the order of the file.
        yield f"\n{last_day(month).isoformat()} * balances of {month:%Y-%m}\n"
        for one, held in moved:
            unit = units[one.commodity]
            yield f"    {one.name}  {unit.amount(0)} {unit.code} = {unit.amount(held)} {unit.code}\n"


def _beancount(
    session: Session | Connection, book_id: int, name: Naming, reference: Referring, title: Titling
) -> Iterator[str]:
    book = book_facts(session, book_id)
    accounts = accounts_of(session, book_id, rooted(name))
    units = units_of(session, accounts, beancount_currency)
    yield _SIGNS
    yield from _opened(book, accounts, units, title)
    for entry in entries(session, book_id):
        told = f"{entry.kind} {reference(entry.key, entry.memo)}".rstrip()
        yield f"\n{entry.posted_on} * {_quoted(told)}\n" + _metadata(_entry_facts(entry))
        yield from (f"  {path}  {amount}\n" for path, amount in _postings(entry, accounts, units))
    for month, moved in month_ends(session, book_id, accounts, with_parts=True):
        day = day_after(month)
        if day is None:
            # beancount looks at the start of a day, and there is none after the last.
            continue
        yield "\n"
        for one, held in moved:
            unit = units[one.commodity]
            # Said without a tolerance, beancount would pass over a difference in the last decimal.
            yield f"{day} balance {one.name}  {unit.amount(held)} ~ 0 {unit.code}\n"


def _opened(book: BookFacts, accounts: Accounts, units: Mapping[str, Unit], title: Titling) -> Iterator[str]:
    begin = book.begin.isoformat()
    closed = book.closed_through.isoformat() if book.closed_through else None
    yield f'{begin} custom "book" {_quoted(book.slug)}\n' + _metadata({"closed": closed})
    for code, unit in units.items():
        yield f"{begin} commodity {unit.code}\n" + _metadata({"code": code, "scale": str(unit.scale)})
    for path, some in by_name(accounts.values()):
        currencies = ",".join(sorted(units[one.commodity].code for one in some))
        yield f"{begin} open {path} {currencies}\n" + _metadata(_account_facts(some, units, title))


# --- facts --------------------------------------------------------------------------------------------------


def _entry_facts(entry: SealedEntry) -> dict[str, str | None]:
    """Give what is hashed of an entry and is not said by its day, its kind and its postings, and the hash."""
    return {
        "entry": str(entry.id),
        "hash": entry.hash().hex(),
        "key": entry.key,
        "recorded": entry.recorded_at,
        "memo": entry.memo,
        "limits": entry.limits,
        "reverses": None if entry.reverses_id is None else str(entry.reverses_id),
        "actor": entry.actor,
    }


def _account_facts(some: Sequence[Named], units: Mapping[str, Unit], title: Titling) -> dict[str, str | None]:
    """Give what is said of an account; what may differ between its commodities names them."""
    firm, floors, ceilings, closed = [], [], [], []
    for one in some:
        unit = units[one.commodity]
        firm += [unit.code] if one.firm else []
        floors += [f"{unit.amount(one.floor)} {unit.code}"] if one.floor is not None else []
        ceilings += [f"{unit.amount(one.ceiling)} {unit.code}"] if one.ceiling is not None else []
        closed += [f"{one.closed_on.isoformat()} {unit.code}"] if one.closed_on else []
    lists = {"firm": firm, "floor": floors, "ceiling": ceilings, "closed": closed}
    facts = {key: " ".join(sorted(each)) or None for key, each in lists.items()}
    return {"code": some[0].code, "title": title(some[0].code) or None, **facts}


def _postings(entry: SealedEntry, accounts: Accounts, units: Mapping[str, Unit]) -> Iterator[tuple[str, str]]:
    """Give two postings for each line of an entry, the debit first."""
    for line in entry.lines:
        unit = units[line.commodity]
        for code, amount in ((line.debit_code, line.amount), (line.credit_code, -line.amount)):
            yield accounts[code, line.commodity].name, f"{unit.amount(amount)} {unit.code}"


# --- writing ------------------------------------------------------------------------------------------------


class _Lines:
    """What a CSV writer writes to, to be taken away line by line."""

    def __init__(self) -> None:
        self._written: list[str] = []

    def write(self, text: str) -> None:
        self._written.append(text)

    def taken(self) -> list[str]:
        written, self._written = self._written, []
        return written


def _metadata(facts: Mapping[str, str | None]) -> str:
    return "".join(f"  {key}: {_quoted(value)}\n" for key, value in facts.items() if value is not None)


def _tags(facts: Mapping[str, str | None]) -> str:
    return "".join(f"    ; {key}: {_one_line(value)}\n" for key, value in facts.items() if value is not None)


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")
