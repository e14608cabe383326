"""The main job: hours are logged, confirmed, and stand on both statements."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.journeys.eyes import Eyes
from tests.journeys.walking import balance_of
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import open_sign_in
from tests.journeys.walking import press
from tests.journeys.walking import sign_in
from tests.journeys.walking import words
from tests.servers import LiveServer
from timebank.hours import as_clock
from timebank.hours import in_words

pytestmark = pytest.mark.browser

GIVER, RECEIVER = "001", "002"
#: As somebody types it who knows how the other is called, but not how that is written.
OTHER = {"en": "002", "ja": "たなか けんいち"}
WHAT_FOR = {"en": "A shelf for the kitchen", "ja": "台所の棚"}


@pytest.mark.parametrize(
    ("language", "width", "javascript", "demo_server"),
    [
        pytest.param("en", 1280, True, "sqlite", id="in English on a desk"),
        pytest.param("ja", 320, True, "sqlite", id="in Japanese on a small phone"),
        pytest.param("en", 320, False, "sqlite", id="in English without JavaScript"),
        pytest.param("ja", 1280, False, "postgresql", id="in Japanese without JavaScript, on PostgreSQL"),
    ],
    indirect=["demo_server"],
)
def test_an_hour_and_a_half_is_given_confirmed_and_on_both_statements(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
    javascript: bool,
) -> None:
    _ = words(language)
    pages = {name: page_factory(width=width, javascript=javascript) for name in (GIVER, RECEIVER)}
    eyes = {
        name: Eyes(page, language=language, accessible=assert_accessible if javascript else None)
        for name, page in pages.items()
    }
    before = {name: balance_of(demo_server, name) for name in pages}

    # The one who gave says so.
    page = pages[GIVER]
    open_sign_in(page, demo_server, language)
    eyes[GIVER].look()
    sign_in(page, GIVER, language)
    eyes[GIVER].look()
    follow(page, _("Log hours"))
    eyes[GIVER].look()
    page.get_by_label(_("With whom?")).fill(OTHER[language])
    page.get_by_label(_("How long?")).fill("1.5")
    page.get_by_label(_("What for?")).fill(WHAT_FOR[language])
    press(page, _("Save"))
    expect(page.get_by_role("status")).to_contain_text("田中 健一")
    assert balance_of(demo_server, GIVER) == before[GIVER], "nothing is booked before it is confirmed"
    eyes[GIVER].look()

    # The other sees who says what, and confirms it with one press.
    page = pages[RECEIVER]
    come_in(page, demo_server, RECEIVER, language)
    question = page.locator(".card", has_text=WHAT_FOR[language])
    expect(question).to_contain_text("中村 花子")
    expect(question).to_contain_text(in_words(90, language))
    eyes[RECEIVER].look()
    press(question, _("Confirm"))
    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.locator(".card", has_text=WHAT_FOR[language])).to_have_count(0)
    eyes[RECEIVER].look()

    # Both find it on their statements, with the balance after it.
    for name, change in ((GIVER, 90), (RECEIVER, -90)):
        page = pages[name]
        follow(page, _("To the first page")) if name == GIVER else None
        follow(page, _("The whole statement"))
        latest = page.locator("tbody tr").first
        expect(latest).to_contain_text(WHAT_FOR[language])
        expect(latest.locator("td.n").nth(0 if change > 0 else 1)).to_have_text("1:30")
        after = before[name] + change
        expect(latest.locator("td.n").nth(2)).to_have_text(as_clock(after))
        assert balance_of(demo_server, name) == after
        eyes[name].look()
