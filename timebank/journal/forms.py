"""The forms of the journal: an entry with its lines, a template, an account of one's own, and a reason."""

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms import SelectField
from wtforms import StringField
from wtforms.validators import InputRequired
from wtforms.validators import Optional

from timebank.journal.models import ASSETS
from timebank.journal.models import COSTS
from timebank.journal.models import DEBTS
from timebank.journal.models import INCOME
from timebank.journal.models import LONGEST_NAME
from timebank.journal.models import LONGEST_REASON
from timebank.journal.models import LONGEST_SLUG
from timebank.journal.models import LONGEST_WORDS
from timebank.journal.ready import TEMPLATES
from timebank.journal.writing import Line as WrittenLine
from timebank.journal.writing import Writing
from timebank.web import DayField
from timebank.web import Form
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import MoneyField
from timebank.web import SelectChoice
from timebank.web import Written

#: So many lines a form has; the first ones are shown, the others can be opened.
LINES: Final = 12
SHOWN: Final = 4

_DAY = _("Please write the day, for example 2026-04-03.")
SORT_LABELS: Final = {
    COSTS: _("Costs: what is spent"),
    INCOME: _("Income: what comes in"),
    ASSETS: _("Something that the group owns, or is owed"),
    DEBTS: _("Something that the group owes"),
}


class _WritingForm(KeyedForm):
    posted_on = DayField(_("When was it?"), [Written(_DAY)])
    words = StringField(
        _("What is it?"),
        [
            InputRequired(_("Please say in a line what this is: the auditor reads it, and you in a year.")),
            Line(LONGEST_WORDS),
        ],
        description=_("As the paper says it: rent of April, stamps for the letters."),
    )


class EntryForm(_WritingForm):
    """An entry with as many lines as it needs."""

    def __init__(self, names: Mapping[str, str], **known: Any) -> None:
        super().__init__(**known)
        choices = [SelectChoice("", "–"), *(SelectChoice(code, name) for code, name in names.items())]
        for number in range(1, LINES + 1):
            self[f"account_{number}"].choices = choices

    def writing(self) -> Writing:
        """Put together what the form says; lines without anything are left out."""
        return Writing(
            posted_on=self.posted_on.data,
            words=self.words.data or "",
            lines=list(self._lines()),
            key=self.key.data or "",
        )

    def _lines(self) -> Iterator[WrittenLine]:
        for number in range(1, LINES + 1):
            code = self[f"account_{number}"].data or ""
            debit, credit = (self[f"{side}_{number}"].data or 0 for side in ("debit", "credit"))
            if code or debit or credit:
                yield WrittenLine(code, debit, credit)


def _add_lines() -> None:
    for number in range(1, LINES + 1):
        account = SelectField(_("Account of line %(line)s", line=number), default="")
        setattr(EntryForm, f"account_{number}", account)
        setattr(EntryForm, f"debit_{number}", MoneyField(_("Debit"), [Optional()]))
        setattr(EntryForm, f"credit_{number}", MoneyField(_("Credit"), [Optional()]))


_add_lines()


class TemplateForm(_WritingForm):
    """An amount, for something that a template knows the accounts of."""

    what = SelectField(
        _("What happened?"),
        choices=[SelectChoice(name, _(one.label)) for name, one in TEMPLATES.items()],
    )
    amount = MoneyField(_("How much was it?"), [Written(_("Please write an amount, for example 3000."))])

    def writing(self) -> Writing:
        """Put together what the form says, with the accounts that the template knows."""
        template, amount = TEMPLATES[self.what.data], self.amount.data or 0
        return Writing(
            posted_on=self.posted_on.data,
            words=self.words.data or "",
            lines=[
                WrittenLine(template.debit, debit_minor=amount),
                WrittenLine(template.credit, credit_minor=amount),
            ],
            key=self.key.data or "",
        )


class AccountForm(Form):
    """An account that is opened."""

    name = StringField(_("Name"), [InputRequired(_("An account needs a name.")), Line(LONGEST_NAME)])
    slug = StringField(
        _("Short name"),
        [InputRequired(_("An account needs a short name.")), Line(LONGEST_SLUG)],
        description=_("For the books, as van. It can never be changed."),
    )
    sort = RadioField(
        _("What does it count?"), choices=[SelectChoice(one, label) for one, label in SORT_LABELS.items()]
    )


class TakeBackEntryForm(Form):
    """Why an entry was a mistake."""

    reason = StringField(
        _("What was wrong?"),
        [InputRequired(_("Please say why, so that others understand it later.")), Line(LONGEST_REASON)],
    )


def named(ready: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Name every account in the reader's language, those that a community has opened as they are."""
    return {code: gettext(name) for code, name in ready.items()} | dict(own)
