"""The public page on which people ask to join, and how they are answered."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import PASSWORD
from tests.builders import Neighbour
from tests.builders import a_person
from tests.builders import written
from tests.timebank.joining.asking import ASKS
from tests.timebank.joining.asking import MINOR
from tests.timebank.joining.asking import applications
from tests.timebank.joining.asking import carried
from tests.timebank.joining.asking import key
from tests.timebank.joining.asking import link_in
from timebank.joining import forms
from timebank.web import Form

# --- what is asked ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form", [one for one in vars(forms).values() if isinstance(one, type) and issubclass(one, Form)]
)
def test_nobody_is_asked_for_age_illness_or_disability(app: Flask, hana: Neighbour, form: type[Form]) -> None:
    with app.test_request_context("/kadoma/join"):
        app.preprocess_request()
        asked = [field.name for field in form()]
    wanted = re.compile(
        r"(?:^|_)(?:age|ill|sex)|birth|born|year|illness|disab|sick|care_level|diagnos|condition|gender"
    )
    assert [name for name in asked if wanted.search(name)] == []
    # The one tick, and a consent, not a note.
    assert {name for name in asked if "18" in name or "health" in name} <= {"under_18", "health_agreed"}


def test_the_page_says_what_details_are_used_for_and_asks_for_health_apart(stranger: FlaskClient) -> None:
    assert "/kadoma/join" in stranger.get("/kadoma/sign-in").text
    page = unescape(stranger.get("/kadoma/join").text)
    assert "only coordinators see, until you decide otherwise" in page
    assert 'name="uses_agreed"' in page
    assert 'name="health_agreed"' in page
    refused = stranger.post("/kadoma/join", data=key() | {"name": "Sora", "telephone": "06-1234-5678"})
    assert refused.status_code == 422
    assert "Without your consent to this" in refused.text
    assert 'value="06-1234-5678"' in refused.text


def test_whoever_asks_hears_the_same_whether_or_not_the_address_is_known(
    app: Flask, hana: Neighbour, stranger: FlaskClient
) -> None:
    answers = [
        stranger.post("/kadoma/join", data=key(number) | ASKS | {"email": email})
        for number, email in enumerate([hana.name, "unknown@example.org"])
    ]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len({(answer.headers["Location"], answer.text) for answer in answers}) == 1
    assert len(applications(app)) == 2
    assert carried(app) == []


def test_a_form_that_is_sent_twice_is_one_application(app: Flask, stranger: FlaskClient) -> None:
    for _ in range(2):
        assert stranger.post("/kadoma/join", data=key() | ASKS).status_code == 303
    assert [one.health_wording for one in applications(app)] == [None]


@pytest.mark.parametrize(
    "bad",
    [
        {"name": "a\x00b"},
        {"name": "x" * 10_000},
        {"telephone": "call me"},
        {"email": "nobody"},
        {"would_help": "x" * 1_001},
        {"under_18": "y"},
        {"key": "mine"},
    ],
)
def test_bad_input_is_said_on_the_form(app: Flask, stranger: FlaskClient, bad: dict[str, str]) -> None:
    answer = stranger.post("/kadoma/join", data=key() | ASKS | bad)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert applications(app) == []


def test_one_network_asks_only_so_often(app: Flask, stranger: FlaskClient) -> None:
    stranger.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    answers = [stranger.post("/kadoma/join", data=key(one) | ASKS).status_code for one in range(21)]
    assert answers == [303] * 20 + [429]
    assert len(applications(app)) == 20
    other = app.test_client()
    other.environ_base["REMOTE_ADDR"] = "198.51.100.8"
    assert other.post("/kadoma/join", data=key(99) | ASKS).status_code == 303


def test_nobody_fills_a_mailbox_by_naming_it_as_the_guardians(app: Flask, stranger: FlaskClient) -> None:
    answers = [stranger.post("/kadoma/join", data=key(one) | ASKS | MINOR).status_code for one in range(6)]
    assert answers == [303] * 5 + [429]
    assert len(carried(app)) == 5


def test_a_steward_closes_the_page_and_opens_it_again(
    app: Flask, desk: FlaskClient, stranger: FlaskClient
) -> None:
    assert desk.post("/kadoma/settings/joining", data={"takes": ""}).status_code == 303
    assert "At the moment nobody can ask" in stranger.get("/kadoma/join").text
    assert stranger.post("/kadoma/join", data=key() | ASKS).status_code == 422
    assert stranger.post("/moriguchi/join", data=key() | ASKS).status_code == 303
    assert len(applications(app)) == 1
    desk.post("/kadoma/settings/joining", data={"takes": "y"})
    assert stranger.post("/kadoma/join", data=key() | ASKS).status_code == 303


# --- being answered -----------------------------------------------------------------------------------------


def test_a_coordinator_sees_who_waits_and_accepts_them_by_mail(
    app: Flask, hana: Neighbour, desk: FlaskClient, stranger: FlaskClient
) -> None:
    stranger.post("/kadoma/join", data=key() | ASKS | {"email": "sora@example.org", "could_do": "Walk dogs"})
    assert "Wants to join: 1" in desk.get("/kadoma/").text
    asked = applications(app)[0]
    page = desk.get(f"/kadoma/applications/{asked.id}").text
    assert "Walk dogs" in page
    answer = desk.post(f"/kadoma/applications/{asked.id}/accept")
    assert "told so by mail" in desk.get(answer.headers["Location"]).text
    assert desk.post(f"/kadoma/applications/{asked.id}/accept").status_code == 422
    ((to, subject, text),) = carried(app)
    assert (to, subject) == ("sora@example.org", "You are a member of Kadoma neighbours")
    assert "number is 2" in text
    # Programs that look into mail open the link, and use nothing up.
    first = link_in(text)
    assert stranger.get(first).status_code == 200
    answer = stranger.post(first)
    assert answer.headers["Location"] == "/kadoma/account/password"
    assert stranger.post(answer.headers["Location"], data={"password": "a-new-password"}).status_code == 303
    assert "Sora" in stranger.get("/kadoma/").text
    assert stranger.post(first).status_code == 404
    assert "Wants to join" not in desk.get("/kadoma/").text


def test_who_signs_in_elsewhere_is_not_let_in_by_the_link_but_by_their_own_password(
    app: Flask, hana: Neighbour, desk: FlaskClient, stranger: FlaskClient
) -> None:
    written(app, lambda session: a_person(session, email="sora@example.org"))
    stranger.post("/kadoma/join", data=key() | ASKS | {"email": "sora@example.org"})
    desk.post(f"/kadoma/applications/{applications(app)[0].id}/accept")
    ((_to, _subject, text),) = carried(app)
    assert stranger.post(link_in(text)).headers["Location"] == "/kadoma/sign-in"
    assert stranger.get("/kadoma/").status_code == 303
    stranger.post("/kadoma/sign-in", data={"name": "sora@example.org", "password": PASSWORD})
    assert "Sora" in stranger.get("/kadoma/").text


def test_who_is_a_member_already_is_told_so_by_the_link_alone(
    app: Flask, hana: Neighbour, desk: FlaskClient, stranger: FlaskClient
) -> None:
    stranger.post("/kadoma/join", data=key() | ASKS | {"email": hana.name})
    desk.post(f"/kadoma/applications/{applications(app)[0].id}/accept")
    ((_to, _subject, text),) = carried(app)
    answer = stranger.post(link_in(text))
    assert answer.status_code == 422
    assert "another member of this community already" in answer.text


def test_who_is_declined_reads_why(
    app: Flask, hana: Neighbour, desk: FlaskClient, stranger: FlaskClient
) -> None:
    stranger.post("/kadoma/join", data=key(1) | ASKS | {"email": "sora@example.org"})
    stranger.post("/kadoma/join", data=key(2) | ASKS)
    for asked, told in zip(applications(app), ("told so by mail", "please call"), strict=True):
        address = f"/kadoma/applications/{asked.id}/decline"
        assert desk.post(address, data={"reason": ""}).status_code == 422
        answer = desk.post(address, data={"reason": "You live too far away"})
        assert told in desk.get(answer.headers["Location"]).text
    ((to, _subject, text),) = carried(app)
    assert to == "sora@example.org"
    assert "You live too far away" in text
    assert "You live too far away" in desk.get("/kadoma/applications/").text
