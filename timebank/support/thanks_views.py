"""The pages about what a member takes for help: what they usually do, and thanks that they give away."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.donations import by_hand
from timebank.funds.queries import list_funds
from timebank.members.guardians import check_of_age
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.receipts.issuer import issuer_of
from timebank.support import queries
from timebank.support import usual as usuals
from timebank.support.forms import GiveThanksForm
from timebank.support.forms import UsualForm
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("thanks", __name__)


@bp.route("/support/mine/give-thanks", methods=["GET", "POST"])
@needs("keep-own-support")
def give() -> ResponseReturnValue:
    """Give away thanks that one is owed: no money moves, and it is a gift as any other."""
    return _given(oneself(), email=person().email or "", back=url_for("visits.mine"))


@bp.route("/support/owed/<int:member_id>/gives", methods=["GET", "POST"])
@needs("settle-support")
def give_for(member_id: int) -> ResponseReturnValue:
    """Write down that a member gives away thanks that they are owed, as they said."""
    whose = find_member(session(), community=community(), member_id=member_id) or abort(404)
    return _given(whose, email="", back=url_for("visits.of_member", member_id=whose.id))


@bp.route("/support/mine/takes", methods=["GET", "POST"])
@needs("keep-own-support")
def usual() -> ResponseReturnValue:
    """Say what one usually takes for help that one gives."""
    return _usual(oneself(), back=url_for("visits.mine"))


@bp.route("/support/owed/<int:member_id>/takes", methods=["GET", "POST"])
@needs("log-for-others")
def usual_of(member_id: int) -> ResponseReturnValue:
    """Write down what a member usually takes, as they said."""
    whose = find_member(session(), community=community(), member_id=member_id) or abort(404)
    return _usual(whose, back=url_for("visits.of_member", member_id=whose.id))


def _usual(whose: Member, *, back: str) -> ResponseReturnValue:
    if not queries.was_ever_on(session(), community=community()):
        abort(404)
    form = UsualForm(takes=usuals.usual_of(session(), member=whose))
    if form.validate_on_submit():
        with refusals(form):
            usuals.say_usual(session(), member=whose, takes=form.takes.data, actor=actor())
            flash(_("It is saved."))
            return redirect(back, 303)
    return form_page("support/usual.html", form, whose=whose, back=back)


def _given(whose: Member, *, email: str, back: str) -> ResponseReturnValue:
    here = community()
    if not queries.was_ever_on(session(), community=here):
        abort(404)
    owed = queries.owed_of(session(), community=here, member=whose).is_owed_minor
    funds = list_funds(session(), community=here)
    issues = issuer_of(session(), community=here) is not None
    form = GiveThanksForm(funds, receipts=issues, amount=max(0, owed) or None)
    if form.validate_on_submit():
        with refusals(form):
            check_of_age(session(), member=whose)
            gift = form.gift(whose, email=email, given_on=clock.today(here.time_zone))
            try:
                by_hand.write_down(session(), community=here, gift=gift, actor=actor())
            except by_hand.WrittenBefore:
                form.renew_key()
                raise
            flash(_("It is given. Thank you."))
            return redirect(back, 303)
    return form_page("support/give_thanks.html", form, whose=whose, owed=owed, back=back)
