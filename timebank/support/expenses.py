"""What whoever gave has laid out for an exchange: told, booked as owed to them, declined, or taken back."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.days import check_day
from timebank.communities.days import check_open_day
from timebank.communities.models import Community
from timebank.db import violated
from timebank.documents.vouchers import keep_voucher
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import Exchange
from timebank.money import NoMoneyAtAll
from timebank.support.amended import as_it_is_now
from timebank.support.models import BOOKED
from timebank.support.models import CARRYING
from timebank.support.models import DECLINED
from timebank.support.models import GOODS
from timebank.support.models import LONGEST_REASON
from timebank.support.models import LONGEST_WHAT
from timebank.support.models import RECEIVER
from timebank.support.models import TOLD
from timebank.support.models import SupportExpense
from timebank.support.paid import ReasonMissing
from timebank.text import clean_line
from timebank.text import is_visible

#: What an entry is by which an expense is owed.
EXPENSE: Final = "support-expense"
#: What the group spends on it, by the short names that stand in the codes of the books.
_ACTIVITY, _OUTLAYS = "support", "outlays"
#: An expense is told of within a year, or it is another matter.
_LATEST_DAYS: Final = 366


class NotBookedYet(Refusal):
    """An expense of an exchange that nobody has confirmed, or that was taken back."""

    sentence = N_(
        "Expenses belong to help that stands in the books. This exchange does not, or not any more."
    )


class NothingBought(Refusal):
    """Nobody says what the money was for."""

    sentence = N_("Please write what it was for, for example: bread and milk.")
    field = "what"


class ReceiptMissing(Refusal):
    """There is no photograph, and nobody says why."""

    sentence = N_("Please add a photograph of the receipt, or say why there is none.")
    field = "file"


class ReceiptAndReason(Refusal):
    """There is a photograph, and a reason why there is none."""

    sentence = N_("There is a photograph, and a reason why there is none. Please clear one of them.")
    field = "no_receipt_because"


class NoCostOfCarrying(Refusal):
    """Something else than its cost is asked for carrying a person."""

    sentence = N_(
        "For carrying a person only what it has cost can be asked: fuel, toll, parking or insurance. Please "
        "choose one of these, or take the tick away."
    )
    field = "kind"


class CostUnexplained(Refusal):
    """Nobody says how the cost of carrying somebody comes about."""

    sentence = N_(
        "Please write how this cost comes about, for example: 18 km at 12 km a litre, ¥170 a litre."
    )
    field = "note"


class LongBefore(Refusal):
    """An expense of a day that has nothing to do with the exchange."""

    sentence = N_("This day is more than a year away from the help. Please check it.")
    field = "spent_on"


class ExpenseToldBefore(Refusal):
    """The same form was saved before, with other content."""

    sentence = N_(
        "This form was saved before with other content. To write this down as well, please save once more."
    )


class DecidedMeanwhile(Refusal):
    """Somebody else has decided about it already."""

    sentence = N_("Somebody has decided about this expense meanwhile. Please open its page anew.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """An expense as a form tells it."""

    what: str
    amount_minor: int
    spent_on: date
    borne_by: str
    kind: str = GOODS
    #: It is what it cost to carry a person, and how that comes about.
    carrying: bool = False
    note: str = ""
    #: The photograph, as it came; none where there is no receipt.
    content: bytes
    no_receipt_because: str
    key: str


def tell(
    session: Session, *, community: Community, exchange: Exchange, facts: Facts, actor: Actor
) -> SupportExpense:
    """Write down what whoever gave says that they laid out, once for each form; a coordinator decides."""
    what = clean_line(facts.what, longest=LONGEST_WHAT)
    why = clean_line(facts.no_receipt_because, longest=LONGEST_REASON)
    if (there := _saved(session, community, facts.key)) is not None:
        return _the_same(there, exchange, facts, what)
    if exchange.state != CONFIRMED:
        raise NotBookedYet
    _check(community, exchange, facts, what, why)
    voucher = None
    if facts.content:
        voucher = keep_voucher(session, community=community, content=facts.content, actor=actor)
    told = SupportExpense(
        community_id=community.id,
        exchange_id=exchange.id,
        what=what,
        kind=facts.kind,
        carrying=facts.carrying,
        note=clean_line(facts.note, longest=LONGEST_REASON),
        amount_minor=facts.amount_minor,
        currency=community.currency,
        spent_on=facts.spent_on,
        borne_by=facts.borne_by,
        voucher_id=voucher.id if voucher else None,
        no_receipt_because=why if voucher is None else "",
        state=TOLD,
        key=facts.key,
        told_at=clock.now(),
        actor=str(actor),
    )
    try:
        with session.begin_nested():
            session.add(told)
            session.flush()
    except IntegrityError as clash:
        # The same form twice at the same moment: the other one was first.
        there = _saved(session, community, facts.key)
        if violated(clash) != "uq_support_expense_community_id_key" or there is None:
            raise
        return _the_same(there, exchange, facts, what)
    return told


def write_down(
    session: Session, *, community: Community, exchange: Exchange, facts: Facts, actor: Actor
) -> SupportExpense:
    """Write an expense down and book it at once, as a coordinator does who has seen the receipt."""
    check_open_day(session, facts.spent_on, community=community, field="spent_on")
    told = tell(session, community=community, exchange=exchange, facts=facts, actor=actor)
    if told.state == TOLD:
        book(session, community=community, expense=told, borne_by=facts.borne_by, actor=actor)
    return told


def book(
    session: Session, *, community: Community, expense: SupportExpense, borne_by: str, actor: Actor
) -> None:
    """Book that an expense is owed to whoever gave; whoever received owes it, or the group bears it.

    It is booked on the day on which it was spent; where the books of that day are closed, today.
    """
    session.refresh(expense, with_for_update=True)
    if expense.state == BOOKED and expense.borne_by == borne_by:
        return
    if expense.state != TOLD:
        raise DecidedMeanwhile
    exchange = as_it_is_now(session, exchange=session.get_one(Exchange, expense.exchange_id))
    if exchange.state != CONFIRMED:
        raise NotBookedYet

    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=expense.currency, code=code, actor=actor
        )

    bears = (
        books.receivable_code(exchange.receiver_id)
        if borne_by == RECEIVER
        else books.expenses_code(_ACTIVITY, _OUTLAYS)
    )
    closed = ledger.closed_through(session, community.book_id)
    is_closed = closed is not None and expense.spent_on <= closed
    owed = ledger.Transfer(
        debit=account(bears),
        credit=account(books.payable_code(exchange.giver_id)),
        amount=expense.amount_minor,
    )
    posted = ledger.post(
        session,
        ledger.Entry(
            book_id=community.book_id,
            kind=EXPENSE,
            posted_on=clock.today(community.time_zone) if is_closed else expense.spent_on,
            key=f"expense:{expense.id}",
            actor=str(actor),
            transfers=(owed,),
            memo=f"expense of exchange {exchange.id}",
        ),
    )
    expense.state, expense.borne_by, expense.entry_id = BOOKED, borne_by, posted.entry_id
    expense.decided_at = clock.now()
    session.flush()


def decline(session: Session, *, expense: SupportExpense, reason: str) -> None:
    """Say that an expense is not paid back, and why; whoever told of it reads that."""
    why = _reason(reason)
    session.refresh(expense, with_for_update=True)
    if expense.state == DECLINED:
        return
    if expense.state != TOLD:
        raise DecidedMeanwhile
    expense.state, expense.declined_because, expense.decided_at = DECLINED, why, clock.now()
    session.flush()


def take_back(
    session: Session, *, community: Community, expense: SupportExpense, reason: str, actor: Actor
) -> None:
    """Take back what was booked by mistake; both lines stay."""
    why = _reason(reason)
    session.refresh(expense, with_for_update=True)
    if expense.entry_id is None:
        raise DecidedMeanwhile
    if expense.reversal_id is not None:
        return
    reversed_ = ledger.reverse(
        session,
        book_id=community.book_id,
        entry_id=expense.entry_id,
        posted_on=clock.today(community.time_zone),
        key=f"reversal:{expense.entry_id}",
        actor=str(actor),
        memo=f"expense of exchange {expense.exchange_id}",
        waive_limits=True,
    )
    expense.reversal_id, expense.taken_back_because = reversed_.entry_id, why
    session.flush()


# --- the leaves -------------------------------------------------------------------------------------------


def _saved(session: Session, community: Community, key: str) -> SupportExpense | None:
    return session.scalar(
        select(SupportExpense).where(SupportExpense.community_id == community.id, SupportExpense.key == key)
    )


def _the_same(there: SupportExpense, exchange: Exchange, facts: Facts, what: str) -> SupportExpense:
    """Refuse a form that is saved again with other content; a double click has the same."""
    known = (there.exchange_id, there.what, there.kind, there.amount_minor, there.spent_on)
    if known != (exchange.id, what, facts.kind, facts.amount_minor, facts.spent_on):
        raise ExpenseToldBefore
    return there


def _check(community: Community, exchange: Exchange, facts: Facts, what: str, why: str) -> None:
    """Refuse what is no expense: nothing bought, no money, a day too far away, neither receipt nor reason."""
    if not is_visible(what):
        raise NothingBought
    if facts.amount_minor <= 0:
        raise NoMoneyAtAll
    if facts.carrying and facts.kind not in CARRYING:
        raise NoCostOfCarrying
    if facts.carrying and not is_visible(facts.note):
        raise CostUnexplained
    check_day(facts.spent_on, community=community, field="spent_on")
    if abs((facts.spent_on - exchange.worked_on).days) > _LATEST_DAYS:
        raise LongBefore
    if not facts.content and not is_visible(why):
        raise ReceiptMissing
    if facts.content and is_visible(why):
        raise ReceiptAndReason


def _reason(typed: str) -> str:
    why = clean_line(typed, longest=LONGEST_REASON)
    if not is_visible(why):
        raise ReasonMissing
    return why
