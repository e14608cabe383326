"""The forms by which officers enter members, set limits, and let members sign in."""

from operator import itemgetter
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import PasswordField
from wtforms import SelectField
from wtforms import SelectMultipleField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired
from wtforms.validators import Optional
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput
from wtforms.widgets import ListWidget

from timebank.acts import ACTS
from timebank.members.models import A_HOUSEHOLD
from timebank.members.models import AN_ORGANISATION
from timebank.members.models import LONGEST_DISTRICT
from timebank.members.models import LONGEST_NAME
from timebank.members.models import LONGEST_NUMBER
from timebank.members.models import LONGEST_REASON
from timebank.members.models import PERSON
from timebank.members.models import Member
from timebank.members.queries import find_by_number
from timebank.people.service import SHORTEST_PASSWORD
from timebank.rights import OFFICES
from timebank.rights import ROLE_LABELS
from timebank.web import DayField
from timebank.web import Form
from timebank.web import HoursField
from timebank.web import Line
from timebank.web import Lines
from timebank.web import PeriodForm
from timebank.web import SelectChoice
from timebank.web import Written
from timebank.web import community
from timebank.web import session

#: What a member can be.
KIND_LABELS = {
    PERSON: _("A person"),
    A_HOUSEHOLD: _("A household"),
    AN_ORGANISATION: _("An organisation"),
}


class MemberForm(Form):
    """What is known of a new member."""

    kind = SelectField(
        _("Who is it?"),
        choices=[SelectChoice(kind, label) for kind, label in KIND_LABELS.items()],
        default=PERSON,
        description=_("For a household or an organisation several persons can act."),
    )

    number = StringField(
        _("Member number"), [InputRequired(_("Please write a member number.")), Line(LONGEST_NUMBER)]
    )
    name = StringField(_("Name"), [InputRequired(_("A member needs a name.")), Line(LONGEST_NAME)])
    reading = StringField(
        _("Reading of the name"),
        [Line(LONGEST_NAME)],
        description=_("In kana, for example やまだ はなこ. Lists are sorted by it."),
    )
    district = StringField(_("District"), [Line(LONGEST_DISTRICT)])


class ReasonForm(Form):
    """Why something is done about a member."""

    reason = TextAreaField(
        _("Reason"),
        [InputRequired(_("Please say why, so that others understand it later.")), Lines(LONGEST_REASON)],
        description=_("Officers can read this, and the member may ask for it."),
    )


class AwayForm(Form):
    """Until when somebody is away."""

    until = DayField(
        _("Away until"),
        [Written(_("Please write the day, for example 2026-04-03."))],
        description=_("The last day, for example 2026-04-03 or 2026/4/3"),
    )

    def __init__(self, **known: Any) -> None:
        super().__init__(data=known)


class OwnLimitForm(ReasonForm):
    """How far below zero one member may go."""

    limit = HoursField(_("Limit of this member"))


class LimitsForm(Form):
    """How far everybody may go below and above zero."""

    limit = HoursField(_("Credit limit"), [InputRequired(_("Please write a time, for example 12:00."))])
    ceiling = HoursField(_("Highest balance"))


class GiveSignInForm(Form):
    """With what a member will sign in."""

    email = StringField(_("E-mail address"))
    password = PasswordField(
        _("First password"),
        [InputRequired(_("Please write a first password."))],
        description=_(
            "At least %(shortest)s characters. Tell it to the member, who can change it.",
            shortest=SHORTEST_PASSWORD,
        ),
    )


class CodeForm(Form):
    """Nothing but the wish for a code."""


class OfficesForm(Form):
    """Which offices a person holds."""

    roles = SelectMultipleField(
        _("Offices"),
        choices=[SelectChoice(role, _(ROLE_LABELS[role])) for role in OFFICES],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


class TrailForm(PeriodForm):
    """What is looked for in the audit trail."""

    who = StringField(_("Done by"), description=_("A member number; empty for everybody"))
    act = SelectField(_("What was done"), validators=[Optional()])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        acts = sorted(((name, gettext(label)) for name, label in ACTS.items()), key=itemgetter(1))
        self.act.choices = [SelectChoice("", gettext("Anything")), *(SelectChoice(*one) for one in acts)]
        self._who: Member | None = None

    def validate_who(self, field: StringField) -> None:
        """Find the member, or refuse a number that nobody has."""
        typed = (field.data or "").strip()
        self._who = find_by_number(session(), community=community(), number=typed) if typed else None
        if typed and self._who is None:
            raise ValidationError(gettext("No member has this number."))

    def who_id(self) -> int | None:
        """Name the member that was found."""
        return self._who.id if self._who else None
