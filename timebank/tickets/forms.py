"""The forms of tickets: what is sold, who buys which booklet, and what goes back."""

from collections.abc import Sequence
from typing import Any
from typing import Final

from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import IntegerField
from wtforms import RadioField
from wtforms import SelectField
from wtforms import StringField
from wtforms.validators import InputRequired
from wtforms.validators import Optional

from timebank.i18n import money
from timebank.members.fields import PersonField
from timebank.tickets.giving_back import Back
from timebank.tickets.models import CASH
from timebank.tickets.models import LONGEST_DAYS
from timebank.tickets.models import LONGEST_NAME
from timebank.tickets.models import LONGEST_REASON
from timebank.tickets.models import STRIPE
from timebank.tickets.models import TRANSFER
from timebank.tickets.models import TicketOffer
from timebank.tickets.offers import USUAL_MONTHS
from timebank.tickets.offers import Booklet
from timebank.tickets.offers import Rule
from timebank.web import DayField
from timebank.web import Form
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import MoneyField
from timebank.web import SelectChoice
from timebank.web import Written

HAND_LABELS: Final = {CASH: _("In cash"), TRANSFER: _("By transfer")}
WAY_LABELS: Final = {**HAND_LABELS, STRIPE: _("By card or at a konbini")}
_DAY = _("Please write the day, for example 2026-04-03.")
_DAYS = _("Please write days as month and day, for example 03-31 09-30.")
_WHY = _("Please say why, so that others understand it later.")


class _OffersForm(KeyedForm):
    """A form on which one of some booklets is chosen."""

    offer: Any
    _offers: dict[str, TicketOffer]

    def __init__(self, offers: Sequence[TicketOffer], **known: Any) -> None:
        self._offers = {str(one.id): one for one in offers}
        super().__init__(offer=next(iter(self._offers), ""), **known)
        self.offer.choices = [
            SelectChoice(
                number,
                f"{one.name} · {one.tickets} × {money(one.face_minor, one.currency)}"
                f" = {money(one.tickets * one.face_minor, one.currency)}",
            )
            for number, one in self._offers.items()
        ]

    def chosen(self) -> TicketOffer:
        """Give the booklet that was chosen."""
        return self._offers[self.offer.data]


class BuyForm(_OffersForm):
    """Which booklet a member wants to buy."""

    offer = RadioField(_("Which booklet?"))


class SellForm(_OffersForm):
    """A booklet that somebody paid at the desk."""

    buyer = PersonField(
        _("Who buys it?"), description=_("Part of the name, its reading, or the member number.")
    )
    offer = SelectField(_("Booklet"))
    way = RadioField(
        _("How was it paid?"),
        choices=[SelectChoice(one, label) for one, label in HAND_LABELS.items()],
        default=CASH,
    )
    paid_on = DayField(
        _("When was it paid?"),
        [Written(_DAY)],
        description=_("For a transfer the day on the bank's statement."),
    )


class GiveBackTicketsForm(KeyedForm):
    """For how many tickets money goes back, and why."""

    tickets = IntegerField(
        _("How many tickets?"), [InputRequired(_("Please write a number."))], description=_("Unused ones.")
    )
    way = RadioField(
        _("How does the money go back?"),
        choices=[SelectChoice(one, label) for one, label in HAND_LABELS.items()],
        default=CASH,
    )
    given_on = DayField(_("When?"), [Written(_DAY)])
    reason = StringField(_("Why does it go back?"), [InputRequired(_WHY), Line(LONGEST_REASON)])

    def back(self) -> Back:
        """Put together what the form says."""
        return Back(
            tickets=self.tickets.data or 0,
            way=self.way.data,
            reason=self.reason.data or "",
            given_on=self.given_on.data,
            key=self.key.data or "",
        )


class TakeBackBookletForm(Form):
    """Why a booklet is taken back."""

    reason = StringField(_("Why is it taken back?"), [InputRequired(_WHY), Line(LONGEST_REASON)])


class OfferForm(Form):
    """A booklet that is to be sold."""

    name = StringField(
        _("Name of the booklet"), [InputRequired(_("A booklet needs a name.")), Line(LONGEST_NAME)]
    )
    tickets = IntegerField(_("How many tickets?"), [InputRequired(_("Please write a number."))], default=10)
    face = MoneyField(
        _("What does a ticket pay?"),
        [Written(_("Please write an amount, for example 800."))],
        description=_(
            "As much as it costs: what an hour costs, or half an hour, so that visits come out even."
        ),
    )
    months = IntegerField(
        _("How many months can they be used?"),
        [Optional()],
        default=USUAL_MONTHS,
        description=_(
            "From the day on which they are paid. In Japan tickets that last six months at most bring no "
            "duties. Empty: they have no last day."
        ),
    )
    on_paper = BooleanField(
        _("They are on paper"),
        description=_(
            "Then they are printed with numbers, and whoever helps carries them in. Without the tick they "
            "stand on the account, and a coordinator uses them there."
        ),
    )

    def booklet(self) -> Booklet:
        """Put together what the form says."""
        return Booklet(
            name=self.name.data or "",
            tickets=self.tickets.data or 0,
            face_minor=self.face.data or 0,
            valid_months=self.months.data,
            on_paper=self.on_paper.data,
        )


class TicketRuleForm(Form):
    """What holds for all tickets of a community."""

    konbini = BooleanField(
        _("Payment at a konbini is offered"),
        description=_("In Japan, for yen; Stripe has to allow it first."),
    )
    refunds = BooleanField(
        _("Money may go back for unused tickets"),
        description=_(
            "In Japan the law allows it in few cases only, such as somebody who moves away. A reason is "
            "asked for each time."
        ),
    )
    limit = MoneyField(
        _("Sum from which the law wants something"),
        [Written(_("Please write an amount above nought."))],
        description=_("Of tickets that last longer than six months. In Japan ¥10,000,000."),
    )
    days = StringField(
        _("Days on which it is looked at"),
        [
            InputRequired(_("Please write days as month and day, for example 03-31 09-30.")),
            Line(LONGEST_DAYS),
        ],
        description=_("Of every year, as month and day. In Japan 03-31 09-30."),
    )

    def rule(self) -> Rule:
        """Put together what the form says."""
        return Rule(
            refunds=self.refunds.data,
            konbini=self.konbini.data,
            limit_minor=self.limit.data or 0,
            report_days=tuple((self.days.data or "").split()),
        )
