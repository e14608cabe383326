"""Which person it was who gave or received for a household or an organisation.

Nobody has to say it. It tells those who act for the member, and officers; and what somebody who leaves a
household has of its hours is counted by it.
"""

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.db import insert_into
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import TookPart
from timebank.hands.queries import Acting
from timebank.hands.queries import acting_for
from timebank.members.models import PERSON
from timebank.members.models import HandEvent
from timebank.members.models import Member
from timebank.members.queries import names_of


class NotOneOfThem(Refusal):
    """Somebody is named who does not act for the member."""

    sentence = N_("Please choose one of those who act for %(name)s.")
    field = "who"


class NamesWhoLeft(Refusal):
    """Somebody changes what names a person who acts for the member no longer, for whom it counts."""

    sentence = N_("This names somebody who has left, and counts for them. A coordinator can change it.")
    field = "who"


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What one person gave and received for a household, as it was said, in minutes."""

    given: int
    received: int

    @property
    def balance(self) -> int:
        """What remains of it for them."""
        return self.given - self.received


def who_can(session: Session, *, member: Member | None) -> Sequence[Acting]:
    """List of whom it can have been one; nobody where a member is a person."""
    if member is None or member.kind == PERSON:
        return ()
    return acting_for(session, member=member)


def write_down(session: Session, *, exchanges: Sequence[Exchange], who: Mapping[int, int]) -> None:
    """Keep with new exchanges which person it was, by member; the caller knows that they act for it."""
    for one in exchanges:
        for member_id in {one.giver_id, one.receiver_id} & who.keys():
            session.add(
                TookPart(
                    exchange_id=one.id,
                    member_id=member_id,
                    community_id=one.community_id,
                    person_id=who[member_id],
                )
            )
    session.flush()


def who_ever_could(session: Session, *, member: Member) -> dict[int, str]:
    """Name everybody who acts or has ever acted for a household or an organisation, by person."""
    ever = select(HandEvent.person_id).where(HandEvent.member_id == member.id).distinct()
    ids = session.scalars(ever).all() if member.kind != PERSON else []
    return names_of(session, community_id=member.community_id, person_ids=ids)


def say_who(
    session: Session, *, exchange: Exchange, member: Member, person_id: int | None, by_officer: bool = False
) -> None:
    """Say which person it was, or that it is not to be said.

    Those who act for the member choose among themselves, and leave alone what names somebody who has left: it
    is counted for them. An officer may name everybody who ever acted, and change what is said.
    """
    said = session.get(TookPart, (exchange.id, member.id), with_for_update=True)
    if said is not None and said.person_id == person_id:
        return
    now = {one.person.id for one in who_can(session, member=member)}
    if said is not None and said.person_id not in now and not by_officer:
        raise NamesWhoLeft
    if person_id is None:
        if said is not None:
            session.delete(said)
            session.flush()
        return
    if person_id not in (who_ever_could(session, member=member) if by_officer else now):
        raise NotOneOfThem(name=member.name)
    # A form that is sent twice at one moment finds no row both times.
    row = insert_into(session, TookPart).values(
        exchange_id=exchange.id,
        member_id=member.id,
        community_id=exchange.community_id,
        person_id=person_id,
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["exchange_id", "member_id"], set_={"person_id": row.excluded.person_id}
        )
    )
    if said is not None:
        session.refresh(said)


def who_took_part(session: Session, *, member: Member, exchange_ids: Collection[int]) -> dict[int, int]:
    """Tell by exchange which person it was for a member, where it was said."""
    if member.kind == PERSON:
        return {}
    found = select(TookPart.exchange_id, TookPart.person_id).where(
        TookPart.member_id == member.id, TookPart.exchange_id.in_(exchange_ids)
    )
    return {one.exchange_id: one.person_id for one in session.execute(found)}


def part_of(session: Session, *, member: Member, person_id: int) -> OwnPart:
    """Add up what a person gave and received for a member; what was taken back does not count."""
    sums = [
        func.coalesce(func.sum(case((side == member.id, Exchange.minutes), else_=0)), 0)
        for side in (Exchange.giver_id, Exchange.receiver_id)
    ]
    found = (
        select(*sums)
        .join(TookPart, TookPart.exchange_id == Exchange.id)
        .where(
            TookPart.member_id == member.id,
            TookPart.person_id == person_id,
            Exchange.state == CONFIRMED,
            or_(Exchange.giver_id == member.id, Exchange.receiver_id == member.id),
        )
    )
    given, taken = session.execute(found).one()
    return OwnPart(int(given), int(taken))
