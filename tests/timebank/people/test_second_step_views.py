"""Signing in with a second step: nothing is open before it, and no code opens twice."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.builders import PASSWORD
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import at
from tests.builders import written
from tests.timebank.people.test_factors import NOON
from tests.timebank.people.test_factors import SECRET
from timebank import clock
from timebank.db import db
from timebank.limits import Tries
from timebank.mail.models import Mail
from timebank.people import factors
from timebank.people import service
from timebank.people.models import HalfSignIn
from timebank.people.models import SignIn
from timebank.people.models import SignInLink
from timebank.people.sign_ins import hashed
from timebank.rights import STEWARD

STEP = "/kadoma/sign-in/second-step"


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 4, 3, 12)
    monkeypatch.setattr(service, "_matches", lambda _kept, password: password == PASSWORD)


@pytest.fixture
def hana(app: Flask) -> Neighbour:
    """A steward with an authenticator and recovery codes."""
    who = written(
        app,
        lambda session: a_neighbour(
            session, a_community(session, slug="kadoma"), STEWARD, number="7", email="hana@example.org"
        ),
    )
    with app.app_context():
        written(db.engine, lambda session: factors.keep_secret(session, person=who.person, secret=SECRET))
    return who


def halfway(client: FlaskClient, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/kadoma/sign-in", data={"name": "7", "password": password} | more)


def send(client: FlaskClient, code: str) -> TestResponse:
    return client.post(STEP, data={"code": code})


def code(step: int = NOON) -> str:
    return factors.code_of(SECRET, step)


def wrong() -> str:
    good = {code(NOON + drift) for drift in (-1, 0, 1)}
    return next(one for one in ("000000", "111111", "222222", "333333") if one not in good)


def test_a_right_password_opens_nothing_before_the_second_step(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    answer = halfway(client, next="/kadoma/settings")
    assert (answer.status_code, answer.headers["Location"]) == (303, STEP)
    for path in ("/kadoma/", "/kadoma/account", "/kadoma/settings", "/kadoma/account/second-step/set-up"):
        assert "/sign-in?next=" in client.get(path).headers["Location"], path
    assert "Your session has ended" in client.post("/kadoma/account/second-step/remove").text
    assert written(app, lambda session: session.scalars(select(SignIn)).all()) == []
    page = client.get(STEP)
    assert page.status_code == 200
    assert "Sign out" not in page.text
    answer = send(client, code())
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kadoma/settings")
    assert client.get("/kadoma/settings").status_code == 200
    assert "With the second step." in client.get("/kadoma/account").text


def test_a_wrong_code_is_told_and_a_used_one_too(client: FlaskClient, app: Flask, hana: Neighbour) -> None:
    halfway(client)
    answer = send(client, wrong())
    assert answer.status_code == 422
    assert "This code is not right" in answer.text
    assert send(client, "").status_code == 422
    assert send(client, code()).status_code == 303
    other = app.test_client()
    halfway(other)
    answer = send(other, code())
    assert (answer.status_code, "used already" in answer.text) == (422, True)
    assert "/sign-in?next=" in other.get("/kadoma/").headers["Location"]


def test_a_cookie_of_halfway_is_worth_nothing_afterwards(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    halfway(client)
    with client.session_transaction() as cookie:
        kept = dict(cookie)
    assert send(client, code()).status_code == 303
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(kept)
    assert send(thief, code(NOON + 1)).status_code == 404
    assert thief.get(STEP).status_code == 404


def test_who_takes_too_long_begins_again_and_loses_nothing(
    client: FlaskClient, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway(client, next="/kadoma/settings")
    at(monkeypatch, 2026, 4, 3, 12, 11)
    for answer in (client.get(STEP), send(client, code(NOON + 22))):
        assert answer.status_code == 422
        assert "took too long" in answer.text
        assert 'value="/kadoma/settings"' in answer.text
    assert "/sign-in?next=" in client.get("/kadoma/").headers["Location"]


def test_what_was_typed_when_a_session_ended_comes_through_both_steps(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    halfway(client)
    send(client, code())
    form = {"name": "Snow", "purpose": "Clearing it away"}
    page = client.get("/kadoma/pools/new").text
    typed_by = re.findall(r'name="typed_by"[^>]*value="([^"]+)"', page)[0]
    written(app, lambda session: session.execute(update(SignIn).values(ended_at=func.now())).close())
    ended = client.post("/kadoma/pools/new", data=form | {"typed_by": typed_by})
    kept = re.findall(r'name="kept"[^>]*value="([^"]+)"', ended.text)[0]
    assert halfway(client, kept=kept).headers["Location"] == STEP
    answer = send(client, code(NOON + 1))
    assert answer.headers["Location"] == "/kadoma/pools/new"
    assert "Clearing it away" in client.get("/kadoma/pools/new").text


def test_a_link_asks_for_the_second_step_too(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    def ask(session: object) -> None:
        link = SignInLink(
            community_id=hana.community.id,
            person_id=hana.person.id,
            token_hash=hashed("t" * 32),
            next_path="/kadoma/settings",
            asked_at=clock.now(),
        )
        session.add(link)  # type: ignore[attr-defined]

    written(app, ask)
    assert client.post(f"/kadoma/sign-in/link/{'t' * 32}").headers["Location"] == STEP
    assert "/sign-in?next=" in client.get("/kadoma/").headers["Location"]
    answer = send(client, code())
    assert answer.headers["Location"] == "/kadoma/account/password?next=/kadoma/settings"
    # Who has come by a link may choose a new password, and stays signed in with both factors.
    answer = client.post("/kadoma/account/password", data={"password": "a-new-password"})
    assert answer.status_code == 303
    assert client.get("/kadoma/settings").status_code == 200


def test_a_recovery_code_lets_in_once_and_is_told_by_mail(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    new = factors.make_recovery_codes()
    written(app, lambda session: factors.keep_recovery_codes(session, person=hana.person, new=new))
    halfway(client)
    assert send(client, factors.in_fours(new.codes[0], "-")).status_code == 303
    assert "You have 9 recovery codes left." in client.get("/kadoma/").text
    (mail,) = written(app, lambda session: session.scalars(select(Mail)).all())
    assert (mail.to_address, "one of your recovery codes" in mail.text) == ("hana@example.org", True)
    other = app.test_client()
    halfway(other)
    assert send(other, new.codes[0]).status_code == 422


def test_guesses_at_codes_are_slowed_down_for_the_person_whoever_guesses(
    app: Flask, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        halfway(client)
        assert send(client, wrong()).status_code == 422
    client = app.test_client()
    halfway(client)
    answer = send(client, code())
    assert answer.status_code == 429
    assert "please wait 1 min" in answer.text
    # What is refused rolls back; that it was tried stays.
    assert written(app, lambda session: max(session.scalars(select(Tries.number)))) >= 6
    at(monkeypatch, 2026, 4, 3, 12, 1)
    assert send(client, code(NOON + 2)).status_code == 303


def test_guesses_at_codes_count_for_the_address(app: Flask, hana: Neighbour) -> None:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = "192.0.2.9"
    halfway(client)
    before = written(app, lambda session: session.scalar(select(func.sum(Tries.number)))) or 0
    send(client, wrong())
    after = written(app, lambda session: session.scalar(select(func.sum(Tries.number)))) or 0
    # Three for the person, two for the address.
    assert after - before == 5


def test_an_old_form_of_the_second_step_leads_back_to_its_beginning(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    halfway(client, next="/kadoma/settings")
    app.config["WTF_CSRF_ENABLED"] = True
    answer = send(client, code())
    assert answer.status_code == 422
    assert 'value="/kadoma/settings"' in answer.text
    assert "/sign-in?next=" in client.get("/kadoma/").headers["Location"]


def test_a_second_half_belongs_to_the_first(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    """The code of one person does not finish the sign-in of another."""
    other = written(app, lambda session: a_neighbour(session, hana.community, number="8"))
    with app.app_context():
        written(
            db.engine,
            lambda session: factors.keep_secret(session, person=other.person, secret=factors.fresh_secret()),
        )
    client.post("/kadoma/sign-in", data={"name": "8", "password": PASSWORD})
    assert send(client, code()).status_code == 422
    (half,) = written(app, lambda session: session.scalars(select(HalfSignIn)).all())
    assert half.person_id == other.person.id


def test_the_demo_shows_the_code_and_nothing_else_does(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    written(
        app,
        lambda session: service.show_sign_in(
            session,
            person=hana.person,
            community=hana.community,
            sign_in_name="7",
            label="Hana · Steward",
            password=PASSWORD,
        ),
    )
    assert code() not in client.get("/kadoma/sign-in").text
    halfway(client)
    assert code() not in client.get(STEP).text
    app.config["TIMEBANK_DEMO"] = True
    assert f"Code: {code()} (good for 30 more seconds)" in client.get("/kadoma/sign-in").text
    assert f"Code: {code()} (good for 30 more seconds)" in client.get(STEP).text
    assert send(client, code()).status_code == 303
    # It is good once, so the next one is shown.
    assert code(NOON + 1) in app.test_client().get("/kadoma/sign-in").text
