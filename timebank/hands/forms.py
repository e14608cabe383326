"""The forms by which somebody is named to act for a member."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms import SelectMultipleField
from wtforms import StringField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput
from wtforms.widgets import ListWidget

from timebank.hands.service import Named
from timebank.members.models import LONGEST_NAME
from timebank.people.models import LONGEST_EMAIL
from timebank.rights import TICK_LABELS
from timebank.web import Form
from timebank.web import Line
from timebank.web import SelectChoice


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


def _ticks() -> SelectMultipleField:
    return SelectMultipleField(
        _("What may they do?"),
        choices=[SelectChoice(tick, _(label)) for tick, label in TICK_LABELS.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


def _heard() -> RadioField:
    return RadioField(
        _("How did you hear it?"),
        choices=[
            SelectChoice("slip", _("On a signed paper")),
            SelectChoice("telephone", _("By telephone")),
            SelectChoice("in-person", _("In person")),
        ],
        validators=[InputRequired(_("Please say how you heard it."))],
    )


class TrustForm(HandForm):
    """Somebody whom a member trusts, and what they may do."""

    name = StringField(
        _("Name"), [Line(LONGEST_NAME)], description=_("Needed with an e-mail address: how you call them.")
    )
    ticks = _ticks()


class TrustForOthersForm(TrustForm):
    """The same, as a member told a coordinator."""

    heard = _heard()


class TicksForm(Form):
    """What somebody whom a member trusts may do from now on."""

    ticks = _ticks()


class TicksForOthersForm(TicksForm):
    """The same, as a member told a coordinator."""

    heard = _heard()
