"""A member's pages about the fee: how it stands, pay it, be told until when it is paid."""

from collections.abc import Sequence

from flask import Blueprint
from flask import abort
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
from timebank.members.queries import names_to_suggest
from timebank.memberships import fees
from timebank.memberships import queries
from timebank.memberships import service
from timebank.memberships.fees import FEE
from timebank.memberships.fees import FeeWish
from timebank.memberships.forms import CARRIES_LABELS
from timebank.memberships.forms import PayForm
from timebank.memberships.models import Fee
from timebank.memberships.models import Plan
from timebank.memberships.repeating import paid_by
from timebank.memberships.repeating import runs_for
from timebank.memberships.repeating import taken_again_at
from timebank.memberships.terms import Days
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
from timebank.payments.models import ONCE
from timebank.payments.models import PAID_STATES
from timebank.payments.models import PROCESSING
from timebank.payments.models import YEAR
from timebank.payments.models import Payment
from timebank.payments.particulars import particulars_of
from timebank.payments.paying import StripeAway
from timebank.payments.paying import StripeSaysNo
from timebank.payments.renewing import subscription_of
from timebank.payments.service import find_payment
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import lead_to
from timebank.web import limited
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import open_to_all
from timebank.web import person
from timebank.web import reads_first
from timebank.web import refusals
from timebank.web import refuse_too_many
from timebank.web import session

bp = Blueprint("memberships", __name__)

#: Whoever waits for the money to arrive need not look again by hand.
LOOK_AGAIN_SECONDS = 10


@bp.get("/membership/fee")
@needs("see-own-fee")
def own() -> ResponseReturnValue:
    """Show members until when their fee is paid, what was paid, and what comes next."""
    return render_template(
        "memberships/own.html",
        whose=oneself(),
        standing=queries.standing_of(session(), community=community(), member=oneself()),
        stories=queries.stories_of(session(), community=community(), member=oneself()),
        waiting=queries.on_their_way(session(), community=community(), member=oneself()),
        plans=service.plans_for(session(), community=community(), member=oneself()),
        rule=service.rule_of(session(), community=community()),
        carries=CARRIES_LABELS,
        by_card=gateway_here() is not None,
        taken=runs_for(session(), member=oneself()),
        regular=paid_by(session(), member=oneself()),
    )


@bp.get("/membership/fee/slip")
@needs("see-own-fee")
def slip() -> ResponseReturnValue:
    """Show for paper where the fee can be sent, with the member's number."""
    standing = queries.standing_of(session(), community=community(), member=oneself())
    return render_template(
        "print/fee_slips.html",
        slips=[queries.Listed(oneself(), standing.paid_until, standing.plan, standing.state)],
        cut=False,
        plans=service.list_plans(session(), community=community()),
        rule=service.rule_of(session(), community=community()),
        back=url_for(".own"),
        printed=clock.now(),
    )


@bp.route("/membership/fee/pay", methods=["GET", "POST"])
@needs("pay-fees")
@limited(pay_limits)
def pay() -> ResponseReturnValue:
    """Choose a plan and for how many years, and for whom."""
    standing = queries.standing_of(session(), community=community(), member=oneself())
    own_plans = service.plans_for(session(), community=community(), member=oneself())
    plan_id = standing.plan.id if standing.plan else None
    form = PayForm(own_plans, _others(own_plans), plan_id=plan_id)
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            try:
                _fee, payment = fees.wish_to_pay(
                    session(), community=community(), wish=_wish(form), actor=actor()
                )
            except fees.FeeSentBefore:
                form.renew_key()
                raise
            return redirect(url_for(".confirm", payment_token=payment.token), 303)
    return form_page(
        "memberships/pay.html",
        form,
        standing=standing,
        plans=own_plans,
        carries=CARRIES_LABELS,
        suggestions=[name for _id, name in names_to_suggest(session(), community=community())],
        rule=service.rule_of(session(), community=community()),
        by_card=gateway_here() is not None,
    )


@bp.get("/membership/fee/pay/<payment_token>")
@open_to_all
def confirm(payment_token: str) -> ResponseReturnValue:
    """Show once more what is paid, for which time, and how to pay; the last page before Stripe's."""
    payment = _payment(payment_token)
    return _elsewhere(payment) or _confirm_page(payment)


@bp.post("/membership/fee/pay/<payment_token>/go")
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
        url = way_to_stripe(payment, _journey(fees.fee_of(session(), payment), payment_token))
    except (StripeAway, StripeSaysNo) as problem:
        return _confirm_page(_payment(payment_token), problem), problem.status
    if url is None:
        payment = _payment(payment_token)
        fee = fees.fee_of(session(), payment)
        again = fees.pay_again(session(), community=community(), fee=fee, email=payment.email)
        flash(_("The page for paying had run out, and nothing was taken. Please go on once more."), "warn")
        return redirect(url_for(".confirm", payment_token=again.token), 303)
    lead_to(stripe_settings().checkout)
    return redirect(url, 303)


@bp.get("/membership/fee/pay/<payment_token>/paid")
@open_to_all
def paid(payment_token: str) -> ResponseReturnValue:
    """Tell whoever comes back from Stripe until when it is paid now; nothing failed without proof."""
    payment = look_again(_payment(payment_token))
    fee = fees.fee_of(session(), payment)
    arrived = payment.state in PAID_STATES or fee.paid_on is not None
    over = payment.state in {EXPIRED, FAILED}
    page = render_template(
        "memberships/paid.html",
        payment=payment,
        story=queries.story_of(session(), fee=fee),
        paid=arrived,
        over=over,
        waits=payment.state == PROCESSING,
        regular=subscription_of(session(), payment=payment),
    )
    # The page looks again by itself, without a script, as long as something can still come.
    return page, 200, {} if arrived or over else {"Refresh": str(LOOK_AGAIN_SECONDS)}


# --- the leaves ---------------------------------------------------------------------------------------------


def _others(own_plans: Sequence[Plan]) -> list[Plan]:
    """List the plans that can only be a gift to another kind of member."""
    mine = {one.id for one in own_plans}
    everything = service.list_plans(session(), community=community())
    return [one for one in everything if one.fee_minor and one.id not in mine]


def _wish(form: PayForm) -> FeeWish:
    return FeeWish(
        member=form.other.member or oneself(),
        payer=oneself(),
        plan=form.chosen(),
        years=int(form.years.data),
        language=language(),
        email=person().email or "",
        repeats=form.repeats.data,
        key=form.key.data or "",
    )


def _payment(payment_token: str) -> Payment:
    """Find the payment of a fee; another community's, or what is paid for something else, is not there."""
    payment = find_payment(session(), community=community(), token=payment_token) or abort(404)
    return payment if payment.purpose == FEE else abort(404)


def _elsewhere(payment: Payment) -> ResponseReturnValue | None:
    """Lead to where a fee stands now: it is paid, or on its way, or there is a newer attempt to pay it."""
    fee = fees.fee_of(session(), payment)
    found = stands(payment, fees.newest_attempt(session(), fee=fee), done=fee.paid_on is not None)
    if found is None:
        return None
    done, token = found
    return redirect(url_for(".paid" if done else ".confirm", payment_token=token), 303)


def _confirm_page(payment: Payment, problem: Refusal | None = None) -> str:
    fee, by_card = fees.fee_of(session(), payment), gateway_here() is not None
    member = session().get_one(Member, fee.member_id)
    if by_card:
        lead_to(stripe_settings().checkout)
    days = _days(fee)
    return render_template(
        "memberships/confirm.html",
        payment=payment,
        story=queries.story_of(session(), fee=fee),
        days=days,
        next_at=taken_again_at(community(), last=days[-1].last) if fee.repeats else None,
        standing=queries.standing_of(session(), community=community(), member=member),
        carries=CARRIES_LABELS,
        by_card=by_card,
        konbini=_konbini(fee),
        rule=service.rule_of(session(), community=community()),
        particulars=particulars_of(session(), community=community()),
        problem=say(problem) if problem else "",
    )


def _konbini(fee: Fee) -> bool:
    """Say whether this fee can be paid at a konbini."""
    rule = service.rule_of(session(), community=community())
    return rule.konbini and not fee.repeats and konbini_takes(fee.amount_minor, fee.currency)


def _days(fee: Fee) -> Sequence[Days]:
    """Give the days that a fee covers if it is paid today."""
    member, today = session().get_one(Member, fee.member_id), clock.today(community().time_zone)
    return fees.days_of(session(), community=community(), member=member, paid_on=today, years=fee.years)


def _journey(fee: Fee, payment_token: str) -> Journey:
    plan = session().get_one(Plan, fee.plan_id)
    return Journey(
        label=str(_("Membership fee of %(community)s: %(plan)s", community=community().name, plan=plan.name)),
        back=url_for(".paid", payment_token=payment_token),
        given_up=url_for(".confirm", payment_token=payment_token),
        konbini=_konbini(fee),
        every=YEAR if fee.repeats else ONCE,
        next_at=taken_again_at(community(), last=_days(fee)[-1].last) if fee.repeats else None,
        notes=(("plan", plan.slug), ("years", str(fee.years))),
    )
