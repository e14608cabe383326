"""Finding members: by id, number, name, reading, or the person behind them."""

from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import tuple_
from sqlalchemy.orm import Session

from ledger import Account
from timebank import books
from timebank.communities.models import Community
from timebank.members.models import ACTIVE
from timebank.members.models import AWAY
from timebank.members.models import LEFT
from timebank.members.models import LONGEST_NUMBER
from timebank.members.models import SELF
from timebank.members.models import TRUSTED
from timebank.members.models import Farewell
from timebank.members.models import Hand
from timebank.members.models import HandEvent
from timebank.members.models import Member
from timebank.members.models import MemberEvent
from timebank.members.same_as import who_stays
from timebank.people.models import Office
from timebank.people.models import Person
from timebank.text import half_width
from timebank.text import is_storable
from timebank.text import search_key

#: A list of more names is no help to anybody who types.
MOST_SUGGESTED = 150


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Some members in the order of their names, and whether there are more."""

    members: Sequence[Member]
    more: bool


def find_member(session: Session, *, community: Community, member_id: int) -> Member | None:
    """Find a member of this community; another community's is not found."""
    return session.scalar(select(Member).where(Member.id == member_id, Member.community_id == community.id))


def members_by_id(session: Session, *, community: Community, ids: Collection[int]) -> dict[int, Member]:
    """Find several members of this community by their ids; another community's are not found."""
    found = select(Member).where(Member.community_id == community.id, Member.id.in_(ids))
    return {member.id: member for member in session.scalars(found)}


def hold(session: Session, *, members: Collection[Member]) -> None:
    """Read these members anew, and let none of them leave or be joined before this transaction ends.

    Several may hold the same member at once: it keeps out only whoever changes what they are.
    """
    ids = {member.id for member in members}
    rows = select(Member).where(Member.id.in_(ids)).order_by(Member.id)
    held = rows.with_for_update(read=True, key_share=True).execution_options(populate_existing=True)
    session.scalars(held).all()


def find_by_number(session: Session, *, community: Community, number: str) -> Member | None:
    """Find a member by the number as the community writes it."""
    wanted = half_width(number.strip())
    if not is_storable(wanted):
        return None
    return session.scalar(select(Member).where(Member.community_id == community.id, Member.number == wanted))


def find_without_zeros(session: Session, *, community: Community, number: str) -> Member | None:
    """Find the one member whose number is this one but for zeros before it: on paper 0002 is a 2."""
    digits = half_width(number.strip()).lstrip("0")
    if not digits.isdecimal() or len(digits) > LONGEST_NUMBER:
        return None
    alike = select(Member).where(
        Member.community_id == community.id, func.ltrim(Member.number, "0") == digits
    )
    found = session.scalars(alike.limit(2)).all()
    return found[0] if len(found) == 1 else None


def search_members(
    session: Session, *, community: Community, text: str = "", after: Member | None = None, limit: int = 100
) -> MemberPage:
    """Find members by parts of their names, of their readings in either kana, or by the number."""
    found = select(Member).where(Member.community_id == community.id, *_matching(text))
    if after is not None:
        found = found.where(tuple_(Member.sort_key, Member.number) > tuple_(after.sort_key, after.number))
    ordered = found.order_by(Member.sort_key, Member.number).limit(limit + 1)
    members = session.scalars(ordered).all()
    return MemberPage(members=members[:limit], more=len(members) > limit)


def names_to_suggest(session: Session, *, community: Community) -> list[tuple[int, str]]:
    """Spell everybody who takes part, with their ids, as forms offer them; nobody where they are too many."""
    columns = select(Member.id, Member.name, Member.number).where(
        Member.community_id == community.id, Member.state.in_((ACTIVE, AWAY))
    )
    ordered = columns.order_by(Member.sort_key, Member.number).limit(MOST_SUGGESTED + 1)
    found = session.execute(ordered).all()
    return [(one.id, spelled(one.name, one.number)) for one in found] if len(found) <= MOST_SUGGESTED else []


def spelled(name: str, number: str) -> str:
    """Spell a member so that a form finds exactly them."""
    return f"{name} ({number})"


def member_of(session: Session, *, person: Person, community: Community) -> Member | None:
    """Find the member that a person is in a community; who has left is none."""
    return session.scalar(
        select(Member)
        .join(Hand, Hand.member_id == Member.id)
        .where(Hand.person_id == person.id, Hand.community_id == community.id, Hand.acts_as == SELF)
        .where(Member.state != LEFT)
    )


def communities_of(session: Session, *, person: Person) -> Sequence[Community]:
    """List the communities in which a person is a member, acts for one, or holds an office."""
    member_of = (
        select(Hand.community_id)
        .join(Member, Member.id == Hand.member_id)
        .where(Hand.person_id == person.id, Member.state != LEFT)
    )
    officer_of = select(Office.community_id).where(Office.person_id == person.id)
    own = select(Community).where(or_(Community.id.in_(member_of), Community.id.in_(officer_of)))
    return session.scalars(own.order_by(Community.name, Community.id)).all()


def people_of(session: Session, *, member: Member) -> Sequence[Person]:
    """List the people who are a member, or are of it as a household or an organisation.

    What is meant for the member is sent to them, and to nobody whom the member merely trusts.
    """
    people = select(Person).join(Hand, Hand.person_id == Person.id)
    own = people.where(Hand.member_id == member.id, Hand.acts_as != TRUSTED)
    return session.scalars(own.order_by(Person.id)).all()


def hands_on(session: Session, *, member: Member) -> list[tuple[Hand, Person]]:
    """List the hands that act for a member, with their persons; the first that was made first."""
    hands = select(Hand, Person).join(Person, Person.id == Hand.person_id).where(Hand.member_id == member.id)
    return [(hand, person) for hand, person in session.execute(hands.order_by(Person.id))]


def person_of(session: Session, *, member: Member) -> Person | None:
    """Find the person that a member is; None where nobody signs in as them."""
    oneself = select(Person).join(Hand, Hand.person_id == Person.id)
    return session.scalar(oneself.where(Hand.member_id == member.id, Hand.acts_as == SELF))


def names_of(session: Session, *, community_id: int, person_ids: Collection[int | None]) -> dict[int, str]:
    """Tell how people are called here: by the member that they are, or as they were named as a hand."""
    wanted = [one for one in person_ids if one is not None]
    if not wanted:
        return {}
    called = select(HandEvent.person_id, HandEvent.called).where(
        HandEvent.person_id.in_(wanted), HandEvent.community_id == community_id
    )
    names = {one.person_id: one.called for one in session.execute(called.order_by(HandEvent.id))}
    selves = selves_of(session, community_id=community_id, person_ids=wanted)
    return names | {person_id: member.name for person_id, member in selves.items()}


def selves_of(session: Session, *, community_id: int, person_ids: Collection[int]) -> dict[int, Member]:
    """Find the members that people are themselves in a community, by the ids of the people."""
    found = (
        select(Hand.person_id, Member)
        .join(Member, Member.id == Hand.member_id)
        .where(Hand.person_id.in_(person_ids), Hand.community_id == community_id, Hand.acts_as == SELF)
    )
    return {row.person_id: row.Member for row in session.execute(found)}


def people_by_number(session: Session, *, community: Community, number: str) -> Sequence[Person]:
    """List the people who may sign in by a member's number; whoever is trusted does so as themselves.

    The number of a record that was joined into another one means that one.
    """
    member = find_by_number(session, community=community, number=number)
    member = who_stays(session, member=member) if member else None
    return people_of(session, member=member) if member and member.state != LEFT else []


def hours_of(member: Member, community: Community) -> Account:
    """Name the account of a member's hours, without asking the database."""
    return books.member_hours(account_id=member.account_id, book_id=community.book_id, member_id=member.id)


def farewell_of(session: Session, *, member: Member) -> Farewell | None:
    """Find when and how a member left; None where they are here."""
    return session.get(Farewell, member.id)


def is_erased(member: Member) -> bool:
    """Say whether a member was erased: nobody finds them by a name, and a pseudonym stands for them."""
    return member.search_key == ""


def history(session: Session, *, member: Member, limit: int = 50) -> Sequence[MemberEvent]:
    """List what was done about a member, the newest first."""
    events = select(MemberEvent).where(MemberEvent.member_id == member.id)
    return session.scalars(events.order_by(MemberEvent.id.desc()).limit(limit)).all()


def next_number(session: Session, *, community: Community) -> str:
    """Suggest the number after the highest that is made of digits only, with as many digits."""
    only_digits = func.ltrim(Member.number, "0123456789") == ""
    highest = session.scalar(
        select(Member.number)
        .where(Member.community_id == community.id, only_digits, func.length(Member.number) <= 12)
        .order_by(func.length(Member.number).desc(), Member.number.desc())
        .limit(1)
    )
    return "1" if highest is None else str(int(highest) + 1).zfill(len(highest))


def _matching(typed: str) -> list[ColumnElement[bool]]:
    """Every word that was typed must be part of the name, the reading or the number."""
    return [
        or_(Member.search_key.contains(key, autoescape=True), Member.number == word)
        for word in half_width(typed).split()
        if is_storable(word) and (key := search_key(word))
    ]
