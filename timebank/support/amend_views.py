"""The pages on which a visit is amended: by a coordinator, or by whoever gave in what they take for it."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.actor import Actor
from timebank.communities.service import list_kinds
from timebank.exchanges.rules import FormSavedAlready
from timebank.members.queries import names_to_suggest
from timebank.prepaid.rules import were_ever_offered
from timebank.rates.forms import ITEM_LABELS
from timebank.support import queries
from timebank.support.amend_forms import AmendForm
from timebank.support.amend_forms import TakesForm
from timebank.support.amending import Amended
from timebank.support.amending import amend
from timebank.support.amending import takes_instead
from timebank.support.amending import wish_of
from timebank.support.planning import Plan
from timebank.support.planning import Wish
from timebank.support.queries import Told
from timebank.support.views import check_on
from timebank.support.views import kept_by
from timebank.tickets.queries import was_ever_sold
from timebank.web import KeyedForm
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("amending", __name__)


@bp.route("/support/visits/<int:exchange_id>/amend", methods=["GET", "POST"])
@needs("log-for-others")
def visit(exchange_id: int) -> ResponseReturnValue:
    """Take a visit back and write it down anew; what it means for both is shown before it is saved."""
    told, here = _found(exchange_id), community()
    was = wish_of(session(), community=here, told=told, key="")
    tickets = was_ever_sold(session(), community=here)
    ahead = were_ever_offered(session(), community=here)
    form = AmendForm(list_kinds(session(), community=here), was, tickets=tickets, prepaid=ahead)
    plan: Plan | None = None
    if form.validate_on_submit():
        with refusals(form):
            wish = form.wish(form.giver.member or abort(422), form.receiver.member or abort(422))
            heard = Actor(person_id=person().id, member_id=None, how=form.heard.data)
            done = _amended(form, told, wish, form.reason.data or "", heard)
            if isinstance(done, Amended):
                return redirect(url_for("visits.show", exchange_id=done.exchange.id), 303)
            plan = done
    elif not told.stands and not form.is_submitted():
        return redirect(url_for("visits.show", exchange_id=exchange_id), 303)
    names = [name for _id, name in names_to_suggest(session(), community=here)]
    return _shown("support/amend.html", form, plan, told, suggestions=names)


@bp.route("/support/visits/<int:exchange_id>/takes", methods=["GET", "POST"])
@needs("keep-own-support")
def takes(exchange_id: int) -> ResponseReturnValue:
    """Take something else for a visit that one gave, until its month is closed."""
    told = _found(exchange_id)
    if told.giver.id != oneself().id:
        abort(404)
    form = TakesForm(takes=wish_of(session(), community=community(), told=told, key="").takes)
    plan: Plan | None = None
    if form.validate_on_submit():
        with refusals(form):
            wish = takes_instead(
                session(), community=community(), told=told, takes=form.takes.data, key=form.key.data or ""
            )
            reason = _("%(name)s takes something else for it.", name=told.giver.name)
            done = _amended(form, told, wish, reason, actor())
            if isinstance(done, Amended):
                return redirect(url_for("visits.show", exchange_id=done.exchange.id), 303)
            plan = done
    elif not told.stands and not form.is_submitted():
        return redirect(url_for("visits.show", exchange_id=exchange_id), 303)
    return _shown("support/takes_instead.html", form, plan, told)


# --- the leaves ---------------------------------------------------------------------------------------------


def _found(exchange_id: int) -> Told:
    check_on()
    return queries.find_visit(session(), community=community(), exchange_id=exchange_id) or abort(404)


def _amended(form: KeyedForm, told: Told, wish: Wish, reason: str, who: Actor) -> Amended | Plan:
    """Amend, where it is what was shown; else say what would be."""
    try:
        done = amend(
            session(),
            community=community(),
            told=told,
            wish=wish,
            reason=reason,
            actor=who,
            seen=lambda plan: plan.mark == form.seen.data,
        )
    except FormSavedAlready:
        form.renew_key()
        raise
    if isinstance(done, Plan):
        form.seen.data = done.mark
        return done
    if done.repeated:
        flash(_("This was logged already, and once is enough."))
    else:
        hooks().visit_amended(session(), told.exchange, done.exchange)
        flash(_("It is amended: taken back, and booked anew."))
    return done


def _shown(
    template: str, form: KeyedForm, plan: Plan | None, told: Told, **known: object
) -> ResponseReturnValue:
    kept = kept_by(plan, back=_hours_back(plan, told) if plan else 0)
    page, status = form_page(template, form, plan=plan, one=told, items=ITEM_LABELS, **kept, **known)
    return page, 422 if plan else status


def _hours_back(plan: Plan, told: Told) -> int:
    """Tell by how much the hours of whoever gives change when the old one is taken back."""
    visit, whole = told.visit, told.exchange.minutes
    if plan.wish.giver.id == told.giver.id:
        return visit.thanked_minutes - whole
    return whole - visit.paid_minutes if plan.wish.giver.id == told.receiver.id else 0
