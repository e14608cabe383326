"""How hours that were given in Kadoma are used in Enshu: my mother lives there."""

from collections.abc import Callable

from playwright.sync_api import Page
from playwright.sync_api import expect
from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import PASSWORD
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.journeys.eyes import Eyes
from tests.journeys.walking import follow
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.servers import LiveServer
from timebank import books
from timebank.between import agreements
from timebank.between.proof import check_between
from timebank.cli.demo_data import SLUG
from timebank.communities.service import find_community
from timebank.exchanges.proof import check_exchanges
from timebank.i18n import LANGUAGE_NAMES

GIVER = "001"
ENSHU = "enshu"
MOTHER, NEIGHBOUR = "中村 梅", "鈴木 次郎"


def two_agree(session: Session) -> None:
    """Found Enshu with a mother and her neighbour; an hour of Kadoma is three quarters of one there."""
    kadoma = find_community(session, SLUG)
    assert kadoma
    enshu = a_community(session, slug=ENSHU, name="遠州たすけあい", telephone="053-000-0000")
    a_neighbour(session, enshu, email="ume@enshu.example", name=MOTHER, number="012")
    a_neighbour(session, enshu, email="jiro@enshu.example", name=NEIGHBOUR, number="013")
    terms = agreements.Terms(limit_minutes=600, rate_here=60, rate_there=45)
    asked = agreements.propose(session, community=kadoma, slug=ENSHU, terms=terms, actor=COORDINATOR)
    agreements.accept(session, community=enshu, agreement=asked, actor=COORDINATOR)


def owed(session: Session) -> tuple[int, int]:
    """What each of the two books says that the two owe each other."""
    found = []
    for slug in (SLUG, ENSHU):
        community = find_community(session, slug)
        assert community
        lines = ledger.trial_balance(session, community.book_id)
        found.append(sum(one.balance for one in lines if one.code.startswith("hours:community:")))
        assert sum(one.balance for one in lines if one.commodity == books.MINUTES) == 0
    return found[0], found[1]


def faults(session: Session) -> list[str]:
    return [*ledger.prove(session).faults, *check_exchanges(session), *check_between(session)]


def gives(page: Page, eyes: Eyes, language: str, hours: str, *, booked: Callable[[], bool]) -> None:
    """Give hours to the mother in Enshu, from one's own first page; nothing is booked before it is said."""
    _ = words(language)
    follow(page, _("Give hours to somebody in %(community)s") % {"community": "遠州たすけあい"})
    eyes.look()
    for name, value in (("number", "012"), ("name", MOTHER), ("hours", hours), ("note", "母へ")):
        page.locator(f"[name='{name}']").fill(value)
    press(page, _("Look at it first"))
    eyes.look()
    assert not booked(), "nothing is booked before it is said"
    press(page, _("Give these hours"))
    eyes.look()
    assert booked()


def uses(page: Page, eyes: Eyes, server: LiveServer, language: str, *, arrived: str, left: str) -> None:
    """Read it in Enshu as the mother, and have somebody help her for an hour of it."""
    _ = words(language)
    page.context.clear_cookies()
    page.goto(f"{server.url}/{ENSHU}/sign-in")
    if page.locator("html").get_attribute("lang") != language:
        press(page, LANGUAGE_NAMES[language])
    page.get_by_label(_("E-mail address or member number")).fill("ume@enshu.example")
    page.get_by_label(_("Password"), exact=True).fill(PASSWORD)
    press(page, _("Sign in"))
    eyes.look()
    follow(page, _("Statement"))
    eyes.look()
    expect(page.get_by_role("main")).to_contain_text("母へ")
    expect(page.get_by_role("main")).to_contain_text(arrived)
    follow(page, _("Log hours"))
    eyes.look()
    page.get_by_label(_("I received time"), exact=True).check()
    page.get_by_label(_("With whom?")).fill(NEIGHBOUR)
    page.get_by_label(_("How long?")).fill("1:00")
    press(page, _("Save"))
    eyes.look()
    follow(page, _("Statement"))
    expect(page.get_by_role("main")).to_contain_text(left)
    eyes.look()
