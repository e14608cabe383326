"""A daughter logs for her mother from another town; the mother ends it by telephone to a coordinator."""

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
from timebank.cli.demo_data import SLUG
from timebank.cli.demo_data import TRUSTED_EMAIL
from timebank.cli.demo_data import TRUSTED_NAME
from timebank.cli.demo_data import TRUSTING

pytestmark = pytest.mark.browser

COORDINATOR, NEIGHBOUR = "005", "001"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_daughter_logs_for_her_mother_who_ends_it_by_telephone(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
) -> None:
    _ = words(language)
    before = balance_of(demo_server, TRUSTING)
    daughter = page_factory(width=320, language=language, javascript=False)
    eyes = Eyes(daughter, language=language, accessible=None)
    come_in(daughter, demo_server, TRUSTED_EMAIL, language)
    expect(daughter.locator(".acting")).to_contain_text(TRUSTING)
    eyes.look()
    follow(daughter, _("Log hours"))
    daughter.get_by_label(_("I received time")).check()
    daughter.get_by_label(_("With whom?")).fill(NEIGHBOUR)
    daughter.get_by_label(_("How long?")).fill("0:45")
    press(daughter, _("Save"))
    expect(daughter.locator("[role=status]").first).to_be_visible()
    expect(daughter.get_by_text(TRUSTED_NAME).first).to_be_visible()
    eyes.look()
    assert balance_of(demo_server, TRUSTING) == before - 45

    # The mother has called: the coordinator reads her what was done, and ends it.
    desk = page_factory(language=language)
    seen = Eyes(desk, language=language, accessible=assert_accessible)
    come_in(desk, demo_server, COORDINATOR, language)
    follow(desk, _("Members"))
    row = desk.locator("tbody tr").filter(has=desk.get_by_text(TRUSTING, exact=True))
    go(row.get_by_role("link"))
    follow(desk, _("Who acts for them"))
    expect(desk.get_by_role("heading", name=_("What was done for them"))).to_be_visible()
    expect(desk.get_by_text(_("Logged hours"))).to_be_visible()
    seen.look()
    press(desk, _("End it for %(name)s") % {"name": TRUSTED_NAME})
    expect(desk.get_by_text(_("It has ended. They are told only that."))).to_be_visible()

    daughter.goto(f"{demo_server.url}/{SLUG}/exchanges/new")
    expect(daughter.locator(".acting")).to_have_count(0)
    expect(daughter.get_by_label(_("How long?"))).to_have_count(0)
