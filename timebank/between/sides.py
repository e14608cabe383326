"""An agreement as one of the two communities sees it: its own side, the other's, and the rate between."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank.between.models import HoursAgreement
from timebank.communities.models import Community


@dataclass(frozen=True, slots=True)
class Side:
    """What an agreement says in the hours of one of the two."""

    community: Community
    #: So many minutes of this one are so many of the other.
    rate_minutes: int
    #: What either may owe the other.
    limit_minutes: int


@dataclass(frozen=True, slots=True)
class Between:
    """An agreement, seen from one of the two."""

    agreement: HoursAgreement
    here: Side
    there: Side

    @property
    def by_us(self) -> bool:
        """Whether it was proposed here."""
        return self.agreement.proposed_by_id == self.here.community.id

    @property
    def differs(self) -> bool:
        """Whether an hour here is another time there."""
        return self.here.rate_minutes != self.there.rate_minutes

    def across(self, minutes: int) -> int:
        """Tell how much some time of ours is there: to the whole minute down."""
        return minutes * self.there.rate_minutes // self.here.rate_minutes

    def most_for(self, minutes: int) -> int:
        """Tell the longest time of ours that is no more than so much there."""
        return ((minutes + 1) * self.here.rate_minutes - 1) // self.there.rate_minutes if minutes > 0 else 0

    def turned(self) -> Self:
        """See it from the other one."""
        return type(self)(self.agreement, self.there, self.here)


@dataclass(frozen=True, slots=True)
class Owed:
    """How two communities stand with each other, in the hours of each; above zero where we owe."""

    here: int
    there: int


def seen_from(session: Session, *, community: Community, agreement: HoursAgreement) -> Between:
    """See an agreement from one of its two communities."""
    is_first = agreement.first_id == community.id
    other = session.get_one(Community, agreement.second_id if is_first else agreement.first_id)
    first = Side(community if is_first else other, agreement.first_minutes, agreement.first_limit_minutes)
    second = Side(other if is_first else community, agreement.second_minutes, agreement.second_limit_minutes)
    return Between(agreement, first, second) if is_first else Between(agreement, second, first)


def find_agreement(session: Session, *, community: Community, agreement_id: int) -> HoursAgreement | None:
    """Find an agreement that this community has a part in; another's is not found."""
    found = session.scalar(select(HoursAgreement).where(HoursAgreement.id == agreement_id))
    return found if found is not None and community.id in (found.first_id, found.second_id) else None


def hours_with(session: Session, *, community: Community, other: Community) -> ledger.Account:
    """Find the account in a community's book of what it owes another one, or is owed."""
    return books.community_hours(session, book_id=community.book_id, slug=other.slug)


def owed_between(session: Session, between: Between) -> Owed:
    """Read from both books how the two stand; nothing where they never agreed."""
    here, there = between.here.community, between.there.community
    try:
        ours = ledger.balance(session, hours_with(session, community=here, other=there)).balance
        theirs = ledger.balance(session, hours_with(session, community=there, other=here)).balance
    except ledger.AccountUnknown:
        return Owed(0, 0)
    return Owed(ours, -theirs)


def still_possible(session: Session, between: Between) -> int:
    """Tell how much can still be given across from here, in our minutes, before a limit is reached."""
    owed = owed_between(session, between)
    ours = between.here.limit_minutes - owed.here
    theirs = between.most_for(between.there.limit_minutes - owed.there)
    return max(0, min(ours, theirs))
