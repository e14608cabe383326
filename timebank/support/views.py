"""The pages of visits that are paid for: writing one down, the lists, and what members owe and are owed."""

from datetime import date

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import ledger
from timebank import clock
from timebank.actor import Actor
from timebank.communities.service import list_kinds
from timebank.days import month_bounds
from timebank.days import months_on
from timebank.exchanges.rules import FormSavedAlready
from timebank.members.limits import near_ceiling
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.queries import hours_of
from timebank.members.queries import names_to_suggest
from timebank.members.same_as import record_ids
from timebank.payments.here import gateway_here
from timebank.payments.views import STATES
from timebank.prepaid.queries import balance_of
from timebank.prepaid.rules import are_offered
from timebank.prepaid.rules import were_ever_offered
from timebank.rates.forms import ITEM_LABELS
from timebank.rates.keeping import words_about_keeping
from timebank.support import amended
from timebank.support import online
from timebank.support import paid
from timebank.support import planning
from timebank.support import queries
from timebank.support import visits
from timebank.support.cancelled_queries import list_cancelled
from timebank.support.closing import is_settled
from timebank.support.expense_queries import list_expenses
from timebank.support.forms import WAY_LABELS
from timebank.support.forms import PaidForm
from timebank.support.forms import TakeBackPaidForm
from timebank.support.forms import VisitForm
from timebank.support.models import OWED
from timebank.support.models import THANKS
from timebank.support.models import SupportPaid
from timebank.support.months import has_bill
from timebank.support.reports import kept_by_month
from timebank.tickets.came_in import list_came_in
from timebank.tickets.queries import was_ever_sold
from timebank.tickets.spending import used_for
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import may
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("visits", __name__)

#: Further away nobody has written anything down.
_MOST_YEARS = 200
#: More visits than a month has in any group that this is for.
MOST_LISTED = 500


@bp.get("/support/visits/")
@needs("see-support")
def index() -> ResponseReturnValue:
    """List the visits of a month that have money in them, and what they come to."""
    check_on()
    first, last = asked_month()
    found = queries.list_visits(
        session(), community=community(), first=first, last=last, limit=MOST_LISTED + 1
    )
    shown = found[:MOST_LISTED]
    standing = [one.visit for one in shown if one.stands]
    cancelled = list_cancelled(session(), community=community(), first=first, last=last)
    paid_all_the_same = [one.cancelled for one in cancelled if one.stands]
    return render_template(
        "support/visits.html",
        shown=shown,
        cut=len(found) > MOST_LISTED,
        **months_around(first, last),
        cancelled=cancelled,
        price=sum(one.price_minor for one in standing) + sum(one.price_minor for one in paid_all_the_same),
        thanks=sum(one.thanks_minor + one.way_minor for one in standing)
        + sum(one.thanks_minor for one in paid_all_the_same),
        kept=queries.kept_hours(session(), community=community()),
        tickets=was_ever_sold(session(), community=community()),
        prepaid=were_ever_offered(session(), community=community()),
    )


@bp.route("/support/visits/new", methods=["GET", "POST"])
@needs("log-for-others")
def write_down() -> ResponseReturnValue:
    """Write down a visit as both sides told it; what it means for both is shown before it is saved."""
    check_on()
    here = community()
    tickets = was_ever_sold(session(), community=here)
    form = VisitForm(
        list_kinds(session(), community=here),
        tickets=tickets,
        prepaid=were_ever_offered(session(), community=here),
        date=_today(),
    )
    plan: planning.Plan | None = None
    if form.validate_on_submit():
        with refusals(form):
            wish = form.wish(form.giver.member or abort(422), form.receiver.member or abort(422))
            plan = planning.plan_of(session(), community=here, wish=wish)
            if plan is None:
                raise planning.ForHoursAlone
            if plan.mark == form.seen.data:
                return _written(form, plan)
            form.seen.data = plan.mark
    names = [name for _id, name in names_to_suggest(session(), community=here)]
    page, status = form_page(
        "support/write_down.html", form, plan=plan, suggestions=names, items=ITEM_LABELS, **kept_by(plan)
    )
    return page, 422 if plan else status


@bp.get("/support/visits/<int:exchange_id>")
@needs("see-home")
def show(exchange_id: int) -> ResponseReturnValue:
    """Tell both sides, and officers, what a visit costs and what becomes of the money."""
    found = queries.find_visit(session(), community=community(), exchange_id=exchange_id) or abort(404)
    me = oneself()
    mine = record_ids(session(), member=me) if me is not None else set[int]()
    if not may("see-support") and mine.isdisjoint((found.giver.id, found.receiver.id)):
        abort(404)
    used = used_for(session(), community=community(), exchange_id=exchange_id)
    became = amended.after(session(), exchange_id=exchange_id)
    return render_template(
        "support/visit.html",
        one=found,
        used=used,
        was=[one for one in amended.before(session(), exchange_id=exchange_id)[:1] if _leads_to(one, mine)],
        became=became if became and _leads_to(became, mine) else None,
        gave=me is not None
        and me.id == found.giver.id
        and not is_settled(session(), exchange_id=exchange_id),
    )


@bp.get("/support/mine")
@needs("see-own-support")
def mine() -> ResponseReturnValue:
    """Show a member what they owe and are owed, and their visits of a month."""
    check_on()
    first, last = asked_month()
    here, me = community(), oneself()
    days, mine = {"first": first, "last": last}, record_ids(session(), member=me)
    found = queries.list_visits(session(), community=here, **days, member=me, limit=MOST_LISTED)
    return render_template(
        "support/mine.html",
        owed=queries.owed_of(session(), community=here, member=me),
        records=queries.left_on_records(session(), community=here, member=me),
        has_bill=has_bill(session(), community=here, records=mine, **days),
        paid=queries.list_paid(session(), community=here, member=me),
        came_in=list_came_in(session(), community=here, member=me),
        shown=found,
        expenses=list_expenses(session(), community=here, **days, member=me),
        cancelled=list_cancelled(session(), community=here, **days, member=me),
        **months_around(first, last),
        ways=WAY_LABELS,
        online=online.list_online(session(), community=here, member=me),
        stands=online.standing_of(session(), community=here, member=me),
        states=STATES,
        by_card=gateway_here() is not None,
        tickets=was_ever_sold(session(), community=here),
        prepaid=_prepaid(me),
        tops_up=gateway_here() is not None and are_offered(session(), community=here),
        keeping=words_about_keeping(session(), community=here),
    )


# --- what is owed -------------------------------------------------------------------------------------------


@bp.get("/support/owed/")
@needs("see-support")
def owed() -> ResponseReturnValue:
    """List what members owe and are owed, and what stands for hours that are kept."""
    check_on()
    found = queries.list_owed(session(), community=community())
    return render_template(
        "support/owed.html",
        found=found,
        kept=queries.kept_hours(session(), community=community()),
        over=online.list_over(session(), community=community()),
        history=kept_by_month(session(), community=community(), last=_today()),
    )


@bp.get("/support/owed/<int:member_id>")
@needs("see-support")
def of_member(member_id: int) -> ResponseReturnValue:
    """Show what one member owes and is owed, and what was paid."""
    check_on()
    whose = _member(member_id)
    return render_template(
        "support/of_member.html",
        whose=whose,
        owed=queries.owed_of(session(), community=community(), member=whose),
        records=queries.left_on_records(session(), community=community(), member=whose),
        paid=queries.list_paid(session(), community=community(), member=whose),
        came_in=list_came_in(session(), community=community(), member=whose),
        online=online.list_online(session(), community=community(), member=whose),
        prepaid=_prepaid(whose),
        states=STATES,
        ways=WAY_LABELS,
    )


@bp.route("/support/owed/<int:member_id>/pays", methods=["GET", "POST"])
@needs("settle-support")
def pays(member_id: int) -> ResponseReturnValue:
    """Write down that a member paid what they owed for help."""
    return _pay(_member(member_id), OWED)


@bp.route("/support/owed/<int:member_id>/is-paid", methods=["GET", "POST"])
@needs("settle-support")
def is_paid(member_id: int) -> ResponseReturnValue:
    """Write down that a member was paid their thanks."""
    return _pay(_member(member_id), THANKS)


@bp.route("/support/paid/<int:paid_id>/take-back", methods=["GET", "POST"])
@needs("settle-support")
def take_back(paid_id: int) -> ResponseReturnValue:
    """Take back what was written down by mistake."""
    check_on()
    found = queries.find_paid(session(), community=community(), paid_id=paid_id) or abort(404)
    whose, form = _member(found.member_id), TakeBackPaidForm()
    if form.validate_on_submit():
        with refusals(form):
            paid.take_back(
                session(), community=community(), paid=found, reason=form.reason.data or "", actor=actor()
            )
            flash(_("It is taken back."))
            return redirect(url_for(".of_member", member_id=whose.id), 303)
    elif found.reversal_id is not None:
        return redirect(url_for(".of_member", member_id=whose.id), 303)
    return form_page("support/take_back.html", form, paid=found, whose=whose, ways=WAY_LABELS)


# --- what the pages of support have in common --------------------------------------------------------------


def check_on() -> None:
    """Find the pages of paid support; where nothing was ever paid there are none."""
    if not queries.was_ever_on(session(), community=community()):
        abort(404)


def asked_month() -> tuple[date, date]:
    """Read which month is asked for, or what a form is about; this one where nothing, or no month, is."""
    asked = request.form.get("month") or request.args.get("month", "")
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return month_bounds(_today())
    # Far away there is nothing, and no day after it.
    return month_bounds(first if abs(first.year - _today().year) <= _MOST_YEARS else _today())


def months_around(first: date, last: date) -> dict[str, date | None]:
    """Name a month's days, and the months before and after it, as far as there is anything to see."""
    before = months_on(first, -1) if first > community().started_on.replace(day=1) else None
    after = months_on(first, 1) if first < _today().replace(day=1) else None
    return {"month": first, "last": last, "before": before, "after": after}


def kept_by(plan: planning.Plan | None, *, back: int = 0) -> dict[str, object]:
    """Tell how near whoever gives comes to what can be kept, where they take hours.

    ``back``: by how much their hours change before, because something is taken back.
    """
    if plan is None or not plan.given_minutes:
        return {"near": None}
    balance = ledger.balance(session(), hours_of(plan.wish.giver, community()))
    becomes = balance.balance + back + plan.given_minutes
    near = near_ceiling(becomes, balance.ceiling)
    return {"becomes": becomes, "ceiling": balance.ceiling, "near": near}


# --- the leaves ---------------------------------------------------------------------------------------------


def _leads_to(exchange_id: int, mine: set[int]) -> bool:
    """Say whether whoever asks may see another visit: with others it was amended to, or from."""
    found = queries.find_visit(session(), community=community(), exchange_id=exchange_id)
    return found is not None and (
        may("see-support") or not mine.isdisjoint((found.giver.id, found.receiver.id))
    )


def _written(form: VisitForm, plan: planning.Plan) -> ResponseReturnValue:
    told = Actor(person_id=person().id, member_id=None, how=form.heard.data)
    try:
        logged = visits.write_down(session(), community=community(), plan=plan, actor=told)
    except FormSavedAlready:
        form.renew_key()
        raise
    flash(_("This was logged already, and once is enough.") if logged.repeated else _("Logged and booked."))
    return redirect(url_for(".show", exchange_id=logged.exchanges[0].id), 303)


def _pay(whose: Member, what: str) -> ResponseReturnValue:
    check_on()
    owed = queries.owed_of(session(), community=community(), member=whose)
    left = owed.owes_minor if what == OWED else owed.is_owed_minor
    form = PaidForm(amount=max(0, left) or None, paid_on=_today())
    if form.validate_on_submit():
        with refusals(form):
            _write_paid(form, whose, what)
            flash(_("It is written down, and stands in the books."))
            return redirect(url_for(".of_member", member_id=whose.id), 303)
    return form_page("support/pay.html", form, whose=whose, what=what, left=left)


def _write_paid(form: PaidForm, whose: Member, what: str) -> SupportPaid:
    try:
        return paid.write_paid(
            session(), community=community(), member=whose, payment=form.payment(what), actor=actor()
        )
    except paid.PaidBefore:
        form.renew_key()
        raise


def _prepaid(whose: Member) -> int | None:
    """Tell what is on a member's prepaid balance; None where none were ever offered."""
    if not were_ever_offered(session(), community=community()):
        return None
    return balance_of(session(), community=community(), member=whose)


def _member(member_id: int) -> Member:
    return find_member(session(), community=community(), member_id=member_id) or abort(404)


def _today() -> date:
    return clock.today(community().time_zone)
