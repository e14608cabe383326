"""Hours that were given in Kadoma are used in Enshu: my mother lives there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.builders import written
from tests.journeys.across import faults
from tests.journeys.across import gives
from tests.journeys.across import owed
from tests.journeys.across import two_agree
from tests.journeys.across import uses
from tests.journeys.eyes import Eyes
from tests.journeys.walking import balance_of
from tests.journeys.walking import come_in
from tests.servers import LiveServer

pytestmark = pytest.mark.browser

GIVER = "001"


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, False, id="in Japanese on a small phone without JavaScript"),
    ],
)
def test_hours_of_one_community_are_used_in_another(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
    javascript: bool,
) -> None:
    written(demo_server.app, two_agree)
    before = balance_of(demo_server, GIVER)
    page = page_factory(width=width, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    come_in(page, demo_server, GIVER, language)
    eyes.look()
    gives(page, eyes, language, "2:00", booked=lambda: balance_of(demo_server, GIVER) == before - 120)
    assert written(demo_server.app, owed) == (-120, 90)
    uses(page, eyes, demo_server, language, arrived="1:30", left="0:30")
    assert written(demo_server.app, owed) == (-120, 90)
    assert written(demo_server.app, faults) == []
