"""A member pays the fee by card and sees until when it is paid; the treasurer writes another one down."""

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

pytestmark = pytest.mark.browser

MEMBER, TREASURER = "010", "006"
AMOUNT = {"en": "¥3,000", "ja": "3,000円"}
#: On the rehearsal's page.
PAY = re.compile("^Pay ¥3,000|3,000を支払う$|3,000円を支払う$")


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, True, id="in Japanese on a small phone"),
        pytest.param("ja", 320, False, id="in Japanese without JavaScript"),
    ],
)
def test_a_member_pays_the_fee_and_sees_until_when_it_is_paid(
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
    come_in(page, server, MEMBER, language)
    page.goto(f"{server.url}/{SLUG}/membership/fee")
    expect(page.get_by_text(_("No fee is paid at the moment."))).to_be_visible()
    eyes.look()
    follow(page, _("Pay the fee"))
    eyes.look()
    press(page, _("Go on"))
    eyes.look()
    press(page, _("Go on to pay %(amount)s") % {"amount": amount})
    stripe = server.app.config["TIMEBANK_STRIPE"].checkout
    assert page.url.startswith(stripe)
    go(page.get_by_role("button", name=PAY).first)
    eyes.look(came_from=stripe)
    expect(page.get_by_role("heading", level=1)).to_have_text(_("The fee is paid"))
    go(page.get_by_role("main").get_by_role("link", name=_("My fee")))
    expect(page.locator(".balance")).to_contain_text(re.compile("Paid until|まで納入済み"))
    eyes.look()
    follow(page, _("A slip for paper"))
    eyes.look()
    # The treasurer sees it, and writes down what another one hands over.
    page.context.clear_cookies()
    come_in(page, server, TREASURER, language)
    eyes.look()
    follow(page, _("Money"))
    eyes.look()
    follow(page, _("Who has paid"))
    eyes.look()
    follow(page, _("Write down a fee"))
    eyes.look()
    page.get_by_label(_("Whose fee is it?")).fill("013")
    page.get_by_label(_("How much was it?")).fill("3000")
    page.get_by_label(_("In cash")).check()
    press(page, _("Save"))
    expect(page.get_by_role("status").or_(page.locator(".says")).first).to_contain_text("松本 隆")
    eyes.look()
    assert fake.wait_until_idle()
    assert fake.pending() == []
