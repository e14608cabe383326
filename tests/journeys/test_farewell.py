"""Somebody goes away, comes back, leaves with the hours to a pool, and is taken back."""

from collections.abc import Callable
from datetime import timedelta

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
from timebank import clock

pytestmark = pytest.mark.browser

LEAVER, COORDINATOR, OTHER = "001", "005", "002"
NAME = "中村 花子"
REASON = {"en": "Is back in town", "ja": "こちらに戻ったので"}


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, True, id="in Japanese on a small phone"),
        pytest.param("en", 320, False, id="in English without JavaScript"),
    ],
)
def test_a_member_goes_away_comes_back_leaves_and_is_taken_back(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
    javascript: bool,
) -> None:
    _ = words(language)

    def come(name: str) -> tuple[Page, Eyes]:
        page = page_factory(width=width, javascript=javascript)
        eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
        come_in(page, demo_server, name, language)
        return page, eyes

    # Away until a day; who logs hours with them is told so.
    page, eyes = come(LEAVER)
    follow(page, _("My membership: going away, leaving"))
    eyes.look()
    page.get_by_label(_("Away until")).fill((clock.today("Asia/Tokyo") + timedelta(days=9)).isoformat())
    press(page, _("Save"))
    eyes.look()
    other, other_eyes = come(OTHER)
    follow(other, _("Log hours"))
    other.get_by_label(_("With whom?")).fill(LEAVER)
    other.get_by_label(_("How long?")).fill("1")
    press(other, _("Save"))
    expect(other.get_by_role("status").nth(1)).to_contain_text(NAME)
    other_eyes.look()

    # Back earlier than that.
    press(page, _("I am here again"))
    expect(page.get_by_role("status")).to_have_text(_("Welcome back."))
    eyes.look()

    # Leaving, one thing on each page.
    assert balance_of(demo_server, LEAVER) > 0
    follow(page, _("What leaving means"))
    eyes.look()
    follow(page, _("Go on"))
    eyes.look()
    page.get_by_label(_("They go to a pool, for whoever needs them")).check()
    press(page, _("Look at it first"))
    expect(page.get_by_role("alert")).to_be_visible()
    eyes.look()
    press(page, _("Leave"))
    expect(page.get_by_role("heading", level=1)).to_have_text(_("Goodbye"))
    assert balance_of(demo_server, LEAVER) == 0
    eyes.look()

    # A coordinator takes them back.
    page, eyes = come(COORDINATOR)
    follow(page, _("Members"))
    go(page.get_by_role("row").filter(has_text=LEAVER).get_by_role("link"))
    eyes.look()
    follow(page, _("Leaving and coming back"))
    eyes.look()
    follow(page, _("Take them back"))
    eyes.look()
    page.get_by_label(_("Reason")).fill(REASON[language])
    press(page, _("Take them back"))
    eyes.look()
    page, _eyes = come(LEAVER)
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
