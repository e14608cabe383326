"""The forms by which funds are opened, changed and ended."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.funds.models import LONGEST_NAME
from timebank.funds.models import LONGEST_PURPOSE
from timebank.funds.models import LONGEST_REASON
from timebank.funds.models import LONGEST_SLUG
from timebank.web import Form
from timebank.web import Line
from timebank.web import Lines


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


class EndFundForm(Form):
    """Why what a fund is for stops."""

    reason = StringField(
        _("Why does it stop?"),
        [InputRequired(_("Please say in a line why: whoever gave reads it.")), Line(LONGEST_REASON)],
        description=_("Everybody can read it. The money stays in the fund."),
    )
