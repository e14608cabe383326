"""What a member owes for help, paid through Stripe: begun, on its way, booked, and what is more than owed.

How much is paid is what is owed at the moment at which it is begun; nobody types it. Until the money is
booked the debt may become less, for cash is taken at the desk and visits are taken back. What is more than
is owed by then lies in `refunds-owed` until a treasurer gives it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.members.same_as import record_ids
from timebank.money import Money
from timebank.payments.booking import TAKEN
from timebank.payments.booking import Shares
from timebank.payments.models import DISPUTED
from timebank.payments.models import DRAFT
from timebank.payments.models import OPEN
from timebank.payments.models import PROCESSING
from timebank.payments.models import Payment
from timebank.payments.models import StripeMovement
from timebank.payments.service import begin_payment
from timebank.support.models import HelpBill
from timebank.support.models import HelpPayment
from timebank.support.of_letter import left_of
from timebank.support.queries import owed_of

#: What payments for help are for, as their rows say.
HELP: Final = "help"
#: A page at Stripe that was begun so lately is gone on with; an older one is about to run out.
_GOES_ON = timedelta(hours=20)


class NothingOwed(Refusal):
    """Somebody wants to pay, and owes nothing."""

    sentence = N_("Nothing is owed for help at the moment, so there is nothing to pay.")
    status = 409


class OnItsWay(Refusal):
    """All that is owed is being paid already."""

    sentence = N_(
        "%(amount)s is on its way already, so there is nothing more to pay. It counts here as soon as it is "
        "booked."
    )
    status = 409


class NothingLeftOfBill(Refusal):
    """The sum of a letter was paid; what is owed since is no matter of its link."""

    sentence = N_("Nothing is left to pay of this bill. Thank you.")
    status = 409


class LessIsOwed(Refusal):
    """Less is owed by now than when paying was begun."""

    sentence = N_("By now %(left)s is owed for help. Nothing was taken. Please begin anew.")
    status = 409


class LinkIsOver(Refusal):
    """The link of a letter is past its last day."""

    sentence = N_(
        "This link has ended. What is owed can be paid under “What I owe and get”, by transfer, or in cash."
    )
    status = 410


@dataclass(frozen=True, slots=True)
class Standing:
    """What a member owes for help, and what of it is on its way through Stripe."""

    owes_minor: int
    on_its_way_minor: int

    @property
    def left_minor(self) -> int:
        """What is to be paid yet."""
        return max(0, self.owes_minor - self.on_its_way_minor)


@dataclass(frozen=True, slots=True)
class Online:
    """What a member paid through Stripe, or is about to."""

    help: HelpPayment
    payment: Payment

    @property
    def over_minor(self) -> int:
        """What of it was owed no longer, and is still here."""
        return self.help.over_minor - self.help.over_back_minor


def standing_of(session: Session, *, community: Community, member: Member) -> Standing:
    """Tell what a member owes for help by now, and what of it is paid and not booked yet."""
    owes = owed_of(session, community=community, member=member).owes_minor
    way = (
        select(func.coalesce(func.sum(Payment.amount_minor), 0))
        .join(HelpPayment, _OF_HELP)
        .where(
            HelpPayment.community_id == community.id,
            HelpPayment.member_id == member.id,
            HelpPayment.currency == community.currency,
            _on_its_way(),
        )
    )
    return Standing(owes_minor=owes, on_its_way_minor=int(session.scalar(way) or 0))


def begin(
    session: Session,
    *,
    community: Community,
    member: Member,
    bill: HelpBill | None = None,
    language: str,
    email: str = "",
    actor: Actor,
) -> Payment:
    """Begin to pay what a member owes by now, by a letter's link no more than it asks for.

    What was begun a while ago and is still the same is gone on with, so that a button pressed twice is
    one payment. The caller commits.
    """
    # Of two who press it at one moment, one follows the other.
    session.execute(select(Member.id).where(Member.id == member.id).with_for_update(key_share=True))
    if bill is not None and clock.today(community.time_zone) > bill.ends_on:
        raise LinkIsOver
    amount = to_pay(session, community=community, member=member, bill=bill)
    if there := _begun_before(session, community, member, bill, amount):
        return there
    row = HelpPayment(
        community_id=community.id,
        member_id=member.id,
        bill_id=bill.id if bill else None,
        amount_minor=amount,
        currency=community.currency,
        language=language,
        made_at=clock.now(),
        actor=str(actor),
        paid_on=None,
        over_minor=0,
        over_back_minor=0,
    )
    session.add(row)
    session.flush()
    return begin_again(session, community=community, help_payment=row, email=email)


def begin_again(
    session: Session, *, community: Community, help_payment: HelpPayment, email: str = ""
) -> Payment:
    """Begin an attempt to pay: the first, or one more where those before came to nothing."""
    return begin_payment(
        session,
        community=community,
        purpose=HELP,
        subject_id=help_payment.id,
        amount_minor=help_payment.amount_minor,
        currency=help_payment.currency,
        language=help_payment.language,
        email=email,
    )


def to_pay(session: Session, *, community: Community, member: Member, bill: HelpBill | None = None) -> int:
    """Tell how much there is to pay, by a letter's link no more than it asks for; else refuses."""
    standing = standing_of(session, community=community, member=member)
    if not standing.left_minor:
        if standing.on_its_way_minor:
            raise OnItsWay(amount=Money(standing.on_its_way_minor, community.currency))
        raise NothingOwed
    if bill is None:
        return standing.left_minor
    # What is on its way was begun for the oldest of it.
    of_it = left_of(session, community=community, member=member, bill=bill) - standing.on_its_way_minor
    if of_it <= 0:
        raise NothingLeftOfBill
    return min(of_it, standing.left_minor)


def check_still_owed(session: Session, *, community: Community, help_payment: HelpPayment) -> None:
    """Refuse to have more be paid than is owed by now."""
    member = session.get_one(Member, help_payment.member_id)
    left = to_pay(session, community=community, member=member)
    if left < help_payment.amount_minor:
        raise LessIsOwed(left=Money(left, community.currency))


def help_of(session: Session, payment: Payment) -> HelpPayment:
    """Find what of help a payment is for."""
    found = select(HelpPayment).where(
        HelpPayment.id == payment.subject_id, HelpPayment.community_id == payment.community_id
    )
    return session.scalars(found).one()


def newest_attempt(session: Session, *, help_payment: HelpPayment) -> Payment:
    """Give the last attempt to pay."""
    attempts = select(Payment).where(
        Payment.community_id == help_payment.community_id,
        Payment.purpose == HELP,
        Payment.subject_id == help_payment.id,
    )
    return session.scalars(attempts.order_by(Payment.attempt.desc()).limit(1)).one()


def find_bill(session: Session, *, community: Community, token: str) -> HelpBill | None:
    """Find the letter that a link belongs to; another community's is not found."""
    return session.scalar(
        select(HelpBill).where(HelpBill.community_id == community.id, HelpBill.token == token)
    )


def list_online(session: Session, *, community: Community, member: Member) -> Sequence[Online]:
    """List what a member paid through Stripe, or is about to pay at a konbini, the newest first."""
    theirs = record_ids(session, member=member)
    found = (
        select(HelpPayment, Payment)
        .join(Payment, _OF_HELP)
        .where(HelpPayment.community_id == community.id, HelpPayment.member_id.in_(theirs), _counts())
        .order_by(Payment.id.desc())
    )
    return [Online(*row) for row in session.execute(found)]


def list_over(session: Session, *, community: Community) -> Sequence[tuple[Online, Member]]:
    """List what came when it was owed no longer, and is still here, with who paid it; the oldest first."""
    found = (
        select(HelpPayment, Payment, Member)
        .join(Payment, _OF_HELP)
        .join(Member, Member.id == HelpPayment.member_id)
        .where(*_over(community))
        .order_by(Payment.id)
    )
    return [(Online(*row[:2]), row[2]) for row in session.execute(found)]


def count_over(session: Session, community: Community) -> int:
    """Count what came when it was owed no longer, and is still here."""
    found = select(func.count(HelpPayment.id)).join(Payment, _OF_HELP).where(*_over(community))
    return session.scalar(found) or 0


def _over(community: Community) -> tuple[ColumnElement[bool], ...]:
    """Say of which payments something can be given back: of what is disputed nobody can give anything."""
    return (
        HelpPayment.community_id == community.id,
        HelpPayment.over_minor > HelpPayment.over_back_minor,
        Payment.paid_at.is_not(None),
        Payment.oddity.is_(None),
        Payment.state != DISPUTED,
    )


def shares_of(session: Session, *, payment: Payment, amount: int) -> Shares:
    """Tell where money belongs that came (above zero) or goes back (below it).

    What is owed by now is paid, and no more; the rest is owed back. What goes back is that rest first, and
    then what was paid, which is owed again.
    """
    row = help_of(session, payment)
    receivable = books.receivable_code(row.member_id)
    if amount > 0:
        community = session.get_one(Community, row.community_id)
        member = session.get_one(Member, row.member_id)
        owes = owed_of(session, community=community, member=member).owes_minor
        paid = max(0, min(amount, owes))
        row.over_minor += amount - paid
        session.flush()
        return ((receivable, paid), (books.REFUNDS_OWED, amount - paid))
    over = min(-amount, row.over_minor - row.over_back_minor)
    row.over_back_minor += over
    session.flush()
    return ((books.REFUNDS_OWED, -over), (receivable, amount + over))


# --- the leaves ---------------------------------------------------------------------------------------------


_OF_HELP: Final = (
    (Payment.purpose == HELP)
    & (Payment.subject_id == HelpPayment.id)
    & (Payment.community_id == HelpPayment.community_id)
)


def _booked() -> ColumnElement[bool]:
    """Say of a payment that the books have its money."""
    return (
        select(StripeMovement.id)
        .where(
            StripeMovement.payment_id == Payment.id,
            StripeMovement.kind.in_(TAKEN),
            StripeMovement.entry_id.is_not(None),
        )
        .exists()
    )


def _on_its_way() -> ColumnElement[bool]:
    """Say of a payment that its money is paid, or promised at a konbini, and not in the books yet."""
    paid = Payment.paid_at.is_not(None) & Payment.oddity.is_(None) & ~_booked()
    return or_(Payment.state == PROCESSING, paid)


def _counts() -> ColumnElement[bool]:
    return or_(Payment.state == PROCESSING, Payment.paid_at.is_not(None) & Payment.oddity.is_(None))


def _begun_before(
    session: Session, community: Community, member: Member, bill: HelpBill | None, amount: int
) -> Payment | None:
    """Find what was begun a short while ago, by the same way, and asks for the same."""
    same_way = HelpPayment.bill_id.is_(None) if bill is None else HelpPayment.bill_id == bill.id
    found = (
        select(Payment)
        .join(HelpPayment, _OF_HELP)
        .where(
            HelpPayment.community_id == community.id,
            HelpPayment.member_id == member.id,
            same_way,
            HelpPayment.paid_on.is_(None),
            HelpPayment.amount_minor == amount,
            HelpPayment.currency == community.currency,
        )
        .order_by(Payment.id.desc())
        .limit(1)
    )
    last = session.scalar(found)
    if last is None or last.state not in {DRAFT, OPEN} or clock.now() - last.made_at > _GOES_ON:
        return None
    return last
