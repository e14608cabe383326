"""The coordinator's desk: a pile of slips, entered without a mouse."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.journeys.eyes import Eyes
from tests.journeys.walking import balance_of
from tests.journeys.walking import open_sign_in
from tests.journeys.walking import password_shown
from tests.journeys.walking import tab_to
from tests.servers import LiveServer
from timebank import clock

pytestmark = pytest.mark.browser

SLIPS = (("001", "010", "1"), ("008", "003", "1:30"), ("011", "008", "45m"))
COORDINATOR = "005"


def test_a_coordinator_enters_three_slips_by_keyboard_alone(
    demo_server: LiveServer, page_factory: Callable[..., Page], assert_accessible: Callable[[Page], None]
) -> None:
    day_of_slips = clock.today("Asia/Tokyo") - timedelta(days=3)
    page = page_factory()
    eyes = Eyes(page, language="en", accessible=assert_accessible)
    before = balance_of(demo_server, "008")
    open_sign_in(page, demo_server)
    password = password_shown(page, COORDINATOR)
    tab_to(page, page.get_by_label("E-mail address or member number"))
    page.keyboard.type(COORDINATOR)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")

    for link in ("For coordinators", "Enter slips"):
        tab_to(page, page.get_by_role("link", name=link, exact=True).first)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(link)
        eyes.look()

    day, giver = page.get_by_label("Day", exact=True), page.get_by_label("Giver's number")
    expect(giver).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(day).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type(f"{day_of_slips:%Y/%m/%d}")
    page.keyboard.press("Tab")
    for number, slip in enumerate(SLIPS, 1):
        expect(giver).to_be_focused()
        for typed in slip:
            page.keyboard.type(typed)
            if typed != slip[-1]:
                page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("One slip," if number == 1 else f"{number} slips,")).to_be_visible()
        # The day stays, for it is the same pile.
        expect(day).to_have_value(day_of_slips.isoformat())
    expect(page.get_by_text("3 slips, 3 h 15 min in all")).to_be_visible()
    eyes.look()
    assert balance_of(demo_server, "008") == before + 90 - 45
