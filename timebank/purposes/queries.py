"""Finding who was asked about another purpose, and telling how their answers stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.donations.queries import Gift
from timebank.donations.queries import gifts_among
from timebank.funds.models import ASKED
from timebank.funds.models import PurposeChange
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.queries import people_of
from timebank.purposes.models import PurposeGift
from timebank.purposes.models import PurposeGiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Giver:
    """Somebody who is asked, with their gifts, the newest first."""

    row: PurposeGiver
    gifts: Sequence[Gift]

    @property
    def name(self) -> str:
        """Give the name that was said last; empty where none ever was."""
        return next((one.donation.name for one in self.gifts if one.donation.name), "")

    @property
    def address(self) -> str:
        """Give the postal address that was said last."""
        return next((one.donation.address for one in self.gifts if one.donation.address), "")


def gifts_asked(session: Session, *, change: PurposeChange) -> list[tuple[PurposeGift, str | None]]:
    """List the gifts that were asked about, each with what its giver has answered."""
    found = (
        select(PurposeGift, PurposeGiver.answer)
        .join(PurposeGiver, PurposeGiver.id == PurposeGift.giver_id)
        .where(PurposeGift.change_id == change.id)
        .order_by(PurposeGift.id)
    )
    return [(row, said) for row, said in session.execute(found)]


def ids_asked(change: PurposeChange) -> Select[int]:
    """Find the numbers of the gifts that were asked about."""
    return select(PurposeGift.donation_id).where(PurposeGift.change_id == change.id)


def givers_of(session: Session, *, community: Community, change: PurposeChange) -> list[Giver]:
    """List everybody who is asked, with their gifts."""
    rows = session.scalars(
        select(PurposeGiver).where(PurposeGiver.change_id == change.id).order_by(PurposeGiver.id)
    ).all()
    asked = session.scalars(select(PurposeGift).where(PurposeGift.change_id == change.id)).all()
    owner = {one.donation_id: one.giver_id for one in asked}
    theirs: dict[int, list[Gift]] = {row.id: [] for row in rows}
    for one in gifts_among(session, community=community, ids=ids_asked(change)):
        theirs[owner[one.donation.id]].append(one)
    return [Giver(row=row, gifts=theirs[row.id]) for row in rows]


def find_giver(session: Session, *, change: PurposeChange, giver_id: int) -> PurposeGiver | None:
    """Find somebody who was asked about this; who was asked about something else is not found."""
    return session.scalar(
        select(PurposeGiver).where(PurposeGiver.id == giver_id, PurposeGiver.change_id == change.id)
    )


def find_by_token(session: Session, *, community: Community, token: str) -> PurposeGiver | None:
    """Find somebody by the token of their page; of another community it is not found."""
    return session.scalar(
        select(PurposeGiver).where(PurposeGiver.token == token, PurposeGiver.community_id == community.id)
    )


def giver_of(session: Session, *, community: Community, row: PurposeGiver) -> Giver:
    """Give somebody who is asked with their gifts."""
    asked = session.scalars(select(PurposeGift.donation_id).where(PurposeGift.giver_id == row.id)).all()
    return Giver(row=row, gifts=gifts_among(session, community=community, ids=asked))


def reached_at(session: Session, *, community: Community, giver: Giver) -> tuple[str, str] | None:
    """Tell at which address for mail a giver is reached, and in which language; None where by none.

    What was written with a gift counts first, then what a member signs in with.
    """
    for one in giver.gifts:
        if one.donation.email:
            return one.donation.email, one.donation.language
    member_id = giver.gifts[0].donation.member_id if giver.gifts else None
    member = session.get(Member, member_id) if member_id is not None else None
    if member is None or member.state == LEFT:
        return None
    for person in people_of(session, member=member):
        if person.email:
            return person.email, person.language or community.language
    return None


def count_to_settle(session: Session, community: Community) -> int:
    """Count the questions that can be settled: the last day is over, or everybody has answered."""
    silent = select(PurposeGiver.id).where(
        PurposeGiver.change_id == PurposeChange.id, PurposeGiver.answer.is_(None)
    )
    ready = select(func.count(PurposeChange.id)).where(
        PurposeChange.community_id == community.id,
        PurposeChange.state == ASKED,
        or_(PurposeChange.answer_by < clock.today(community.time_zone), ~silent.exists()),
    )
    return session.scalars(ready).one()
