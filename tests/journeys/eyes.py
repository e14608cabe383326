"""What must hold for every page that a journey sees, whoever looks at it and on whatever."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page
from playwright.sync_api import Request

from tests.pages import assert_nothing_is_cut_off

FIRST_VISIT_BYTES = 100_000
NEXT_VISIT_BYTES = 30_000

#: Levels of the headings in their order, and what the page says about itself.
OUTLINE = """() => ({
  levels: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(one => Number(one.tagName[1])),
  lang: document.documentElement.lang,
  title: document.title,
})"""
#: Text that is hidden because its box is too small for it. Fields can be scrolled, and what is only for
#: screen readers is clipped on purpose.
CUT = """() => [...document.querySelectorAll("body *:not(input, select, option)")]
  .filter(one => getComputedStyle(one).clipPath === "none")
  .filter(one => ["hidden", "clip"].includes(getComputedStyle(one).overflowX))
  .filter(one => one.scrollWidth > one.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 200))"""
#: Doubles the text as somebody does who cannot read it well.
DOUBLE = """() => {
  const root = document.documentElement;
  root.style.fontSize = 2 * parseFloat(getComputedStyle(root).fontSize) + "px";
}"""
NO_LONGER_DOUBLE = """() => document.documentElement.removeAttribute("style")"""


class Eyes:
    """Looks at a page each time the journey stops at one."""

    def __init__(self, page: Page, *, language: str, accessible: Callable[[Page], None] | None) -> None:
        self.page = page
        self.language = language
        #: None without JavaScript, where axe-core cannot run.
        self.accessible = accessible
        self.finished: list[Request] = []
        self.allowed = FIRST_VISIT_BYTES
        page.on("requestfinished", self._finish)

    def _finish(self, request: Request) -> None:
        self.finished.append(request)

    def look(self, *, came_from: str = "") -> None:
        """See that the page, once it is all there, is as every page must be.

        What was asked of another site on the way, such as one to pay on, is not looked at.
        """
        self.page.wait_for_load_state()
        if came_from:
            self.finished[:] = [one for one in self.finished if not one.url.startswith(came_from)]
        self._outline()
        self._width()
        self._weight_and_headers()
        if self.accessible:
            self.accessible(self.page)

    def _outline(self) -> None:
        said = self.page.evaluate(OUTLINE)
        assert said["lang"] == self.language
        assert said["title"].strip()
        levels = said["levels"]
        assert levels.count(1) == 1, f"{self.page.url} has {levels.count(1)} h1"
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), levels

    def _width(self) -> None:
        assert_nothing_is_cut_off(self.page)
        assert self.page.evaluate(CUT) == [], self.page.url
        self.page.evaluate(DOUBLE)
        assert_nothing_is_cut_off(self.page)
        assert self.page.evaluate(CUT) == []
        self.page.evaluate(NO_LONGER_DOUBLE)

    def _weight_and_headers(self) -> None:
        seen, self.finished[:] = list(self.finished), []
        weight = sum(one.sizes()["responseBodySize"] for one in seen)
        assert 0 < weight <= self.allowed, f"{self.page.url} weighs {weight} bytes"
        self.allowed = NEXT_VISIT_BYTES
        for request in seen:
            assert request.url.startswith(self.page.url[: self.page.url.index("/", 8)]), request.url
            answer = request.response()
            assert answer is not None
            _protected(answer.all_headers())


def _protected(headers: dict[str, Any]) -> None:
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
