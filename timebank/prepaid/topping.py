"""Sums that somebody pays ahead, through Stripe or at the desk.

What is paid at the desk is booked at once. What Stripe takes is on the balance once its line is booked: a
balance is what the books say, and nothing else.
"""

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
from timebank.communities.days import check_open_day
from timebank.communities.models import Community
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.guardians import check_of_age
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.payments.models import Payment
from timebank.payments.service import begin_payment
from timebank.prepaid.models import BY_HAND
from timebank.prepaid.models import CASH
from timebank.prepaid.models import LONGEST_REASON
from timebank.prepaid.models import STRIPE
from timebank.prepaid.models import TRANSFER
from timebank.prepaid.models import PrepaidTopup
from timebank.prepaid.rules import check_sum
from timebank.text import clean_line
from timebank.text import is_visible

#: What payments of top-ups are for, as their rows say.
PREPAID: Final = "prepaid"
#: What an entry is by which a balance is topped up at the desk.
TOPPED_UP: Final = "prepaid"
#: Where money lies that was paid at the desk.
WHERE: Final = {CASH: books.CASH, TRANSFER: books.BANK}


class ToppedUpBefore(Refusal):
    """The same form was sent before, with other content."""

    sentence = N_(
        "This form was sent before with other content. To write this down as well, please send it once more."
    )


class HolderHasLeft(Refusal):
    """A balance is to be topped up of somebody who is no member any more."""

    sentence = N_("%(name)s has left, so nothing is paid ahead for them.")
    field = "member"


class WayNotKnown(Refusal):
    """Something is paid in a way that nobody offers."""

    sentence = N_("Please choose one of these.")
    field = "way"


class WhyIsMissing(Refusal):
    """Something is taken back, and nobody says why."""

    sentence = N_("Please say why, so that others understand it later.")
    field = "reason"


class UsedMeanwhile(Refusal):
    """A top-up that was a mistake, and of which something is used."""

    sentence = N_("The balance does not hold so much any more, so this cannot be taken back.")
    field = "reason"


class BoxIsTooEmpty(Refusal):
    """More is to be paid out than lies in the cash box."""

    sentence = N_("There is not so much in the cash box.")
    field = "way"


class CameByStripe(Refusal):
    """A top-up by card or at a konbini is to be taken back as a mistake of the desk."""

    sentence = N_("This was paid by way of Stripe, so it was no mistake of the desk.")
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """How much somebody wants to pay ahead through Stripe."""

    member: Member
    amount_minor: int
    language: str
    email: str = ""
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AtDesk:
    """What was paid ahead at the desk, as a treasurer writes it down."""

    member: Member
    amount_minor: int
    way: str
    paid_on: date
    key: str


def wish_to_top_up(
    session: Session, *, community: Community, wished: Wished, actor: Actor
) -> tuple[PrepaidTopup, Payment]:
    """Write down how much somebody wants to pay ahead, and the attempt to pay it; the caller commits.

    The same form twice is one top-up.
    """
    if found := _sent_before(session, community, wished.key):
        return _the_same(session, found, wished)
    check_of_age(session, member=wished.member)
    _check(session, community, wished.member, wished.amount_minor)
    topup = PrepaidTopup(
        community_id=community.id,
        member_id=wished.member.id,
        amount_minor=wished.amount_minor,
        currency=community.currency,
        way=STRIPE,
        language=wished.language,
        key=wished.key,
        made_at=clock.now(),
        actor=str(actor),
        paid_on=None,
        entry_id=None,
        reversal_id=None,
        taken_back_because=None,
    )
    try:
        with session.begin_nested():
            session.add(topup)
            session.flush()
    except IntegrityError as clash:
        # The same form twice at one moment: the other was first.
        found = _sent_before(session, community, wished.key)
        if violated(clash) != "uq_prepaid_topup_community_id_key" or found is None:
            raise
        return _the_same(session, found, wished)
    return topup, pay_again(session, community=community, topup=topup, email=wished.email)


def pay_again(session: Session, *, community: Community, topup: PrepaidTopup, email: str = "") -> Payment:
    """Begin an attempt to pay a top-up: the first, or one more where those before came to nothing."""
    return begin_payment(
        session,
        community=community,
        purpose=PREPAID,
        subject_id=topup.id,
        amount_minor=topup.amount_minor,
        currency=topup.currency,
        language=topup.language,
        email=email,
    )


def check_still_offered(session: Session, *, community: Community, topup: PrepaidTopup) -> None:
    """Refuse to have a top-up paid that was begun and is offered no longer."""
    _check(session, community, session.get_one(Member, topup.member_id), topup.amount_minor)


def top_up(session: Session, *, community: Community, paid: AtDesk, actor: Actor) -> PrepaidTopup:
    """Book what was paid ahead at the desk, once for each form; the caller commits."""
    if paid.way not in BY_HAND:
        raise WayNotKnown
    if there := _sent_before(session, community, paid.key):
        return _as_before(there, paid)
    _check(session, community, paid.member, paid.amount_minor)
    check_open_day(session, paid.paid_on, community=community, field="paid_on")
    posted = _post(session, community, paid, actor)
    if posted.repeated and (there := _sent_before(session, community, paid.key)):
        # The same form twice at one moment: the other was first.
        return _as_before(there, paid)
    topup = PrepaidTopup(
        community_id=community.id,
        member_id=paid.member.id,
        amount_minor=paid.amount_minor,
        currency=community.currency,
        way=paid.way,
        language=community.language,
        key=paid.key,
        made_at=clock.now(),
        actor=str(actor),
        paid_on=paid.paid_on,
        entry_id=posted.entry_id,
        reversal_id=None,
        taken_back_because=None,
    )
    session.add(topup)
    session.flush()
    return topup


def take_back(
    session: Session, *, community: Community, topup: PrepaidTopup, reason: str, actor: Actor
) -> None:
    """Take back what the desk wrote down by mistake, while the balance holds it; both lines stay."""
    why = read_reason(reason)
    session.refresh(topup, with_for_update=True)
    if topup.entry_id is None:
        raise CameByStripe
    if topup.reversal_id is not None:
        return
    try:
        with session.begin_nested():
            reversed_ = ledger.reverse(
                session,
                book_id=community.book_id,
                entry_id=topup.entry_id,
                posted_on=clock.today(community.time_zone),
                key=f"reversal:{topup.entry_id}",
                actor=str(actor),
                memo=f"prepaid by member {topup.member_id}",
            )
    except ledger.FloorExceeded as refused:
        raise UsedMeanwhile from refused
    except ledger.CeilingExceeded as refused:
        raise BoxIsTooEmpty from refused
    topup.reversal_id, topup.taken_back_because = reversed_.entry_id, why
    session.flush()


def newest_attempt(session: Session, *, topup: PrepaidTopup) -> Payment | None:
    """Give the last attempt to pay a top-up; None where it was paid at the desk."""
    attempts = select(Payment).where(
        Payment.community_id == topup.community_id,
        Payment.purpose == PREPAID,
        Payment.subject_id == topup.id,
    )
    return session.scalar(attempts.order_by(Payment.attempt.desc()).limit(1))


def topup_of(session: Session, payment: Payment) -> PrepaidTopup:
    """Find the top-up that a payment is for."""
    found = select(PrepaidTopup).where(
        PrepaidTopup.id == payment.subject_id, PrepaidTopup.community_id == payment.community_id
    )
    return session.scalars(found).one()


def read_reason(typed: str) -> str:
    """Read why something is taken or given back; raises where nobody says it."""
    why = clean_line(typed, longest=LONGEST_REASON)
    if not is_visible(why):
        raise WhyIsMissing
    return why


# --- the leaves ---------------------------------------------------------------------------------------------


def _check(session: Session, community: Community, member: Member, amount_minor: int) -> None:
    check_sum(session, community=community, amount_minor=amount_minor)
    if member.state == LEFT:
        raise HolderHasLeft(name=member.name)


def _post(session: Session, community: Community, paid: AtDesk, actor: Actor) -> ledger.Posted:
    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=community.currency, code=code, actor=actor
        )

    into, owed = account(WHERE[paid.way]), account(books.prepaid_code(paid.member.id))
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=TOPPED_UP,
        posted_on=paid.paid_on,
        key=paid.key,
        actor=str(actor),
        transfers=(ledger.Transfer(debit=into, credit=owed, amount=paid.amount_minor),),
        memo=f"prepaid by member {paid.member.id}",
    )
    try:
        with session.begin_nested():
            return ledger.post(session, entry)
    except ledger.KeyReused as refused:
        raise ToppedUpBefore from refused


def _sent_before(session: Session, community: Community, key: str) -> PrepaidTopup | None:
    return session.scalar(
        select(PrepaidTopup).where(PrepaidTopup.community_id == community.id, PrepaidTopup.key == key)
    )


def _as_before(there: PrepaidTopup, paid: AtDesk) -> PrepaidTopup:
    known = (there.member_id, there.amount_minor, there.way, there.paid_on)
    if known != (paid.member.id, paid.amount_minor, paid.way, paid.paid_on):
        raise ToppedUpBefore
    return there


def _the_same(session: Session, found: PrepaidTopup, wished: Wished) -> tuple[PrepaidTopup, Payment]:
    """Refuse a form that is sent again with other content; a double click has the same."""
    attempt = newest_attempt(session, topup=found)
    if attempt is None or (found.member_id, found.amount_minor) != (wished.member.id, wished.amount_minor):
        raise ToppedUpBefore
    return found, attempt
