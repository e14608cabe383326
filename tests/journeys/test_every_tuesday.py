"""Every Tuesday: a coordinator prints the month's sheet, confirms it in one press, and arranges more."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.journeys.eyes import Eyes
from tests.journeys.walking import balance_of
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import go
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.servers import LiveServer
from timebank.cli.demo_standing import GIVER
from timebank.cli.demo_standing import MINUTES
from timebank.cli.demo_standing import WORDS

pytestmark = pytest.mark.browser

COORDINATOR = "005"


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, True, id="in Japanese on a small phone"),
        pytest.param("en", 320, False, id="in English without JavaScript"),
    ],
)
def test_a_month_is_confirmed_from_its_sheet(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
    javascript: bool,
) -> None:
    _ = words(language)
    page = page_factory(width=width, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    before = balance_of(demo_server, GIVER)

    # The last month waits for its sheet, which is printed with a line for each day and some for more.
    come_in(page, demo_server, COORDINATOR, language)
    follow(page, _("For coordinators"))
    follow(page, _("Standing arrangements"))
    eyes.look()
    follow(page, _("The month before"))
    follow(page, _("Sheets to sign, for paper"))
    eyes.look()
    days = page.locator("tbody .square").count()
    assert days >= 1
    follow(page, _("Back"))

    # All of it is ticked; one day did not happen, and what the rest comes to is read before it is booked.
    go(page.locator(".lines .what a").first)
    eyes.look()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(days)
    page.get_by_role("checkbox").first.uncheck()
    press(page, _("Look at it first"))
    eyes.look()
    assert balance_of(demo_server, GIVER) == before
    press(page, _("Book all of it"))
    eyes.look()
    assert balance_of(demo_server, GIVER) == before + (days - 1) * MINUTES

    # More is arranged, seen, and dropped again.
    follow(page, _("Arrange something"))
    eyes.look()
    page.get_by_label(_("Who helps?")).fill("002")
    page.get_by_label(_("Who is helped?")).fill("010")
    page.get_by_label(_("Friday")).check()
    page.get_by_label(_("For how long?")).fill("1:00")
    press(page, _("Save"))
    eyes.look()
    follow(page, _("End it"))
    eyes.look()
    press(page, _("End it"))
    eyes.look()

    # Whoever helps reads what is arranged with them, and finds the month on the statement.
    page = page_factory(width=width, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    come_in(page, demo_server, GIVER, language)
    follow(page, _("Statement"))
    if days > 1:
        expect(page.get_by_text(WORDS).first).to_be_visible()
    follow(page, _("What is arranged with me"))
    eyes.look()
    expect(page.locator("main")).to_contain_text(WORDS)
