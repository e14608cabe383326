"""The forms of tickets that came in: the numbers of a pile, and why something is taken back."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.tickets.models import LONGEST_REASON
from timebank.web import DayField
from timebank.web import Form
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import Lines
from timebank.web import Written

#: As many numbers as a pile may have, each written by itself, and some more.
LONGEST_PILE = 8000


class PileForm(KeyedForm):
    """The numbers of all tickets of a pile, and the day on which they were handed over."""

    numbers = TextAreaField(
        _("Numbers of all the tickets"),
        [
            InputRequired(_("Please write the numbers of the tickets, for example 101-104, 107.")),
            Lines(LONGEST_PILE),
        ],
        description=_("As 101-104, 107, 203-205; of any members, in any order. At most 500."),
    )
    came_on = DayField(
        _("When were they handed over?"),
        [Written(_("Please write the day, for example 2026-04-03."))],
        description=_("It decides whether a ticket had run out."),
    )


class TakeBackPileForm(Form):
    """Why tickets that were entered are free again."""

    reason = StringField(
        _("Why is it taken back?"),
        [InputRequired(_("Please say why, so that others understand it later.")), Line(LONGEST_REASON)],
    )
