"""The forms by which somebody is named to act for a member."""

from flask_babel import lazy_gettext as _
from wtforms import StringField

from timebank.hands.service import Named
from timebank.members.models import LONGEST_NAME
from timebank.people.models import LONGEST_EMAIL
from timebank.web import Form
from timebank.web import Line


class HandForm(Form):
    """Somebody who is to act for a household or an organisation."""

    who = StringField(
        _("E-mail address, or member number"),
        [Line(LONGEST_EMAIL)],
        description=_("The number of somebody who is a member here, or else an address that they read."),
    )
    name = StringField(
        _("Name"), [Line(LONGEST_NAME)], description=_("Needed with an e-mail address. The others see it.")
    )

    def named(self) -> Named:
        """Put together who is named."""
        return Named(self.who.data or "", self.name.data or "")
