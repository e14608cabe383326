"""The forms of payments: what goes back, what is taken again, and a seller's particulars."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import HiddenField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.payments.models import LONGEST_EMAIL
from timebank.payments.particulars import LONGEST_PARTICULARS
from timebank.web import Form
from timebank.web import Line
from timebank.web import Lines
from timebank.web import MoneyField
from timebank.web import Written


class GiveBackForm(Form):
    """How much of a payment goes back."""

    amount = MoneyField(_("How much goes back?"), [Written(_("Please write an amount, for example 3000."))])
    email = StringField(_("E-mail address of whoever paid"), [Line(LONGEST_EMAIL)])
    #: Drawn only where the same amount went back already.
    again = BooleanField(_("Yes, give it back once more"))


class AmountForm(Form):
    """What is taken from the next time on, once it was shown what will be."""

    amount = MoneyField(
        _("How much from the next time on?"), [Written(_("Please write an amount, for example 3000."))]
    )
    #: The amount that was shown before, in the smallest unit.
    seen = HiddenField()


_MISSING = _("The law wants this shown. Please write it.")


def _line(name: str, label: str, hint: str = "") -> StringField:
    longest = LONGEST_PARTICULARS[name]
    return StringField(label, [InputRequired(_MISSING), Line(longest)], description=hint)


def _lines(name: str, label: str, hint: str = "") -> TextAreaField:
    longest = LONGEST_PARTICULARS[name]
    return TextAreaField(label, [InputRequired(_MISSING), Lines(longest)], description=hint)


class ParticularsForm(Form):
    """Who takes the money, and how paying and stepping back work here."""

    seller = _line("seller", _("Name in law"), _("As it is registered, or of the person who answers for it."))
    responsible = _line("responsible", _("Who is responsible"))
    address = _lines("address", _("Address"))
    telephone = _line("telephone", _("Telephone, and when somebody answers"))
    email = _line("email", _("E-mail address"))
    extra_costs = _lines(
        "extra_costs", _("What else is to be paid"), _("For example: nothing besides the amount shown.")
    )
    ways_to_pay = _lines("ways_to_pay", _("Ways to pay"), _("For example: card, konbini, cash, transfer."))
    when_due = _lines(
        "when_due", _("When it is paid"), _("For example: a card at once, a konbini within 3 days.")
    )
    when_delivered = _lines(
        "when_delivered",
        _("When one gets what one pays for"),
        _("For example: a gift has no return; a membership begins on the day of payment."),
    )
    stepping_back = _lines(
        "stepping_back",
        _("Stepping back and money back"),
        _("For example: a gift by mistake is given back within 14 days; write to us."),
    )
