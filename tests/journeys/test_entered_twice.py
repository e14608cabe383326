"""Somebody was entered twice: a coordinator finds it, reads what will happen, and joins the two records."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.journeys.eyes import Eyes
from tests.journeys.walking import balance_of
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import go
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.servers import LiveServer

pytestmark = pytest.mark.browser

COORDINATOR, FIRST, AGAIN = "005", "008", "031"
REASON = {"en": "His daughter telephoned", "ja": "娘さんからの電話で"}


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, True, id="in Japanese on a small phone"),
        pytest.param("en", 320, False, id="in English without JavaScript"),
    ],
)
def test_two_records_of_one_person_are_found_and_joined(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
    javascript: bool,
) -> None:
    _ = words(language)
    before = {number: balance_of(demo_server, number) for number in (FIRST, AGAIN)}
    page = page_factory(width=width, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    come_in(page, demo_server, COORDINATOR, language)
    follow(page, _("For coordinators"))
    follow(page, _("Perhaps the same person"))
    eyes.look()
    first = page.locator(".lines > li").first
    expect(first).to_contain_text(AGAIN)
    expect(first).to_contain_text(_("same telephone"))

    # Both are compared, and what will happen is read before it does.
    follow(page, _("Compare, and join"))
    eyes.look()
    page.get_by_label(_("How do you know that it is the same person?")).fill(REASON[language])
    press(page, _("Look at it first"))
    expect(page.get_by_role("alert")).to_contain_text(_("This cannot be undone afterwards."))
    assert balance_of(demo_server, FIRST) == before[FIRST], "nothing is booked before it was seen"
    eyes.look()
    press(page, _("Join the two records"))
    expect(page.get_by_role("status")).to_contain_text(AGAIN)
    eyes.look()
    assert balance_of(demo_server, AGAIN) == sum(before.values())
    assert balance_of(demo_server, FIRST) == 0

    # The statement tells of it, and leads to that of the number of before.
    page.goto(f"{demo_server.url}/kadoma/members/?q={FIRST}")
    eyes.look()
    go(page.locator("tbody .person a").first)
    eyes.look()
    follow(page, _("Open number %(number)s") % {"number": AGAIN})
    go(page.locator(f"a[href$='/members/{_id(page)}/statement']"))
    eyes.look()
    expect(page.get_by_text(_("Balance carried over, entered twice"))).to_be_visible()


def _id(page: Page) -> str:
    return page.url.rsplit("/", 1)[1]
