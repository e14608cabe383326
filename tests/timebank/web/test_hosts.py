"""Under which name the program answers: by https only under its own."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.builders import PASSWORD
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import written
from tests.servers import application

OURS = "https://hours.example.org"


@pytest.fixture
def in_use(database_url: str) -> Iterator[Flask]:
    """The application as people reach it by https."""
    with application(database_url, BASE_URL=OURS) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        yield app


@pytest.fixture
def hana(in_use: Flask) -> Neighbour:
    return written(in_use, lambda session: a_neighbour(session, a_community(session, slug="kadoma")))


@pytest.mark.parametrize("host", ["hours.example.org", "HOURS.example.org", "hours.example.org:443"])
def test_under_its_own_name_it_answers(in_use: Flask, hana: Neighbour, host: str) -> None:
    assert in_use.test_client().get("/kadoma/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *(
            "evil.example",
            "hours.example.org.evil.example",
            "evil.example:443",
            "127.0.0.1:8000",
            "localhost",
        ),
        *(
            "hours.example.org@evil.example",
            "hours.example.org evil.example",
            "evil.example#hours.example.org",
            "",
        ),
    ],
)
def test_under_another_name_nothing_is_done_and_the_right_one_is_said(
    in_use: Flask, hana: Neighbour, host: str
) -> None:
    client = in_use.test_client()
    for answer in (
        client.get("/kadoma/sign-in", headers={"Host": host}),
        client.get("/nowhere/at/all", headers={"Host": host}),
        client.post(
            "/kadoma/sign-in", data={"name": hana.name, "password": PASSWORD}, headers={"Host": host}
        ),
    ):
        assert answer.status_code == 421
        assert f"Please use {OURS}." in answer.text
        assert "evil" not in answer.text
        assert "_user_id" not in str(answer.headers)
        assert "Location" not in answer.headers


def test_what_watches_over_the_program_may_come_by_any_name(in_use: Flask) -> None:
    assert in_use.test_client().get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_a_name_in_letters_of_ones_own_is_known_as_browsers_spell_it(database_url: str) -> None:
    with application(database_url, BASE_URL="https://門真.example") as app:
        for host, status in (("xn--tqqs05g.example", 404), ("xn--tqqs05h.example", 421)):
            spelt = host if status == 421 else "門真.example".encode("idna").decode()
            assert app.test_client().get("/nowhere/x", headers={"Host": spelt}).status_code == status


def test_on_ones_own_machine_any_name_will_do(app: Flask) -> None:
    for host in ("192.168.1.7:8000", "timebank.local", "localhost"):
        assert app.test_client().get("/healthz", headers={"Host": host}).status_code == 200
        assert app.test_client().get("/nowhere/x", headers={"Host": host}).status_code == 404


def test_the_way_to_the_right_spelling_names_no_host(app: Flask) -> None:
    """It would name whatever Host was asked for; and by http where the https ends before the program."""
    written(app, lambda session: a_community(session, slug="kadoma"))
    for path, location in (("/kadoma", "/kadoma/"), ("/kadoma//sign-in?next=/x", "/kadoma/sign-in?next=/x")):
        answer = app.test_client().get(path, headers={"Host": "evil.example"})
        assert (answer.status_code, answer.headers["Location"]) == (308, location)
        assert "evil" not in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "Forwarded", "X-Host", "X-Forwarded-Server"])
def test_what_others_say_of_the_name_is_not_listened_to(app: Flask, header: str) -> None:
    written(app, lambda session: a_community(session, slug="kadoma"))
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    client = app.test_client()
    for path in ("/", "/kadoma", "/kadoma/", "/kadoma/sign-in"):
        answer = client.get(path, headers={header: value})
        assert "evil" not in answer.text + str(answer.headers)
