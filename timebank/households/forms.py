"""The forms by which somebody leaves a household, and by which their hours are settled."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import TextAreaField

from timebank.members.fields import PersonField
from timebank.members.models import LONGEST_REASON
from timebank.web import Form
from timebank.web import HoursField
from timebank.web import KeyedForm
from timebank.web import Lines
from timebank.web import Written


class OwnField(PersonField):
    """The membership of whoever has left; asked only where hours are moved."""

    def pre_validate(self, form: Any) -> None:
        """Find who is meant, where somebody is to be."""
        if (self.data or "").strip():
            super().pre_validate(form)


class LeaveForm(Form):
    """What somebody would take along."""

    hours = HoursField(
        _("Hours that you would take along"),
        description=_("1.5 or 1:30 or 90 min; nothing, or 0, where you take none"),
    )

    def __init__(self, *, takes: bool, **known: Any) -> None:
        super().__init__(data=known)
        if not takes:
            del self.hours


class SettleForm(KeyedForm):
    """What somebody who has left takes along, and to whose account it goes."""

    hours = HoursField(
        _("Hours that go along"),
        [Written(_("Please write how much goes along, or 0 where nothing does."))],
        description=_("1.5 or 1:30 or 90 min; 0 where none go"),
    )
    other = OwnField(
        _("To whose account?"),
        description=_("Their own membership: part of the name, or the number. Enter them first, if need be."),
    )
    reason = TextAreaField(
        _("A word about it"), [Lines(LONGEST_REASON)], description=_("They and the household read it.")
    )

    def __init__(self, *, has_own: bool, **known: Any) -> None:
        super().__init__(**known)
        if has_own:
            del self.other
