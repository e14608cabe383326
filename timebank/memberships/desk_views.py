"""The officers' pages about fees: who has paid, what came in by hand, who is let off, what is taken back."""

from collections.abc import Iterator
from collections.abc import Sequence

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
from timebank.i18n import day
from timebank.i18n import language
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.queries import names_to_suggest
from timebank.memberships import by_hand
from timebank.memberships import fees
from timebank.memberships import queries
from timebank.memberships import service
from timebank.memberships.by_hand import Taken
from timebank.memberships.fees import FeeWish
from timebank.memberships.forms import LetOffForm
from timebank.memberships.forms import StartForm
from timebank.memberships.forms import TakeBackFeeForm
from timebank.memberships.forms import TakeForm
from timebank.memberships.models import FREE
from timebank.memberships.models import STRIPE
from timebank.memberships.models import Fee
from timebank.memberships.models import Plan
from timebank.memberships.queries import MOST_LISTED
from timebank.memberships.queries import STATES
from timebank.memberships.queries import Listed
from timebank.payments.here import gateway_here
from timebank.text import defused
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session
from timebank.web import spreadsheet

bp = Blueprint("fees", __name__)

#: How a membership stands.
STATE_LABELS = {
    queries.PAID: N_("Fee paid"),
    queries.GRACE: N_("In the days of grace"),
    queries.LAPSED: N_("Fee ran out"),
    queries.NONE: N_("No fee paid"),
}


@bp.get("/fees/")
@needs("see-fees")
def index() -> ResponseReturnValue:
    """List members with the last day that is paid, all of them or those of one state."""
    state = _state()
    everybody = queries.list_members(session(), community=community())
    found = queries.of_state(everybody, state)
    return render_template(
        "memberships/index.html",
        found=found[:MOST_LISTED],
        cut=len(found) > MOST_LISTED,
        state=state,
        counts=queries.count_states(everybody),
        labels=STATE_LABELS,
        plans=service.list_plans(session(), community=community()),
    )


@bp.get("/fees/list.csv")
@needs("see-fees")
def file() -> ResponseReturnValue:
    """Give the same list as a file, with everybody on it."""
    found = queries.of_state(queries.list_members(session(), community=community()), _state())
    return spreadsheet(_lines(found), name="fees.csv")


@bp.get("/fees/slips")
@needs("see-fees")
def slips() -> ResponseReturnValue:
    """Show slips for paper, one for each member of a state, with where the fee can be sent."""
    state = _state()
    found = queries.of_state(queries.list_members(session(), community=community()), state)
    if state is None:
        # Whoever has paid needs none.
        found = [one for one in found if one.state != queries.PAID]
    return render_template(
        "print/fee_slips.html",
        slips=found[:MOST_LISTED],
        cut=len(found) > MOST_LISTED,
        plans=service.list_plans(session(), community=community()),
        rule=service.rule_of(session(), community=community()),
        back=url_for(".index", state=state),
        printed=clock.now(),
    )


@bp.route("/fees/take", methods=["GET", "POST"])
@needs("take-fees")
def take() -> ResponseReturnValue:
    """Write down a fee that came in cash or by transfer; the next one follows on the same page."""
    plans = [one for one in service.list_plans(session(), community=community()) if one.fee_minor]
    form = TakeForm(plans, paid_on=clock.today(community().time_zone), other=request.args.get("member", ""))
    if form.validate_on_submit():
        whose = form.other.member or abort(422)
        with refusals(form):
            taken = Taken(
                member=whose,
                payer=form.payer.member,
                plan=form.chosen(),
                years=int(form.years.data),
                amount_minor=form.amount.data or 0,
                way=form.way.data,
                paid_on=form.paid_on.data,
                key=form.key.data or "",
            )
            try:
                fee = by_hand.take_fee(session(), community=community(), taken=taken, actor=actor())
            except fees.FeeSentBefore:
                form.renew_key()
                raise
            until = fees.terms_of(session(), fee=fee)[-1].ends_on
            flash(
                _(
                    "Written down: %(name)s is paid until %(day)s.",
                    name=whose.name,
                    day=day(until),
                )
            )
            return redirect(url_for(".take"), 303)
    names = names_to_suggest(session(), community=community())
    return form_page("memberships/take.html", form, plans=plans, suggestions=[name for _id, name in names])


@bp.get("/members/<int:member_id>/fees")
@needs("see-fees")
def of_member(member_id: int) -> ResponseReturnValue:
    """Show how a member's membership stands, and every fee that was paid for them."""
    whose = _member(member_id)
    return render_template(
        "memberships/of_member.html",
        whose=whose,
        standing=queries.standing_of(session(), community=community(), member=whose),
        stories=queries.stories_of(session(), community=community(), member=whose),
        labels=STATE_LABELS,
        possible=whose.state != LEFT,
        by_card=gateway_here() is not None,
        free=_free_plans(whose),
    )


@bp.route("/members/<int:member_id>/fees/start", methods=["GET", "POST"])
@needs("start-fees")
def start(member_id: int) -> ResponseReturnValue:
    """Begin a payment by card or konbini for a member who is at the desk, or has no way online."""
    whose = _member(member_id)
    standing = queries.standing_of(session(), community=community(), member=whose)
    plans = service.plans_for(session(), community=community(), member=whose)
    form = StartForm(plans, plan_id=standing.plan.id if standing.plan else None)
    if form.validate_on_submit():
        with refusals(form):
            wish = FeeWish(
                member=whose,
                payer=whose,
                plan=form.chosen(),
                years=int(form.years.data),
                language=language(),
                key=form.key.data or "",
            )
            try:
                _fee, payment = fees.wish_to_pay(session(), community=community(), wish=wish, actor=actor())
            except fees.FeeSentBefore:
                form.renew_key()
                raise
            return redirect(url_for("memberships.confirm", payment_token=payment.token), 303)
    return form_page(
        "memberships/start.html",
        form,
        whose=whose,
        standing=standing,
        by_card=gateway_here() is not None,
        possible=whose.state != LEFT,
    )


@bp.route("/members/<int:member_id>/fees/let-off", methods=["GET", "POST"])
@needs("let-off-fees")
def let_off(member_id: int) -> ResponseReturnValue:
    """Ask no fee of a member for a year; nobody is asked why."""
    whose = _member(member_id)
    form = LetOffForm(_free_plans(whose))
    if form.validate_on_submit():
        with refusals(form):
            by_hand.let_off(
                session(),
                community=community(),
                member=whose,
                plan=form.chosen(),
                key=form.key.data or "",
                actor=actor(),
            )
            flash(_("%(name)s is asked no fee for this year.", name=whose.name))
            return redirect(url_for(".of_member", member_id=whose.id), 303)
    return form_page(
        "memberships/let_off.html",
        form,
        whose=whose,
        plans=_free_plans(whose),
        standing=queries.standing_of(session(), community=community(), member=whose),
    )


@bp.route("/fees/<int:fee_id>/take-back", methods=["GET", "POST"])
@needs("take-fees")
def take_back(fee_id: int) -> ResponseReturnValue:
    """Take back a fee that was written down by mistake, or was handed back."""
    fee = _fee(fee_id, free=False)
    if fee.way == STRIPE:
        raise by_hand.PaidByStripe
    form, story = TakeBackFeeForm(), queries.story_of(session(), fee=fee)
    back = url_for(".of_member", member_id=story.member.id)
    if form.validate_on_submit():
        with refusals(form):
            by_hand.take_back(
                session(), community=community(), fee=fee, reason=form.reason.data or "", actor=actor()
            )
            flash(_("It is taken back."))
            return redirect(back, 303)
    elif fee.taken_back_on is not None:
        return redirect(back, 303)
    return form_page("memberships/take_back.html", form, story=story, back=back)


@bp.route("/fees/<int:fee_id>/ask-again", methods=["GET", "POST"])
@needs("let-off-fees")
def ask_again(fee_id: int) -> ResponseReturnValue:
    """Ask a member for a fee again whom none was asked of; no reason is written down."""
    fee = _fee(fee_id, free=True)
    story = queries.story_of(session(), fee=fee)
    back = url_for(".of_member", member_id=story.member.id)
    if request.method == "POST":
        by_hand.take_back(session(), community=community(), fee=fee, reason="", actor=actor())
        flash(_("%(name)s is asked for a fee again.", name=story.member.name))
        return redirect(back, 303)
    if fee.taken_back_on is not None:
        return redirect(back, 303)
    return render_template("memberships/ask_again.html", story=story, back=back)


# --- the leaves ---------------------------------------------------------------------------------------------


def _member(member_id: int) -> Member:
    """Find a member of this community; another community's is simply not there."""
    return find_member(session(), community=community(), member_id=member_id) or abort(404)


def _fee(fee_id: int, *, free: bool) -> Fee:
    found = fees.find_fee(session(), community=community(), fee_id=fee_id)
    return found if found is not None and (found.way == FREE) == free else abort(404)


def _free_plans(whose: Member) -> list[Plan]:
    plans = service.list_plans(session(), community=community())
    return [one for one in plans if not one.fee_minor and one.for_kind == whose.kind]


def _state() -> str | None:
    asked = request.args.get("state")
    return asked if asked in STATES else None


def _lines(found: Sequence[Listed]) -> Iterator[Sequence[str]]:
    yield _("Member number"), _("Name"), _("Plan"), _("Paid until"), _("How it stands")
    for one in found:
        texts = map(defused, (one.member.number, one.member.name, one.plan.name if one.plan else ""))
        until = one.paid_until.isoformat() if one.paid_until else ""
        yield *texts, until, _(STATE_LABELS[one.state])
