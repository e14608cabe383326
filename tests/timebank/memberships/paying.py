"""Members who pay their fee, as tests do it."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.till import SLUG
from tests.till import Till
from timebank.db import db
from timebank.memberships.models import Term
from timebank.memberships.proof import check_memberships
from timebank.payments.proof import check_payments

OWN = f"/{SLUG}/membership/fee"


def form_of(client: FlaskClient, page: str = f"{OWN}/pay") -> dict[str, str]:
    """What the form holds before anybody types into it."""
    shown = client.get(page).text
    key = re.search(r'name="key"[^>]*value="([^"]+)"', shown)
    plan = re.search(r'name="plan"[^>]*value="(\d+)"', shown)
    assert key
    assert plan
    return {"key": key[1], "plan": plan[1], "years": "1", "other": ""}


def chosen(client: FlaskClient, **typed: Any) -> TestResponse:
    return client.post(f"{OWN}/pay", data=form_of(client) | typed)


def wishes(client: FlaskClient, **typed: Any) -> str:
    """Fill in the form, and give the token of the payment."""
    answer = chosen(client, **typed)
    assert answer.status_code == 303, answer.text
    return str(answer.location).rsplit("/", 1)[1]


def at_stripe(till: Till, token: str) -> str:
    """Go on to Stripe, and give the page's id there."""
    answer = till.client().post(f"{OWN}/pay/{token}/go")
    assert answer.status_code == 303, answer.text
    return str(answer.location).rsplit("/", 1)[1]


def pays(till: Till, client: FlaskClient, **typed: Any) -> str:
    """Pay at Stripe, and close the window before anything leads back."""
    token = wishes(client, **typed)
    till.stripe.fake.pay(at_stripe(till, token))
    return token


def come_back(till: Till, token: str) -> TestResponse:
    return till.client().get(f"{OWN}/pay/{token}/paid")


def terms(till: Till) -> list[tuple[int, bool, int]]:
    """Every term: which year of its fee, whether it counts, and what of it is ahead."""
    with till.app.app_context():
        found = db.session.scalars(select(Term).order_by(Term.id)).all()
        told = [(one.number, one.given_back_on is None, one.ahead_minor) for one in found]
        db.session.remove()
    return told


def faults(till: Till) -> list[str]:
    """Everything that `timebank verify` would find."""
    with till.app.app_context():
        found = [*check_memberships(db.session()), *check_payments(db.session())]
        db.session.remove()
    return [*found, *till.faults()]
