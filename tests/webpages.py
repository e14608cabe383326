"""A page of HTML as tests read it: its outline, its forms, its words, and what a strict policy refuses."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from html.parser import HTMLParser

#: Elements that end where they begin.
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
#: Attributes that people see or hear.
HEARD = ("aria-label", "alt", "title", "placeholder", "data-th")


@dataclass(slots=True)
class PostForm:
    """A form that changes something."""

    action: str
    has_token: bool = False


@dataclass(slots=True)
class WebPage:
    """What is on a page."""

    lang: str = ""
    title: str = ""
    first_headings: int = 0
    token: str = ""
    forms: list[PostForm] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    #: Texts in the page's own language.
    texts: list[str] = field(default_factory=list)
    #: Scripts, styles and handlers inside the page.
    inline: list[str] = field(default_factory=list)


def read_page(html: str) -> WebPage:
    """Read a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


def without(text: str, known: Iterable[str]) -> str:
    """Take what is known out of a text."""
    for one in known:
        text = text.replace(one, " ")
    return text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = WebPage()
        #: The open elements, and for each whether it is in another language than the page, or in none.
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        page = self.page
        page.inline += [f"<{tag} {name}>" for name in known if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in known):
            page.inline.append(f"<{tag}>")
        page.inline += [
            value
            for name, value in known.items()
            if name in {"href", "src", "action"} and value.startswith(("javascript:", "data:"))
        ]
        if tag == "html":
            page.lang = known.get("lang", "")
        elif tag == "h1":
            page.first_headings += 1
        elif tag == "a" and known.get("href"):
            page.links.append(known["href"])
        elif tag == "form" and known.get("method", "").lower() == "post":
            page.forms.append(PostForm(known.get("action", "")))
        elif tag == "input" and known.get("name") == "csrf_token":
            page.token = known.get("value", "")
            if page.forms and any(name == "form" for name, _ in self.open):
                page.forms[-1].has_token = bool(page.token)
        # What is in no language (hashes, commands) asks translators to leave it alone.
        said = known.get("lang", page.lang) == page.lang and known.get("translate") != "no"
        foreign = self._foreign() or not said
        if not foreign:
            page.texts += [known[name] for name in HEARD if known.get(name)]
        if tag not in VOID:
            self.open.append((tag, foreign))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        inside = self.open[-1][0] if self.open else ""
        if inside == "title" and not any(name == "svg" for name, _ in self.open):
            self.page.title += data
        if data.strip() and inside not in {"script", "style"} and not self._foreign():
            self.page.texts.append(" ".join(data.split()))

    def _foreign(self) -> bool:
        return bool(self.open) and self.open[-1][1]
