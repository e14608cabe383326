"""The commands about Stripe, the work of every night, and a month with lines that nobody knows."""

import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest

import ledger
from tests.commands import timebank
from tests.stripe_things import HERE
from tests.stripe_things import KEY
from tests.stripe_things import SECRET
from tests.till import SLUG
from tests.till import Till
from tests.timebank.cli.test_serving import answer_of
from timebank.app import HOOKS
from timebank.cli import rehearsing
from timebank.db import db
from timebank.payments import later
from timebank.payments.gateway import Gateway
from timebank.payments.later import sweep_with
from timebank.payments.models import PAID
from timebank.payments.models import StripeMovement
from timebank.queue import NotDone
from timebank.queue import Task


def environ(till: Till, **more: str) -> dict[str, str]:
    known = {"STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API_BASE": till.stripe.url}
    return {**known, **more}


def run(till: Till, *words: str, **more: str) -> Any:
    return timebank(
        str(till.app.config["SQLALCHEMY_DATABASE_URI"].render_as_string(False)),
        *words,
        **environ(till, **more),
    )


def test_sync_books_what_nobody_told_and_compares_the_balances(till: Till) -> None:
    token = till.given()
    done = run(till, "stripe", "sync", "--community", SLUG)
    assert done.exit_code == 0, done.output
    # Stripe could tell nothing: it is all among what was not delivered.
    assert "1 open payments looked at, 6 events heard" in done.output
    assert "At Stripe by the books: ¥2,892, as Stripe says." in done.output
    assert till.payment(token).state == PAID


def test_sync_ends_with_status_one_where_something_is_not_booked(till: Till) -> None:
    till.stripe.fake.book("climate_order_purchase", -10, account=HERE)
    done = run(till, "stripe", "sync", "--community", SLUG)
    assert done.exit_code == 1
    assert "and Stripe says −¥10" in done.output
    assert "1 lines are of a kind that the program does not know" in done.output
    closing = run(till, "month", "close", "2026-10", "--community", SLUG)
    assert closing.exit_code == 0, closing.output


def test_a_month_with_a_line_that_nobody_knows_stays_open(till: Till) -> None:
    till.stripe.fake.book("climate_order_purchase", -10, account=HERE)
    till.sweep()
    with till.app.app_context():

        def back(session: Any) -> None:
            row = session.query(StripeMovement).one()
            row.made_at = row.made_at.replace(year=2026, month=10, day=3)

        ledger.transaction(db.session, back)
    closing = run(till, "month", "close", "2026-10", "--community", SLUG)
    assert closing.exit_code == 1
    assert "climate_order_purchase" in closing.output


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [("500", "Stripe cannot be reached"), ("key", "Stripe refuses"), ("none", "no key")],
)
def test_sync_says_in_a_sentence_what_is_wrong(till: Till, trouble: str, sentence: str) -> None:
    more = {}
    if trouble == "500":
        till.stripe.fake.trouble("500", times=9)
    elif trouble == "key":
        more = {"STRIPE_SECRET_KEY": "sk_test_unknown"}
    else:
        more = {"STRIPE_SECRET_KEY": "", "STRIPE_API_BASE": ""}
    done = run(till, "stripe", "sync", "--community", SLUG, **more)
    assert done.exit_code == 1
    assert sentence in done.output
    assert run(till, "stripe", "sync", "--community", "nowhere").exit_code == 1


def night(till: Till) -> Any:
    """Do the work of the night as the worker does."""
    task = Task(1, till.community_id, later.SWEEP, {}, 1)
    handler = sweep_with(till.app.config["TIMEBANK_STRIPE"], db.session, lambda: HOOKS.purposes)
    with till.app.app_context():
        outside = ledger.transaction(db.session, lambda session: handler(session, task))
        if outside is None:
            return None
        return ledger.transaction(db.session, outside())


def test_the_night_books_what_nobody_told(till: Till) -> None:
    token = till.given()
    night(till)
    assert till.payment(token).state == PAID


def test_the_night_tells_an_officer_what_is_not_right(till: Till) -> None:
    till.stripe.fake.book("climate_order_purchase", -10, account=HERE)
    with pytest.raises(NotDone, match="does not know"):
        night(till)
    till.stripe.fake.trouble("500", times=9)
    with pytest.raises(NotDone, match="does not answer"):
        night(till)


def test_the_night_tells_where_books_and_stripe_differ(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gateway, "balance", lambda self: {"JPY": 1})
    with pytest.raises(NotDone, match="do not agree"):
        night(till)


def test_where_no_card_is_taken_the_night_has_nothing_to_do(till: Till) -> None:
    object.__setattr__(till.app.config["TIMEBANK_STRIPE"], "keys", {})
    assert night(till) is None


def test_a_demo_brings_a_stripe_unless_somebody_has_one() -> None:
    assert rehearsing.needs_rehearsal({"PATH": "/bin"})
    assert not rehearsing.needs_rehearsal({"STRIPE_SECRET_KEY_KADOMA": KEY})
    assert not rehearsing.needs_rehearsal({"STRIPE_API_BASE": "http://127.0.0.1:1"})


def test_a_rehearsal_takes_no_live_key(tmp_path: Path) -> None:
    done = timebank("sqlite://", "dev-stripe", "--key", "sk_live_real", "--file", str(tmp_path / "stripe"))
    assert done.exit_code == 1
    assert "live" in done.output


def answers(url: str) -> bool:
    """Say whether somebody listens there."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", int(url.rsplit(":", 1)[1]))) == 0


def test_a_rehearsal_runs_beside_the_server_and_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/tb.sqlite3")
    with rehearsing.a_rehearsal("kado-ma", "Kadoma"):
        assert os.environ["STRIPE_SECRET_KEY_KADO_MA"] == rehearsing.KEY
        url = os.environ["STRIPE_API_BASE"]
        until = time.monotonic() + 30
        while not answers(url) and time.monotonic() < until:
            time.sleep(0.2)
        assert "No real money moves" in answer_of(f"{url}/dashboard")
        # It remembers beside the books.
        assert (tmp_path / "tb.sqlite3.stripe").exists()
    assert not answers(url)
    assert "STRIPE_API_BASE" not in os.environ


def test_where_its_port_is_taken_a_rehearsal_takes_another(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(rehearsing, "PORT", taken.getsockname()[1])
        taken.listen()
        assert rehearsing._free_port() != taken.getsockname()[1]


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = timebank("sqlite://", "dev-stripe", "--port", port, "--file", str(tmp_path / "stripe"))
    assert done.exit_code == 1
    assert "Another --port may be free" in done.output
