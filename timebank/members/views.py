"""The officers' pages about members, and the limits of the whole community."""

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
from timebank.errors import N_
from timebank.members import queries
from timebank.members import service
from timebank.members.away import absences
from timebank.members.away import away_until
from timebank.members.forms import KIND_LABELS
from timebank.members.forms import GiveSignInForm
from timebank.members.forms import LimitsForm
from timebank.members.forms import MemberForm
from timebank.members.forms import OfficesForm
from timebank.members.forms import OwnLimitForm
from timebank.members.forms import ReasonForm
from timebank.members.guardians import GUARDIAN
from timebank.members.guardians import OF_AGE
from timebank.members.models import ACTIVE
from timebank.members.models import AWAY
from timebank.members.models import LEFT
from timebank.members.models import PERSON
from timebank.members.models import SUSPENDED
from timebank.members.models import Member
from timebank.members.same_as import joined_among
from timebank.members.same_as import joined_into
from timebank.members.same_as import older_records
from timebank.members.sign_in_codes import CODE_GIVEN
from timebank.members.sign_in_codes import SECOND_STEP_RESET
from timebank.people import factors
from timebank.people.service import create_person
from timebank.people.service import roles_of
from timebank.people.service import set_offices
from timebank.rights import ROLE_LABELS
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import may
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("members", __name__)

STATES = {
    ACTIVE: N_("Active"),
    AWAY: N_("Away for a while"),
    SUSPENDED: N_("Suspended"),
    LEFT: N_("Has left"),
}
#: What a line of a member's history says.
EVENTS = {
    "entered": N_("Entered as a member"),
    "limit": N_("Limit set"),
    "suspended": N_("Suspended"),
    "resumed": N_("Suspension ended"),
    "away": N_("Away until"),
    "back": N_("Here again"),
    "left": N_("Has left"),
    "died": N_("Has died"),
    "returned": N_("A member again"),
    "consent": N_("Consent given"),
    "consent-withdrawn": N_("Consent withdrawn"),
    GUARDIAN: N_("A guardian consented on"),
    OF_AGE: N_("Of age: no guardian is needed any more"),
    "joined": N_("Entered twice: goes on as number"),
    "joined-in": N_("Entered twice: joined with number"),
    "share-out": N_("Hours of somebody who left went to number"),
    "share-in": N_("Hours came along from number"),
    "share-none": N_("Somebody left, and no hours went along"),
    "sign-in-given": N_("Can sign in"),
    CODE_GIVEN: N_("One-time code given"),
    "trusted-asked": N_("Somebody is asked to act for them"),
    "trusted-taken-back": N_("Somebody is no longer asked to act for them"),
    "contact": N_("How to reach them was written down"),
    "contact-gone": N_("How to reach them was taken away"),
    "erased": N_("Erased"),
    "sharing-agreed": N_("Agreed to the rules on sharing"),
    "sharing-ended": N_("No longer agrees to the rules on sharing"),
    SECOND_STEP_RESET: N_("Second step taken away"),
}


@bp.get("/members/")
@needs("see-members")
def index() -> ResponseReturnValue:
    """List the members by name, or those that a search finds."""
    typed = request.args.get("q", "")
    after = request.args.get("after", type=int)
    page = queries.search_members(
        session(),
        community=community(),
        text=typed,
        after=queries.find_member(session(), community=community(), member_id=after) if after else None,
    )
    away = absences(session(), community=community(), members=page.members)
    joined = joined_among(session(), members=page.members)
    return render_template(
        "members/index.html", page=page, typed=typed, states=STATES, away=away, joined=joined
    )


@bp.route("/members/new", methods=["GET", "POST"])
@needs("enter-members")
def enter() -> ResponseReturnValue:
    """Enter a member."""
    form = MemberForm(number=queries.next_number(session(), community=community()))
    if form.validate_on_submit():
        with refusals(form):
            member = service.add_member(
                session(),
                community=community(),
                number=form.number.data or "",
                name=form.name.data or "",
                reading=form.reading.data,
                district=form.district.data,
                kind=form.kind.data or PERSON,
                actor=actor(),
            )
            flash(_("%(name)s is a member now.", name=member.name))
            return redirect(url_for(".show", member_id=member.id), 303)
    return form_page("members/enter.html", form)


@bp.get("/members/<int:member_id>")
@needs("see-home")
def show(member_id: int) -> ResponseReturnValue:
    """Show a member to officers, how their hours stand and what was done about them; lead oneself home."""
    if not may("see-members"):
        return redirect(url_for(hooks().home), 303) if oneself().id == member_id else abort(404)
    member = _member(member_id)
    person = queries.person_of(session(), member=member)
    balance = ledger.balance(session(), queries.hours_of(member, community()))
    return render_template(
        "members/show.html",
        member=member,
        balance=balance,
        in_all=hooks().hours_in_all(session(), community(), member, balance),
        signs_in=person,
        second_step=person is not None and factors.is_set_up(session(), person=person),
        hands=queries.hands_on(session(), member=member),
        roles=roles_of(session(), person=person, community=community()) if person else frozenset(),
        kinds=KIND_LABELS,
        history=queries.history(session(), member=member),
        away_until=away_until(session(), community=community(), member=member),
        farewell=queries.farewell_of(session(), member=member),
        stays=joined_into(session(), member=member),
        records=older_records(session(), member=member),
        states=STATES,
        labels=EVENTS,
        role_labels=ROLE_LABELS,
        pages=[place for place in hooks().member_pages if may(place.right)],
    )


@bp.route("/members/<int:member_id>/limit", methods=["GET", "POST"])
@needs("set-limits")
def limit(member_id: int) -> ResponseReturnValue:
    """Give a member a limit of their own, or take it away again."""
    member = _member(member_id)
    form = OwnLimitForm(limit=member.own_limit_minutes)
    if form.validate_on_submit():
        with refusals(form):
            service.set_own_limit(
                session(),
                community=community(),
                member=member,
                minutes=form.limit.data,
                reason=form.reason.data or "",
                actor=actor(),
            )
            flash(_("The limit is set."))
            return redirect(url_for(".show", member_id=member.id), 303)
    return form_page("members/limit.html", form, member=member)


@bp.route("/members/<int:member_id>/suspend", methods=["GET", "POST"])
@needs("suspend-members")
def suspend(member_id: int) -> ResponseReturnValue:
    """Let a member neither give nor receive for a while."""
    member = _member(member_id)
    form = ReasonForm()
    if form.validate_on_submit():
        with refusals(form):
            service.suspend_member(session(), member=member, reason=form.reason.data or "", actor=actor())
            flash(_("%(name)s is suspended.", name=member.name), "warn")
            return redirect(url_for(".show", member_id=member.id), 303)
    return form_page("members/suspend.html", form, member=member, possible=member.state == ACTIVE)


@bp.route("/members/<int:member_id>/resume", methods=["GET", "POST"])
@needs("suspend-members")
def resume(member_id: int) -> ResponseReturnValue:
    """Let a suspended member give and receive again."""
    member = _member(member_id)
    form = ReasonForm()
    if form.validate_on_submit():
        with refusals(form):
            service.resume_member(session(), member=member, reason=form.reason.data or "", actor=actor())
            flash(_("%(name)s can give and receive again.", name=member.name))
            return redirect(url_for(".show", member_id=member.id), 303)
    return form_page("members/resume.html", form, member=member, possible=member.state == SUSPENDED)


@bp.route("/members/<int:member_id>/sign-in", methods=["GET", "POST"])
@needs("give-sign-ins")
def give_sign_in(member_id: int) -> ResponseReturnValue:
    """Let a member sign in from now on."""
    member = _member(member_id)
    form = GiveSignInForm()
    if form.validate_on_submit():
        with refusals(form):
            person = create_person(
                session(),
                email=form.email.data or None,
                password=form.password.data or "",
                community_id=community().id,
            )
            service.give_hand(session(), person=person, member=member, actor=actor())
            flash(_("%(name)s can sign in now.", name=member.name))
            return redirect(url_for(".show", member_id=member.id), 303)
    return form_page("members/give_sign_in.html", form, member=member)


@bp.route("/members/<int:member_id>/offices", methods=["GET", "POST"])
@needs("give-offices")
def offices(member_id: int) -> ResponseReturnValue:
    """Give offices to whoever signs in as a member, or take them."""
    member = _member(member_id)
    person = queries.person_of(session(), member=member) or abort(404)
    held = roles_of(session(), person=person, community=community())
    form = OfficesForm(roles=sorted(held))
    if form.validate_on_submit():
        with refusals(form):
            set_offices(
                session(), person=person, community=community(), roles=form.roles.data or [], actor=actor()
            )
            flash(_("The offices are saved."))
            return redirect(url_for(".show", member_id=member.id), 303)
    return form_page("members/offices.html", form, member=member)


@bp.route("/settings/limits", methods=["GET", "POST"])
@needs("change-settings")
def limits() -> ResponseReturnValue:
    """Set how far everybody may go below and above zero."""
    form = LimitsForm(limit=community().credit_limit_minutes, ceiling=community().ceiling_minutes)
    if form.validate_on_submit():
        with refusals(form):
            service.change_limits(
                session(),
                community=community(),
                credit_limit_minutes=form.limit.data or 0,
                ceiling_minutes=form.ceiling.data,
                actor=actor(),
            )
            flash(_("The limits are set."))
            return redirect(url_for("communities.settings"), 303)
    return form_page("members/limits.html", form)


def _member(member_id: int) -> Member:
    """Find a member of this community; another community's is simply not there."""
    return queries.find_member(session(), community=community(), member_id=member_id) or abort(404)
