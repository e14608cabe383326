"""The chart of accounts: the only place that spells an account's code."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import AccountType
from ledger import NewAccount
from timebank.actor import Actor
from timebank.money import decimals_of

#: The commodity of hours; amounts are whole minutes.
MINUTES: Final = "MIN"

#: Hours that the community owes and no member does: help was paid with money, and its giver kept the hour.
HOURS_KEPT: Final = "hours:kept"
#: Where an import of older books begins.
HOURS_OPENING: Final = "hours:opening"

#: What lies at Stripe: available and pending together, as its balance tells it.
STRIPE: Final = "stripe"
#: Paid out by Stripe, and not on a bank statement yet.
STRIPE_TRANSIT: Final = "stripe:transit"
#: Taken back by Stripe as long as a card's owner disputes a payment.
STRIPE_DISPUTED: Final = "stripe:disputed"
STRIPE_RESERVE: Final = "stripe:reserve"
STRIPE_FEES: Final = "stripe-fees"
DISPUTE_FEES: Final = "dispute-fees"
#: Came in, and nobody knows yet from whom or what for.
UNIDENTIFIED: Final = "unidentified"
#: Was to go back to whoever paid, and did not reach them; or is more than was owed for help when it came.
REFUNDS_OWED: Final = "refunds-owed"
#: What is left of all years, without what is kept for a purpose.
GENERAL: Final = "general"

#: Until the community's accounts at banks have names of their own.
BANK: Final = "bank:main"
#: In files that were made for the bank, and which it has not paid yet.
BANK_TRANSIT: Final = "bank:transit"
#: Until there are several boxes.
CASH: Final = "cash:main"
#: Fees that were paid for a time that has not begun.
FEES_AHEAD: Final = "fees-ahead"

#: What is paid for help, as far as it is the group's.
SUPPORT: Final = "support"
#: The short name of the fund that stands for hours that are kept.
KEPT_FUND: Final = "hours-kept"
#: What was paid for tickets that nobody has used, and nobody can any more.
TICKETS_LAPSED: Final = "tickets-lapsed"

_CASH: Final = "cash:"
_RECEIVABLE: Final = "receivable:"
_PAYABLE: Final = "payable:"
_TICKETS: Final = "tickets:"
_PREPAID: Final = "prepaid:"
_FEES: Final = "fees:"
_EXPENSES: Final = "expenses:"
_INCOME: Final = "income:"
_DONATIONS: Final = "donations:"
_FUND: Final = "fund:"
_FUND_BACK: Final = "fund-back:"

#: What kind of account a code's first part, or the whole of it, names.
_TYPES: Final = {
    "stripe": AccountType.ASSET,
    "bank": AccountType.ASSET,
    "cash": AccountType.ASSET,
    "receivable": AccountType.ASSET,
    "expenses": AccountType.EXPENSE,
    "stripe-fees": AccountType.EXPENSE,
    "dispute-fees": AccountType.EXPENSE,
    "unidentified": AccountType.LIABILITY,
    "refunds-owed": AccountType.LIABILITY,
    "fees-ahead": AccountType.LIABILITY,
    "payable": AccountType.LIABILITY,
    "tickets": AccountType.LIABILITY,
    "prepaid": AccountType.LIABILITY,
    "donations": AccountType.INCOME,
    "fees": AccountType.INCOME,
    "support": AccountType.INCOME,
    "tickets-lapsed": AccountType.INCOME,
    # Opened or booked to by treasurers themselves.
    "income": AccountType.INCOME,
    "assets": AccountType.ASSET,
    "debts": AccountType.LIABILITY,
    "general": AccountType.EQUITY,
    "fund": AccountType.EQUITY,
    "fund-back": AccountType.EQUITY,
}

_MEMBER_HOURS: Final = "hours:member:"
_POOL_HOURS: Final = "hours:pool:"
_COMMUNITY_HOURS: Final = "hours:community:"


def member_hours_code(member_id: int) -> str:
    """Spell the code of a member's hours: by the id, which says nothing of the person."""
    return f"{_MEMBER_HOURS}{member_id}"


def pool_hours_code(pool_id: int) -> str:
    """Spell the code of a pool that anybody can give hours to: by the id, because its name may change."""
    return f"{_POOL_HOURS}{pool_id}"


def community_hours_code(slug: str) -> str:
    """Spell the code of what another community on this install is owed, or owes: by its slug."""
    return f"{_COMMUNITY_HOURS}{slug}"


def community_of_code(code: str) -> str | None:
    """Tell with which other community a code counts hours; None where it counts something else."""
    return code.removeprefix(_COMMUNITY_HOURS) if code.startswith(_COMMUNITY_HOURS) else None


def member_of_code(code: str) -> int | None:
    """Tell whose hours a code counts; None where it is no member's."""
    return _id_behind(_MEMBER_HOURS, code)


def pool_of_code(code: str) -> int | None:
    """Tell which pool's hours a code counts; None where it is no pool's."""
    return _id_behind(_POOL_HOURS, code)


def member_hours(*, account_id: int, book_id: int, member_id: int) -> Account:
    """Name the account of a member's hours, without asking the database."""
    return Account(
        id=account_id,
        book_id=book_id,
        code=member_hours_code(member_id),
        commodity=MINUTES,
        type=AccountType.LIABILITY,
    )


def pool_hours(*, account_id: int, book_id: int, pool_id: int) -> Account:
    """Name the account of a pool's hours, without asking the database."""
    return Account(
        id=account_id,
        book_id=book_id,
        code=pool_hours_code(pool_id),
        commodity=MINUTES,
        type=AccountType.LIABILITY,
    )


def open_books(session: Session, *, slug: str, actor: Actor) -> int:
    """Open a community's book with the accounts that every community has; return its id."""
    ledger.open_commodity(session, MINUTES, scale=0)
    book_id = ledger.open_book(session, slug)
    opening = NewAccount(code=HOURS_OPENING, commodity=MINUTES, type=AccountType.EQUITY)
    ledger.open_account(session, book_id=book_id, new=opening, actor=str(actor), reason="new community")
    return book_id


def open_member_hours(
    session: Session,
    *,
    book_id: int,
    member_ids: Sequence[int],
    credit_limit_minutes: int,
    ceiling_minutes: int | None,
    actor: Actor,
) -> list[Account]:
    """Open the hours of new members, in the order of their ids."""
    new = [
        NewAccount(
            code=member_hours_code(member_id),
            commodity=MINUTES,
            type=AccountType.LIABILITY,
            floor=-credit_limit_minutes,
            ceiling=ceiling_minutes,
        )
        for member_id in member_ids
    ]
    return ledger.open_accounts(session, book_id=book_id, new=new, actor=str(actor), reason="new member")


def open_pool_hours(session: Session, *, book_id: int, pool_id: int, actor: Actor) -> Account:
    """Open the hours of a new pool: firm, so that by no way more can leave it than is in it."""
    new = NewAccount(
        code=pool_hours_code(pool_id), commodity=MINUTES, type=AccountType.LIABILITY, floor=0, firm=True
    )
    return ledger.open_account(session, book_id=book_id, new=new, actor=str(actor), reason="new pool")


def community_hours(session: Session, *, book_id: int, slug: str) -> Account:
    """Find the account of hours with another community; raises AccountUnknown where none was ever agreed."""
    return ledger.find_account(session, book_id=book_id, code=community_hours_code(slug), commodity=MINUTES)


def limit_community_hours(
    session: Session, *, book_id: int, slug: str, limit_minutes: int, actor: Actor, reason: str
) -> Account:
    """Let a book owe another community, and be owed by it, so much from now on; opened where there is none.

    Not firm: what was booked by mistake can always be taken back, as it can from a member's hours.
    """
    try:
        account = community_hours(session, book_id=book_id, slug=slug)
    except ledger.AccountUnknown:
        new = NewAccount(
            code=community_hours_code(slug),
            commodity=MINUTES,
            type=AccountType.LIABILITY,
            floor=-limit_minutes,
            ceiling=limit_minutes,
        )
        return ledger.open_account(session, book_id=book_id, new=new, actor=str(actor), reason=reason)
    ledger.set_limits(
        session, account, floor=-limit_minutes, ceiling=limit_minutes, actor=str(actor), reason=reason
    )
    return account


def hours_kept(session: Session, *, book_id: int, actor: Actor) -> Account:
    """Find the account of hours that no member owes, or open it where none was ever kept."""
    try:
        return ledger.find_account(session, book_id=book_id, code=HOURS_KEPT, commodity=MINUTES)
    except ledger.AccountUnknown:
        new = NewAccount(code=HOURS_KEPT, commodity=MINUTES, type=AccountType.EQUITY)
    return _opened(session, book_id=book_id, new=new, actor=actor)


def donations_code(fund: str | None) -> str:
    """Spell the code of what is given to a fund, by its short name; of gifts for no purpose without one."""
    return f"{_DONATIONS}{fund or GENERAL}"


def fees_code(plan: str) -> str:
    """Spell the code of the fees that are paid for a plan, by its short name."""
    return f"{_FEES}{plan}"


def expenses_code(activity: str, nature: str) -> str:
    """Spell the code of what was spent on an activity, by its short name, and what sort of thing it was."""
    return f"{_EXPENSES}{activity}:{nature}"


def income_code(sort: str) -> str:
    """Spell the code of what comes in otherwise than by gifts, fees and help, by its short name."""
    return f"{_INCOME}{sort}"


def receivable_code(member_id: int) -> str:
    """Spell the code of what a member owes for help: by the id, which says nothing of the person."""
    return f"{_RECEIVABLE}{member_id}"


def payable_code(member_id: int) -> str:
    """Spell the code of what a member is owed as thanks for help."""
    return f"{_PAYABLE}{member_id}"


def tickets_code(member_id: int) -> str:
    """Spell the code of what a member's tickets still pay."""
    return f"{_TICKETS}{member_id}"


def prepaid_code(member_id: int) -> str:
    """Spell the code of what a member has paid ahead for help and not used."""
    return f"{_PREPAID}{member_id}"


def prepaid_by_code(code: str) -> int | None:
    """Tell who has paid ahead what a code counts; None where it counts something else."""
    return _id_behind(_PREPAID, code)


def owes_by_code(code: str) -> int | None:
    """Tell who owes what a code counts; None where it counts something else."""
    return _id_behind(_RECEIVABLE, code)


def holder_of_code(code: str) -> int | None:
    """Tell whose hours or money a code counts; None where it is no member's."""
    prefixes = (_MEMBER_HOURS, _RECEIVABLE, _PAYABLE, _TICKETS, _PREPAID)
    found = (_id_behind(prefix, code) for prefix in prefixes)
    return next((one for one in found if one is not None), None)


def tickets_of_code(code: str) -> int | None:
    """Tell whose tickets a code counts; None where it counts something else."""
    return _id_behind(_TICKETS, code)


def is_owed_by_code(code: str) -> int | None:
    """Tell who is owed what a code counts; None where it counts something else."""
    return _id_behind(_PAYABLE, code)


def fund_code(fund: str) -> str:
    """Spell the code of the money that is kept for a fund, by its short name."""
    return f"{_FUND}{fund}"


def back_code(fund: str) -> str:
    """Spell the code of what lies apart from a fund, to be given back to those who gave it."""
    return f"{_FUND_BACK}{fund}"


def is_back(code: str) -> bool:
    """Say whether a code counts what lies apart from a fund, to be given back."""
    return code.startswith(_FUND_BACK)


def money(session: Session, *, book_id: int, currency: str, code: str, actor: Actor) -> Account:
    """Find an account of money, or open it where nothing has ever been booked to it.

    A fund holds what is kept for a purpose, tickets what was paid for them, a balance what was paid ahead,
    and a box the cash that lies in it: firm, so that by no way more can leave them than is in them. Nobody
    pays more than they owe, nor is paid more than they are owed; but what is taken back may leave it the
    other way round, until it is put right.
    """
    try:
        return ledger.find_account(session, book_id=book_id, code=code, commodity=currency)
    except ledger.AccountUnknown:
        ledger.open_commodity(session, currency, scale=decimals_of(currency))
    fund, cash = code.startswith((_FUND, _FUND_BACK)), code.startswith(_CASH)
    ahead = code.startswith((_TICKETS, _PREPAID))
    owed, owes = code.startswith(_PAYABLE), code.startswith(_RECEIVABLE)
    new = NewAccount(
        code=code,
        commodity=currency,
        type=_TYPES[code.split(":", maxsplit=1)[0]],
        floor=0 if fund or ahead or owed else None,
        # What is owned stands below zero: a balance is credits less debits.
        ceiling=0 if cash or owes else None,
        firm=fund or ahead or cash,
    )
    return _opened(session, book_id=book_id, new=new, actor=actor)


def _opened(session: Session, *, book_id: int, new: NewAccount, actor: Actor) -> Account:
    try:
        with session.begin_nested():
            return ledger.open_account(
                session, book_id=book_id, new=new, actor=str(actor), reason="first booked to"
            )
    except ledger.AccountExists:
        # Somebody else has opened it at the same moment.
        return ledger.find_account(session, book_id=book_id, code=new.code, commodity=new.commodity)


def _id_behind(prefix: str, code: str) -> int | None:
    digits = code.removeprefix(prefix)
    return int(digits) if digits != code and digits.isdecimal() else None
