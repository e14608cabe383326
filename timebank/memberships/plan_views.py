"""The pages of plans: what a membership costs, and for stewards the list and how years are counted."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from timebank.communities.forms import MONTHS
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.memberships import service
from timebank.memberships.forms import CARRIES_LABELS
from timebank.memberships.forms import KIND_LABELS
from timebank.memberships.forms import YEARS_LABELS
from timebank.memberships.forms import MembershipRuleForm
from timebank.memberships.forms import NewPlanForm
from timebank.memberships.forms import PlanForm
from timebank.memberships.models import Plan
from timebank.payments.here import gateway_here
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import may
from timebank.web import needs
from timebank.web import open_to_all
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("plans", __name__)

#: What was done about a plan.
EVENTS = {
    "opened": N_("Opened"),
    "changed": N_("Changed"),
    "closed": N_("Can be chosen no longer"),
    "reopened": N_("Can be chosen again"),
}


@bp.get("/plans/")
@open_to_all
def index() -> ResponseReturnValue:
    """Show what a membership costs, for whom, and what it carries."""
    return render_template(
        "memberships/plans.html",
        plans=service.list_plans(session(), community=community(), closed=may("keep-plans")),
        rule=service.rule_of(session(), community=community()),
        **_labels(),
    )


@bp.route("/plans/new", methods=["GET", "POST"])
@needs("keep-plans")
def open_one() -> ResponseReturnValue:
    """Open a plan."""
    form = NewPlanForm(open=True)
    if form.validate_on_submit():
        with refusals(form):
            plan = service.open_plan(
                session(),
                community=community(),
                slug=form.slug.data or "",
                facts=form.facts(),
                actor=actor(),
            )
            flash(_("The plan “%(name)s” is open.", name=plan.name))
            return redirect(url_for(".index"), 303)
    return form_page("memberships/open_plan.html", form)


@bp.route("/plans/<int:plan_id>/change", methods=["GET", "POST"])
@needs("keep-plans")
def change(plan_id: int) -> ResponseReturnValue:
    """Write a plan anew."""
    plan = service.find_plan(session(), community=community(), plan_id=plan_id) or abort(404)
    form = PlanForm(data=_as_typed(plan))
    if form.validate_on_submit():
        with refusals(form):
            service.change_plan(
                session(), community=community(), plan=plan, facts=form.facts(), actor=actor()
            )
            flash(_("The plan is saved."))
            return redirect(url_for(".index"), 303)
    history = service.history_of(session(), plan=plan)
    return form_page("memberships/change_plan.html", form, plan=plan, history=history, events=EVENTS)


@bp.route("/settings/membership", methods=["GET", "POST"])
@needs("keep-plans")
def rule() -> ResponseReturnValue:
    """Say how years are counted, who is reminded, and where a fee can be sent."""
    known = service.rule_of(session(), community=community())
    form = MembershipRuleForm(obj=known)
    if form.validate_on_submit():
        with refusals(form):
            service.change_rule(session(), community=community(), rule=form.rule(), actor=actor())
            flash(_("The settings are saved."))
            return redirect(url_for(".index"), 303)
    month = MONTHS[community().year_begins_month]
    return form_page("memberships/rule.html", form, month=month, by_card=gateway_here() is not None)


def public_pages(session_: Session, here: Community) -> list[tuple[str, str]]:
    """Name the page that stands at the foot of every page, as soon as a membership costs anything."""
    if not service.has_plans(session_, community=here):
        return []
    return [("plans.index", N_("What a membership costs"))]


def _labels() -> dict[str, object]:
    return {"kinds": KIND_LABELS, "carries": CARRIES_LABELS, "years": YEARS_LABELS}


def _as_typed(plan: Plan) -> dict[str, object]:
    """Fill the form; a free plan's fee is left empty, as it is typed."""
    names = ("name", "words", "for_kind", "carries", "refund", "open")
    return {name: getattr(plan, name) for name in names} | {"fee": plan.fee_minor or None}
