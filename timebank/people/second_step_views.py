"""The page between a right password and being signed in: it asks for the second factor."""

from flask import Blueprint
from flask import current_app
from flask import flash
from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from timebank.people import browsers
from timebank.people import entrance
from timebank.people import factors
from timebank.people import guesses
from timebank.people import half_sign_ins
from timebank.people import service
from timebank.people import views
from timebank.people.factor_letters import RECOVERY_USED
from timebank.people.factor_letters import tell
from timebank.people.forms import SecondStepForm
from timebank.people.models import Person
from timebank.web import begin_writing
from timebank.web import community
from timebank.web import form_page
from timebank.web import limited
from timebank.web import open_to_all
from timebank.web import reads_first
from timebank.web import refusals
from timebank.web import refuse_too_many
from timebank.web import session
from timebank.web import succeeded

bp = Blueprint("second_step", __name__)


@bp.route("/sign-in/second-step", methods=["GET", "POST"])
@open_to_all
@reads_first
@limited(guesses.second_step_limits)
def ask() -> ResponseReturnValue:
    """Ask for a code of whoever's password or link was right; nothing is open to them before."""
    waiting = browsers.half_here()
    if waiting is None:
        return render_template("people/second_step_gone.html"), 404
    half, found = waiting
    if not half_sign_ins.is_good(half):
        return views.sign_in_anew(next_path=half.next_path or "", kept=half.kept or "")
    form, code = SecondStepForm(), None
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            code = factors.find_code(session(), person=found, typed=form.code.data or "")
            if code is None:
                raise factors.CodeWrong
    if code is not None:
        begin_writing()
        with refusals(form):
            return _go_in(code)
    return form_page("people/second_step.html", form, shown=_shown(found))


def _go_in(code: factors.FoundCode) -> ResponseReturnValue:
    """Use the code and the half sign-in up, and sign in."""
    waiting = browsers.half_here()
    if waiting is None:
        raise half_sign_ins.HalfSignInGone
    half, found = waiting
    factors.use_code(session(), person=found, found=code)
    succeeded(session())
    answer = entrance.finish(half, found)
    if code.recovery_hash:
        left = factors.recovery_codes_left(session(), person=found)
        tell(session(), person=found, community=community(), what=RECOVERY_USED)
        flash(
            ngettext("You have one recovery code left.", "You have %(num)d recovery codes left.", left),
            "warn",
        )
    return answer


def _shown(found: Person) -> tuple[str, int] | None:
    """Give the code of somebody whose password anybody may read: in the demo only."""
    if not current_app.config["TIMEBANK_DEMO"]:
        return None
    known = any(one.person_id == found.id for one in service.shown_sign_ins(session(), community=community()))
    return factors.code_to_show(session(), person_id=found.id) if known else None
