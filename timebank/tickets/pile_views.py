"""The pages of tickets that came in: entering a pile, what one member paid so, and taking it back."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.i18n import say
from timebank.tickets import paying
from timebank.tickets.came_in import CameIn
from timebank.tickets.came_in import find_came_in
from timebank.tickets.came_in import list_came_in
from timebank.tickets.pile_forms import PileForm
from timebank.tickets.pile_forms import TakeBackPileForm
from timebank.tickets.piles import Pile
from timebank.tickets.piles import PileRefused
from timebank.tickets.piles import read_pile
from timebank.tickets.views import check_sold
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("ticket_piles", __name__)

#: So many that were entered last are shown below the form.
_LAST = 50


@bp.route("/support/tickets/came-in/", methods=["GET", "POST"])
@needs("enter-tickets")
def enter() -> ResponseReturnValue:
    """Enter the numbers of a pile; what each member pays with them is shown before anything is saved."""
    check_sold()
    here = community()
    form = PileForm(came_on=clock.today(here.time_zone))
    pile: Pile | None = None
    if form.validate_on_submit():
        with refusals(form):
            pile = _looked_at(form)
            if pile is None or pile.mark == form.seen.data:
                if pile is not None:
                    paying.book(session(), community=here, pile=pile, key=form.key.data or "", actor=actor())
                flash(_("The tickets are used, and what they pay stands in the books."))
                return redirect(url_for(".enter"), 303)
            form.seen.data = pile.mark
    page, status = form_page(
        "tickets/came_in.html", form, pile=pile, last=list_came_in(session(), community=here, limit=_LAST)
    )
    return page, 422 if pile else status


@bp.get("/support/tickets/came-in/<int:ticket_paid_id>")
@needs("see-support")
def show(ticket_paid_id: int) -> ResponseReturnValue:
    """Tell what a member paid with which tickets that came in."""
    return render_template("tickets/came_in_one.html", one=_found(ticket_paid_id))


@bp.route("/support/tickets/came-in/<int:ticket_paid_id>/take-back", methods=["GET", "POST"])
@needs("enter-tickets")
def take_back(ticket_paid_id: int) -> ResponseReturnValue:
    """Take back what was entered by mistake; its tickets are free again."""
    found, form = _found(ticket_paid_id), TakeBackPileForm()
    there = url_for(".show", ticket_paid_id=ticket_paid_id)
    if form.validate_on_submit():
        with refusals(form):
            paying.take_back(
                session(),
                community=community(),
                paid=found.paid,
                reason=form.reason.data or "",
                actor=actor(),
            )
            flash(_("It is taken back."))
            return redirect(there, 303)
    elif found.paid.reversal_id is not None:
        return redirect(there, 303)
    return form_page("tickets/take_back_came_in.html", form, one=found)


# --- the leaves ---------------------------------------------------------------------------------------------


def _looked_at(form: PileForm) -> Pile | None:
    """Tell what becomes of the pile; everything that is wrong with it stands on top of the form at once."""
    try:
        return paying.look_at(
            session(),
            community=community(),
            numbers=read_pile(form.numbers.data or ""),
            came_on=form.came_on.data,
            key=form.key.data or "",
        )
    except PileRefused as refused:
        form.form_errors.extend(say(one) for one in refused.reasons)
        raise
    except paying.PileSavedBefore:
        form.renew_key()
        raise


def _found(ticket_paid_id: int) -> CameIn:
    """Find what was paid in this community; another's is simply not there."""
    return find_came_in(session(), community=community(), ticket_paid_id=ticket_paid_id) or abort(404)
