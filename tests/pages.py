"""Pages in a real browser, and what must hold for every one of them."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from typing import Literal

from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page

#: What axe-core is asked: everything it knows of WCAG 2.2 A and AA, and its best practices.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN_AXE = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"


class Pages:
    """Opens pages as different people do, and remembers what their consoles complained of."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        #: Scripts that failed, and whatever the Content-Security-Policy refused.
        self.complaints: list[str] = []

    def open(
        self,
        *,
        width: int = 1280,
        language: str = "en",
        javascript: bool = True,
        color_scheme: Literal["light", "dark"] = "light",
    ) -> Page:
        """Open an empty page in a browser of its own: no cookie is shared with another."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 720},
            locale={"en": "en-GB", "ja": "ja-JP"}.get(language, language),
            java_script_enabled=javascript,
            color_scheme=color_scheme,
        )
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._heard(message.type, message.text))
        return page

    def _heard(self, kind: str, text: str) -> None:
        # Chromium writes an error for each answer of 400 and above, too; those the tests look at themselves.
        if kind == "error" and not text.startswith("Failed to load resource: the server responded with"):
            self.complaints.append(text)

    def close(self) -> None:
        """Close every page that was opened."""
        for context in self.contexts:
            context.close()


def axe_source() -> str:
    """Read axe-core from the package that carries it."""
    package = find_spec("axe_playwright_python")
    if package is None or package.origin is None:
        raise LookupError("axe-playwright-python is not installed; run make test")
    return (Path(package.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def accessibility_check() -> Callable[[Page], None]:
    """Make the check that axe-core finds nothing on a page, with its source read once."""
    source = axe_source()

    def check(page: Page) -> None:
        # A press that leads to another page may be over before that page is all there.
        page.wait_for_load_state()
        # In a context without JavaScript axe.run() would never return; its pages are seen with it on, too.
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(source)
        found: dict[str, Any] = page.evaluate(RUN_AXE, list(TAGS))
        violations = [
            f"{violation['id']}: {violation['help']}\n    "
            + "\n    ".join(node["html"] for node in violation["nodes"])
            for violation in found["violations"]
        ]
        assert not violations, f"axe-core on {page.url}\n" + "\n".join(violations)

    return check


def assert_nothing_is_cut_off(page: Page) -> None:
    """Nobody has to scroll sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than the window"
