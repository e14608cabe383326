"""The forms by which people ask to join, are answered, invited, or entered from paper.

None of them asks for an age, an illness or a disability: a test looks through their fields.
"""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import IntegerField
from wtforms import PasswordField
from wtforms import SelectField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired
from wtforms.validators import ValidationError

from timebank.contacts.models import LONGEST_VALUE
from timebank.i18n import LANGUAGE_NAMES
from timebank.joining.models import LONGEST_NOTE
from timebank.joining.models import LONGEST_WISH
from timebank.joining.newcomers import GuardianNamed
from timebank.joining.newcomers import Newcomer
from timebank.joining.wordings import health_wording
from timebank.joining.wordings import use_wording
from timebank.members.models import LONGEST_CONTACT
from timebank.members.models import LONGEST_NAME
from timebank.members.models import LONGEST_NUMBER
from timebank.members.models import LONGEST_REASON
from timebank.people.models import LONGEST_EMAIL
from timebank.people.service import SHORTEST_PASSWORD
from timebank.web import DayField
from timebank.web import Form
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import Lines
from timebank.web import SelectChoice
from timebank.web import Written
from timebank.web import community

_DAY = _("Please write the day, for example 2026-04-03.")


class JoinForm(KeyedForm):
    """Who somebody is, how they are reached, and what they consent to."""

    name = StringField(_("Name"), [InputRequired(_("Please write your name.")), Line(LONGEST_NAME)])
    reading = StringField(
        _("Reading of the name"), [Line(LONGEST_NAME)], description=_("In kana, for example やまだ はなこ.")
    )
    telephone = StringField(_("Telephone"), [Line(LONGEST_VALUE)])
    email = StringField(_("E-mail address"), [Line(LONGEST_EMAIL)])
    other_way = TextAreaField(
        _("Another way to reach you"),
        [Lines(LONGEST_VALUE)],
        description=_("For example a neighbour whom we may ask, or when you are at home."),
    )
    could_do = TextAreaField(_("What you could do for others"), [Lines(LONGEST_WISH)])
    would_help = TextAreaField(_("What would help you"), [Lines(LONGEST_WISH)])
    uses_agreed = BooleanField(
        _("I agree"),
        [InputRequired(_("Without your consent to this we may not keep your details, nor take you in."))],
    )
    health_agreed = BooleanField(_("I agree to notes about my health"))
    under_18 = BooleanField(_("I am under 18"))
    guardian_name = StringField(_("The guardian's name"), [Line(LONGEST_NAME)])
    guardian_reached_by = TextAreaField(
        _("How the guardian can be reached"),
        [Lines(LONGEST_CONTACT)],
        description=_("For example a telephone number."),
    )
    guardian_email = StringField(
        _("The guardian's e-mail address"),
        [Line(LONGEST_EMAIL)],
        description=_("We ask the guardian by mail. Without an address a coordinator calls."),
    )

    def validate_guardian_name(self, field: StringField) -> None:
        """Ask for a guardian's name where one is needed."""
        if self.under_18.data and not (field.data or "").strip():
            raise ValidationError(gettext("Please write the guardian's name."))

    def validate_guardian_reached_by(self, field: TextAreaField) -> None:
        """Ask how a guardian is reached where one is needed."""
        if self.under_18.data and not (field.data or "").strip():
            raise ValidationError(gettext("Please write how the guardian can be reached."))

    def newcomer(self, *, language: str, day: date) -> Newcomer:
        """Put together what somebody says, with the words that they read here."""
        return Newcomer(
            key=self.key.data or "",
            name=self.name.data or "",
            reading=self.reading.data or "",
            telephone=self.telephone.data or "",
            email=self.email.data or "",
            other_way=self.other_way.data or "",
            could_do=self.could_do.data or "",
            would_help=self.would_help.data or "",
            language=language,
            wording=use_wording(community().name),
            health_wording=health_wording() if self.health_agreed.data else None,
            consented_on=day,
            guardian=self._guardian(),
        )

    def _guardian(self) -> GuardianNamed | None:
        if not self.under_18.data:
            return None
        return GuardianNamed(
            self.guardian_name.data or "",
            self.guardian_reached_by.data or "",
            self.guardian_email.data or "",
        )


class InvitedForm(JoinForm):
    """The same, from somebody who is a member with it, and how they will sign in."""

    password = PasswordField(
        _("A password of your own"),
        description=_(
            "Only without an e-mail address: at least %(shortest)s characters. You sign in with it and your "
            "member number. To an e-mail address we send a link instead.",
            shortest=SHORTEST_PASSWORD,
        ),
    )

    def validate_password(self, field: PasswordField) -> None:
        """Ask for a password where no link can be sent."""
        if not field.data and not (self.email.data or "").strip():
            raise ValidationError(
                gettext("Please choose a password, or write an e-mail address to which we send a link.")
            )


def _language_of_the_form() -> SelectField:
    """Ask in which language it was that somebody signed: those are the words that are kept."""
    return SelectField(
        _("Language of the form"), choices=[SelectChoice(code, name) for code, name in LANGUAGE_NAMES.items()]
    )


class PaperForm(JoinForm):
    """The same as a coordinator reads it on paper, with the days on which it was signed."""

    number = StringField(
        _("Member number"), [InputRequired(_("Please write a member number.")), Line(LONGEST_NUMBER)]
    )
    language = _language_of_the_form()
    signed_on = DayField(_("Signed on"), [Written(_DAY)], description=_("For example 2026-04-03 or 2026/4/3"))
    guardian_signed_on = DayField(
        _("The guardian signed on"), description=_("For example 2026-04-03 or 2026/4/3")
    )

    def __init__(self, **known: Any) -> None:
        super().__init__(**known)
        self.uses_agreed.label.text = gettext("The consent to this use is signed")
        self.health_agreed.label.text = gettext("The consent to notes about health is ticked")
        self.under_18.label.text = gettext("“I am under 18” is ticked")

    def validate_guardian_signed_on(self, field: DayField) -> None:
        """Ask for the guardian's signature where one is needed."""
        if self.under_18.data and field.data is None and not field.errors:
            raise ValidationError(gettext("Without the guardian's signature there is no membership yet."))


class CodeForm(Form):
    """The code of an invitation, typed from paper."""

    code = StringField(_("The code on the invitation"), [InputRequired(_("Please type the code."))])


class FirstSignInForm(Form):
    """Nothing but the wish to sign in."""


class GuardianAnswerForm(Form):
    """A guardian's yes."""

    agreed = BooleanField(_("I agree"), [InputRequired(_("Please tick this if you agree."))])


class AcceptForm(Form):
    """Nothing but a yes."""


class DeclineForm(Form):
    """Why somebody is not taken in; they are told."""

    reason = TextAreaField(
        _("Reason"),
        [InputRequired(_("Please say why, so that others understand it later.")), Lines(LONGEST_REASON)],
        description=_("They are told this, word for word."),
    )


class OnPaperForm(Form):
    """The day on which a guardian signed, and in which language."""

    language = _language_of_the_form()
    signed_on = DayField(
        _("The guardian signed on"), [Written(_DAY)], description=_("For example 2026-04-03 or 2026/4/3")
    )

    def __init__(self, **known: Any) -> None:
        super().__init__(data=known)


class HealthForm(Form):
    """The day on which a member, or the guardian, signed that notes about health are kept."""

    language = _language_of_the_form()
    signed_on = DayField(_("Signed on"), [Written(_DAY)], description=_("For example 2026-04-03 or 2026/4/3"))

    def __init__(self, **known: Any) -> None:
        super().__init__(data=known)


class NewGuardianForm(OnPaperForm):
    """Who consents from now on, and that they have signed."""

    guardian_name = StringField(
        _("The guardian's name"),
        [InputRequired(_("Please write the guardian's name.")), Line(LONGEST_NAME)],
    )
    guardian_reached_by = TextAreaField(
        _("How the guardian can be reached"),
        [InputRequired(_("Please write how the guardian can be reached.")), Lines(LONGEST_CONTACT)],
        description=_("For example a telephone number."),
    )
    guardian_email = StringField(_("The guardian's e-mail address"), [Line(LONGEST_EMAIL)])


class InvitationForm(KeyedForm):
    """For whom an invitation is, for how many, and until when."""

    note = StringField(
        _("For whom, or where it will hang"),
        [InputRequired(_("Please write for whom it is, or where it will hang.")), Line(LONGEST_NOTE)],
        description=_("Only coordinators read this."),
    )
    uses = IntegerField(_("For how many people"), [InputRequired(_("Please write a number."))])
    good_until = DayField(
        _("Good until"), [Written(_DAY)], description=_("The last day, for example 2026-04-03 or 2026/4/3")
    )
    email = StringField(
        _("E-mail address"),
        [Line(LONGEST_EMAIL)],
        description=_("To send it there. Without one it is shown to be printed or copied."),
    )


class RuleForm(Form):
    """Whether anybody may ask to join."""

    takes = BooleanField(_("Anybody may ask to join on the public page"))

    def __init__(self, **known: Any) -> None:
        super().__init__(data=known)
