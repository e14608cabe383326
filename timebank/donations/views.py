"""The public pages of giving: say how much and what for, look at it once more, pay at Stripe, be thanked."""

from datetime import date
from typing import Any

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.days import months_on
from timebank.donations import service
from timebank.donations.forms import GiveForm
from timebank.donations.forms import RuleForm
from timebank.donations.limits import give_limits
from timebank.donations.models import Donation
from timebank.donations.receipting import receipt_of
from timebank.donations.service import DONATION
from timebank.errors import N_
from timebank.funds.queries import list_funds
from timebank.funds.queries import show_funds
from timebank.payments.here import Journey
from timebank.payments.here import gateway_here
from timebank.payments.here import konbini_takes
from timebank.payments.limits import pay_limits
from timebank.payments.models import Payment
from timebank.payments.particulars import particulars_of
from timebank.payments.passage import Passage
from timebank.payments.renewing import subscription_of
from timebank.payments.words import EVERY_LABELS
from timebank.payments.words import MONTHS
from timebank.receipts.issuer import issuer_of
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import limited
from timebank.web import member
from timebank.web import needs
from timebank.web import open_to_all
from timebank.web import reads_first
from timebank.web import refusals
from timebank.web import refuse_too_many
from timebank.web import session

bp = Blueprint("donations", __name__)


@bp.route("/give", methods=["GET", "POST"])
@open_to_all
@limited(give_limits)
def give() -> ResponseReturnValue:
    """Ask for a gift; anybody may give, and needs no account."""
    rule = service.rule_of(session(), community=community())
    if not rule.open:
        return render_template("donations/closed.html"), 422 if request.method == "POST" else 200
    funds = list_funds(session(), community=community())
    form = GiveForm(rule=rule, funds=funds)
    if request.method == "GET":
        # A link from a fund's own lines leads here with its short name.
        form.fund.data = next(
            (str(one.id) for one in funds if one.slug == request.args.get("fund")), form.fund.data
        )
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            wish = form.wish(member_id=_member_id())
            try:
                _gift, payment = service.wish_to_give(session(), community=community(), wish=wish)
            except service.SentBefore:
                form.renew_key()
                raise
            return redirect(url_for(".confirm", payment_token=payment.token), 303)
    shown = show_funds(session(), community=community())
    return form_page("donations/give.html", form, rule=rule, shown=shown, **_means())


@bp.get("/give/<payment_token>")
@open_to_all
def confirm(payment_token: str) -> ResponseReturnValue:
    """Show once more what is given, to whom, and how to pay; the last page before Stripe's."""
    return _PASSAGE.ask(payment_token)


@bp.post("/give/<payment_token>/pay")
@reads_first
@open_to_all
@limited(pay_limits)
def pay(payment_token: str) -> ResponseReturnValue:
    """Lead on to Stripe's page."""
    return _PASSAGE.lead_on(payment_token)


@bp.get("/give/<payment_token>/thanks")
@open_to_all
def thanks(payment_token: str) -> ResponseReturnValue:
    """Thank whoever comes back from Stripe, once the money is there; nothing failed without proof."""
    return _PASSAGE.come_back(payment_token, _thanks_page)


@bp.route("/settings/giving", methods=["GET", "POST"])
@needs("ask-for-gifts")
def rule() -> ResponseReturnValue:
    """Say whether and how the community asks for gifts."""
    form = RuleForm(service.rule_of(session(), community=community()))
    if form.validate_on_submit():
        with refusals(form):
            service.change_rule(session(), community=community(), rule=form.rule(), actor=actor())
            flash(_("The settings are saved."))
            return redirect(url_for("communities.settings"), 303)
    return form_page(
        "donations/rule.html",
        form,
        by_card=gateway_here() is not None,
        particulars=particulars_of(session(), community=community()),
    )


def public_pages(session_: Session, here: Community) -> list[tuple[str, str]]:
    """Name the pages that stand at the foot of every page, as soon as a community asks for gifts."""
    if not service.rule_of(session_, community=here).open:
        return []
    return [
        ("donations.give", N_("Give money")),
        ("funds.index", N_("What gifts are for")),
        ("payments.particulars", N_("Who takes the money here")),
    ]


# --- the leaves ---------------------------------------------------------------------------------------------


def _donation(payment: Payment) -> Donation:
    return service.donation_of(session(), payment)


def _check(payment: Payment) -> None:
    service.check_still_asked(session(), community=community(), donation=_donation(payment))


def _confirm_page(payment: Payment, shown: dict[str, Any]) -> str:
    donation = _donation(payment)
    return render_template(
        "donations/confirm.html",
        **shown,
        donation=donation,
        fund=service.fund_of(session(), donation),
        konbini=_konbini(donation),
        every=EVERY_LABELS[donation.every],
        next_on=_next_on(donation),
        particulars=particulars_of(session(), community=community()),
    )


def _thanks_page(payment: Payment, shown: dict[str, Any]) -> str:
    donation = _donation(payment)
    return render_template(
        "donations/thanks.html",
        **shown,
        donation=donation,
        fund=service.fund_of(session(), donation) if payment.oddity is None else None,
        receipt=receipt_of(session(), payment=payment),
        regular=subscription_of(session(), payment=payment),
        every=EVERY_LABELS,
        receipts=issuer_of(session(), community=community()) is not None,
    )


def _means() -> dict[str, bool]:
    """Say what whoever gives can do here: pay by card, and have a receipt."""
    return {
        "by_card": gateway_here() is not None,
        "receipts": issuer_of(session(), community=community()) is not None,
    }


def _member_id() -> int | None:
    one = member()
    return one.id if one is not None else None


def _konbini(donation: Donation) -> bool:
    """Say whether this gift can be paid at a konbini."""
    rule = service.rule_of(session(), community=community())
    return rule.konbini and not donation.every and konbini_takes(donation.amount_minor, donation.currency)


def _next_on(donation: Donation) -> date | None:
    """Tell when it is given for the second time if the first is today; None where it is given once."""
    today = clock.today(community().time_zone)
    return months_on(today, MONTHS[donation.every]) if donation.every else None


def _journey(payment: Payment) -> Journey:
    donation = _donation(payment)
    fund = service.fund_of(session(), donation)
    facts = {"community": community().name, "fund": fund.name if fund else ""}
    label = _("Gift to %(community)s: %(fund)s", **facts) if fund else _("Gift to %(community)s", **facts)
    return Journey(
        label=str(label),
        back=url_for(".thanks", payment_token=payment.token),
        given_up=url_for(".confirm", payment_token=payment.token),
        is_gift=True,
        konbini=_konbini(donation),
        every=donation.every,
        notes=(("fund", fund.slug if fund else "general"),),
    )


_PASSAGE = Passage(
    purpose=DONATION,
    confirm="donations.confirm",
    back="donations.thanks",
    page=_confirm_page,
    newest=lambda payment: service.newest_attempt(session(), donation=_donation(payment)),
    is_done=lambda payment: _donation(payment).given_on is not None,
    journey=_journey,
    again=lambda payment: service.pay_again(session(), community=community(), donation=_donation(payment)),
    check=_check,
)
