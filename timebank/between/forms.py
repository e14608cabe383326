"""The forms by which two communities agree, and hours are given across and taken back."""

from hashlib import sha256
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import IntegerField
from wtforms import RadioField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.between.agreements import Terms
from timebank.between.giving import Wish
from timebank.between.models import LONGEST_REASON
from timebank.between.models import LONGEST_WORDS
from timebank.between.models import HoursAgreement
from timebank.communities.models import LONGEST_SLUG
from timebank.members.fields import PersonField
from timebank.members.models import LONGEST_NAME
from timebank.members.models import LONGEST_NUMBER
from timebank.members.models import Member
from timebank.text import half_width
from timebank.text import search_key
from timebank.web import Form
from timebank.web import HoursField
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import Lines
from timebank.web import SelectChoice
from timebank.web import Written


class ProposeForm(Form):
    """With whom a steward wants to agree, and on what."""

    slug = StringField(
        _("The other community"),
        [InputRequired(_("Please write the word of the other community.")), Line(LONGEST_SLUG)],
        description=_("The word with which its addresses begin, for example enshu."),
    )
    limit = HoursField(
        _("What either may owe the other, at most"),
        [Written(_("Please write a time, for example 20 or 20:00."))],
        description=_("In your own hours, for example 20."),
    )
    rate_here = IntegerField(
        _("So many minutes here"), [InputRequired(_("Please write a whole number."))], default=60
    )
    rate_there = IntegerField(
        _("are so many minutes there"),
        [InputRequired(_("Please write a whole number."))],
        default=60,
        description=_("The same number, where an hour is an hour in both."),
    )
    words = StringField(
        _("A line about it"),
        [Line(LONGEST_WORDS)],
        description=_("Stewards of both communities can read this."),
    )

    def terms(self) -> Terms:
        """Put together what is proposed."""
        return Terms(
            limit_minutes=self.limit.data or 0,
            rate_here=self.rate_here.data or 0,
            rate_there=self.rate_there.data or 0,
            words=self.words.data or "",
        )


class AcrossForm(KeyedForm):
    """Hours for a member of another community; what arrives there is always shown before it is booked."""

    number: StringField
    name: StringField
    hours: HoursField
    note: TextAreaField

    def wish(self, giver: Member) -> Wish:
        """Put together what the form asks for."""
        return Wish(
            giver=giver,
            number=self.number.data or "",
            name=self.name.data or "",
            minutes=self.hours.data or 0,
            words=self.note.data or "",
            key=self.key.data or "",
        )

    def was_shown(self, wish: Wish, agreement: HoursAgreement) -> bool:
        """Say whether this very wish was shown before, by these terms; from now on it was."""
        whom = f"{half_width(wish.number).strip()} {search_key(wish.name)}"
        told = f"{agreement.id} {wish.giver.id} {wish.minutes} {whom}"
        mark = sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        shown = bool(self.seen.data == mark)
        self.seen.data = mark
        return shown


def _fields() -> dict[str, Any]:
    return {
        "number": StringField(
            _("Their member number"),
            [InputRequired(_("Please write the number that they have there.")), Line(LONGEST_NUMBER)],
        ),
        "name": StringField(
            _("Their name"),
            [InputRequired(_("Please write their name, too.")), Line(LONGEST_NAME)],
            description=_("As it is entered there, or how it is read."),
        ),
        "hours": HoursField(
            _("How much?"),
            [Written(_("Please write a time, for example 1.5 or 1:30."))],
            description=_("In the hours of your own community: 1.5 or 1:30 or 90 min"),
        ),
        "note": TextAreaField(
            _("A word with it"),
            [Lines(LONGEST_WORDS)],
            description=_("They read it, and so do officers of both communities."),
        ),
    }


class GiveForm(AcrossForm):
    """What somebody gives across."""

    number, name, hours, note = _fields().values()


class GiveForForm(AcrossForm):
    """What a member gives across who told a coordinator so."""

    giver = PersonField(_("Who gives?"))
    number, name, hours, note = _fields().values()
    heard = RadioField(
        _("How did you hear it?"),
        choices=[
            SelectChoice("telephone", _("By telephone")),
            SelectChoice("slip", _("On a signed slip")),
            SelectChoice("in-person", _("In person")),
        ],
        validators=[InputRequired(_("Please say how you heard it."))],
    )


class TakeBackForm(Form):
    """Why hours that were given across are taken back."""

    reason = TextAreaField(
        _("Reason"),
        [InputRequired(_("Please say why, so that others understand it later.")), Lines(LONGEST_REASON)],
        description=_("Officers of both communities can read this."),
    )
