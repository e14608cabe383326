"""The treasurer writes down a coin box and rice, takes one back, and opens the register of the year."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.journeys.eyes import Eyes
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.servers import LiveServer

pytestmark = pytest.mark.browser

TREASURER = "006"
AMOUNT = {"en": "¥4,321", "ja": "4,321円"}


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("ja", 1280, True, id="in Japanese on a desk"),
        pytest.param("en", 320, True, id="in English on a small phone"),
        pytest.param("ja", 320, False, id="in Japanese without JavaScript"),
    ],
)
def test_a_treasurer_writes_down_what_came_by_hand(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
    javascript: bool,
) -> None:
    _, amount = words(language), AMOUNT[language]
    page = page_factory(width=width, javascript=javascript)
    come_in(page, demo_server, TREASURER, language)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    follow(page, _("Money"))
    eyes.look()
    # A coin box: how much, and that it was cash; what is wrong is said first.
    follow(page, _("Write down a gift of money"))
    page.get_by_label(_("How much was it?")).fill("4,321")
    eyes.look()
    press(page, _("Write it down"))
    expect(page.locator(".says.wrong")).to_be_visible()
    eyes.look()
    page.get_by_label(_("In cash")).check()
    press(page, _("Write it down"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(amount)
    eyes.look()
    follow(page, _("All gifts"))
    expect(page.get_by_role("main")).to_contain_text(amount)
    eyes.look()
    follow(page, _("Write down a gift in kind"))
    page.get_by_label(_("What was given?")).fill("米")
    page.get_by_label(_("Name of whoever gave")).fill("門真 花")
    eyes.look()
    press(page, _("Write it down"))
    expect(page.get_by_role("main")).to_contain_text("門真 花")
    eyes.look()
    follow(page, _("It was a mistake: take it back"))
    page.get_by_label(_("What was wrong?")).fill("まちがい")
    eyes.look()
    press(page, _("Take back"))
    expect(page.get_by_role("main")).to_contain_text("まちがい")
    follow(page, _("All gifts"))
    follow(page, _("Register of givers"))
    eyes.look()
    page.get_by_role("main").get_by_role("button").first.click()
    register = page.get_by_role("main")
    expect(register).to_contain_text("森田商店")
    # What was taken back never was a gift.
    expect(register).not_to_contain_text("門真 花")
    eyes.look()
