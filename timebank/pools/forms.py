"""The forms by which pools are opened, given to and granted from."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import RadioField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.members.fields import PersonField
from timebank.members.models import Member
from timebank.pools.models import LONGEST_NAME
from timebank.pools.models import LONGEST_PURPOSE
from timebank.pools.models import LONGEST_WORDS
from timebank.pools.service import Wish
from timebank.web import Form
from timebank.web import HoursField
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import Lines
from timebank.web import SelectChoice
from timebank.web import Written


def _hours() -> HoursField:
    return HoursField(
        _("How much?"),
        [Written(_("Please write a time, for example 1.5 or 1:30."))],
        description=_("1.5 or 1:30 or 90 min"),
    )


def _note() -> TextAreaField:
    return TextAreaField(
        _("A word about it"), [Lines(LONGEST_WORDS)], description=_("All members can read this.")
    )


class PoolForm(Form):
    """What a pool is called and what it is for."""

    name = StringField(_("Name of the pool"), [InputRequired(_("A pool needs a name.")), Line(LONGEST_NAME)])
    purpose = StringField(
        _("What is it for?"),
        [InputRequired(_("Please say in a line what the pool is for.")), Line(LONGEST_PURPOSE)],
        description=_("All members can read this."),
    )


class MovingForm(KeyedForm):
    """Hours between a member and a pool; what will happen is always shown before it is booked."""

    hours: HoursField
    hide_name: BooleanField

    def wish(self, member: Member, words: str) -> Wish:
        """Put together what the form asks for."""
        return Wish(
            member=member,
            minutes=self.hours.data or 0,
            words=words,
            name_hidden=bool(self.hide_name.data),
            key=self.key.data or "",
        )


class GiveForm(MovingForm):
    """What somebody gives to a pool."""

    hours = _hours()
    note = _note()
    hide_name = BooleanField(
        _("Do not show my name to other members"), description=_("Coordinators and auditors see it.")
    )


class GiveForForm(MovingForm):
    """What a member gives to a pool who told a coordinator so."""

    giver = PersonField(_("Who gives?"))
    hours = _hours()
    note = _note()
    hide_name = BooleanField(
        _("Do not show the name to other members"), description=_("Coordinators and auditors see it.")
    )
    heard = RadioField(
        _("How did you hear it?"),
        choices=[
            SelectChoice("telephone", _("By telephone")),
            SelectChoice("slip", _("On a signed slip")),
            SelectChoice("in-person", _("In person")),
        ],
        validators=[InputRequired(_("Please say how you heard it."))],
    )


class GrantForm(MovingForm):
    """What a member is granted from a pool, and why."""

    other = PersonField(_("Who is granted hours?"))
    hours = _hours()
    reason = TextAreaField(
        _("Reason"),
        [InputRequired(_("Please say why, so that others understand it later.")), Lines(LONGEST_WORDS)],
        description=_("All members can read this, so write nothing that is nobody's business."),
    )
    hide_name = BooleanField(
        _("Do not show the name to other members"), description=_("Coordinators and auditors see it.")
    )


class TakeBackForm(Form):
    """Why a gift or a grant is taken back."""

    reason = TextAreaField(
        _("Reason"),
        [InputRequired(_("Please say why, so that others understand it later.")), Lines(LONGEST_WORDS)],
        description=_("All members can read this."),
    )


class SureForm(Form):
    """Nothing but the word that it shall be done."""

    def __init__(self, **known: Any) -> None:
        super().__init__(data=known)
