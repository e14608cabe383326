"""The pages on which an officer gives a member a one-time code, to be read out or printed."""

from flask import Blueprint
from flask import abort
from flask import current_app
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue

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


def _refused(member: Member) -> str:
    """Say beforehand why a member gets no code; nothing where they get one."""
    person = sign_in_codes.person_behind(session(), member=member)
    try:
        if person is not None:
            sign_in_codes.check_code(session(), member=member, person=person)
    except Refusal as refusal:
        return say(refusal)
    return ""


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
