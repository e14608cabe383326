"""The pages on which an officer helps whoever cannot sign in: by a code, or by taking a lost step away."""

from collections.abc import Callable

from flask import Blueprint
from flask import abort
from flask import current_app
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.errors import Refusal
from timebank.i18n import say
from timebank.members import queries
from timebank.members import sign_in_codes
from timebank.members.forms import CodeForm
from timebank.members.models import Member
from timebank.paper import qr_code
from timebank.people.codes import GOOD_FOR
from timebank.web import actor
from timebank.web import community
from timebank.web import done
from timebank.web import form_page
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("codes", __name__)


@bp.route("/members/<int:member_id>/sign-in-code", methods=["GET", "POST"])
@needs("give-sign-ins")
def give(member_id: int) -> ResponseReturnValue:
    """Say what a code is for, or why this member gets none; then give it.

    The paper is the answer itself and not another page: the code is kept nowhere, so it can be shown once.
    """
    member = queries.find_member(session(), community=community(), member_id=member_id) or abort(404)
    form = CodeForm()
    if form.validate_on_submit():
        with refusals(form):
            code = sign_in_codes.give_code(session(), community=community(), member=member, actor=actor())
            done()
            return _paper(member, code)
    return form_page("members/give_code.html", form, member=member, refused=_refused(member))


@bp.route("/members/<int:member_id>/second-step", methods=["GET", "POST"])
@needs("reset-second-steps")
def reset_second_step(member_id: int) -> ResponseReturnValue:
    """Say what it means to take a second step away, or why it cannot be; then take it away."""
    member = queries.find_member(session(), community=community(), member_id=member_id) or abort(404)
    form = CodeForm()
    if form.validate_on_submit():
        with refusals(form):
            sign_in_codes.reset_second_step(session(), community=community(), member=member, actor=actor())
            flash(_("%(name)s signs in without a second step now.", name=member.name), "warn")
            return redirect(url_for("members.show", member_id=member.id), 303)
    refused = _said(lambda: sign_in_codes.check_reset(session(), member=member, by=person().id))
    return form_page("members/reset_second_step.html", form, member=member, refused=refused)


def _said(check: Callable[[], object]) -> str:
    """Say beforehand what would be refused; nothing where nothing is."""
    try:
        check()
    except Refusal as refusal:
        return say(refusal)
    return ""


def _refused(member: Member) -> str:
    """Say beforehand why a member gets no code; nothing where they get one."""
    someone = sign_in_codes.person_behind(session(), member=member)
    if someone is None:
        return ""
    return _said(lambda: sign_in_codes.check_code(session(), member=member, person=someone))


def _paper(member: Member, code: str) -> ResponseReturnValue:
    address = current_app.config["TIMEBANK_BASE_URL"] + url_for("people.sign_in")
    return render_template(
        "print/sign_in_code.html",
        member=member,
        code=f"{code[:4]} {code[4:]}",
        until=clock.now() + GOOD_FOR,
        address=address,
        qr=qr_code(address),
        back=url_for("members.show", member_id=member.id),
    )
