"""The receipts of fees: whoever paid fetches one, and a treasurer issues one for somebody who asks."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.i18n import language
from timebank.memberships import fees
from timebank.memberships import queries
from timebank.memberships.queries import FeeStory
from timebank.memberships.receipting import ask_for_receipt
from timebank.memberships.receipting import counts_for_receipt
from timebank.memberships.receipting import payer_of
from timebank.memberships.receipting import receipt_of
from timebank.receipts.forms import ReceiptForm
from timebank.receipts.handing import hand_over
from timebank.receipts.issuer import issuer_of
from timebank.receipts.models import FETCHED
from timebank.receipts.models import Receipt
from timebank.receipts.queries import Story
from timebank.receipts.queries import story_of
from timebank.receipts.views import sheet_of
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("fee_receipts", __name__)

#: A sheet is made within a moment.
LOOK_AGAIN_SECONDS = 5


@bp.route("/membership/fee/<int:fee_id>/receipt", methods=["GET", "POST"])
@needs("see-own-fee")
def own(fee_id: int) -> ResponseReturnValue:
    """Show the receipt of a fee that one has paid; where there is none, ask for it."""
    story = _own(fee_id)
    there = receipt_of(session(), community=community(), story=story)
    form = _form(story)
    if there is None and form.validate_on_submit():
        with refusals(form):
            issued = _issue(story, form, language())
            # It is there on the page on which it was asked for.
            hand_over(session(), receipt=issued, how=FETCHED)
            flash(_("Your receipt is issued."))
            return redirect(url_for(".own", fee_id=fee_id), 303)
    back = url_for("memberships.own")
    if there is None:
        return _asked(form, story, back)
    told = _story(there.id)
    notes = [_story(one.id) for one in told.notes]
    page = render_template("memberships/receipt.html", story=story, told_of=told, notes=notes, back=back)
    # The page looks again by itself, without a script, until every sheet is made.
    made = all(one.paper for one in (told, *notes))
    return page, 200, {} if made else {"Refresh": str(LOOK_AGAIN_SECONDS)}


@bp.get("/membership/fee/<int:fee_id>/receipts/<int:receipt_id>.pdf")
@needs("see-own-fee")
def file(fee_id: int, receipt_id: int) -> ResponseReturnValue:
    """Give the sheet of the receipt of a fee that one has paid, or of a note about it."""
    receipt = receipt_of(session(), community=community(), story=_own(fee_id)) or abort(404)
    if receipt_id not in {receipt.id, *(one.id for one in _story(receipt.id).notes)}:
        abort(404)
    return sheet_of(_story(receipt_id)) or abort(404)


@bp.route("/fees/<int:fee_id>/receipt", methods=["GET", "POST"])
@needs("print-receipts")
def issue(fee_id: int) -> ResponseReturnValue:
    """Issue the receipt of a fee, where whoever paid asks for one; it then waits to be printed."""
    story = _paid(fee_id)
    there = receipt_of(session(), community=community(), story=story)
    form = _form(story)
    if there is None and form.validate_on_submit():
        with refusals(form):
            # In the language of whoever paid, whatever the treasurer reads.
            there = _issue(story, form, story.fee.language)
            flash(_("The receipt is issued."))
    if there is not None:
        return redirect(url_for("receipts.show", receipt_id=there.id), 303)
    return _asked(form, story, url_for("fees.of_member", member_id=story.member.id))


# --- the leaves ---------------------------------------------------------------------------------------------


def _paid(fee_id: int) -> FeeStory:
    """Find a fee of this community for which there can be a receipt."""
    fee = fees.find_fee(session(), community=community(), fee_id=fee_id)
    if fee is None or fee.paid_on is None or not fee.amount_minor:
        abort(404)
    return queries.story_of(session(), fee=fee)


def _own(fee_id: int) -> FeeStory:
    """Find a fee that whoever asks has paid; others' are simply not there."""
    story = _paid(fee_id)
    return story if payer_of(story).id == oneself().id else abort(404)


def _form(story: FeeStory) -> ReceiptForm:
    return ReceiptForm(data={"name": payer_of(story).name})


def _issue(story: FeeStory, form: ReceiptForm, reads: str) -> Receipt:
    return ask_for_receipt(
        session(),
        community=community(),
        story=story,
        name=form.name.data or "",
        address=form.address.data or "",
        language=reads,
        actor=actor(),
    )


def _asked(form: ReceiptForm, story: FeeStory, back: str) -> ResponseReturnValue:
    return form_page(
        "memberships/ask_receipt.html",
        form,
        story=story,
        back=back,
        issuer=issuer_of(session(), community=community()),
        can_be=counts_for_receipt(story.fee),
    )


def _story(receipt_id: int) -> Story:
    return story_of(session(), community=community(), receipt_id=receipt_id) or abort(404)
