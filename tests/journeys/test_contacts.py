"""Somebody says how they are reached, a neighbour looks it up, and a coordinator who looked is named."""

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

pytestmark = pytest.mark.browser

#: Has not agreed to the rules yet; telephones every week with the neighbour; a third one; the coordinator.
OWNER, NEIGHBOUR, THIRD, COORDINATOR = "004", "012", "002", "005"
NUMBER = "06-0000-0104"


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, True, id="in Japanese on a small phone"),
        pytest.param("en", 320, False, id="in English without JavaScript"),
    ],
)
def test_a_number_is_shown_to_whom_its_owner_chose_and_to_nobody_else(
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

    def look_up(page: Page) -> None:
        follow(page, _("Home"))
        follow(page, _("Reach a neighbour"))
        page.get_by_label(_("Whom do you want to reach?")).fill(OWNER)
        press(page, _("Go on"))
        press(page, _("Show how to reach them"))

    # Somebody is asked on the first page, writes a number, and agrees afterwards.
    page, eyes = come(OWNER)
    eyes.look()
    follow(page, _("Read and answer"))
    eyes.look()
    page.get_by_role("textbox", name=_("Telephone")).fill(NUMBER)
    page.get_by_label(_("Who may see the telephone number?")).select_option(_("People I have agreed with"))
    press(page, _("Save"))
    eyes.look()

    # Until they agree nobody but coordinators sees it; then those they chose do.
    neighbour, neighbour_eyes = come(NEIGHBOUR)
    look_up(neighbour)
    expect(neighbour.get_by_text(NUMBER)).to_have_count(0)
    neighbour_eyes.look()
    press(page, _("I agree"))
    eyes.look()
    look_up(neighbour)
    expect(neighbour.get_by_role("link", name=NUMBER)).to_be_visible()
    neighbour_eyes.look()
    third, _eyes = come(THIRD)
    look_up(third)
    expect(third.get_by_text(NUMBER)).to_have_count(0)

    # A coordinator looks, and the owner reads who it was.
    desk, desk_eyes = come(COORDINATOR)
    follow(desk, _("Members"))
    go(desk.get_by_role("row").filter(has_text=OWNER).get_by_role("link"))
    follow(desk, _("How to reach them"))
    expect(desk.get_by_text(NUMBER)).to_have_count(0)
    desk_eyes.look()
    press(desk, _("Show how to reach them"))
    expect(desk.get_by_role("link", name=NUMBER)).to_be_visible()
    desk_eyes.look()
    follow(page, _("Who has looked"))
    expect(page.get_by_role("listitem").filter(has_text=COORDINATOR)).to_be_visible()
    eyes.look()
