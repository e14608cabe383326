"""The page on which a treasurer says that what is not identified is a gift."""

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.donations.gift_forms import IdentifyGiftForm
from timebank.donations.identifying import it_is_a_gift
from timebank.donations.models import DONATION
from timebank.donations.service import donation_of
from timebank.funds.queries import list_funds
from timebank.members.queries import names_to_suggest
from timebank.payments.identifying import Unidentified
from timebank.payments.identifying import find_unidentified
from timebank.payments.unidentified_views import gone
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("identify_gifts", __name__)


@bp.route("/money/unidentified/<int:movement_id>/gift", methods=["GET", "POST"])
@needs("write-down-gifts")
def identify(movement_id: int) -> ResponseReturnValue:
    """Say whose gift it was, and what for."""
    here = community()
    found = find_unidentified(session(), community=here, movement_id=movement_id)
    if found is None:
        return gone(movement_id)
    funds = [one for one in list_funds(session(), community=here) if one.ended_on is None]
    form = IdentifyGiftForm(funds=funds, **_known(found))
    if form.validate_on_submit():
        with refusals(form):
            gift = it_is_a_gift(
                session(), community=here, movement_id=movement_id, gift=form.gift(), actor=actor()
            )
            flash(_("It is a gift now, and booked as one."))
            return redirect(url_for("gifts.show", gift_id=gift.id), 303)
    names = names_to_suggest(session(), community=here)
    return form_page("donations/identify.html", form, found=found, suggestions=[name for _id, name in names])


def _known(found: Unidentified) -> dict[str, object]:
    """Fill in what whoever paid had written, where they began with a gift here."""
    if found.payment is None or found.payment.purpose != DONATION:
        return {}
    began = donation_of(session(), found.payment)
    same = ("name", "reading", "organisation", "address", "name_hidden", "email", "wants_receipt")
    fund = {"fund": str(began.fund_id)} if began.fund_id else {}
    return {name: getattr(began, name) for name in same} | fund
