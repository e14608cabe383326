"""Signing in and out, and keeping one's own sign-in."""

import re
from collections.abc import Iterable

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.builders import PASSWORD
from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import an_office
from tests.builders import an_officer
from tests.builders import at
from tests.builders import signed_in
from tests.builders import written
from timebank.people import service
from timebank.people import sign_ins
from timebank.people.models import Person
from timebank.people.models import SignIn
from timebank.people.service import show_sign_in

UNKNOWN = "We do not know this e-mail address or number with this password"


@pytest.fixture
def hana(app: Flask) -> Neighbour:
    return written(
        app,
        lambda session: a_neighbour(
            session, a_community(session, slug="kadoma"), number="A12", name="Hana", email="hana@example.org"
        ),
    )


def try_to_sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/kadoma/sign-in", data={"name": name, "password": password} | more)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/kadoma/account").status_code == 200


@pytest.mark.parametrize(
    "name",
    ["hana@example.org", " Hana@Example.ORG ", "hana＠example.org", "A12", "Ａ１２", " A12 "],
    ids=ascii,
)
def test_people_sign_in_by_address_or_number(client: FlaskClient, hana: Neighbour, name: str) -> None:
    assert try_to_sign_in(client, name).status_code == 303
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("hana@example.org", "wrong-password"),
        ("taro@example.org", PASSWORD),
        ("A12", "wrong-password"),
        ("A13", PASSWORD),
        ("ha\0na@example.org", PASSWORD),
        ("A\0", PASSWORD),
        ("hana@example.org", "x" * 10_000),
    ],
    ids=ascii,
)
def test_who_is_not_known_is_told_the_same_whatever_is_wrong(
    client: FlaskClient, hana: Neighbour, name: str, password: str
) -> None:
    answer = try_to_sign_in(client, name, password)
    assert answer.status_code == 422
    assert (UNKNOWN in answer.text) != ("\0" in name)
    assert password not in answer.text
    assert not is_signed_in(client)


def test_a_number_is_known_in_its_own_community_only(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    written(app, lambda session: a_community(session, slug="moriguchi"))
    answer = client.post("/moriguchi/sign-in", data={"name": "A12", "password": PASSWORD})
    assert answer.status_code == 422


def test_what_is_missing_is_said_in_its_field(client: FlaskClient, hana: Neighbour) -> None:
    answer = client.post("/kadoma/sign-in", data={"name": "hana@example.org"})
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert 'value="hana@example.org"' in answer.text


def test_a_session_begins_anew_at_sign_in_and_keeps_the_language(
    client: FlaskClient, hana: Neighbour
) -> None:
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
        before["language"] = "ja"
    try_to_sign_in(client, "A12")
    with client.session_transaction() as after:
        assert "planted" not in after
        assert after["language"] == "ja"


def test_nobody_is_led_to_another_site_by_signing_in(client: FlaskClient, hana: Neighbour) -> None:
    answer = try_to_sign_in(client, "A12", next="//evil.example/")
    assert answer.headers["Location"].startswith("/kadoma/")


def test_who_is_signed_in_needs_no_sign_in_page(app: Flask, hana: Neighbour) -> None:
    answer = signed_in(app, hana).get("/kadoma/sign-in?next=/kadoma/account")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kadoma/account")


def test_signing_out_ends_the_session(app: Flask, hana: Neighbour) -> None:
    client = signed_in(app, hana)
    assert client.get("/kadoma/sign-out").status_code == 405
    answer = client.post("/kadoma/sign-out")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kadoma/sign-in")
    assert "You are signed out" in client.get("/kadoma/sign-in").text
    assert not is_signed_in(client)


def test_a_new_password_ends_every_other_session(app: Flask, hana: Neighbour) -> None:
    here, elsewhere = signed_in(app, hana), signed_in(app, hana)
    wrong = here.post("/kadoma/account/password", data={"old_password": "x", "password": "a-new-password"})
    assert wrong.status_code == 422
    assert 'id="old_password-error"' in wrong.text
    done = here.post(
        "/kadoma/account/password", data={"old_password": PASSWORD, "password": "a-new-password"}
    )
    assert done.status_code == 303
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert try_to_sign_in(app.test_client(), "A12", "a-new-password").status_code == 303


def open_ones(app: Flask, who: Neighbour) -> list[SignIn]:
    return written(app, lambda session: list(sign_ins.open_ones(session, person=who.person)))


def token_of(client: FlaskClient) -> str:
    with client.session_transaction() as kept:
        return str(kept["_user_id"])


def test_a_session_of_nobody_is_no_session(client: FlaskClient, hana: Neighbour) -> None:
    for token in ("", "999.abc", "x", str(hana.person.id), "half\ud800"):
        with client.session_transaction() as session:
            session["_user_id"] = token
        assert not is_signed_in(client)


def test_a_browser_is_known_anew_at_every_sign_in(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    tokens = []
    for _ in range(2):
        try_to_sign_in(client, "A12")
        tokens.append(token_of(client))
    assert len(open_ones(app, hana)) == 1
    with client.session_transaction() as kept:
        kept["_user_id"] = tokens[0]
    assert not is_signed_in(client)


def test_a_cookie_that_somebody_kept_is_worth_nothing_after_signing_out(app: Flask, hana: Neighbour) -> None:
    client = signed_in(app, hana)
    token = token_of(client)
    client.post("/kadoma/sign-out")
    with client.session_transaction() as kept:
        kept["_user_id"] = token
    assert not is_signed_in(client)
    assert open_ones(app, hana) == []


def test_a_new_password_is_followed_by_a_new_cookie(app: Flask, hana: Neighbour) -> None:
    client = signed_in(app, hana)
    token = token_of(client)
    client.post("/kadoma/account/password", data={"old_password": PASSWORD, "password": "a-new-password"})
    assert token_of(client) != token
    assert len(open_ones(app, hana)) == 1


def test_people_see_where_they_are_signed_in_and_sign_out_there(app: Flask, hana: Neighbour) -> None:
    here, phone = signed_in(app, hana), app.test_client()
    phone.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Android 15; Mobile) Firefox/140.0"
    try_to_sign_in(phone, "A12")
    taro = written(app, lambda session: a_neighbour(session, hana.community))
    assert signed_in(app, taro).get("/kadoma/account").text.count("You are here now") == 1
    page = here.get("/kadoma/account").text
    assert re.search(r"Firefox</bdi> on <bdi[^>]*>Android", page)
    assert "A browser that does not say what it is" in page
    assert page.count("You are here now") == 1
    (end,) = re.findall(r'action="(/kadoma/account/sign-ins/\d+/end)"', page)
    assert signed_in(app, taro).post(end).status_code == 404
    assert is_signed_in(phone)
    assert "That browser is signed out" in here.post(end, follow_redirects=True).text
    assert not is_signed_in(phone)
    assert is_signed_in(here)
    assert here.post(end).status_code == 404


def test_people_sign_out_everywhere_else_at_once(app: Flask, hana: Neighbour) -> None:
    here, others = signed_in(app, hana), [signed_in(app, hana) for _ in range(2)]
    answer = here.post("/kadoma/account/sign-ins/end-others", follow_redirects=True)
    assert "signed out everywhere else" in answer.text
    assert is_signed_in(here)
    assert not any(is_signed_in(other) for other in others)


def test_a_look_at_a_page_notes_now_and_then_that_somebody_is_there(
    app: Flask, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 4, 3, 12)
    client = signed_in(app, hana)
    for hour, minute, seen in ((12, 59, 12), (14, 5, 14), (14, 30, 14)):
        at(monkeypatch, 2026, 4, 3, hour, minute)
        assert is_signed_in(client)
        (sign_in,) = open_ones(app, hana)
        assert sign_in.seen_at.hour == seen
    at(monkeypatch, 2026, 4, 18, 12)
    assert not is_signed_in(client)


def test_who_signed_in_for_one_community_is_nobody_in_another(app: Flask, hana: Neighbour) -> None:
    elsewhere = written(app, lambda session: a_community(session, slug="moriguchi"))
    written(app, lambda session: an_office(session, hana.person, elsewhere, "auditor"))
    client = signed_in(app, hana)
    assert client.get("/moriguchi/account").status_code == 200
    one_only = update(SignIn).values(begun_by="code", community_id=hana.community.id)
    written(app, lambda session: session.execute(one_only).close())
    assert is_signed_in(client)
    assert client.get("/moriguchi/account").status_code == 303
    assert "You have no part" not in client.get("/moriguchi/sign-in").text
    # What a new password begins opens no more than what it was changed in.
    client.post("/kadoma/account/password", data={"old_password": PASSWORD, "password": "a-new-password"})
    assert is_signed_in(client)
    assert client.get("/moriguchi/account").status_code == 303


def test_an_office_that_is_taken_is_gone_at_the_next_look(app: Flask, hana: Neighbour) -> None:
    written(app, lambda session: an_office(session, hana.person, hana.community, "auditor"))
    client = signed_in(app, hana)
    assert client.get("/kadoma/members/").status_code == 200
    written(
        app,
        lambda session: service.take_office(
            session, person=hana.person, community=hana.community, role="auditor", actor=SOMEBODY
        ),
    )
    assert client.get("/kadoma/members/").status_code == 403


def test_people_choose_the_language_they_read_everywhere(app: Flask, hana: Neighbour) -> None:
    client = signed_in(app, hana)
    client.post("/language", data={"language": "en", "next": "/kadoma/account"})
    assert client.get("/kadoma/account/language").status_code == 200
    assert client.post("/kadoma/account/language", data={"language": "xx"}).status_code == 422
    assert client.post("/kadoma/account/language", data={"language": "ja"}).status_code == 303
    assert '<html lang="ja">' in client.get("/kadoma/account").text
    assert '<html lang="ja">' in signed_in(app, hana).get("/kadoma/account").text
    assert written(app, lambda session: session.get_one(Person, hana.person.id).language) == "ja"
    client.post("/kadoma/account/language", data={"language": ""})
    assert '<html lang="en">' in client.get("/kadoma/account").text


def test_an_officer_who_is_no_member_has_a_page_too(app: Flask, hana: Neighbour) -> None:
    client = signed_in(app, written(app, lambda session: an_officer(session, hana.community, "auditor")))
    for address in ("/kadoma/account", "/kadoma/account/password"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("demo", [True, False])
def test_passwords_are_shown_in_demo_mode_only(app: Flask, hana: Neighbour, demo: bool) -> None:
    written(
        app,
        lambda session: show_sign_in(
            session,
            person=hana.person,
            community=hana.community,
            sign_in_name="A12",
            label="Hana",
            password="shown-to-all",
        ),
    )
    app.config["TIMEBANK_DEMO"] = demo
    client = app.test_client()
    for answer in (client.get("/kadoma/sign-in"), try_to_sign_in(client, "A12", "wrong")):
        assert ("shown-to-all" in answer.text) == demo


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_password_is_looked_at_before_anything_is_locked(
    app: Flask, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    verify = service.sign_in

    def sign_in(candidates: Iterable[Person], *, password: str) -> Person:
        # Another one can write meanwhile, and need not wait.
        written(app, lambda session: a_community(session, slug=f"while-{len(looked)}"))
        looked.append(password)
        return verify(candidates, password=password)

    monkeypatch.setattr(service, "sign_in", sign_in)
    client = app.test_client()
    asked = client.post("/kadoma/account/password", data={"old_password": "", "note": "typed"})
    sealed = re.findall(r'name="kept"[^>]*value="([^"]+)"', asked.text)[0]
    assert try_to_sign_in(client, "A12", "wrong-password").status_code == 422
    assert try_to_sign_in(client, "A12").status_code == 303
    assert try_to_sign_in(client, "A12", kept=sealed).status_code == 303
    assert is_signed_in(client)
    assert len(looked) == 3


def test_who_signs_in_while_signed_in_is_led_on(app: Flask, hana: Neighbour) -> None:
    client = signed_in(app, hana)
    assert try_to_sign_in(client, "A12").status_code == 303
    assert is_signed_in(client)


def test_a_weaker_hash_is_renewed_and_the_session_holds(app: Flask, hana: Neighbour) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    set_hash = update(Person).where(Person.id == hana.person.id).values(password_hash=weak)
    written(app, lambda session: session.execute(set_hash).close())
    client = app.test_client()
    assert try_to_sign_in(client, "A12").status_code == 303
    assert is_signed_in(client)
    assert written(app, lambda session: session.get_one(Person, hana.person.id).password_hash) != weak


def test_the_language_is_switched_on_the_way_in(client: FlaskClient, hana: Neighbour) -> None:
    answer = try_to_sign_in(client, "A12", switch_language="ja", next="/kadoma/statement")
    assert answer.status_code == 200
    assert '<html lang="ja">' in answer.text
    assert 'value="A12"' in answer.text
    assert 'value="/kadoma/statement"' in answer.text
    assert PASSWORD not in answer.text
    assert not is_signed_in(client)
