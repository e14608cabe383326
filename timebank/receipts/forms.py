"""The forms by which a steward says who issues receipts, and what gifts say for the tax office."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.documents.service import LARGEST_PICTURE
from timebank.receipts.models import LONGEST_ADDRESS
from timebank.receipts.models import LONGEST_NAME
from timebank.receipts.models import LONGEST_WORDS
from timebank.web import DayField
from timebank.web import Form
from timebank.web import Line
from timebank.web import Lines
from timebank.web import Written
from timebank.web import uploaded


class IssuerForm(Form):
    """Who issues receipts."""

    name = StringField(
        _("Name in law"),
        [InputRequired(_("Please write the name in law: it stands on every receipt.")), Line(LONGEST_NAME)],
        description=_("With the legal form, as the community is registered or signs contracts."),
    )
    seat = TextAreaField(
        _("Seat"),
        [InputRequired(_("Please write the seat: it stands on every receipt.")), Lines(LONGEST_ADDRESS)],
        description=_("The address, and a telephone number if it shall stand there."),
    )


class StampForm(Form):
    """A picture of the stamp."""

    file = FileField(
        _("Picture of the stamp"),
        description=_(
            "PNG or JPEG, at most %(most)s kB. It is printed 22 mm wide, over the end of the name; a PNG "
            "that you can see through looks best.",
            most=LARGEST_PICTURE // 1000,
        ),
    )

    def content(self) -> bytes:
        """Give the bytes that were sent; none where no file was chosen."""
        return uploaded(self.file)


class TaxWordsForm(Form):
    """What receipts for gifts say for the tax office."""

    words = TextAreaField(
        _("What stands there"),
        [InputRequired(_("Please write what stands on receipts for gifts.")), Lines(LONGEST_WORDS)],
        description=_("Such as the number and the day of a certification. The tax office knows the wording."),
    )
    valid_from = DayField(
        _("For gifts paid from"), [Written(_("Please write the day, for example 2026-04-03."))]
    )
    valid_until = DayField(
        _("Until"), description=_("The last day; leave it out as long as no end is known.")
    )


class EndTaxWordsForm(Form):
    """Until which day words hold."""

    valid_until = DayField(_("The last day"), [Written(_("Please write the day, for example 2026-04-03."))])


class ReceiptForm(Form):
    """To whom a receipt is made out that is asked for."""

    name = StringField(
        _("Name on the receipt"),
        [InputRequired(_("A receipt is made out to somebody: please write a name.")), Line(LONGEST_NAME)],
    )
    address = TextAreaField(
        _("Postal address"),
        [Lines(LONGEST_ADDRESS)],
        description=_("Where the tax office wants it on the receipt."),
    )
