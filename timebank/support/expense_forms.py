"""The forms of expenses: telling of one with its receipt, and what is decided about it."""

from typing import Final

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField
from wtforms import RadioField
from wtforms import StringField
from wtforms.validators import InputRequired

from timebank.documents.models import LARGEST_VOUCHER
from timebank.support.expenses import Facts
from timebank.support.models import BY_GROUP
from timebank.support.models import FUEL
from timebank.support.models import GOODS
from timebank.support.models import INSURANCE
from timebank.support.models import LONGEST_REASON
from timebank.support.models import LONGEST_WHAT
from timebank.support.models import PARKING
from timebank.support.models import RECEIVER
from timebank.support.models import TOLL
from timebank.web import DayField
from timebank.web import Form
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import MoneyField
from timebank.web import SelectChoice
from timebank.web import Written
from timebank.web import uploaded

BEARER_LABELS: Final = {RECEIVER: _("Whoever received the help"), BY_GROUP: _("The group")}
KIND_LABELS: Final = {
    GOODS: _("Something that was bought"),
    FUEL: _("Fuel"),
    TOLL: _("Toll"),
    PARKING: _("Parking"),
    INSURANCE: _("Insurance"),
}
#: A file as large as is kept, and what a form says beside it.
MOST_SENT: Final = LARGEST_VOUCHER + 1_000_000


class ExpenseForm(KeyedForm):
    """What was laid out for an exchange, and the photograph of its receipt."""

    what = StringField(
        _("What was it for?"),
        [InputRequired(_("Please write what it was for, for example: bread and milk.")), Line(LONGEST_WHAT)],
    )
    kind = RadioField(
        _("What kind of cost is it?"),
        choices=[SelectChoice(one, label) for one, label in KIND_LABELS.items()],
        default=GOODS,
    )
    carrying = BooleanField(
        _("It is what it cost to carry a person"),
        description=_("For that only the cost itself can be asked, and a word on how it comes about."),
    )
    note = StringField(
        _("How does the cost come about?"),
        [Line(LONGEST_REASON)],
        description=_("Needed for carrying a person, for example: 18 km at 12 km a litre, ¥170 a litre."),
    )
    amount = MoneyField(_("How much was it?"), [Written(_("Please write an amount, for example 3000."))])
    spent_on = DayField(_("When?"), [Written(_("Please write the day, for example 2026-04-03."))])
    borne_by = RadioField(
        _("Who pays it back?"),
        choices=[SelectChoice(one, label) for one, label in BEARER_LABELS.items()],
        default=RECEIVER,
    )
    file = FileField(
        _("Photograph of the receipt"),
        description=_(
            "JPEG, PNG or PDF, at most %(most)s MB. What a camera writes beside the picture, as the place, "
            "is shown to nobody.",
            most=LARGEST_VOUCHER // 1_000_000,
        ),
    )
    no_receipt_because = StringField(
        _("Or why there is no receipt"),
        [Line(LONGEST_REASON)],
        description=_("For example: a parking meter."),
    )

    def facts(self) -> Facts:
        """Put together what the form says."""
        return Facts(
            what=self.what.data or "",
            amount_minor=self.amount.data or 0,
            spent_on=self.spent_on.data,
            borne_by=self.borne_by.data,
            kind=self.kind.data,
            carrying=self.carrying.data,
            note=self.note.data or "",
            content=uploaded(self.file),
            no_receipt_because=self.no_receipt_because.data or "",
            key=self.key.data or "",
        )


class AcceptForm(Form):
    """Who pays an expense back."""

    borne_by = RadioField(
        _("Who pays it back?"), choices=[SelectChoice(one, label) for one, label in BEARER_LABELS.items()]
    )


class NotPaidBackForm(Form):
    """Why an expense is not paid back."""

    reason = StringField(
        _("Why is it not paid back?"),
        [InputRequired(_("Please say why, so that others understand it later.")), Line(LONGEST_REASON)],
    )
