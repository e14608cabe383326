"""The forms of prepaid balances: what holds for them, what is paid ahead, and what goes back."""

from typing import Final

from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import RadioField
from wtforms import StringField
from wtforms.validators import InputRequired

from timebank.members.fields import PersonField
from timebank.prepaid.giving_back import Back
from timebank.prepaid.models import CASH
from timebank.prepaid.models import LONGEST_REASON
from timebank.prepaid.models import STRIPE
from timebank.prepaid.models import TRANSFER
from timebank.prepaid.rules import Rule
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
_AMOUNT = _("Please write an amount, for example 3000.")
_WHY = _("Please say why, so that others understand it later.")
_HANDS: Final = [SelectChoice(one, label) for one, label in HAND_LABELS.items()]


class PrepaidRuleForm(Form):
    """What holds for all prepaid balances of a community."""

    offered = BooleanField(
        _("Members can pay a sum ahead"),
        description=_("Without the tick nothing more is taken. What is on a balance can still be used."),
    )
    least = MoneyField(_("Smallest sum at once"), [Written(_AMOUNT)])
    most = MoneyField(_("Largest sum at once"), [Written(_AMOUNT)])
    konbini = BooleanField(
        _("Payment at a konbini is offered"),
        description=_("In Japan, for yen; Stripe has to allow it first."),
    )
    refunds = BooleanField(
        _("Money may go back for what was not used"),
        description=_(
            "In Japan the law allows it in few cases only, such as somebody who moves away. A reason is "
            "asked for each time."
        ),
    )

    def rule(self) -> Rule:
        """Put together what the form says."""
        return Rule(
            offered=self.offered.data,
            least_minor=self.least.data or 0,
            most_minor=self.most.data or 0,
            refunds=self.refunds.data,
            konbini=self.konbini.data,
        )


class TopUpForm(KeyedForm):
    """How much a member wants to pay ahead."""

    amount = MoneyField(_("How much do you pay ahead?"), [Written(_AMOUNT)])


class DeskTopUpForm(KeyedForm):
    """What somebody paid ahead at the desk."""

    member = PersonField(
        _("Whose balance is it?"), description=_("Part of the name, its reading, or the member number.")
    )
    amount = MoneyField(_("How much was it?"), [Written(_AMOUNT)])
    way = RadioField(_("How was it paid?"), choices=_HANDS, default=CASH)
    paid_on = DayField(
        _("When was it paid?"),
        [Written(_DAY)],
        description=_("For a transfer the day on the bank's statement."),
    )


class TakeBackTopUpForm(Form):
    """Why what was written down is taken back."""

    reason = StringField(_("Why is it taken back?"), [InputRequired(_WHY), Line(LONGEST_REASON)])


class GiveBackForm(KeyedForm):
    """How much of a balance goes back, and why."""

    amount = MoneyField(_("How much goes back?"), [Written(_AMOUNT)])
    way = RadioField(_("How does the money go back?"), choices=_HANDS, default=CASH)
    given_on = DayField(_("When?"), [Written(_DAY)])
    reason = StringField(_("Why does it go back?"), [InputRequired(_WHY), Line(LONGEST_REASON)])

    def back(self) -> Back:
        """Put together what the form says."""
        return Back(
            amount_minor=self.amount.data or 0,
            way=self.way.data,
            reason=self.reason.data or "",
            given_on=self.given_on.data,
            key=self.key.data or "",
        )
