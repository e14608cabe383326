"""The forms by which people say how they are reached, and stewards who may know."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import Field
from wtforms import HiddenField
from wtforms import RadioField
from wtforms import SelectField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.contacts.models import ADDRESS
from timebank.contacts.models import AGREED
from timebank.contacts.models import COORDINATORS
from timebank.contacts.models import EMAIL
from timebank.contacts.models import KINDS
from timebank.contacts.models import LONGEST_RULES
from timebank.contacts.models import LONGEST_VALUE
from timebank.contacts.models import MEMBERS
from timebank.contacts.models import NOBODY
from timebank.contacts.models import OTHER
from timebank.contacts.models import TELEPHONE
from timebank.contacts.models import ContactDetail
from timebank.contacts.service import LONGEST_TELEPHONE
from timebank.members.fields import PersonField
from timebank.people.models import LONGEST_EMAIL
from timebank.web import Form
from timebank.web import Line
from timebank.web import Lines
from timebank.web import SelectChoice

KIND_LABELS = {
    TELEPHONE: _("Telephone"),
    EMAIL: _("E-mail"),
    ADDRESS: _("Address"),
    OTHER: _("Something else"),
}
#: As somebody reads it about themselves.
OWN_AUDIENCES = {
    NOBODY: _("Nobody but me"),
    COORDINATORS: _("Coordinators"),
    AGREED: _("People I have agreed with"),
    MEMBERS: _("All members"),
}
#: As others read it.
AUDIENCE_LABELS = {
    NOBODY: _("Nobody but the member"),
    COORDINATORS: _("Coordinators"),
    AGREED: _("Coordinators, and people the member has agreed an exchange with"),
    MEMBERS: _("All members"),
}


class OwnForm(Form):
    """How somebody is reached, and beside each detail who may see it."""

    telephone = StringField(KIND_LABELS[TELEPHONE], [Line(LONGEST_TELEPHONE)])
    telephone_audience = SelectField(_("Who may see the telephone number?"))
    email = StringField(KIND_LABELS[EMAIL], [Line(LONGEST_EMAIL)])
    email_audience = SelectField(_("Who may see the e-mail address?"))
    address = TextAreaField(KIND_LABELS[ADDRESS], [Lines(LONGEST_VALUE)])
    address_audience = SelectField(_("Who may see the address?"))
    other = TextAreaField(
        KIND_LABELS[OTHER],
        [Lines(LONGEST_VALUE)],
        description=_("For example when to call, or a neighbour who passes things on"),
    )
    other_audience = SelectField(_("Who may see that?"))

    def __init__(self, details: dict[str, ContactDetail], *, suggested: str) -> None:
        known = {}
        for kind in KINDS:
            detail = details.get(kind)
            known[kind] = detail.value if detail else ""
            known[f"{kind}_audience"] = detail.audience if detail else suggested
        super().__init__(data=known)
        for kind in KINDS:
            self[f"{kind}_audience"].choices = [SelectChoice(*one) for one in OWN_AUDIENCES.items()]

    def told(self) -> list[tuple[str, str, str]]:
        """List what is said: the kind, the detail, and who may see it."""
        return [(kind, self[kind].data or "", self[f"{kind}_audience"].data) for kind in KINDS]

    def pairs(self) -> list[tuple[Field, Field]]:
        """List each field with the one beside it."""
        return [(self[kind], self[f"{kind}_audience"]) for kind in KINDS]


class FindForm(Form):
    """Whom somebody wants to reach."""

    who = PersonField(_("Whom do you want to reach?"), description=_("Part of the name, or the number"))

    class Meta(Form.Meta):
        """A form that only asks carries no token."""

        csrf = False


class ShowForm(Form):
    """Nothing but the wish to see how somebody is reached."""


def heard_field() -> RadioField:
    """Ask how a coordinator heard it."""
    return RadioField(
        _("How did you hear it?"),
        choices=[
            SelectChoice("telephone", _("By telephone")),
            SelectChoice("slip", _("On a signed slip")),
            SelectChoice("in-person", _("In person")),
        ],
        validators=[InputRequired(_("Please say how you heard it."))],
    )


class WriteForm(Form):
    """One detail of a member's, as they told a coordinator."""

    kind = RadioField(
        _("What is it?"), choices=[SelectChoice(kind, label) for kind, label in KIND_LABELS.items()]
    )
    value = TextAreaField(
        _("How they can be reached"),
        [Lines(LONGEST_VALUE)],
        description=_("Left empty, what is written down stays, and only who may see it changes."),
    )
    audience = RadioField(
        _("Who may see it?"),
        choices=[SelectChoice(*one) for one in AUDIENCE_LABELS.items() if one[0] != NOBODY],
        description=_("Ask them. Where nobody is to see it, take it away."),
    )
    gone = BooleanField(_("Take away what is written down"))
    heard = heard_field()


class RulesForm(Form):
    """The community's rules on who may know how members are reached."""

    words = TextAreaField(
        _("The rules, in words"),
        [
            InputRequired(_("Please write the rules in words: what is shown to whom, and what for.")),
            Lines(LONGEST_RULES),
        ],
        description=_("Members read this before they agree."),
    )
    widest = RadioField(
        _("Who may see a detail at most?"),
        choices=[SelectChoice(*one) for one in AUDIENCE_LABELS.items() if one[0] != NOBODY],
    )
    suggested = SelectField(
        _("What is offered first where a member adds a detail?"),
        choices=[SelectChoice(*one) for one in AUDIENCE_LABELS.items()],
    )

    def __init__(self, **known: Any) -> None:
        super().__init__(data={"widest": MEMBERS, "suggested": AGREED} | known)


class ConsentForm(Form):
    """Whether a member agrees to the rules, as they told a coordinator."""

    answer = RadioField(
        _("What did they say?"),
        choices=[
            SelectChoice("yes", _("They agree to the rules")),
            SelectChoice("no", _("They do not agree, or no longer")),
        ],
    )
    heard = heard_field()
    #: Of the rules that were read out.
    version = HiddenField()


def who_sees(audience: str) -> str:
    """Say in words who sees a detail of one's own."""
    sentences: dict[str, str] = {
        NOBODY: gettext("Only you see it."),
        COORDINATORS: gettext("Coordinators see it, and nobody else."),
        AGREED: gettext("Coordinators see it, and people with whom you have agreed an exchange."),
        MEMBERS: gettext("All members see it who open your page, and coordinators."),
    }
    return sentences[audience]
