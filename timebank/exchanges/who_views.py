"""The page on which a household or an organisation says which person it was who gave or received."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.exchanges.forms import WhoForm
from timebank.exchanges.seeing import find_seen
from timebank.exchanges.seeing import may_say_who
from timebank.exchanges.took_part import say_who
from timebank.exchanges.took_part import who_can
from timebank.exchanges.took_part import who_ever_could
from timebank.exchanges.took_part import who_took_part
from timebank.web import form_page
from timebank.web import member
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("who", __name__)


@bp.route("/exchanges/<int:exchange_id>/who/<int:member_id>", methods=["GET", "POST"])
@needs("say-who-it-was")
def say(exchange_id: int, member_id: int) -> ResponseReturnValue:
    """Say which of those who act for a member it was; a coordinator does it as they were told."""
    shown = find_seen(exchange_id)
    whose = next((one for one in may_say_who(shown) if one.id == member_id), None) or abort(404)
    # Here for the household itself, or as the coordinator who was told.
    by_officer = member() is None or member().id != whose.id
    persons = {one.person.id: one.name for one in who_can(session(), member=whose)}
    known = who_took_part(session(), member=whose, exchange_ids=[exchange_id]).get(exchange_id)
    ever = who_ever_could(session(), member=whose)
    if by_officer:
        persons = ever
    elif known in ever:
        persons |= {known: ever[known]}
    form = WhoForm(persons=persons, who=str(known or ""))
    if form.validate_on_submit():
        with refusals(form):
            person_id = int(form.who.data) if form.who.data else None
            say_who(
                session(), exchange=shown.exchange, member=whose, person_id=person_id, by_officer=by_officer
            )
            flash(_("It is written down."))
            return redirect(url_for("exchanges.show", exchange_id=exchange_id), 303)
    return form_page("exchanges/who.html", form, shown=shown, whose=whose)
