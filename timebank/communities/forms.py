"""The forms of a community's facts and of its list of kinds of help."""

from flask_babel import lazy_gettext as _
from wtforms import IntegerField
from wtforms import SelectField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.communities.models import LONGEST_ADDRESS
from timebank.communities.models import LONGEST_KIND
from timebank.communities.models import LONGEST_NAME
from timebank.communities.models import LONGEST_TELEPHONE
from timebank.communities.service import CommunityFacts
from timebank.i18n import LANGUAGE_NAMES
from timebank.web import DayField
from timebank.web import Form
from timebank.web import Line
from timebank.web import Lines
from timebank.web import SelectChoice

#: The months by their numbers.
MONTHS = {
    1: _("January"),
    2: _("February"),
    3: _("March"),
    4: _("April"),
    5: _("May"),
    6: _("June"),
    7: _("July"),
    8: _("August"),
    9: _("September"),
    10: _("October"),
    11: _("November"),
    12: _("December"),
}


class SettingsForm(Form):
    """What a steward writes about the community."""

    name = StringField(_("Name"), [InputRequired(_("A community needs a name.")), Line(LONGEST_NAME)])
    legal_form = StringField(_("Legal form"), [Line(LONGEST_NAME)])
    address = TextAreaField(_("Address"), [Lines(LONGEST_ADDRESS)])
    telephone = StringField(_("Telephone of the coordinators"), [Line(LONGEST_TELEPHONE)])
    language = SelectField(
        _("Language"), choices=[SelectChoice(code, name) for code, name in LANGUAGE_NAMES.items()]
    )
    time_zone = StringField(_("Time zone"))
    year_begins_month = SelectField(
        _("First month of the year"),
        choices=[SelectChoice(str(number), name) for number, name in MONTHS.items()],
        coerce=int,
    )
    currency = StringField(_("Currency"))
    started_on = DayField(_("First day"), [InputRequired(_("Please write the day, for example 2026-04-03."))])
    rounding_minutes = IntegerField(
        _("Hours are rounded to (minutes)"), [InputRequired(_("Please write a number of minutes."))]
    )
    answer_days = IntegerField(
        _("Days to answer a proposal"), [InputRequired(_("Please write a number of days."))]
    )

    def facts(self) -> CommunityFacts:
        """Give what the form says."""
        return CommunityFacts(
            **{name: field.data for name, field in self._fields.items() if name in CommunityFacts.__slots__}
        )


class KindForm(Form):
    """A new kind of help."""

    name = StringField(
        _("New kind of help"), [InputRequired(_("A kind of help needs a name.")), Line(LONGEST_KIND)]
    )
