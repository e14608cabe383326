"""Opening books and accounts, and the events that alone change an account's limits or close it."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from datetime import date
from datetime import datetime
from types import MappingProxyType
from typing import Any
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ledger.edge import connection_of
from ledger.errors import AccountClosed
from ledger.errors import AccountExists
from ledger.errors import AccountNotEmpty
from ledger.errors import AccountUnknown
from ledger.errors import BookExists
from ledger.errors import CommodityClash
from ledger.errors import DayRefused
from ledger.errors import LedgerError
from ledger.errors import LimitsRefused
from ledger.errors import PromiseBroken
from ledger.model import LARGEST_AMOUNT
from ledger.model import Account
from ledger.model import AccountType
from ledger.model import Balance
from ledger.model import check_actor
from ledger.model import check_code
from ledger.model import check_memo
from ledger.refusals import named
from ledger.refusals import rule_of
from ledger.schema import account as account_table
from ledger.schema import account_event as event_table
from ledger.schema import book as book_table
from ledger.schema import commodity as commodity_table

#: How many accounts are opened by one statement.
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as somebody asks for it to be opened.

    ``floor`` and ``ceiling`` bound credits − debits, in the commodity's smallest unit; no entry may
    waive the limits of a ``firm`` account.
    """

    code: str
    commodity: str
    type: AccountType
    floor: int | None = None
    ceiling: int | None = None
    firm: bool = False

    def __post_init__(self) -> None:
        check_code(self.code)
        check_limits(self.floor, self.ceiling)


def check_limits(floor: int | None, ceiling: int | None) -> None:
    """Refuse limits that are not whole numbers or contradict each other."""
    for limit in (floor, ceiling):
        if limit is not None and (type(limit) is not int or abs(limit) > LARGEST_AMOUNT):
            raise LimitsRefused(floor, ceiling)
    if floor is not None and ceiling is not None and floor > ceiling:
        raise LimitsRefused(floor, ceiling)


def open_commodity(session: Session | Connection, code: str, *, scale: int = 0) -> None:
    """Make sure that a commodity is there, shown with ``scale`` decimals, which never change."""
    check_code(code)
    there = select(commodity_table.c.scale).where(commodity_table.c.code == code)
    found = session.scalar(there)
    if found is None and connection_of(session).dialect.name == "postgresql":
        # Two that open it at once: the second waits for the first and finds it.
        new = insert_postgresql(commodity_table).values(code=code, scale=scale).on_conflict_do_nothing()
        with _refusals():
            session.execute(new)
        found = session.scalar(there)
    elif found is None:
        with _refusals():
            session.execute(insert(commodity_table).values(code=code, scale=scale))
        found = scale
    if found != scale:
        raise CommodityClash(code, scale, found or 0)


def open_book(session: Session | Connection, slug: str) -> int:
    """Open a book and give its id."""
    check_code(slug)
    new = insert(book_table).values(slug=slug).returning(book_table.c.id)
    with _refusals({"book_exists": BookExists(slug), "uq_book_slug": BookExists(slug)}):
        book_id: int = session.execute(new).scalar_one()
    return book_id


def open_account(
    session: Session | Connection, *, book_id: int, new: NewAccount, actor: str, reason: str | None = None
) -> Account:
    """Open one account; raises AccountExists where the book has its code already."""
    return open_accounts(session, book_id=book_id, new=[new], actor=actor, reason=reason)[0]


def open_accounts(
    session: Session | Connection,
    *,
    book_id: int,
    new: Sequence[NewAccount],
    actor: str,
    reason: str | None = None,
) -> list[Account]:
    """Open many accounts with their first events, and give them in the same order."""
    check_actor(actor)
    check_memo(reason)
    opened: list[Account] = []
    for start in range(0, len(new), _AT_ONCE):
        opened += _open(session, book_id, new[start : start + _AT_ONCE], actor, reason)
    return opened


def _open(
    session: Session | Connection, book_id: int, new: Sequence[NewAccount], actor: str, reason: str | None
) -> list[Account]:
    columns = account_table.c
    rows = [
        {
            "book_id": book_id,
            "code": one.code,
            "commodity": one.commodity,
            "type": str(one.type),
            "firm": one.firm,
        }
        for one in new
    ]
    statement = insert(account_table).returning(columns.id, columns.code, columns.commodity)
    exists = AccountExists(named(one.code for one in new), named(one.commodity for one in new))
    with _refusals({"account_exists": exists, "uq_account_book_id_code_commodity": exists}):
        ids = {(row.code, row.commodity): row.id for row in session.execute(statement, rows)}
    moment = _moment(session)
    opened = [
        Account(ids[one.code, one.commodity], book_id, one.code, one.commodity, AccountType(one.type))
        for one in new
    ]
    events = [
        _event(account.id, 1, _Facts("open", one.floor, one.ceiling), moment, actor, reason)
        for account, one in zip(opened, new, strict=True)
    ]
    session.execute(insert(event_table), events)
    return opened


@contextmanager
def _refusals(meant: Mapping[str, LedgerError] = MappingProxyType({})) -> Iterator[None]:
    """Turn what the database refuses into ``meant[rule]``, or PromiseBroken."""
    try:
        yield
    except IntegrityError as error:
        rule = rule_of(error.orig or error) or "unknown"
        raise meant.get(rule, PromiseBroken(rule)) from error


def find_account(session: Session | Connection, *, book_id: int, code: str, commodity: str) -> Account:
    """Find an account by its code; raises AccountUnknown."""
    columns = account_table.c
    row = session.execute(
        select(columns.id, columns.type).where(
            columns.book_id == book_id, columns.code == code, columns.commodity == commodity
        )
    ).one_or_none()
    if row is None:
        raise AccountUnknown(code, commodity)
    return Account(row.id, book_id, code, commodity, AccountType(row.type))


def balance(session: Session | Connection, account: Account) -> Balance:
    """Read how an account stands: its totals, limits, and whether it is closed."""
    columns = account_table.c
    row = session.execute(
        select(
            columns.debits,
            columns.credits,
            columns.version,
            columns.floor,
            columns.ceiling,
            columns.closed_on,
        ).where(columns.id == account.id, columns.book_id == account.book_id)
    ).one_or_none()
    if row is None:
        raise AccountUnknown(account.code, account.commodity)
    return Balance(*row)


def set_limits(
    session: Session | Connection,
    account: Account,
    *,
    floor: int | None,
    ceiling: int | None,
    actor: str,
    reason: str | None = None,
) -> None:
    """Change an account's limits from now on; today's balance may lie outside them."""
    check_limits(floor, ceiling)
    _happen(session, account, "limit", actor, reason, limits=(floor, ceiling))


def close_account(
    session: Session | Connection, account: Account, *, closed_on: date, actor: str, reason: str | None = None
) -> None:
    """Close an account that stands at zero; it takes no transfer until it is reopened.

    Raises AccountNotEmpty, AccountClosed, AccountUnknown.
    """
    if type(closed_on) is not date:
        raise DayRefused(closed_on)
    _happen(session, account, "close", actor, reason, closed_on=closed_on)


def reopen_account(
    session: Session | Connection, account: Account, *, actor: str, reason: str | None = None
) -> None:
    """Open a closed account again, with the limits it had."""
    _happen(session, account, "reopen", actor, reason)


def _happen(
    session: Session | Connection,
    account: Account,
    kind: str,
    actor: str,
    reason: str | None,
    *,
    limits: tuple[int | None, int | None] | None = None,
    closed_on: date | None = None,
) -> None:
    """Write the account's next event; a trigger carries it to the account."""
    check_actor(actor)
    check_memo(reason)
    _lock(connection_of(session), account)
    now = balance(session, account)
    if now.closed_on is not None and kind != "reopen":
        raise AccountClosed(account.code, now.closed_on)
    if now.balance and kind == "close":
        raise AccountNotEmpty(account.code, now.balance)
    events = session.execute(
        select(account_table.c.events).where(account_table.c.id == account.id)
    ).scalar_one()
    facts = _Facts(kind, *(limits or (now.floor, now.ceiling)), closed_on)
    event = _event(account.id, events + 1, facts, _moment(session), actor, reason)
    with _refusals():
        session.execute(insert(event_table), event)


def _lock(connection: Connection, account: Account) -> None:
    """Keep others from posting to the account or changing it between a look and the event that follows it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT ledger_lock(ARRAY[CAST(:id AS bigint)])"), {"id": account.id})


class _Facts(NamedTuple):
    """What an event says of its account."""

    kind: str
    floor: int | None
    ceiling: int | None
    closed_on: date | None = None


def _event(
    account_id: int, version: int, facts: _Facts, moment: dict[str, Any], actor: str, reason: str | None
) -> dict[str, Any]:
    by = {"actor": actor, "reason": reason}
    return {"account_id": account_id, "version": version} | facts._asdict() | moment | by


def _moment(session: Session | Connection) -> dict[str, Any]:
    """Tell when an event is recorded, on SQLite; PostgreSQL says so itself and takes nobody's word."""
    if connection_of(session).dialect.name == "postgresql":
        return {}
    return {"recorded_at": datetime.now(UTC)}
