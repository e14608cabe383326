"""The way through Stripe's page, the same for whatever is paid: ask once more, lead on, tell what became."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.errors import Refusal
from timebank.i18n import say
from timebank.payments.here import Journey
from timebank.payments.here import gateway_here
from timebank.payments.here import look_again
from timebank.payments.here import stands
from timebank.payments.here import stripe_settings
from timebank.payments.here import way_to_stripe
from timebank.payments.models import EXPIRED
from timebank.payments.models import FAILED
from timebank.payments.models import PAID_STATES
from timebank.payments.models import PROCESSING
from timebank.payments.models import Payment
from timebank.payments.paying import StripeAway
from timebank.payments.paying import StripeSaysNo
from timebank.payments.service import find_payment
from timebank.web import community
from timebank.web import lead_to
from timebank.web import refuse_too_many
from timebank.web import session

#: Whoever waits for the money to arrive need not look again by hand.
_LOOK_AGAIN_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """How payments of one kind lead to Stripe's page and back, as their feature says."""

    #: As their rows name it.
    purpose: str
    #: Endpoints: the last page before Stripe's, and the one that Stripe's leads back to.
    confirm: str
    back: str
    #: The last page before Stripe's, of a payment.
    page: Callable[[Payment, dict[str, Any]], str]
    #: The newest attempt to pay the same, and whether it was paid by whatever way.
    newest: Callable[[Payment], Payment]
    is_done: Callable[[Payment], bool]
    #: What Stripe's page says.
    journey: Callable[[Payment], Journey]
    #: Begins another attempt to pay the same.
    again: Callable[[Payment], Payment]
    #: Refuses what may not be paid any more.
    check: Callable[[Payment], None] = lambda _payment: None

    def find(self, token: str) -> Payment:
        """Find a payment of this kind; another community's, or of something else, is not there."""
        payment = find_payment(session(), community=community(), token=token) or abort(404)
        return payment if payment.purpose == self.purpose else abort(404)

    def ask(self, token: str) -> ResponseReturnValue:
        """Show once more what is paid; where it is paid or begun anew, lead there."""
        payment = self.find(token)
        return self._elsewhere(payment) or self._asked(payment)

    def lead_on(self, token: str) -> ResponseReturnValue:
        """Lead to Stripe's page, which is made where there is none; the view reads first."""
        refuse_too_many()
        payment = self.find(token)
        if elsewhere := self._elsewhere(payment):
            return elsewhere
        try:
            self.check(payment)
        except Refusal as problem:
            return self._asked(payment, problem), problem.status
        try:
            url = way_to_stripe(payment, self.journey(payment))
        except (StripeAway, StripeSaysNo) as problem:
            # What was read before the call is gone.
            return self._asked(self.find(token), problem), problem.status
        if url is None:
            again = self.again(self.find(token))
            flash(
                _("The page for paying had run out, and nothing was taken. Please go on once more."), "warn"
            )
            return redirect(url_for(self.confirm, payment_token=again.token), 303)
        lead_to(stripe_settings().checkout)
        return redirect(url, 303)

    def come_back(self, token: str, page: Callable[[Payment, dict[str, Any]], str]) -> ResponseReturnValue:
        """Tell whoever comes back how it stands; nothing failed without proof."""
        payment = look_again(self.find(token))
        arrived = payment.state in PAID_STATES or self.is_done(payment)
        over = payment.state in {EXPIRED, FAILED}
        shown = page(
            payment,
            {"payment": payment, "paid": arrived, "over": over, "waits": payment.state == PROCESSING},
        )
        # The page looks again by itself, without a script, as long as something can still come.
        return shown, 200, {} if arrived or over else {"Refresh": str(_LOOK_AGAIN_SECONDS)}

    def _asked(self, payment: Payment, problem: Refusal | None = None) -> str:
        by_card = gateway_here() is not None
        if by_card:
            lead_to(stripe_settings().checkout)
        said = say(problem) if problem else ""
        return self.page(payment, {"payment": payment, "by_card": by_card, "problem": said})

    def _elsewhere(self, payment: Payment) -> ResponseReturnValue | None:
        """Lead to where it stands: it is paid, or on its way, or there is a newer attempt to pay it."""
        found = stands(payment, self.newest(payment), done=self.is_done(payment))
        if found is None:
            return None
        done, token = found
        return redirect(url_for(self.back if done else self.confirm, payment_token=token), 303)
