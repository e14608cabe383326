"""A book as text for other programs: CSV, beancount and hledger, line by line however long the book is.

In beancount and hledger a debit is an amount above zero and a credit one below, as accountants there
write it: what the book owes somebody, credits less debits here, stands below zero there. Entries come
in the order in which they were recorded.
"""

import csv
import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import Row
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.columns import instant_text
from ledger.model import AccountType
from ledger.model import digest
from ledger.schema import account as account_table
from ledger.schema import commodity as commodity_table
from ledger.schema import entry as entry_table
from ledger.schema import transfer as transfer_table

#: From an account's code to the parts of the name that people know it by.
Naming = Callable[[str], Sequence[str]]
#: From an entry's key and memo to what people call it.
Referring = Callable[[str, str | None], str]
#: From an account's code to what else should stand beside its name; None where there is nothing.
Titling = Callable[[str], str | None]

CSV_COLUMNS = (
    *("entry", "line", "kind", "posted_on", "recorded_at", "debit_account", "credit_account"),
    *("commodity", "amount", "reference", "reverses", "actor"),
)

#: How many rows are held at once.
_ROWS_AT_ONCE = 2_000
#: Every account is opened on the day of the first entry; in a book without one, on this day.
_NO_ENTRY_YET = date(1970, 1, 1)

_ROOTS = {
    AccountType.ASSET: "Assets",
    AccountType.LIABILITY: "Liabilities",
    AccountType.EQUITY: "Equity",
    AccountType.INCOME: "Income",
    AccountType.EXPENSE: "Expenses",
}
_CURRENCY = re.compile(r"[A-Z][A-Z0-9]{1,11}")
_FIRST = re.compile(r"[A-Z0-9]")
_MARK = "X-"


@dataclass(frozen=True, slots=True)
class _Unit:
    """A commodity as it is shown elsewhere."""

    code: str
    scale: int

    def amount(self, smallest: int) -> str:
        """Write an amount with the commodity's decimals."""
        if not self.scale:
            return str(smallest)
        whole, part = divmod(abs(smallest), 10**self.scale)
        return f"{'-' if smallest < 0 else ''}{whole}.{part:0{self.scale}}"


@dataclass(frozen=True, slots=True)
class _Named:
    """An account under the name that it has elsewhere."""

    code: str
    commodity: str
    name: str
    closed_on: date | None


def in_parts(code: str) -> Sequence[str]:
    """Name an account by its own code, whose parts colons set apart."""
    return code.split(":")


def in_capitals(code: str) -> Sequence[str]:
    """Name an account by its own code, each part with a capital, as beancount likes it."""
    return [part[:1].upper() + part[1:] for part in in_parts(code)]


def memo_or_key(key: str, memo: str | None) -> str:
    """Refer to an entry by its memo or, where it has none, by its key without the source before the colon."""
    return memo or key.partition(":")[2] or key


def export_csv(
    session: Session | Connection,
    book_id: int,
    *,
    name: Naming = in_parts,
    reference: Referring = memo_or_key,
) -> Iterator[str]:
    """Write a book as CSV: a line for each transfer, amounts whole in the commodity's smallest unit."""
    names = {key: one.name for key, one in _accounts(session, book_id, lambda code, _: ":".join(name(code)))}
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for row in _moves(session, book_id):
        writer.writerow(
            (
                *(row.id, row.line, row.kind, row.posted_on.isoformat(), instant_text(row.recorded_at)),
                *(names[row.debit_account_id], names[row.credit_account_id], row.commodity, row.amount),
                *(reference(row.key, row.memo), row.reverses_id, row.actor),
            )
        )
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
    """Write a book as beancount reads it; an entry's id, key and the rest stand beside it as metadata."""
    units = _units(session, _beancount_currency)
    accounts = dict(_accounts(session, book_id, _account_name(name)))
    begin = _first_day(session, book_id).isoformat()
    yield "; A debit is above zero and a credit below: what is owed to somebody stands below zero.\n"
    for code, unit in units.items():
        yield f"{begin} commodity {unit.code}\n  code: {_quoted(code)}\n"
    for path, some in _by_name(accounts.values()):
        currencies = ",".join(sorted({units[one.commodity].code for one in some}))
        yield f"{begin} open {path} {currencies}\n" + _metadata(
            {"code": some[0].code, "title": title(some[0].code), "closed": _closed(some)}
        )
    for entry, moves in _by_entry(session, book_id):
        told = f"{entry.kind} {reference(entry.key, entry.memo)}".rstrip()
        yield f"\n{entry.posted_on.isoformat()} * {_quoted(told)}\n" + _metadata(_facts(entry))
        for row in moves:
            unit = units[row.commodity]
            yield f"  {accounts[row.debit_account_id].name}  {unit.amount(row.amount)} {unit.code}\n"
            yield f"  {accounts[row.credit_account_id].name}  {unit.amount(-row.amount)} {unit.code}\n"


def export_hledger(
    session: Session | Connection,
    book_id: int,
    *,
    name: Naming = in_capitals,
    reference: Referring = memo_or_key,
    title: Titling = lambda _: None,
) -> Iterator[str]:
    """Write a book as hledger reads it; an entry's id is its code, its key and the rest are tags."""
    units = _units(session, _hledger_symbol)
    accounts = dict(_accounts(session, book_id, _account_name(name)))
    yield "; A debit is above zero and a credit below: what is owed to somebody stands below zero.\n"
    for unit in units.values():
        yield f"commodity 1000.{'0' * unit.scale} {unit.code}\n"
    for path, some in _by_name(accounts.values()):
        facts = {"code": some[0].code, "title": title(some[0].code), "closed": _closed(some)}
        yield f"account {path}\n" + _tags(facts)
    for entry, moves in _by_entry(session, book_id):
        # A semicolon would begin a comment in the middle of the reference.
        told = f"{entry.kind} {reference(entry.key, entry.memo)}".rstrip().replace(";", ",")
        yield f"\n{entry.posted_on.isoformat()} * ({entry.id}) {told}\n" + _tags(_facts(entry))
        for row in moves:
            unit = units[row.commodity]
            yield f"    {accounts[row.debit_account_id].name}  {unit.amount(row.amount)} {unit.code}\n"
            yield f"    {accounts[row.credit_account_id].name}  {unit.amount(-row.amount)} {unit.code}\n"


def account_part(part: str) -> str:
    """Write a part of an account's name so that both programs take it, and no two parts become one.

    Letters, digits and most hyphens stay; what else there is becomes its number between ``-u`` and
    ``-``, and so does a hyphen that could be taken for the beginning of that. beancount wants a
    capital or a digit first: before anything else stands ``X-``.
    """
    following = f"{part} "[1:]
    written = "".join(
        sign if _stays(sign, after) else f"-u{ord(sign):X}-"
        for sign, after in zip(part, following, strict=True)
    )
    return _MARK + written if not _FIRST.match(part) or part.startswith(_MARK) else written


def _stays(sign: str, after: str) -> bool:
    return sign.isalpha() or sign.isdecimal() or (sign == "-" and after != "u")


# --- reading ------------------------------------------------------------------------------------------------


def _accounts(
    session: Session | Connection, book_id: int, written: Callable[[str, AccountType], str]
) -> Iterator[tuple[int, _Named]]:
    """Read a book's accounts by id; two codes under one name would mix what they count."""
    columns = account_table.c
    query = (
        select(columns.id, columns.code, columns.commodity, columns.type, columns.closed_on)
        .where(columns.book_id == book_id)
        .order_by(columns.id)
    )
    codes: dict[str, str] = {}
    for row in session.execute(query):
        name = written(row.code, AccountType(row.type))
        if codes.setdefault(name, row.code) != row.code:
            raise ValueError(f"{name} would name both {codes[name]} and {row.code}")
        yield row.id, _Named(row.code, row.commodity, name, row.closed_on)


def _units(session: Session | Connection, written: Callable[[str], str]) -> dict[str, _Unit]:
    columns = commodity_table.c
    rows = session.execute(select(columns.code, columns.scale).order_by(columns.code))
    return {code: _Unit(written(code), scale) for code, scale in rows}


def _first_day(session: Session | Connection, book_id: int) -> date:
    columns = entry_table.c
    first = session.execute(select(func.min(columns.posted_on)).where(columns.book_id == book_id)).scalar()
    return first or _NO_ENTRY_YET


def _moves(session: Session | Connection, book_id: int) -> Iterator[Row[Any]]:
    """Read a book's transfers with their entries, some at a time, in the order of the transfers' own key."""
    entry, move = entry_table.c, transfer_table.c
    query = (
        select(entry.id, move.line, entry.kind, entry.posted_on, entry.recorded_at)
        .add_columns(move.debit_account_id, move.credit_account_id, move.commodity, move.amount)
        .add_columns(entry.key, entry.memo, entry.reverses_id, entry.actor)
        .select_from(transfer_table.join(entry_table, entry.id == move.entry_id))
        # By the transfer's book, not the entry's: its index on days would have all of it sorted first.
        .where(move.book_id == book_id)
        .order_by(move.entry_id, move.line)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    yield from session.execute(query)


def _by_entry(session: Session | Connection, book_id: int) -> Iterator[tuple[Row[Any], list[Row[Any]]]]:
    for _, rows in groupby(_moves(session, book_id), key=attrgetter("id")):
        moves = list(rows)
        yield moves[0], moves


def _by_name(accounts: Iterable[_Named]) -> Iterator[tuple[str, list[_Named]]]:
    """Put an account's commodities together: elsewhere it is opened once for all of them."""
    found: dict[str, list[_Named]] = {}
    for one in accounts:
        found.setdefault(one.name, []).append(one)
    yield from found.items()


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


def _account_name(name: Naming) -> Callable[[str, AccountType], str]:
    return lambda code, kind: ":".join([_ROOTS[kind], *map(account_part, name(code))])


def _beancount_currency(code: str) -> str:
    # A code that beancount does not take becomes one that it takes, the same one every time.
    return code if _CURRENCY.fullmatch(code) else f"X{digest(code).hex()[:20].upper()}"


def _hledger_symbol(code: str) -> str:
    return code if code.isalpha() else '"' + code.replace('"', "''") + '"'


def _facts(entry: Row[Any]) -> dict[str, str | None]:
    return {
        "entry": str(entry.id),
        "key": entry.key,
        "recorded": instant_text(entry.recorded_at),
        "reverses": None if entry.reverses_id is None else str(entry.reverses_id),
        "actor": entry.actor,
    }


def _closed(some: Iterable[_Named]) -> str | None:
    days = [one.closed_on for one in some]
    return None if None in days else max(day for day in days if day is not None).isoformat()


def _metadata(facts: Mapping[str, str | None]) -> str:
    return "".join(f"  {key}: {_quoted(value)}\n" for key, value in facts.items() if value)


def _tags(facts: Mapping[str, str | None]) -> str:
    return "".join(f"    ; {key}: {value}\n" for key, value in facts.items() if value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
