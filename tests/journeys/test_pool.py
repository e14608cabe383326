"""A pool: somebody gives to it, a coordinator grants from it, and everybody can read what came and went."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.journeys.eyes import Eyes
from tests.journeys.walking import balance_of
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.servers import LiveServer
from timebank.cli.demo_data import POOL
from timebank.hours import in_words

pytestmark = pytest.mark.browser

GIVER, COORDINATOR, RECEIVER, READER = "001", "005", "013", "002"
NOTE = {"en": "For whoever is next", "ja": "次の方のために"}
REASON = {"en": "Back from hospital", "ja": "退院したばかりなので"}


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, True, id="in Japanese on a small phone"),
        pytest.param("en", 320, False, id="in English without JavaScript"),
    ],
)
def test_hours_are_given_to_a_pool_and_granted_from_it(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
    javascript: bool,
) -> None:
    _ = words(language)
    before = {name: balance_of(demo_server, name) for name in (GIVER, RECEIVER)}

    def come(name: str) -> tuple[Page, Eyes]:
        page = page_factory(width=width, javascript=javascript)
        eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
        come_in(page, demo_server, name, language)
        follow(page, _("Pools"))
        eyes.look()
        follow(page, POOL)
        return page, eyes

    # Somebody gives, and reads first what will become of it.
    page, eyes = come(GIVER)
    eyes.look()
    follow(page, _("Give to this pool"))
    eyes.look()
    page.get_by_label(_("How much?")).fill("1:30")
    page.get_by_label(_("A word about it")).fill(NOTE[language])
    press(page, _("Look at it first"))
    expect(page.get_by_role("alert")).to_contain_text(in_words(90, language))
    assert balance_of(demo_server, GIVER) == before[GIVER], "nothing is booked before it was seen"
    eyes.look()
    press(page, _("Give"))
    expect(page.get_by_role("status")).to_contain_text(in_words(90, language))
    expect(page.get_by_text(NOTE[language])).to_be_visible()
    assert balance_of(demo_server, GIVER) == before[GIVER] - 90
    eyes.look()

    # A coordinator grants of it, for a reason.
    page, eyes = come(COORDINATOR)
    eyes.look()
    follow(page, _("Grant from it"))
    eyes.look()
    page.get_by_label(_("Who is granted hours?")).fill(RECEIVER)
    page.get_by_label(_("How much?")).fill("1")
    page.get_by_label(_("Reason")).fill(REASON[language])
    press(page, _("Look at it first"))
    eyes.look()
    press(page, _("Grant"))
    assert balance_of(demo_server, RECEIVER) == before[RECEIVER] + 60
    eyes.look()

    # Anybody reads both, and the receiver finds it on the statement.
    page, eyes = come(READER)
    for said in (NOTE[language], REASON[language]):
        expect(page.get_by_text(said)).to_be_visible()
    eyes.look()
    page = page_factory(width=width, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    come_in(page, demo_server, RECEIVER, language)
    follow(page, _("Statement"))
    expect(page.locator("tbody tr").first).to_contain_text(REASON[language])
    eyes.look()
