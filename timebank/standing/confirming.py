"""Confirming a month from its signed sheet: all of its lines are booked, or none."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.rules import Said
from timebank.exchanges.service import Logged
from timebank.exchanges.service import log_exchange
from timebank.members.models import Member
from timebank.standing.models import ArrangedDay
from timebank.standing.models import Arrangement
from timebank.standing.queries import DayOf
from timebank.standing.queries import days_of
from timebank.support.models import BILL
from timebank.support.models import HOURS
from timebank.support.models import TICKETS
from timebank.support.planning import Plan
from timebank.support.planning import Wish
from timebank.support.planning import plan_of
from timebank.support.visits import write_down
from timebank.tickets.spending import NoTickets


class LineRefused(Refusal):
    """A line of a month that cannot be booked, with its day; then none is."""

    sentence = N_("%(day)s: %(why)s")

    def __init__(self, day: date, why: Refusal) -> None:
        super().__init__(day=day, why=why)
        self.day, self.why = day, why
        self.status = why.status
        # A form asks whether it happened once more.
        self.field = why.field if why.field == "again" else None


class ConfirmedAlready(Refusal):
    """The day was confirmed by another sheet, or by somebody else meanwhile."""

    sentence = N_("This is confirmed already, and once is enough.")
    status = 409


class NotItsDay(Refusal):
    """The arrangement does not fall on that day, or not any more."""

    sentence = N_("Nothing is arranged for this day any more. Please open the page anew.")
    status = 409


class NothingNew(Refusal):
    """Nothing is ticked, and what is left out was said before."""

    sentence = N_("All of this was said already. Tick a day to confirm it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A line of a sheet: on which day it happened, how long it was, and how far."""

    day: date
    #: As it was typed, not yet rounded.
    minutes: int
    km: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The sheet of a month, as somebody typed it."""

    first: date
    last: date
    happened: Sequence[Happened]
    #: The same hours are logged already by other ways, and it happened once more.
    again: bool = False
    key: str
    #: The mark of what was shown before.
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a line comes to."""

    day: date
    #: As the community rounds it.
    minutes: int
    #: None where it is for hours alone.
    plan: Plan | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a sheet comes to, or has come to."""

    lines: Sequence[Line]
    #: Said not to have happened.
    left_out: Sequence[date]
    mark: str
    #: It is booked; else it was only tried, so that it can be shown.
    kept: bool
    #: The same form had been saved before.
    repeated: bool = False

    @property
    def minutes(self) -> int:
        """How long all of it is."""
        return sum(one.minutes for one in self.lines)

    @property
    def received_minutes(self) -> int:
        """What whoever receives pays with hours."""
        return sum(one.plan.received_minutes if one.plan else one.minutes for one in self.lines)

    @property
    def given_minutes(self) -> int:
        """What whoever gives gets as hours."""
        return sum(one.plan.given_minutes if one.plan else one.minutes for one in self.lines)

    @property
    def bill_minor(self) -> int:
        """What goes on bills."""
        return sum(one.bill_minor for one in self._plans)

    @property
    def tickets(self) -> Sequence[int]:
        """The numbers of the tickets that pay."""
        return sorted(number for one in self._plans for number in one.tickets.numbers)

    @property
    def tickets_minor(self) -> int:
        """What is paid with tickets."""
        return sum(one.tickets.worth_minor for one in self._plans)

    @property
    def thanks_minor(self) -> int:
        """What whoever gives gets as money, with the way."""
        return sum(one.parts.thanks_minor + one.parts.way_minor for one in self._plans)

    @property
    def way_minor(self) -> int:
        """What of it is for the way."""
        return sum(one.parts.way_minor for one in self._plans)

    @property
    def _plans(self) -> Iterator[Plan]:
        return (one.plan for one in self.lines if one.plan is not None)


def confirm(
    session: Session,
    *,
    community: Community,
    arrangement: Arrangement,
    sheet: Sheet,
    actor: Actor,
) -> Outcome:
    """Book all lines of a sheet where it was shown what they come to; else only try it. The caller commits.

    It is tried by doing it, and undone: so what is shown is what will be, with every ticket and limit.
    """
    savepoint = session.begin_nested()
    try:
        outcome = _Month(session, community, arrangement, sheet, actor).write()
    except BaseException:
        savepoint.rollback()
        raise
    if outcome.repeated or outcome.mark == sheet.seen:
        savepoint.commit()
        return replace(outcome, kept=True)
    savepoint.rollback()
    return outcome


class _Month:
    """Writes a sheet down, line by line."""

    def __init__(
        self,
        session: Session,
        community: Community,
        arrangement: Arrangement,
        sheet: Sheet,
        actor: Actor,
    ) -> None:
        self._session = session
        self._community = community
        self._arrangement = arrangement
        self._sheet = sheet
        self._actor = actor

    def write(self) -> Outcome:
        """Write all of it, or refuse the first line that cannot be."""
        # Whoever types the same sheet, or ends the arrangement, has done so before or does it after.
        self._session.refresh(self._arrangement, with_for_update=True)
        giver = self._session.get_one(Member, self._arrangement.giver_id)
        receiver = self._session.get_one(Member, self._arrangement.receiver_id)
        days = {
            one.day: one
            for one in days_of(
                self._session,
                community=self._community,
                arrangement=self._arrangement,
                first=self._sheet.first,
                last=self._sheet.last,
            )
        }
        repeated = self._was_saved()
        lines = []
        for one in sorted(self._sheet.happened, key=lambda one: one.day):
            try:
                lines.append(self._line(one, days, giver, receiver, repeated=repeated))
            except Refusal as refused:
                raise LineRefused(one.day, refused) from refused
        left_out = [] if repeated else self._leave_out(days)
        if not lines and not left_out:
            raise NothingNew
        return Outcome(
            lines=lines,
            left_out=left_out,
            mark=self._mark(lines, left_out),
            kept=False,
            repeated=repeated,
        )

    def _was_saved(self) -> bool:
        """Say whether this form was saved before; with other days it is another one."""
        keys = {self._key(one.day): one.day for one in self._sheet.happened}
        found = self._session.scalars(
            select(Exchange.key)
            .join(ArrangedDay, ArrangedDay.exchange_id == Exchange.id)
            .where(
                ArrangedDay.arrangement_id == self._arrangement.id,
                ArrangedDay.worked_on.between(self._sheet.first, self._sheet.last),
            )
        )
        saved = {key for key in found if key and key.startswith(f"{self._sheet.key}/")}
        if saved and saved != set(keys):
            raise FormSavedAlready
        return bool(saved)

    def _line(
        self,
        one: Happened,
        days: Mapping[date, DayOf],
        giver: Member,
        receiver: Member,
        *,
        repeated: bool,
    ) -> Line:
        if not repeated:
            if one.day not in days:
                raise NotItsDay
            if days[one.day].is_confirmed:
                raise ConfirmedAlready
        plan = self._plan(one, giver, receiver)
        if plan is not None:
            logged = write_down(self._session, community=self._community, plan=plan, actor=self._actor)
        else:
            logged = self._log(one, giver, receiver)
        exchange = logged.exchanges[0]
        if not logged.repeated:
            self._say(one.day, exchange.id)
        return Line(day=one.day, minutes=exchange.minutes, plan=plan)

    def _plan(self, one: Happened, giver: Member, receiver: Member) -> Plan | None:
        """Work out what a line comes to; None where it is for hours alone.

        Where no ticket fits any more the rest of the month goes on the bill.
        """
        what = self._arrangement
        if what.is_for_hours:
            return None
        wish = Wish(
            giver=giver,
            receiver=receiver,
            kind=self._kind,
            worked_on=one.day,
            minutes=one.minutes,
            description=what.words,
            begins=what.begins_minute,
            km=one.km,
            pays=what.pays,
            takes=what.takes,
            once=not self._sheet.again,
            key=self._key(one.day),
        )
        try:
            plan = plan_of(self._session, community=self._community, wish=wish)
        except NoTickets:
            plan = None
        else:
            if plan is None or what.pays != TICKETS or plan.tickets.tickets:
                return plan
        return plan_of(self._session, community=self._community, wish=replace(wish, pays=BILL))

    def _log(self, one: Happened, giver: Member, receiver: Member) -> Logged:
        said = Said(
            givers=[giver],
            receivers=[receiver],
            minutes=one.minutes,
            worked_on=one.day,
            description=self._arrangement.words,
            kind=self._kind,
            once=not self._sheet.again,
            key=self._key(one.day),
        )
        return log_exchange(self._session, community=self._community, said=said, by=None, actor=self._actor)

    def _leave_out(self, days: Mapping[date, DayOf]) -> list[date]:
        """Say of every other day that is over that it did not happen, once."""
        happened = {one.day for one in self._sheet.happened}
        found = [one.day for one in days.values() if one.is_open and one.day not in happened]
        for day in found:
            self._say(day, None)
        return found

    def _say(self, day: date, exchange_id: int | None) -> None:
        said = ArrangedDay(
            community_id=self._community.id,
            arrangement_id=self._arrangement.id,
            worked_on=day,
            exchange_id=exchange_id,
            said_at=clock.now(),
            actor=str(self._actor),
        )
        self._session.add(said)
        self._session.flush()

    def _key(self, day: date) -> str:
        return f"{self._sheet.key}/{day.isoformat()}"

    @property
    def _kind(self) -> HelpKind | None:
        number = self._arrangement.kind_id
        return None if number is None else self._session.get_one(HelpKind, number)

    def _mark(self, lines: Sequence[Line], left_out: Sequence[date]) -> str:
        """Spell it short, so that a form can tell whether it was this that was shown."""
        facts = [(one.day, one.minutes, one.plan.mark if one.plan else HOURS) for one in lines]
        return sha256(repr((self._arrangement.id, facts, left_out)).encode()).hexdigest()[:32]
