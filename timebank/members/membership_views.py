"""A member's own membership: being away for a while; and an officer's page for somebody who told them."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.i18n import day
from timebank.members import away
from timebank.members.forms import AwayForm
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.taking_part import takes_part
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("membership", __name__)


@bp.route("/membership", methods=["GET", "POST"])
@needs("keep-own-absence")
def own() -> ResponseReturnValue:
    """Let others know until when one is away."""
    return _away(oneself(), None)


@bp.post("/membership/back")
@needs("keep-own-absence")
def back() -> ResponseReturnValue:
    """Be here again, earlier than the day."""
    away.come_back(session(), community=community(), member=oneself(), actor=actor())
    flash(_("Welcome back."))
    return redirect(url_for(".own"), 303)


@bp.route("/members/<int:member_id>/away", methods=["GET", "POST"])
@needs("set-absences")
def of_member(member_id: int) -> ResponseReturnValue:
    """Let others know until when a member is away."""
    return _away(_member(member_id), member_id)


@bp.post("/members/<int:member_id>/back")
@needs("set-absences")
def back_of_member(member_id: int) -> ResponseReturnValue:
    """Write down that a member is here again."""
    whose = _member(member_id)
    away.come_back(session(), community=community(), member=whose, actor=actor())
    flash(_("%(name)s is here again.", name=whose.name))
    return redirect(url_for("members.show", member_id=whose.id), 303)


def _away(whose: Member, member_id: int | None) -> ResponseReturnValue:
    until = away.away_until(session(), community=community(), member=whose)
    form = AwayForm(until=until)
    if form.validate_on_submit():
        with refusals(form):
            away.go_away(session(), community=community(), member=whose, until=form.until.data, actor=actor())
            if member_id is None:
                flash(_("Others see now that you are away until %(day)s.", day=day(form.until.data)))
                return redirect(url_for(".own"), 303)
            flash(_("%(name)s is away until %(day)s.", name=whose.name, day=day(form.until.data)))
            return redirect(url_for("members.show", member_id=whose.id), 303)
    template = "members/membership.html" if member_id is None else "members/away.html"
    return form_page(template, form, whose=whose, until=until, possible=takes_part(whose))


def _member(member_id: int) -> Member:
    return find_member(session(), community=community(), member_id=member_id) or abort(404)
