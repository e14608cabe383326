"""The public pages: ask to join, use an invitation, consent as a guardian, and sign in for the first time."""

from typing import Any

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.i18n import language
from timebank.joining import first_sign_ins
from timebank.joining import invitations
from timebank.joining import queries
from timebank.joining import service
from timebank.joining import wordings
from timebank.joining.forms import CodeForm
from timebank.joining.forms import FirstSignInForm
from timebank.joining.forms import GuardianAnswerForm
from timebank.joining.forms import InvitedForm
from timebank.joining.forms import JoinForm
from timebank.joining.limits import code_limits
from timebank.joining.limits import join_limits
from timebank.joining.newcomers import Newcomer
from timebank.members.queries import person_of
from timebank.people import browsers
from timebank.people import guesses
from timebank.people.models import LINK
from timebank.people.models import PASSWORD
from timebank.people.service import hash_password
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import limited
from timebank.web import open_to_all
from timebank.web import refusals
from timebank.web import refuse_too_many
from timebank.web import session

bp = Blueprint("joining", __name__)


@bp.route("/join", methods=["GET", "POST"])
@open_to_all
@limited(join_limits)
def apply() -> ResponseReturnValue:
    """Let anybody ask to join; whether somebody has this name or address already is not said."""
    form = JoinForm()
    if not service.takes_applications(session(), community=community()):
        return render_template("joining/closed.html"), 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            service.apply(session(), community=community(), newcomer=_newcomer(form))
            return redirect(url_for(".asked"), 303)
    return form_page("joining/apply.html", form, **_words())


@bp.get("/join/asked")
@open_to_all
def asked() -> ResponseReturnValue:
    """Say what happens now."""
    return render_template("joining/asked.html")


# --- invitations --------------------------------------------------------------------------------------------


@bp.route("/join/invitation", methods=["GET", "POST"])
@open_to_all
@limited(code_limits)
def by_code() -> ResponseReturnValue:
    """Take the code of an invitation that somebody types from paper."""
    form = CodeForm()
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            code = invitations.read_code(form.code.data or "")
            if invitations.find_invitation(session(), community=community(), code=code) is None:
                raise service.InvitationGone
            return redirect(url_for(".invited", code=code), 303)
    return form_page("joining/by_code.html", form)


@bp.route("/join/with/<code>", methods=["GET", "POST"])
@open_to_all
@limited(code_limits)
def invited(code: str) -> ResponseReturnValue:
    """Let whoever has an invitation be a member at once."""
    form = InvitedForm()
    sent_before = form.key.data and service.find_by_key(session(), community=community(), key=form.key.data)
    if not sent_before and invitations.find_invitation(session(), community=community(), code=code) is None:
        return render_template("joining/gone.html"), 404
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            return _join(code, form)
    return form_page("joining/invited.html", form, **_words())


@bp.get("/join/welcome")
@open_to_all
def welcome() -> ResponseReturnValue:
    """Say to whoever was invited how they will sign in."""
    return render_template("joining/welcome.html")


def _join(code: str, form: InvitedForm) -> ResponseReturnValue:
    """Make a member, or ask the guardian first; sign in whoever has chosen a password."""
    has_address = bool((form.email.data or "").strip())
    _application, member = service.join_by_invitation(
        session(),
        community=community(),
        code=code,
        newcomer=_newcomer(form),
        password_hash=None if has_address else hash_password(form.password.data or ""),
        actor=actor(),
    )
    person = person_of(session(), member=member) if member else None
    if member is None or person is None:
        return redirect(url_for(".welcome"), 303)
    browsers.begin(person, begun_by=PASSWORD)
    guesses.remember_browser(member.number)
    flash(_("Welcome! Your member number is %(number)s. You sign in with it.", number=member.number))
    return redirect(url_for(hooks().home), 303)


# --- a guardian's word --------------------------------------------------------------------------------------


@bp.route("/join/guardian/<guardian_token>", methods=["GET", "POST"])
@open_to_all
def consent(guardian_token: str) -> ResponseReturnValue:
    """Show a guardian to what they would consent, and write down that they do."""
    found = queries.find_by_guardian(session(), community=community(), token=guardian_token)
    if found is None:
        return render_template("joining/consent_gone.html"), 404
    form, words = GuardianAnswerForm(), _guardian_words(found.name, health=found.health_wording is not None)
    if form.validate_on_submit():
        with refusals(form):
            service.guardian_consents(
                session(),
                community=community(),
                application=found,
                wording=words,
                consented_on=clock.today(community().time_zone),
                actor=actor(),
            )
            return redirect(url_for(".consented"), 303)
    return form_page("joining/consent.html", form, application=found, words=words.split("\n"))


@bp.get("/join/guardian/thanks")
@open_to_all
def consented() -> ResponseReturnValue:
    """Thank a guardian."""
    return render_template("joining/consented.html")


# --- the first sign-in --------------------------------------------------------------------------------------


@bp.route("/join/first/<first_token>", methods=["GET", "POST"])
@open_to_all
def first(first_token: str) -> ResponseReturnValue:
    """Show the button by which a new member signs in: programs that look into mail press none."""
    form = FirstSignInForm()
    member = first_sign_ins.find_first_sign_in(session(), community=community(), token=first_token)
    if member is None:
        return render_template("joining/first_gone.html"), 404
    if form.validate_on_submit():
        with refusals(form):
            used = first_sign_ins.use_first_sign_in(session(), community=community(), token=first_token)
            if used is None:
                return render_template("joining/first_gone.html"), 404
            person, is_new = used
            if is_new:
                browsers.begin(person, begun_by=LINK)
                guesses.remember_browser(person.email or "")
                return redirect(url_for("people.change_password"), 303)
            # Who has a password, and perhaps a second factor, signs in as they always do.
            flash(_("You are a member here now. Please sign in as you do elsewhere."))
            return redirect(url_for(hooks().sign_in), 303)
    return form_page("joining/first.html", form, member=member)


# --- the leaves ---------------------------------------------------------------------------------------------


def _newcomer(form: JoinForm) -> Newcomer:
    return form.newcomer(language=language(), day=clock.today(community().time_zone))


def _words() -> dict[str, Any]:
    """Give the words to which people consent, as their pages show them."""
    name = community().name
    return {
        "uses": wordings.uses(name),
        "use_tick": wordings.use_tick(name),
        "health_words": wordings.health_wording(),
    }


def _guardian_words(name: str, *, health: bool) -> str:
    return wordings.guardian_wording(community().name, name, health=health)
