"""Events of many days, each told one to five times and in any order, leave the books of the ordered run.

``make soak`` tells ten thousand of them; here it is some hundred.
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

from tests.databases import SQLite
from tests.servers import application
from tests.stripe_things import HERE
from tests.stripe_things import KEY
from tests.stripe_things import SECRET
from tests.till import Till
from tests.till import a_till
from timebank.db import db
from timebank.devstripe import Impossible
from timebank.devstripe import Refusal
from timebank.payments.models import Payment
from timebank.payments.models import StripeMovement

EVENTS = int(os.environ.get("TIMEBANK_SOAK_EVENTS", "150"))


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
        token = till.begin(
            by_chance.choice((500, 1000, 3000, 4321)), fund=bool(number % 3), email="a@b.example"
        )
        page = till.at_stripe(token)
        if number % 4:
            fake.pay(page)
        else:
            fake.pay_later(page, email="a@b.example")
        pages.append(page)
        yield token
    verbs: tuple[Callable[[str], object], ...] = (
        fake.pay_voucher,
        fake.expire_voucher,
        lambda page: fake.refund(page, amount=by_chance.choice((None, 100, 250))),
        lambda page: fake.refund(page, amount=50),
        fake.open_dispute,
        lambda page: fake.close_dispute(page, won=True),
        lambda page: fake.close_dispute(page, won=False),
        fake.take_back,
        lambda _page: fake.fail_refund(by_chance.choice(fake.all("refund", account=HERE))["id"]),
        lambda _page: fake.payout(account=HERE, amount=100),
        lambda _page: fake.fail_payout(by_chance.choice(fake.all("payout", account=HERE))["id"]),
    )
    while len(till.pending()) < events:
        try:
            by_chance.choice(verbs)(by_chance.choice(pages))
        except (Impossible, Refusal, IndexError, KeyError, TypeError):
            # It cannot happen to this one: nobody pays a card's voucher.
            continue
        if by_chance.random() < 0.1:
            fake.advance(days=by_chance.choice((0.5, 1)))


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
        states = {one.token: one.state for one in db.session.execute(select(Payment.token, Payment.state))}
        lines = db.session.execute(
            select(StripeMovement.movement_id, StripeMovement.earmarked, StripeMovement.unknown).order_by(
                StripeMovement.movement_id
            )
        )
        booked = [tuple(line) for line in lines]
        db.session.remove()
    return till.balances(), states, booked


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
                assert till.faults() == [], f"seed {seed}"
                before = stands(till)
                assert till.sweep().agrees
                assert stands(till) == before, f"seed {seed}: the night finds what nobody has told"
    assert len(tokens) >= 4
