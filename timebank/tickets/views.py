"""A member's pages about tickets: what they have, buying a booklet, and printing it."""

from typing import Any

from flask import Blueprint
from flask import abort
from flask import current_app
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.i18n import language
from timebank.members.models import Member
from timebank.members.same_as import record_ids
from timebank.paper import qr_code
from timebank.payments.here import Journey
from timebank.payments.here import gateway_here
from timebank.payments.here import konbini_takes
from timebank.payments.limits import pay_limits
from timebank.payments.models import Payment
from timebank.payments.passage import Passage
from timebank.tickets import offers
from timebank.tickets import queries
from timebank.tickets import selling
from timebank.tickets.forms import BuyForm
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketSale
from timebank.tickets.selling import TICKETS
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import limited
from timebank.web import may
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import open_to_all
from timebank.web import person
from timebank.web import reads_first
from timebank.web import refusals
from timebank.web import refuse_too_many
from timebank.web import session

bp = Blueprint("tickets", __name__)


@bp.get("/support/tickets/")
@needs("see-own-support")
def own() -> ResponseReturnValue:
    """Show members which tickets they have, until when, and what was used."""
    check_sold()
    here, me = community(), oneself()
    booklets = queries.booklets_of(session(), community=here, member=me)
    return render_template(
        "tickets/own.html",
        booklets=booklets,
        unused=sum(one.unused for one in booklets),
        worth=sum(one.worth_minor for one in booklets),
        waiting=queries.on_their_way(session(), community=here, member=me),
        sold=offers.are_sold(session(), community=here),
        by_card=gateway_here() is not None,
        today=clock.today(here.time_zone),
    )


@bp.route("/support/tickets/buy", methods=["GET", "POST"])
@needs("buy-tickets")
@limited(pay_limits)
def buy() -> ResponseReturnValue:
    """Choose a booklet."""
    check_sold()
    here = community()
    form = BuyForm(offers.list_offers(session(), community=here))
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            try:
                _sale, payment = selling.wish_to_buy(
                    session(), community=here, buying=_buying(form), actor=actor()
                )
            except selling.BoughtBefore:
                form.renew_key()
                raise
            return redirect(url_for(".confirm", payment_token=payment.token), 303)
    return form_page(
        "tickets/buy.html",
        form,
        offers=offers.list_offers(session(), community=here),
        sold=offers.are_sold(session(), community=here),
        by_card=gateway_here() is not None,
    )


@bp.get("/support/tickets/buy/<payment_token>")
@open_to_all
def confirm(payment_token: str) -> ResponseReturnValue:
    """Show once more what is bought, until when it can be used, and how to pay; then comes Stripe's page."""
    return _PASSAGE.ask(payment_token)


@bp.post("/support/tickets/buy/<payment_token>/go")
@reads_first
@open_to_all
@limited(pay_limits)
def go_on(payment_token: str) -> ResponseReturnValue:
    """Lead on to Stripe's page."""
    return _PASSAGE.lead_on(payment_token)


@bp.get("/support/tickets/buy/<payment_token>/paid")
@open_to_all
def paid(payment_token: str) -> ResponseReturnValue:
    """Tell whoever comes back from Stripe which tickets they have now; nothing failed without proof."""
    return _PASSAGE.come_back(payment_token, _paid_page)


@bp.get("/support/tickets/booklets/<int:sale_id>/print")
@needs("see-home")
def sheet(sale_id: int) -> ResponseReturnValue:
    """Show the tickets of a booklet for paper, each with its number, last day and a square for cameras."""
    booklet = queries.find_booklet(session(), community=community(), sale_id=sale_id) or abort(404)
    if not _may_see(booklet.sale) or not booklet.offer.on_paper:
        abort(404)
    told = queries.tickets_of(session(), sale=booklet.sale)
    base = current_app.config["TIMEBANK_BASE_URL"]
    return render_template(
        "print/tickets.html",
        booklet=booklet,
        tickets=[
            (one.ticket, qr_code(f"{base}{url_for('ticket_desk.show', ticket_number=one.ticket.number)}"))
            for one in told
            if one.ticket.gone is None and one.exchange_id is None
        ],
        back=url_for("ticket_desk.booklet", sale_id=sale_id) if may("see-support") else url_for(".own"),
        printed=clock.now(),
    )


def check_sold() -> None:
    """Find the pages about tickets; where none were ever offered there are none."""
    if not queries.was_ever_sold(session(), community=community()):
        abort(404)


# --- the leaves ---------------------------------------------------------------------------------------------


def _buying(form: BuyForm) -> selling.Buying:
    return selling.Buying(
        member=oneself(),
        offer=form.chosen(),
        language=language(),
        email=person().email or "",
        key=form.key.data or "",
    )


def _sale(payment: Payment) -> TicketSale:
    return selling.sale_of(session(), payment)


def _confirm_page(payment: Payment, shown: dict[str, Any]) -> str:
    sale = _sale(payment)
    offer = session().get_one(TicketOffer, sale.offer_id)
    return render_template(
        "tickets/confirm.html",
        **shown,
        sale=sale,
        offer=offer,
        member=session().get_one(Member, sale.member_id),
        last_on=selling.last_day(offer, clock.today(community().time_zone)),
        konbini=_konbini(sale),
        refunds=offers.rule_of(session(), community=community()).refunds,
    )


def _paid_page(payment: Payment, shown: dict[str, Any]) -> str:
    sale = _sale(payment)
    booklet = queries.find_booklet(session(), community=community(), sale_id=sale.id)
    return render_template("tickets/paid.html", **shown, booklet=booklet, mine=_may_see(sale))


def _konbini(sale: TicketSale) -> bool:
    """Say whether this booklet can be paid at a konbini."""
    rule = offers.rule_of(session(), community=community())
    return rule.konbini and konbini_takes(sale.amount_minor, sale.currency)


def _journey(payment: Payment) -> Journey:
    sale = _sale(payment)
    offer = session().get_one(TicketOffer, sale.offer_id)
    return Journey(
        label=str(_("Tickets of %(community)s: %(booklet)s", community=community().name, booklet=offer.name)),
        back=url_for(".paid", payment_token=payment.token),
        given_up=url_for(".confirm", payment_token=payment.token),
        konbini=_konbini(sale),
        notes=(("tickets", str(offer.tickets)),),
    )


def _may_see(sale: TicketSale) -> bool:
    """Say whether whoever asks sees this booklet: it is theirs, or they are an officer."""
    me = oneself()
    return may("see-support") or (me is not None and sale.member_id in record_ids(session(), member=me))


_PASSAGE = Passage(
    purpose=TICKETS,
    confirm="tickets.confirm",
    back="tickets.paid",
    page=_confirm_page,
    newest=lambda payment: selling.newest_attempt(session(), sale=_sale(payment)) or payment,
    is_done=lambda payment: _sale(payment).paid_on is not None,
    journey=_journey,
    again=lambda payment: selling.buy_again(
        session(), community=community(), sale=_sale(payment), email=payment.email
    ),
    check=lambda payment: selling.check_still_sold(session(), community=community(), sale=_sale(payment)),
)
