"""What happened to an exchange, in its order: who did what, for whom, how, when and why."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import ExchangeEvent
from timebank.exchanges.queries import events_of
from timebank.members.models import SELF
from timebank.members.models import Hand
from timebank.members.models import Member
from timebank.members.queries import names_of

#: What the first turn of every exchange is called; the others are those of its events.
LOGGED = "logged"
#: What is done so for another member is done as one of their hands; officers say how they heard of it.
AT_A_SCREEN = ("web", "demo")


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was done with an exchange."""

    what: str
    happened_at: datetime
    how: str
    #: Who did it; None where it was no member: an import, or an officer from outside.
    who: Member | None
    #: For whom; None where they did it for themself.
    on_behalf_of: Member | None
    #: The name of the person who acted for this member as their hand, for those who may read it.
    hand: str | None
    reason: str | None = None
    #: What stood there before it was amended.
    minutes_before: int | None = None
    worked_on_before: date | None = None


def history_of(
    session: Session, *, community: Community, exchange: Exchange, tells_hands_of: Callable[[int], bool]
) -> list[Turn]:
    """Tell an exchange's history, the first turn first.

    What somebody did for a household, or for whoever trusts them, that member did: their own name is
    told only to whom ``tells_hands_of`` lets know it of that member.
    """
    events = events_of(session, exchange=exchange)
    names = _Names(session, community, exchange, events, tells_hands_of)
    by = names.of(exchange.logged_person_id, exchange.logged_member_id, exchange.logged_how)
    logged = Turn(LOGGED, exchange.logged_at, exchange.logged_how, *by)
    return [logged, *(_turn(event, names) for event in events)]


def _turn(event: ExchangeEvent, names: "_Names") -> Turn:
    return Turn(
        event.what,
        event.happened_at,
        event.how,
        *names.of(event.person_id, event.member_id, event.how),
        reason=event.reason,
        minutes_before=event.minutes_before,
        worked_on_before=event.worked_on_before,
    )


class _Names:
    """The members that the persons of a history are, and those whom it names."""

    def __init__(
        self,
        session: Session,
        community: Community,
        exchange: Exchange,
        events: Sequence[ExchangeEvent],
        tells_hands_of: Callable[[int], bool],
    ) -> None:
        self.tells_hands_of = tells_hands_of
        person_ids = {exchange.logged_person_id, *(event.person_id for event in events)} - {None}
        member_ids = {exchange.logged_member_id, *(event.member_id for event in events)} - {None}
        hands = select(Hand.person_id, Hand.member_id).where(
            Hand.person_id.in_(person_ids), Hand.community_id == community.id, Hand.acts_as == SELF
        )
        self.selves = {one.person_id: one.member_id for one in session.execute(hands)}
        named = select(Member).where(
            Member.id.in_({*member_ids, *self.selves.values()}), Member.community_id == community.id
        )
        self.members = {member.id: member for member in session.scalars(named)}
        self.names = names_of(session, community_id=community.id, person_ids=person_ids)

    def of(
        self, person_id: int | None, member_id: int | None, how: str
    ) -> tuple[Member | None, Member | None, str | None]:
        """Tell who did something, for whom where that was somebody else, and who acted for them."""
        member = self.members.get(member_id or 0)
        who = self.members.get(self.selves.get(person_id or 0, 0))
        if person_id is None:
            return member, None, None
        if member is not None and who is not member and how in AT_A_SCREEN:
            return member, None, self.names.get(person_id) if self.tells_hands_of(member.id) else None
        return who, member if member is not who else None, None
