"""A household says who it was; the son moves out, asks for his hours, and a coordinator moves them."""

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
from timebank.cli.demo_data import HOUSEHOLD
from timebank.cli.demo_data import HOUSEHOLD_PEOPLE
from timebank.cli.demo_data import MOVED_OUT

pytestmark = pytest.mark.browser

COORDINATOR, GAVE = "005", "003"
(FATHER, FATHERS_EMAIL), (MOTHER, _EMAIL), _SON = HOUSEHOLD_PEOPLE


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, True, id="in Japanese on a small phone"),
        pytest.param("en", 320, False, id="in English without JavaScript"),
    ],
)
def test_hours_of_a_household_go_along_with_who_moves_out(
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
        come_in(page, demo_server, name, language)
        return page, Eyes(page, language=language, accessible=assert_accessible if javascript else None)

    before = balance_of(demo_server, HOUSEHOLD.number)

    # The father logs what the mother was given; it stands on the statement of the household.
    page, eyes = come(FATHERS_EMAIL)
    follow(page, _("Log hours"))
    eyes.look()
    page.get_by_label(_("I received time")).check()
    page.get_by_label(_("With whom?")).fill(GAVE)
    page.get_by_label(_("How long?")).fill("0:30")
    page.get_by_label(_("Who of you was it?")).select_option(MOTHER)
    press(page, _("Save"))
    eyes.look()
    expect(page.get_by_text(MOTHER).first).to_be_visible()
    follow(page, _("Who of you was it?"))
    eyes.look()
    page.get_by_label(_("Who of you was it?")).select_option(FATHER)
    press(page, _("Save"))
    follow(page, _("Statement"))
    eyes.look()
    expect(page.get_by_text(_("for %(name)s") % {"name": FATHER}).first).to_be_visible()

    # He looks what leaving would mean, and stays.
    follow(page, _("For whom are you here?"))
    eyes.look()
    follow(page, _("Leave %(name)s") % {"name": HOUSEHOLD.name})
    eyes.look()
    follow(page, _("Back"))

    # The son has left; the coordinator enters him, sees how much is his, and moves it.
    desk, desk_eyes = come(COORDINATOR)
    follow(desk, _("Members"))
    follow(desk, _("Enter a member"))
    number = desk.get_by_label(_("Member number")).input_value()
    desk.get_by_label(_("Name"), exact=True).fill(MOVED_OUT)
    press(desk, _("Enter"))
    follow(desk, _("For coordinators"))
    follow(desk, _("Left a household, hours to settle: %(number)s") % {"number": 1})
    desk_eyes.look()
    go(desk.locator(".lines a").first)
    desk_eyes.look()
    press(desk, _("Settle it"))
    expect(desk.locator("[role=alert]")).to_be_visible()
    desk_eyes.look()
    desk.get_by_label(_("Hours that go along")).fill("2")
    desk.get_by_label(_("To whose account?")).fill(number)
    press(desk, _("Settle it"))
    desk_eyes.look()
    assert balance_of(demo_server, number) == 120
    assert balance_of(demo_server, HOUSEHOLD.number) == before - 30 - 120
