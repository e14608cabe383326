"""What people do again and again on their way: sign in, switch the language, log hours."""

import re
from collections.abc import Callable
from functools import cache

from babel.support import Translations
from playwright.sync_api import Locator
from playwright.sync_api import Page
from sqlalchemy.orm import Session

import ledger
from tests.builders import written
from tests.servers import LiveServer
from timebank.cli.demo_data import SLUG
from timebank.communities.service import find_community
from timebank.i18n import LANGUAGE_NAMES
from timebank.members.queries import find_by_number
from timebank.members.queries import hours_of
from timebank.settings import ROOT

#: Nobody presses Tab more often to get anywhere on a page.
MOST_TABS = 80


@cache
def words(language: str) -> Callable[[str], str]:
    """Give what turns a text of the program into the reader's language, as its pages do."""
    found = Translations.load(str(ROOT / "timebank" / "translations"), [language])
    return found.gettext


def open_sign_in(page: Page, server: LiveServer, language: str = "en") -> None:
    """Open the demo's sign-in page and press the button of the language."""
    page.goto(f"{server.url}/{SLUG}/sign-in")
    if page.locator("html").get_attribute("lang") != language:
        press(page, LANGUAGE_NAMES[language])


def password_shown(page: Page, name: str) -> str:
    """Read somebody's password from the demo's sign-in page."""
    row = page.locator("tbody tr").filter(has=page.get_by_text(name, exact=True))
    return row.locator("td").nth(1).locator("bdi").inner_text().strip()


def sign_in(page: Page, name: str, language: str = "en") -> None:
    """Sign in on the page that is open, with the password it shows."""
    _ = words(language)
    password = password_shown(page, name)
    page.get_by_label(_("E-mail address or member number")).fill(name)
    page.get_by_label(_("Password"), exact=True).fill(password)
    press(page, _("Sign in"))
    if page.url.endswith("/sign-in/second-step"):
        page.get_by_label(_("Code"), exact=True).fill(code_shown(page))
        press(page, _("Sign in"))


def code_shown(page: Page) -> str:
    """Read the code that the demo shows on the page of the second step."""
    return str(re.findall(r"\b\d{6}\b", page.locator(".says").inner_text())[0])


def come_in(page: Page, server: LiveServer, name: str, language: str = "en") -> None:
    """Open the demo and sign in."""
    open_sign_in(page, server, language)
    sign_in(page, name, language)


def press(place: Page | Locator, button: str) -> None:
    """Press the first button of this name, and wait for the page that answers."""
    go(place.get_by_role("button", name=button, exact=True).first)


def follow(place: Page | Locator, link: str) -> None:
    """Follow the first link of this name."""
    go(place.get_by_role("link", name=link, exact=True).first)


def go(way: Locator) -> None:
    """Press a button or a link, and wait for the page that answers."""
    # A click alone does not wait: the next look would be at the page that goes away, or at half of the next.
    with way.page.expect_navigation():
        way.click()


def tab_to(page: Page, place: Locator) -> None:
    """Press Tab until the keyboard is there."""
    for _ in range(MOST_TABS):
        if place.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {place}")


def balance_of(server: LiveServer, number: str) -> int:
    """Ask the books for a member's balance in minutes."""

    def asked(session: Session) -> int:
        community = find_community(session, SLUG)
        assert community is not None
        member = find_by_number(session, community=community, number=number)
        assert member is not None
        return ledger.balance(session, hours_of(member, community)).balance

    return written(server.app, asked)
