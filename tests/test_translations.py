"""Every text that people read is in the Japanese catalogue, with the same facts in it."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "timebank/translations/ja/LC_MESSAGES/messages.po"
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "npgettext": None,
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")


def used() -> Catalog:
    """Collect the texts that stand in the code and the templates."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        mapping, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog()
    for path, line, text, comments, context in extract_from_dir(
        ROOT, mapping, options, keywords=KEYWORDS, directory_filter=lambda folder: "/." not in folder
    ):
        found.add(text, None, [(path, line)], auto_comments=comments, context=context)
    return found


def translated() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="ja")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    return translated()


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def each(texts: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """Give the one text, or the singular and the plural."""
    return [texts] if isinstance(texts, str) else list(texts or [""])


def test_the_catalogue_is_found_and_the_texts_are() -> None:
    assert len(messages(used())) > 100


def test_every_text_has_its_japanese(catalogue: Catalog) -> None:
    there = {each(message.id)[0] for message in messages(catalogue) if all(each(message.string))}
    missing = [
        f"{message.locations[0][0]}:{message.locations[0][1]}: {message.id!r}"
        for message in messages(used())
        if each(message.id)[0] not in there
    ]
    assert missing == []


def test_no_text_stays_in_the_catalogue_that_nobody_says_any_more(catalogue: Catalog) -> None:
    said = {str(message.id) for message in messages(used())}
    assert [str(message.id) for message in messages(catalogue) if str(message.id) not in said] == []
    assert not catalogue.obsolete


def test_nothing_is_marked_as_doubtful(catalogue: Catalog) -> None:
    assert [str(message.id) for message in messages(catalogue) if message.fuzzy] == []


def test_the_facts_of_a_text_are_in_its_japanese(catalogue: Catalog) -> None:
    wrong = []
    for message in messages(catalogue):
        facts = set(PLACEHOLDER.findall(each(message.id)[-1]))
        wrong += [str(message.id) for one in each(message.string) if set(PLACEHOLDER.findall(one)) != facts]
    assert wrong == []
