"""A member buys tickets at a konbini, a visit is paid with them, and the month ends with an envelope."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from tests.builders import written
from tests.journeys.booklets import buys
from tests.journeys.booklets import sells_tickets
from tests.journeys.eyes import Eyes
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.servers import LiveServer
from timebank import clock
from timebank.cli.demo_data import SLUG
from timebank.devstripe import DevStripe
from timebank.support.proof import check_support
from timebank.tickets.proof import check_tickets

pytestmark = pytest.mark.browser

RECEIVER, GIVER, COORDINATES, TREASURER = "010", "013", "005", "006"
MONEY = {"en": ("¥800", "¥400", "¥900"), "ja": ("800円", "400円", "900円")}


def faults(session: Session) -> list[str]:
    return [*check_tickets(session), *check_support(session)]


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, True, id="in Japanese on a small phone"),
        pytest.param("ja", 320, False, id="in Japanese without JavaScript"),
    ],
)
def test_tickets_are_bought_at_a_konbini_used_for_a_visit_and_the_month_is_settled(
    rehearsed: tuple[LiveServer, DevStripe],
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
    javascript: bool,
) -> None:
    (server, fake), amounts = rehearsed, MONEY[language]
    written(server.app, lambda session: sells_tickets(session, clock.today("Asia/Tokyo")))
    page = page_factory(width=width, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)

    def comes(name: str, path: str) -> None:
        page.context.clear_cookies()
        come_in(page, server, name, language)
        eyes.look()
        page.goto(f"{server.url}/{SLUG}/support/{path}")
        eyes.look()

    comes(RECEIVER, "mine")
    stripe = server.app.config["TIMEBANK_STRIPE"].checkout
    checkout = buys(page, eyes, language, stripe=stripe, told=fake.wait_until_idle)
    fake.pay_voucher(checkout)
    assert fake.wait_until_idle()
    page.reload()
    unused = words(language)("%(unused)s of %(all)s unused") % {"unused": 5, "all": 5}
    expect(page.get_by_role("main")).to_contain_text(unused)
    eyes.look()
    comes(COORDINATES, "visits/new")
    writes_down(page, eyes, language)
    comes(TREASURER, "months/")
    expect(page.get_by_role("main")).to_contain_text(amounts[-1])
    settles(page, eyes, language)
    assert written(server.app, faults) == []


def writes_down(page: Page, eyes: Eyes, language: str) -> None:
    """Write a visit down; what it means is read before anything is saved."""
    _, (ticket, rest, _thanks), main = words(language), MONEY[language], page.get_by_role("main")
    page.get_by_label(_("Who gave?")).fill(GIVER)
    page.get_by_label(_("Who received?")).fill(RECEIVER)
    page.get_by_label(_("How long?")).fill("1:30")
    page.get_by_label(_("With tickets")).check()
    page.get_by_label(_("By telephone")).check()
    press(page, _("Look at it first"))
    eyes.look()
    expect(main).to_contain_text(ticket)
    expect(main).to_contain_text(rest)
    press(page, _("Save"))
    eyes.look()


def settles(page: Page, eyes: Eyes, language: str) -> None:
    """Print the bills, and write down the envelope that was handed out."""
    _, thanks, main = words(language), MONEY[language][-1], page.get_by_role("main")
    follow(page, _("Bills for paper"))
    eyes.look()
    expect(main).to_contain_text(_("Paid with tickets"))
    follow(page, _("Back"))
    eyes.look()
    follow(page, _("Pay thanks out in cash"))
    eyes.look()
    expect(main).to_contain_text(thanks)
    press(page, _("Write it down"))
    eyes.look()
    expect(main).not_to_contain_text(thanks)
