"""Guessing passwords is slowed down, and whose password it is still gets in."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg.errors import SerializationFailure
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tests.builders import PASSWORD
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import at
from tests.builders import signed_in
from tests.builders import written
from tests.servers import application
from timebank.limits import Tries
from timebank.people import service

WRONG = "wrong-password"
HOME, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 4, 3, 12)
    # To look at a password takes a tenth of a second on purpose, and hundreds are tried here.
    monkeypatch.setattr(service, "_matches", lambda _kept, password: password == PASSWORD)


@pytest.fixture
def hana(app: Flask) -> Neighbour:
    return written(
        app,
        lambda session: a_neighbour(
            session,
            a_community(session, slug="kadoma", telephone="06-1234-5678"),
            number="A12",
            email="hana@example.org",
        ),
    )


def at_address(app: Flask, address: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def guess(client: FlaskClient, password: str = WRONG, name: str = "A12") -> TestResponse:
    return client.post("/kadoma/sign-in", data={"name": name, "password": password})


def statuses(client: FlaskClient, times: int, name: str = "A12") -> set[int]:
    return {guess(client, name=name).status_code for _ in range(times)}


def test_after_five_guesses_one_has_to_wait_a_minute(
    app: Flask, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = at_address(app, HOME)
    assert statuses(client, 5) == {422}
    answer = guess(client, PASSWORD)
    assert answer.status_code == 429
    assert "please wait 1 min" in answer.text
    assert "06-1234-5678" in answer.text
    assert answer.headers["Retry-After"] == "60"
    assert 'value="A12"' in answer.text
    at(monkeypatch, 2026, 4, 3, 12, 1)
    assert guess(client, PASSWORD).status_code == 303


def test_pauses_grow_longer(app: Flask, hana: Neighbour, monkeypatch: pytest.MonkeyPatch) -> None:
    client = at_address(app, HOME)
    for minute in range(2):
        at(monkeypatch, 2026, 4, 3, 12, minute)
        assert statuses(client, 5) == {422}
    at(monkeypatch, 2026, 4, 3, 12, 2)
    assert "please wait 13 min" in guess(client).text
    for turn in range(3):
        at(monkeypatch, 2026, 4, 3, 13 + turn)
        statuses(client, 5)
        at(monkeypatch, 2026, 4, 3, 13 + turn, 1)
        statuses(client, 5)
    at(monkeypatch, 2026, 4, 3, 20)
    assert "please wait 16 h" in guess(client).text


def test_it_says_so_in_japanese_too(app: Flask, hana: Neighbour) -> None:
    client = at_address(app, HOME)
    client.post("/language", data={"language": "ja"})
    statuses(client, 5)
    assert "1分待ってから" in guess(client).text


def test_an_unknown_name_is_slowed_down_alike(app: Flask, hana: Neighbour) -> None:
    client = at_address(app, HOME)
    for name in ("nobody@example.org", "A99"):
        assert [guess(client, name=name).status_code for _ in range(6)] == [422] * 5 + [429]


def test_however_a_name_is_spelt_it_is_one(app: Flask, hana: Neighbour) -> None:
    client = at_address(app, HOME)
    spellings = ("A12", " a12 ", "Ａ１２", "A12\u3000", "a12")
    assert [guess(client, name=name).status_code for name in spellings] == [422] * 5
    assert guess(client).status_code == 429


def test_a_number_is_another_name_in_another_community(app: Flask, hana: Neighbour) -> None:
    written(app, lambda session: a_community(session, slug="moriguchi"))
    client = at_address(app, HOME)
    assert statuses(client, 6) == {422, 429}
    elsewhere = client.post("/moriguchi/sign-in", data={"name": "A12", "password": "wrong-password"})
    assert elsewhere.status_code == 422
    statuses(client, 5, name="hana@example.org")
    mail = client.post("/moriguchi/sign-in", data={"name": "hana@example.org", "password": "wrong-password"})
    assert mail.status_code == 429


def test_a_success_wipes_the_slate(app: Flask, hana: Neighbour) -> None:
    client = at_address(app, HOME)
    for _ in range(3):
        assert statuses(client, 4) == {422}
        assert guess(client, PASSWORD).status_code == 303


def test_a_stranger_elsewhere_locks_nobody_out(app: Flask, hana: Neighbour) -> None:
    assert statuses(at_address(app, ELSEWHERE), 20) == {422, 429}
    assert guess(at_address(app, HOME), PASSWORD).status_code == 303


def test_a_thousand_strangers_lock_a_name_out_of_new_browsers_only(app: Flask, hana: Neighbour) -> None:
    own = at_address(app, HOME)
    assert guess(own, PASSWORD).status_code == 303
    own.post("/kadoma/sign-out")
    for one in range(31):
        guess(at_address(app, f"198.51.100.{one}"))
    assert guess(at_address(app, HOME), PASSWORD).status_code == 429
    assert guess(own, PASSWORD).status_code == 303


def test_whoever_finds_a_known_browser_does_not_guess_for_long(app: Flask, hana: Neighbour) -> None:
    own = at_address(app, HOME)
    guess(own, PASSWORD)
    own.post("/kadoma/sign-out")
    assert statuses(own, 6) == {422, 429}


def test_one_address_does_not_try_many_names_for_long(app: Flask, hana: Neighbour) -> None:
    client = at_address(app, HOME)
    for one in range(60):
        assert guess(client, name=f"B{one}").status_code == 422
    assert guess(client, name="B60").status_code == 429
    assert guess(at_address(app, ELSEWHERE), PASSWORD).status_code == 303


def test_addresses_of_one_subscriber_are_one(app: Flask, hana: Neighbour) -> None:
    tried = [guess(at_address(app, f"2001:db8::{one}")).status_code for one in range(6)]
    assert tried == [422] * 5 + [429]
    assert guess(at_address(app, "2001:db8:0:1::1"), PASSWORD).status_code == 303


def test_servers_that_nobody_named_do_not_lock_everybody_out(app: Flask, hana: Neighbour) -> None:
    for one in range(70):
        assert guess(app.test_client(), name=f"B{one}").status_code == 422


def test_what_is_missing_is_not_counted(app: Flask, hana: Neighbour) -> None:
    client = at_address(app, HOME)
    for _ in range(10):
        assert guess(client, "").status_code == 422
    assert client.post("/kadoma/sign-in", data=b"\xff", content_type="text/plain").status_code == 415
    assert guess(client, PASSWORD).status_code == 303


def test_the_old_password_is_not_guessed_for_long_either(app: Flask, hana: Neighbour) -> None:
    client = signed_in(app, hana)
    form = {"old_password": "wrong", "password": "a-new-password"}
    for status in (422,) * 5 + (429,):
        assert client.post("/kadoma/account/password", data=form).status_code == status
    known = form | {"old_password": PASSWORD}
    assert client.post("/kadoma/account/password", data=known).status_code == 429
    assert signed_in(app, hana).post("/kadoma/account/password", data=known).status_code == 303


def test_the_table_names_nobody(app: Flask, hana: Neighbour) -> None:
    guess(at_address(app, HOME), name="hana@example.org")
    keys = written(app, lambda session: list(session.scalars(select(Tries.key))))
    assert len(keys) == 6
    assert not any(word in "".join(keys) for word in ("hana", "kadoma", HOME))


def test_a_switched_language_is_no_try(app: Flask, hana: Neighbour) -> None:
    data = {"name": "A12", "password": "wrong", "switch_language": "ja"}
    at_address(app, HOME).post("/kadoma/sign-in", data=data)
    assert written(app, lambda session: session.scalar(select(func.count(Tries.key)))) == 0


def test_an_address_is_believed_only_from_servers_of_ours(database_url: str) -> None:
    with application(database_url, TRUSTED_PROXIES="1") as app:
        app.config["WTF_CSRF_ENABLED"] = False
        written(app, lambda session: a_community(session, slug="kadoma"))
        client = app.test_client()
        # What somebody writes before the address that our own server saw counts for nothing.
        for one in range(6):
            client.environ_base["HTTP_X_FORWARDED_FOR"] = f"198.51.100.{one}, {HOME}"
            assert guess(client).status_code == (422 if one < 5 else 429)
        client.environ_base["HTTP_X_FORWARDED_FOR"] = ELSEWHERE
        assert guess(client).status_code == 422


def test_what_one_process_counts_another_one_knows(app: Flask, database_url: str, hana: Neighbour) -> None:
    with application(database_url) as other:
        other.config["WTF_CSRF_ENABLED"] = False
        tried = [guess(at_address(one, HOME)).status_code for one in (app, other) * 3]
    assert tried == [422] * 5 + [429]


def test_where_a_try_cannot_be_counted_nothing_is_tried(
    app: Flask, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("INSERT", {}, SerializationFailure("could not serialize access"))

    monkeypatch.setattr("timebank.limits.count", busy)
    monkeypatch.setattr("ledger.edge.time.sleep", lambda _: None)
    app.testing = False
    answer = guess(at_address(app, HOME), PASSWORD)
    assert answer.status_code == 503
    assert "Set-Cookie" not in answer.headers
