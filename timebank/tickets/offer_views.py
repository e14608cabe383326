"""The steward's pages about tickets: which booklets are sold, and what holds for all of them."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.payments.here import gateway_here
from timebank.tickets import offers
from timebank.tickets.forms import OfferForm
from timebank.tickets.forms import TicketRuleForm
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("ticket_offers", __name__)


@bp.route("/settings/tickets", methods=["GET", "POST"])
@needs("keep-rates")
def index() -> ResponseReturnValue:
    """List the booklets, and say what holds for all tickets."""
    here = community()
    known = offers.rule_of(session(), community=here)
    form = TicketRuleForm(
        konbini=known.konbini,
        refunds=known.refunds,
        limit=known.limit_minor,
        days=" ".join(known.report_days),
    )
    if form.validate_on_submit():
        with refusals(form):
            offers.change_rule(session(), community=here, rule=form.rule())
            flash(_("The settings are saved."))
            return redirect(url_for(".index"), 303)
    return form_page(
        "tickets/settings.html",
        form,
        offers=offers.list_offers(session(), community=here, closed=True),
        may_sell=offers.may_be_sold(session(), community=here),
        by_card=gateway_here() is not None,
    )


@bp.route("/settings/tickets/new", methods=["GET", "POST"])
@needs("keep-rates")
def open_one() -> ResponseReturnValue:
    """Have a booklet be sold."""
    form = OfferForm()
    if form.validate_on_submit():
        with refusals(form):
            offers.check_sold_here(session(), community=community())
            offers.open_offer(session(), community=community(), booklet=form.booklet(), actor=actor())
            flash(_("The booklet can be bought now."))
            return redirect(url_for(".index"), 303)
    return form_page("tickets/open.html", form)


@bp.post("/settings/tickets/<int:ticket_offer_id>/close")
@needs("keep-rates")
def close(ticket_offer_id: int) -> ResponseReturnValue:
    """Sell a booklet no longer; tickets that were sold stay good."""
    offer = offers.find_offer(session(), community=community(), offer_id=ticket_offer_id) or abort(404)
    offers.close_offer(session(), offer=offer)
    flash(_("The booklet is sold no longer. Tickets that were bought stay good."))
    return redirect(url_for(".index"), 303)
