"""From what somebody typed to the member they mean: a name, a part of one, its reading, or a number."""

import re
from collections.abc import Sequence

from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.queries import find_by_number
from timebank.members.queries import find_without_zeros
from timebank.members.queries import search_members
from timebank.members.same_as import who_stays
from timebank.text import excerpt
from timebank.text import half_width
from timebank.text import search_key

#: A class taught or a clean-up; a longer list is two forms.
MOST_PEOPLE = 100
#: So many people can be looked through; where more are meant, more has to be typed.
MOST_SHOWN = 12
#: Among so many an exact name is still found.
_MOST_SEARCHED = 60

#: A name of full length with its number, and no more: a longer text is no name.
_LONGEST_TYPED = 160
_WITH_NUMBER = re.compile(r"(?P<name>.*)\(\s*(?P<number>[^()\s]+)\s*\)")


class NobodyChosen(Refusal):
    """Nobody was named where somebody has to be."""

    sentence = N_("Please choose the other person.")
    field = "other"


class TooManyPeople(Refusal):
    """More people than one form takes."""

    sentence = N_("At most %(most)s people fit on one form. Please use two.")
    field = "other"


class NobodyFound(Refusal):
    """No member is called that."""

    sentence = N_("Nobody was found for “%(typed)s”. Please write part of the name or the member number.")
    field = "other"


class SeveralFound(Refusal):
    """Several members may be meant, few enough to choose from."""

    sentence = N_("“%(typed)s” can be several people. Please choose one of them.")
    field = "other"

    def __init__(self, members: Sequence[Member], **facts: object) -> None:
        super().__init__(**facts)
        self.members = members


class TooManyFound(Refusal):
    """More members may be meant than anybody looks through."""

    sentence = N_("“%(typed)s” can be many people. Please write more of the name, or the member number.")
    field = "other"


class NumberUnknown(Refusal):
    """No member has this number."""

    sentence = N_("No member has the number “%(typed)s”.")
    field = "number"


class NamesUnclear(Refusal):
    """Some lines of a list name nobody, or several people."""

    sentence = N_("It is not clear who is meant by %(lines)s. Please write the member numbers.")
    field = "others"


def choose(session: Session, *, community: Community, typed: str, picked: str | None = None) -> Member:
    """Find the one member who is meant; ``picked`` is the number chosen among several, where it was."""
    if not typed.strip():
        raise NobodyChosen
    found = _matching(session, community, typed)
    if not found:
        raise NobodyFound(typed=excerpt(typed.strip()))
    if len(found) == 1:
        return found[0]
    chosen = next((member for member in found if member.number == picked), None)
    if chosen is not None:
        return chosen
    if len(found) > MOST_SHOWN:
        raise TooManyFound(typed=excerpt(typed.strip()))
    raise SeveralFound(found, typed=excerpt(typed.strip()))


def choose_by_number(session: Session, *, community: Community, typed: str) -> Member:
    """Find the member with this number, and nobody by name: for slips, where a number is written."""
    member = find_by_number(session, community=community, number=typed)
    member = member or find_without_zeros(session, community=community, number=typed)
    if member is None:
        raise NumberUnknown(typed=excerpt(typed.strip()))
    # On old slips and cards stands the number of before; it means the record that goes on.
    return who_stays(session, member=member)


def choose_all(session: Session, *, community: Community, typed: str) -> list[Member]:
    """Find a member for each line of a list; what is unclear is told in one sentence."""
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    if not lines:
        raise NobodyChosen
    if len(lines) > MOST_PEOPLE:
        raise TooManyPeople(most=MOST_PEOPLE)
    members, unclear = [], []
    for line in lines:
        found = _matching(session, community, line)
        if len(found) == 1:
            members.append(found[0])
        else:
            numbers = ", ".join(member.number for member in found[:MOST_SHOWN])
            unclear.append(f"“{excerpt(line, 30)}”" + (f" ({numbers})" if numbers else ""))
    if unclear:
        raise NamesUnclear(lines=", ".join(unclear[:5]) + (" …" if len(unclear) > 5 else ""))
    return members


def _matching(session: Session, community: Community, typed: str) -> list[Member]:
    """List whom a text may mean: a number means one, a full name those who are called exactly so."""
    if len(typed) > _LONGEST_TYPED:
        return []
    if member := _numbered(session, community, typed):
        return [member]
    key = search_key(typed)
    if not key:
        return []
    page = search_members(session, community=community, text=typed, limit=_MOST_SEARCHED)
    # Who has left is found by the number alone, to be told so.
    found = [one for one in page.members if one.state != LEFT]
    exactly = [one for one in found if key in (search_key(one.name), search_key(one.reading or ""))]
    return exactly or found


def _numbered(session: Session, community: Community, typed: str) -> Member | None:
    member = find_by_number(session, community=community, number=typed)
    if member is None and (both := _WITH_NUMBER.fullmatch(half_width(typed).strip())):
        member = find_by_number(session, community=community, number=both["number"])
        # A number that was mistyped must not book for a stranger.
        if member is not None and search_key(both["name"]) not in search_key(member.name):
            return None
    member = member or find_without_zeros(session, community=community, number=typed)
    return who_stays(session, member=member) if member else None
