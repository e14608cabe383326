"""The stewards' pages: what was agreed with other communities, proposing, answering and ending it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.between import agreements
from timebank.between import queries
from timebank.between.forms import ProposeForm
from timebank.between.models import HoursAgreement
from timebank.between.sides import find_agreement
from timebank.between.sides import owed_between
from timebank.between.sides import seen_from
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.i18n import say
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("agreements", __name__)

#: What an agreement's state is called, and how its tag looks.
STATES = {
    "proposed": (N_("Waits for an answer"), "open"),
    "on": (N_("Holds"), ""),
    "declined": (N_("Declined"), "off"),
    "withdrawn": (N_("Taken back"), "off"),
    "ended": (N_("Ended"), "off"),
}


@bp.get("/settings/between/")
@needs("agree-on-hours")
def index() -> ResponseReturnValue:
    """List what was ever proposed or agreed with other communities."""
    found = queries.agreements_of(session(), community=community())
    return render_template("between/agreements.html", agreements=found, states=STATES)


@bp.route("/settings/between/new", methods=["GET", "POST"])
@needs("agree-on-hours")
def propose() -> ResponseReturnValue:
    """Propose something to another community."""
    form = ProposeForm()
    if form.validate_on_submit():
        with refusals(form):
            row = agreements.propose(
                session(),
                community=community(),
                slug=form.slug.data or "",
                terms=form.terms(),
                actor=actor(),
            )
            flash(_("It is proposed. A steward of the other community answers it."))
            return redirect(url_for(".show", agreement_id=row.id), 303)
    return form_page("between/propose.html", form)


@bp.get("/settings/between/<int:agreement_id>")
@needs("agree-on-hours")
def show(agreement_id: int) -> ResponseReturnValue:
    """Show the terms of an agreement, or of a proposal to answer exactly these."""
    return _page(_agreement(agreement_id))


@bp.post("/settings/between/<int:agreement_id>/accept")
@needs("agree-on-hours")
def accept(agreement_id: int) -> ResponseReturnValue:
    """Let the terms that were shown hold from now on."""
    return _do(agreement_id, agreements.accept, N_("It holds from now on."))


@bp.post("/settings/between/<int:agreement_id>/decline")
@needs("agree-on-hours")
def decline(agreement_id: int) -> ResponseReturnValue:
    """Decline what the other community has proposed."""
    return _do(agreement_id, agreements.decline, N_("It is declined."))


@bp.post("/settings/between/<int:agreement_id>/withdraw")
@needs("agree-on-hours")
def withdraw(agreement_id: int) -> ResponseReturnValue:
    """Take one's own proposal back."""
    return _do(agreement_id, agreements.withdraw, N_("The proposal is taken back."))


@bp.post("/settings/between/<int:agreement_id>/end")
@needs("agree-on-hours")
def end(agreement_id: int) -> ResponseReturnValue:
    """End an agreement from now on."""
    return _do(agreement_id, agreements.end, N_("It has ended. What is owed stays, and is still shown."))


# --- the leaves ---------------------------------------------------------------------------------------------


def _agreement(agreement_id: int) -> HoursAgreement:
    """Find an agreement of this community; others' are simply not there."""
    return find_agreement(session(), community=community(), agreement_id=agreement_id) or abort(404)


def _do(agreement_id: int, verb: Callable[..., Any], done: str) -> ResponseReturnValue:
    agreement = _agreement(agreement_id)
    savepoint = session().begin_nested()
    try:
        verb(session(), community=community(), agreement=agreement, actor=actor())
    except Refusal as refused:
        savepoint.rollback()
        return _page(agreement, say(refused)), refused.status
    savepoint.commit()
    flash(_(done))
    return redirect(url_for(".show", agreement_id=agreement.id), 303)


def _page(agreement: HoursAgreement, refused: str = "") -> str:
    between = seen_from(session(), community=community(), agreement=agreement)
    return render_template(
        "between/agreement.html",
        between=between,
        owed=owed_between(session(), between),
        refused=refused,
        states=STATES,
    )
