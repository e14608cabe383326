"""The receipts of booklets: whoever bought one fetches it, and a treasurer issues one for who asks."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.i18n import language
from timebank.members.same_as import record_ids
from timebank.receipts.forms import ReceiptForm
from timebank.receipts.handing import hand_over
from timebank.receipts.issuer import issuer_of
from timebank.receipts.models import FETCHED
from timebank.receipts.models import Receipt
from timebank.receipts.queries import Story
from timebank.receipts.queries import story_of
from timebank.receipts.views import sheet_of
from timebank.tickets import queries
from timebank.tickets.queries import Booklet
from timebank.tickets.receipting import ask_for_receipt
from timebank.tickets.receipting import counts_for_receipt
from timebank.tickets.receipting import receipt_of
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("ticket_receipts", __name__)

#: A sheet is made within a moment.
LOOK_AGAIN_SECONDS = 5


@bp.route("/support/tickets/booklets/<int:sale_id>/receipt", methods=["GET", "POST"])
@needs("see-own-support")
def own(sale_id: int) -> ResponseReturnValue:
    """Show the receipt of a booklet that one has bought; where there is none, ask for it."""
    booklet = _own(sale_id)
    there = receipt_of(session(), community=community(), sale=booklet.sale)
    form = _form(booklet)
    if there is None and form.validate_on_submit():
        with refusals(form):
            issued = _issue(booklet, form, language())
            # It is there on the page on which it was asked for.
            hand_over(session(), receipt=issued, how=FETCHED)
            flash(_("Your receipt is issued."))
            return redirect(url_for(".own", sale_id=sale_id), 303)
    back = url_for("tickets.own")
    if there is None:
        return _asked(form, booklet, back)
    told = _story(there.id)
    notes = [_story(one.id) for one in told.notes]
    page = render_template("tickets/receipt.html", booklet=booklet, told_of=told, notes=notes, back=back)
    # The page looks again by itself, without a script, until every sheet is made.
    made = all(one.paper for one in (told, *notes))
    return page, 200, {} if made else {"Refresh": str(LOOK_AGAIN_SECONDS)}


@bp.get("/support/tickets/booklets/<int:sale_id>/receipts/<int:receipt_id>.pdf")
@needs("see-own-support")
def file(sale_id: int, receipt_id: int) -> ResponseReturnValue:
    """Give the sheet of the receipt of a booklet that one has bought, or of a note about it."""
    receipt = receipt_of(session(), community=community(), sale=_own(sale_id).sale) or abort(404)
    if receipt_id not in {receipt.id, *(one.id for one in _story(receipt.id).notes)}:
        abort(404)
    return sheet_of(_story(receipt_id)) or abort(404)


@bp.route("/support/tickets/booklets/<int:sale_id>/issue-receipt", methods=["GET", "POST"])
@needs("print-receipts")
def issue(sale_id: int) -> ResponseReturnValue:
    """Issue the receipt of a booklet, where whoever bought it asks for one; it then waits to be printed."""
    booklet = _paid(sale_id)
    there = receipt_of(session(), community=community(), sale=booklet.sale)
    form = _form(booklet)
    if there is None and form.validate_on_submit():
        with refusals(form):
            # In the language of whoever bought it, whatever the treasurer reads.
            there = _issue(booklet, form, booklet.sale.language)
            flash(_("The receipt is issued."))
    if there is not None:
        return redirect(url_for("receipts.show", receipt_id=there.id), 303)
    return _asked(form, booklet, url_for("ticket_desk.booklet", sale_id=sale_id))


# --- the leaves ---------------------------------------------------------------------------------------------


def _paid(sale_id: int) -> Booklet:
    """Find a booklet of this community that was paid."""
    return queries.find_booklet(session(), community=community(), sale_id=sale_id) or abort(404)


def _own(sale_id: int) -> Booklet:
    """Find a booklet that whoever asks has bought; others' are simply not there."""
    booklet = _paid(sale_id)
    return booklet if booklet.sale.member_id in record_ids(session(), member=oneself()) else abort(404)


def _form(booklet: Booklet) -> ReceiptForm:
    return ReceiptForm(data={"name": booklet.member.name})


def _issue(booklet: Booklet, form: ReceiptForm, reads: str) -> Receipt:
    return ask_for_receipt(
        session(),
        community=community(),
        booklet=booklet,
        name=form.name.data or "",
        address=form.address.data or "",
        language=reads,
        actor=actor(),
    )


def _asked(form: ReceiptForm, booklet: Booklet, back: str) -> ResponseReturnValue:
    return form_page(
        "tickets/ask_receipt.html",
        form,
        booklet=booklet,
        back=back,
        issuer=issuer_of(session(), community=community()),
        can_be=counts_for_receipt(session(), sale=booklet.sale),
    )


def _story(receipt_id: int) -> Story:
    return story_of(session(), community=community(), receipt_id=receipt_id) or abort(404)
