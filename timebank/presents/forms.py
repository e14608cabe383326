"""The forms by which hours are given to another member, and taken back."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.members.fields import PersonField
from timebank.members.models import Member
from timebank.presents.models import LONGEST_REASON
from timebank.presents.models import LONGEST_WORDS
from timebank.presents.service import Wish
from timebank.web import Form
from timebank.web import HoursField
from timebank.web import KeyedForm
from timebank.web import Lines
from timebank.web import SelectChoice
from timebank.web import Written


class GiveForm(KeyedForm):
    """What somebody gives to another member."""

    other = PersonField(_("To whom?"))
    hours = HoursField(
        _("How much?"),
        [Written(_("Please write a time, for example 1.5 or 1:30."))],
        description=_("1.5 or 1:30 or 90 min"),
    )
    words = TextAreaField(
        _("A word of thanks"),
        [Lines(LONGEST_WORDS)],
        description=_("Both of you read it on the statement, and coordinators, too."),
    )

    def wish(self, giver: Member, receiver: Member, *, written_by: Member | None = None) -> Wish:
        """Put together what the form asks for."""
        return Wish(
            giver=giver,
            receiver=receiver,
            minutes=self.hours.data or 0,
            words=self.words.data or "",
            written_by=written_by,
            key=self.key.data or "",
        )


class GiveForForm(GiveForm):
    """What a member gives to another who told a coordinator so."""

    giver = PersonField(_("Who gives?"))
    heard = RadioField(
        _("How did you hear it?"),
        choices=[
            SelectChoice("telephone", _("By telephone")),
            SelectChoice("slip", _("On a signed slip")),
            SelectChoice("in-person", _("In person")),
        ],
        validators=[InputRequired(_("Please say how you heard it."))],
    )

    def __init__(self, **known: Any) -> None:
        super().__init__(**known)
        self.words.description = _("Both of them read it on the statement, and coordinators, too.")


class TakeBackForm(Form):
    """Why what was given is taken back."""

    reason = TextAreaField(
        _("Reason"),
        [InputRequired(_("Please say why, so that others understand it later.")), Lines(LONGEST_REASON)],
        description=_("Both of them can read this."),
    )
