"""Where Stripe tells that something happened: checked, fetched anew, then written."""

import logging

from flask import Blueprint
from flask import abort
from flask import request
from flask.typing import ResponseReturnValue

from timebank.payments.booking import TooEarly
from timebank.payments.facts import Event
from timebank.payments.gateway import GatewayDown
from timebank.payments.gateway import GatewayRefused
from timebank.payments.gateway import NotFromStripe
from timebank.payments.hearing import News
from timebank.payments.hearing import ask
from timebank.payments.hearing import write
from timebank.payments.here import gateway_here
from timebank.payments.models import StripeAccount
from timebank.payments.service import NotAskedByUs
from timebank.payments.service import hear
from timebank.payments.service import hold_account
from timebank.payments.service import meet_account
from timebank.payments.service import was_heard
from timebank.web import begin_writing
from timebank.web import community
from timebank.web import done
from timebank.web import from_machines
from timebank.web import hooks
from timebank.web import leave_database
from timebank.web import open_to_all
from timebank.web import session

bp = Blueprint("stripe", __name__)
log = logging.getLogger("timebank.stripe")

#: Stripe's events are a few kilobytes.
LARGEST_CALL = 256 * 1024


@bp.post("/stripe/webhook")
@from_machines
@open_to_all
def webhook() -> ResponseReturnValue:
    """Hear what Stripe tells; anything but 2xx makes Stripe tell it again, for three days."""
    gateway = gateway_here()
    if gateway is None:
        abort(404)
    if len(request.get_data()) > LARGEST_CALL:
        abort(413)
    try:
        event = gateway.event(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except NotFromStripe:
        abort(400)
    if event.live != gateway.live:
        # A live account may have test events sent here, and they are none of our business.
        return "not of this mode\n", 200
    if was_heard(session(), community=community(), event_id=event.id):
        return "known\n", 200
    known = session().get(StripeAccount, community().id) is not None
    leave_database()
    try:
        account_id = "" if known else gateway.account_id()
        news = ask(gateway, event.object_id)
    except GatewayDown:
        abort(503)
    except GatewayRefused:
        # What it is about is gone at Stripe, or our key may not read it: the nightly look says so, too.
        log.warning("event %s: Stripe does not show what it is about", event.id)
        return "not there\n", 200
    begin_writing()
    if account_id:
        meet_account(session(), community=community(), account_id=account_id, live=gateway.live)
    return _write(event, news)


def _write(event: Event, news: News) -> ResponseReturnValue:
    """Write down what was told, and that it was told, together or not at all."""
    hold_account(session(), community=community())
    if not hear(session(), community=community(), event=event):
        return "known\n", 200
    try:
        write(session(), community=community(), news=news, purposes=hooks().purposes)
    except (NotAskedByUs, TooEarly):
        # Ours, and not there yet: Stripe comes again.
        abort(409)
    done()
    return "heard\n", 200
