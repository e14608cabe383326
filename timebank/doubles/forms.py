"""The forms by which two records are found to be one member's, and joined."""

from hashlib import sha256
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.doubles.service import Joining
from timebank.members.fields import PersonField
from timebank.members.models import LONGEST_REASON
from timebank.members.models import Member
from timebank.members.queries import spelled
from timebank.web import Form
from timebank.web import KeyedForm
from timebank.web import Lines
from timebank.web import SelectChoice

#: Which of the two that an address names, in their order there.
FIRST, SECOND = "first", "second"


class FindForm(Form):
    """With which other record one is to be compared."""

    other = PersonField(
        _("The other record"), description=_("Part of the name, its reading, or the member number.")
    )


class ApartForm(Form):
    """Nothing but the word that two are two."""


class JoinForm(KeyedForm):
    """Which record stays, and how it was found out; what will happen is always shown before it does."""

    stays = RadioField(
        _("Which record stays?"),
        validators=[InputRequired(_("Please choose one of these."))],
        description=_("The other one is closed and stays to be read."),
    )
    reason = TextAreaField(
        _("How do you know that it is the same person?"),
        [
            InputRequired(_("Please say why, so that others understand it later.")),
            Lines(LONGEST_REASON),
        ],
        description=_("Officers can read this."),
    )

    def __init__(self, one: Member, other: Member, **known: Any) -> None:
        super().__init__(**known)
        self.stays.choices = [
            SelectChoice(FIRST, gettext("%(record)s stays", record=spelled(one.name, one.number))),
            SelectChoice(SECOND, gettext("%(record)s stays", record=spelled(other.name, other.number))),
        ]

    def was_shown(self, done: Joining) -> bool:
        """Say whether this very joining was shown before; from now on it was."""
        facts = (done.stays.id, done.goes.id, done.stays_minutes, done.goes_minutes, done.open_count)
        mark = sha256(repr((*facts, done.sign_in)).encode()).hexdigest()[:32]
        shown = bool(self.seen.data == mark)
        self.seen.data = mark
        return shown
