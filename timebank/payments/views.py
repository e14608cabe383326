"""The pages about payments: for treasurers how the money stands, for everybody who takes it."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.errors import N_
from timebank.errors import Refusal
from timebank.payments import here
from timebank.payments import queries
from timebank.payments.forms import GiveBackForm
from timebank.payments.forms import ParticularsForm
from timebank.payments.here import gateway_here
from timebank.payments.particulars import LONGEST_PARTICULARS
from timebank.payments.particulars import change_particulars
from timebank.payments.particulars import particulars_of
from timebank.payments.paying import GivenBackElsewhere
from timebank.payments.regular import who_paid
from timebank.payments.words import ODDITIES
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import needs
from timebank.web import open_to_all
from timebank.web import reads_first
from timebank.web import refusals
from timebank.web import session
from timebank.web import show_refusal

bp = Blueprint("payments", __name__)

LINES_ON_A_PAGE = 50
#: What a payment's state is called.
STATES = {
    "draft": N_("Begun"),
    "open": N_("Waits to be paid"),
    "expired": N_("Not paid in time"),
    "processing": N_("Money on its way"),
    "failed": N_("Not paid"),
    "paid": N_("Paid"),
    "partly-refunded": N_("Partly given back"),
    "refunded": N_("Given back"),
    "disputed": N_("Disputed"),
    "charged-back": N_("Taken back after a dispute"),
    "reversed": N_("Taken back by the bank"),
}
#: What Stripe says of a refund or a dispute.
STATUSES = {
    "pending": N_("On its way"),
    "requires_action": N_("Waits for the bank account of whoever paid"),
    "succeeded": N_("Given back"),
    "failed": N_("Did not arrive"),
    "canceled": N_("Called off"),
    "needs_response": N_("Waits for an answer"),
    "under_review": N_("Is looked at by the bank"),
    "won": N_("Decided for the community"),
    "lost": N_("Decided for the card's owner"),
    "warning_needs_response": N_("A question of the bank"),
    "warning_under_review": N_("A question of the bank"),
    "warning_closed": N_("A question that was answered"),
}


@bp.get("/money")
@needs("see-money")
def index() -> ResponseReturnValue:
    """Show how the money at Stripe stands, what needs a second look, and every payment."""
    before = request.args.get("before", type=int)
    found = queries.list_payments(session(), community=community(), before=before, limit=LINES_ON_A_PAGE + 1)
    shown = found[:LINES_ON_A_PAGE]
    older = url_for(".index", before=shown[-1].id) if len(found) > LINES_ON_A_PAGE else None
    purposes = hooks().purposes
    return render_template(
        "payments/index.html",
        overview=queries.overview(session(), community=community()),
        payments=[
            (one, purposes[one.purpose].what(session(), one), who_paid(session(), one, purposes=purposes))
            for one in shown
        ],
        refunded=queries.refunded_of(session(), payments=shown),
        **_words(),
        by_card=gateway_here() is not None,
        older=older,
        newer=url_for(".index") if before else None,
    )


@bp.get("/money/payments/<int:payment_id>")
@needs("see-money")
def show(payment_id: int) -> ResponseReturnValue:
    """Tell everything of a payment, down to its lines at Stripe and their entries in the books."""
    story = _story(payment_id)
    about = hooks().purposes[story.payment.purpose].about(session(), story.payment)
    return render_template(
        "payments/show.html", story=story, about=about, elsewhere=_elsewhere(story), **_words()
    )


@bp.route("/money/payments/<int:payment_id>/give-back", methods=["GET", "POST"])
@reads_first
@needs("give-back-payments")
def give_back(payment_id: int) -> ResponseReturnValue:
    """Give back a payment, or a part of it."""
    story = _story(payment_id)
    if elsewhere := _elsewhere(story):
        raise GivenBackElsewhere(elsewhere)
    # A link that knows how much is to go back says so.
    asked = request.args.get("amount", type=int) or 0
    amount = asked if 0 < asked <= story.left else story.left
    form = GiveBackForm(amount=amount or None, email=story.payment.email)
    if form.validate_on_submit():
        try:
            here.give_back(story, amount=form.amount.data, email=form.email.data or "", again=form.again.data)
        except Refusal as refused:
            show_refusal(form, refused)
            story = _story(payment_id)
        else:
            flash(_("Stripe gives it back. As soon as it is booked, it stands here."))
            return redirect(url_for(".show", payment_id=payment_id), 303)
    return form_page("payments/give_back.html", form, story=story)


def _elsewhere(story: queries.Story) -> str:
    """Say where this is given back, if not by Stripe; what nobody could identify always is."""
    return "" if story.payment.oddity else hooks().purposes[story.payment.purpose].back_elsewhere


def _story(payment_id: int) -> queries.Story:
    """Find a payment of this community; another community's is simply not there."""
    here, purposes = community(), hooks().purposes
    found = queries.story_of(session(), community=here, payment_id=payment_id, purposes=purposes)
    return found or abort(404)


def _words() -> dict[str, object]:
    purposes = {name: one.label for name, one in hooks().purposes.items()}
    return {"states": STATES, "oddities": ODDITIES, "purposes": purposes, "statuses": STATUSES}


@bp.get("/particulars")
@open_to_all
def particulars() -> ResponseReturnValue:
    """Show who takes the money here, and how paying and stepping back work, as the law wants it."""
    written = particulars_of(session(), community=community())
    return render_template("payments/particulars.html", particulars=written)


@bp.route("/settings/particulars", methods=["GET", "POST"])
@needs("ask-for-gifts")
def change() -> ResponseReturnValue:
    """Write who takes the money."""
    form = ParticularsForm(obj=particulars_of(session(), community=community()))
    if form.validate_on_submit():
        with refusals(form):
            facts = {name: form[name].data or "" for name in LONGEST_PARTICULARS}
            change_particulars(session(), community=community(), facts=facts, actor=actor())
            flash(_("The particulars are saved."))
            return redirect(url_for(".particulars"), 303)
    return form_page("payments/change_particulars.html", form)
