"""The officers' pages about tickets: who has which, selling at the desk, and what is unused."""

from flask import Blueprint
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
from timebank.members.queries import names_to_suggest
from timebank.prepaid.rules import were_ever_offered
from timebank.tickets import giving_back
from timebank.tickets import offers
from timebank.tickets import queries
from timebank.tickets import selling
from timebank.tickets.forms import WAY_LABELS
from timebank.tickets.forms import GiveBackTicketsForm
from timebank.tickets.forms import SellForm
from timebank.tickets.forms import TakeBackBookletForm
from timebank.tickets.models import BACK
from timebank.tickets.models import LAPSED
from timebank.tickets.models import MISTAKE
from timebank.tickets.queries import MOST_LISTED
from timebank.tickets.queries import Booklet
from timebank.tickets.views import check_sold
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("ticket_desk", __name__)

#: Why a ticket pays nothing any more.
GONE_LABELS = {
    BACK: N_("Money went back for it"),
    LAPSED: N_("Its last day is long over"),
    MISTAKE: N_("The booklet was a mistake"),
}


@bp.get("/support/tickets/sold/")
@needs("see-support")
def index() -> ResponseReturnValue:
    """List the booklets that were sold, with what of them is unused."""
    check_sold()
    found = queries.list_booklets(session(), community=community())
    shown = found[:MOST_LISTED]
    today = clock.today(community().time_zone)
    return render_template(
        "tickets/sold.html",
        booklets=shown,
        cut=len(found) > MOST_LISTED,
        today=queries.unused_on(session(), community=community(), day=today),
        sold=offers.are_sold(session(), community=community()),
    )


@bp.route("/support/tickets/sell", methods=["GET", "POST"])
@needs("settle-support")
def sell() -> ResponseReturnValue:
    """Write down a booklet that was paid at the desk; its tickets get their numbers at once."""
    check_sold()
    here = community()
    known = offers.list_offers(session(), community=here)
    form = SellForm(known, paid_on=clock.today(here.time_zone), buyer=request.args.get("member", ""))
    if form.validate_on_submit():
        with refusals(form):
            sold = selling.Sold(
                member=form.buyer.member or abort(422),
                offer=form.chosen(),
                way=form.way.data,
                paid_on=form.paid_on.data,
                key=form.key.data or "",
            )
            try:
                sale = selling.sell(session(), community=here, sold=sold, actor=actor())
            except selling.BoughtBefore:
                form.renew_key()
                raise
            flash(_("The booklet is sold, and stands in the books."))
            return redirect(url_for(".booklet", sale_id=sale.id), 303)
    names = [name for _id, name in names_to_suggest(session(), community=here)]
    return form_page(
        "tickets/sell.html",
        form,
        suggestions=names,
        offers=known,
        sold=offers.are_sold(session(), community=here),
    )


@bp.get("/support/tickets/booklets/<int:sale_id>")
@needs("see-support")
def booklet(sale_id: int) -> ResponseReturnValue:
    """Show a booklet with each of its tickets, and what went back for them."""
    found = _booklet(sale_id)
    return render_template(
        "tickets/booklet.html",
        one=found,
        tickets=queries.tickets_of(session(), sale=found.sale),
        backs=queries.backs_of(session(), sale=found.sale),
        refunds=offers.rule_of(session(), community=community()).refunds,
        ways=WAY_LABELS,
        gone=GONE_LABELS,
    )


@bp.get("/support/tickets/<int:ticket_number>")
@needs("see-support")
def show(ticket_number: int) -> ResponseReturnValue:
    """Tell of a ticket by its number whether it is good, and whose it is; the square on paper leads here."""
    found = queries.find_ticket(session(), community=community(), number=ticket_number) or abort(404)
    return render_template(
        "tickets/ticket.html", told=found, one=_booklet(found.ticket.sale_id), gone=GONE_LABELS
    )


@bp.get("/support/tickets/unused")
@needs("see-support")
def unused() -> ResponseReturnValue:
    """Tell what is unused today, and was on the days on which the law looks at it."""
    sold = queries.was_ever_sold(session(), community=community())
    ahead = were_ever_offered(session(), community=community())
    if not sold and not ahead:
        abort(404)
    return render_template(
        "tickets/unused.html",
        sold=sold,
        ahead=ahead,
        days=queries.unused_on_report_days(session(), community=community()),
        rule=offers.rule_of(session(), community=community()),
    )


@bp.route("/support/tickets/booklets/<int:sale_id>/give-back", methods=["GET", "POST"])
@needs("settle-support")
def give_back(sale_id: int) -> ResponseReturnValue:
    """Write down that money went back for unused tickets, where the community does that."""
    found = _booklet(sale_id)
    if not offers.rule_of(session(), community=community()).refunds:
        raise giving_back.RefundsAreOff
    form = GiveBackTicketsForm(tickets=found.unused or None, given_on=clock.today(community().time_zone))
    if form.validate_on_submit():
        with refusals(form):
            try:
                giving_back.give_back(
                    session(), community=community(), sale=found.sale, back=form.back(), actor=actor()
                )
            except selling.BoughtBefore:
                form.renew_key()
                raise
            flash(_("It is written down, and stands in the books."))
            return redirect(url_for(".booklet", sale_id=sale_id), 303)
    return form_page("tickets/give_back.html", form, one=found)


@bp.route("/support/tickets/booklets/<int:sale_id>/take-back", methods=["GET", "POST"])
@needs("settle-support")
def take_back(sale_id: int) -> ResponseReturnValue:
    """Take back a booklet that the desk wrote down by mistake."""
    found = _booklet(sale_id)
    if found.sale.entry_id is None:
        raise giving_back.PaidThroughStripe
    form = TakeBackBookletForm()
    if form.validate_on_submit():
        with refusals(form):
            giving_back.take_back(
                session(),
                community=community(),
                sale=found.sale,
                reason=form.reason.data or "",
                actor=actor(),
            )
            flash(_("It is taken back."))
            return redirect(url_for(".booklet", sale_id=sale_id), 303)
    elif found.sale.reversal_id is not None:
        return redirect(url_for(".booklet", sale_id=sale_id), 303)
    return form_page("tickets/take_back.html", form, one=found)


def _booklet(sale_id: int) -> Booklet:
    """Find a booklet of this community; another community's is simply not there."""
    return queries.find_booklet(session(), community=community(), sale_id=sale_id) or abort(404)
