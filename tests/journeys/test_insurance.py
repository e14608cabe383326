"""Insurances: a coordinator sees what runs out, renews many at once, and a member reads of it."""

from collections.abc import Callable
from datetime import timedelta

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
from timebank import clock
from timebank.cli.demo_data import INSURANCE

pytestmark = pytest.mark.browser

COORDINATOR, INSURED, NEW = "005", "011", "003"


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, True, id="in Japanese on a small phone"),
        pytest.param("en", 320, False, id="in English without JavaScript"),
    ],
)
def test_everybodys_insurance_is_renewed_in_one_go(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
    javascript: bool,
) -> None:
    _ = words(language)
    page = page_factory(width=width, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)

    # What runs out waits for the coordinator, who goes from there to the list.
    come_in(page, demo_server, COORDINATOR, language)
    follow(page, _("For coordinators"))
    eyes.look()
    go(page.locator(".lines a", has_text="2").last)
    eyes.look()
    expect(page.locator("tbody tr")).to_have_count(2)
    follow(page, _("Everything"))
    expect(page.locator("tbody tr")).to_have_count(11)

    # Who has it is ticked; one more is ticked, and all have the same last day.
    follow(page, INSURANCE)
    eyes.look()
    expect(page.locator("input[name=members]:checked")).to_have_count(7)
    page.get_by_label(f"({NEW})").check()
    page.get_by_label(_("Holds until")).fill("2020-03-31")
    press(page, _("Write down"))
    eyes.look()
    expect(page.locator("input[name=members]:checked")).to_have_count(8)
    last_day = clock.today("Asia/Tokyo") + timedelta(days=489)
    page.get_by_label(_("Holds until")).fill(last_day.isoformat())
    press(page, _("Write down"))
    eyes.look()
    expect(page.locator("tbody tr")).to_have_count(8)
    follow(page, _("For paper"))
    eyes.look()
    expect(page.locator("tbody tr")).to_have_count(8)

    # The one whose insurance was to run out reads that it holds, and the driving licence still runs out.
    page = page_factory(width=width, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    come_in(page, demo_server, INSURED, language)
    page.goto(f"{demo_server.url}/kadoma/membership")
    eyes.look()
    follow(page, _("My insurance and licences"))
    eyes.look()
    expect(page.locator(".lines li")).to_have_count(2)
    expect(page.locator(".lines .tag")).to_have_count(1)
