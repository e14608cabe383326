"""The forms by which a treasurer writes down gifts that came by hand, and looks through those of a year."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import RadioField
from wtforms import SelectField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.donations.by_hand import Brought
from timebank.donations.forms import ANYTHING
from timebank.donations.forms import DEDICATION_LABELS
from timebank.donations.forms import EACH
from timebank.donations.forms import RECEIPT_LABELS
from timebank.donations.forms import WHOLE_YEAR
from timebank.donations.identifying import Identified
from timebank.donations.in_kind import BroughtInKind
from timebank.donations.models import CASH
from timebank.donations.models import LONGEST_ADDRESS
from timebank.donations.models import LONGEST_MESSAGE
from timebank.donations.models import LONGEST_NAME
from timebank.donations.models import LONGEST_REASON
from timebank.donations.models import THANKS
from timebank.donations.models import TRANSFER
from timebank.donations.queries import KIND
from timebank.donations.queries import STRIPE
from timebank.funds.models import Fund
from timebank.members.fields import PersonField
from timebank.payments.models import LONGEST_EMAIL
from timebank.web import DayField
from timebank.web import Form
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import Lines
from timebank.web import MoneyField
from timebank.web import SelectChoice
from timebank.web import Written

#: By which way a gift came, as a list is asked for.
WAY_LABELS = {
    STRIPE: _("By card or at a konbini"),
    CASH: _("In cash"),
    TRANSFER: _("By transfer"),
    THANKS: _("Of thanks for help"),
    KIND: _("In kind"),
}
#: All of them.
ALL = "all"


class MemberField(PersonField):
    """The member who gave; nobody where it was none, or where it does not matter."""

    def pre_validate(self, form: Any) -> None:
        """Find who is meant, where somebody is."""
        if (self.data or "").strip():
            super().pre_validate(form)


class _GivenForm(KeyedForm):
    """What a treasurer writes down of every gift: what for, and who gave it."""

    fund = SelectField(_("For which purpose?"))
    member = MemberField(
        _("The member who gave"),
        description=_("Part of a name, its reading, or the member number. Nothing where it was no member."),
    )
    name = StringField(
        _("Name of whoever gave"),
        [Line(LONGEST_NAME)],
        description=_("Nothing for a coin box. Of a member the name is taken over."),
    )
    reading = StringField(_("Reading of the name"), [Line(LONGEST_NAME)])
    organisation = BooleanField(_("It is an organisation, not a person"))
    address = TextAreaField(_("Postal address"), [Lines(LONGEST_ADDRESS)])
    name_hidden = BooleanField(_("Do not show the name to others"))

    def __init__(self, *, funds: Sequence[Fund], **known: Any) -> None:
        self._funds = {str(one.id): one for one in funds}
        super().__init__(**{"fund": ANYTHING} | known)
        self.fund.choices = [
            SelectChoice(ANYTHING, gettext("Where it is needed most")),
            *(SelectChoice(number, one.name) for number, one in self._funds.items()),
        ]

    def _who_and_what_for(self) -> dict[str, Any]:
        return {
            "fund": self._funds.get(self.fund.data),
            "member": self.member.member,
            "name": self.name.data or "",
            "reading": self.reading.data or "",
            "organisation": self.organisation.data,
            "address": self.address.data or "",
            "name_hidden": self.name_hidden.data,
        }


class _BroughtForm(_GivenForm):
    """A gift that came by hand: its day, too, for nobody else tells it."""

    given_on = DayField(
        _("When was it given?"),
        [Written(_("Please write the day, for example 2026-04-03."))],
        description=_("For example 2026-04-03 or 2026/4/3"),
    )

    def _who(self) -> dict[str, Any]:
        return {
            "given_on": self.given_on.data,
            "key": self.key.data or "",
            **self._who_and_what_for(),
        }


class ByHandForm(_BroughtForm):
    """A gift of money that came in cash or by transfer."""

    amount = MoneyField(_("How much was it?"), [Written(_("Please write an amount, for example 3000."))])
    way = RadioField(
        _("How did it come?"),
        choices=[SelectChoice(way, WAY_LABELS[way]) for way in (CASH, TRANSFER)],
        validators=[InputRequired(_("Please choose one of these."))],
    )
    email = StringField(
        _("E-mail address"), [Line(LONGEST_EMAIL)], description=_("A letter of thanks goes there, once.")
    )
    wants_receipt = BooleanField(_("A receipt is wished"))
    receipt_for = SelectField(
        _("For each gift, or for the year?"),
        choices=[SelectChoice(code, label) for code, label in RECEIPT_LABELS.items()],
        default=EACH,
    )
    dedication = SelectField(
        _("In memory or in honour of somebody?"),
        choices=[SelectChoice(code, label) for code, label in DEDICATION_LABELS.items()],
        default="",
    )
    dedicated_to = StringField(_("Of whom?"), [Line(LONGEST_NAME)])
    message = TextAreaField(_("A word about it"), [Lines(LONGEST_MESSAGE)])
    #: Drawn only where the same is written down already.
    again = BooleanField(_("Yes, it was another gift: write it down as well"))

    def gift(self) -> Brought:
        """Put together what the form says."""
        return Brought(
            amount_minor=self.amount.data or 0,
            way=self.way.data,
            email=self.email.data or "",
            wants_receipt=self.wants_receipt.data,
            receipt_for_year=self.receipt_for.data == WHOLE_YEAR,
            dedication=self.dedication.data or "",
            dedicated_to=self.dedicated_to.data or "",
            message=self.message.data or "",
            once=not self.again.data,
            **self._who(),
        )


class IdentifyGiftForm(_GivenForm):
    """Whose gift something was that nobody had known what for; when it came Stripe has told."""

    email = StringField(
        _("E-mail address"), [Line(LONGEST_EMAIL)], description=_("A letter of thanks goes there, once.")
    )
    wants_receipt = BooleanField(_("A receipt is wished"))

    def gift(self) -> Identified:
        """Put together what the form says."""
        return Identified(
            email=self.email.data or "", wants_receipt=self.wants_receipt.data, **self._who_and_what_for()
        )


class InKindForm(_BroughtForm):
    """A gift that is no money."""

    what = TextAreaField(
        _("What was given?"),
        [
            InputRequired(_("Please say in a line what was given, for example 10 kg of rice.")),
            Lines(LONGEST_MESSAGE),
        ],
        description=_("For example 10 kg of rice. No value is written down, and nothing is booked."),
    )
    activity = StringField(
        _("Or for which activity?"),
        [Line(LONGEST_NAME)],
        description=_("Where no fund is kept for it, for example the summer festival."),
    )

    def gift(self) -> BroughtInKind:
        """Put together what the form says."""
        return BroughtInKind(what=self.what.data or "", activity=self.activity.data or "", **self._who())


class TakeBackGiftForm(Form):
    """Why a gift was written down by mistake."""

    reason = StringField(
        _("What was wrong?"),
        [InputRequired(_("Please say why, so that others understand it later.")), Line(LONGEST_REASON)],
    )


class GiftFilterForm(Form):
    """Which gifts are looked for: of which year, and by which way they came."""

    year = SelectField(_("Year"), coerce=int)
    way = SelectField(_("How did it come?"), default=ALL)

    class Meta(Form.Meta):
        """A form that only asks carries no token."""

        csrf = False

    def __init__(self, years: Sequence[int], **values: Any) -> None:
        super().__init__(**values)
        # Nobody writes 2,026.
        self.year.choices = [SelectChoice(one, str(one)) for one in years]
        if self.year.data is None and not self.year.raw_data:
            self.year.data = years[0]
        self.way.choices = [
            SelectChoice(ALL, gettext("By all ways")),
            *(SelectChoice(code, label) for code, label in WAY_LABELS.items()),
        ]
