"""Forms: what every one of ours does, and how a refusal becomes a sentence on it."""

import re
import secrets
from datetime import date
from types import TracebackType
from typing import Any

from flask import g
from flask import render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.i18n import translations
from sqlalchemy.orm import SessionTransaction
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms import HiddenField
from wtforms import RadioField

# The published types of WTForms do not know it yet.
from wtforms import SelectChoice as SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import StopValidation
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from timebank.days import parse_day
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.hours import as_clock
from timebank.hours import parse_hours
from timebank.i18n import say
from timebank.money import parse_money
from timebank.money import parse_percent
from timebank.money import plain
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import is_storable
from timebank.web.here import community
from timebank.web.here import session
from timebank.web.here import switches_language
from timebank.web.kept import kept


class Unstorable(Refusal):
    """A field holds what no database keeps: NUL, or half of a character."""

    sentence = N_("This holds a character that cannot be stored. Please type it again.")


_KEY = re.compile(r"form:[A-Za-z0-9_-]{16,60}")
_CHOOSE = N_("Please choose one of these.")
#: What WTForms says in English, or in Japanese that is not ours.
_OUR_WORDS = {
    "Not a valid choice.": _CHOOSE,
    "Invalid Choice: could not coerce.": _CHOOSE,
    "Invalid choice(s): one or more data inputs could not be coerced.": N_("Please choose only from these."),
    "'%(value)s' is not a valid choice for this field.": N_("Please choose only from these."),
    "Not a valid integer value.": N_("Please write a whole number."),
    "Not a valid time value.": N_("Please write a time of the day, for example 17:30."),
}


class BrokenLetters(Refusal):
    """A form holds bytes that are no letters."""

    sentence = N_(
        "Your browser sent letters that cannot be read. Please look at what stands here, and correct it."
    )


class _OurWords:
    """Says in the reader's language, and in our words, what WTForms finds wrong."""

    def gettext(self, text: str) -> str:
        """Say a sentence; an unknown one as WTForms does."""
        known = _OUR_WORDS.get(text)
        return str(gettext(known) if known else translations.gettext(text))

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Say a sentence about one thing or several; ours is the same for both."""
        known = _OUR_WORDS.get(singular)
        return str(gettext(known) if known else translations.ngettext(singular, plural, count))


class Form(FlaskForm):
    """A form that shows again what was typed when a session ended, and refuses what cannot be stored."""

    #: What its page is answered with when something on it is wrong.
    status = 422

    class Meta(FlaskForm.Meta):
        """Where a form's values come from."""

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """Take what was posted, or else what was kept for this page."""
            wrapped = super().wrap_formdata(form, formdata)
            return wrapped if wrapped is not None or form.is_submitted() else _kept_for(form)

        def get_translations(self, form: FlaskForm) -> _OurWords:
            """Say what is wrong in our own words."""
            return _OurWords()

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Say whether what was sent may be done; nothing is, where only the language was switched."""
        return not switches_language() and bool(super().validate_on_submit(extra_validators))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field; one that holds NUL or half a character is refused whatever it is for."""
        good = bool(super().validate(extra_validators=extra_validators))
        if g.get("broken_letters"):
            show_refusal(self, BrokenLetters())
            good = False
        for field in self:
            if not all(is_storable(raw) for raw in field.raw_data or () if isinstance(raw, str)):
                field.errors = [say(Unstorable())]
                good = False
            elif isinstance(field, RadioField) and not field.raw_data and not field.errors:
                # A browser always sends one of them; what is shown first is no answer of anybody's.
                field.errors = [gettext(_CHOOSE)]
                good = False
        return good


class Line:
    """Cleans a field of one line, or refuses it in the field."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, _form: object, field: Field) -> None:
        """Clean the field's text."""
        field.data = _cleaned(clean_line, field.data, self.longest)


class Lines:
    """Cleans a field of several lines, or refuses it in the field."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, _form: object, field: Field) -> None:
        """Clean the field's text."""
        field.data = _cleaned(clean_text, field.data, self.longest)


class _Typed(Field):
    """A field whose text is read as something else; what was typed stays where it cannot be read."""

    widget = TextInput()
    data: Any

    def read(self, typed: str) -> Any:
        """Read what was typed, or refuse it."""
        return typed

    def write(self, value: Any) -> str:
        """Write a value as it might have been typed."""
        return str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was posted."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = self.read(valuelist[0])
            except Refusal as refusal:
                raise ValueError(say(refusal)) from refusal

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)


class DayField(_Typed):
    """A day as people write it; its data is a date, or None where nothing was typed."""

    def read(self, typed: str) -> date:
        """Read a day."""
        return parse_day(typed)


class PeriodForm(Form):
    """From which day to which; either may be left open."""

    first = DayField(_("From"), description=_("For example 2026-04-03 or 2026/4/3"))
    last = DayField(_("Until"), description=_("For example 2026-04-03 or 2026/4/3"))

    class Meta(Form.Meta):
        """A form that only asks carries no token."""

        csrf = False

    def validate_last(self, field: DayField) -> None:
        """Refuse a period that ends before it begins."""
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError(gettext("The period ends before it begins. Please check the days."))


class HoursField(_Typed):
    """A time as people write it; its data is minutes, or None where nothing was typed."""

    def read(self, typed: str) -> int:
        """Read a time."""
        return parse_hours(typed)

    def write(self, value: int) -> str:
        """Write a time."""
        return as_clock(value)


class MoneyField(_Typed):
    """An amount as people write it; its data is in the smallest unit of the community's currency."""

    def read(self, typed: str) -> int:
        """Read an amount."""
        return parse_money(typed, community().currency)

    def write(self, value: int) -> str:
        """Write an amount."""
        return plain(value, community().currency)


class PercentField(_Typed):
    """A part of a hundred as people write it (10, 8.1, 8.1 %); its data is in tenths, or None."""

    def read(self, typed: str) -> int:
        """Read a part of a hundred."""
        return parse_percent(typed)

    def write(self, value: int) -> str:
        """Write a part of a hundred."""
        return f"{value // 10}.{value % 10}".removesuffix(".0")


class Written:
    """Refuses a day or a time that was left empty."""

    def __init__(self, message: Any) -> None:
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, _form: object, field: Field) -> None:
        """Refuse nothing at all; what cannot be read has its own sentence."""
        if field.data is None and not field.errors:
            raise StopValidation(self.message)


class KeyedForm(Form):
    """A form that books once, however often it is sent, and shows first what is not as it was typed."""

    key = HiddenField()
    #: The mark of what was shown before.
    seen = HiddenField()

    def __init__(self, **known: Any) -> None:
        super().__init__(data={"key": fresh_key()} | known)

    def validate_key(self, field: HiddenField) -> None:
        """Refuse a key that is none of ours, and give a good one."""
        if not field.raw_data or not _KEY.fullmatch(field.data or ""):
            self.renew_key()
            raise ValidationError(gettext("This form was incomplete. Please save once more."))

    def renew_key(self) -> None:
        """Let the form be saved as another one next."""
        self.key.data = fresh_key()


def fresh_key() -> str:
    """Make a key for a form that is shown for the first time: whatever is saved with it is booked once."""
    return f"form:{secrets.token_urlsafe(18)}"


class _Refusals:
    """A savepoint: what is refused inside is undone and said on the form."""

    def __init__(self, form: FlaskForm) -> None:
        self.form = form
        self.savepoint: SessionTransaction = session().begin_nested()

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None:
            self.savepoint.commit()
            return False
        self.savepoint.rollback()
        if isinstance(error, Refusal):
            show_refusal(self.form, error)
            return True
        return False


def refusals(form: FlaskForm) -> _Refusals:
    """Run a verb so that its refusal becomes the form's error; the view then shows the form again."""
    return _Refusals(form)


def show_refusal(form: FlaskForm, refusal: Refusal) -> None:
    """Put a refusal's sentence on the field it is about, or on top."""
    form.status = refusal.status
    field = form[refusal.field] if refusal.field and refusal.field in form else None
    if field is None:
        form.form_errors.append(say(refusal))
    else:
        field.errors = [*field.errors, say(refusal)]


def form_page(template: str, form: FlaskForm, **values: Any) -> tuple[str, int]:
    """Show a form's page: 200 for the first time, and mostly 422 where something on it is wrong."""
    return render_template(template, form=form, **values), form.status if form.errors else 200


def _cleaned(clean: Any, typed: str | None, longest: int) -> str:
    try:
        cleaned: str = clean(typed or "", longest=longest)
    except Refusal as refusal:
        raise ValidationError(say(refusal)) from refusal
    return cleaned


def _kept_for(form: FlaskForm) -> MultiDict[str, str] | None:
    """Give what was kept for this page where it is this form's: the page may have several."""
    values = kept()
    known = form._fields
    own = values and all(name in known or name.partition("-")[0] in known for name in values)
    return values if own else None
