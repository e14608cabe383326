"""The report of thank-you money by giver: what was earned, what became of it, and what is still owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import books
from timebank.communities.models import Community
from timebank.donations.models import THANKS as GIVEN_THANKS
from timebank.donations.models import Donation
from timebank.donations.models import DonationByHand
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.support.cancelled_models import SupportCancelled
from timebank.support.cancelled_queries import cancelled_between
from timebank.support.models import THANKS
from timebank.support.models import SupportExpense
from timebank.support.models import SupportPaid
from timebank.support.models import SupportVisit
from timebank.support.reports import Span
from timebank.support.reports import balances_on
from timebank.support.reports import expenses_between
from timebank.support.reports import visits_between


@dataclass(frozen=True, slots=True, kw_only=True)
class ThanksOf:
    """What a member earned as thanks, and what became of it."""

    member: Member
    #: What they were owed on the day before, and are on the last, by the books.
    before_minor: int
    open_minor: int
    visits: int = 0
    earned_minor: int = 0
    way_minor: int = 0
    #: As thanks for visits that were cancelled: no hour of help took place.
    cancelled_minor: int = 0
    #: Of so much help the thanks were left to the group: no amount stands for it.
    left_minutes: int = 0
    #: What they laid out for others, and get back.
    outlaid_minor: int = 0
    given_minor: int = 0
    paid_minor: int = 0

    @property
    def other_minor(self) -> int:
        """What else moved it: visits that were taken back later, or posted in another month than given."""
        earned = self.earned_minor + self.way_minor + self.cancelled_minor + self.outlaid_minor
        known = earned - self.given_minor - self.paid_minor
        return self.open_minor - self.before_minor - known


def thanks_by_giver(session: Session, *, community: Community, span: Span) -> list[ThanksOf]:
    """Tell by giver, by name, what was earned as thanks and what became of it."""
    sums: dict[int, dict[str, int]] = {}
    for names, query in _thanks(community, span):
        for member_id, *amounts in session.execute(query):
            known = sums.setdefault(member_id, {})
            known.update(zip(names, map(int, amounts), strict=True))
    before, after = (_owed_on(session, community, day) for day in (span.before, span.last))
    for member_id in before.keys() | after.keys():
        sums.setdefault(member_id, {})
    members = session.scalars(
        select(Member)
        .where(Member.community_id == community.id, Member.id.in_(sums))
        .order_by(Member.name, Member.number)
    )
    return [
        ThanksOf(
            member=one, before_minor=before.get(one.id, 0), open_minor=after.get(one.id, 0), **sums[one.id]
        )
        for one in members
    ]


# --- the leaves ---------------------------------------------------------------------------------------------


def _thanks(community: Community, span: Span) -> Sequence[tuple[tuple[str, ...], Any]]:
    """Ask, table by table, what became of thanks; each query gives a member and what it is called by."""
    visit = SupportVisit
    left = (visit.thanked_minutes > 0) & (visit.thanks_minor == 0)
    earned = visits_between(
        community,
        span,
        Exchange.giver_id,
        func.count(),
        func.sum(visit.thanks_minor),
        func.sum(visit.way_minor),
        func.sum(case((left, visit.thanked_minutes), else_=0)),
    ).where((visit.thanks_minor > 0) | (visit.way_minor > 0) | left)
    given = (
        select(Donation.member_id, func.sum(Donation.amount_minor))
        .join(DonationByHand, DonationByHand.donation_id == Donation.id)
        .where(
            Donation.community_id == community.id,
            DonationByHand.way == GIVEN_THANKS,
            DonationByHand.reversal_id.is_(None),
            Donation.given_on.between(span.first, span.last),
        )
    )
    paid = select(SupportPaid.member_id, func.sum(SupportPaid.amount_minor)).where(
        SupportPaid.community_id == community.id,
        SupportPaid.what == THANKS,
        SupportPaid.reversal_id.is_(None),
        SupportPaid.paid_on.between(span.first, span.last),
    )
    outlaid = expenses_between(community, span, Exchange.giver_id, func.sum(SupportExpense.amount_minor))
    outlaid = outlaid.join(Exchange, Exchange.id == SupportExpense.exchange_id)
    thanks = SupportCancelled.giver_id, func.sum(SupportCancelled.thanks_minor)
    cancelled = cancelled_between(community, span.first, span.last, *thanks)
    cancelled = cancelled.where(SupportCancelled.thanks_minor > 0)
    names = ("visits", "earned_minor", "way_minor", "left_minutes")
    return (
        (names, earned.group_by(Exchange.giver_id)),
        (("cancelled_minor",), cancelled.group_by(SupportCancelled.giver_id)),
        (("given_minor",), given.group_by(Donation.member_id)),
        (("outlaid_minor",), outlaid.group_by(Exchange.giver_id)),
        (("paid_minor",), paid.group_by(SupportPaid.member_id)),
    )


def _owed_on(session: Session, community: Community, day: date) -> dict[int, int]:
    """Tell what each member was owed as thanks on a day."""
    balances = balances_on(session, community, day).items()
    found = ((books.is_owed_by_code(code), amount) for code, amount in balances)
    return {member_id: amount for member_id, amount in found if member_id is not None and amount}
