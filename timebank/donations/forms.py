"""The forms by which people give, and by which a steward says how a community asks for gifts."""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import RadioField
from wtforms import SelectField
from wtforms import StringField
from wtforms import TextAreaField

from timebank.donations.models import HONOUR
from timebank.donations.models import LONGEST_ADDRESS
from timebank.donations.models import LONGEST_MESSAGE
from timebank.donations.models import LONGEST_NAME
from timebank.donations.models import LONGEST_WORDS
from timebank.donations.models import MEMORY
from timebank.donations.models import MOST_SUGGESTED
from timebank.donations.service import NothingSuggested
from timebank.donations.service import Rule
from timebank.donations.service import Wish
from timebank.errors import Refusal
from timebank.funds.models import Fund
from timebank.i18n import language
from timebank.i18n import money
from timebank.money import parse_money
from timebank.money import plain
from timebank.payments.models import LONGEST_EMAIL
from timebank.payments.models import ONCE
from timebank.payments.words import EVERY_LABELS
from timebank.web import Form
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import Lines
from timebank.web import MoneyField
from timebank.web import SelectChoice
from timebank.web import Written
from timebank.web import community

ANOTHER = "another"
#: Where it is needed most.
ANYTHING = "0"

#: What a gift can be in of somebody.
DEDICATION_LABELS = {
    "": _("No"),
    MEMORY: _("In memory of somebody"),
    HONOUR: _("In honour of somebody"),
}


#: For what a receipt is wished.
EACH, WHOLE_YEAR = "each", "year"
RECEIPT_LABELS = {
    EACH: _("A receipt for each gift"),
    WHOLE_YEAR: _("One receipt for the whole year"),
}


class GiveForm(KeyedForm):
    """What somebody gives: how much and what for; everything else may be left out."""

    amount = RadioField(_("How much?"))
    other = MoneyField(_("Another amount"))
    every = RadioField(
        _("How often?"),
        choices=[SelectChoice(code, _(label)) for code, label in EVERY_LABELS.items()],
        default=ONCE,
        description=_("What repeats is taken by itself until you stop it, by a link and without a password."),
    )
    fund = RadioField(_("For which purpose?"))
    name = StringField(_("Your name"), [Line(LONGEST_NAME)])
    name_hidden = BooleanField(
        _("Do not show my name to others"),
        description=_("The people who keep the books see it all the same, as the law asks."),
    )
    email = StringField(
        _("E-mail address"), [Line(LONGEST_EMAIL)], description=_("We thank you there, and for nothing else.")
    )
    wants_receipt = BooleanField(_("I would like a receipt"))
    receipt_for = SelectField(
        _("For each gift, or for the year?"),
        choices=[SelectChoice(code, label) for code, label in RECEIPT_LABELS.items()],
        default=EACH,
        description=_("The one for the year names every gift, and comes after its last day."),
    )
    reading = StringField(_("Reading of the name"), [Line(LONGEST_NAME)])
    organisation = BooleanField(_("An organisation gives, not a person"))
    address = TextAreaField(
        _("Postal address"), [Lines(LONGEST_ADDRESS)], description=_("It stands on the receipt.")
    )
    dedication = SelectField(
        _("In memory or in honour of somebody?"),
        choices=[SelectChoice(code, label) for code, label in DEDICATION_LABELS.items()],
        default="",
    )
    dedicated_to = StringField(
        _("Of whom?"),
        [Line(LONGEST_NAME)],
        description=_("We read it, and show it to nobody else."),
    )
    message = TextAreaField(_("A word to us"), [Lines(LONGEST_MESSAGE)])

    def __init__(self, *, rule: Rule, funds: Sequence[Fund], **known: Any) -> None:
        self._funds = {str(one.id): one for one in funds}
        middle = str(rule.suggested[len(rule.suggested) // 2])
        super().__init__(amount=middle, fund=ANYTHING, **known)
        currency = community().currency
        self.amount.choices = [
            *(SelectChoice(str(one), money(one, currency)) for one in rule.suggested),
            SelectChoice(ANOTHER, _("Another amount")),
        ]
        self.fund.choices = [
            SelectChoice(ANYTHING, _("Where it is needed most")),
            *(SelectChoice(number, one.name) for number, one in self._funds.items()),
        ]

    def validate_amount(self, field: RadioField) -> None:
        """Ask for the other amount where that is chosen and none is written."""
        if field.data == ANOTHER and self.other.data is None and not self.other.process_errors:
            Written(_("Please write an amount, for example 3000."))(self, self.other)

    def wish(self, *, member_id: int | None) -> Wish:
        """Put together what the form asks for; an amount that was written counts before one chosen."""
        return Wish(
            amount_minor=self.other.data or int(self.amount.data),
            fund=self._funds.get(self.fund.data),
            name=self.name.data or "",
            reading=self.reading.data or "",
            name_hidden=self.name_hidden.data,
            organisation=self.organisation.data,
            email=self.email.data or "",
            address=self.address.data or "",
            message=self.message.data or "",
            wants_receipt=self.wants_receipt.data,
            receipt_for_year=self.receipt_for.data == WHOLE_YEAR,
            dedication=self.dedication.data or "",
            dedicated_to=self.dedicated_to.data or "",
            language=language(),
            every=self.every.data or ONCE,
            member_id=member_id,
            key=self.key.data or "",
        )


class RuleForm(Form):
    """How a community asks for gifts."""

    open = BooleanField(_("The public page takes gifts"))
    words = TextAreaField(
        _("What stands above the form"),
        [Lines(LONGEST_WORDS)],
        description=_("What a gift does, in your own words."),
    )
    suggested = StringField(
        _("Amounts to choose from"), description=_("With blanks between them, for example 1000 3000 5000.")
    )
    least = MoneyField(
        _("The least that can be given by card"),
        [Written(_("Please write an amount, for example 3000."))],
        description=_("Whoever tries stolen cards gives very little."),
    )
    fee_from_fund = BooleanField(
        _("Stripe's fee is taken out of the fund that a gift is for"),
        description=_("Else the community bears it. Whoever gives is told which it is."),
    )
    konbini = BooleanField(
        _("Payment at a konbini is offered"),
        description=_("In Japan, for yen; Stripe has to allow it first."),
    )

    def __init__(self, rule: Rule) -> None:
        currency = community().currency
        super().__init__(
            data={
                "open": rule.open,
                "words": rule.words,
                "suggested": " ".join(plain(one, currency) for one in rule.suggested),
                "least": rule.least_minor,
                "fee_from_fund": rule.fee_from_fund,
                "konbini": rule.konbini,
            }
        )

    def rule(self) -> Rule:
        """Put together what the form says; raises a refusal where an amount cannot be read."""
        typed = re.split(r"[\s、;/]+", (self.suggested.data or "").strip())
        if not all(typed) or len(typed) > MOST_SUGGESTED:
            raise NothingSuggested(most=MOST_SUGGESTED)
        return Rule(
            open=self.open.data,
            words=self.words.data or "",
            suggested=[_read(one) for one in typed],
            least_minor=self.least.data or 0,
            fee_from_fund=self.fee_from_fund.data,
            konbini=self.konbini.data,
        )


def _read(typed: str) -> int:
    try:
        return parse_money(typed, community().currency)
    except Refusal as refused:
        refused.field = "suggested"
        raise
