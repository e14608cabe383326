"""The page of a giver who is asked about another purpose: by its link, without signing in."""

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
from timebank.donations.kept import owed
from timebank.errors import Refusal
from timebank.funds.models import ASKED
from timebank.funds.queries import find_change
from timebank.i18n import say
from timebank.purposes import queries
from timebank.purposes import service
from timebank.purposes.models import AGREED
from timebank.purposes.models import PAGE
from timebank.purposes.models import PurposeGiver
from timebank.purposes.settling import parts
from timebank.web import actor
from timebank.web import community
from timebank.web import open_to_all
from timebank.web import session

bp = Blueprint("purpose_answers", __name__)


@bp.get("/purposes/<purpose_token>")
@open_to_all
def show(purpose_token: str) -> ResponseReturnValue:
    """Show what was given, what is left, and two buttons: programs that look into mail answer nothing."""
    return _page(_giver(purpose_token))


@bp.post("/purposes/<purpose_token>")
@open_to_all
def answer(purpose_token: str) -> ResponseReturnValue:
    """Agree, or have back what is left; it can be changed until the last day."""
    giver = _giver(purpose_token)
    try:
        service.answer(
            session(),
            community=community(),
            giver=giver,
            said=request.form.get("answer", ""),
            heard=PAGE,
            actor=actor(),
        )
    except (service.AnswersAreOver, service.NotAskedAnyMore, service.AnswerUnknown) as refused:
        return _page(giver, refused), refused.status
    if giver.answer == AGREED:
        flash(_("Thank you: you agree."))
    else:
        flash(_("You will have back what is left of yours."))
    return redirect(url_for(".show", purpose_token=purpose_token), 303)


def _giver(purpose_token: str) -> PurposeGiver:
    """Find whose page it is; another community's is simply not there."""
    return queries.find_by_token(session(), community=community(), token=purpose_token) or abort(404)


def _page(row: PurposeGiver, problem: Refusal | None = None) -> str:
    found = find_change(session(), community=community(), change_id=row.change_id) or abort(404)
    asked = parts(session(), community=community(), change=found.change, fund=found.fund)
    own = {one.donation_id: part for one, _said, part in asked if one.giver_id == row.id}
    giver = queries.giver_of(session(), community=community(), row=row)
    in_time = clock.today(community().time_zone) <= found.change.answer_by
    return render_template(
        "purposes/answer.html",
        found=found,
        giver=giver,
        left=own,
        left_in_all=sum(own.values()),
        waits=bool(owed(session(), community=community(), ids=list(own))),
        can_answer=found.change.state == ASKED and in_time,
        problem=say(problem) if problem else "",
    )
