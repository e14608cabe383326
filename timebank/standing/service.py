"""Making, ending and changing an arrangement; what was confirmed of it stays what it was."""

from dataclasses import dataclass
from datetime import date
from datetime import timedelta

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.days import BeforeTheBeginning
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.days import months_on
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.rules import Said
from timebank.exchanges.rules import lines_of
from timebank.members.models import Member
from timebank.members.queries import hold
from timebank.members.same_as import why_not
from timebank.members.taking_part import takes_part
from timebank.rates.pricing import MOST_KM
from timebank.rates.pricing import ForHoursOnly
from timebank.rates.pricing import TooFar
from timebank.rates.queries import rate_on
from timebank.rates.queries import terms_on
from timebank.standing.models import LONGEST_REASON
from timebank.standing.models import LONGEST_WORDS
from timebank.standing.models import SETTLED_BY
from timebank.standing.models import TAKEN_AS
from timebank.standing.models import ArrangedDay
from timebank.standing.models import Arrangement
from timebank.standing.rhythm import MONTHLY
from timebank.standing.rhythm import NTHS
from timebank.standing.rhythm import RHYTHMS
from timebank.standing.rhythm import WEEKDAYS
from timebank.standing.rhythm import Rhythm
from timebank.standing.rhythm import as_bits
from timebank.support.models import HOURS
from timebank.support.models import NOTHING
from timebank.support.planning import LeftInPart
from timebank.support.planning import NothingToSettle
from timebank.text import clean_line

#: Further ahead nobody arranges anything; a year was mistyped.
MOST_MONTHS_TO_BEGIN = 24
MOST_MONTHS_TO_END = 240


class NoRhythmKnown(Refusal):
    """It comes again in a way that nobody offers."""

    sentence = N_("Please choose one of these.")
    field = "every"


class NoWeekday(Refusal):
    """It falls on no day of the week."""

    sentence = N_("Please tick the weekdays.")
    field = "weekdays"


class NoneOfTheMonth(Refusal):
    """It is by the month, and nobody said which of the weekdays in it."""

    sentence = N_("Please tick which of these weekdays in a month: the first, the second, or the last.")
    field = "nths"


class NeverFalls(Refusal):
    """No day lies between the first day and the last on which it would fall."""

    sentence = N_("It would never take place: no such day lies between the first day and the last.")
    field = "last_on"


class TooFarAhead(Refusal):
    """A day so far ahead that it must be a slip."""

    sentence = N_("%(day)s is too far ahead. Please check the year.")

    def __init__(self, field: str, **facts: object) -> None:
        super().__init__(**facts)
        self.field = field


class EndsBeforeItBegins(Refusal):
    """The last day is before the first."""

    sentence = N_("It would end before it begins. Please check the days.")
    field = "last_on"


class ConfirmedLater(Refusal):
    """Days were confirmed on which it would be over already."""

    sentence = N_(
        "%(day)s is confirmed already. Please write a later day, or first take back what was confirmed by "
        "mistake."
    )

    def __init__(self, field: str, **facts: object) -> None:
        super().__init__(**facts)
        self.field = field


class OverAlready(Refusal):
    """It is over by then anyway."""

    sentence = N_("It is over from %(day)s anyway. Please write an earlier day.")

    def __init__(self, field: str, **facts: object) -> None:
        super().__init__(**facts)
        self.field = field


class NotBegunThen(Refusal):
    """It is to end before it has begun."""

    sentence = N_("It begins on %(day)s only. To drop all of it, write that day.")

    def __init__(self, field: str, **facts: object) -> None:
        super().__init__(**facts)
        self.field = field


class ChangedMeanwhile(Refusal):
    """It was changed once; what it became is changed further."""

    sentence = N_("This was changed already. Please change what it has become.")
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is arranged, as a form tells it."""

    giver: Member
    receiver: Member
    kind: HelpKind | None = None
    every: str
    weekdays: frozenset[int]
    nths: frozenset[int] = frozenset()
    begins: int | None = None
    minutes: int
    km: int = 0
    words: str = ""
    pays: str = HOURS
    takes: str = HOURS
    first_on: date
    last_on: date | None = None

    @property
    def over_from(self) -> date | None:
        """The first day on which it is no more."""
        return None if self.last_on is None else self.last_on + timedelta(days=1)


def arrange(
    session: Session,
    *,
    community: Community,
    facts: Facts,
    key: str,
    actor: Actor,
    follows: Arrangement | None = None,
) -> Arrangement:
    """Write down what is arranged, once for each form; the caller commits."""
    if (saved := _saved(session, community, key)) is not None:
        return _the_same(saved, facts)
    hold(session, members=(facts.giver, facts.receiver))
    words = _check(session, community, facts)
    made = Arrangement(
        community_id=community.id,
        giver_id=facts.giver.id,
        receiver_id=facts.receiver.id,
        kind_id=facts.kind.id if facts.kind else None,
        every=facts.every,
        weekdays=as_bits(facts.weekdays),
        nths=as_bits(facts.nths) if facts.every == MONTHLY else 0,
        begins_minute=facts.begins,
        minutes=facts.minutes,
        km=facts.km,
        words=words,
        pays=facts.pays,
        takes=facts.takes,
        first_on=facts.first_on,
        over_from=facts.over_from,
        follows_id=follows.id if follows else None,
        key=key,
        made_at=clock.now(),
        actor=str(actor),
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as clash:
        # The same form twice at the same moment: the other one was first, and this shows what it became.
        if violated(clash) != "uq_standing_arrangement_community_id_key":
            raise
        saved = _saved(session, community, key)
        if saved is None:
            raise
        return _the_same(saved, facts)
    return made


def end(session: Session, *, arrangement: Arrangement, over_from: date, reason: str = "") -> None:
    """End an arrangement from a day on; the caller commits."""
    _end(session, arrangement, over_from, clean_line(reason, longest=LONGEST_REASON), field="over_from")


def change(
    session: Session,
    *,
    community: Community,
    arrangement: Arrangement,
    facts: Facts,
    key: str,
    actor: Actor,
) -> Arrangement:
    """End an arrangement and begin another in its place, from its first day on; the caller commits."""
    if (saved := _saved(session, community, key)) is not None:
        return _the_same(saved, facts)
    follows = select(Arrangement.id).where(Arrangement.follows_id == arrangement.id)
    _lock(session, arrangement)
    if session.scalar(follows) is not None:
        raise ChangedMeanwhile
    _end(session, arrangement, facts.first_on, "", field="first_on")
    return arrange(session, community=community, facts=facts, key=key, actor=actor, follows=arrangement)


def follow(session: Session, was: Exchange, became: Exchange) -> None:
    """Let a day of an arrangement go on as the exchange to which the one that it was is amended.

    Where that is of another day, or between two others, the day of the arrangement is open again.
    """
    row = session.scalar(select(ArrangedDay).where(ArrangedDay.exchange_id == was.id))
    facts = [(one.giver_id, one.receiver_id, one.worked_on) for one in (was, became)]
    if row is None or facts[0] != facts[1]:
        return
    on = ArrangedDay(arrangement_id=row.arrangement_id, worked_on=row.worked_on, exchange_id=became.id)
    on.community_id, on.said_at, on.actor = row.community_id, clock.now(), row.actor
    session.add(on)
    session.flush()


# --- the leaves ---------------------------------------------------------------------------------------------


def _lock(session: Session, arrangement: Arrangement) -> None:
    """Hold an arrangement, and read it anew: whoever confirms or ends it does so before or after."""
    session.refresh(arrangement, with_for_update=True)


def _end(session: Session, arrangement: Arrangement, over_from: date, reason: str, *, field: str) -> None:
    _lock(session, arrangement)
    if over_from < arrangement.first_on:
        raise NotBegunThen(field, day=arrangement.first_on)
    if arrangement.over_from is not None and over_from >= arrangement.over_from:
        raise OverAlready(field, day=arrangement.over_from)
    confirmed = (
        select(func.max(ArrangedDay.worked_on))
        .join(Exchange, Exchange.id == ArrangedDay.exchange_id)
        .where(ArrangedDay.arrangement_id == arrangement.id, Exchange.state == CONFIRMED)
    )
    last = session.scalar(confirmed)
    if last is not None and last >= over_from:
        raise ConfirmedLater(field, day=last)
    arrangement.over_from = over_from
    arrangement.ended_because = reason or None
    session.flush()


def _check(session: Session, community: Community, facts: Facts) -> str:
    """Refuse what cannot be arranged; return the words as they are stored."""
    for member in (facts.giver, facts.receiver):
        if not takes_part(member):
            raise why_not(session, member=member)
    # Whoever gives to themselves, or for more than a day, is refused as any other exchange is.
    said = Said(
        givers=[facts.giver],
        receivers=[facts.receiver],
        minutes=facts.minutes,
        worked_on=facts.first_on,
        key="",
    )
    lines_of(said, community=community)
    _check_days(community, facts)
    _check_settled(session, community, facts)
    if not 0 <= facts.km <= MOST_KM:
        raise TooFar(most=MOST_KM)
    return clean_line(facts.words, longest=LONGEST_WORDS)


def _check_days(community: Community, facts: Facts) -> None:
    today = clock.today(community.time_zone)
    if facts.every not in RHYTHMS:
        raise NoRhythmKnown
    if not facts.weekdays or not facts.weekdays <= set(WEEKDAYS):
        raise NoWeekday
    if facts.every == MONTHLY and (not facts.nths or not facts.nths <= set(NTHS)):
        raise NoneOfTheMonth
    if facts.first_on < community.started_on:
        raise BeforeTheBeginning("first_on", day=facts.first_on, start=community.started_on)
    if facts.first_on > months_on(today, MOST_MONTHS_TO_BEGIN):
        raise TooFarAhead("first_on", day=facts.first_on)
    if facts.last_on is None:
        return
    if facts.last_on < facts.first_on:
        raise EndsBeforeItBegins
    if facts.last_on > months_on(today, MOST_MONTHS_TO_END):
        raise TooFarAhead("last_on", day=facts.last_on)
    rhythm = Rhythm(
        every=facts.every,
        weekdays=facts.weekdays,
        nths=facts.nths,
        first_on=facts.first_on,
        over_from=facts.over_from,
    )
    # Whatever rhythm it is, it falls on some day of any ten weeks.
    if not rhythm.days(facts.first_on, min(facts.last_on, facts.first_on + timedelta(weeks=10))):
        raise NeverFalls


def _check_settled(session: Session, community: Community, facts: Facts) -> None:
    if facts.pays not in SETTLED_BY:
        raise NothingToSettle("pays")
    if facts.takes not in TAKEN_AS:
        raise NothingToSettle("takes")
    if facts.takes == NOTHING and facts.pays == HOURS:
        raise LeftInPart
    if facts.pays == facts.takes == HOURS:
        return
    terms = terms_on(session, community=community, day=facts.first_on)
    rate = rate_on(session, community=community, kind=facts.kind, day=facts.first_on)
    if terms is None or rate is None:
        raise ForHoursOnly


def _saved(session: Session, community: Community, key: str) -> Arrangement | None:
    """Find what a form became that was saved with this key."""
    return session.scalar(
        select(Arrangement).where(Arrangement.community_id == community.id, Arrangement.key == key)
    )


def _the_same(there: Arrangement, facts: Facts) -> Arrangement:
    """Refuse a form that is saved again with other content; a double click has the same."""
    before = (there.giver_id, there.receiver_id, there.every, there.weekdays, there.minutes, there.first_on)
    now = (
        *(facts.giver.id, facts.receiver.id, facts.every, as_bits(facts.weekdays), facts.minutes),
        facts.first_on,
    )
    if before != now or (there.pays, there.takes) != (facts.pays, facts.takes):
        raise FormSavedAlready
    return there
