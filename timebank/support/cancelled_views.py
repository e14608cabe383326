"""The pages of visits that were cancelled late or at the door: written down, shown, taken back."""

from datetime import date

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.actor import Actor
from timebank.communities.service import list_kinds
from timebank.exchanges.rules import FormSavedAlready
from timebank.members.queries import names_to_suggest
from timebank.rates.forms import ITEM_LABELS
from timebank.rates.queries import terms_on
from timebank.support import cancelled
from timebank.support import cancelled_planning as planning
from timebank.support.cancelled_forms import CancelledForm
from timebank.support.cancelled_queries import ToldCancelled
from timebank.support.cancelled_queries import find_cancelled
from timebank.support.expense_views import may_see
from timebank.support.forms import TakeBackPaidForm
from timebank.support.views import check_on
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("cancelled", __name__)


@bp.route("/support/cancelled/new", methods=["GET", "POST"])
@needs("log-for-others")
def write_down() -> ResponseReturnValue:
    """Write down that a visit was cancelled; what it means for both is shown before it is saved."""
    check_on()
    here = community()
    form = CancelledForm(list_kinds(session(), community=here), date=_today())
    plan: planning.Plan | None = None
    if form.validate_on_submit():
        with refusals(form):
            wish = form.wish(form.giver.member or abort(422), form.receiver.member or abort(422))
            plan = planning.plan_of(session(), community=here, wish=wish)
            if plan.mark == form.seen.data:
                return _written(form, plan)
            form.seen.data = plan.mark
    page, status = form_page(
        "support/write_down_cancelled.html",
        form,
        plan=plan,
        suggestions=[name for _id, name in names_to_suggest(session(), community=here)],
        # By the terms of the day that was typed, else of today.
        terms=terms_on(session(), community=here, day=form.date.data or _today()),
    )
    return page, 422 if plan else status


@bp.get("/support/cancelled/<int:cancelled_id>")
@needs("see-home")
def show(cancelled_id: int) -> ResponseReturnValue:
    """Tell both sides, and officers, what a visit that was cancelled costs, and what becomes of it."""
    one = _found(cancelled_id)
    if not may_see(one.giver.id, one.receiver.id):
        abort(404)
    return render_template("support/cancelled.html", one=one, labels=ITEM_LABELS)


@bp.route("/support/cancelled/<int:cancelled_id>/take-back", methods=["GET", "POST"])
@needs("log-for-others")
def take_back(cancelled_id: int) -> ResponseReturnValue:
    """Take back what was written down by mistake, or let somebody off."""
    one, form = _found(cancelled_id), TakeBackPaidForm()
    if form.validate_on_submit():
        with refusals(form):
            cancelled.take_back(
                session(),
                community=community(),
                cancelled=one.cancelled,
                reason=form.reason.data or "",
                actor=actor(),
            )
            flash(_("It is taken back."))
            return redirect(url_for(".show", cancelled_id=cancelled_id), 303)
    elif not one.stands:
        return redirect(url_for(".show", cancelled_id=cancelled_id), 303)
    return form_page("support/take_back_cancelled.html", form, one=one)


# --- the leaves ---------------------------------------------------------------------------------------------


def _written(form: CancelledForm, plan: planning.Plan) -> ResponseReturnValue:
    told = Actor(person_id=person().id, member_id=None, how=form.heard.data)
    try:
        written = cancelled.write_down(session(), community=community(), plan=plan, actor=told)
    except FormSavedAlready:
        form.renew_key()
        raise
    flash(
        _("This was written down already, and once is enough.")
        if written.repeated
        else _("It is written down, and stands in the books.")
    )
    return redirect(url_for(".show", cancelled_id=written.cancelled.id), 303)


def _found(cancelled_id: int) -> ToldCancelled:
    check_on()
    return find_cancelled(session(), community=community(), cancelled_id=cancelled_id) or abort(404)


def _today() -> date:
    return clock.today(community().time_zone)
