"""A member buys tickets at a konbini, a visit is paid with them, and the month ends with an envelope."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import written
from tests.journeys.eyes import Eyes
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import go
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.servers import LiveServer
from timebank import clock
from timebank.cli.demo_data import SLUG
from timebank.communities.service import find_community
from timebank.devstripe import DevStripe
from timebank.rates.models import GROUP
from timebank.rates.rules import Facts
from timebank.rates.rules import Terms
from timebank.rates.service import set_rate
from timebank.rates.service import set_terms
from timebank.support.proof import check_support
from timebank.tickets import offers
from timebank.tickets.proof import check_tickets

pytestmark = pytest.mark.browser

RECEIVER, GIVER, COORDINATES, TREASURER = "010", "013", "005", "006"
MONEY = {"en": ("¥4,000", "¥800", "¥400", "¥900"), "ja": ("4,000円", "800円", "400円", "900円")}
#: On the rehearsal's page.
LATER = re.compile("convenience store|コンビニ")


def sells_tickets(session: Session) -> None:
    """Have an hour cost 800, of which 600 are thanks, and a booklet of five be sold."""
    community = find_community(session, SLUG)
    assert community
    today = clock.today(community.time_zone)
    terms = Terms(starts_on=today, provider=GROUP)
    set_terms(session, community=community, terms=terms, actor=COORDINATOR)
    facts = Facts(starts_on=today, price_minor=800, thanks_minor=600)
    set_rate(session, community=community, kind=None, facts=facts, actor=COORDINATOR)
    offers.change_rule(session, community=community, rule=offers.Rule(konbini=True))
    booklet = offers.Booklet(name="5枚", tickets=5, face_minor=800, valid_months=6, on_paper=False)
    offers.open_offer(session, community=community, booklet=booklet, actor=COORDINATOR)


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
    written(server.app, sells_tickets)
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


def buys(page: Page, eyes: Eyes, language: str, *, stripe: str, told: Callable[[], bool]) -> str:
    """Choose a booklet and the konbini, and come back; gives the page's id at Stripe."""
    _, (booklet, *_others) = words(language), MONEY[language]
    follow(page, _("My tickets"))
    eyes.look()
    follow(page, _("Buy a booklet"))
    eyes.look()
    press(page, _("Go on"))
    eyes.look()
    mine = page.url.split("/buy/")[0]
    press(page, _("Go on to pay %(amount)s") % {"amount": booklet})
    assert page.url.startswith(stripe)
    checkout = page.url.rsplit("/", 1)[1]
    go(page.get_by_role("button", name=LATER).first)
    # Stripe tells of it at its own pace, and the page says it once it has.
    assert told()
    page.goto(f"{mine}/")
    eyes.look(came_from=stripe)
    follow(page, _("Look at it, and open the slip"))
    expect(page.get_by_role("heading", level=1)).to_have_text(_("Your tickets are on their way"))
    eyes.look()
    page.goto(f"{mine}/")
    return checkout


def writes_down(page: Page, eyes: Eyes, language: str) -> None:
    """Write a visit down; what it means is read before anything is saved."""
    _, (_booklet, ticket, rest, _thanks), main = words(language), MONEY[language], page.get_by_role("main")
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
