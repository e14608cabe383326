"""As whom somebody is in a community: what the web asks anew for each request."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.hands.queries import reach_of
from timebank.hands.queries import ticks_of
from timebank.members.models import SELF
from timebank.members.models import TRUSTED
from timebank.people.models import Office
from timebank.people.models import Person
from timebank.rights import HAND
from timebank.rights import MEMBER
from timebank.web import Standing


def stand(
    session: Session,
    *,
    person: Person,
    community: Community,
    chosen: int | None,
    sleeping: frozenset[str] = frozenset(),
) -> Standing:
    """Tell as whom somebody is here, who has chosen to act for a member; asked anew for each request.

    Whoever is no member and no officer, and acts for one member only, acts for that one. An officer's
    offices rest while they act for somebody else, so that it is always plain as whom something was done.
    Those that are ``sleeping`` do not count.
    """
    held = select(Office.role).where(Office.person_id == person.id, Office.community_id == community.id)
    all_held = frozenset(session.scalars(held))
    offices, asleep = all_held - sleeping, all_held & sleeping
    reach = reach_of(session, person=person, community=community)
    own = next((member for hand, member in reach if hand.acts_as == SELF), None)
    others = [(hand, member) for hand, member in reach if hand.acts_as != SELF]
    picked = next((one for one in others if one[1].id == chosen), None)
    if picked is None and own is None and not all_held and len(others) == 1:
        picked = others[0]
    ids = frozenset(member.id for _hand, member in reach)
    roles = offices | ({MEMBER} if own else set())
    here = Standing(own, roles, own=own, reach=ids, asleep=asleep, has_own_part=bool(roles | asleep))
    if picked is None and others and not here.has_own_part:
        return replace(here, roles=frozenset({HAND}))
    if picked is None:
        return here
    hand, member = picked
    here = replace(here, asleep=frozenset())
    if hand.acts_as == TRUSTED:
        return replace(here, member=member, roles=frozenset({HAND}), ticks=ticks_of(hand))
    return replace(here, member=member, roles=frozenset({MEMBER}))
