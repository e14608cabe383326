"""The tests' own machinery: databases that are fresh, and a browser that reads Japanese."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser
from playwright.sync_api import Page
from sqlalchemy import Engine
from sqlalchemy import inspect
from sqlalchemy import text
from sqlalchemy import update

import ledger
from tests.builders import a_member
from tests.builders import a_person
from tests.builders import written
from tests.hledger import HledgerMissing
from tests.hledger import hledger
from tests.pages import Pages
from tests.rows import changed
from tests.rows import marks
from tests.rows import rows
from timebank.members.models import Member

#: Draws one sign and reads the picture back: without a font for it, all signs are the same box.
DRAW = """sign => {
    const canvas = document.createElement('canvas');
    const pen = canvas.getContext('2d');
    pen.font = '40px sans-serif';
    pen.fillText(sign, 10, 60);
    return canvas.toDataURL();
}"""
PAGE = "<!doctype html><html lang='en'><title>A page</title><main><h1>A page</h1>{}</main></html>"


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_an_empty_database_of_its_own(empty_database_url: str, turn: str) -> None:
    engine = ledger.connect(empty_database_url)
    assert inspect(engine).get_table_names() == [], turn
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE noise (id integer)"))
    engine.dispose()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_a_migrated_database_of_its_own(engine: Engine, turn: str) -> None:
    tables = inspect(engine).get_table_names()
    assert {"alembic_version", "transfer", "member"} <= set(tables), turn
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM commodity")) == 0
        connection.execute(text("INSERT INTO commodity (code, scale) VALUES ('NOISE', 0)"))


def test_without_hledger_its_tests_fail_and_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HledgerMissing, match="apt-get install hledger"):
        hledger(tmp_path / "book.journal", "check")


def test_marks_tell_which_tables_hold_something_else(app: Flask) -> None:
    written(app, a_member)
    before, read = marks(app), rows(app)
    assert set(before) == set(read)
    assert changed(before, marks(app)) == []
    written(app, lambda session: session.execute(update(Member).values(name="Hanako")))
    assert changed(before, marks(app)) == changed(read, rows(app)) == ["member"]
    written(app, lambda session: session.execute(update(Member).values(name="Hana")))
    assert changed(before, marks(app)) == []
    written(app, a_person)
    assert changed(before, marks(app)) == changed(read, rows(app)) == ["person"]


@pytest.mark.browser
def test_the_browser_can_write_japanese(page_factory: Callable[..., Page]) -> None:
    page = page_factory(language="ja")
    assert page.evaluate("navigator.language") == "ja-JP"
    assert len({page.evaluate(DRAW, sign) for sign in "時間帳あア"}) == 5


@pytest.mark.browser
def test_a_field_without_a_label_is_found(
    page_factory: Callable[..., Page], assert_accessible: Callable[[Page], None]
) -> None:
    page = page_factory(width=320)
    page.set_content(PAGE.format("<label>Hours <input></label>"))
    assert_accessible(page)
    page.set_content(PAGE.format("<input>"))
    with pytest.raises(AssertionError, match="label"):
        assert_accessible(page)


@pytest.mark.browser
def test_a_page_without_javascript_runs_none(page_factory: Callable[..., Page]) -> None:
    page = page_factory(javascript=False)
    page.goto("data:text/html," + PAGE.format("<script>document.title = 'It ran'</script>"))
    assert page.title() == "A page"


@pytest.mark.browser
def test_what_the_console_complains_of_is_remembered(browser: Browser) -> None:
    pages = Pages(browser)
    page = pages.open()
    with page.expect_event("pageerror"):
        page.set_content(PAGE.format("<script>throw new Error('a broken script')</script>"))
    pages.close()
    assert pages.complaints == ["a broken script"]
