"""What an export says of commodities and accounts, and how it is opened in a new book."""

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ledger.accounts import NewAccount
from ledger.accounts import close_account
from ledger.accounts import open_accounts
from ledger.accounts import open_commodity
from ledger.accounts import set_limits
from ledger.directives import Directive
from ledger.directives import day_of
from ledger.errors import FileRefused
from ledger.errors import excerpt
from ledger.model import Account
from ledger.names import ROOTS
from ledger.names import Unit

_TYPES = {root: kind for kind, root in ROOTS.items()}
_SCALE = re.compile("[0-9]")
_AMOUNT = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class _Stated:
    """An account as the file opens it: new, still without limits, and what is to hold in the end."""

    new: NewAccount
    floor: int | None
    ceiling: int | None
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A new book's commodities by their names in the file, and its accounts by name and commodity."""

    units: Mapping[str, Unit]
    accounts: Mapping[tuple[str, str], Account]
    _stated: tuple[_Stated, ...]

    def settle(self, connection: Connection, actor: str) -> None:
        """Set limits and close accounts as the file says, when all entries are there.

        Not before: limits may have been others when an entry was posted, and a closed account takes none.
        """
        for account, one in zip(self.accounts.values(), self._stated, strict=True):
            if one.floor is not None or one.ceiling is not None:
                set_limits(connection, account, floor=one.floor, ceiling=one.ceiling, actor=actor)
            if one.closed_on is not None:
                close_account(connection, account, closed_on=one.closed_on, actor=actor)


def open_chart(
    connection: Connection,
    book_id: int,
    actor: str,
    *,
    commodities: Iterable[Directive],
    accounts: Iterable[Directive],
) -> Chart:
    """Open the commodities and accounts that a file names; raises FileRefused, and what opening raises."""
    units: dict[str, Unit] = {}
    for one in commodities:
        codes = {unit.code for unit in units.values()}
        if not _SCALE.fullmatch(one.facts["scale"]) or one.words[0] in units or one.facts["code"] in codes:
            raise FileRefused(one.line, f"{one.words[0]} is there already, or its scale is none")
        units[one.words[0]] = Unit(one.facts["code"], int(one.facts["scale"]))
    stated: dict[str, dict[str, _Stated]] = {}
    for one in accounts:
        if one.words[0] in stated:
            raise FileRefused(one.line, f"this account is opened twice: {excerpt(one.words[0])}")
        stated[one.words[0]] = dict(_stated(one, units))
    for unit in units.values():
        open_commodity(connection, unit.code, scale=unit.scale)
    each = {(name, currency): one for name, some in stated.items() for currency, one in some.items()}
    new = [one.new for one in each.values()]
    opened = open_accounts(connection, book_id=book_id, new=new, actor=actor)
    return Chart(units, dict(zip(each, opened, strict=True)), tuple(each.values()))


def smallest(line: int, unit: Unit, written: str) -> int:
    """Read an amount in the commodity's smallest unit; raises FileRefused where it is not written in full."""
    amount = int(written.replace(".", "")) if _AMOUNT.fullmatch(written) else None
    if amount is None or unit.amount(amount) != written:
        raise FileRefused(line, f"an amount of {unit.code} is not written like this: {excerpt(written)}")
    return amount


def _stated(told: Directive, units: Mapping[str, Unit]) -> Iterator[tuple[str, _Stated]]:
    """Read the line that opens an account: for each of its commodities there is one here."""
    root, currencies = told.words[0].partition(":")[0], told.words[1].split(",")
    if root not in _TYPES:
        raise FileRefused(told.line, f"an account's name does not begin like this: {excerpt(root)}")
    if not units.keys() >= set(currencies):
        raise FileRefused(told.line, f"there is no such commodity: {excerpt(told.words[1])}")
    firm = _words(told, "firm")
    if not set(firm) <= set(currencies):
        raise FileRefused(told.line, "firm is no commodity of this account")
    floors, ceilings, closed = (_by_unit(told, key, currencies) for key in ("floor", "ceiling", "closed"))
    for currency in currencies:
        unit = units[currency]
        new = NewAccount(told.facts["code"], unit.code, _TYPES[root], firm=currency in firm)
        floor, ceiling = (
            smallest(told.line, unit, each[currency]) if currency in each else None
            for each in (floors, ceilings)
        )
        day = day_of(told.line, closed[currency]) if currency in closed else None
        yield currency, _Stated(new, floor, ceiling, day)


def _by_unit(told: Directive, key: str, currencies: Iterable[str]) -> dict[str, str]:
    """Read a list of values, each with its commodity behind it."""
    words = _words(told, key)
    found = dict(zip(words[1::2], words[::2], strict=False))
    if 2 * len(found) != len(words) or not found.keys() <= set(currencies):
        raise FileRefused(told.line, f"{key} is no list with commodities of this account")
    return found


def _words(told: Directive, key: str) -> list[str]:
    return told.facts[key].split(" ") if key in told.facts else []
