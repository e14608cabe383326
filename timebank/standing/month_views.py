"""The page by which a month of an arrangement is confirmed from its signed sheet."""

from datetime import date

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

import ledger
from timebank.actor import Actor
from timebank.exchanges.rules import FormSavedAlready
from timebank.standing import queries
from timebank.standing.confirming import LineRefused
from timebank.standing.confirming import Outcome
from timebank.standing.confirming import confirm as confirm_month
from timebank.standing.forms import MonthForm
from timebank.standing.forms import month_form
from timebank.standing.models import Arrangement
from timebank.standing.views import LABELS
from timebank.standing.views import asked_month
from timebank.standing.views import find
from timebank.standing.views import months_around
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("standing_month", __name__)


@bp.route("/standing/<int:arrangement_id>/month", methods=["GET", "POST"])
@needs("keep-standing")
def confirm(arrangement_id: int) -> ResponseReturnValue:
    """Confirm a month as its sheet was signed; what it comes to is shown before anything is booked."""
    found = find(arrangement_id)
    first, last = asked_month()
    form = month_form(found.what, _days(found.what, first, last))
    outcome: Outcome | None = None
    if form.validate_on_submit():
        with refusals(form):
            outcome = _confirmed(form, found.what, first, last)
            if outcome.kept:
                _say(outcome)
                return redirect(url_for("standing.index", month=first.strftime("%Y-%m")), 303)
            form.seen.data = outcome.mark
    page, status = form_page(
        "standing/confirm.html",
        form,
        one=found,
        # Read anew: somebody else may have confirmed some of them at this moment.
        days=_days(found.what, first, last),
        outcome=outcome,
        closed=ledger.closed_through(session(), community().book_id),
        labels=LABELS,
        **months_around(first, last),
    )
    return page, 422 if outcome else status


def _confirmed(form: MonthForm, what: Arrangement, first: date, last: date) -> Outcome:
    told = Actor(person_id=person().id, member_id=None, how=form.heard.data)
    try:
        return confirm_month(
            session(),
            community=community(),
            arrangement=what,
            sheet=form.sheet(first, last),
            actor=told,
        )
    except FormSavedAlready:
        form.renew_key()
        raise
    except LineRefused as refused:
        if isinstance(refused.why, FormSavedAlready):
            form.renew_key()
        raise


def _days(what: Arrangement, first: date, last: date) -> list[queries.DayOf]:
    return queries.days_of(session(), community=community(), arrangement=what, first=first, last=last)


def _say(outcome: Outcome) -> None:
    if outcome.repeated:
        flash(_("This was logged already, and once is enough."))
    elif outcome.lines:
        flash(
            ngettext(
                "One day is confirmed and booked.",
                "%(num)d days are confirmed and booked.",
                len(outcome.lines),
            )
        )
    else:
        flash(_("It is written down that nothing happened on these days."))
