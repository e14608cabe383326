"""A member's pages about tickets: what they have, buying a booklet, and printing it."""

from flask import Blueprint
from flask import abort
from flask import current_app
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.errors import Refusal
from timebank.i18n import language
from timebank.i18n import say
from timebank.members.models import Member
from timebank.paper import qr_code
from timebank.payments.here import Journey
from timebank.payments.here import gateway_here
from timebank.payments.here import konbini_takes
from timebank.payments.here import look_again
from timebank.payments.here import stands
from timebank.payments.here import stripe_settings
from timebank.payments.here import way_to_stripe
from timebank.payments.limits import pay_limits
from timebank.payments.models import EXPIRED
from timebank.payments.models import FAILED
from timebank.payments.models import PAID_STATES
from timebank.payments.models import PROCESSING
from timebank.payments.models import Payment
from timebank.payments.particulars import particulars_of
from timebank.payments.paying import StripeAway
from timebank.payments.paying import StripeSaysNo
from timebank.payments.service import find_payment
from timebank.tickets import offers
from timebank.tickets import queries
from timebank.tickets import selling
from timebank.tickets.forms import BuyForm
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketSale
from timebank.tickets.selling import TICKETS
from timebank.tickets.spending import whose_tickets
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import lead_to
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

#: Whoever waits for the money to arrive need not look again by hand.
LOOK_AGAIN_SECONDS = 10


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
    payment = _payment(payment_token)
    return _elsewhere(payment) or _confirm_page(payment)


@bp.post("/support/tickets/buy/<payment_token>/go")
@reads_first
@open_to_all
@limited(pay_limits)
def go_on(payment_token: str) -> ResponseReturnValue:
    """Lead on to Stripe's page."""
    refuse_too_many()
    payment = _payment(payment_token)
    if elsewhere := _elsewhere(payment):
        return elsewhere
    try:
        url = way_to_stripe(payment, _journey(payment))
    except (StripeAway, StripeSaysNo) as problem:
        return _confirm_page(_payment(payment_token), problem), problem.status
    if url is None:
        payment = _payment(payment_token)
        sale = selling.sale_of(session(), payment)
        again = selling.buy_again(session(), community=community(), sale=sale, email=payment.email)
        flash(_("The page for paying had run out, and nothing was taken. Please go on once more."), "warn")
        return redirect(url_for(".confirm", payment_token=again.token), 303)
    lead_to(stripe_settings().checkout)
    return redirect(url, 303)


@bp.get("/support/tickets/buy/<payment_token>/paid")
@open_to_all
def paid(payment_token: str) -> ResponseReturnValue:
    """Tell whoever comes back from Stripe which tickets they have now; nothing failed without proof."""
    payment = look_again(_payment(payment_token))
    sale = selling.sale_of(session(), payment)
    arrived = payment.state in PAID_STATES or sale.paid_on is not None
    over = payment.state in {EXPIRED, FAILED}
    page = render_template(
        "tickets/paid.html",
        payment=payment,
        booklet=queries.find_booklet(session(), community=community(), sale_id=sale.id),
        paid=arrived,
        over=over,
        waits=payment.state == PROCESSING,
        mine=_may_see(sale),
    )
    # The page looks again by itself, without a script, as long as something can still come.
    return page, 200, {} if arrived or over else {"Refresh": str(LOOK_AGAIN_SECONDS)}


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


def _payment(payment_token: str) -> Payment:
    """Find the payment of a booklet; another community's, or of something else, is not there."""
    payment = find_payment(session(), community=community(), token=payment_token) or abort(404)
    return payment if payment.purpose == TICKETS else abort(404)


def _elsewhere(payment: Payment) -> ResponseReturnValue | None:
    """Lead to where a booklet stands now: it is paid, or on its way, or there is a newer attempt."""
    sale = selling.sale_of(session(), payment)
    newest = selling.newest_attempt(session(), sale=sale) or payment
    found = stands(payment, newest, done=sale.paid_on is not None)
    if found is None:
        return None
    done, token = found
    return redirect(url_for(".paid" if done else ".confirm", payment_token=token), 303)


def _confirm_page(payment: Payment, problem: Refusal | None = None) -> str:
    sale, by_card = selling.sale_of(session(), payment), gateway_here() is not None
    offer = session().get_one(TicketOffer, sale.offer_id)
    if by_card:
        lead_to(stripe_settings().checkout)
    return render_template(
        "tickets/confirm.html",
        payment=payment,
        sale=sale,
        offer=offer,
        member=session().get_one(Member, sale.member_id),
        last_on=selling.last_day(offer, clock.today(community().time_zone)),
        by_card=by_card,
        konbini=_konbini(sale),
        refunds=offers.rule_of(session(), community=community()).refunds,
        particulars=particulars_of(session(), community=community()),
        problem=say(problem) if problem else "",
    )


def _konbini(sale: TicketSale) -> bool:
    """Say whether this booklet can be paid at a konbini."""
    rule = offers.rule_of(session(), community=community())
    return rule.konbini and konbini_takes(sale.amount_minor, sale.currency)


def _journey(payment: Payment) -> Journey:
    sale = selling.sale_of(session(), payment)
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
    return may("see-support") or (me is not None and sale.member_id in whose_tickets(session(), member=me))
