"""A community that takes gifts by card, with a rehearsal's Stripe beside it, for tests."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.servers import application
from tests.stripe_things import HERE
from tests.stripe_things import KEY
from tests.stripe_things import SECRET
from tests.stripe_things import Rehearsal
from tests.stripe_things import rehearsal
from timebank import clock
from timebank.app import HOOKS
from timebank.communities.models import Community
from timebank.db import db
from timebank.donations import service as donations
from timebank.funds.models import Fund
from timebank.funds.service import open_fund
from timebank.funds.spending import Spent
from timebank.funds.spending import spend
from timebank.payments.accounts import gateway_of
from timebank.payments.models import Payment
from timebank.payments.sweeping import Sweep
from timebank.payments.sweeping import Swept

SLUG = "kadoma"
WEBHOOK = f"/{SLUG}/stripe/webhook"


@dataclass
class Till:
    """A community whose gifts go to the fund *meal*, and the account of it at Stripe."""

    app: Flask
    stripe: Rehearsal
    community_id: int
    book_id: int
    fund_id: int

    # --- what people do -------------------------------------------------------------------------------------

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def begin(self, amount: int = 3000, *, fund: bool = True, **typed: Any) -> str:
        """Fill in the form and give the token of the payment."""
        client = self.client()
        key = re.search(r'name="key"[^>]*value="([^"]+)"', client.get(f"/{SLUG}/give").text)
        assert key
        form = {"amount": "another", "other": str(amount), "every": ""}
        form["fund"] = str(self.fund_id) if fund else "0"
        answer = client.post(f"/{SLUG}/give", data={"key": key[1], **form, **typed})
        assert answer.status_code == 303, answer.text
        return str(answer.location).rsplit("/", 1)[1]

    def go_on(self, token: str) -> TestResponse:
        """Press the button that leads to Stripe."""
        return self.client().post(f"/{SLUG}/give/{token}/pay")

    def at_stripe(self, token: str) -> str:
        """Go on to Stripe, and give the page's id there."""
        answer = self.go_on(token)
        assert answer.status_code == 303, answer.text
        return str(answer.location).rsplit("/", 1)[1]

    def given(self, amount: int = 3000, **typed: Any) -> str:
        """Give and pay, and close the window before anything leads back; give the token."""
        token = self.begin(amount, **typed)
        self.stripe.fake.pay(self.at_stripe(token))
        return token

    def come_back(self, token: str) -> TestResponse:
        """Open the page that Stripe leads back to."""
        return self.client().get(f"/{SLUG}/give/{token}/thanks")

    # --- what Stripe does -----------------------------------------------------------------------------------

    def pending(self) -> list[str]:
        return [event["id"] for event in self.stripe.fake.pending(account=HERE)]

    def tell(self, event: str) -> int:
        """Let Stripe tell of an event, and give what it is answered with."""
        body, headers = self.stripe.fake.signed(event)
        status = self.call(body, headers["Stripe-Signature"])
        if status < 300:
            self.stripe.fake.note_delivery(HERE, event)
        return status

    def call(self, body: bytes, signature: str) -> int:
        answer = self.client().post(
            WEBHOOK, data=body, headers={"Stripe-Signature": signature}, content_type="application/json"
        )
        return answer.status_code

    def tell_all(self) -> None:
        """Let Stripe tell everything until all of it is heard."""
        for _round in range(5):
            for event in self.pending():
                self.tell(event)
        assert self.pending() == []

    def sweep(self) -> Swept:
        """Look as every night does."""
        with self.app.app_context():
            settings = self.app.config["TIMEBANK_STRIPE"]

            def gateway(session: Session) -> Any:
                community = session.get_one(Community, self.community_id)
                return gateway_of(session, community=community, settings=settings)

            found = ledger.transaction(db.session, gateway, read_only=True)
            return Sweep(
                lambda work: ledger.transaction(db.session, work), found, self.community_id, HOOKS.purposes
            ).run()

    # --- what the community does ----------------------------------------------------------------------------

    def spend(self, amount: int, **facts: Any) -> int:
        """Spend something of the fund, out of the bank; gives the row's id."""
        known = {"nature": "ingredients", "words": "Rice", "spent_on": clock.today("Asia/Tokyo")}

        def work(session: Session) -> int:
            spent = Spent(**{**known, "amount_minor": amount, "key": f"form:spent-{amount}", **facts})
            community = session.get_one(Community, self.community_id)
            fund = session.get_one(Fund, self.fund_id)
            return spend(session, community=community, fund=fund, spent=spent, actor=SOMEBODY).id

        with self.app.app_context():
            done = ledger.transaction(db.session, work)
            db.session.remove()
        return done

    # --- what the books say ---------------------------------------------------------------------------------

    def payment(self, token: str) -> Payment:
        with self.app.app_context():
            found = db.session.scalars(select(Payment).where(Payment.token == token)).one()
            db.session.expunge(found)
            db.session.remove()
            return found

    def balances(self) -> dict[str, int]:
        """Every account of money that is not at nought, debits less credits."""
        with self.app.app_context():
            lines = ledger.trial_balance(db.session(), self.book_id)
            db.session.remove()
        return {one.code: one.balance for one in lines if one.commodity == "JPY" and one.balance}

    def faults(self) -> list[str]:
        """What `timebank verify` would say, and whether the books are what Stripe says."""
        with self.app.app_context():
            found = list(ledger.prove(db.session()).faults)
            db.session.remove()
        balance = self.stripe.fake.balance(account=HERE)
        theirs = sum(part["amount"] for part in (*balance["available"], *balance["pending"]))
        ours = self.balances().get("stripe", 0)
        return found if ours == theirs else [*found, f"the books say {ours}, and Stripe {theirs}"]


@contextmanager
def a_till(
    database_url: str, *, fee_from_fund: bool = False, konbini: bool = True, **options: Any
) -> Iterator[Till]:
    """Make a community that takes gifts, on a migrated database, and serve a rehearsal's Stripe to it."""
    with rehearsal(**options) as stripe:
        keys = {"STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API_BASE": stripe.url}
        with application(database_url, **keys) as app:
            app.config["WTF_CSRF_ENABLED"] = False
            # Not around the test: requests would share one `g`.
            with app.app_context():
                made = ledger.transaction(db.session, lambda session: _made(session, fee_from_fund, konbini))
                db.session.remove()
            yield Till(app, stripe, *made)


def _made(session: Session, fee_from_fund: bool, konbini: bool) -> tuple[int, int, int]:
    community = a_community(session, slug=SLUG, currency="JPY", time_zone="Asia/Tokyo")
    fund = open_fund(
        session, community=community, slug="meal", name="Meals", purpose="Supper", actor=SOMEBODY
    )
    rule = donations.Rule(
        open=True,
        words="",
        suggested=(1000, 3000),
        least_minor=100,
        fee_from_fund=fee_from_fund,
        konbini=konbini,
    )
    donations.change_rule(session, community=community, rule=rule, actor=SOMEBODY)
    return community.id, community.book_id, fund.id
