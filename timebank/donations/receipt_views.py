"""The page of a gift's receipt, for whoever has its link: fetch it, or ask for it where there is none."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.donations.receipting import ask_for_receipt
from timebank.donations.receipting import counts_for_receipt
from timebank.donations.receipting import receipt_of
from timebank.donations.service import DONATION
from timebank.donations.service import donation_of
from timebank.payments.limits import pay_limits
from timebank.payments.models import Payment
from timebank.payments.service import find_payment
from timebank.receipts.forms import ReceiptForm
from timebank.receipts.handing import hand_over
from timebank.receipts.issuer import issuer_of
from timebank.receipts.models import FETCHED
from timebank.receipts.queries import Story
from timebank.receipts.queries import story_of
from timebank.receipts.views import sheet_of
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import limited
from timebank.web import open_to_all
from timebank.web import refusals
from timebank.web import refuse_too_many
from timebank.web import session

bp = Blueprint("gift_receipts", __name__)

#: A sheet is made within a moment.
LOOK_AGAIN_SECONDS = 5


@bp.route("/give/<gift_token>/receipt", methods=["GET", "POST"])
@open_to_all
@limited(pay_limits)
def show(gift_token: str) -> ResponseReturnValue:
    """Show the receipt of a gift, and the notes about it; where there is none, ask for it."""
    payment = _payment(gift_token)
    if payment.paid_at is None or payment.oddity is not None:
        return redirect(url_for("donations.thanks", payment_token=gift_token), 303)
    if receipt := receipt_of(session(), payment=payment):
        if request.method == "POST":
            # Sent twice, or from two tabs.
            return redirect(url_for(".show", gift_token=gift_token), 303)
        if receipt.of_year is not None:
            # It names other gifts, too, and whoever has the link of this one need not know of them.
            return render_template("donations/on_year_sheet.html", payment=payment, receipt=receipt)
        return _shown(payment, _story(receipt.id))
    return _asked(payment)


@bp.get("/give/<gift_token>/receipts/<int:receipt_id>.pdf")
@open_to_all
def file(gift_token: str, receipt_id: int) -> ResponseReturnValue:
    """Give the sheet of a gift's receipt, or of a note about it."""
    receipt = receipt_of(session(), payment=_payment(gift_token)) or abort(404)
    if receipt.of_year is not None or receipt_id not in {
        receipt.id,
        *(one.id for one in _story(receipt.id).notes),
    }:
        abort(404)
    story = _story(receipt_id)
    return sheet_of(story) or abort(404)


def _shown(payment: Payment, story: Story) -> ResponseReturnValue:
    notes = [_story(one.id) for one in story.notes]
    page = render_template("donations/receipt.html", payment=payment, story=story, notes=notes)
    # The page looks again by itself, without a script, until every sheet is made.
    made = all(one.paper for one in (story, *notes))
    return page, 200, {} if made else {"Refresh": str(LOOK_AGAIN_SECONDS)}


def _asked(payment: Payment) -> ResponseReturnValue:
    donation = donation_of(session(), payment)
    can_be = counts_for_receipt(payment)
    if issuer_of(session(), community=community()) is None or not can_be:
        page = render_template(
            "donations/no_receipt.html", payment=payment, wished=donation.wants_receipt, can_be=can_be
        )
        return page, 409 if request.method == "POST" else 200
    form = ReceiptForm(data={"name": donation.name, "address": donation.address})
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            receipt = ask_for_receipt(
                session(),
                donation=donation,
                payment=payment,
                name=form.name.data or "",
                address=form.address.data or "",
                actor=actor(),
            )
            # It is there on the page on which it was asked for.
            hand_over(session(), receipt=receipt, how=FETCHED)
            flash(_("Your receipt is issued."))
            return redirect(url_for(".show", gift_token=payment.token), 303)
    return form_page("donations/ask_receipt.html", form, payment=payment, donation=donation)


def _payment(gift_token: str) -> Payment:
    """Find the payment of a gift; another community's, or what is paid for something else, is not there."""
    payment = find_payment(session(), community=community(), token=gift_token) or abort(404)
    return payment if payment.purpose == DONATION else abort(404)


def _story(receipt_id: int) -> Story:
    return story_of(session(), community=community(), receipt_id=receipt_id) or abort(404)
