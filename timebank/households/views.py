"""The pages of leaving a household, and the coordinators' on which hours of who has left are settled."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.hands.queries import reach_of
from timebank.households import queries
from timebank.households import service
from timebank.households.forms import LeaveForm
from timebank.households.forms import SettleForm
from timebank.members.models import A_HOUSEHOLD
from timebank.members.models import HOUSEHOLD
from timebank.members.models import ORGANISATION
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.queries import names_to_suggest
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session
from timebank.web import standing

bp = Blueprint("households", __name__)


@bp.route("/for-whom/<int:member_id>/leave", methods=["GET", "POST"])
@needs("choose-for-whom")
def leave(member_id: int) -> ResponseReturnValue:
    """Act for a household or an organisation no longer, and ask for one's own hours."""
    if request.method == "POST" and queries.has_left(session(), household_id=member_id, person=person()):
        # A second click: it is done.
        return _gone(member_id)
    whose = _mine(member_id)
    takes = whose.kind == A_HOUSEHOLD
    figure = service.figure_of(session(), community=community(), household=whose, person_id=person().id)
    form = LeaveForm(takes=takes and figure.there > 0, hours=figure.offered or None)
    if form.validate_on_submit():
        with refusals(form):
            service.leave(
                session(),
                community=community(),
                household=whose,
                person=person(),
                minutes=(form.hours.data or 0) if "hours" in form else 0,
                actor=actor(),
            )
            flash(_("You do not act for %(name)s any more.", name=whose.name))
            return _gone(whose.id)
    own = service.own_membership(session(), community=community(), person_id=person().id)
    return form_page("households/leave.html", form, whose=whose, figure=figure, takes=takes, own=own)


@bp.get("/shares/")
@needs("settle-shares")
def index() -> ResponseReturnValue:
    """List what waits of those who have left a household."""
    return render_template("households/index.html", waiting=queries.waiting(session(), community=community()))


@bp.get("/members/<int:member_id>/shares/")
@needs("settle-shares")
def left(member_id: int) -> ResponseReturnValue:
    """List who has left a household, with what each of them waits for."""
    household = _household(member_id)
    return render_template(
        "households/left.html", whose=household, left=queries.who_left(session(), household=household)
    )


@bp.route("/members/<int:member_id>/shares/<int:person_id>", methods=["GET", "POST"])
@needs("settle-shares")
def settle(member_id: int, person_id: int) -> ResponseReturnValue:
    """Show how much of a household's hours is somebody's own, and move it to their account."""
    household = _household(member_id)
    gone = queries.who_left(session(), household=household)
    who = next((one for one in gone if one.person_id == person_id), None) or abort(404)
    figure = service.figure_of(session(), community=community(), household=household, person_id=person_id)
    own = service.own_membership(session(), community=community(), person_id=person_id)
    offered = min(who.waits.asked_minutes, figure.there) if who.waits else figure.offered
    form = SettleForm(has_own=own is not None, hours=offered or None)
    if form.validate_on_submit():
        with refusals(form):
            service.settle(
                session(),
                community=community(),
                household=household,
                person_id=person_id,
                minutes=form.hours.data or 0,
                to=form.other.member if "other" in form else None,
                reason=form.reason.data or "",
                key=form.key.data or "",
                actor=actor(),
            )
            flash(_("It is settled, and they and the household are told by mail where there is an address."))
            return redirect(url_for(".left", member_id=household.id), 303)
    names = names_to_suggest(session(), community=community())
    return form_page(
        "households/settle.html",
        form,
        whose=household,
        who=who,
        figure=figure,
        own=own,
        suggestions=[name for _id, name in names],
    )


def _gone(member_id: int) -> ResponseReturnValue:
    """Lead whoever has left to what is left for them here."""
    stays = standing().reach - {member_id} or standing().has_own_part
    return redirect(url_for("hands.whom" if stays else "hands.thanks"), 303)


def _household(member_id: int) -> Member:
    """Find a household of this community; whatever else has this id is not there."""
    found = find_member(session(), community=community(), member_id=member_id)
    return found if found is not None and found.kind == A_HOUSEHOLD else abort(404)


def _mine(member_id: int) -> Member:
    """Find a household or an organisation for which whoever asks acts; others are not there."""
    ways = (HOUSEHOLD, ORGANISATION)
    reach = reach_of(session(), person=person(), community=community())
    found = (one for hand, one in reach if one.id == member_id and hand.acts_as in ways)
    return next(found, None) or abort(404)
