"""The forms by which funds are opened, changed and ended."""

from flask_babel import lazy_gettext as _
from wtforms import SelectField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.funds.models import LONGEST_NAME
from timebank.funds.models import LONGEST_PURPOSE
from timebank.funds.models import LONGEST_REASON
from timebank.funds.models import LONGEST_SLUG
from timebank.web import DayField
from timebank.web import Form
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import Lines
from timebank.web import MoneyField
from timebank.web import SelectChoice
from timebank.web import Written


class FundForm(Form):
    """What a fund is called, and what its money is for."""

    name = StringField(_("Name of the fund"), [InputRequired(_("A fund needs a name.")), Line(LONGEST_NAME)])
    purpose = TextAreaField(
        _("What is the money for?"),
        [
            InputRequired(_("Please say what the money is for: whoever gives reads it.")),
            Lines(LONGEST_PURPOSE),
        ],
        description=_("The money can be spent on this only. Everybody can read it."),
    )


class NewFundForm(FundForm):
    """A fund that is opened."""

    slug = StringField(
        _("Short name"),
        [InputRequired(_("A fund needs a short name.")), Line(LONGEST_SLUG)],
        description=_("For the books and addresses, as meal. It can never be changed."),
    )


#: What each sort of thing is called.
NATURE_LABELS = {
    "ingredients": _("Ingredients"),
    "fuel": _("Fuel"),
    "rent": _("Rent"),
    "postage": _("Postage and telephone"),
    "thanks": _("Thank-you money"),
    "equipment": _("Equipment"),
    "insurance": _("Insurance"),
    "other": _("Something else"),
}


class SpendForm(KeyedForm):
    """What was spent of a fund."""

    amount = MoneyField(_("How much was it?"), [Written(_("Please write an amount, for example 3000."))])
    words = StringField(
        _("What was it spent on?"),
        [
            InputRequired(_("Please say in a line what it was spent on: whoever gave reads it.")),
            Line(LONGEST_REASON),
        ],
        description=_("Everybody can read it, so no names."),
    )
    nature = SelectField(
        _("What sort of thing is it?"),
        choices=[SelectChoice(code, label) for code, label in NATURE_LABELS.items()],
    )
    spent_on = DayField(_("When was it paid?"), [Written(_("Please write the day, for example 2026-04-03."))])


class TakeBackSpendingForm(Form):
    """Why something was written down by mistake."""

    reason = StringField(
        _("What was wrong?"),
        [InputRequired(_("Please say why, so that others understand it later.")), Line(LONGEST_REASON)],
    )


class EndFundForm(Form):
    """Why what a fund is for stops."""

    reason = StringField(
        _("Why does it stop?"),
        [InputRequired(_("Please say in a line why: whoever gave reads it.")), Line(LONGEST_REASON)],
        description=_("Everybody can read it. The money stays in the fund."),
    )
