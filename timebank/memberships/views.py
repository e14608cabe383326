"""A member's pages about the fee: how it stands, pay it, be told until when it is paid."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.i18n import language
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
from timebank.payments.limits import pay_limits
from timebank.payments.models import ONCE
from timebank.payments.models import YEAR
from timebank.payments.models import Payment
from timebank.payments.particulars import particulars_of
from timebank.payments.passage import Passage
from timebank.payments.renewing import subscription_of
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

bp = Blueprint("memberships", __name__)


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
    return _PASSAGE.ask(payment_token)


@bp.post("/membership/fee/pay/<payment_token>/go")
@reads_first
@open_to_all
@limited(pay_limits)
def go_on(payment_token: str) -> ResponseReturnValue:
    """Lead on to Stripe's page."""
    return _PASSAGE.lead_on(payment_token)


@bp.get("/membership/fee/pay/<payment_token>/paid")
@open_to_all
def paid(payment_token: str) -> ResponseReturnValue:
    """Tell whoever comes back from Stripe until when it is paid now; nothing failed without proof."""
    return _PASSAGE.come_back(payment_token, _paid_page)


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


def _fee(payment: Payment) -> Fee:
    return fees.fee_of(session(), payment)


def _confirm_page(payment: Payment, shown: dict[str, Any]) -> str:
    fee = _fee(payment)
    member = session().get_one(Member, fee.member_id)
    days = _days(fee)
    return render_template(
        "memberships/confirm.html",
        **shown,
        story=queries.story_of(session(), fee=fee),
        days=days,
        next_at=taken_again_at(community(), last=days[-1].last) if fee.repeats else None,
        standing=queries.standing_of(session(), community=community(), member=member),
        carries=CARRIES_LABELS,
        konbini=_konbini(fee),
        rule=service.rule_of(session(), community=community()),
        particulars=particulars_of(session(), community=community()),
    )


def _paid_page(payment: Payment, shown: dict[str, Any]) -> str:
    return render_template(
        "memberships/paid.html",
        **shown,
        story=queries.story_of(session(), fee=_fee(payment)),
        regular=subscription_of(session(), payment=payment),
    )


def _konbini(fee: Fee) -> bool:
    """Say whether this fee can be paid at a konbini."""
    rule = service.rule_of(session(), community=community())
    return rule.konbini and not fee.repeats and konbini_takes(fee.amount_minor, fee.currency)


def _days(fee: Fee) -> Sequence[Days]:
    """Give the days that a fee covers if it is paid today."""
    member, today = session().get_one(Member, fee.member_id), clock.today(community().time_zone)
    return fees.days_of(session(), community=community(), member=member, paid_on=today, years=fee.years)


def _journey(payment: Payment) -> Journey:
    fee = _fee(payment)
    plan = session().get_one(Plan, fee.plan_id)
    return Journey(
        label=str(_("Membership fee of %(community)s: %(plan)s", community=community().name, plan=plan.name)),
        back=url_for(".paid", payment_token=payment.token),
        given_up=url_for(".confirm", payment_token=payment.token),
        konbini=_konbini(fee),
        every=YEAR if fee.repeats else ONCE,
        next_at=taken_again_at(community(), last=_days(fee)[-1].last) if fee.repeats else None,
        notes=(("plan", plan.slug), ("years", str(fee.years))),
    )


_PASSAGE = Passage(
    purpose=FEE,
    confirm="memberships.confirm",
    back="memberships.paid",
    page=_confirm_page,
    newest=lambda payment: fees.newest_attempt(session(), fee=_fee(payment)),
    is_done=lambda payment: _fee(payment).paid_on is not None,
    journey=_journey,
    again=lambda payment: fees.pay_again(
        session(), community=community(), fee=_fee(payment), email=payment.email
    ),
)
