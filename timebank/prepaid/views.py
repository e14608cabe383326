"""A member's pages about the prepaid balance: what is on it, what became of it, and topping it up."""

from typing import Any

from flask import Blueprint
from flask import abort
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.i18n import language
from timebank.members.models import Member
from timebank.payments.here import Journey
from timebank.payments.here import gateway_here
from timebank.payments.here import konbini_takes
from timebank.payments.limits import pay_limits
from timebank.payments.models import Payment
from timebank.payments.passage import Passage
from timebank.prepaid import queries
from timebank.prepaid import rules
from timebank.prepaid import topping
from timebank.prepaid.forms import WAY_LABELS
from timebank.prepaid.forms import TopUpForm
from timebank.prepaid.models import PrepaidTopup
from timebank.prepaid.spending import whose_balances
from timebank.prepaid.topping import PREPAID
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import limited
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import open_to_all
from timebank.web import person
from timebank.web import reads_first
from timebank.web import refusals
from timebank.web import refuse_too_many
from timebank.web import session

bp = Blueprint("prepaid", __name__)


@bp.get("/support/prepaid/")
@needs("see-own-support")
def own() -> ResponseReturnValue:
    """Show members what is on their balance, and what has become of it."""
    check_offered()
    here, me = community(), oneself()
    return render_template(
        "prepaid/own.html",
        balance=queries.balance_of(session(), community=here, member=me),
        history=queries.history_of(session(), community=here, member=me),
        waiting=queries.on_their_way(session(), community=here, member=me),
        offered=rules.are_offered(session(), community=here),
        by_card=gateway_here() is not None,
        ways=WAY_LABELS,
    )


@bp.route("/support/prepaid/top-up", methods=["GET", "POST"])
@needs("buy-tickets")
@limited(pay_limits)
def top_up() -> ResponseReturnValue:
    """Say how much is paid ahead."""
    check_offered()
    here = community()
    form = TopUpForm()
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            try:
                _topup, payment = topping.wish_to_top_up(
                    session(), community=here, wished=_wished(form), actor=actor()
                )
            except topping.ToppedUpBefore:
                form.renew_key()
                raise
            return redirect(url_for(".confirm", payment_token=payment.token), 303)
    return form_page(
        "prepaid/top_up.html",
        form,
        rule=rules.rule_of(session(), community=here),
        offered=rules.are_offered(session(), community=here),
        by_card=gateway_here() is not None,
    )


@bp.get("/support/prepaid/top-up/<payment_token>")
@open_to_all
def confirm(payment_token: str) -> ResponseReturnValue:
    """Show once more what is paid ahead, and how to pay; then comes Stripe's page."""
    return _PASSAGE.ask(payment_token)


@bp.post("/support/prepaid/top-up/<payment_token>/go")
@reads_first
@open_to_all
@limited(pay_limits)
def go_on(payment_token: str) -> ResponseReturnValue:
    """Lead on to Stripe's page."""
    return _PASSAGE.lead_on(payment_token)


@bp.get("/support/prepaid/top-up/<payment_token>/paid")
@open_to_all
def paid(payment_token: str) -> ResponseReturnValue:
    """Tell whoever comes back from Stripe whether it is paid; nothing failed without proof."""
    return _PASSAGE.come_back(payment_token, _paid_page)


def check_offered() -> None:
    """Find the pages about balances; where none were ever offered there are none."""
    if not rules.were_ever_offered(session(), community=community()):
        abort(404)


# --- the leaves ---------------------------------------------------------------------------------------------


def _wished(form: TopUpForm) -> topping.Wished:
    return topping.Wished(
        member=oneself(),
        amount_minor=form.amount.data or 0,
        language=language(),
        email=person().email or "",
        key=form.key.data or "",
    )


def _topup(payment: Payment) -> PrepaidTopup:
    return topping.topup_of(session(), payment)


def _confirm_page(payment: Payment, shown: dict[str, Any]) -> str:
    topup = _topup(payment)
    return render_template(
        "prepaid/confirm.html",
        **shown,
        topup=topup,
        member=session().get_one(Member, topup.member_id),
        konbini=_konbini(topup),
        refunds=rules.rule_of(session(), community=community()).refunds,
    )


def _paid_page(payment: Payment, shown: dict[str, Any]) -> str:
    me, topup = oneself(), _topup(payment)
    mine = me is not None and topup.member_id in whose_balances(session(), member=me)
    return render_template("prepaid/paid.html", **shown, mine=mine)


def _konbini(topup: PrepaidTopup) -> bool:
    """Say whether this can be paid at a konbini."""
    rule = rules.rule_of(session(), community=community())
    return rule.konbini and konbini_takes(topup.amount_minor, topup.currency)


def _journey(payment: Payment) -> Journey:
    return Journey(
        label=str(_("Prepaid balance of %(community)s", community=community().name)),
        back=url_for(".paid", payment_token=payment.token),
        given_up=url_for(".confirm", payment_token=payment.token),
        konbini=_konbini(_topup(payment)),
    )


_PASSAGE = Passage(
    purpose=PREPAID,
    confirm="prepaid.confirm",
    back="prepaid.paid",
    page=_confirm_page,
    newest=lambda payment: topping.newest_attempt(session(), topup=_topup(payment)) or payment,
    is_done=lambda payment: _topup(payment).paid_on is not None,
    journey=_journey,
    again=lambda payment: topping.pay_again(
        session(), community=community(), topup=_topup(payment), email=payment.email
    ),
    check=lambda payment: topping.check_still_offered(
        session(), community=community(), topup=_topup(payment)
    ),
)
