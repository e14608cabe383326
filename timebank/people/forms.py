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


class LanguageForm(Form):
    """The language that somebody reads."""

    language = RadioField(
        _("Language"),
        choices=[
            SelectChoice("", _("As the community")),
            *(SelectChoice(code, name) for code, name in LANGUAGE_NAMES.items()),
        ],
    )
