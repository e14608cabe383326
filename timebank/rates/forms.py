"""The forms of paid support: who provides it, what an hour costs, and what a visit would cost."""

from collections.abc import Iterator
from collections.abc import Sequence
from datetime import date
from datetime import time
from typing import Any
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import IntegerField
from wtforms import RadioField
from wtforms import SelectField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms import TimeField
from wtforms.validators import InputRequired
from wtforms.validators import Optional

from timebank.communities.models import HelpKind
from timebank.rates.models import BY_KM
from timebank.rates.models import BY_TRIP
from timebank.rates.models import DOOR
from timebank.rates.models import EVENING
from timebank.rates.models import EXEMPT
from timebank.rates.models import EXTRAS
from timebank.rates.models import FIRST
from timebank.rates.models import GROUP
from timebank.rates.models import LATE
from timebank.rates.models import LONGEST_REGISTRATION
from timebank.rates.models import LONGEST_TAX_NUMBER
from timebank.rates.models import LONGEST_WORDS
from timebank.rates.models import MEMBER
from timebank.rates.models import NO_WAY
from timebank.rates.models import NOBODY
from timebank.rates.models import OUTSIDE
from timebank.rates.models import REDUCED
from timebank.rates.models import SECOND
from timebank.rates.models import STANDARD
from timebank.rates.models import UNITS
from timebank.rates.models import WEEKEND
from timebank.rates.pricing import HELD
from timebank.rates.pricing import HOURS
from timebank.rates.pricing import WAY
from timebank.rates.pricing import Visit
from timebank.rates.rules import Extra
from timebank.rates.rules import Facts
from timebank.rates.rules import Terms
from timebank.web import DayField
from timebank.web import Form
from timebank.web import HoursField
from timebank.web import Line
from timebank.web import Lines
from timebank.web import MoneyField
from timebank.web import PercentField
from timebank.web import SelectChoice
from timebank.web import Written

PROVIDER_LABELS: Final = {
    GROUP: _("The group provides the help"),
    MEMBER: _("The member provides the help"),
    NOBODY: _("Help is for hours only; nothing is paid"),
}
WAY_LABELS: Final = {
    NO_WAY: _("Nothing"),
    BY_KM: _("For each kilometre, there and back"),
    BY_TRIP: _("For each visit"),
}
TAX_LABELS: Final = {
    OUTSIDE: _("Outside the tax"),
    EXEMPT: _("Exempt from it"),
    REDUCED: _("At the reduced rate"),
    STANDARD: _("At the usual rate"),
}
#: The lines of what a visit costs.
ITEM_LABELS: Final = {
    HOURS: _("The hours"),
    EVENING: _("Evening and night"),
    WEEKEND: _("Saturday or Sunday"),
    SECOND: _("The hours of a second giver"),
    FIRST: _("The first visit"),
    LATE: _("Cancelled late"),
    DOOR: _("Cancelled at the door"),
    WAY: _("The giver's way"),
}
HOW_LABELS: Final = {
    HELD: _("It takes place"),
    LATE: _("It is cancelled late"),
    DOOR: _("It is cancelled at the door"),
}
#: For money, or for hours only.
FOR_MONEY, FOR_HOURS = "money", "hours"

_DAY = _("Please write the day, for example 2026-04-03.")
_THANKS = _("Thanks of it")
_ON_TOP = _("On top of the hour. Empty: nothing.")


class TermsForm(Form):
    """Who provides the help from a day on, and what goes with it."""

    starts_on = DayField(
        _("From which day?"),
        [Written(_DAY)],
        description=_("Today or later; the days before stay as they are."),
    )
    provider = RadioField(
        _("Who provides the help?"),
        choices=[SelectChoice(one, label) for one, label in PROVIDER_LABELS.items()],
    )
    registration = StringField(
        _("Registration by which tickets may be issued for what members provide"),
        [Line(LONGEST_REGISTRATION)],
        description=_("Only where the member provides the help. Empty: no tickets are sold."),
    )
    late_hours = IntegerField(
        _("Hours before a visit from which it is cancelled late"),
        [InputRequired(_("Please write a number of hours, or 0."))],
    )
    wage = MoneyField(
        _("The minimum wage for an hour where you are"),
        description=_("Where thanks come near it, the pages of rates say so to you. Empty: nothing is said."),
    )
    general_pays = BooleanField(
        _("Thanks may come from what the group has left"),
        description=_(
            "Where whoever receives pays with hours and whoever gives takes thanks, they come from the fund "
            "of kept hours. With the tick the group pays what that fund does not hold; without it such a "
            "visit is refused."
        ),
    )
    standard = PercentField(
        _("Usual rate of the tax on sales, in percent"),
        description=_("Prices hold the tax already; bills tell how much of it. Empty: none."),
    )
    reduced = PercentField(_("Reduced rate of the tax on sales, in percent"))
    tax_number = StringField(
        _("Registration number on bills"),
        [Line(LONGEST_TAX_NUMBER)],
        description=_("In Japan a T and 13 digits. Empty: the group has none."),
    )

    def terms(self) -> Terms:
        """Put together what the form says."""
        return Terms(
            starts_on=self.starts_on.data,
            provider=self.provider.data,
            registration=self.registration.data or "",
            tax_number=self.tax_number.data or "",
            standard_permille=self.standard.data or 0,
            reduced_permille=self.reduced.data or 0,
            late_hours=self.late_hours.data or 0,
            wage_minor=self.wage.data,
            general_pays=self.general_pays.data,
        )


def _price(label: Any, description: Any = _ON_TOP) -> MoneyField:
    return MoneyField(label, description=description)


def _time(label: Any) -> TimeField:
    return TimeField(label, [Optional()])


class RateForm(Form):
    """What an hour of a kind of help costs from a day on."""

    kind = SelectField(_("For which help?"), coerce=int, default=0)
    starts_on = DayField(
        _("From which day?"),
        [Written(_DAY)],
        description=_("The day of the visit counts: what is given before costs what it did then."),
    )
    paid = RadioField(
        _("What is it for?"),
        choices=[SelectChoice(FOR_MONEY, _("For money")), SelectChoice(FOR_HOURS, _("For hours only"))],
        default=FOR_MONEY,
    )
    price = MoneyField(_("Whoever receives pays for an hour"))
    thanks = MoneyField(
        _("Of it whoever gives is thanked with"),
        description=_("The rest stays with the group. Empty: nothing."),
    )
    unit = RadioField(
        _("Visits are counted in units of"),
        choices=[SelectChoice(str(one), _("%(number)s minutes", number=one)) for one in UNITS],
        default="30",
    )
    least = HoursField(_("At least so long is counted"), description=_("For example 1:00. Empty: one unit."))
    evening_from = _time(_("Evening and night: from"))
    evening_until = _time(_("until"))
    evening_price = _price(_("Evening and night: an hour costs more by"))
    evening_thanks = MoneyField(_THANKS)
    weekend_price = _price(_("Saturday and Sunday: an hour costs more by"))
    weekend_thanks = MoneyField(_THANKS)
    second_price = _price(
        _("A second giver who comes along: an hour costs"),
        _("Instead of the price of the first. Empty: the same."),
    )
    second_thanks = MoneyField(_THANKS)
    first_price = _price(_("The first visit costs more by"), _("Once. Empty: nothing."))
    first_thanks = MoneyField(_THANKS)
    late_price = _price(_("Cancelled late, it costs"), _("Instead of everything else. Empty: nothing."))
    late_thanks = MoneyField(_THANKS)
    door_price = _price(
        _("Cancelled at the door, it costs"), _("Instead of everything else. Empty: nothing.")
    )
    door_thanks = MoneyField(_THANKS)
    way_by = SelectField(
        _("What is paid for the giver's way?"),
        choices=[SelectChoice(one, label) for one, label in WAY_LABELS.items()],
        description=_("The giver gets all of it. Carrying a person is another thing: only what it has cost."),
    )
    way = MoneyField(_("How much for each?"))
    tax_class = SelectField(
        _("Tax on sales"), choices=[SelectChoice(one, label) for one, label in TAX_LABELS.items()]
    )
    is_business = BooleanField(
        _("The group keeps this help as a taxable business"),
        description=_("Reports keep it apart. If you do not know, ask your tax office."),
    )
    words = TextAreaField(_("What whoever asks for it should know"), [Lines(LONGEST_WORDS)])

    def __init__(self, kinds: Sequence[HelpKind], **known: Any) -> None:
        super().__init__(**known)
        self.kind.choices = [
            SelectChoice(0, gettext("Every help without a rate of its own")),
            *(SelectChoice(one.id, one.name) for one in kinds),
        ]

    def facts(self) -> Facts:
        """Put together what the form says."""
        extras = {what: extra for what in EXTRAS if (extra := self._extra(what))}
        return Facts(
            starts_on=self.starts_on.data,
            price_minor=None if self.paid.data == FOR_HOURS else self.price.data or 0,
            thanks_minor=self.thanks.data or 0,
            unit_minutes=int(self.unit.data),
            least_minutes=self.least.data or 0,
            way_by=self.way_by.data,
            way_minor=self.way.data or 0,
            tax_class=self.tax_class.data,
            is_business=self.is_business.data,
            words=self.words.data or "",
            extras=extras,
        )

    def _extra(self, what: str) -> Extra | None:
        price, thanks = self[f"{what}_price"].data, self[f"{what}_thanks"].data
        first, last = (self.evening_from.data, self.evening_until.data) if what == EVENING else (None, None)
        if all(one is None for one in (price, thanks, first, last)):
            return None
        return Extra(
            price_minor=price or 0,
            thanks_minor=thanks or 0,
            from_minute=_minute(first),
            until_minute=_minute(last),
        )


class VisitForm(Form):
    """A visit of which somebody wants to know what it would cost."""

    kind = SelectField(_("Kind of help"), coerce=int, default=0)
    day = DayField(_("On which day?"), [Written(_DAY)])
    begins = _time(_("When does it begin?"))
    hours = HoursField(
        _("How long?"),
        [Written(_("Please write how long it took, for example 1.5 or 1:30."))],
        description=_("1.5 or 1:30 or 90 min"),
    )
    km = IntegerField(_("Kilometres of the giver's way, there and back"), [Optional()])
    first = BooleanField(_("It is the first visit"))
    second = BooleanField(_("It is about a second giver who comes along"))
    how = SelectField(
        _("Does it take place?"), choices=[SelectChoice(one, label) for one, label in HOW_LABELS.items()]
    )

    class Meta(Form.Meta):
        """A form that only asks carries no token."""

        csrf = False

    def __init__(self, kinds: Sequence[HelpKind], **values: Any) -> None:
        super().__init__(**values)
        self.kind.choices = [
            SelectChoice(0, gettext("Any other help")),
            *(SelectChoice(one.id, one.name) for one in kinds),
        ]

    def visit(self) -> Visit:
        """Put together what the form says."""
        return Visit(
            worked_on=self.day.data,
            minutes=self.hours.data,
            begins=_minute(self.begins.data),
            second=self.second.data,
            first=self.first.data,
            how=self.how.data,
            km=self.km.data or 0,
        )


def as_typed(facts: Facts, *, kind_id: int | None, starts_on: date | None) -> dict[str, Any]:
    """Fill the form of a rate with one that there is; what is nought is left empty, as it is typed."""
    filled: dict[str, Any] = {
        "kind": kind_id or 0,
        "starts_on": starts_on,
        "paid": FOR_HOURS if facts.price_minor is None else FOR_MONEY,
        "price": facts.price_minor,
        "thanks": facts.thanks_minor or None,
        "unit": str(facts.unit_minutes),
        "least": facts.least_minutes or None,
        "way": facts.way_minor or None,
    }
    for name in ("way_by", "tax_class", "is_business", "words"):
        filled[name] = getattr(facts, name)
    return filled | dict(_extras_as_typed(facts))


# --- the leaves ---------------------------------------------------------------------------------------------


def _extras_as_typed(facts: Facts) -> Iterator[tuple[str, Any]]:
    for what, extra in facts.extras.items():
        yield f"{what}_price", extra.price_minor
        yield f"{what}_thanks", extra.thanks_minor or None
        for name, minute in (("from", extra.from_minute), ("until", extra.until_minute)):
            if minute is not None:
                yield f"{what}_{name}", time(*divmod(minute, 60))


def _minute(moment: time | None) -> int | None:
    return None if moment is None else moment.hour * 60 + moment.minute


class KeepingForm(Form):
    """What statements say of hours that are kept for later."""

    words = TextAreaField(_("What statements say of kept hours"), [Lines(LONGEST_WORDS)])

    def __init__(self, **known: Any) -> None:
        super().__init__(data=known)
