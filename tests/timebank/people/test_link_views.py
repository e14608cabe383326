"""Signing in by a link that comes by mail."""

import re
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import an_office
from tests.builders import at
from tests.builders import signed_in
from tests.builders import written
from tests.timebank.mail.mailing import Porter
from timebank.cli.working import handlers_with
from timebank.db import db
from timebank.mail.carriers import Refused
from timebank.mail.models import Mail
from timebank.people.models import Person
from timebank.people.models import SignInLink
from timebank.queue import Job
from timebank.queue import work_one

EMAIL = "hana@example.org"


@pytest.fixture
def hana(app: Flask) -> Neighbour:
    return written(
        app, lambda session: a_neighbour(session, a_community(session, slug="kadoma"), email=EMAIL)
    )


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 4, 3, 12)


def ask(client: FlaskClient, email: str = EMAIL, **more: str) -> int:
    return client.post("/kadoma/sign-in/link", data={"email": email} | more).status_code


def carried(app: Flask, porter: Porter | None = None) -> list[EmailMessage]:
    """Do all later work, and give what was carried."""
    carrier = porter or Porter()
    with app.app_context():
        handlers = handlers_with(carrier)
        while work_one(db.session, handlers):
            db.session.remove()
        db.session.remove()
    return [message for _place, message in carrier.carried]


def link_in(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    (path,) = re.findall(r"http://[^/]+(/kadoma/sign-in/link/\S+)", body.get_content())
    html = message.get_body(("html",))
    assert html is not None
    assert path in html.get_content()
    return str(path)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/kadoma/account").status_code == 200


def test_a_link_leads_to_a_button_which_leads_in_once(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    assert "Send me a link by e-mail" in client.get("/kadoma/sign-in").text
    assert ask(client, next="/kadoma/statement") == 303
    assert "is on its way" in client.get("/kadoma/sign-in/link/sent").text
    (message,) = carried(app)
    assert message["To"] == EMAIL
    link = link_in(message)
    for _ in range(3):
        page = client.get(link)
        assert page.status_code == 200
        assert f'action="{link}"' in page.text
        assert not is_signed_in(client)
    answer = client.post(link)
    assert answer.headers["Location"] == "/kadoma/account/password?next=/kadoma/statement"
    assert is_signed_in(client)
    for tried in (client.get, client.post, app.test_client().post):
        again = tried(link)
        assert again.status_code == 404
        assert "no longer good" in again.text
        assert 'href="/kadoma/sign-in/link"' in again.text
    assert "Signed in by a link" in client.get("/kadoma/account").text


def test_who_came_by_a_link_chooses_a_new_password_without_the_old(
    app: Flask, client: FlaskClient, hana: Neighbour, monkeypatch: pytest.MonkeyPatch, noon: None
) -> None:
    elsewhere = signed_in(app, hana)
    ask(client, next="/kadoma/statement")
    link = link_in(carried(app)[0])
    page = client.get(client.post(link).headers["Location"])
    assert "Your password now" not in page.text
    assert re.search(r'href="/kadoma/statement">Go on without one', page.text)
    data = {"password": "a-new-password", "next": "/kadoma/statement"}
    assert client.post("/kadoma/account/password", data={"password": "short"}).status_code == 422
    answer = client.post("/kadoma/account/password", data=data)
    assert answer.headers["Location"] == "/kadoma/statement"
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    # Now there is one, and it is asked for.
    assert client.post("/kadoma/account/password", data=data).status_code == 422
    at(monkeypatch, 2026, 4, 3, 12, 5)
    known = {"name": EMAIL, "password": "a-new-password"}
    assert app.test_client().post("/kadoma/sign-in", data=known).status_code == 303


def test_after_half_an_hour_the_old_password_is_asked_for(
    app: Flask, client: FlaskClient, hana: Neighbour, monkeypatch: pytest.MonkeyPatch, noon: None
) -> None:
    ask(client)
    client.post(link_in(carried(app)[0]))
    at(monkeypatch, 2026, 4, 3, 12, 30)
    assert "Your password now" in client.get("/kadoma/account/password").text
    data = {"password": "a-new-password"}
    assert client.post("/kadoma/account/password", data=data).status_code == 422


def test_nobody_learns_who_has_an_address(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    answers = []
    for email in (EMAIL, "taro@example.org", "no address"):
        answer = client.post("/kadoma/sign-in/link", data={"email": email})
        answers.append((answer.status_code, answer.headers["Location"], answer.text))
    assert len(set(answers)) == 1
    assert [message["To"] for message in carried(app)] == [EMAIL]
    assert "hana" not in written(app, lambda session: str(session.scalars(select(Job.payload)).all()))


def test_the_database_does_not_hold_the_link(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    ask(client)
    token = link_in(carried(app)[0]).rpartition("/")[2]
    assert written(app, lambda session: session.scalar(select(func.count(Mail.id)))) == 0
    with app.app_context():
        rows = [str(db.session.execute(table.select()).all()) for table in db.metadata.sorted_tables]
    assert len(rows) > 10
    assert not any(token in row for row in rows)


def test_where_a_mail_cannot_be_carried_another_link_is_sent_later(
    app: Flask, client: FlaskClient, hana: Neighbour, monkeypatch: pytest.MonkeyPatch, noon: None
) -> None:
    ask(client)
    refusing = Porter(before=Refused("The mail server cannot be reached.", final=False))
    assert carried(app, refusing) == []
    at(monkeypatch, 2026, 4, 3, 12, 2)
    assert client.post(link_in(carried(app)[0])).status_code == 303


def test_what_comes_too_late_is_not_sent(
    app: Flask, client: FlaskClient, hana: Neighbour, monkeypatch: pytest.MonkeyPatch, noon: None
) -> None:
    ask(client)
    at(monkeypatch, 2026, 4, 3, 12, 31)
    assert carried(app) == []


def test_the_letter_is_in_the_readers_language(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    japanese = update(Person).where(Person.id == hana.person.id).values(language="ja")
    written(app, lambda session: session.execute(japanese).close())
    ask(client)
    (message,) = carried(app)
    assert message["Subject"] == "Kadoma neighboursにログインするためのリンク"
    assert message["Content-Language"] == "ja"


def test_nobody_is_led_to_another_site(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    ask(client, next="//evil.example/")
    link = link_in(carried(app)[0])
    written(
        app, lambda session: session.execute(update(SignInLink).values(next_path="//evil.example/")).close()
    )
    page = client.get(client.post(link).headers["Location"])
    assert "evil.example" not in re.findall(r'href="([^"]*)">Go on without one', page.text)[0]


def test_links_are_not_asked_for_without_end(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    assert [ask(client) for _ in range(6)] == [303] * 5 + [429]
    assert [ask(client, "taro@example.org") for _ in range(6)] == [303] * 5 + [429]
    assert ask(client, "") == 422
    assert len(carried(app)) == 5


def test_a_link_opens_every_community_as_a_password_does(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    elsewhere = written(app, lambda session: a_community(session, slug="moriguchi"))
    written(app, lambda session: an_office(session, hana.person, elsewhere, "auditor"))
    ask(client)
    link = link_in(carried(app)[0])
    assert client.post(link.replace("kadoma", "moriguchi")).status_code == 404
    client.post(link)
    assert client.get("/moriguchi/account").status_code == 200


def test_a_link_needs_a_form_of_ours(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    ask(client)
    link = link_in(carried(app)[0])
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post(link).status_code == 422
    assert not is_signed_in(client)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get(link).text)[0]
    assert client.post(link, data={"csrf_token": token}).status_code == 303
