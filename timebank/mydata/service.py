"""What may be done about somebody's data: asking, answering, erasing; and how long words are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.service import record
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.queries import still_open
from timebank.hours import Minutes
from timebank.known import Known
from timebank.known import Whom
from timebank.members.models import LEFT
from timebank.members.models import Hand
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.members.queries import is_erased
from timebank.members.queries import person_of
from timebank.members.service import record_event
from timebank.mydata.models import ERASE
from timebank.mydata.models import GRANTED
from timebank.mydata.models import KINDS
from timebank.mydata.models import LONGEST_WORDS
from timebank.mydata.models import OPEN
from timebank.mydata.models import REFUSED
from timebank.mydata.models import WITHDRAWN
from timebank.mydata.models import DataRequest
from timebank.mydata.models import Erasure
from timebank.mydata.models import Retention
from timebank.people.models import Office
from timebank.text import clean_text
from timebank.text import is_visible
from timebank.text import sort_key

#: GDPR gives a month, Japan's law says without delay: 30 days are at most either.
DAYS_TO_ANSWER = 30
#: What a member's history calls it.
ERASED = "erased"
#: What a number begins with that stands in place of a member's own.
PSEUDONYM = "former-"
#: What is kept for how long where a community has decided nothing.
SUGGESTED = {"unbooked_days": 365, "reasons_days": 1095, "requests_days": 1095, "backups_days": 30}
_BOUNDS = {
    "unbooked_days": (30, 3650),
    "reasons_days": (30, 3650),
    "requests_days": (365, 3650),
    "backups_days": (1, 3650),
}


class RequestKindUnknown(Refusal):
    """A request of a kind that the program does not know."""

    sentence = N_("Please choose what is asked.")
    field = "kind"


class AskedAlready(Refusal):
    """The same is asked already, and not answered yet."""

    sentence = N_("This is asked already. It is answered by %(day)s.")


class RequestAnswered(Refusal):
    """Somebody else was first, or it was withdrawn."""

    sentence = N_("This request is answered already, or was withdrawn.")
    status = 409


class AnswerMissing(Refusal):
    """An answer without a word."""

    sentence = N_("Please write what you answer, so that others understand it later.")
    field = "answer"


class EraseOnItsPage(Refusal):
    """A request for erasure is granted by erasing."""

    sentence = N_("Please erase the member on the page for it; that answers the request, too.")
    field = "granted"


class NotSettled(Refusal):
    """Something has to be settled before somebody can be erased."""

    sentence = N_("Something has to be settled before: it stands on this page.")
    status = 409


class DaysRefused(Refusal):
    """A number of days that makes no sense."""

    sentence = N_("Please write a number of days from %(fewest)s to %(most)s.")

    def __init__(self, field: str, **facts: object) -> None:
        super().__init__(**facts)
        self.field = field


@dataclass(frozen=True, slots=True)
class ToSettle:
    """What has to be settled before a member can be erased, all of it false or empty where nothing has."""

    is_member: bool
    offices: Sequence[str]
    #: Open exchanges.
    waiting: int
    #: How far below zero they are.
    owed: Minutes | None

    def __bool__(self) -> bool:
        return bool(self.is_member or self.offices or self.waiting or self.owed)


def whom_of(session: Session, *, member: Member) -> Whom:
    """Tell whose data that of a member is."""
    person = person_of(session, member=member)
    if person is None:
        return Whom(member.community_id, member.id)
    elsewhere = select(
        or_(
            exists().where(Hand.person_id == person.id, Hand.member_id != member.id),
            exists().where(Office.person_id == person.id, Office.community_id != member.community_id),
        )
    )
    return Whom(
        community_id=member.community_id,
        member_id=member.id,
        person_id=person.id,
        email=person.email or "",
        only_here=not session.scalar(elsewhere),
    )


# --- requests -----------------------------------------------------------------------------------------------


def ask(
    session: Session, *, community: Community, member: Member, kind: str, words: str, actor: Actor
) -> DataRequest:
    """Write down what a member asks about their data, and until when it has to be answered."""
    if kind not in KINDS:
        raise RequestKindUnknown
    session.refresh(member, with_for_update=True)
    same = select(DataRequest.due_on).where(
        DataRequest.member_id == member.id, DataRequest.kind == kind, DataRequest.state == OPEN
    )
    if due := session.scalar(same):
        raise AskedAlready(day=due)
    request = DataRequest(
        member_id=member.id,
        community_id=community.id,
        kind=kind,
        words=clean_text(words, longest=LONGEST_WORDS),
        asked_at=clock.now(),
        asked_by=str(actor),
        due_on=clock.today(community.time_zone) + timedelta(days=DAYS_TO_ANSWER),
    )
    session.add(request)
    session.flush()
    return request


def withdraw(session: Session, *, request: DataRequest, actor: Actor) -> None:
    """Ask no longer."""
    _end(session, request, state=WITHDRAWN, answer="", actor=actor)


def answer(session: Session, *, request: DataRequest, granted: bool, words: str, actor: Actor) -> None:
    """Write down what a member was answered, and whether what they asked for was done."""
    if not is_visible(words):
        raise AnswerMissing
    if granted and request.kind == ERASE:
        raise EraseOnItsPage
    said = clean_text(words, longest=LONGEST_WORDS)
    _end(session, request, state=GRANTED if granted else REFUSED, answer=said, actor=actor)


def _end(session: Session, request: DataRequest, *, state: str, answer: str, actor: Actor) -> None:
    session.refresh(request, with_for_update=True)
    if request.state != OPEN:
        raise RequestAnswered
    request.state, request.answer = state, answer
    request.answered_at, request.answered_by = clock.now(), str(actor)
    session.flush()


# --- erasing ------------------------------------------------------------------------------------------------


def to_settle(session: Session, *, community: Community, member: Member) -> ToSettle:
    """Tell what has to be settled before a member can be erased: offices, debts, what is open, leaving."""
    person = person_of(session, member=member)
    held = select(Office.role).where(
        Office.community_id == community.id, Office.person_id == (person.id if person else -1)
    )
    open_ones = select(func.count()).select_from(still_open(community=community, member=member).subquery())
    balance = ledger.balance(session, hours_of(member, community)).balance
    return ToSettle(
        is_member=member.state != LEFT,
        offices=session.scalars(held.order_by(Office.role)).all(),
        waiting=session.scalar(open_ones) or 0,
        owed=Minutes(-balance) if balance < 0 else None,
    )


def erase(
    session: Session, *, community: Community, member: Member, known: Sequence[Known], actor: Actor
) -> Erasure:
    """Let go of everything that tells who a member was; their hours stay under a pseudonym.

    Twice is once. The caller commits.
    """
    session.refresh(member, with_for_update=True)
    if is_erased(member):
        return session.get_one(Erasure, member.id)
    if to_settle(session, community=community, member=member):
        raise NotSettled
    # Whose request it was is read before nobody can tell any more.
    asked = select(DataRequest).where(DataRequest.member_id == member.id, DataRequest.state == OPEN)
    for request in session.scalars(asked).all():
        _end(session, request, state=GRANTED if request.kind == ERASE else WITHDRAWN, answer="", actor=actor)
    whom = whom_of(session, member=member)
    session.flush()
    for part in known:
        if part.erase is not None:
            part.erase(session, part, whom)
    session.expire_all()
    erasure = Erasure(
        member_id=member.id,
        community_id=community.id,
        pseudonym=_next_pseudonym(session, community),
        erased_at=clock.now(),
        actor=str(actor),
    )
    session.add(erasure)
    member.number = f"{PSEUDONYM}{erasure.pseudonym}"
    member.name = f"Former member {erasure.pseudonym}"
    member.sort_key = sort_key(member.name)
    record_event(session, member=member, what=ERASED, actor=actor)
    return erasure


def _next_pseudonym(session: Session, community: Community) -> int:
    """Count the erased on; one that a community uses as a number is left out."""
    last = select(func.coalesce(func.max(Erasure.pseudonym), 0)).where(Erasure.community_id == community.id)
    number = (session.scalar(last) or 0) + 1
    while session.scalar(
        select(exists().where(Member.community_id == community.id, Member.number == f"{PSEUDONYM}{number}"))
    ):
        number += 1
    return number


# --- how long words are kept --------------------------------------------------------------------------------


def retention_of(session: Session, *, community_id: int) -> Retention:
    """Read how long a community keeps words about people; as suggested where it has decided nothing."""
    return session.get(Retention, community_id) or Retention(community_id=community_id, **SUGGESTED)


def set_retention(session: Session, *, community: Community, days: dict[str, int], actor: Actor) -> None:
    """Decide how long words about people are kept; the nightly work of the next night goes by it."""
    before = retention_of(session, community_id=community.id)
    for name, (fewest, most) in _BOUNDS.items():
        if not fewest <= days[name] <= most:
            raise DaysRefused(name, fewest=fewest, most=most)
    for name, number in days.items():
        old = getattr(before, name)
        if old != number:
            record(session, community=community, what=name, before=str(old), after=str(number), actor=actor)
    session.merge(Retention(community_id=community.id, **days))
    session.flush()
