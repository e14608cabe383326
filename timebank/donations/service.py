"""What may happen to a gift: somebody wishes to give, pays, and is thanked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.service import record
from timebank.db import violated
from timebank.donations.givers import Said
from timebank.donations.givers import cleaned
from timebank.donations.models import DONATION as DONATION
from timebank.donations.models import LONGEST_WORDS
from timebank.donations.models import MOST_SUGGESTED
from timebank.donations.models import Donation
from timebank.donations.models import GivingRule
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.funds.models import Fund
from timebank.members.guardians import check_of_age
from timebank.members.models import Member
from timebank.money import Money
from timebank.money import MoneyTooMuch
from timebank.money import NoMoneyAtAll
from timebank.money import to_minor
from timebank.payments.models import MOST_MINOR
from timebank.payments.models import ONCE
from timebank.payments.models import Payment
from timebank.payments.service import begin_payment
from timebank.queue import enqueue
from timebank.text import clean_text

#: Thanks whoever gave, once.
THANK: Final = "thank-for-donation"
#: Stripe takes eight digits and no more.
MOST_BY_CARD: Final = 99_999_999
#: In whole units of the currency: what is offered, and the least, until a steward says otherwise.
_SUGGESTED_YEN, _SUGGESTED, _LEAST_YEN, _LEAST = (1000, 3000, 5000), (10, 30, 50), 300, 3


class NotAsking(Refusal):
    """A community that takes no gifts on a page."""

    sentence = N_("This community does not take gifts on this page at the moment.")
    status = 409


class SentBefore(Refusal):
    """The same form was sent before, with other content."""

    sentence = N_(
        "This form was sent before with other content. To give this as well, please send it once more."
    )


class FundEnded(Refusal):
    """A fund that takes nothing any more."""

    sentence = N_("What this fund is for has stopped. Please choose another purpose.")
    field = "fund"


class TooLittle(Refusal):
    """An amount below what is taken by card."""

    sentence = N_("Please give at least %(least)s here. Smaller gifts are welcome in cash.")
    field = "amount"


class EmailForRegular(Refusal):
    """A gift repeats, and nobody could send the link by which it is stopped."""

    sentence = N_("For a gift that repeats please write an e-mail address: the link to stop it goes there.")
    field = "email"


class NothingSuggested(Refusal):
    """A page without an amount to choose."""

    sentence = N_("Please write from one to %(most)s amounts, for example 1000 3000 5000.")
    field = "suggested"


class LeastAboveSuggested(Refusal):
    """An amount is offered that is then refused."""

    sentence = N_("Nothing is offered below the least that can be given: please make one of them fit.")
    field = "least"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a community asks for gifts: as its steward says, or as it is until somebody does."""

    open: bool
    words: str
    suggested: Sequence[int]
    least_minor: int
    fee_from_fund: bool
    konbini: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish(Said):
    """What somebody wants to give, and what they say about it."""

    amount_minor: int
    fund: Fund | None
    language: str
    #: ``month`` or ``year`` where it repeats.
    every: str = ONCE
    member_id: int | None = None
    key: str


def rule_of(session: Session, *, community: Community) -> Rule:
    """Read how a community asks for gifts; closed until its steward opens it."""
    row = session.get(GivingRule, community.id)
    if row is None:
        yen = community.currency in {"JPY", "KRW"}
        least = to_minor(_LEAST_YEN if yen else _LEAST, community.currency)
        offered = [to_minor(one, community.currency) for one in (_SUGGESTED_YEN if yen else _SUGGESTED)]
        return Rule(
            open=False, words="", suggested=offered, least_minor=least, fee_from_fund=False, konbini=False
        )
    return Rule(
        open=row.open,
        words=row.words,
        suggested=[int(one) for one in row.suggested.split()],
        least_minor=row.least_minor,
        fee_from_fund=row.fee_from_fund,
        konbini=row.konbini,
    )


def change_rule(session: Session, *, community: Community, rule: Rule, actor: Actor) -> None:
    """Write down anew how a community asks for gifts; gifts that were begun stay as they were told."""
    before = rule_of(session, community=community)
    if not 1 <= len(rule.suggested) <= MOST_SUGGESTED:
        raise NothingSuggested(most=MOST_SUGGESTED)
    if min(*rule.suggested, rule.least_minor) < 1:
        raise NoMoneyAtAll
    if max(*rule.suggested, rule.least_minor) > MOST_MINOR:
        raise MoneyTooMuch(most=Money(MOST_MINOR, community.currency))
    if min(rule.suggested) < rule.least_minor:
        raise LeastAboveSuggested
    row = session.get(GivingRule, community.id, with_for_update=True)
    if row is None:
        row = GivingRule(community_id=community.id)
        session.add(row)
    row.open, row.konbini, row.fee_from_fund = rule.open, rule.konbini, rule.fee_from_fund
    row.words = clean_text(rule.words, longest=LONGEST_WORDS)
    row.suggested = " ".join(map(str, sorted(set(rule.suggested))))
    row.least_minor = rule.least_minor
    session.flush()
    now = rule_of(session, community=community)
    for old, new, words in (
        (before.open, now.open, ("giving-closed", "giving-opened")),
        (before.fee_from_fund, now.fee_from_fund, ("fee-from-community", "fee-from-fund")),
    ):
        if old != new:
            record(session, community=community, what=words[new], before=None, after=None, actor=actor)


def wish_to_give(session: Session, *, community: Community, wish: Wish) -> tuple[Donation, Payment]:
    """Write down what somebody wants to give, and the attempt to pay it; the caller commits.

    The same form sent twice is one gift.
    """
    if found := _sent_before(session, community, wish.key):
        return _the_same(found, wish)
    rule = rule_of(session, community=community)
    _check_asked(rule, wish.fund)
    if wish.amount_minor < rule.least_minor:
        raise TooLittle(least=Money(rule.least_minor, community.currency))
    if wish.amount_minor > MOST_BY_CARD:
        raise MoneyTooMuch(most=Money(MOST_BY_CARD, community.currency))
    if wish.every and not wish.email.strip():
        raise EmailForRegular
    _check_of_age(session, wish)
    donation = _donation(community, wish, fee_from_fund=rule.fee_from_fund)
    try:
        with session.begin_nested():
            session.add(donation)
            session.flush()
    except IntegrityError as clash:
        # The same form twice at one moment: the other was first.
        found = _sent_before(session, community, wish.key)
        if violated(clash) != "uq_donation_community_id_key" or found is None:
            raise
        return _the_same(found, wish)
    return donation, pay_again(session, community=community, donation=donation)


def pay_again(session: Session, *, community: Community, donation: Donation) -> Payment:
    """Begin an attempt to pay a gift: the first, or one more where those before came to nothing."""
    return begin_payment(
        session,
        community=community,
        purpose=DONATION,
        subject_id=donation.id,
        amount_minor=donation.amount_minor,
        currency=donation.currency,
        language=donation.language,
        email=donation.email,
    )


def check_still_asked(session: Session, *, community: Community, donation: Donation) -> None:
    """Refuse to lead on to pay what is no longer asked for; nothing was taken so far."""
    _check_asked(rule_of(session, community=community), fund_of(session, donation))


def newest_attempt(session: Session, *, donation: Donation) -> Payment:
    """Give the last attempt to pay a gift."""
    return session.scalars(_attempts(donation).limit(1)).one()


def _attempts(donation: Donation) -> Select[Payment]:
    return (
        select(Payment)
        .where(
            Payment.community_id == donation.community_id,
            Payment.purpose == DONATION,
            Payment.subject_id == donation.id,
        )
        .order_by(Payment.attempt.desc())
    )


def donation_of(session: Session, payment: Payment) -> Donation:
    """Find the gift that a payment is for."""
    return session.scalars(
        select(Donation).where(
            Donation.id == payment.subject_id, Donation.community_id == payment.community_id
        )
    ).one()


def fund_of(session: Session, donation: Donation) -> Fund | None:
    """Find the fund that a gift is for; None where it is for whatever is needed most."""
    return None if donation.fund_id is None else session.get_one(Fund, donation.fund_id)


def thank_later(session: Session, *, donation: Donation) -> None:
    """Have whoever gave thanked, once, where they left an address."""
    if donation.email:
        enqueue(
            session,
            community_id=donation.community_id,
            kind=THANK,
            payload={"donation": donation.id},
            key=f"{THANK}:{donation.id}",
        )


# --- the leaves ---------------------------------------------------------------------------------------------


def _sent_before(session: Session, community: Community, key: str) -> tuple[Donation, Payment] | None:
    donation = session.scalar(
        select(Donation).where(Donation.community_id == community.id, Donation.key == key)
    )
    if donation is None:
        return None
    payment = session.scalars(_attempts(donation).limit(1)).first()
    if payment is None:
        # It came by hand, and the key is that of a treasurer's form.
        raise SentBefore
    return donation, payment


def _check_asked(rule: Rule, fund: Fund | None) -> None:
    if not rule.open:
        raise NotAsking
    if fund is not None and fund.ended_on is not None:
        raise FundEnded


def _check_of_age(session: Session, wish: Wish) -> None:
    """Let nobody who is under 18 pay without their guardian, as far as we know who it is."""
    member = session.get(Member, wish.member_id) if wish.member_id is not None else None
    if member is not None:
        check_of_age(session, member=member)


def _the_same(found: tuple[Donation, Payment], wish: Wish) -> tuple[Donation, Payment]:
    """Refuse a form that is sent again with other content; a double click has the same."""
    donation, _payment = found
    known = donation.amount_minor, donation.fund_id, donation.every
    if known != (wish.amount_minor, wish.fund.id if wish.fund else None, wish.every):
        raise SentBefore
    return found


def _donation(community: Community, wish: Wish, *, fee_from_fund: bool) -> Donation:
    return Donation(
        community_id=community.id,
        fund_id=wish.fund.id if wish.fund else None,
        amount_minor=wish.amount_minor,
        currency=community.currency,
        **cleaned(wish),
        member_id=wish.member_id,
        language=wish.language,
        every=wish.every,
        made_at=clock.now(),
        fee_from_fund=fee_from_fund,
        key=wish.key,
        given_on=None,
    )
