"""What may be logged as an exchange, how a time falls on several people, and what is refused."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from hashlib import sha256

from timebank.communities.days import check_day as check_day
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.hours_file import GiverIsReceiver
from timebank.exchanges.models import LONGEST_DESCRIPTION
from timebank.hours import check_span
from timebank.hours import round_minutes
from timebank.hours import share_minutes
from timebank.members.choosing import MOST_PEOPLE
from timebank.members.choosing import NobodyChosen
from timebank.members.choosing import TooManyPeople
from timebank.members.models import Member
from timebank.members.taking_part import check_taking_part
from timebank.members.taking_part import not_taking_part
from timebank.members.taking_part import takes_part
from timebank.text import clean_text


class MemberTwice(Refusal):
    """The same member stands twice on one side."""

    sentence = N_("%(name)s is on the list twice.")
    field = "other"


class SeveralOnBothSides(Refusal):
    """Several givers and several receivers in one go, which leaves open who gave to whom."""

    sentence = N_("Several people can be on one side only: several who gave, or several who received.")
    field = "other"


class NotYourExchange(Refusal):
    """Somebody logs what happened between two others."""

    sentence = N_("You can log hours that you gave or received yourself.")
    field = "other"


class Yourself(Refusal):
    """Somebody chooses themself as the other person."""

    sentence = N_("This is you. Please choose the other person.")
    field = "other"


class BothSides(Refusal):
    """Somebody acts for one side and is the other, or acts for it, too: nobody else would have said so."""

    sentence = N_(
        "You are %(name)s yourself, or act for them. So that two persons have said it, please let somebody "
        "else log or confirm this, or call the coordinators."
    )
    field = "other"


class SaidBothSides(Refusal):
    """Somebody confirms for one side what they have logged for the other."""

    sentence = N_(
        "You have logged this for the other side. So that two persons have said it, please let somebody else "
        "confirm it, or call the coordinators."
    )


class FormSavedAlready(Refusal):
    """The same form was saved before, with other content."""

    sentence = N_(
        "This form was saved before with other content. To log this as well, please save once more."
    )


class LoggedAlready(Refusal):
    """The same was logged by another form."""

    sentence = N_(
        "There is already a record that %(giver)s gave %(receiver)s %(hours)s on %(day)s. "
        "If it happened once more, tick the box to log it again."
    )
    field = "again"


class AnsweredAlready(Refusal):
    """An exchange that is no longer open for this."""

    sentence = N_("This was settled in the meantime. Please look at how it stands now.")
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says happened, as the form brings it."""

    givers: Sequence[Member]
    receivers: Sequence[Member]
    #: As it was typed, not yet rounded; for several people see ``shared``.
    minutes: int
    worked_on: date
    description: str = ""
    kind: HelpKind | None = None
    #: Several people: True where the time is shared among them, False where each has all of it.
    shared: bool = False
    #: Refuse it where the same is logged already: forms ask before they log it again.
    once: bool = False
    #: Which person it was, by the id of the household or organisation on whose side they stand.
    who: Mapping[int, int] = field(default_factory=dict)
    #: Made with the form, ``form:`` and a random text: what is saved twice is logged once.
    key: str


@dataclass(frozen=True, slots=True)
class Line:
    """One giver, one receiver, and how long."""

    giver: Member
    receiver: Member
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a form would log, where that is more than was typed."""

    lines: Sequence[Line]
    #: As it was typed, and as the community rounds it.
    typed: int
    kept: int
    shared: bool

    @property
    def is_plain(self) -> bool:
        """Nothing has to be shown: one line, as it was typed."""
        return len(self.lines) == 1 and self.typed == self.kept

    @property
    def total(self) -> int:
        """How long all lines are together."""
        return sum(line.minutes for line in self.lines)

    @property
    def members(self) -> list[Member]:
        """Everybody who gives or receives, each once."""
        everybody = {one.id: one for line in self.lines for one in (line.giver, line.receiver)}
        return list(everybody.values())

    @property
    def longer(self) -> int:
        """How many have a minute more than the others, because the time could not be shared evenly."""
        shortest = min(line.minutes for line in self.lines)
        return sum(line.minutes > shortest for line in self.lines)

    @property
    def mark(self) -> str:
        """Spell it short, so that a form can tell whether it was this that was shown."""
        parts = ",".join(f"{line.giver.id}>{line.receiver.id}:{line.minutes}" for line in self.lines)
        return sha256(f"{self.typed} {parts}".encode()).hexdigest()[:32]


def lines_of(said: Said, *, community: Community) -> list[Line]:
    """Work out who gives whom how much: rounded as the community does, and shared where it is shared."""
    givers, receivers = said.givers, said.receivers
    _check_people(givers, receivers)
    check_span(said.minutes)
    minutes = round_minutes(said.minutes, community.rounding_minutes)
    pairs = [(giver, receiver) for giver in givers for receiver in receivers]
    each = share_minutes(minutes, len(pairs)) if said.shared else [minutes] * len(pairs)
    for amount in each:
        check_span(amount)
    return [Line(giver, receiver, amount) for (giver, receiver), amount in zip(pairs, each, strict=True)]


def preview_of(said: Said, *, community: Community) -> Preview:
    """Work out what would be logged, so that it can be shown before."""
    lines = lines_of(said, community=community)
    kept = round_minutes(said.minutes, community.rounding_minutes)
    return Preview(lines=lines, typed=said.minutes, kept=kept, shared=said.shared)


def check_said(said: Said, *, community: Community, by: Member | None) -> str:
    """Refuse what cannot have happened or may not be logged; return the description as it is stored."""
    check_day(said.worked_on, community=community)
    people = (*said.givers, *said.receivers)
    if by is not None:
        check_taking_part(by)
        if by.id not in {member.id for member in people}:
            raise NotYourExchange
    for member in people:
        if not takes_part(member):
            raise not_taking_part(member)
    return clean_text(said.description, longest=LONGEST_DESCRIPTION)


def _check_people(givers: Sequence[Member], receivers: Sequence[Member]) -> None:
    if not givers or not receivers:
        raise NobodyChosen
    if len(givers) > 1 and len(receivers) > 1:
        raise SeveralOnBothSides
    if max(len(givers), len(receivers)) > MOST_PEOPLE:
        raise TooManyPeople(most=MOST_PEOPLE)
    for side in (givers, receivers):
        seen: set[int] = set()
        for member in side:
            if member.id in seen:
                raise MemberTwice(name=member.name)
            seen.add(member.id)
    if {member.id for member in givers} & {member.id for member in receivers}:
        raise GiverIsReceiver
