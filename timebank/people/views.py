"""The pages by which people sign in, sign out and keep their own sign-in."""

from collections.abc import Sequence

from flask import Blueprint
from flask import abort
from flask import current_app
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import session as browser
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

import ledger
from timebank.i18n import LANGUAGE_KEY
from timebank.people import browsers
from timebank.people import codes
from timebank.people import entrance
from timebank.people import factors
from timebank.people import guesses
from timebank.people import service
from timebank.people import sign_ins
from timebank.people.forms import LanguageForm
from timebank.people.forms import NewPasswordForm
from timebank.people.forms import PasswordForm
from timebank.people.forms import SignInForm
from timebank.people.models import CODE
from timebank.people.models import PASSWORD
from timebank.people.models import Person
from timebank.people.models import ShownSignIn
from timebank.web import begin_writing
from timebank.web import community
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import limited
from timebank.web import needs
from timebank.web import open_to_all
from timebank.web import person
from timebank.web import reads_first
from timebank.web import refusals
from timebank.web import refuse_too_many
from timebank.web import safe_next
from timebank.web import session
from timebank.web import succeeded

bp = Blueprint("people", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@open_to_all
@reads_first
@limited(guesses.sign_in_limits)
def sign_in() -> ResponseReturnValue:
    """Let somebody in who knows a name and its password."""
    form = SignInForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
        if person():
            return redirect(_onwards(form), 303)
    found = code = None
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            typed, people = form.password.data or "", _candidates(form.name.data or "")
            code = codes.find_code(session(), community=community(), people=people, typed=typed)
            found = None if code else service.sign_in(people, password=typed)
    if code is not None:
        return _let_in_by_code(code, form)
    if found is not None:
        return _let_in(found, form)
    return form_page("people/sign_in.html", form, shown=_shown(), head=_head())


def _let_in(found: Person, form: SignInForm) -> ResponseReturnValue:
    """Begin to write, see that the password is still the same, and sign somebody in."""
    known = found.password_hash
    stronger = service.stronger_hash(found, password=form.password.data or "")
    begin_writing()
    service.renew_hash(session(), person=found, known=known, stronger=stronger)
    opened = service.opened_by_password(session(), person=found)
    if opened not in {None, community().id}:
        raise service.SignInRefused
    return _go_in(found, form, begun_by=PASSWORD, community_id=opened)


def _let_in_by_code(code: codes.FoundCode, form: SignInForm) -> ResponseReturnValue:
    """Begin to write, use the code up, sign somebody in here only, and offer a new password on the way."""
    begin_writing()
    person = codes.use_code(session(), community=community(), found=code)
    went = _go_in(person, form, begun_by=CODE, community_id=community().id)
    return redirect(url_for(".change_password", next=went.location), 303)


def _go_in(found: Person, form: SignInForm, *, begun_by: str, community_id: int | None) -> Response:
    succeeded(session())
    return entrance.let_in(
        found,
        begun_by=begun_by,
        name=form.name.data or "",
        community_id=community_id,
        next_path=form.next.data or "",
        kept=form.kept.data or "",
    )


def sign_in_again(sealed: str) -> ResponseReturnValue:
    """Ask somebody whose session ended to sign in, with what they had typed carried along.

    The answer is 422: nothing was done, and 401 is for what a browser asks by itself.
    """
    if request.endpoint == f"{bp.name}.sign_in":
        known = {name: request.form.get(name, "") for name in ("name", "next", "kept")}
    elif request.endpoint == "second_step.ask" and (waiting := browsers.half_here()):
        # A form of the second step from before: where it leads to is known.
        return sign_in_anew(next_path=waiting[0].next_path or "", kept=waiting[0].kept or "")
    else:
        known = {"kept": sealed}
    return _sign_in_page(known, ended=True)


def sign_in_anew(*, next_path: str, kept: str) -> ResponseReturnValue:
    """Ask somebody who took too long over the second step to begin again; nothing is lost by it."""
    return _sign_in_page({"next": next_path, "kept": kept}, slow=True)


def _sign_in_page(known: dict[str, str], **said: bool) -> ResponseReturnValue:
    form = SignInForm(formdata=None, data=known)
    return render_template("people/sign_in.html", form=form, shown=_shown(), head=_head(), **said), 422


@bp.post("/sign-out")
@open_to_all
def sign_out() -> ResponseReturnValue:
    """Sign out here; the language that was switched to stays."""
    browsers.clear()
    flash(_("You are signed out."))
    return redirect(url_for(".sign_in"), 303)


@bp.post("/go-on")
@needs("keep-own-sign-in")
def go_on() -> ResponseReturnValue:
    """Show somebody once more the form whose token was not this session's."""
    return redirect(entrance.keep(person(), request.form.get("kept")) or url_for(hooks().home), 303)


@bp.get("/account")
@needs("keep-own-sign-in")
def account() -> ResponseReturnValue:
    """Show how somebody signs in, which language they read, and where they are signed in."""
    found = sign_ins.open_ones(session(), person=person())
    return render_template(
        "people/account.html",
        sign_ins=found,
        here=browsers.this_sign_in(),
        second_step=factors.is_set_up(session(), person=person()),
    )


@bp.post("/account/sign-ins/<int:sign_in_id>/end")
@needs("keep-own-sign-in")
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """Sign out somewhere else, on a machine that is lost or somebody else's."""
    if not sign_ins.end(session(), person=person(), sign_in_id=sign_in_id):
        abort(404)
    flash(_("That browser is signed out."))
    return redirect(url_for(".account"), 303)


@bp.post("/account/sign-ins/end-others")
@needs("keep-own-sign-in")
def end_other_sign_ins() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    sign_ins.end_all(session(), person=person(), but=browsers.this_sign_in())
    flash(_("You are signed out everywhere else."))
    return redirect(url_for(".account"), 303)


@bp.route("/account/password", methods=["GET", "POST"])
@needs("keep-own-sign-in")
@limited(guesses.old_password_limits)
def change_password() -> ResponseReturnValue:
    """Choose a new password, which signs out everywhere else; who has come by a link knows no old one."""
    here = browsers.this_sign_in()
    form = NewPasswordForm() if sign_ins.needs_no_password(here) else PasswordForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            if isinstance(form, PasswordForm):
                service.check_password(person(), password=form.old_password.data or "")
            service.set_password(
                session(),
                person=person(),
                password=form.password.data or "",
                community_id=here.community_id,
            )
            succeeded(session())
            browsers.begin(
                person(),
                begun_by=PASSWORD,
                community_id=here.community_id,
                second_factor_at=here.second_factor_at,
            )
            flash(_("Your password is changed."))
            return redirect(safe_next(form.next.data, url_for(".account")), 303)
    onwards = safe_next(form.next.data, url_for(hooks().home))
    return form_page("people/password.html", form, onwards=onwards)


@bp.route("/account/language", methods=["GET", "POST"])
@needs("keep-own-sign-in")
def change_language() -> ResponseReturnValue:
    """Choose the language in which one reads, here and on every other machine."""
    form = LanguageForm(language=person().language or "")
    if form.validate_on_submit():
        service.change_language(session(), person=person(), language=form.language.data or None)
        browser.pop(LANGUAGE_KEY, None)
        return redirect(url_for(".account"), 303)
    return form_page("people/language.html", form)


def _candidates(name: str) -> Sequence[Person]:
    """Find whom a name may mean: an e-mail address is one person's, a number that of a household, too."""
    if "@" in name or "＠" in name:
        found = service.find_by_email(session(), name.replace("＠", "@"))
        return [found] if found else []
    return hooks().people_by_number(session(), community(), name)


def _onwards(form: SignInForm) -> str:
    return safe_next(form.next.data, url_for(hooks().home))


def _head() -> ledger.Seal | None:
    """Give the newest seal, whose hash is published here."""
    return ledger.newest_seal(session(), community().book_id)


def _shown() -> list[tuple[ShownSignIn, tuple[str, int] | None]]:
    """List the sign-ins that anybody may read, each with the code that is good now and for how long."""
    if not current_app.config["TIMEBANK_DEMO"]:
        return []
    shown = service.shown_sign_ins(session(), community=community())
    return [(one, factors.code_to_show(session(), person_id=one.person_id)) for one in shown]
