"""What stays when a session ends or the language changes on the way."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.journeys.eyes import Eyes
from tests.journeys.walking import balance_of
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import open_sign_in
from tests.journeys.walking import press
from tests.journeys.walking import sign_in
from tests.journeys.walking import words
from tests.servers import LiveServer

pytestmark = pytest.mark.browser

WHAT_FOR = "Two letters to the town office, and a long talk about them"


@pytest.mark.parametrize("javascript", [True, False], ids=["with a script", "without a script"])
def test_what_was_typed_is_still_there_after_the_session_has_ended(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    javascript: bool,
) -> None:
    page = page_factory(width=320, javascript=javascript)
    eyes = Eyes(page, language="en", accessible=assert_accessible if javascript else None)
    before = balance_of(demo_server, "004")
    come_in(page, demo_server, "004")
    follow(page, "Log hours")
    page.get_by_label("I received time").check()
    page.get_by_label("With whom?").fill("012")
    page.get_by_label("How long?").fill("1時間半")
    page.get_by_label("What for?").fill(WHAT_FOR)
    page.context.clear_cookies()
    press(page, "Save")

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.get_by_role("alert")).to_contain_text("Your session has ended")
    eyes.look()
    sign_in(page, "004")

    expect(page.get_by_role("heading", level=1)).to_have_text("Log hours")
    expect(page.get_by_label("I received time")).to_be_checked()
    expect(page.get_by_label("With whom?")).to_have_value("012")
    expect(page.get_by_label("How long?")).to_have_value("1時間半")
    expect(page.get_by_label("What for?")).to_have_value(WHAT_FOR)
    assert balance_of(demo_server, "004") == before, "signing in books nothing by itself"
    eyes.look()
    press(page, "Save")
    expect(page.get_by_role("status")).to_contain_text("Logged and booked.")
    assert balance_of(demo_server, "004") == before - 90


def test_the_language_stays_as_it_was_switched(
    demo_server: LiveServer, page_factory: Callable[..., Page]
) -> None:
    page = page_factory(width=320)
    root = page.locator("html")
    open_sign_in(page, demo_server)
    expect(root).to_have_attribute("lang", "en")
    press(page, "日本語")
    expect(root).to_have_attribute("lang", "ja")
    sign_in(page, "001", "ja")
    expect(root).to_have_attribute("lang", "ja")
    follow(page, words("ja")("The whole statement"))
    # The switch leads back to the same page, in the other language.
    press(page, "English")
    expect(root).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Statement")
    press(page, "Sign out")
    expect(root).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


@pytest.mark.parametrize("javascript", [True, False], ids=["with a script", "without a script"])
def test_what_was_typed_is_still_there_in_the_other_language(
    demo_server: LiveServer, page_factory: Callable[..., Page], javascript: bool
) -> None:
    page = page_factory(width=320, javascript=javascript)
    come_in(page, demo_server, "004")
    follow(page, "Log hours")
    page.get_by_label("I received time").check()
    page.get_by_label("With whom?").fill("012")
    page.get_by_label("What for?").fill(WHAT_FOR)
    press(page, "日本語")
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    expect(page.locator("input[value=received]")).to_be_checked()
    expect(page.locator("[name=other]")).to_have_value("012")
    expect(page.locator("[name=description]")).to_have_value(WHAT_FOR)
    press(page, "English")
    expect(page.get_by_label("What for?")).to_have_value(WHAT_FOR)
