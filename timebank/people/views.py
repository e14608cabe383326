"""The pages by which people sign in, sign out and keep their own sign-in."""

from collections.abc import Sequence
from functools import partial
from typing import cast

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
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login import current_user
from flask_login import login_user
from sqlalchemy.orm import Session

import ledger
from timebank.i18n import LANGUAGE_KEY
from timebank.people import guesses
from timebank.people import service
from timebank.people import sign_ins
from timebank.people.devices import device_of
from timebank.people.forms import LanguageForm
from timebank.people.forms import PasswordForm
from timebank.people.forms import SignInForm
from timebank.people.models import PASSWORD
from timebank.people.models import Person
from timebank.people.models import ShownSignIn
from timebank.people.models import SignIn
from timebank.web import afterwards
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
from timebank.web import unseal

bp = Blueprint("people", __name__)

login = LoginManager()
# Binding a session to an address and a browser signs people out who walk out of their house.
login.session_protection = None


class SignedIn(UserMixin):  # type: ignore[misc]
    """A person as Flask-Login knows them."""

    def __init__(self, token: str, sign_in: SignIn, person: Person) -> None:
        self.token, self.sign_in, self.person = token, sign_in, person

    def get_id(self) -> str:
        """Give what the cookie holds: a token by which the table knows this browser, and nobody else does."""
        return self.token


@login.user_loader
def _load(token: str) -> SignedIn | None:
    found = sign_ins.find(session(), token=token)
    # A sign-in by an officer's code is none in another community.
    if found is None or found[0].community_id not in {None, community().id}:
        return None
    return SignedIn(token, *found)


def signed_in(_session: Session) -> Person | None:
    """Tell who has signed in in this browser, and note now and then that they are still there."""
    if not current_user.is_authenticated:
        return None
    if sign_ins.is_worth_noting(_here()):
        afterwards(partial(sign_ins.note_seen, sign_in_id=_here().id))
    return cast(SignedIn, current_user).person


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
    found = None
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            found = service.sign_in(_candidates(form.name.data or ""), password=form.password.data or "")
    if found is not None:
        return _let_in(found, form)
    return form_page("people/sign_in.html", form, shown=_shown(), head=_head())


def _let_in(found: Person, form: SignInForm) -> ResponseReturnValue:
    """Begin to write, see that the password is still the same, and sign somebody in."""
    known = found.password_hash
    stronger = service.stronger_hash(found, password=form.password.data or "")
    begin_writing()
    service.renew_hash(session(), person=found, known=known, stronger=stronger)
    succeeded(session())
    _begin(found, begun_by=PASSWORD)
    guesses.remember_browser()
    return redirect(_keep(found, form.kept.data) or _onwards(form), 303)


def sign_in_again(sealed: str) -> ResponseReturnValue:
    """Ask somebody whose session ended to sign in, with what they had typed carried along.

    The answer is 422: nothing was done, and 401 is for what a browser asks by itself.
    """
    if request.endpoint == f"{bp.name}.sign_in":
        known = {name: request.form.get(name, "") for name in ("name", "next", "kept")}
    else:
        known = {"kept": sealed}
    page = render_template(
        "people/sign_in.html",
        form=SignInForm(formdata=None, data=known),
        shown=_shown(),
        head=_head(),
        ended=True,
    )
    return page, 422


@bp.post("/sign-out")
@open_to_all
def sign_out() -> ResponseReturnValue:
    """Sign out here; the language that was switched to stays."""
    _clear()
    flash(_("You are signed out."))
    return redirect(url_for(".sign_in"), 303)


@bp.post("/go-on")
@needs("keep-own-sign-in")
def go_on() -> ResponseReturnValue:
    """Show somebody once more the form whose token was not this session's."""
    return redirect(_keep(person(), request.form.get("kept")) or url_for(hooks().home), 303)


@bp.get("/account")
@needs("keep-own-sign-in")
def account() -> ResponseReturnValue:
    """Show how somebody signs in, which language they read, and where they are signed in."""
    found = sign_ins.open_ones(session(), person=person())
    return render_template("people/account.html", sign_ins=found, here=_here())


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
    sign_ins.end_all(session(), person=person(), but=_here())
    flash(_("You are signed out everywhere else."))
    return redirect(url_for(".account"), 303)


@bp.route("/account/password", methods=["GET", "POST"])
@needs("keep-own-sign-in")
@limited(guesses.old_password_limits)
def change_password() -> ResponseReturnValue:
    """Change one's own password, which signs out everywhere else."""
    form = PasswordForm()
    here = _here()
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            service.change_password(
                session(),
                person=person(),
                old_password=form.old_password.data or "",
                password=form.password.data or "",
            )
            succeeded(session())
            _begin(person(), begun_by=here.begun_by, community_id=here.community_id)
            flash(_("Your password is changed."))
            return redirect(url_for(".account"), 303)
    return form_page("people/password.html", form)


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


def _here() -> SignIn:
    return cast(SignedIn, current_user).sign_in


def _begin(found: Person, *, begun_by: str, community_id: int | None = None) -> None:
    # Nothing that the browser kept before stays, so that nobody can have prepared it.
    _clear()
    token = sign_ins.begin(
        session(),
        person=found,
        begun_by=begun_by,
        device=device_of(request.user_agent.string),
        community_id=community_id,
    )
    browser.permanent = True
    known = sign_ins.find(session(), token=token)
    assert known
    login_user(SignedIn(token, *known))


def _clear() -> None:
    sign_ins.end_token(session(), token=browser.get("_user_id"))
    kept = {name: browser[name] for name in (LANGUAGE_KEY, guesses.KNOWN_KEY) if name in browser}
    browser.clear()
    browser.update(kept)
    # Who comes back in three weeks shall find it known.
    browser.permanent = guesses.KNOWN_KEY in kept


def _keep(found: Person, sealed: str | None) -> str | None:
    """Keep a sealed form for whoever typed it and has signed in, and give the page that shows it."""
    kept = unseal(sealed)
    if kept is None:
        return None
    if kept.typed_by and not kept.is_by(found):
        flash(
            _("The form that was sent before is somebody else's, so it is not shown. Nothing was saved."),
            "warn",
        )
        return None
    if kept.fields and kept.typed_by:
        service.keep_form(session(), person=found, path=kept.path, target=kept.target, fields=kept.fields)
        flash(_("What you had typed is still here. Please look at it and send it once more."), "warn")
    return kept.path


def _onwards(form: SignInForm) -> str:
    return safe_next(form.next.data, url_for(hooks().home))


def _head() -> ledger.Seal | None:
    """Give the newest seal, whose hash is published here."""
    return ledger.newest_seal(session(), community().book_id)


def _shown() -> Sequence[ShownSignIn]:
    demo = current_app.config["TIMEBANK_DEMO"]
    return service.shown_sign_ins(session(), community=community()) if demo else []
