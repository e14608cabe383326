"""The officers' pages about prepaid balances: what is on them, topping up at the desk, and giving back."""

from datetime import date

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.queries import names_to_suggest
from timebank.prepaid import giving_back
from timebank.prepaid import queries
from timebank.prepaid import rules
from timebank.prepaid import topping
from timebank.prepaid.forms import WAY_LABELS
from timebank.prepaid.forms import DeskTopUpForm
from timebank.prepaid.forms import GiveBackForm
from timebank.prepaid.forms import TakeBackTopUpForm
from timebank.prepaid.spending import balance_of_record
from timebank.prepaid.views import check_offered
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("prepaid_desk", __name__)


@bp.get("/support/prepaid/balances")
@needs("see-support")
def index() -> ResponseReturnValue:
    """List everybody on whose balance something is."""
    check_offered()
    found = queries.list_holders(session(), community=community())
    return render_template(
        "prepaid/balances.html",
        holders=found,
        total=sum(one.balance_minor for one in found),
        offered=rules.are_offered(session(), community=community()),
    )


@bp.route("/support/prepaid/desk", methods=["GET", "POST"])
@needs("settle-support")
def top_up() -> ResponseReturnValue:
    """Write down what was paid ahead at the desk; it is on the balance at once."""
    check_offered()
    here = community()
    form = DeskTopUpForm(paid_on=_today(), member=request.args.get("member", ""))
    if form.validate_on_submit():
        with refusals(form):
            paid = topping.AtDesk(
                member=form.member.member or abort(422),
                amount_minor=form.amount.data or 0,
                way=form.way.data,
                paid_on=form.paid_on.data,
                key=form.key.data or "",
            )
            try:
                topup = topping.top_up(session(), community=here, paid=paid, actor=actor())
            except topping.ToppedUpBefore:
                form.renew_key()
                raise
            flash(_("It is written down, and stands in the books."))
            return redirect(url_for(".of_member", member_id=topup.member_id), 303)
    return form_page(
        "prepaid/desk.html",
        form,
        suggestions=[name for _id, name in names_to_suggest(session(), community=here)],
        rule=rules.rule_of(session(), community=here),
        offered=rules.are_offered(session(), community=here),
    )


@bp.get("/support/prepaid/of/<int:member_id>")
@needs("see-support")
def of_member(member_id: int) -> ResponseReturnValue:
    """Show what is on a member's balance, and what has become of it."""
    check_offered()
    whose = _member(member_id)
    return render_template(
        "prepaid/of_member.html",
        whose=whose,
        balance=queries.balance_of(session(), community=community(), member=whose),
        of_record=_of_record(whose),
        history=queries.history_of(session(), community=community(), member=whose),
        rule=rules.rule_of(session(), community=community()),
        offered=rules.are_offered(session(), community=community()),
        ways=WAY_LABELS,
    )


@bp.route("/support/prepaid/of/<int:member_id>/give-back", methods=["GET", "POST"])
@needs("settle-support")
def give_back(member_id: int) -> ResponseReturnValue:
    """Write down that money went back from a balance, where the community does that."""
    check_offered()
    whose = _member(member_id)
    if not rules.rule_of(session(), community=community()).refunds:
        raise giving_back.NothingGoesBack
    form = GiveBackForm(amount=_of_record(whose) or None, given_on=_today())
    if form.validate_on_submit():
        with refusals(form):
            try:
                giving_back.give_back(
                    session(), community=community(), member=whose, back=form.back(), actor=actor()
                )
            except topping.ToppedUpBefore:
                form.renew_key()
                raise
            flash(_("It is written down, and stands in the books."))
            return redirect(url_for(".of_member", member_id=whose.id), 303)
    return form_page("prepaid/give_back.html", form, whose=whose, left=_of_record(whose))


@bp.route("/support/prepaid/top-ups/<int:topup_id>/take-back", methods=["GET", "POST"])
@needs("settle-support")
def take_back(topup_id: int) -> ResponseReturnValue:
    """Take back what the desk wrote down by mistake."""
    found = queries.find_topup(session(), community=community(), topup_id=topup_id) or abort(404)
    if found.entry_id is None:
        raise topping.CameByStripe
    whose, form = _member(found.member_id), TakeBackTopUpForm()
    if form.validate_on_submit():
        with refusals(form):
            topping.take_back(
                session(), community=community(), topup=found, reason=form.reason.data or "", actor=actor()
            )
            flash(_("It is taken back."))
            return redirect(url_for(".of_member", member_id=whose.id), 303)
    elif found.reversal_id is not None:
        return redirect(url_for(".of_member", member_id=whose.id), 303)
    return form_page("prepaid/take_back.html", form, topup=found, whose=whose, ways=WAY_LABELS)


def _member(member_id: int) -> Member:
    return find_member(session(), community=community(), member_id=member_id) or abort(404)


def _of_record(whose: Member) -> int:
    """Tell what is on this record: from it, and from no other that was joined, money goes back."""
    return balance_of_record(session(), community=community(), member_id=whose.id)


def _today() -> date:
    return clock.today(community().time_zone)
