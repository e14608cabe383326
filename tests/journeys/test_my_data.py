"""Somebody takes their data along and asks to be erased; a coordinator does it, and the books are proved."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect
from sqlalchemy.orm import Session

import ledger
from tests.builders import written
from tests.journeys.eyes import Eyes
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import go
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.servers import LiveServer
from timebank.exchanges.proof import check_exchanges

pytestmark = pytest.mark.browser

OWNER, COORDINATOR = "001", "005"
NAME = "中村 花子"
WORDS = {"en": "I move away", "ja": "引っ越すので"}


def faults(session: Session) -> list[str]:
    return [*ledger.prove(session).faults, *check_exchanges(session)]


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, True, id="in Japanese on a small phone"),
        pytest.param("en", 320, False, id="in English without JavaScript"),
    ],
)
def test_a_member_takes_everything_along_and_is_erased(
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

    # Everything in a file; then a request.
    page, eyes = come(OWNER)
    follow(page, _("My membership: going away, leaving"))
    follow(page, _("My data"))
    eyes.look()
    with page.expect_download() as kept:
        page.get_by_role("button", name=_("As a file for programs (JSON)")).click()
    known = json.loads(kept.value.path().read_text(encoding="utf-8"))
    assert known["parts"][0]["rows"][0]["name"] == NAME
    follow(page, _("Ask for something"))
    eyes.look()
    page.get_by_label(_("To be erased")).check()
    page.get_by_label(_("In your words")).fill(WORDS[language])
    press(page, _("Ask"))
    expect(page.get_by_text(WORDS[language])).to_be_visible()
    eyes.look()

    # A coordinator lets them leave first, and then erases them.
    desk, desk_eyes = come(COORDINATOR)
    follow(desk, _("Settings"))
    follow(desk, _("Requests about data"))
    desk_eyes.look()
    go(desk.get_by_role("link").filter(has_text=NAME))
    desk_eyes.look()
    follow(desk, _("See what erasing means"))
    desk_eyes.look()
    follow(desk, _("Leaving and coming back"))
    follow(desk, _("They want to leave"))
    desk_eyes.look()
    desk.get_by_label(_("They stay here, in case of a return")).check()
    desk.get_by_label(_("Reason")).fill(WORDS[language])
    press(desk, _("Look at it first"))
    press(desk, _("Let them leave"))
    desk_eyes.look()
    follow(desk, _("Data"))
    desk_eyes.look()
    follow(desk, _("Erase"))
    desk_eyes.look()
    desk.get_by_label(_("It cannot be taken back: erase this member")).check()
    press(desk, _("Erase"))
    former = _("Former member %(number)s") % {"number": 1}
    expect(desk.get_by_role("heading", level=1)).to_contain_text(former)
    expect(desk.get_by_text(NAME)).to_have_count(0)
    desk_eyes.look()
    assert written(demo_server.app, faults) == []
