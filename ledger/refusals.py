"""From what a database says when it refuses, to the ledger's own errors.

Every rule of the schema has a name; the name comes back as a constraint's on PostgreSQL and as the
message on SQLite. What has no name is not a refusal and is left as it is.
"""

import re
from collections.abc import Iterable
from collections.abc import Mapping
from datetime import date
from typing import Any

from ledger.draft import Draft
from ledger.errors import AccountClosed
from ledger.errors import AccountUnknown
from ledger.errors import AlreadyReversed
from ledger.errors import CeilingExceeded
from ledger.errors import EntryUnknown
from ledger.errors import FloorExceeded
from ledger.errors import LedgerError
from ledger.errors import NotReversible
from ledger.errors import PeriodClosed
from ledger.errors import PromiseBroken
from ledger.errors import TotalTooLarge
from ledger.writing_sqlite import AccountsUnknown

_SQLITE_SAYS = re.compile(r"^(?:(?:CHECK|UNIQUE|NOT NULL|FOREIGN KEY) constraint failed:? ?)?(?P<rule>.*)$")
_OVERFLOW = ("22003", "cannot store REAL value in INTEGER column")
_TOTALS = "account_totals_are_bounded"
_OF_REVERSALS: dict[str, type[AlreadyReversed | NotReversible | EntryUnknown]] = {
    "uq_entry_reverses_id": AlreadyReversed,
    "entry_reversed_already": AlreadyReversed,
    "entry.reverses_id": AlreadyReversed,
    "reversal_is_final": NotReversible,
    "entry_unknown": EntryUnknown,
}
_UNKNOWN = {"account_unknown", "transfer_out_of_turn"}


def rule_of(error: BaseException) -> str | None:
    """Name the rule that a driver's error says was broken; None where it is no refusal of a row."""
    diagnosis = getattr(error, "diag", None)
    if diagnosis is not None:
        if error.sqlstate == _OVERFLOW[0]:  # type: ignore[attr-defined]
            return _TOTALS
        if not (error.sqlstate or "").startswith("23"):  # type: ignore[attr-defined]
            return None
        return diagnosis.constraint_name or f"{diagnosis.column_name}_missing"
    if type(error).__name__ == "IntegrityError":
        said = str(error)
        if _OVERFLOW[1] in said:
            return _TOTALS
        match = _SQLITE_SAYS.match(said)
        return (match and match["rule"]) or "foreign_key"
    return "account_unknown" if isinstance(error, AccountsUnknown) else None


def refusal(
    error: BaseException, driver: Any, asked: Iterable[Draft], codes: Mapping[int, str]
) -> LedgerError | None:
    """Turn a driver's error into the ledger's; None where it is not a refusal.

    ``codes`` names accounts by their id.

    On SQLite the transaction goes on after a refused statement, so the facts are read from it; on
    PostgreSQL it is over, and the facts came with the error.
    """
    rule = rule_of(error)
    if rule is None:
        return None
    drafts = list(asked)
    if rule in {"account_floor", "account_ceiling", "account_closed"}:
        diagnosis = getattr(error, "diag", None)
        facts = diagnosis.message_detail.split() if diagnosis else _facts(driver, drafts, rule)
        return _limit(rule, codes, [int(fact) for fact in facts])
    if rule == "period_closed":
        return _period(error, driver, drafts)
    if rule == _TOTALS:
        return TotalTooLarge(_any(drafts, codes))
    original = drafts[0].reverses_id
    if rule in _OF_REVERSALS and original is not None:
        return _OF_REVERSALS[rule](original)
    # Our own versions are never out of turn, so it is the accounts that were not found.
    if rule in _UNKNOWN:
        return AccountUnknown(_any(drafts, codes))
    return PromiseBroken(rule)


def _limit(rule: str, codes: Mapping[int, str], facts: list[int]) -> LedgerError:
    code = codes[facts[0]]
    if rule == "account_closed":
        return AccountClosed(code)
    kind = FloorExceeded if rule == "account_floor" else CeilingExceeded
    return kind(code, *facts)


def _period(error: BaseException, driver: Any, drafts: list[Draft]) -> LedgerError:
    diagnosis = getattr(error, "diag", None)
    if diagnosis:
        told = diagnosis.message_detail
    else:
        look = "SELECT closed_through FROM book WHERE id = ?"
        (told,) = driver.execute(look, (drafts[0].book_id,)).fetchone()
    through = date.fromisoformat(told)
    return PeriodClosed(next(one.posted_on for one in drafts if one.posted_on <= through), through)


def _facts(driver: Any, drafts: list[Draft], rule: str) -> list[Any]:
    """Play the drafts against the accounts as they stand, up to the line that breaks the rule."""
    look = "SELECT credits - debits, floor, ceiling, closed_on, firm FROM account WHERE id = ?"
    ids = {account_id for one in drafts for line in one.lines for account_id in line[:2]}
    # An account that is not there stands in a line behind the one that broke the rule.
    accounts = {i: list(row) for i in ids if (row := driver.execute(look, (i,)).fetchone())}
    for one in drafts:
        for line in one.lines:
            debited, credited = accounts[line.debit_id], accounts[line.credit_id]
            debited[0] -= line.amount
            credited[0] += line.amount
            for account_id, state in ((line.debit_id, debited), (line.credit_id, credited)):
                if rule == "account_closed" and state[3] is not None:
                    return [account_id]
            if rule == "account_floor" and _outside(debited[1], debited[0], one.waived and not debited[4]):
                return [line.debit_id, debited[1], debited[0]]
            if rule == "account_ceiling" and _outside(
                credited[0], credited[2], one.waived and not credited[4]
            ):
                return [line.credit_id, credited[2], credited[0]]
    raise AssertionError(f"{rule} was raised, and no line of the entry breaks it")


def _outside(higher: int | None, lower: int | None, waived: bool) -> bool:
    return not waived and higher is not None and lower is not None and lower < higher


def _any(drafts: list[Draft], codes: Mapping[int, str]) -> str:
    return named(codes[account_id] for one in drafts for line in one.lines for account_id in line[:2])


def named(codes: Iterable[str]) -> str:
    """Name the first two of several, one of which is meant, and say whether there are more."""
    first, *others = dict.fromkeys(codes)
    return " or ".join([first, *others[:1], *(["another"] if others[1:] else [])])
