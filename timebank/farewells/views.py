"""The pages of leaving, one thing on each; and a coordinator's, for others, for a death, and for a return."""

from typing import Any

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import ledger
from timebank.farewells import service
from timebank.farewells.forms import DiedForm
from timebank.farewells.forms import LeaveForm
from timebank.farewells.forms import ReturnForm
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.queries import farewell_of
from timebank.members.queries import find_member
from timebank.members.queries import hours_of
from timebank.members.queries import members_by_id
from timebank.members.queries import names_to_suggest
from timebank.members.same_as import joined_into
from timebank.pools.queries import open_pools
from timebank.support.queries import left_open
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import open_to_all
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("farewells", __name__)


@bp.get("/membership/leave")
@needs("leave")
def leave() -> ResponseReturnValue:
    """Tell what leaving means, before anything is asked."""
    return render_template("farewells/leave.html", **_told(oneself()))


@bp.route("/membership/leave/hours", methods=["GET", "POST"])
@needs("leave")
def leave_now() -> ResponseReturnValue:
    """Ask what shall become of the hours, show what will happen, and let a member leave."""
    me = oneself()
    told = _told(me)
    if told["balance"] < 0:
        return redirect(url_for(".leave"), 303)
    form = LeaveForm(balance=told["balance"], pools=open_pools(session(), community=community()))
    parting, done = _part(form, me, told["balance"], because=_("The member has left the community."))
    if done:
        return redirect(url_for(".goodbye"), 303)
    return _farewell_page("farewells/leave_now.html", form, parting, **told)


@bp.get("/goodbye")
@open_to_all
def goodbye() -> ResponseReturnValue:
    """Thank whoever has left."""
    return render_template("farewells/goodbye.html")


# --- for coordinators ---------------------------------------------------------------------------------------


@bp.get("/members/<int:member_id>/farewell")
@needs("part-from-members")
def of_member(member_id: int) -> ResponseReturnValue:
    """Offer what can be done when a member leaves, or tell how they left."""
    whose = _member(member_id)
    if joined_into(session(), member=whose):
        return redirect(url_for("members.show", member_id=whose.id), 303)
    return render_template(
        "farewells/of_member.html", farewell=farewell_of(session(), member=whose), **_told(whose)
    )


@bp.route("/members/<int:member_id>/farewell/left", methods=["GET", "POST"])
@needs("part-from-members")
def left(member_id: int) -> ResponseReturnValue:
    """Let a member leave who told a coordinator so."""
    whose = _member(member_id)
    told = _told(whose)
    form = LeaveForm(balance=told["balance"], pools=open_pools(session(), community=community()))
    parting, done = _part(form, whose, told["balance"], because=_("The member has left the community."))
    if done:
        flash(_("%(name)s has left.", name=whose.name))
        return redirect(url_for("members.show", member_id=whose.id), 303)
    return _farewell_page("farewells/left.html", form, parting, **told)


@bp.route("/members/<int:member_id>/farewell/died", methods=["GET", "POST"])
@needs("part-from-members")
def died(member_id: int) -> ResponseReturnValue:
    """Write down that a member has died."""
    whose = _member(member_id)
    told = _told(whose)
    form = DiedForm(
        balance=told["balance"], pools=open_pools(session(), community=community()), reason=_("Has died")
    )
    known = {"died": True, "family_contact": form.contact.data or ""}
    parting, done = _part(form, whose, told["balance"], because=_("The member has died."), **known)
    if done:
        flash(_("It is written down. Nobody writes to %(name)s any more.", name=whose.name))
        return redirect(url_for(".of_member", member_id=whose.id), 303)
    return _farewell_page("farewells/died.html", form, parting, **told)


@bp.route("/members/<int:member_id>/farewell/return", methods=["GET", "POST"])
@needs("part-from-members")
def take_back(member_id: int) -> ResponseReturnValue:
    """Take somebody back who has left."""
    whose, form = _member(member_id), ReturnForm()
    if form.validate_on_submit():
        with refusals(form):
            service.take_in_again(
                session(), community=community(), member=whose, reason=form.reason.data or "", actor=actor()
            )
            flash(_("%(name)s is a member again.", name=whose.name))
            return redirect(url_for("members.show", member_id=whose.id), 303)
    elif whose.state != LEFT:
        return redirect(url_for(".of_member", member_id=whose.id), 303)
    return form_page("farewells/return.html", form, **_told(whose))


# --- the leaves ---------------------------------------------------------------------------------------------


def _member(member_id: int) -> Member:
    """Find a member of this community; another community's is simply not there."""
    return find_member(session(), community=community(), member_id=member_id) or abort(404)


def _told(whose: Member) -> dict[str, Any]:
    """Tell what has to be known before somebody leaves."""
    balance = ledger.balance(session(), hours_of(whose, community())).balance
    waiting = service.open_with(session(), community=community(), member=whose)
    ids = {one for exchange in waiting for one in (exchange.giver_id, exchange.receiver_id)}
    members = members_by_id(session(), community=community(), ids=ids)
    money = left_open(session(), community=community(), member=whose)
    return {"whose": whose, "balance": balance, "waiting": waiting, "members": members, "money": money}


def _part(
    form: LeaveForm, whose: Member, balance: int, *, because: str, **facts: Any
) -> tuple[service.Parting | None, bool]:
    """Let somebody leave as it was shown before; anything else is only tried, and then shown."""
    parting = None
    if form.validate_on_submit():
        with refusals(form):
            parting = form.parting(withdrawn_because=because, **facts)
            savepoint = session().begin_nested()
            service.leave(session(), community=community(), member=whose, parting=parting, actor=actor())
            if form.was_shown(parting, balance):
                savepoint.commit()
                return parting, True
            savepoint.rollback()
    return parting, False


def _farewell_page(
    template: str, form: LeaveForm, parting: service.Parting | None, **told: Any
) -> tuple[str, int]:
    """Show a farewell's form; 422 where it was sent and nothing has happened yet."""
    preview = parting if parting is not None and not form.errors else None
    names = names_to_suggest(session(), community=community())
    page, status = form_page(
        template, form, preview=preview, suggestions=[name for _id, name in names], **told
    )
    return page, 422 if preview else status
