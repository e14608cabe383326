"""Events of many days, each told one to five times and in any order, leave the books of the ordered run.

``make shuffle`` tells ten thousand of them; here it is some hundred.
"""

import os
import random
import shutil
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_member
from tests.builders import written
from tests.databases import SQLite
from tests.servers import application
from tests.stripe_things import HERE
from tests.stripe_things import KEY
from tests.stripe_things import SECRET
from tests.till import Till
from tests.till import a_till
from tests.timebank.memberships.paying import at_stripe
from tests.timebank.memberships.paying import faults
from tests.timebank.memberships.things import a_plan
from tests.timebank.memberships.things import counts
from timebank.communities.models import Community
from timebank.db import db
from timebank.devstripe import Impossible
from timebank.devstripe import Refusal
from timebank.memberships.fees import FeeWish
from timebank.memberships.fees import wish_to_pay
from timebank.memberships.models import Term
from timebank.memberships.service import list_plans
from timebank.payments.models import Payment
from timebank.payments.models import StripeInvoice
from timebank.payments.models import StripeMovement

EVENTS = int(os.environ.get("TIMEBANK_SHUFFLED_EVENTS", "150"))


@contextmanager
def its_copy(till: Till, folder: Path, places: SQLite) -> Iterator[Till]:
    """Give the same community on a copy of its database, with the same account at Stripe."""
    before = str(make_url(till.app.config["SQLALCHEMY_DATABASE_URI"]).database)
    with till.app.app_context():
        db.session.remove()
        db.engine.dispose()
    copied = folder / "copied.sqlite3"
    shutil.copyfile(before, copied)
    keys = {"STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API_BASE": till.stripe.url}
    with application(f"sqlite:///{copied}", **keys) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        yield Till(app, till.stripe, till.community_id, till.book_id, till.fund_id)


def live(till: Till, by_chance: random.Random, events: int) -> Iterator[str]:
    """Let people pay, change their minds and dispute, day after day; give the tokens of what they pay."""
    fake, pages = till.stripe.fake, list[str]()
    # Stripe keeps a page for a day, so all are opened first; what happens on them takes many days.
    for number in range(max(events // 8, 4)):
        if number % 5 == 4:
            token = till.begin(1000, every="month", email="a@b.example")
            fake.pay(till.at_stripe(token))
            yield token
            continue
        if number % 5 == 2:
            token = wishes_to_pay(till, number, years=by_chance.randint(1, 3))
            page = at_stripe(till, token)
        else:
            amount = by_chance.choice((500, 1000, 3000, 4321))
            token = till.begin(amount, fund=bool(number % 3), email="a@b.example")
            page = till.at_stripe(token)
        if number % 4:
            fake.pay(page)
        else:
            fake.pay_later(page, email="a@b.example")
        pages.append(page)
        yield token

    def running() -> str:
        """Choose one of the later half of those that repeat, so that the others go on."""
        found = fake.all("subscription", account=HERE)
        return str(by_chance.choice(found[len(found) // 2 :])["id"])

    verbs: tuple[Callable[[str], object], ...] = (
        fake.pay_voucher,
        fake.expire_voucher,
        lambda page: fake.refund(page, amount=by_chance.choice((None, 100, 250, 3000))),
        lambda page: fake.refund(page, amount=50),
        fake.open_dispute,
        lambda page: fake.close_dispute(page, won=True),
        lambda page: fake.close_dispute(page, won=False),
        fake.take_back,
        lambda _page: fake.fail_refund(by_chance.choice(fake.all("refund", account=HERE))["id"]),
        lambda _page: fake.payout(account=HERE, amount=100),
        lambda _page: fake.refund(by_chance.choice(fake.all("charge", account=HERE))["id"], amount=70),
        lambda _page: fake.stop_subscription(running()),
        lambda _page: fake.fail_payout(by_chance.choice(fake.all("payout", account=HERE))["id"]),
    )
    # Counted now and then only: to count them is to read them all.
    while len(till.pending()) < events:
        for _act in range(max(events // 100, 1)):
            try:
                by_chance.choice(verbs)(by_chance.choice(pages))
            except (Impossible, Refusal, IndexError, KeyError, TypeError):
                # It cannot happen to this one: nobody pays a card's voucher.
                continue
            if by_chance.random() < 0.1:
                fake.advance(days=by_chance.choice((0.5, 1, 3)))


def wishes_to_pay(till: Till, number: int, *, years: int) -> str:
    """Have a new member wish to pay a fee for so many years; gives the token of the payment."""

    def work(session: Session) -> str:
        community = session.get_one(Community, till.community_id)
        plans = list_plans(session, community=community)
        plan = plans[0] if plans else a_plan(session, community)
        counts(session, community, konbini=True)
        member = a_member(session, community, name=f"Member {number}")
        wish = FeeWish(
            member=member, payer=member, plan=plan, years=years, language="en", key=f"form:fee {number}"
        )
        _fee, payment = wish_to_pay(session, community=community, wish=wish, actor=SOMEBODY)
        return payment.token

    return written(till.app, work)


def told(till: Till, events: list[str]) -> None:
    """Tell events in this order; what is to be told again comes at the end, as Stripe does it."""
    waiting = list(events)
    for _round in range(30):
        waiting = [event for event in waiting if till.tell(event) >= 300]
        if not waiting:
            return
    raise AssertionError(f"{len(waiting)} events are never heard")


def stands(till: Till) -> tuple[object, ...]:
    """Everything that is known in the end: balances, states, and how each line was booked."""
    with till.app.app_context():
        # Those that Stripe began itself have tokens by chance.
        known = select(Payment, StripeInvoice.invoice_id).outerjoin(
            StripeInvoice, StripeInvoice.payment_id == Payment.id
        )
        states = {name or one.token: one.state for one, name in db.session.execute(known)}
        lines = db.session.execute(
            select(StripeMovement.movement_id, StripeMovement.earmarked, StripeMovement.unknown).order_by(
                StripeMovement.movement_id
            )
        )
        booked = [tuple(line) for line in lines]
        terms = select(Term.fee_id, Term.number, Term.given_back_on, Term.ahead_minor)
        covered = [tuple(term) for term in db.session.execute(terms.order_by(Term.fee_id, Term.number))]
        db.session.remove()
    return till.balances(), states, booked, covered


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_any_order_and_any_number_of_times_leave_the_same_books(
    database_url: str, sqlite: SQLite, tmp_path: Path
) -> None:
    seed = random.randrange(2**32)  # noqa: S311 (chance, not a secret)
    by_chance = random.Random(seed)  # noqa: S311 (chance, not a secret)
    with a_till(database_url) as ordered:
        tokens = list(live(ordered, by_chance, EVENTS))
        events = ordered.pending()
        assert len(events) >= EVENTS
        with its_copy(ordered, tmp_path, sqlite) as shuffled:
            told(ordered, events)
            again = [event for event in events for _time in range(by_chance.randint(1, 5))]
            by_chance.shuffle(again)
            told(shuffled, again)
            assert stands(shuffled) == stands(ordered), f"seed {seed}"
            for till in (ordered, shuffled):
                assert faults(till) == [], f"seed {seed}"
                before = stands(till)
                assert till.sweep().agrees
                assert stands(till) == before, f"seed {seed}: the night finds what nobody has told"
    assert len(tokens) >= 4
