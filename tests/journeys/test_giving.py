"""Somebody without an account gives ¥3,000 for the meal round, in five clicks, and the fund shows it."""

import re
from collections.abc import Callable

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
from timebank.cli.demo_data import SLUG
from timebank.devstripe import DevStripe
from timebank.i18n import LANGUAGE_NAMES

pytestmark = pytest.mark.browser

TREASURER = "006"
AMOUNT = {"en": "¥3,000", "ja": "3,000円"}
#: On the rehearsal's page.
PAY = re.compile("^Donate ¥3,000|3,000を寄付する$|3,000円を寄付する$")


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, True, id="in Japanese on a small phone"),
        pytest.param("en", 320, False, id="in English without JavaScript"),
    ],
)
def test_a_stranger_gives_in_five_clicks_and_the_fund_shows_it(
    rehearsed: tuple[LiveServer, DevStripe],
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
    javascript: bool,
) -> None:
    (server, fake), _, amount = rehearsed, words(language), AMOUNT[language]
    page = page_factory(width=width, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    page.goto(f"{server.url}/{SLUG}/funds")
    if page.locator("html").get_attribute("lang") != language:
        press(page, LANGUAGE_NAMES[language])
    eyes.look()
    # One: for this fund; two: how much; three: go on; four: go on to pay; five: pay.
    go(page.locator("#meal").get_by_role("link", name=_("Give for this")))
    eyes.look()
    page.get_by_label(amount, exact=True).check()
    press(page, _("Go on"))
    eyes.look()
    press(page, _("Go on to pay %(amount)s") % {"amount": amount})
    stripe = server.app.config["TIMEBANK_STRIPE"].checkout
    assert page.url.startswith(stripe)
    go(page.get_by_role("button", name=PAY).first)
    assert page.url.startswith(server.url)
    eyes.look(came_from=stripe)
    expect(page.get_by_role("heading", level=1)).to_have_text(_("Thank you"))
    go(page.get_by_role("main").get_by_role("link", name=_("What gifts are for")))
    expect(page.locator("#meal")).to_contain_text(amount)
    eyes.look()
    # The treasurer sees it, and Stripe has told everything.
    come_in(page, server, TREASURER, language)
    follow(page, _("Money"))
    eyes.look()
    expect(page.get_by_text(_("Paid"), exact=True)).to_be_visible()
    assert fake.wait_until_idle()
    assert fake.pending() == []


def test_whoever_closes_the_window_finds_the_gift_as_it_was(
    rehearsed: tuple[LiveServer, DevStripe], page_factory: Callable[..., Page]
) -> None:
    server, _fake = rehearsed
    page = page_factory(width=390)
    page.goto(f"{server.url}/{SLUG}/give?fund=car")
    page.get_by_label("Your name").fill("Hana")
    press(page, "Go on")
    press(page, "Go on to pay ¥3,000")
    go(page.get_by_role("link", name="Close the window").first)
    expect(page.get_by_role("heading", level=1)).to_have_text("Is this right?")
    expect(page.get_by_text("Hana", exact=True)).to_be_visible()
    # Going on leads to the very page that was there before.
    press(page, "Go on to pay ¥3,000")
    go(page.get_by_role("button", name=PAY).first)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
