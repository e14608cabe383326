"""Which language a reader reads, and how it writes times, days and numbers."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from datetime import date
from datetime import datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from flask import Flask
from flask import render_template_string
from flask.testing import FlaskClient
from markupsafe import Markup

from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import signed_in
from tests.builders import written
from timebank import i18n
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.hours import Minutes


class Sample(Refusal):
    sentence = N_("%(time)s on %(day)s at %(moment)s by %(name)s.")


@pytest.fixture
def hana(app: Flask) -> Neighbour:
    return written(app, lambda session: a_neighbour(session, a_community(session, slug="kadoma")))


@contextmanager
def reading(app: Flask, language: str) -> Iterator[None]:
    with app.test_request_context(headers={"Accept-Language": language}):
        yield


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "written_day", "written_moment", "time", "number"),
    [
        ("en", "Mon 23 November 2026", "Mon 23 November 2026, 09:05", "1 h 30 min", "1,234,567"),
        ("ja", "2026年11月23日(月)", "2026年11月23日(月) 09:05", "1時間30分", "1,234,567"),
    ],
)
def test_each_language_writes_in_its_own_way(
    app: Flask, language: str, written_day: str, written_moment: str, time: str, number: str
) -> None:
    with reading(app, language):
        assert i18n.language() == language
        assert i18n.day(date(2026, 11, 23)) == written_day
        assert i18n.moment(datetime(2026, 11, 23, 9, 5, tzinfo=UTC)) == written_moment
        assert i18n.in_words(90) == time
        assert i18n.signed(90) == f"+{time}"
        assert i18n.signed(-90) == f"−{time}"
        assert i18n.number(1_234_567) == number


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_refusals_facts_are_written_in_the_readers_language(app: Flask) -> None:
    moment = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
    refusal = Sample(time=Minutes(90), day=date(2026, 11, 23), moment=moment, name="100 %")
    with reading(app, "en"):
        assert (
            i18n.say(refusal) == "1 h 30 min on Mon 23 November 2026 at Mon 23 November 2026, 09:05 by 100 %."
        )
    with reading(app, "ja"):
        assert "1時間30分" in i18n.say(refusal)
    with reading(app, "en"):
        assert i18n.say(Refusal()) == "This cannot be done."


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_page_says_its_sentences_in_the_readers_language_and_escapes_the_facts(app: Flask) -> None:
    page = "{{ _('Hello, %(name)s', name=name) }}, {{ _('Home') }}"
    for language, greeting in (("en", "Hello, &lt;b&gt;, Home"), ("ja", "&lt;b&gt;さん、こんにちは, ホーム")):
        with reading(app, language):
            assert render_template_string(page, name="<b>") == greeting
            assert render_template_string("{{ _('%(name)s', name=name) }}", name=Markup("<b>")) == "<b>"


def lang(client: FlaskClient, address: str = "/kadoma/sign-in", accept: str = "") -> str:
    page = client.get(address, headers={"Accept-Language": accept} if accept else {}).text
    return page.split('<html lang="')[1].split('"')[0]


def test_the_session_the_person_the_browser_and_the_community_are_asked_in_turn(
    app: Flask, client: FlaskClient, hana: Neighbour
) -> None:
    assert lang(client, "/nowhere/x", accept="ja,en;q=0.5") == "ja"
    assert lang(client, "/nowhere/x", accept="fr") == "en"
    assert lang(client, accept="ja") == "ja"
    assert lang(client, accept="fr, de;q=0.5") == "en"
    assert lang(client) == "en"
    online = signed_in(app, hana)
    online.post("/kadoma/account/language", data={"language": "ja"})
    assert lang(online, "/kadoma/account") == "ja"
    online.post("/language", data={"language": "en", "next": "/kadoma/account"})
    assert lang(online, "/kadoma/account") == "en"


def test_a_switched_language_stays_and_leads_back(client: FlaskClient, hana: Neighbour) -> None:
    answer = client.post("/language", data={"language": "ja", "next": "/kadoma/sign-in?next=/x"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kadoma/sign-in?next=/x")
    assert lang(client) == "ja"
    away = client.post("/language", data={"language": "en", "next": "//evil.example/"})
    assert away.headers["Location"] == "/"
    assert client.post("/language", data={"language": "xx"}).status_code == 400
    assert client.post("/language").status_code == 400


def test_moments_are_those_of_the_communitys_clocks(app: Flask, hana: Neighbour) -> None:
    with app.test_request_context("/kadoma/sign-in"):
        app.preprocess_request()
        assert i18n.moment(datetime(2026, 11, 23, 15, 30, tzinfo=UTC)).endswith("24 November 2026, 00:30")


def a_catalogue(folder: Path) -> Path:
    catalogue = Catalog(locale="ja")
    catalogue.add("Save", "保存する")
    path = folder / "ja" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalogue)
    return path


def test_a_fresh_clone_compiles_what_it_speaks(tmp_path: Path) -> None:
    source = a_catalogue(tmp_path)
    i18n.compile_messages(tmp_path)
    compiled = source.with_suffix(".mo")
    assert "保存する" in compiled.read_bytes().decode("utf-8", "replace")
    first = compiled.stat().st_mtime_ns
    i18n.compile_messages(tmp_path)
    assert compiled.stat().st_mtime_ns == first
    assert [path.name for path in source.parent.iterdir() if path.suffix not in {".po", ".mo"}] == []


def test_where_nothing_can_be_written_the_program_speaks_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    source = a_catalogue(tmp_path)

    def refuse(*_args: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(i18n, "write_mo", refuse)
    i18n.compile_messages(tmp_path)
    assert "cannot write messages.mo: Read-only file system" in caplog.text
    assert not source.with_suffix(".mo").exists()
    shutil.rmtree(tmp_path)
