"""Finding members who may have been entered twice, and telling why, without betraying what is hidden."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.contacts.models import ADDRESS
from timebank.contacts.models import NOBODY
from timebank.contacts.models import TELEPHONE
from timebank.contacts.models import ContactDetail
from timebank.doubles.keys import name_key
from timebank.doubles.models import NotTheSame
from timebank.members.models import SELF
from timebank.members.models import Farewell
from timebank.members.models import Hand
from timebank.members.models import Member
from timebank.members.models import SameAs

#: Why two may be the same, the strongest reason first.
NAME: Final = "name"
READING: Final = "reading"
SAME_TELEPHONE: Final = "telephone"
SAME_ADDRESS: Final = "address"
REASONS: Final = (NAME, READING, SAME_TELEPHONE, SAME_ADDRESS)

#: A telephone or an address that more members have is a hall's or a home's, and says nothing of two.
_MOST_SHARING = 6
#: Of so many namesakes nobody looks through the pairs.
_MOST_NAMESAKES = 40
#: More pairs are no help; those that are settled make room.
MOST_PAIRS = 100

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Alike:
    """Two members who may be the same, and why."""

    one: Member
    other: Member
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaidApart:
    """Two members of whom somebody has said that they are two."""

    said: NotTheSame
    one: Member
    other: Member
    #: The member that whoever said so is; None where it was somebody from outside.
    by: Member | None


def alike(session: Session, *, community: Community) -> Sequence[Alike]:
    """List who may have been entered twice, those with the most reasons first.

    Left out are those of whom somebody has said that they are two, and who has died or was joined.
    """
    members = {one.id: one for one in _members(session, community)}
    reasons: dict[Pair, set[str]] = {}
    for why, ids in _groups(session, community, members):
        for pair in combinations(sorted(ids), 2):
            reasons.setdefault(pair, set()).add(why)
    apart = select(NotTheSame.one_id, NotTheSame.other_id).where(NotTheSame.community_id == community.id)
    for one_id, other_id in session.execute(apart):
        reasons.pop((one_id, other_id), None)
    ordered = sorted(reasons.items(), key=lambda found: (_weight(found[1]), found[0]))
    return [
        Alike(members[one], members[other], tuple(why for why in REASONS if why in found))
        for (one, other), found in ordered[:MOST_PAIRS]
    ]


def reasons_for(session: Session, *, community: Community, one: Member, other: Member) -> tuple[str, ...]:
    """Tell why two members may be the same; nothing where nothing says so."""
    both = {member.id: member for member in (one, other)}
    found = {why for why, ids in _groups(session, community, both) if len(ids) == 2}
    return tuple(why for why in REASONS if why in found)


def said_apart(session: Session, *, community: Community) -> Sequence[SaidApart]:
    """List of whom somebody has said that they are two, the latest first."""
    rows = session.scalars(
        select(NotTheSame).where(NotTheSame.community_id == community.id).order_by(NotTheSame.said_at.desc())
    ).all()
    ids = {member_id for row in rows for member_id in (row.one_id, row.other_id)}
    hands = select(Hand.person_id, Hand.member_id).where(
        Hand.person_id.in_({row.person_id for row in rows} - {None}),
        Hand.community_id == community.id,
        Hand.acts_as == SELF,
    )
    selves = {one.person_id: one.member_id for one in session.execute(hands)}
    named = select(Member).where(Member.id.in_({*ids, *selves.values()}))
    members = {one.id: one for one in session.scalars(named)}
    return [
        SaidApart(
            row,
            members[row.one_id],
            members[row.other_id],
            members.get(selves.get(row.person_id or 0, 0)),
        )
        for row in rows
    ]


def _members(session: Session, community: Community) -> Iterable[Member]:
    joined = select(SameAs.member_id).where(SameAs.community_id == community.id)
    died = select(Farewell.member_id).where(Farewell.community_id == community.id, Farewell.died)
    return session.scalars(
        select(Member).where(
            Member.community_id == community.id, Member.id.not_in(joined), Member.id.not_in(died)
        )
    )


def _groups(
    session: Session, community: Community, members: dict[int, Member]
) -> Iterable[tuple[str, set[int]]]:
    """Give the ids of those who have something in common, with what it is."""
    yield from _same_names(members.values())
    kinds = {TELEPHONE: SAME_TELEPHONE, ADDRESS: SAME_ADDRESS}
    # What a member shows to nobody is not compared: that it is the same would already tell of it.
    details = select(ContactDetail.kind, ContactDetail.search_key, ContactDetail.member_id).where(
        ContactDetail.community_id == community.id,
        ContactDetail.kind.in_(kinds),
        ContactDetail.audience != NOBODY,
        ContactDetail.search_key != "",
    )
    if len(members) == 2:
        details = details.where(or_(*(ContactDetail.member_id == member_id for member_id in members)))
    shared: dict[tuple[str, str], set[int]] = {}
    for kind, key, member_id in session.execute(details):
        if member_id in members:
            shared.setdefault((kinds[kind], key), set()).add(member_id)
    yield from ((why, ids) for (why, _), ids in shared.items() if 2 <= len(ids) <= _MOST_SHARING)


def _same_names(members: Iterable[Member]) -> Iterable[tuple[str, set[int]]]:
    """Group by name and by reading: a name without a reading may have any, a reading stands for any name."""
    by_name: dict[str, list[Member]] = {}
    by_reading: dict[str, list[Member]] = {}
    for member in members:
        by_name.setdefault(name_key(member.name), []).append(member)
        by_reading.setdefault(name_key(member.reading or member.name), []).append(member)
    for named in by_name.values():
        for one, other in combinations(named[:_MOST_NAMESAKES], 2):
            if not one.reading or not other.reading or name_key(one.reading) == name_key(other.reading):
                yield NAME, {one.id, other.id}
    for read in by_reading.values():
        for one, other in combinations(read[:_MOST_NAMESAKES], 2):
            if name_key(one.name) != name_key(other.name):
                yield READING, {one.id, other.id}


def _weight(reasons: set[str]) -> tuple[int, int]:
    """Put many reasons before few, and a name before a telephone, which a household shares."""
    return -len(reasons), min(REASONS.index(why) for why in reasons)
