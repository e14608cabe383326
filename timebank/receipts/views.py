"""The pages of receipts for those who keep the books: the list, each of them, and what is printed."""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Final

from flask import Blueprint
from flask import Response
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.i18n import language
from timebank.i18n import say
from timebank.money import plain
from timebank.receipts import handing
from timebank.receipts import queries
from timebank.receipts.issuer import issuer_of
from timebank.receipts.models import FEE
from timebank.receipts.models import GIFT
from timebank.receipts.models import MEAL
from timebank.receipts.models import REFUND
from timebank.receipts.models import SUPPORTER_FEE
from timebank.receipts.models import TICKET
from timebank.receipts.models import Receipt
from timebank.receipts.models import ReceiptPrinting
from timebank.receipts.papers import SheetNotSet
from timebank.receipts.papers import file_of
from timebank.receipts.papers import print_sheets
from timebank.text import defused
from timebank.web import actor
from timebank.web import community
from timebank.web import needs
from timebank.web import pdf
from timebank.web import session
from timebank.web import spreadsheet

bp = Blueprint("receipts", __name__)

LINES_ON_A_PAGE = 100
KIND_LABELS: Final = {
    GIFT: N_("Gift"),
    FEE: N_("Membership fee"),
    SUPPORTER_FEE: N_("Supporter's fee"),
    TICKET: N_("Tickets"),
    MEAL: N_("A meal"),
    REFUND: N_("Given back"),
}
#: How the original reached whoever paid.
WAY_LABELS: Final = {
    "": N_("Not handed over yet"),
    "mailed": N_("Sent by mail"),
    "fetched": N_("Fetched on the page"),
    "printed": N_("Printed"),
    "copied": N_("Printed again, as a copy"),
}


@bp.get("/money/receipts")
@needs("see-money")
def index() -> ResponseReturnValue:
    """List the receipts of a year, the newest first, and what waits for the post."""
    years = queries.years_of(session(), community=community())
    year, before = _year(), request.args.get("before", type=int)
    found = queries.list_receipts(
        session(), community=community(), year=year, before=before, limit=LINES_ON_A_PAGE + 1
    )
    shown = found[:LINES_ON_A_PAGE]
    cut = len(found) > LINES_ON_A_PAGE
    return render_template(
        "receipts/index.html",
        years=years,
        year=year,
        shown=shown,
        issuer=issuer_of(session(), community=community()),
        waiting=handing.count_waiting(session(), community()),
        most=handing.MOST_AT_ONCE,
        older=url_for(".index", year=year, before=shown[-1].receipt.number) if cut else None,
        newer=url_for(".index", year=year) if before else None,
        kinds=KIND_LABELS,
        ways=WAY_LABELS,
    )


@bp.get("/money/receipts.csv")
@needs("see-money")
def as_csv() -> ResponseReturnValue:
    """Give the receipts of a year to a spreadsheet."""
    year = _year()
    return spreadsheet(_lines(year), name=f"receipts-{year}.csv")


@bp.get("/money/receipts/<int:receipt_id>")
@needs("see-money")
def show(receipt_id: int) -> ResponseReturnValue:
    """Tell everything of a receipt."""
    return _show(receipt_id)


@bp.get("/money/receipts/<int:receipt_id>.pdf")
@needs("see-money")
def file(receipt_id: int) -> ResponseReturnValue:
    """Give the sheet as it was made on the day of issue."""
    return sheet_of(_story(receipt_id)) or abort(404)


@bp.post("/money/receipts/<int:receipt_id>/print")
@needs("print-receipts")
def print_one(receipt_id: int) -> ResponseReturnValue:
    """Print a receipt; what somebody has already is printed as a copy."""
    story = _story(receipt_id)
    try:
        printing = handing.print_one(session(), receipt=story.receipt, actor=actor())
    except Refusal as refused:
        return _show(receipt_id, say(refused)), refused.status
    return redirect(url_for(".printing", printing_id=printing.id), 303)


@bp.post("/money/receipts/print")
@needs("print-receipts")
def print_waiting() -> ResponseReturnValue:
    """Print in one go what has reached nobody so far."""
    try:
        printing = handing.print_waiting(session(), community=community(), actor=actor())
    except Refusal as refused:
        flash(say(refused), "warn")
        return redirect(url_for(".index"), 303)
    return redirect(url_for(".printing", printing_id=printing.id), 303)


@bp.get("/money/receipts/printed/<int:printing_id>")
@needs("see-money")
def printing(printing_id: int) -> ResponseReturnValue:
    """Show what is printed in one go, with its file."""
    return _show_printing(_printing(printing_id))


@bp.get("/money/receipts/printed/<int:printing_id>.pdf")
@needs("see-money")
def sheets(printing_id: int) -> ResponseReturnValue:
    """Give what is printed in one go as one file, a sheet for each."""
    found = _printing(printing_id)
    printed = handing.printed_in(session(), printing=found)
    try:
        content = print_sheets(
            session(),
            title=_("Receipts for the post: %(number)s", number=len(printed)),
            language=language(),
            receipts=printed,
            at=found.printed_at,
        )
    except SheetNotSet as refused:
        return _show_printing(found, say(refused)), refused.status
    return pdf(content, name=f"receipts-{printing_id}.pdf")


# --- the leaves ---------------------------------------------------------------------------------------------


def _show(receipt_id: int, problem: str = "") -> str:
    story = _story(receipt_id)
    return render_template(
        "receipts/show.html",
        story=story,
        problem=problem,
        kinds=KIND_LABELS,
        ways=WAY_LABELS,
        handed=any(one.how != "copied" for one in story.handings),
    )


def _story(receipt_id: int) -> queries.Story:
    """Find a receipt of this community; another community's is simply not there."""
    return queries.story_of(session(), community=community(), receipt_id=receipt_id) or abort(404)


def _show_printing(found: ReceiptPrinting, problem: str = "") -> str:
    printed = handing.printed_in(session(), printing=found)
    notes = queries.notes_about(session(), [receipt for receipt, _copy in printed])
    return render_template(
        "receipts/printing.html",
        printing=found,
        printed=printed,
        notes=notes,
        kinds=KIND_LABELS,
        problem=problem,
    )


def _printing(printing_id: int) -> ReceiptPrinting:
    return handing.find_printing(session(), community=community(), printing_id=printing_id) or abort(404)


def _year() -> int:
    """Tell which year is asked for: the one in the address, or the last in which there are receipts."""
    asked = request.args.get("year", "")
    if asked.isascii() and asked.isdecimal() and len(asked) == 4:
        return int(asked)
    years = queries.years_of(session(), community=community())
    return years[0] if years else clock.today(community().time_zone).year


def _lines(year: int) -> Iterator[Sequence[str]]:
    head = (_("Number"), _("Issued on"), _("What it is"), _("Name"), _("Postal address"), _("Amount"))
    yield *head, _("Currency"), _("For"), _("Paid on"), _("How it was handed over"), _("Notes")
    for one in queries.all_receipts(session(), community=community(), year=year):
        receipt = one.receipt
        amount = plain(receipt.amount_minor, receipt.currency)
        cells = (
            receipt.label,
            receipt.issued_on.isoformat(),
            _kind(receipt),
            receipt.payer,
            receipt.address,
            # What went back is taken off: the column adds up.
            f"-{amount}" if receipt.kind == REFUND else amount,
            receipt.currency,
            receipt.purpose,
            receipt.paid_on.isoformat(),
            _(WAY_LABELS[one.how]),
            " ".join(note.label for note in one.notes),
        )
        yield [cell if number == 5 else defused(cell) for number, cell in enumerate(cells)]


def _kind(receipt: Receipt) -> str:
    if receipt.of_year is not None:
        return str(_("Gifts in %(year)s", year=receipt.of_year))
    return str(_(KIND_LABELS[receipt.kind]))


def sheet_of(story: queries.Story) -> Response | None:
    """Give the sheet of a receipt as it was made on the day of issue; None where it is still to be made."""
    if story.paper is None:
        return None
    return pdf(file_of(session(), paper=story.paper), name=f"receipt-{story.receipt.label}.pdf")
