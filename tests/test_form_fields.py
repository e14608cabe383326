"""What forms are not asked for: fields that nobody drew, and forms that no page of ours has given out."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from datetime import datetime
from uuid import uuid4

import pytest

from tests.databases import PostgreSQL
from tests.databases import SQLite
from tests.filled_forms import FORMS
from tests.filled_forms import HALFWAY
from tests.filled_forms import send
from tests.house import ELSEWHERE
from tests.house import House
from tests.house import a_house
from tests.rows import Rows
from tests.rows import changed
from tests.rows import marks
from tests.rows import rows
from tests.servers import application
from timebank import clock
from timebank.web.phases import FROM_MACHINES

#: What somebody may wish to decide who writes further fields into a form.
EXTRA = {
    "role": "steward",
    "roles": "steward",
    "balance": "6000",
    "member_id": "2",
    "giver_id": "2",
    "receiver_id": "1",
    "person_id": "1",
    "logged_member_id": "2",
    "community": ELSEWHERE,
    "community_id": "2",
    "book_id": "2",
    "state": "left",
    "own_limit_minutes": "6000000",
    "credit_limit_minutes": "6000000",
    "minutes": "6000",
    "account_id": "1",
    "entry_id": "1",
    "is_admin": "1",
    "actor": "person 1",
    "how": "cli",
    "id": "1",
    "password_hash": "x" * 40,
    "slug": "mine",
    "number": "999",
    "email": "mine@example.org",
    "limits": "waived",
    "waive": "1",
    "_method": "DELETE",
}
#: The paper with a code is the answer itself, and so is how somebody is reached, or what is known of them.
ANSWERS_THEMSELVES = {
    *("codes.give", "contacts.show", "contact_desk.look", "factors.set_up", "factors.recovery_codes"),
    *("mydata.file", "mydata.page", "data_requests.print_out", "givers.show", "givers.file"),
}
#: What only a Stripe can do is tried with one, in tests/timebank/payments.
NEEDS_STRIPE = {"payments.give_back", "regular.show", "regular.stop", "regular.end"}


@contextmanager
def a_fresh_house(databases: SQLite | PostgreSQL) -> Iterator[House]:
    with databases.migrated(f"house{uuid4().hex}") as url, application(url) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        yield a_house(app)


@pytest.fixture(autouse=True)
def _one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both houses be built at one moment."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 4, 20, 3, tzinfo=UTC))


def after_all_forms(databases: SQLite | PostgreSQL, extra: dict[str, str]) -> tuple[Rows, dict[str, int]]:
    with a_fresh_house(databases) as house:
        answers = {endpoint: send(house, endpoint, extra).status_code for endpoint in FORMS}
        return rows(house.app, by_chance=False), answers


def test_every_route_that_takes_a_form_is_filled_in_once(databases_here: SQLite | PostgreSQL) -> None:
    with a_fresh_house(databases_here) as house:
        taking = {
            endpoint
            for endpoint, view in house.app.view_functions.items()
            if "POST" in house.methods(endpoint) and not hasattr(view, FROM_MACHINES)
        } - NEEDS_STRIPE
        missing = taking - set(FORMS)
        assert not missing, f"Fill in, in FORMS of tests/filled_forms.py, the forms of {sorted(missing)}"
        assert set(FORMS) - taking == set(), "FORMS has forms that are gone"


def test_fields_that_a_form_does_not_have_change_nothing(databases_here: SQLite | PostgreSQL) -> None:
    """The same forms are sent in two houses, once with many further fields: the same rows come out."""
    plain, answers = after_all_forms(databases_here, {})
    assert {name: status for name, status in answers.items() if status != 303} == dict.fromkeys(
        ANSWERS_THEMSELVES, 200
    )
    other, others_answers = after_all_forms(databases_here, EXTRA)
    assert others_answers == answers
    assert {name: (plain[name], other[name]) for name in changed(plain, other)} == {}


def test_no_form_is_taken_without_its_token(databases_here: SQLite | PostgreSQL) -> None:
    with a_fresh_house(databases_here) as house:
        for role in {form.by for form in FORMS.values()} - {HALFWAY}:
            house.browser(role)
        house.app.config["WTF_CSRF_ENABLED"] = True
        before = marks(house.app)
        for token in ({}, {"csrf_token": ""}, {"csrf_token": "x.y.z"}):
            answers = {endpoint: send(house, endpoint, token).status_code for endpoint in FORMS}
            assert set(answers.values()) <= {400, 422}, answers
        # Whoever is halfway in is so by the test itself.
        assert set(changed(before, marks(house.app))) <= {"tries", "half_sign_in"}


def test_a_form_that_is_sent_twice_is_done_once(databases_here: SQLite | PostgreSQL) -> None:
    """From two tabs, or by an impatient finger: nothing is booked, entered or given a second time."""
    counted = {
        "entry",
        "transfer",
        "exchange",
        "exchange_event",
        "joint",
        "member",
        "help_kind",
        "licence",
        "same_as",
        "not_the_same",
        "licence_kind",
        "office",
        "job",
    }
    with a_fresh_house(databases_here) as house:
        # Whoever asks twice for a link or for new codes gets two, and is told of both by mail.
        for endpoint in [one for one in FORMS if one not in {"links.ask", "factors.recovery_codes"}]:
            send(house, endpoint)
            once = rows(house.app, of=counted)
            if endpoint != "people.change_password":
                assert send(house, endpoint).status_code in {200, 303, 403, 404, 409, 422}, endpoint
            assert changed(once, rows(house.app, of=counted)) == [], endpoint
