"""The forms by which insurances and licences are written down, looked through and taken off."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import SelectField
from wtforms import SelectMultipleField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput
from wtforms.widgets import ListWidget

from timebank.licences.models import LONGEST_KIND
from timebank.licences.models import LONGEST_NOTE
from timebank.licences.models import LONGEST_REASON
from timebank.licences.models import LicenceKind
from timebank.licences.queries import DAYS_BEFORE
from timebank.licences.service import Seen
from timebank.members.models import Member
from timebank.members.queries import spelled
from timebank.web import DayField
from timebank.web import Form
from timebank.web import Line
from timebank.web import Lines
from timebank.web import SelectChoice

#: What the list may be asked for, beside a number of days.
ALL, OVER = "all", "over"


class LicenceKindForm(Form):
    """A new kind of insurance, licence or course."""

    name = StringField(
        _("New on the list"),
        [InputRequired(_("Please write what it is, for example driving licence.")), Line(LONGEST_KIND)],
    )


class _SeenForm(Form):
    """What was seen: until when it holds, and a word about it."""

    ends_on = DayField(_("Holds until"), description=_("The last day, for example 2026-04-03 or 2026/4/3"))
    endless = BooleanField(_("It has no end"))
    note = StringField(
        _("Note"),
        [Line(LONGEST_NOTE)],
        description=_("A few words at most. Please write no numbers of licences or policies here."),
    )

    def validate_endless(self, field: BooleanField) -> None:
        """Refuse an end that is there and is not, or neither."""
        if self.ends_on.errors:
            return
        if field.data and self.ends_on.data is not None:
            raise StopValidation(
                gettext("Please write the last day, or say that it has no end, but not both.")
            )
        if not field.data and self.ends_on.data is None:
            raise StopValidation(gettext("Please write the last day, or say that it has no end."))

    def seen(self, kind: LicenceKind) -> Seen:
        """Give what the form says of a kind."""
        return Seen(kind=kind, ends_on=self.ends_on.data, note=self.note.data or "")


class LicenceForm(_SeenForm):
    """What was seen of one member."""

    kind = SelectField(_("What it is"), coerce=int)

    def __init__(self, kinds: Sequence[LicenceKind], **known: Any) -> None:
        super().__init__(data=known)
        self.kind.choices = [SelectChoice(kind.id, kind.name) for kind in kinds]


class ManyForm(_SeenForm):
    """What was seen of many members at once."""

    members = SelectMultipleField(
        _("Whose"),
        [InputRequired(_("Please tick at least one member."))],
        coerce=int,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )

    def __init__(self, listed: Sequence[Member], told: dict[int, str], **known: Any) -> None:
        super().__init__(data=known)
        self.members.choices = [
            SelectChoice(
                member.id,
                " · ".join((spelled(member.name, member.number), *filter(None, [told.get(member.id)]))),
            )
            for member in listed
        ]


class TakeOffForm(Form):
    """Why something is taken off the list."""

    reason = TextAreaField(
        _("Reason"),
        [InputRequired(_("Please say why, so that others understand it later.")), Lines(LONGEST_REASON)],
    )


class FilterForm(Form):
    """Which part of the list is looked for."""

    kind = SelectField(_("What it is"), coerce=int, default=0)
    within = SelectField(_("Runs out"), default=ALL)

    class Meta(Form.Meta):
        """A form that only asks carries no token."""

        csrf = False

    def __init__(self, kinds: Sequence[LicenceKind], **values: Any) -> None:
        super().__init__(**values)
        self.kind.choices = [
            SelectChoice(0, gettext("Everything")),
            *(
                SelectChoice(
                    one.id,
                    gettext("%(kind)s (no longer asked for)", kind=one.name) if one.retired else one.name,
                )
                for one in kinds
            ),
        ]
        self.within.choices = [
            SelectChoice(ALL, gettext("at any time")),
            *(
                SelectChoice(str(days), gettext("within %(days)s days", days=days))
                for days in (DAYS_BEFORE, 90, 365)
            ),
            SelectChoice(OVER, gettext("has run out already")),
        ]
