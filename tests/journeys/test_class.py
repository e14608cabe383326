"""A class of several people: each answers for themself, and then it is booked."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.journeys.eyes import Eyes
from tests.journeys.walking import balance_of
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import press
from tests.servers import LiveServer

pytestmark = pytest.mark.browser

TEACHER, CLASS = "012", ("003", "009", "010")
WHAT_FOR = "How to fold a paper crane"


def test_a_class_is_booked_when_each_has_confirmed(
    demo_server: LiveServer, page_factory: Callable[..., Page], assert_accessible: Callable[[Page], None]
) -> None:
    page = page_factory()
    eyes = Eyes(page, language="en", accessible=assert_accessible)
    before = balance_of(demo_server, TEACHER)
    come_in(page, demo_server, TEACHER)
    follow(page, "With several people")
    eyes.look()
    page.get_by_label("With whom?").fill("\n".join(CLASS))
    page.get_by_label("How long?").fill("2")
    page.get_by_label("The whole time for each of them").check()
    page.get_by_label("What for?").fill(WHAT_FOR)
    press(page, "Look at it first")

    # What each will be given stands there before anything is saved.
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    expect(page.get_by_text("In all: 6 h.")).to_be_visible()
    eyes.look()
    press(page, "Save")
    expect(page.get_by_role("status")).to_have_text("Logged. Everybody is asked to confirm it.")
    eyes.look()

    for number in CLASS:
        assert balance_of(demo_server, TEACHER) == before, "it is booked when all have answered"
        pupil = page_factory(width=320)
        come_in(pupil, demo_server, number)
        question = pupil.locator(".card", has_text=WHAT_FOR)
        expect(question).to_contain_text("2 h")
        press(question, "Confirm")
        expect(pupil.get_by_role("status")).to_contain_text("Confirmed")
    assert balance_of(demo_server, TEACHER) == before + 3 * 120

    page.reload()
    expect(page.get_by_text("Booked", exact=True)).to_have_count(1 + len(CLASS))
    eyes.look()
