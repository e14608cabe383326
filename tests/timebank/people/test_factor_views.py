"""Keeping one's second step: set up, printed, removed; and the offices that sleep without it."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.builders import PASSWORD
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import an_officer
from tests.builders import at
from tests.builders import signed_in
from tests.builders import written
from tests.timebank.people.test_factors import NOON
from timebank.mail.models import Mail
from timebank.people import factors
from timebank.people import service
from timebank.people.models import SignIn
from timebank.rights import COORDINATOR
from timebank.rights import STEWARD
from timebank.rights import TREASURER

PAGE = "/kadoma/account/second-step"


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 4, 3, 12)
    monkeypatch.setattr(service, "_matches", lambda _kept, password: password == PASSWORD)


@pytest.fixture
def hana(app: Flask) -> Neighbour:
    """A steward and coordinator who has no second step yet."""
    return written(
        app,
        lambda session: a_neighbour(
            session,
            a_community(session, slug="kadoma"),
            STEWARD,
            COORDINATOR,
            number="7",
            email="hana@example.org",
        ),
    )


@pytest.fixture
def browser(app: Flask, hana: Neighbour) -> FlaskClient:
    return signed_in(app, hana, second_factor=False)


def shown(client: FlaskClient, path: str = f"{PAGE}/set-up") -> tuple[str, dict[str, str]]:
    """Open the page that shows a secret, and give that with the form's hidden fields."""
    page = client.get(path).text.partition("<main")[2].partition("</main>")[0]
    secret = re.findall(r'class="hash" translate="no">([A-Z2-7 ]+)<', page)[0].replace(" ", "")
    assert f"secret={secret}" in unescape(page)
    hidden = re.findall(r'name="(secret|next)"[^>]*value="([^"]*)"', page)
    return secret, {name: unescape(value) for name, value in hidden}


def set_up(client: FlaskClient, path: str = f"{PAGE}/set-up") -> tuple[str, TestResponse]:
    secret, hidden = shown(client, path)
    typed = {"code": factors.code_of(secret, NOON), "password_or_code": PASSWORD}
    return secret, client.post(f"{PAGE}/set-up", data=hidden | typed)


def letters(app: Flask) -> list[str]:
    return written(app, lambda session: [mail.text for mail in session.scalars(select(Mail))])


def test_an_office_sleeps_until_the_second_step_is_set_up(
    app: Flask, browser: FlaskClient, hana: Neighbour
) -> None:
    # The member's and the coordinator's own pages go on.
    for path in ("/kadoma/", "/kadoma/statement", "/kadoma/members/", "/kadoma/account"):
        assert browser.get(path).status_code == 200, path
    assert "Your office sleeps" in browser.get("/kadoma/").text
    led = browser.get("/kadoma/settings/facts")
    assert (led.status_code, led.headers["Location"]) == (303, f"{PAGE}?next=/kadoma/settings/facts")
    page = browser.get(led.headers["Location"]).text
    assert "Asleep until then:" in page
    assert f'href="{PAGE}/set-up?next=/kadoma/settings/facts"' in page
    elsewhere = signed_in(app, hana, second_factor=False)
    _secret, paper = set_up(browser, f"{PAGE}/set-up?next=/kadoma/settings/facts")
    assert (paper.status_code, paper.headers["Cache-Control"]) == (200, "no-store")
    assert len(set(re.findall(r"<li>(\w{4}-\w{4}-\w{4})</li>", paper.text))) == 10
    assert 'href="/kadoma/settings/facts"' in paper.text
    assert browser.get("/kadoma/settings/facts").status_code == 200
    assert "Your office sleeps" not in browser.get("/kadoma/").text
    assert "/sign-in?next=" in elsewhere.get("/kadoma/").headers["Location"]
    (mail,) = letters(app)
    assert "A second step was set up" in mail
    assert f"http://127.0.0.1:8000{PAGE}" in mail


def test_what_a_sleeping_officer_sends_is_not_done_and_comes_back_after_the_set_up(
    browser: FlaskClient,
) -> None:
    typed_by = re.findall(r'name="typed_by"[^>]*value="([^"]+)"', browser.get(f"{PAGE}/set-up").text)[0]
    form = {"name": "Weeding", "typed_by": typed_by}
    refused = browser.post("/kadoma/settings/kinds", data=form)
    assert (refused.status_code, "Your office sleeps" in refused.text) == (403, True)
    kept = unescape(re.findall(r'name="kept"[^>]*value="([^"]+)"', refused.text)[0])
    led = browser.post("/kadoma/go-on", data={"kept": kept})
    assert led.headers["Location"] == "/kadoma/settings/kinds"
    assert browser.get("/kadoma/settings/kinds").headers["Location"].startswith(f"{PAGE}?next=")
    set_up(browser)
    page = browser.get("/kadoma/settings/kinds").text
    assert 'value="Weeding"' in page
    assert "<li>Weeding" not in page


def test_an_officer_who_is_no_member_finds_the_way(app: Flask, hana: Neighbour) -> None:
    treasurer = written(app, lambda session: an_officer(session, hana.community, TREASURER))
    client = signed_in(app, treasurer, second_factor=False)
    home = client.get("/kadoma/")
    assert (home.status_code, "Your office sleeps" in home.text) == (200, True)
    assert client.get("/kadoma/members/").headers["Location"].startswith(f"{PAGE}?next=")
    assert client.get("/kadoma/account").status_code == 200
    set_up(client)
    assert client.get("/kadoma/members/").status_code == 200
    # What is not the treasurer's stays somebody else's.
    assert client.get("/kadoma/settings/facts").status_code == 403


def test_the_page_shows_the_same_secret_again_where_something_is_wrong(
    app: Flask, browser: FlaskClient
) -> None:
    secret, hidden = shown(browser)
    right = {"code": factors.code_of(secret, NOON), "password_or_code": PASSWORD}
    for wrong, sentence in (
        ({"code": "abc"}, "This code is not right"),
        ({"password_or_code": "another-password"}, "This is neither your password nor a code"),
        ({"code": ""}, "Please write the code."),
    ):
        answer = browser.post(f"{PAGE}/set-up", data=hidden | right | wrong)
        assert (answer.status_code, sentence in answer.text) == (422, True), sentence
        assert factors.in_fours(secret, " ") in answer.text
    assert letters(app) == []
    assert browser.post(f"{PAGE}/set-up", data=hidden | right).status_code == 200
    # A second press of the button sets nothing up a second time.
    again = browser.post(f"{PAGE}/set-up", data=hidden | right)
    assert (again.status_code, "used already" in again.text) == (422, True)
    assert len(letters(app)) == 1


@pytest.mark.parametrize("secret", ["", "x", "\0", "A" * 10_000])
def test_a_secret_that_is_not_ours_sets_nothing_up(app: Flask, browser: FlaskClient, secret: str) -> None:
    typed = {"secret": secret, "code": "123456", "password_or_code": PASSWORD}
    assert browser.post(f"{PAGE}/set-up", data=typed).status_code == 422


def test_a_secret_that_was_shown_to_somebody_else_sets_nothing_up(
    app: Flask, browser: FlaskClient, hana: Neighbour
) -> None:
    other = written(app, lambda session: a_neighbour(session, hana.community))
    secret, hidden = shown(signed_in(app, other))
    typed = {"code": factors.code_of(secret, NOON), "password_or_code": PASSWORD}
    answer = browser.post(f"{PAGE}/set-up", data=hidden | typed)
    assert (answer.status_code, "not right" in answer.text) == (422, True)


def test_removing_asks_who_it_is_and_puts_the_office_to_sleep(
    app: Flask, browser: FlaskClient, hana: Neighbour
) -> None:
    set_up(browser)
    assert browser.post(f"{PAGE}/remove", data={"password_or_code": "no-password"}).status_code == 422
    assert browser.get("/kadoma/settings/facts").status_code == 200
    answer = browser.post(f"{PAGE}/remove", data={"password_or_code": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert browser.get("/kadoma/settings/facts").headers["Location"].startswith(PAGE)
    assert browser.get("/kadoma/statement").status_code == 200
    assert "second step of your sign-in was removed" in letters(app)[-1]
    assert signed_in(app, hana).get("/kadoma/account").status_code == 200
    for path in ("remove", "recovery-codes"):
        assert browser.get(f"{PAGE}/{path}").headers["Location"] == PAGE


def test_new_recovery_codes_are_shown_once_and_told(app: Flask, browser: FlaskClient) -> None:
    _secret, paper = set_up(browser)
    old = re.findall(r"<li>(\w{4}-\w{4}-\w{4})</li>", paper.text)
    # A recovery code proves who it is as well as the password does, and is used up by it.
    answer = browser.post(f"{PAGE}/recovery-codes", data={"password_or_code": old[0]})
    assert answer.status_code == 200
    new = re.findall(r"<li>(\w{4}-\w{4}-\w{4})</li>", answer.text)
    assert len({*old, *new}) == 20
    assert browser.post(f"{PAGE}/recovery-codes", data={"password_or_code": old[1]}).status_code == 422
    assert "New recovery codes were printed" in letters(app)[-1]


def test_guesses_at_the_proof_are_slowed_down(browser: FlaskClient) -> None:
    set_up(browser)
    guess = {"password_or_code": "no-password"}
    heard = [browser.post(f"{PAGE}/remove", data=guess).status_code for _ in range(6)]
    assert heard == [422] * 5 + [429]


def test_who_came_by_a_coordinators_help_sets_nothing_up(app: Flask, hana: Neighbour) -> None:
    client = signed_in(app, hana, second_factor=False)

    def bound(session: object) -> None:
        for one in session.scalars(select(SignIn)):  # type: ignore[attr-defined]
            one.community_id = hana.community.id

    written(app, bound)
    for path in (PAGE, f"{PAGE}/set-up"):
        page = client.get(path).text
        assert "anybody who helped could know it" in page
        assert 'translate="no">' not in page.split("<main")[1].split("</main>")[0]
    typed = {"secret": "", "code": "123456", "password_or_code": PASSWORD}
    answer = client.post(f"{PAGE}/set-up", data=typed)
    assert (answer.status_code, "anybody who helped could know it" in answer.text) == (422, True)


def test_another_telephone_takes_the_place_of_the_first(app: Flask, browser: FlaskClient) -> None:
    first, _paper = set_up(browser)
    second, _paper = set_up(browser)
    assert first != second
    with app.app_context():
        typed = factors.code_of(second, NOON)
    assert browser.post(f"{PAGE}/remove", data={"password_or_code": typed}).status_code == 422
    other = factors.code_of(second, NOON + 1)
    assert browser.post(f"{PAGE}/remove", data={"password_or_code": other}).status_code == 303
