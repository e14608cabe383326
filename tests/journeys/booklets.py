"""How help comes to be paid for in a journey, and how a booklet of tickets is bought at a konbini."""

import re
from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.journeys.eyes import Eyes
from tests.journeys.walking import follow
from tests.journeys.walking import go
from tests.journeys.walking import press
from tests.journeys.walking import words
from timebank.cli.demo_data import SLUG
from timebank.communities.service import find_community
from timebank.rates.models import GROUP
from timebank.rates.rules import Facts
from timebank.rates.rules import Terms
from timebank.rates.service import set_rate
from timebank.rates.service import set_terms
from timebank.tickets import offers

#: On the rehearsal's page.
LATER = re.compile("convenience store|コンビニ")
BOOKLET = {"en": "¥4,000", "ja": "4,000円"}


def sells_tickets(session: Session, since: date) -> None:
    """Have an hour cost 800, of which 600 are thanks, and a booklet of five be sold."""
    community = find_community(session, SLUG)
    assert community
    terms = Terms(starts_on=since, provider=GROUP)
    set_terms(session, community=community, terms=terms, actor=COORDINATOR)
    facts = Facts(starts_on=since, price_minor=800, thanks_minor=600)
    set_rate(session, community=community, kind=None, facts=facts, actor=COORDINATOR)
    offers.change_rule(session, community=community, rule=offers.Rule(konbini=True))
    booklet = offers.Booklet(name="5枚", tickets=5, face_minor=800, valid_months=6, on_paper=False)
    offers.open_offer(session, community=community, booklet=booklet, actor=COORDINATOR)


def buys(page: Page, eyes: Eyes, language: str, *, stripe: str, told: Callable[[], bool]) -> str:
    """Choose a booklet and the konbini, and come back; gives the page's id at Stripe."""
    _, booklet = words(language), BOOKLET[language]
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
