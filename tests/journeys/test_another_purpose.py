"""A fund stops: its givers are asked, one answers on a page of their own, and money goes as they answered."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.journeys.eyes import Eyes
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import go
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.servers import LiveServer
from timebank.i18n import LANGUAGE_NAMES

pytestmark = pytest.mark.browser

TREASURER = "006"


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("ja", 1280, True, id="in Japanese on a desk"),
        pytest.param("en", 320, True, id="in English on a small phone"),
        pytest.param("ja", 320, False, id="in Japanese without JavaScript"),
    ],
)
def test_givers_are_asked_before_money_is_for_something_else(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
    javascript: bool,
) -> None:
    _ = words(language)
    page = page_factory(width=width, javascript=javascript)
    come_in(page, demo_server, TREASURER, language)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    for name, amount in (("門真 花", "3000"), ("森 太郎", "1000")):
        give_for_the_car(page, _, name, amount)
    follow(page, _("What gifts are for"))
    go(page.locator("#car").get_by_role("link", name=_("It stops")))
    page.get_by_label(_("Why does it stop?")).fill("車を手放した")
    press(page, _("It stops"))
    go(page.locator("#car").get_by_role("link", name=_("Ask whether it may be for something else")))
    eyes.look()
    # What is wrong is said first, and what was typed is still there.
    page.get_by_label(_("What was decided?")).fill("お弁当に使う")
    press(page, _("Ask those who gave"))
    expect(page.locator(".says.wrong")).to_be_visible()
    eyes.look()
    expect(page.get_by_label(_("What was decided?"))).to_have_value("お弁当に使う")
    page.get_by_label(_("Who decided it?")).fill("総会")
    press(page, _("Ask those who gave"))
    desk = page.url
    eyes.look()
    # A letter on paper, and the address on it.
    follow(page, _("Print letters for those without mail"))
    eyes.look()
    address = demo_server.url + urlsplit(page.locator("p.address").first.inner_text()).path
    giver = page_factory(width=width, language=language, javascript=javascript)
    answers_on_their_page(
        giver,
        address,
        _,
        Eyes(giver, language=language, accessible=assert_accessible if javascript else None),
    )
    # The other one comes by.
    page.goto(desk)
    go(page.get_by_role("link", name=_("Write down the answer")).last)
    eyes.look()
    page.get_by_label(_("Has back what is left of theirs")).check()
    page.get_by_label(_("In person")).check()
    press(page, _("Write it down"))
    eyes.look()


def give_for_the_car(page: Page, _: Callable[[str], str], name: str, amount: str) -> None:
    follow(page, _("Money"))
    follow(page, _("Write down a gift of money"))
    page.get_by_label(_("How much was it?")).fill(amount)
    page.get_by_label(_("In cash")).check()
    page.get_by_label(_("For which purpose?")).select_option(index=2)
    page.get_by_label(_("Name of whoever gave")).fill(name)
    press(page, _("Write it down"))
    expect(page.get_by_role("main")).to_contain_text(name)


def answers_on_their_page(page: Page, address: str, _: Callable[[str], str], eyes: Eyes) -> None:
    page.goto(address)
    if page.locator("html").get_attribute("lang") != eyes.language:
        press(page, LANGUAGE_NAMES[eyes.language])
    eyes.look()
    press(page, _("I agree"))
    expect(page.get_by_role("main")).to_contain_text(_("You agree."))
    eyes.look()
