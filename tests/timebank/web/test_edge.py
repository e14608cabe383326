"""One request is one transaction, tried again where the database asks for it, and one line in the log."""

import logging
import re
from collections.abc import Callable
from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import Flask
from flask import Response
from flask import abort
from flask import flash
from flask import g
from flask import redirect
from flask import request
from flask import session as browser
from flask import stream_with_context
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from psycopg.errors import SerializationFailure
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import signed_in
from tests.builders import written
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.communities.service import add_kind
from timebank.web import Form
from timebank.web import afterwards
from timebank.web import community
from timebank.web import open_to_all
from timebank.web import session
from timebank.web import uploaded


def add(name: str) -> None:
    add_kind(session(), community=community(), name=name, actor=SOMEBODY)


def kinds(app: Flask) -> int:
    return written(app, lambda session: session.scalar(select(func.count(HelpKind.id)))) or 0


@pytest.fixture
def hana(app: Flask) -> Neighbour:
    return written(app, lambda session: a_neighbour(session, a_community(session, slug="kadoma"), "steward"))


def route(app: Flask, method: str, view: Callable[[], ResponseReturnValue]) -> None:
    app.add_url_rule("/<community>/probe", "probe", open_to_all(view), methods=[method])


@pytest.mark.parametrize(("status", "rows"), [(200, 1), (303, 1), (400, 0), (422, 0), (500, 0)])
def test_what_is_answered_with_400_or_more_writes_nothing(
    app: Flask, client: FlaskClient, hana: Neighbour, status: int, rows: int
) -> None:
    def view() -> ResponseReturnValue:
        add("Driving")
        return redirect("/", 303) if status == 303 else ("", status)

    route(app, "POST", view)
    assert client.post("/kadoma/probe").status_code == status
    assert kinds(app) == rows


def test_what_breaks_writes_nothing(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    def view() -> ResponseReturnValue:
        add("Driving")
        raise ZeroDivisionError

    route(app, "POST", view)
    app.testing = False
    answer = client.post("/kadoma/probe")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    assert kinds(app) == 0


def test_a_page_that_is_only_read_cannot_write(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    def view() -> ResponseReturnValue:
        add("Driving")
        return "never"

    route(app, "GET", view)
    app.testing = False
    assert client.get("/kadoma/probe").status_code == 500
    assert kinds(app) == 0


@pytest.mark.parametrize("status", [200, 422])
def test_what_is_noted_afterwards_is_written_whatever_the_answer_is(
    app: Flask, client: FlaskClient, hana: Neighbour, status: int
) -> None:
    def note(session: Session) -> None:
        add_kind(
            session, community=session.get_one(Community, hana.community.id), name="Noted", actor=SOMEBODY
        )

    def view() -> ResponseReturnValue:
        afterwards(note)
        return "", status

    route(app, "GET", view)
    for _ in range(2):
        assert client.get("/kadoma/probe").status_code == status
        assert kinds(app) == 1
        written(app, lambda session: session.execute(delete(HelpKind)).close())


def busy() -> OperationalError:
    return OperationalError("UPDATE", {}, SerializationFailure("could not serialize access"))


def test_what_was_done_is_told_although_a_note_could_not_be_written(
    app: Flask, client: FlaskClient, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    def note(_session: Session) -> None:
        raise busy()

    def view() -> ResponseReturnValue:
        add("Driving")
        afterwards(note)
        return "done"

    monkeypatch.setattr("ledger.edge.time.sleep", lambda _: None)
    route(app, "POST", view)
    assert client.post("/kadoma/probe").text == "done"
    assert kinds(app) == 1


def test_a_request_that_meets_another_is_run_again_as_if_for_the_first_time(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    seen: list[tuple[object, ...]] = []

    def view(word: str) -> ResponseReturnValue:
        seen.append(
            (word, community().slug, browser.get("tries"), g.get("left"), len(browser.get("_flashes", [])))
        )
        browser["tries"] = browser.get("tries", 0) + 1
        g.left = "behind"
        flash("Saved")
        add("Driving")
        if len(seen) < 3:
            raise busy()
        return "done"

    app.add_url_rule("/<community>/probe/<word>", "probe", open_to_all(view), methods=["POST"])
    with client.session_transaction() as before:
        before["tries"] = 5
    answer = client.post("/kadoma/probe/again")
    assert (answer.status_code, answer.text) == (200, "done")
    assert seen == [("again", "kadoma", 5, None, 0)] * 3
    assert kinds(app) == 1
    with client.session_transaction() as after:
        assert after["tries"] == 6
        assert len(after["_flashes"]) == 1


def test_when_all_tries_are_used_up_people_are_asked_to_come_back(
    app: Flask, client: FlaskClient, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    def view() -> ResponseReturnValue:
        raise busy()

    route(app, "POST", view)
    monkeypatch.setattr("ledger.edge.time.sleep", lambda _: None)
    app.testing = False
    answer = client.post("/kadoma/probe")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"


def test_what_is_streamed_is_read_before_the_transaction_ends(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    def lines() -> Iterator[str]:
        for _line in range(2):
            yield f"{session().in_transaction()}\n"

    route(app, "GET", lambda: Response(stream_with_context(lines())))
    assert client.get("/kadoma/probe").text == "True\nTrue\n"


def test_each_request_is_one_line_that_names_nobody(
    app: Flask, hana: Neighbour, caplog: pytest.LogCaptureFixture
) -> None:
    access = logging.getLogger("timebank.access")
    access.addHandler(caplog.handler)
    client = signed_in(app, hana)
    answer = client.get("/kadoma/members/?q=Hanako")
    access.removeHandler(caplog.handler)
    lines = [record.getMessage() for record in caplog.records if record.name == "timebank.access"]
    assert re.fullmatch(answer.headers["X-Request-ID"] + r" GET /<community>/members/ 200 \d+ ms", lines[-1])
    assert len(lines) == 2
    assert not any(word in "".join(lines) for word in ("Hanako", "kadoma", hana.name))


def test_what_broke_is_logged_by_its_rule_and_number(
    app: Flask, client: FlaskClient, hana: Neighbour, caplog: pytest.LogCaptureFixture
) -> None:
    def view(word: str) -> ResponseReturnValue:
        raise ZeroDivisionError

    app.add_url_rule("/<community>/probe/<word>", "probe", open_to_all(view))
    app.testing = False
    answer = client.get("/kadoma/probe/Hanako?name=Hanako")
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.getMessage() == f"{answer.headers['X-Request-ID']} /<community>/probe/<word> broke"


def test_static_files_ask_nothing_of_the_database(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_args: object, **_kwargs: object) -> None:
        raise AssertionError

    monkeypatch.setattr("ledger.transaction", never)
    answer = client.get("/static/timebank.css")
    assert answer.status_code == 200
    answer.close()


def test_views_never_hear_of_the_community_in_the_address(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    route(app, "GET", lambda: f"{community().slug} {request.view_args}")
    assert client.get("/kadoma/probe").text == "kadoma {}"
    assert client.get("/moriguchi/probe").status_code == 404


def test_an_unknown_address_of_a_community_still_says_whom_to_call(app: Flask, client: FlaskClient) -> None:
    written(app, lambda session: a_community(session, slug="kadoma", telephone="06-1234-5678"))
    for address, status in (("/kadoma/nowhere", 404), ("/kadoma/members", 308), ("/nowhere/x", 404)):
        answer = client.get(address)
        assert answer.status_code == status
        assert ("06-1234-5678" in answer.text) == (address == "/kadoma/nowhere")


def test_the_health_check_reaches_the_database(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_somebody_may_be_refused_without_a_form(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    def view() -> ResponseReturnValue:
        add("Driving")
        add("Driving")
        return "never"

    route(app, "POST", view)
    answer = client.post("/kadoma/probe")
    assert answer.status_code == 422
    assert "Driving” is on the list already" in answer.text
    assert kinds(app) == 0


def test_an_answer_that_a_view_has_made_itself_passes(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    def view() -> ResponseReturnValue:
        abort(Response("its own", 409))

    route(app, "GET", view)
    answer = client.get("/kadoma/probe")
    assert (answer.status_code, answer.text) == (409, "its own")


def test_a_file_is_read_from_its_beginning_at_every_attempt(
    app: Flask, client: FlaskClient, hana: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Upload(Form):
        file = FileField("File")

    read: list[bytes] = []

    def view() -> ResponseReturnValue:
        read.append(uploaded(Upload().file))
        if len(read) < 3:
            raise busy()
        return "done"

    monkeypatch.setattr("ledger.edge.time.sleep", lambda _: None)
    route(app, "POST", view)
    assert client.post("/kadoma/probe", data={"file": (BytesIO(b"all of it"), "x")}).text == "done"
    assert read == [b"all of it"] * 3
