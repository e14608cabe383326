"""The page on which a treasurer says that what is not identified is a fee."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.members.queries import names_to_suggest
from timebank.memberships import service
from timebank.memberships.forms import IdentifyFeeForm
from timebank.memberships.identifying import Identified
from timebank.memberships.identifying import it_is_a_fee
from timebank.payments.identifying import find_unidentified
from timebank.payments.unidentified_views import gone
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("identify_fees", __name__)


@bp.route("/money/unidentified/<int:movement_id>/fee", methods=["GET", "POST"])
@needs("take-fees")
def identify(movement_id: int) -> ResponseReturnValue:
    """Say whose fee it was, and for which years."""
    here = community()
    found = find_unidentified(session(), community=here, movement_id=movement_id)
    if found is None:
        return gone(movement_id)
    plans = [one for one in service.list_plans(session(), community=here) if one.fee_minor]
    form = IdentifyFeeForm(plans)
    if form.validate_on_submit():
        whose = form.other.member or abort(422)
        with refusals(form):
            wanted = Identified(member=whose, plan=form.chosen(), years=int(form.years.data))
            it_is_a_fee(session(), community=here, movement_id=movement_id, wanted=wanted, actor=actor())
            flash(_("It is a fee now, and booked as one."))
            return redirect(url_for("fees.of_member", member_id=whose.id), 303)
    names = names_to_suggest(session(), community=here)
    return form_page(
        "memberships/identify.html", form, found=found, plans=plans, suggestions=[name for _id, name in names]
    )
