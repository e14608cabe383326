"""That somebody paid what they owed for help, or was paid thanks; booked at once, never more than is owed."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.days import check_open_day
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.money import Money
from timebank.money import NoMoneyAtAll
from timebank.payments.service import hold_account
from timebank.support.models import CASH
from timebank.support.models import FILE
from timebank.support.models import LONGEST_REASON
from timebank.support.models import OWED
from timebank.support.models import TRANSFER
from timebank.support.models import SupportPaid
from timebank.support.queries import owed_of
from timebank.text import clean_line
from timebank.text import is_visible

#: What an entry is by which a member pays, or is paid.
PAID: Final = "support-paid"
_WHERE: Final = {CASH: books.CASH, TRANSFER: books.BANK, FILE: books.BANK_TRANSIT}


class MoreThanIsOwed(Refusal):
    """More is to be paid than is owed."""

    sentence = N_("%(owed)s is owed, so no more can be paid.")
    field = "amount"


class LessIsOwedNow(Refusal):
    """More was laid out for a member than is owed by now."""

    sentence = N_("%(name)s is owed %(owed)s by now. Please take the tick away, or open the page anew.")
    field = "who"


class InAFile(Refusal):
    """What is to be taken back stands in a file for the bank."""

    sentence = N_("This stands in a file for the bank. Please open that file: there it is taken back.")


class BoxHoldsLess(Refusal):
    """More is to be paid out than lies in the cash box."""

    sentence = N_("There is not so much in the cash box.")
    field = "way"


class PaidBefore(Refusal):
    """The same form was saved before, with other content."""

    sentence = N_(
        "This form was saved before with other content. To write this down as well, please save once more."
    )


class ReasonMissing(Refusal):
    """Something is taken back, and nobody says why."""

    sentence = N_("Please say why, so that others understand it later.")
    field = "reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What was paid, as a form says it."""

    #: What was owed for help, or as thanks.
    what: str
    amount_minor: int
    way: str
    paid_on: date
    key: str


def write_paid(
    session: Session, *, community: Community, member: Member, payment: Payment, actor: Actor
) -> SupportPaid:
    """Write down what a member paid or was paid, and book it, once for each form; the caller commits."""
    if there := _written_before(session, community, payment.key):
        return _the_same(there, member, payment)
    if payment.amount_minor <= 0:
        raise NoMoneyAtAll
    check_open_day(session, payment.paid_on, community=community, field="paid_on")
    # What comes through Stripe at the same moment is booked before or after it: each sees what is owed then.
    hold_account(session, community=community)
    try:
        with session.begin_nested():
            posted = ledger.post(session, _entry(session, community, member, payment, actor))
    except ledger.LimitExceeded as refused:
        if refused.code == books.CASH:
            raise BoxHoldsLess from refused
        owed = owed_of(session, community=community, member=member)
        left = owed.owes_minor if payment.what == OWED else owed.is_owed_minor
        raise MoreThanIsOwed(owed=Money(max(0, left), community.currency)) from refused
    except ledger.KeyReused as refused:
        raise PaidBefore from refused
    if posted.repeated and (there := _written_before(session, community, payment.key)):
        # The same form twice at one moment: the other was first.
        return _the_same(there, member, payment)
    row = SupportPaid(
        community_id=community.id,
        member_id=member.id,
        what=payment.what,
        amount_minor=payment.amount_minor,
        currency=community.currency,
        way=payment.way,
        paid_on=payment.paid_on,
        key=payment.key,
        done_at=clock.now(),
        actor=str(actor),
        entry_id=posted.entry_id,
        reversal_id=None,
        taken_back_because=None,
    )
    session.add(row)
    session.flush()
    return row


def take_back(
    session: Session, *, community: Community, paid: SupportPaid, reason: str, actor: Actor
) -> None:
    """Take back what was written down by mistake; both lines stay, and it is owed again."""
    why = clean_line(reason, longest=LONGEST_REASON)
    if not is_visible(why):
        raise ReasonMissing
    if paid.way == FILE:
        raise InAFile
    reverse_paid(session, community=community, paid=paid, why=why, actor=actor)


def reverse_paid(
    session: Session, *, community: Community, paid: SupportPaid, why: str, actor: Actor
) -> None:
    """Reverse what was written down, once; the reason is a line as it is stored."""
    session.refresh(paid, with_for_update=True)
    if paid.reversal_id is not None:
        return
    try:
        with session.begin_nested():
            reversed_ = ledger.reverse(
                session,
                book_id=community.book_id,
                entry_id=paid.entry_id,
                posted_on=clock.today(community.time_zone),
                key=f"reversal:{paid.entry_id}",
                actor=str(actor),
                memo=f"support of member {paid.member_id}",
            )
    except ledger.LimitExceeded as refused:
        raise BoxHoldsLess from refused
    paid.reversal_id, paid.taken_back_because = reversed_.entry_id, why
    session.flush()


# --- the leaves ---------------------------------------------------------------------------------------------


def _entry(
    session: Session, community: Community, member: Member, payment: Payment, actor: Actor
) -> ledger.Entry:
    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=community.currency, code=code, actor=actor
        )

    where = account(_WHERE[payment.way])
    if payment.what == OWED:
        debit, credit = where, account(books.receivable_code(member.id))
    else:
        debit, credit = account(books.payable_code(member.id)), where
    return ledger.Entry(
        book_id=community.book_id,
        kind=PAID,
        posted_on=payment.paid_on,
        key=payment.key,
        actor=str(actor),
        transfers=(ledger.Transfer(debit=debit, credit=credit, amount=payment.amount_minor),),
        memo=f"support of member {member.id}",
    )


def _written_before(session: Session, community: Community, key: str) -> SupportPaid | None:
    return session.scalar(
        select(SupportPaid).where(SupportPaid.community_id == community.id, SupportPaid.key == key)
    )


def _the_same(there: SupportPaid, member: Member, payment: Payment) -> SupportPaid:
    facts = (there.member_id, there.what, there.amount_minor, there.way, there.paid_on)
    if facts != (member.id, payment.what, payment.amount_minor, payment.way, payment.paid_on):
        raise PaidBefore
    return there
