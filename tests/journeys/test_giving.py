"""Somebody without an account gives ¥3,000 for the meal round, in five clicks, and the fund shows it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.journeys.eyes import Eyes
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import go
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.pictures import a_png
from tests.servers import LiveServer
from tests.sheets import read_sheet
from timebank.cli.demo_data import SLUG
from timebank.cli.working import handlers_with
from timebank.db import db
from timebank.devstripe import DevStripe
from timebank.i18n import LANGUAGE_NAMES
from timebank.mail import carrier_of
from timebank.queue import work_one

pytestmark = pytest.mark.browser

TREASURER, STEWARD = "006", "007"
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


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, True, id="in Japanese on a small phone"),
        pytest.param("ja", 320, False, id="in Japanese without JavaScript"),
    ],
)
def test_whoever_gave_asks_for_a_receipt_and_the_treasurer_prints_a_copy(
    rehearsed: tuple[LiveServer, DevStripe],
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
    language: str,
    width: int,
    javascript: bool,
) -> None:
    (server, _fake), _ = rehearsed, words(language)
    page = page_factory(width=width, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    page.goto(f"{server.url}/{SLUG}/give?fund=car")
    if page.locator("html").get_attribute("lang") != language:
        press(page, LANGUAGE_NAMES[language])
    press(page, _("Go on"))
    press(page, _("Go on to pay %(amount)s") % {"amount": AMOUNT[language]})
    go(page.get_by_role("button", name=PAY).first)
    follow(page, _("Ask for a receipt"))
    eyes.look(came_from=server.app.config["TIMEBANK_STRIPE"].checkout)
    page.get_by_label(_("Name on the receipt")).fill("Yamada Hana")
    press(page, _("Issue the receipt"))
    make_sheets(server, tmp_path)
    page.reload()
    eyes.look()
    pdf = page.get_by_role("link", name=_("Open the receipt (PDF)")).get_attribute("href")
    assert "Yamada Hana" in read_sheet(page.request.get(f"{server.url}{pdf}").body()).text
    come_in(page, server, TREASURER, language)
    follow(page, _("Money"))
    follow(page, _("The list of receipts"))
    eyes.look()
    go(page.get_by_role("row").filter(has_text="Yamada Hana").get_by_role("link"))
    eyes.look()
    press(page, _("Print a copy"))
    eyes.look()
    pdf = page.get_by_role("link", name=_("Open the file (PDF)")).get_attribute("href")
    assert _("Copy") in read_sheet(page.request.get(f"{server.url}{pdf}").body()).text


@pytest.mark.parametrize(("language", "width"), [("en", 320), ("ja", 1280)])
def test_a_steward_puts_the_stamp_on_receipts_and_writes_words_for_tax(
    rehearsed: tuple[LiveServer, DevStripe],
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
) -> None:
    (server, _fake), _ = rehearsed, words(language)
    page = page_factory(width=width)
    eyes = Eyes(page, language=language, accessible=assert_accessible)
    come_in(page, server, STEWARD, language)
    follow(page, _("Settings"))
    follow(page.get_by_role("main"), _("Receipts"))
    follow(page, _("Put the stamp on"))
    eyes.look()
    stamp = {"name": "stamp.png", "mimeType": "image/png", "buffer": a_png(80, 80)}
    page.get_by_label(_("Picture of the stamp")).set_input_files(stamp)  # type: ignore[arg-type]
    press(page, _("Put it on receipts"))
    expect(page.locator("img.stamp-picture")).to_be_visible()
    assert page.locator("img.stamp-picture").evaluate("one => one.naturalWidth") == 80
    eyes.look()
    follow(page, _("Say the last day"))
    eyes.look()
    press(page, _("Save"))
    follow(page, _("Write words for tax"))
    eyes.look()
    follow(page, _("Back"))
    follow(page, _("Change this"))
    eyes.look()


def make_sheets(server: LiveServer, folder: Path) -> None:
    """Do the later work that a worker does."""
    with server.app.app_context():
        while work_one(db.session, handlers_with(carrier_of("", folder, host="localhost"))):
            pass
        db.session.remove()
