"""Money that goes back to whoever paid it ahead: by hand, or because Stripe or a dispute took it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func
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
from timebank.payments.booking import BY_STRIPE
from timebank.payments.booking import Shares
from timebank.prepaid.models import BY_HAND
from timebank.prepaid.models import STRIPE
from timebank.prepaid.models import PrepaidBack
from timebank.prepaid.models import PrepaidTopup
from timebank.prepaid.rules import rule_of
from timebank.prepaid.spending import balance_of_record
from timebank.prepaid.spending import hold_balances
from timebank.prepaid.topping import WHERE
from timebank.prepaid.topping import BoxIsTooEmpty
from timebank.prepaid.topping import ToppedUpBefore
from timebank.prepaid.topping import WayNotKnown
from timebank.prepaid.topping import read_reason

#: What an entry is by which money goes back from a balance.
GIVEN_BACK: Final = "prepaid-back"


class NothingGoesBack(Refusal):
    """A balance is to be given back where that is not done."""

    sentence = N_("No money goes back from balances here, unless a steward allows it in the settings.")
    status = 409


class NotSoMuchLeft(Refusal):
    """More is to be given back than is on the balance."""

    sentence = N_("The balance holds %(left)s, so no more can be given back.")
    field = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """How much goes back, as a form says it."""

    amount_minor: int
    way: str
    reason: str
    given_on: date
    key: str


def give_back(
    session: Session, *, community: Community, member: Member, back: Back, actor: Actor
) -> PrepaidBack:
    """Book money that goes back from a balance, once for each form; the caller commits."""
    if back.way not in BY_HAND:
        raise WayNotKnown
    why = read_reason(back.reason)
    if there := _given_before(session, community, back.key):
        return _as_before(there, member, back, why)
    if not rule_of(session, community=community).refunds:
        raise NothingGoesBack
    if back.amount_minor <= 0:
        raise NoMoneyAtAll
    check_open_day(session, back.given_on, community=community, field="given_on")
    posted = _post(session, community, member, back, actor)
    if posted.repeated and (there := _given_before(session, community, back.key)):
        # The same form twice at one moment: the other was first.
        return _as_before(there, member, back, why)
    row = PrepaidBack(
        community_id=community.id,
        member_id=member.id,
        topup_id=None,
        amount_minor=back.amount_minor,
        billed_minor=0,
        currency=community.currency,
        way=back.way,
        reason=why,
        given_on=back.given_on,
        key=back.key,
        done_at=clock.now(),
        actor=str(actor),
        entry_id=posted.entry_id,
    )
    session.add(row)
    session.flush()
    return row


def shares_back(session: Session, *, topup: PrepaidTopup, amount: int) -> Shares:
    """Tell where money belongs that Stripe gave back, or a card's owner had back, and write it down.

    First comes what is on the balance. What was used already the member owes.
    """
    community = session.get_one(Community, topup.community_id)
    hold_balances(session, member_ids=[topup.member_id])
    held = balance_of_record(session, community=community, member_id=topup.member_id, currency=topup.currency)
    taken = max(0, min(held, amount))
    before = select(func.count()).where(PrepaidBack.topup_id == topup.id).select_from(PrepaidBack)
    session.add(
        PrepaidBack(
            community_id=topup.community_id,
            member_id=topup.member_id,
            topup_id=topup.id,
            amount_minor=amount,
            billed_minor=amount - taken,
            currency=topup.currency,
            way=STRIPE,
            reason="",
            given_on=clock.today(community.time_zone),
            key=f"stripe:{topup.id}:{session.scalar(before) or 0}",
            done_at=clock.now(),
            actor=str(BY_STRIPE),
            entry_id=None,
        )
    )
    session.flush()
    return (
        (books.prepaid_code(topup.member_id), -taken),
        (books.receivable_code(topup.member_id), taken - amount),
    )


# --- the leaves ---------------------------------------------------------------------------------------------


def _post(session: Session, community: Community, member: Member, back: Back, actor: Actor) -> ledger.Posted:
    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=community.currency, code=code, actor=actor
        )

    owed, out = account(books.prepaid_code(member.id)), account(WHERE[back.way])
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=GIVEN_BACK,
        posted_on=back.given_on,
        key=back.key,
        actor=str(actor),
        transfers=(ledger.Transfer(debit=owed, credit=out, amount=back.amount_minor),),
        memo=f"prepaid by member {member.id}",
    )
    try:
        with session.begin_nested():
            return ledger.post(session, entry)
    except ledger.FloorExceeded as refused:
        held = balance_of_record(session, community=community, member_id=member.id)
        raise NotSoMuchLeft(left=Money(held, community.currency)) from refused
    except ledger.CeilingExceeded as refused:
        raise BoxIsTooEmpty from refused
    except ledger.KeyReused as refused:
        raise ToppedUpBefore from refused


def _given_before(session: Session, community: Community, key: str) -> PrepaidBack | None:
    return session.scalar(
        select(PrepaidBack).where(PrepaidBack.community_id == community.id, PrepaidBack.key == key)
    )


def _as_before(there: PrepaidBack, member: Member, back: Back, why: str) -> PrepaidBack:
    known = (there.member_id, there.amount_minor, there.way, there.given_on, there.reason)
    if known != (member.id, back.amount_minor, back.way, back.given_on, why):
        raise ToppedUpBefore
    return there
