"""What an export reads of a book beside its entries: its accounts, and how they stood at ends of months."""

from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from itertools import groupby

from sqlalchemy import Connection
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger.edge import connection_of
from ledger.errors import BookUnknown
from ledger.model import AccountType
from ledger.names import Unit
from ledger.names import above
from ledger.periods import last_day
from ledger.schema import account as account_table
from ledger.schema import book as book_table
from ledger.schema import commodity as commodity_table
from ledger.schema import entry as entry_table

#: How many rows are held at once.
_ROWS_AT_ONCE = 2_000
#: Every account is opened on the day of the first entry; in a book without one, on this day.
_NO_ENTRY_YET = date(1970, 1, 1)
_MONTH = {"sqlite": "substr(e.posted_on, 1, 7)", "postgresql": "to_char(e.posted_on, 'YYYY-MM')"}
#: Added up by the database from the transfers, and not from the lines that are written: a line that were
#: left out or written twice would not agree with it.
_MOVED = """
    SELECT m.month, a.code, a.commodity, sum(m.debit) - sum(m.credit) AS change
    FROM (
        SELECT t.debit_account_id AS account_id, {month} AS month, t.amount AS debit, 0 AS credit
        FROM transfer t JOIN entry e ON e.id = t.entry_id WHERE t.book_id = :book_id
        UNION ALL
        SELECT t.credit_account_id, {month}, 0, t.amount
        FROM transfer t JOIN entry e ON e.id = t.entry_id WHERE t.book_id = :book_id) m
    JOIN account a ON a.id = m.account_id
    GROUP BY m.month, a.id, a.code, a.commodity ORDER BY m.month
"""


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What is said of a book as a whole."""

    slug: str
    closed_through: date | None
    #: The day of the first entry.
    begin: date


@dataclass(frozen=True, slots=True)
class Named:
    """An account under the name that it has elsewhere."""

    code: str
    commodity: str
    name: str
    firm: bool
    floor: int | None
    ceiling: int | None
    closed_on: date | None


#: A book's accounts by their codes and commodities.
Accounts = Mapping[tuple[str, str], Named]


def book_facts(session: Session | Connection, book_id: int) -> BookFacts:
    """Read what is said of a book as a whole; raises BookUnknown."""
    columns, entry = book_table.c, entry_table.c
    found = session.execute(
        select(columns.slug, columns.closed_through).where(columns.id == book_id)
    ).one_or_none()
    if found is None:
        raise BookUnknown(book_id)
    first = session.execute(select(func.min(entry.posted_on)).where(entry.book_id == book_id)).scalar()
    return BookFacts(found.slug, found.closed_through, first or _NO_ENTRY_YET)


def accounts_of(
    session: Session | Connection, book_id: int, written: Callable[[str, AccountType], str]
) -> dict[tuple[str, str], Named]:
    """Read a book's accounts; two codes under one name would mix what they count."""
    columns = account_table.c
    query = (
        select(columns.code, columns.commodity, columns.type, columns.firm)
        .add_columns(columns.floor, columns.ceiling, columns.closed_on)
        .where(columns.book_id == book_id)
        .order_by(columns.id)
    )
    codes: dict[str, str] = {}
    found = {}
    for code, commodity, kind, *facts in session.execute(query):
        name = written(code, AccountType(kind))
        if codes.setdefault(name, code) != code:
            raise ValueError(f"{name} would name both {codes[name]} and {code}")
        found[code, commodity] = Named(code, commodity, name, *facts)
    return found


def units_of(
    session: Session | Connection, accounts: Accounts, written: Callable[[str], str]
) -> dict[str, Unit]:
    """Read the commodities that a book's accounts count, by their codes."""
    columns = commodity_table.c
    rows = session.execute(select(columns.code, columns.scale).order_by(columns.code))
    counted = {commodity for _, commodity in accounts}
    return {code: Unit(written(code), scale) for code, scale in rows if code in counted}


def by_name(accounts: Iterable[Named]) -> Iterator[tuple[str, list[Named]]]:
    """Put an account's commodities together: elsewhere it is opened once for all of them."""
    found: dict[str, list[Named]] = {}
    for one in accounts:
        found.setdefault(one.name, []).append(one)
    yield from found.items()


def day_after(month: date) -> date | None:
    """Give the first day after the month that a day is in; None after the last of all."""
    last = last_day(month)
    return None if last == date.max else last + timedelta(days=1)


def month_ends(
    session: Session | Connection, book_id: int, accounts: Accounts, *, with_parts: bool
) -> Iterator[tuple[date, list[tuple[Named, int]]]]:
    """Say of each month, by its first day, how every account that moved in it stood at its end.

    Debits less credits, by the posting date. ``with_parts`` adds to an account what stands in those
    that are parts of it by their names, as beancount does.
    """
    names = {one.name for one in accounts.values()} if with_parts else set()
    held: dict[tuple[str, str], int] = defaultdict(int)
    query = text(_MOVED.format(month=_MONTH[connection_of(session).dialect.name]))
    with session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE), {"book_id": book_id}) as rows:
        for month, some in groupby(rows, key=lambda row: row.month):
            moved = []
            for row in some:
                one = accounts[row.code, row.commodity]
                moved.append(one)
                for name in (one.name, *names.intersection(above(one.name))):
                    held[name, one.commodity] += int(row.change)
            # Sorted here, because databases do not agree on an order of names.
            moved.sort(key=lambda one: (one.name, one.commodity))
            yield date.fromisoformat(f"{month}-01"), [(one, held[one.name, one.commodity]) for one in moved]
