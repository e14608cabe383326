"""The page from which treasurers send the bills of a month by mail."""

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.payments.here import gateway_here
from timebank.support.forms import SendBillsForm
from timebank.support.sending import NOTHING
from timebank.support.sending import ToSend
from timebank.support.sending import list_bills
from timebank.support.sending import send
from timebank.support.views import asked_month
from timebank.support.views import check_on
from timebank.support.views import months_around
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import session

bp = Blueprint("help_bills", __name__)


@bp.route("/support/months/send", methods=["GET", "POST"])
@needs("settle-support")
def send_out() -> ResponseReturnValue:
    """Send the bills of a month to those who have an address for mail; who has none gets paper."""
    check_on()
    here, (first, last) = community(), asked_month()
    bills = list_bills(session(), community=here, first=first, last=last)
    form = SendBillsForm([one for one in bills if one.can_be_sent], here.currency)
    by_link = gateway_here() is not None
    if form.validate_on_submit():
        chosen = [one for one in bills if one.bill.member.id in (form.who.data or ())]
        count = sum(
            send(session(), community=here, one=one, first=first, by_link=by_link, actor=actor()) is not None
            for one in chosen
        )
        flash(_("Letters that are on their way: %(count)s", count=count))
        return redirect(url_for(".send_out", month=first.strftime("%Y-%m")), 303)
    return form_page(
        "support/send_bills.html",
        form,
        sent=[one for one in bills if one.last is not None],
        on_paper=[one for one in bills if _is_for_paper(one)],
        nothing=[one for one in bills if one.state == NOTHING],
        by_link=by_link,
        is_over=last < clock.today(here.time_zone),
        **months_around(first, last),
    )


def _is_for_paper(one: ToSend) -> bool:
    return not one.by_mail and one.state != NOTHING
