"""Paying what is owed for help through Stripe: by a member who is signed in, or by the link of a letter.

Whoever has the link sees the community, the month and the sum, and nothing else.
"""

from typing import Any

from flask import Blueprint
from flask import abort
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.days import month_bounds
from timebank.errors import Refusal
from timebank.i18n import language
from timebank.i18n import say
from timebank.members.guardians import check_of_age
from timebank.members.models import Member
from timebank.memberships.service import rule_of
from timebank.payments.here import Journey
from timebank.payments.here import gateway_here
from timebank.payments.here import konbini_takes
from timebank.payments.limits import pay_limits
from timebank.payments.models import Payment
from timebank.payments.passage import Passage
from timebank.support import online
from timebank.support.models import HelpBill
from timebank.support.models import HelpPayment
from timebank.support.online import HELP
from timebank.support.views import check_on
from timebank.web import actor
from timebank.web import community
from timebank.web import limited
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import open_to_all
from timebank.web import person
from timebank.web import reads_first
from timebank.web import refuse_too_many
from timebank.web import session

bp = Blueprint("help_payments", __name__)


@bp.post("/support/mine/pay")
@needs("pay-own-support")
@limited(pay_limits)
def begin() -> ResponseReturnValue:
    """Begin to pay what one owes by now."""
    check_on()
    refuse_too_many()
    me = oneself()
    try:
        check_of_age(session(), member=me)
        payment = online.begin(
            session(),
            community=community(),
            member=me,
            language=language(),
            email=person().email or "",
            actor=actor(),
        )
    except Refusal as refused:
        return render_template("support/not_to_pay.html", problem=say(refused)), refused.status
    return redirect(url_for(".confirm", payment_token=payment.token), 303)


@bp.get("/support/bills/<bill_token>")
@open_to_all
def bill(bill_token: str) -> ResponseReturnValue:
    """Show by a letter's link which month it is about and how much there is to pay, and nothing else."""
    return _bill_page(_bill(bill_token))


@bp.post("/support/bills/<bill_token>")
@open_to_all
@limited(pay_limits)
def pay_bill(bill_token: str) -> ResponseReturnValue:
    """Begin to pay by a letter's link: programs that look into mail press no button."""
    refuse_too_many()
    found = _bill(bill_token)
    try:
        payment = online.begin(
            session(),
            community=community(),
            member=session().get_one(Member, found.member_id),
            bill=found,
            language=language(),
            actor=actor(),
        )
    except Refusal as refused:
        return _bill_page(found, refused)
    return redirect(url_for(".confirm", payment_token=payment.token), 303)


@bp.get("/support/pay/<payment_token>")
@open_to_all
def confirm(payment_token: str) -> ResponseReturnValue:
    """Show once more how much is paid and how; then comes Stripe's page."""
    return _PASSAGE.ask(payment_token)


@bp.post("/support/pay/<payment_token>/go")
@reads_first
@open_to_all
@limited(pay_limits)
def go_on(payment_token: str) -> ResponseReturnValue:
    """Lead on to Stripe's page."""
    return _PASSAGE.lead_on(payment_token)


@bp.get("/support/pay/<payment_token>/paid")
@open_to_all
def paid(payment_token: str) -> ResponseReturnValue:
    """Tell whoever comes back from Stripe how it stands; nothing failed without proof."""
    return _PASSAGE.come_back(payment_token, _paid_page)


# --- the leaves ---------------------------------------------------------------------------------------------


def _bill(bill_token: str) -> HelpBill:
    """Find whose link it is; another community's is simply not there."""
    return online.find_bill(session(), community=community(), token=bill_token) or abort(404)


def _bill_page(found: HelpBill, problem: Refusal | None = None) -> ResponseReturnValue:
    here = community()
    over = clock.today(here.time_zone) > found.ends_on
    amount = 0
    if over:
        problem = online.LinkIsOver()
    elif problem is None:
        whose = session().get_one(Member, found.member_id)
        try:
            amount = online.to_pay(session(), community=here, member=whose, bill=found)
        except (online.NothingOwed, online.NothingLeftOfBill, online.OnItsWay) as nothing:
            # Whoever opens the link again when it is paid has done nothing wrong.
            return _shown(found, say(nothing)), 200
    said = say(problem) if problem else ""
    return _shown(found, said, amount, over=over), problem.status if problem else 200


def _shown(found: HelpBill, said: str, amount: int = 0, *, over: bool = False) -> str:
    first, last = month_bounds(found.month)
    return render_template(
        "support/bill.html",
        bill=found,
        first=first,
        last=last,
        amount=amount,
        said=said,
        over=over,
        by_card=gateway_here() is not None,
    )


def _help(payment: Payment) -> HelpPayment:
    return online.help_of(session(), payment)


def _confirm_page(payment: Payment, shown: dict[str, Any]) -> str:
    found = _help(payment)
    return render_template("support/confirm_pay.html", **shown, **_way_back(found), konbini=_konbini(found))


def _paid_page(payment: Payment, shown: dict[str, Any]) -> str:
    return render_template("support/paid_online.html", **shown, **_way_back(_help(payment)))


def _way_back(found: HelpPayment) -> dict[str, Any]:
    """Tell by which letter it was begun, and to whom of those who are signed in it belongs."""
    me = oneself()
    bill = session().get_one(HelpBill, found.bill_id) if found.bill_id else None
    return {"bill": bill, "mine": me is not None and me.id == found.member_id}


def _konbini(found: HelpPayment) -> bool:
    """Say whether it can be paid at a konbini: where fees can, for the same words stand on the bill."""
    rule = rule_of(session(), community=community())
    return rule.konbini and konbini_takes(found.amount_minor, found.currency)


def _journey(payment: Payment) -> Journey:
    return Journey(
        label=str(_("Bill of %(community)s", community=community().name)),
        back=url_for(".paid", payment_token=payment.token),
        given_up=url_for(".confirm", payment_token=payment.token),
        konbini=_konbini(_help(payment)),
    )


_PASSAGE = Passage(
    purpose=HELP,
    confirm="help_payments.confirm",
    back="help_payments.paid",
    page=_confirm_page,
    newest=lambda payment: online.newest_attempt(session(), help_payment=_help(payment)),
    is_done=lambda payment: _help(payment).paid_on is not None,
    journey=_journey,
    again=lambda payment: online.begin_again(
        session(), community=community(), help_payment=_help(payment), email=payment.email
    ),
    check=lambda payment: online.check_still_owed(
        session(), community=community(), help_payment=_help(payment)
    ),
)
