"""The forms of standing arrangements: what is arranged, how it ends, and a month's signed sheet."""

from collections.abc import Mapping
from collections.abc import Sequence
from datetime import date
from datetime import time
from datetime import timedelta
from typing import Any
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import IntegerField
from wtforms import RadioField
from wtforms import SelectField
from wtforms import SelectMultipleField
from wtforms import StringField
from wtforms import TimeField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput
from wtforms.widgets import ListWidget

from timebank.communities.models import HelpKind
from timebank.i18n import day as spelt
from timebank.members.fields import PersonField
from timebank.members.models import Member
from timebank.members.queries import spelled
from timebank.standing.confirming import Happened
from timebank.standing.confirming import Sheet
from timebank.standing.models import LONGEST_REASON
from timebank.standing.models import LONGEST_WORDS
from timebank.standing.models import Arrangement
from timebank.standing.queries import Arranged
from timebank.standing.queries import DayOf
from timebank.standing.rhythm import FORTNIGHTLY
from timebank.standing.rhythm import LAST
from timebank.standing.rhythm import MONTHLY
from timebank.standing.rhythm import WEEKLY
from timebank.standing.service import Facts
from timebank.support.forms import PAYS_LABELS
from timebank.support.forms import TAKES_LABELS
from timebank.support.models import BILL
from timebank.support.models import HOURS
from timebank.support.models import TICKETS
from timebank.support.models import USUAL
from timebank.web import DayField
from timebank.web import Form
from timebank.web import HoursField
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import SelectChoice
from timebank.web import Written

WEEKDAY_LABELS: Final = {
    0: _("Monday"),
    1: _("Tuesday"),
    2: _("Wednesday"),
    3: _("Thursday"),
    4: _("Friday"),
    5: _("Saturday"),
    6: _("Sunday"),
}
EVERY_LABELS: Final = {
    WEEKLY: _("Every week"),
    FORTNIGHTLY: _("Every second week, counted from the first day"),
    MONTHLY: _("Every month"),
}
NTH_LABELS: Final = {
    1: _("The first"),
    2: _("The second"),
    3: _("The third"),
    4: _("The fourth"),
    LAST: _("The last"),
}
_HEARD: Final = {
    "slip": _("On a signed slip"),
    "telephone": _("By telephone"),
    "in-person": _("In person"),
}
_DAY = _("Please write the day, for example 2026-04-03.")
_HOW_LONG = _("Please write how long it took, for example 1.5 or 1:30.")


def _several(label: Any, labels: Mapping[int, Any], description: Any = "") -> SelectMultipleField:
    return SelectMultipleField(
        label,
        coerce=int,
        choices=[SelectChoice(number, name) for number, name in labels.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=description,
    )


class ArrangementForm(KeyedForm):
    """What is arranged: who, what, on which days, how long, and how it is settled."""

    giver = PersonField(_("Who helps?"))
    receiver = PersonField(_("Who is helped?"))
    kind = SelectField(_("Kind of help"), coerce=int, default=0)
    words = StringField(_("What for?"), [Line(LONGEST_WORDS)], description=_("A few words, for both of you."))
    every = RadioField(
        _("How often?"),
        choices=[SelectChoice(one, label) for one, label in EVERY_LABELS.items()],
        default=WEEKLY,
    )
    weekdays = _several(_("On which weekdays?"), WEEKDAY_LABELS)
    nths = _several(_("Which of them in the month?"), NTH_LABELS, _("Only where it is every month."))
    begins = TimeField(_("When does it begin?"), [Optional()])
    hours = HoursField(_("For how long?"), [Written(_HOW_LONG)], description=_("1.5 or 1:30 or 90 min"))
    km = IntegerField(_("Kilometres of the giver's way, there and back"), [Optional()])
    pays = RadioField(
        _("How does whoever is helped pay?"),
        default=HOURS,
    )
    takes = RadioField(
        _("What does whoever helps take?"),
        choices=[
            SelectChoice(USUAL, _("As they usually do")),
            *(SelectChoice(one, label) for one, label in TAKES_LABELS.items()),
        ],
        default=HOURS,
    )
    first_on = DayField(_("On which day does it begin?"), [Written(_DAY)])
    last_on = DayField(_("Last day"), description=_("Empty: it goes on until somebody ends it."))

    def __init__(self, kinds: Sequence[HelpKind], *, paid: bool, tickets: bool, **known: Any) -> None:
        super().__init__(**known)
        self._kinds = {kind.id: kind for kind in kinds}
        self.kind.choices = [
            SelectChoice(0, gettext("None of these")),
            *(SelectChoice(one.id, one.name) for one in kinds),
        ]
        if not paid:
            # Where nothing was ever paid for nobody has to read about money.
            del self.pays
            del self.takes
            del self.km
            return
        if tickets:
            self.pays.description = gettext(
                "With tickets: those on the account, as far as they go; the rest is on the bill."
            )
        self.pays.choices = [
            SelectChoice(one, PAYS_LABELS[one])
            for one in (HOURS, BILL, TICKETS)
            if tickets or one != TICKETS or known.get("pays") == TICKETS
        ]

    def facts(self, giver: Member, receiver: Member) -> Facts:
        """Put together what the form says."""
        return Facts(
            giver=giver,
            receiver=receiver,
            kind=self._kinds.get(self.kind.data),
            every=self.every.data,
            weekdays=frozenset(self.weekdays.data or ()),
            nths=frozenset(self.nths.data or ()),
            begins=_minute(self.begins.data),
            minutes=self.hours.data or 0,
            km=(self.km.data or 0) if "km" in self else 0,
            words=self.words.data or "",
            pays=self.pays.data if "pays" in self else HOURS,
            takes=self.takes.data if "takes" in self else HOURS,
            first_on=self.first_on.data,
            last_on=self.last_on.data,
        )


class EndForm(Form):
    """From which day on an arrangement is over."""

    over_from = DayField(_("From which day on is it over?"), [Written(_DAY)])
    reason = StringField(_("Reason"), [Line(LONGEST_REASON)], description=_("Both sides read this."))


class MonthForm(KeyedForm):
    """A month's signed sheet: which of its days happened, how long each was, and how far."""

    heard = RadioField(
        _("How did you hear it?"),
        choices=[SelectChoice(how, label) for how, label in _HEARD.items()],
        default="slip",
    )
    #: Drawn only where the same is logged already.
    again = BooleanField(_("Yes, it happened once more: log it again"))
    #: The days that can be confirmed, which are over or today.
    days: Sequence[date] = ()

    def line(self, day: date) -> dict[str, Any]:
        """Give the fields of a day."""
        return {what: self[f"{what}_{day.day}"] for what in _LINE if f"{what}_{day.day}" in self}

    def sheet(self, first: date, last: date) -> Sheet:
        """Put together what the form says."""
        ticked = [day for day in self.days if self[f"on_{day.day}"].data]
        return Sheet(
            first=first,
            last=last,
            happened=[
                Happened(
                    day=day,
                    minutes=self[f"hours_{day.day}"].data or 0,
                    km=(self[f"km_{day.day}"].data or 0) if f"km_{day.day}" in self else 0,
                )
                for day in ticked
            ],
            again=self.again.data,
            key=self.key.data or "",
            seen=self.seen.data or "",
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask, besides, how long each day was that is ticked."""
        good = super().validate(extra_validators=extra_validators)
        for day in self.days:
            hours = self[f"hours_{day.day}"]
            if self[f"on_{day.day}"].data and hours.data is None and not hours.errors:
                hours.errors = [str(_HOW_LONG)]
                good = False
        return good


_LINE: Final = ("on", "hours", "km")


def month_form(what: Arrangement, days: Sequence[DayOf]) -> MonthForm:
    """Make the form of a month: a line for each day that is not to come, ticked where nobody said anything.

    Fields are called by the day of the month, so that they stay the same whatever is said meanwhile.
    """
    fields: dict[str, Any] = {}
    known: dict[str, Any] = {}
    over = [one for one in days if not one.is_to_come]
    for one in over:
        number, name = one.day.day, spelt(one.day)
        fields[f"on_{number}"] = BooleanField(gettext("%(day)s: it happened", day=name))
        fields[f"hours_{number}"] = HoursField(gettext("%(day)s: how long?", day=name))
        known |= {f"on_{number}": one.is_open, f"hours_{number}": what.minutes}
        if not what.is_for_hours:
            fields[f"km_{number}"] = IntegerField(gettext("%(day)s: kilometres", day=name), [Optional()])
            known[f"km_{number}"] = what.km or None
    of_month: type[MonthForm] = type("OfMonth", (MonthForm,), {**fields, "days": [one.day for one in over]})
    return of_month(**known)


def as_typed(one: Arranged) -> dict[str, Any]:
    """Fill the form of an arrangement with what there is, to be changed; its days are still to be said."""
    what = one.what
    begins = None if what.begins_minute is None else time(*divmod(what.begins_minute, 60))
    return {
        "giver": spelled(one.giver.name, one.giver.number),
        "receiver": spelled(one.receiver.name, one.receiver.number),
        "kind": what.kind_id or 0,
        "words": what.words,
        "every": what.every,
        "weekdays": sorted(what.rhythm.weekdays),
        "nths": sorted(what.rhythm.nths),
        "begins": begins,
        "hours": what.minutes,
        "km": what.km or None,
        "pays": what.pays,
        "takes": what.takes,
        "last_on": what.over_from - timedelta(days=1) if what.over_from else None,
    }


def _minute(moment: time | None) -> int | None:
    return None if moment is None else moment.hour * 60 + moment.minute
