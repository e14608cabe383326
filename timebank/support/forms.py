"""The forms of paid support: a visit that a coordinator was told of, and what somebody paid or was paid."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from datetime import time
from typing import Any
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import HiddenField
from wtforms import IntegerField
from wtforms import RadioField
from wtforms import SelectField
from wtforms import SelectMultipleField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms import TimeField
from wtforms.validators import InputRequired
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput
from wtforms.widgets import ListWidget

from timebank.communities.models import HelpKind
from timebank.days import parse_day
from timebank.donations.by_hand import Brought
from timebank.donations.models import LONGEST_ADDRESS
from timebank.donations.models import THANKS as GIVEN_THANKS
from timebank.errors import Refusal
from timebank.exchanges.models import LONGEST_DESCRIPTION
from timebank.funds.models import Fund
from timebank.i18n import money
from timebank.members.fields import PersonField
from timebank.members.models import Member
from timebank.support.models import BILL
from timebank.support.models import CASH
from timebank.support.models import FILE
from timebank.support.models import LONGEST_REASON
from timebank.support.models import MOST_MINOR
from timebank.support.models import PREPAID
from timebank.support.models import TICKETS
from timebank.support.models import TRANSFER
from timebank.support.paid import Payment
from timebank.support.planning import HOURS
from timebank.support.planning import NOTHING
from timebank.support.planning import THANKS
from timebank.support.planning import USUAL
from timebank.support.planning import Wish
from timebank.support.sending import CHANGED
from timebank.support.sending import ToSend
from timebank.tickets.spending import read_numbers
from timebank.web import DayField
from timebank.web import Form
from timebank.web import HoursField
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import Lines
from timebank.web import MoneyField
from timebank.web import PeriodForm
from timebank.web import SelectChoice
from timebank.web import Written

PAYS_LABELS: Final = {
    BILL: _("With money, on the bill of the month"),
    TICKETS: _("With tickets"),
    PREPAID: _("From the prepaid balance"),
    HOURS: _("With hours"),
}
TAKES_LABELS: Final = {
    THANKS: _("Thanks in money"),
    HOURS: _("Hours, kept for later"),
    NOTHING: _("Nothing: the thanks stay with the group"),
}
WAY_LABELS: Final = {
    CASH: _("In cash"),
    TRANSFER: _("By transfer"),
    FILE: _("By a file for the bank"),
}
LONGEST_NUMBERS = 500
HEARD_LABELS: Final = {
    "telephone": _("By telephone"),
    "slip": _("On a signed slip"),
    "in-person": _("In person"),
}
_DAY = _("Please write the day, for example 2026-04-03.")
_PART = _("Empty: all of it.")


class VisitForm(KeyedForm):
    """A visit as both sides told it to a coordinator, and how each of them settles it."""

    giver = PersonField(_("Who gave?"))
    receiver = PersonField(_("Who received?"))
    kind = SelectField(_("Kind of help"), coerce=int, default=0)
    date = DayField(_("When?"), [Written(_DAY)])
    begins = TimeField(_("When did it begin?"), [Optional()])
    hours = HoursField(
        _("How long?"),
        [Written(_("Please write how long it took, for example 1.5 or 1:30."))],
        description=_("1.5 or 1:30 or 90 min"),
    )
    km = IntegerField(_("Kilometres of the giver's way, there and back"), [Optional()])
    first = BooleanField(_("It was the first visit"))
    second = BooleanField(_("It is about a second giver who came along"))
    description = TextAreaField(
        _("What for?"), [Lines(LONGEST_DESCRIPTION)], description=_("A few words, for both of you.")
    )
    pays = RadioField(
        _("How does whoever received pay?"),
        default=BILL,
    )
    numbers = StringField(
        _("Numbers of the tickets that were handed over"),
        [Line(LONGEST_NUMBERS)],
        description=_(
            "As 101-104, 107. Empty: those on the account that run out first, as many as fit. What tickets "
            "leave goes on the bill."
        ),
    )
    paid_hours = HoursField(_("So much of it with money, the rest with hours"), description=_PART)
    takes = RadioField(
        _("What does whoever gave take?"),
        choices=[
            SelectChoice(USUAL, _("As they usually do")),
            *(SelectChoice(one, label) for one, label in TAKES_LABELS.items()),
        ],
        default=USUAL,
    )
    thanked_hours = HoursField(_("So much of it as money, the rest as hours"), description=_PART)
    heard = RadioField(
        _("How did you hear it?"),
        choices=[SelectChoice(how, label) for how, label in HEARD_LABELS.items()],
        validators=[InputRequired(_("Please say how you heard it."))],
    )
    #: Drawn only where the same is logged already.
    again = BooleanField(_("Yes, it happened once more: log it again"))

    def __init__(
        self, kinds: Sequence[HelpKind], *, tickets: bool, prepaid: bool = False, **known: Any
    ) -> None:
        super().__init__(**known)
        # Where none were ever sold, or nothing is paid ahead, nobody has to read about it.
        offered = {TICKETS: tickets, PREPAID: prepaid}
        self.pays.choices = [
            SelectChoice(one, label) for one, label in PAYS_LABELS.items() if offered.get(one, True)
        ]
        if not tickets:
            del self.numbers
        self._kinds = {kind.id: kind for kind in kinds}
        self.kind.choices = [
            SelectChoice(0, gettext("None of these")),
            *(SelectChoice(one.id, one.name) for one in kinds),
        ]

    def wish(self, giver: Member, receiver: Member) -> Wish:
        """Put together what the form says."""
        return Wish(
            giver=giver,
            receiver=receiver,
            kind=self._kinds.get(self.kind.data),
            worked_on=self.date.data,
            minutes=self.hours.data or 0,
            description=self.description.data or "",
            begins=minute_of(self.begins.data),
            km=self.km.data or 0,
            first=self.first.data,
            second=self.second.data,
            pays=self.pays.data,
            takes=self.takes.data,
            numbers=read_numbers(self.numbers.data or "") if "numbers" in self else (),
            paid_minutes=self.paid_hours.data,
            thanked_minutes=self.thanked_hours.data,
            once=not self.again.data,
            key=self.key.data or "",
        )


class PaidForm(KeyedForm):
    """What somebody paid of what they owed, or was paid as thanks."""

    amount = MoneyField(_("How much was it?"), [Written(_("Please write an amount, for example 3000."))])
    way = RadioField(
        _("How was it paid?"), choices=[SelectChoice(one, WAY_LABELS[one]) for one in (CASH, TRANSFER)]
    )
    paid_on = DayField(_("When?"), [Written(_DAY)])

    def payment(self, what: str) -> Payment:
        """Put together what the form says."""
        return Payment(
            what=what,
            amount_minor=self.amount.data or 0,
            way=self.way.data,
            paid_on=self.paid_on.data,
            key=self.key.data or "",
        )


class GiveThanksForm(KeyedForm):
    """What a member gives away of the thanks that they are owed, and what for."""

    amount = MoneyField(_("How much is given?"), [Written(_("Please write an amount, for example 3000."))])
    fund = SelectField(_("For which purpose?"))
    name_hidden = BooleanField(_("Do not show the name to others"))
    wants_receipt = BooleanField(_("A receipt is wished"))
    address = TextAreaField(
        _("Postal address"),
        [Lines(LONGEST_ADDRESS)],
        description=_("For the receipt, where it cannot come by mail."),
    )

    def __init__(self, funds: Sequence[Fund], *, receipts: bool, **known: Any) -> None:
        self._funds = {str(one.id): one for one in funds}
        super().__init__(fund="0", **known)
        self.fund.choices = [
            SelectChoice("0", gettext("Where it is needed most")),
            *(SelectChoice(number, one.name) for number, one in self._funds.items()),
        ]
        if not receipts:
            # Where the community issues none nobody can wish for one.
            del self.wants_receipt
            del self.address

    def gift(self, member: Member, *, email: str, given_on: date) -> Brought:
        """Put together what the form says."""
        wants = "wants_receipt" in self and self.wants_receipt.data
        return Brought(
            amount_minor=self.amount.data or 0,
            way=GIVEN_THANKS,
            given_on=given_on,
            fund=self._funds.get(self.fund.data),
            member=member,
            name_hidden=self.name_hidden.data,
            email=email,
            address=(self.address.data or "") if wants else "",
            wants_receipt=wants,
            key=self.key.data or "",
        )


class UsualForm(Form):
    """What a member usually takes for help."""

    takes = RadioField(
        _("What do you usually take for help?"),
        choices=[SelectChoice(one, label) for one, label in TAKES_LABELS.items()],
        description=_("It can be another thing for each visit. What was written down stays as it is."),
    )


class MonthRuleForm(Form):
    """Who closes a month."""

    second_officer = BooleanField(
        _("A second treasurer closes a month, after a first one has looked at it"),
        description=_("Where there is only one treasurer no month can be closed then."),
    )


class TakeBackPaidForm(Form):
    """Why what was written down is taken back."""

    reason = StringField(
        _("Why is it taken back?"),
        [InputRequired(_("Please say why, so that others understand it later.")), Line(LONGEST_REASON)],
    )


def minute_of(moment: time | None) -> int | None:
    """Give the minute of the day; None where no time was typed."""
    return None if moment is None else moment.hour * 60 + moment.minute


class EnvelopesForm(KeyedForm):
    """To whom envelopes with thanks were handed, of those that were shown with their amounts."""

    #: Members' ids and what was in their envelopes: ``12:600 15:1200``.
    shown = HiddenField()
    who = SelectMultipleField(
        _("Who has got an envelope?"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    paid_on = DayField(_("When?"), [Written(_DAY)])

    def __init__(self, owed: Sequence[tuple[Member, int]], currency: str, **known: Any) -> None:
        super().__init__(
            who=[member.id for member, _amount in owed],
            shown=" ".join(f"{member.id}:{amount}" for member, amount in owed),
            **known,
        )
        self.who.choices = [
            SelectChoice(member.id, f"{member.name} ({member.number}) · {money(amount, currency)}")
            for member, amount in owed
        ]


class SendBillsForm(Form):
    """To whom the bills of a month are sent by mail."""

    #: Whose bill was sent by another tab is passed over: it is sent once.
    who = SelectMultipleField(
        _("Whose bill is sent?"),
        coerce=int,
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, bills: Sequence[ToSend], currency: str) -> None:
        super().__init__(who=[one.bill.member.id for one in bills])
        self.who.choices = [
            SelectChoice(
                one.bill.member.id,
                f"{one.bill.member.name} ({one.bill.member.number}) · {money(one.bill.owes_minor, currency)}"
                + (f" · {gettext('its sum has changed since')}" if one.state == CHANGED else ""),
            )
            for one in bills
        ]


def amounts_shown(typed: str) -> dict[int, int]:
    """Read what was in the envelopes that a form has shown; nothing where somebody has changed it."""
    try:
        pairs = [one.split(":", maxsplit=1) for one in typed.split()]
        shown = {int(number): int(amount) for number, amount in pairs}
    except ValueError:
        return {}
    return shown if all(0 < one <= MOST_MINOR for pair in shown.items() for one in pair) else {}


class MonthField(DayField):
    """A month as people write it; its data is its first day, or None where nothing was typed."""

    def read(self, typed: str) -> date:
        """Read a month, or the month of a day."""
        for ending in ("-01", "/1", "1日"):
            with suppress(Refusal):
                return parse_day(typed.strip() + ending).replace(day=1)
        return parse_day(typed).replace(day=1)

    def write(self, value: date) -> str:
        """Write a month."""
        return f"{value:%Y-%m}"


class MonthsForm(PeriodForm):
    """From which month to which a report goes."""

    first = MonthField(_("From the month"), description=_("For example 2026-04 or 2026/4"))
    last = MonthField(_("Until the month"), description=_("For example 2026-04 or 2026/4"))
