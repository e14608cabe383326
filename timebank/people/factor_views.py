"""The pages on which people keep their second factor: set it up, print recovery codes, remove it."""

from datetime import timedelta

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.paper import qr_code
from timebank.people import browsers
from timebank.people import factors
from timebank.people import guesses
from timebank.people import sign_ins
from timebank.people.factor_letters import NEW_CODES
from timebank.people.factor_letters import REMOVED
from timebank.people.factor_letters import SET_UP
from timebank.people.factor_letters import tell
from timebank.people.forms import ProofForm
from timebank.people.forms import SetUpForm
from timebank.people.locks import lock
from timebank.people.locks import unlock
from timebank.rights import ROLE_LABELS
from timebank.web import begin_writing
from timebank.web import community
from timebank.web import done
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import limited
from timebank.web import member
from timebank.web import needs
from timebank.web import person
from timebank.web import reads_first
from timebank.web import refusals
from timebank.web import refuse_too_many
from timebank.web import safe_next
from timebank.web import session
from timebank.web import succeeded

bp = Blueprint("factors", __name__)

#: For how long a secret that was shown can be confirmed.
_SHOWN_FOR = timedelta(hours=1)


@bp.get("/account/second-step")
@needs("keep-own-sign-in")
def overview() -> ResponseReturnValue:
    """Say what a second step is for, which offices wait for it, and what somebody has."""
    return render_template(
        "people/second_step_overview.html",
        authenticator=factors.authenticator_of(session(), person=person()),
        left=factors.recovery_codes_left(session(), person=person()),
        here=browsers.this_sign_in(),
        role_labels=ROLE_LABELS,
        next_path=safe_next(request.args.get("next"), ""),
    )


@bp.route("/account/second-step/set-up", methods=["GET", "POST"])
@needs("keep-own-sign-in")
@reads_first
@limited(guesses.old_password_limits)
def set_up() -> ResponseReturnValue:
    """Show a secret to an authenticator, and keep it once a code says that it has arrived.

    Until then the secret is in the form alone, locked, and for this person.
    """
    form = SetUpForm()
    if _came_in_lately() and not factors.is_set_up(session(), person=person()):
        del form.password_or_code
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
    secret = unlock(form.secret.data or "", what=_shown_to(), within=_SHOWN_FOR) or factors.fresh_secret()
    proof, new = None, None
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            factors.check_code(secret, form.code.data or "", here=browsers.this_sign_in())
            if "password_or_code" in form:
                proof = factors.find_proof(session(), person=person(), typed=form.password_or_code.data or "")
            new = factors.make_recovery_codes()
    if new is not None:
        begin_writing()
        with refusals(form):
            return _keep(form, secret, proof, new)
    form.secret.data = lock(secret, what=_shown_to())
    address = factors.address_of(secret, name=_own_name(), issuer=community().name)
    return form_page(
        "people/second_step_set_up.html",
        form,
        secret=factors.in_fours(secret, " "),
        address=address,
        qr=qr_code(address),
        here=browsers.this_sign_in(),
    )


@bp.route("/account/second-step/recovery-codes", methods=["GET", "POST"])
@needs("keep-own-sign-in")
@reads_first
@limited(guesses.old_password_limits)
def recovery_codes() -> ResponseReturnValue:
    """Print recovery codes once more: others, since those that were printed are kept nowhere."""
    if not factors.is_set_up(session(), person=person()):
        return redirect(url_for(".overview"), 303)
    form, proof, new = ProofForm(), None, None
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            proof = factors.find_proof(session(), person=person(), typed=form.password_or_code.data or "")
            new = factors.make_recovery_codes()
    if proof is not None and new is not None:
        begin_writing()
        with refusals(form):
            factors.use_proof(session(), person=person(), proof=proof)
            factors.keep_recovery_codes(session(), person=person(), new=new)
            tell(session(), person=person(), community=community(), what=NEW_CODES)
            return _paper(new, back=url_for(".overview"))
    return form_page("people/recovery_codes.html", form)


@bp.route("/account/second-step/remove", methods=["GET", "POST"])
@needs("keep-own-sign-in")
@reads_first
@limited(guesses.old_password_limits)
def remove() -> ResponseReturnValue:
    """Sign in without a second step from now on; offices that need one sleep then."""
    if not factors.is_set_up(session(), person=person()):
        return redirect(url_for(".overview"), 303)
    form, proof = ProofForm(), None
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            proof = factors.find_proof(session(), person=person(), typed=form.password_or_code.data or "")
    if proof is not None:
        begin_writing()
        with refusals(form):
            factors.use_proof(session(), person=person(), proof=proof)
            factors.remove(session(), person=person(), here=browsers.this_sign_in())
            succeeded(session())
            tell(session(), person=person(), community=community(), what=REMOVED)
            flash(_("You sign in without a second step from now on."), "warn")
            return redirect(url_for(".overview"), 303)
    return form_page("people/second_step_remove.html", form)


def _keep(
    form: SetUpForm, secret: str, proof: factors.Proof | None, new: factors.NewCodes
) -> ResponseReturnValue:
    """Keep the authenticator and answer with the paper, which cannot be shown a second time."""
    if proof is not None:
        factors.use_proof(session(), person=person(), proof=proof)
    factors.set_up(
        session(), person=person(), secret=secret, code=form.code.data or "", here=browsers.this_sign_in()
    )
    factors.keep_recovery_codes(session(), person=person(), new=new)
    tell(session(), person=person(), community=community(), what=SET_UP)
    return _paper(new, back=safe_next(form.next.data, url_for(hooks().home)))


def _paper(new: factors.NewCodes, *, back: str) -> ResponseReturnValue:
    succeeded(session())
    done()
    return render_template(
        "print/recovery_codes.html",
        codes=[factors.in_fours(code, "-") for code in new.codes],
        name=_own_name(),
        printed=clock.now(),
        onwards=back,
    )


def _came_in_lately() -> bool:
    """Say whether somebody who may have no password has come in by a link within the last half hour."""
    return sign_ins.needs_no_password(browsers.this_sign_in())


def _own_name() -> str:
    """Name whoever is signed in as they sign in."""
    return str(person().email or (member().number if member() else community().slug))


def _shown_to() -> str:
    return f"authenticator shown to {person().id}"
