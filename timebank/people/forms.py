"""The forms by which people sign in and keep their own sign-in."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField
from wtforms import PasswordField
from wtforms import RadioField
from wtforms import StringField
from wtforms.validators import InputRequired

from timebank.i18n import LANGUAGE_NAMES
from timebank.people.service import SHORTEST_PASSWORD
from timebank.web import Form
from timebank.web import SelectChoice


class SignInForm(Form):
    """Who somebody is, and where they were going."""

    name = StringField(
        _("E-mail address or member number"),
        [InputRequired(_("Please write your e-mail address or member number."))],
    )
    password = PasswordField(_("Password"), [InputRequired(_("Please write your password."))])
    next = HiddenField()
    kept = HiddenField()


class LinkForm(Form):
    """Where a link is to be sent, and where whoever opens it was going."""

    email = StringField(_("E-mail address"), [InputRequired(_("Please write your e-mail address."))])
    next = HiddenField()


class NewPasswordForm(Form):
    """A new password, from whoever has just come in without one."""

    password = PasswordField(
        _("Your new password"),
        [InputRequired(_("Please write a new password."))],
        description=_("At least %(shortest)s characters.", shortest=SHORTEST_PASSWORD),
    )
    next = HiddenField()


class PasswordForm(NewPasswordForm):
    """A new password, from whoever knows the old one."""

    old_password = PasswordField(_("Your password now"), [InputRequired(_("Please write your password."))])


class SecondStepForm(Form):
    """A code of whoever's password was right."""

    code = StringField(_("Code"), [InputRequired(_("Please write the code."))])


class SetUpForm(Form):
    """That an authenticator has the secret which the page shows, and that it is really them."""

    secret = HiddenField()
    next = HiddenField()
    code = StringField(_("The code that the app shows now"), [InputRequired(_("Please write the code."))])
    password_or_code = PasswordField(
        _("Your password, or a code you have"),
        [InputRequired(_("Please write your password, or a code that you have."))],
    )


class ProofForm(Form):
    """That it is really them who change how they sign in."""

    password_or_code = PasswordField(
        _("Your password, or a code you have"),
        [InputRequired(_("Please write your password, or a code that you have."))],
    )


class LanguageForm(Form):
    """The language that somebody reads."""

    language = RadioField(
        _("Language"),
        choices=[
            SelectChoice("", _("As the community")),
            *(SelectChoice(code, name) for code, name in LANGUAGE_NAMES.items()),
        ],
    )
