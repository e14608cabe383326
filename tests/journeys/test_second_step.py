"""A new treasurer sets a second step up and signs in with it, also without JavaScript, and on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import written
from tests.databases import SQLite
from tests.demo import demo_copy
from tests.journeys.eyes import Eyes
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import open_sign_in
from tests.journeys.walking import password_shown
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.servers import served
from timebank import clock
from timebank.cli.demo_data import SLUG
from timebank.communities.service import find_community
from timebank.members.queries import people_by_number
from timebank.people.factors import SECONDS
from timebank.people.factors import code_of
from timebank.people.service import give_office
from timebank.rights import TREASURER

pytestmark = pytest.mark.browser


def make_treasurer(session: Session) -> None:
    """Let the demo's first member hold the office."""
    community = find_community(session, SLUG)
    assert community
    (person,) = people_by_number(session, community=community, number="001")
    give_office(session, person=person, community=community, role=TREASURER, actor=SOMEBODY)


def code_now(secret: str) -> str:
    return code_of(secret, int(clock.now().timestamp()) // SECONDS)


@pytest.mark.parametrize(
    ("language", "javascript"),
    [pytest.param("en", False, id="in English"), pytest.param("ja", True, id="in Japanese")],
)
def test_a_new_treasurer_is_led_to_the_second_step_and_signs_in_with_it(
    sqlite: SQLite,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    javascript: bool,
) -> None:
    _ = words(language)
    page = page_factory(width=320, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    with demo_copy(sqlite) as url, served(url, TIMEBANK_DEMO="1") as server:
        written(server.app, make_treasurer)
        open_sign_in(page, server, language)
        password = password_shown(page, "001")
        come_in(page, server, "001", language)
        eyes.look()
        follow(page, _("Your office sleeps until you have set up a second step for signing in."))
        eyes.look()
        follow(page, _("Set it up"))
        eyes.look()
        secret = page.locator("main .hash").inner_text().replace(" ", "")
        page.get_by_label(_("The code that the app shows now")).fill(code_now(secret))
        page.get_by_label(_("Your password, or a code you have")).fill(password)
        press(page, _("Set it up"))
        codes = page.locator(".recovery li").all_inner_texts()
        assert len(codes) == 10
        eyes.look()
        follow(page, _("I have kept them: go on"))
        page.goto(f"{server.url}/{SLUG}/members/")
        expect(page.get_by_role("heading", level=1)).to_have_text(_("Members"))
        # Once more, on another machine: there it is a code from the paper.
        other = page_factory(width=320, javascript=javascript)
        others_eyes = Eyes(other, language=language, accessible=assert_accessible if javascript else None)
        open_sign_in(other, server, language)
        other.get_by_label(_("E-mail address or member number")).fill("001")
        other.get_by_label(_("Password"), exact=True).fill(password)
        press(other, _("Sign in"))
        others_eyes.look()
        other.get_by_label(_("Code"), exact=True).fill(codes[0])
        press(other, _("Sign in"))
        other.goto(f"{server.url}/{SLUG}/members/")
        expect(other.get_by_role("heading", level=1)).to_have_text(_("Members"))
        assert re.search(r"\b9\b", eyes_on_codes_left(other, server.url))


def eyes_on_codes_left(page: Page, url: str) -> str:
    """Read how many recovery codes are left."""
    page.goto(f"{url}/{SLUG}/account/second-step")
    return page.locator(".facts").inner_text()
