"""The forms about accounts at banks, and about the files that pay them."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from typing import Final

from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import HiddenField
from wtforms import RadioField
from wtforms import SelectMultipleField
from wtforms import StringField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput
from wtforms.widgets import ListWidget

from timebank.banks.accounts import Said
from timebank.banks.models import CHECKING
from timebank.banks.models import LONGEST_REASON
from timebank.banks.models import ORDINARY
from timebank.banks.models import SAVINGS
from timebank.banks.queries import Due
from timebank.banks.queries import mark_of
from timebank.i18n import money
from timebank.members.models import Member
from timebank.web import DayField
from timebank.web import Form
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import SelectChoice
from timebank.web import Written

KIND_LABELS: Final = {ORDINARY: _("Ordinary"), CHECKING: _("Current"), SAVINGS: _("Savings")}
_LONGEST = 60
_DAY = _("Please write the day, for example 2026-04-03.")
_WHY = _("Please say why, so that others understand it later.")


class AccountForm(Form):
    """Where a member has thanks sent."""

    bank_code = StringField(
        _("Code of the bank"),
        [InputRequired(_("Please write the code of the bank: four figures.")), Line(_LONGEST)],
        description=_("Four figures; Japan Post Bank is 9900."),
    )
    branch_code = StringField(
        _("Code of the branch"),
        [Line(_LONGEST)],
        description=_("Three figures. For Japan Post Bank it can stay empty."),
    )
    kind = RadioField(
        _("Kind of account"),
        choices=[SelectChoice(one, label) for one, label in KIND_LABELS.items()],
        default=ORDINARY,
    )
    number = StringField(
        _("Number of the account"),
        [InputRequired(_("Please write the number of the account.")), Line(_LONGEST)],
        description=_(
            "Seven figures. For Japan Post Bank sign and number of the passbook, as 10530-12345671."
        ),
    )
    holder = StringField(
        _("In whose name"),
        [
            InputRequired(
                _("Please write in whose name the account is, in kana, as it stands in the passbook.")
            ),
            Line(_LONGEST),
        ],
        description=_("In kana, as it stands in the passbook."),
    )

    def said(self) -> Said:
        """Put together what the form says."""
        return Said(
            bank_code=self.bank_code.data or "",
            branch_code=self.branch_code.data or "",
            kind=self.kind.data,
            number=self.number.data or "",
            holder=self.holder.data or "",
        )


class PayingAccountForm(Form):
    """From which account the community pays."""

    consignor_code = StringField(
        _("Number of the consignor"),
        [
            InputRequired(_("Please write the number that the bank gave with the contract: ten figures.")),
            Line(_LONGEST),
        ],
        description=_("Ten figures, as the bank gave it with the contract."),
    )
    consignor = StringField(
        _("Name of the consignor"),
        [InputRequired(_("Please write the name, in kana, as it stands in the contract.")), Line(_LONGEST)],
        description=_("In kana, as it stands in the contract; members read it in their passbooks."),
    )
    bank_code = StringField(
        _("Code of the bank"),
        [InputRequired(_("Please write the code of the bank: four figures.")), Line(_LONGEST)],
    )
    branch_code = StringField(
        _("Code of the branch"),
        [InputRequired(_("Please write the code of the branch: three figures.")), Line(_LONGEST)],
    )
    kind = RadioField(
        _("Kind of account"),
        choices=[SelectChoice(one, label) for one, label in KIND_LABELS.items()],
        default=ORDINARY,
    )
    number = StringField(
        _("Number of the account"),
        [InputRequired(_("Please write the number of the account.")), Line(_LONGEST)],
    )

    def said(self) -> Said:
        """Put together what the form says of the account."""
        return Said(
            bank_code=self.bank_code.data or "",
            branch_code=self.branch_code.data or "",
            kind=self.kind.data,
            number=self.number.data or "",
            holder=self.consignor.data or "",
        )


class NewFileForm(KeyedForm):
    """Whom a file for the bank shall pay, of those that were shown with their amounts."""

    #: Members' ids and what they are owed: ``12:600 15:1200``.
    shown = HiddenField()
    #: Members' ids and marks of their accounts as they were shown.
    accounts = HiddenField()
    who = SelectMultipleField(
        _("Who is paid by the bank?"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    pays_on = DayField(
        _("On which day shall the bank pay?"),
        [Written(_DAY)],
        description=_("A working day; banks want the file some days before."),
    )
    looked = BooleanField(_("I have compared the accounts to which nothing was ever sent once more"))

    def __init__(
        self, dues: Sequence[Due], amounts: Sequence[tuple[Member, int]], currency: str, **known: Any
    ) -> None:
        super().__init__(
            who=[member.id for member, _amount in amounts],
            shown=" ".join(f"{member.id}:{amount}" for member, amount in amounts),
            accounts=" ".join(f"{one.member.id}:{mark_of(one.account)}" for one in dues if one.account),
            **known,
        )
        self.who.choices = [
            SelectChoice(member.id, f"{member.name} ({member.number}) · {money(amount, currency)}")
            for member, amount in amounts
        ]


class BankHasPaidForm(Form):
    """On which day the bank has paid."""

    paid_on = DayField(_("When has the bank paid?"), [Written(_DAY)])

    def __init__(self, day: date | None = None, **known: Any) -> None:
        super().__init__(paid_on=day, **known)


class CameBackForm(Form):
    """Why, and when, the bank has given something back."""

    paid_on = DayField(_("When was it in the account again?"), [Written(_DAY)])
    reason = StringField(
        _("Why did it come back?"),
        [InputRequired(_WHY), Line(LONGEST_REASON)],
        description=_("As the bank says, for example: no such account, another name."),
    )


class ThrowAwayForm(Form):
    """Why a file is thrown away."""

    reason = StringField(_("Why is it thrown away?"), [InputRequired(_WHY), Line(LONGEST_REASON)])
