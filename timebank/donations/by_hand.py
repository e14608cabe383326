"""Gifts of money that come by hand, in cash or by transfer: booked at once, and taken back by a reversal."""

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
from timebank.donations.givers import Said
from timebank.donations.givers import cleaned
from timebank.donations.givers import named_after
from timebank.donations.models import BY_HAND
from timebank.donations.models import CASH
from timebank.donations.models import LONGEST_REASON
from timebank.donations.models import THANKS
from timebank.donations.models import TRANSFER
from timebank.donations.models import Donation
from timebank.donations.models import DonationByHand
from timebank.donations.models import DonationKept
from timebank.donations.receipting import issue_receipt
from timebank.donations.receipting import taken_back
from timebank.donations.service import FundEnded
from timebank.donations.service import thank_later
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.funds.models import Fund
from timebank.members.models import Member
from timebank.money import Money
from timebank.money import MoneyTooMuch
from timebank.money import NoMoneyAtAll
from timebank.payments.models import MOST_MINOR
from timebank.text import clean_line
from timebank.text import is_visible

#: What an entry is by which a gift comes into the books without Stripe.
GIFT: Final = "gift"
#: Where the money then is.
_WHERE: Final = {CASH: books.CASH, TRANSFER: books.BANK}


class WayUnknown(Refusal):
    """Money that came in a way of which the books know nothing."""

    sentence = N_("Please choose one of these.")
    field = "way"


class WrittenBefore(Refusal):
    """The same form was saved before, with other content."""

    sentence = N_(
        "This form was saved before with other content. To write this down as well, please save once more."
    )


class WrittenDownAlready(Refusal):
    """The same gift is written down already, by another form or by a way back in the browser."""

    sentence = N_(
        "A gift of %(amount)s on %(day)s from the same giver is written down already. If there was another "
        "one, tick the box to write it down as well."
    )
    field = "again"


class ReasonMissing(Refusal):
    """A gift is taken back, and nobody says why."""

    sentence = N_("Please say why, so that others understand it later.")
    field = "reason"


class NotByHand(Refusal):
    """A gift is to be taken back that came through Stripe, which knows nothing of it."""

    sentence = N_("This gift came through Stripe. It is given back on the page of its payment.")
    status = 409


class GiverWasAsked(Refusal):
    """A gift is to be taken back as a mistake whose giver has said what becomes of the rest of it."""

    sentence = N_(
        "Whoever gave this was asked what becomes of what is left of it, and answered. It is no mistake that "
        "could be taken back."
    )
    status = 409


class FundHasSpentIt(Refusal):
    """A gift is to be taken back, and the fund has less left than that."""

    sentence = N_(
        "Only %(left)s is left in the fund, for the rest was spent, so nothing is taken back. If some of "
        "that was written down by mistake, too, please take it back first."
    )


class LessIsOwed(Refusal):
    """A member gives away more than they are owed as thanks."""

    sentence = N_("%(left)s is owed as thanks, so no more can be given away.")
    field = "amount"


class BoxHasLess(Refusal):
    """A gift is to be taken back, and the cash box holds less than that."""

    sentence = N_("Only %(left)s is in the cash box, so this gift cannot be taken out of it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought(Said):
    """A gift of money that came by hand, as the treasurer's form says it."""

    amount_minor: int
    #: In cash, by transfer, or of what a member was owed as thanks.
    way: str
    given_on: date
    #: None: for whatever is needed most.
    fund: Fund | None
    member: Member | None = None
    #: Refuse it where the same is written down already: forms ask before it is written down again.
    once: bool = False
    key: str


def write_down(session: Session, *, community: Community, gift: Brought, actor: Actor) -> Donation:
    """Write down a gift that came by hand, and book it, once for each form; the caller commits."""
    facts = {
        **cleaned(named_after(gift, gift.member)),
        "amount_minor": gift.amount_minor,
        "fund_id": gift.fund.id if gift.fund else None,
        "member_id": gift.member.id if gift.member else None,
        "given_on": gift.given_on,
    }
    if there := _written_before(session, community, gift.key):
        return _the_same(session, there, gift, facts)
    _check(session, community, gift)
    if gift.once:
        _refuse_twice(session, facts, community, gift)
    try:
        with session.begin_nested():
            posted = ledger.post(session, _entry(session, community, gift, actor))
    except ledger.FloorExceeded as refused:
        raise LessIsOwed(left=_owed(session, community, refused)) from refused
    except ledger.KeyReused as refused:
        raise WrittenBefore from refused
    if posted.repeated and (there := _written_before(session, community, gift.key)):
        # The same form twice at one moment: the other was first.
        return _the_same(session, there, gift, facts)
    donation = Donation(
        community_id=community.id,
        currency=community.currency,
        language=community.language,
        made_at=clock.now(),
        # Stripe has no part in it, and takes none.
        fee_from_fund=False,
        key=gift.key,
        **facts,
    )
    session.add(donation)
    session.flush()
    by_hand = DonationByHand(
        donation_id=donation.id,
        community_id=community.id,
        way=gift.way,
        actor=str(actor),
        entry_id=posted.entry_id,
        reversal_id=None,
        taken_back_because=None,
    )
    session.add(by_hand)
    session.flush()
    if donation.wants_receipt and not donation.receipt_for_year:
        issue_receipt(session, donation=donation, payment=None, actor=actor)
    thank_later(session, donation=donation)
    return donation


def take_back(
    session: Session, *, community: Community, donation: Donation, reason: str, actor: Actor
) -> None:
    """Take back what was written down by mistake; both lines stay, and it counts no longer."""
    why = clean_reason(reason)
    by_hand = session.get(DonationByHand, donation.id, populate_existing=True, with_for_update=True)
    if by_hand is None:
        raise NotByHand
    if by_hand.reversal_id is not None:
        return
    if session.get(DonationKept, donation.id) is not None:
        raise GiverWasAsked
    try:
        with session.begin_nested():
            reversed_ = ledger.reverse(
                session,
                book_id=community.book_id,
                entry_id=by_hand.entry_id,
                posted_on=clock.today(community.time_zone),
                key=f"reversal:{by_hand.entry_id}",
                actor=str(actor),
                memo=_memo(donation.fund_id),
            )
    except ledger.FloorExceeded as refused:
        raise FundHasSpentIt(left=_left(session, community, donation, refused)) from refused
    except ledger.CeilingExceeded as refused:
        raise BoxHasLess(left=_left(session, community, donation, refused)) from refused
    by_hand.reversal_id, by_hand.taken_back_because = reversed_.entry_id, why
    session.flush()
    taken_back(session, donation=donation, actor=actor)


def clean_reason(typed: str) -> str:
    """Return why something is taken back, or refuse that nobody says it."""
    why = clean_line(typed, longest=LONGEST_REASON)
    if not is_visible(why):
        raise ReasonMissing
    return why


# --- the leaves ---------------------------------------------------------------------------------------------


def _check(session: Session, community: Community, gift: Brought) -> None:
    if gift.amount_minor <= 0:
        raise NoMoneyAtAll
    if gift.amount_minor > MOST_MINOR:
        raise MoneyTooMuch(most=Money(MOST_MINOR, community.currency))
    if gift.way not in (*BY_HAND, THANKS) or (gift.way == THANKS and gift.member is None):
        raise WayUnknown
    if gift.fund is not None and gift.fund.ended_on is not None:
        raise FundEnded
    check_open_day(session, gift.given_on, community=community, field="given_on")


def _refuse_twice(session: Session, facts: dict[str, object], community: Community, gift: Brought) -> None:
    same = ("amount_minor", "fund_id", "member_id", "given_on", "name")
    there = (
        select(Donation.id)
        .join(DonationByHand, DonationByHand.donation_id == Donation.id)
        .where(
            Donation.community_id == community.id,
            DonationByHand.way == gift.way,
            DonationByHand.reversal_id.is_(None),
            *(getattr(Donation, name).is_not_distinct_from(facts[name]) for name in same),
        )
    )
    if session.scalar(there.limit(1)) is not None:
        raise WrittenDownAlready(amount=Money(gift.amount_minor, community.currency), day=gift.given_on)


def _entry(session: Session, community: Community, gift: Brought, actor: Actor) -> ledger.Entry:
    """Spell the entry of a gift: the income, and what its fund holds of it, which is all of it."""
    slug = gift.fund.slug if gift.fund else None

    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=community.currency, code=code, actor=actor
        )

    def into(debit: str, credit: str) -> ledger.Transfer:
        return ledger.Transfer(debit=account(debit), credit=account(credit), amount=gift.amount_minor)

    transfers = [into(_from(gift), books.donations_code(slug))]
    if slug is not None:
        transfers.append(into(books.GENERAL, books.fund_code(slug)))
    return ledger.Entry(
        book_id=community.book_id,
        kind=GIFT,
        posted_on=gift.given_on,
        key=gift.key,
        actor=str(actor),
        transfers=tuple(transfers),
        memo=_memo(gift.fund.id if gift.fund else None),
    )


def _from(gift: Brought) -> str:
    """Name the account that a gift comes out of, or into which its money was laid."""
    if gift.way == THANKS and gift.member is not None:
        return books.payable_code(gift.member.id)
    return _WHERE[gift.way]


def _owed(session: Session, community: Community, refused: ledger.LimitExceeded) -> Money:
    """Tell what whoever gives thanks away is owed; what was paid too much is nothing."""
    account = ledger.find_account(
        session, book_id=community.book_id, code=refused.code, commodity=community.currency
    )
    return Money(max(0, ledger.balance(session, account).balance), community.currency)


def _memo(fund_id: int | None) -> str:
    return f"fund {fund_id}" if fund_id is not None else "no fund"


def _left(session: Session, community: Community, donation: Donation, refused: ledger.LimitExceeded) -> Money:
    """Tell what the account that refused still holds: a fund is above zero then, and cash below it."""
    account = ledger.find_account(
        session, book_id=community.book_id, code=refused.code, commodity=donation.currency
    )
    return Money(abs(ledger.balance(session, account).balance), donation.currency)


def _written_before(session: Session, community: Community, key: str) -> Donation | None:
    return session.scalar(select(Donation).where(Donation.community_id == community.id, Donation.key == key))


def _the_same(session: Session, there: Donation, gift: Brought, facts: dict[str, object]) -> Donation:
    """Refuse a form that is saved again with other content; a double click has the same."""
    by_hand = session.get(DonationByHand, there.id)
    if by_hand is None or by_hand.way != gift.way:
        raise WrittenBefore
    if any(getattr(there, name) != fact for name, fact in facts.items()):
        raise WrittenBefore
    return there
