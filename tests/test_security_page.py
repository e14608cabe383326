"""The page about security: each requirement is answered once, and what it names is there."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

#: Requirements of OWASP ASVS 5.0 up to level 2, without those about techniques that are not here.
REQUIREMENTS = 204
#: Chapters and sections that are left out.
LEFT_OUT = ("9.", "10.", "17.", "4.3.", "4.4.")
ANSWERS = ("met", "not met", "does not apply")

ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
NAMED = re.compile(r"`([^`]+)`")


def rows() -> list[tuple[str, str, str, str]]:
    """Read the tables: number, what is asked, the answer, and by what or why not."""
    return ROW.findall(PAGE)


def names_of_tests() -> set[str]:
    """Name every test of the project."""
    return {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }


def test_every_requirement_has_one_row() -> None:
    numbers = [number for number, *_ in rows()]
    assert [number for number, count in Counter(numbers).items() if count > 1] == []
    assert len(numbers) == REQUIREMENTS
    assert [number for number in numbers if number.startswith(LEFT_OUT)] == []
    assert numbers == sorted(numbers, key=lambda number: [int(part) for part in number.split(".")])
    # A row that is not written like the others would be missing above, and unseen.
    assert len(re.findall(r"^\| \d", PAGE, re.MULTILINE)) == REQUIREMENTS


def test_every_row_is_answered() -> None:
    for number, asked, answer, how in rows():
        assert len(asked) > 10, number
        assert answer in ANSWERS, number
        assert len(how) > 10, number
        if answer == "met":
            assert NAMED.search(how), f"{number} does not say by what"


def test_what_the_page_counts_is_so() -> None:
    counted = Counter(answer for _number, _asked, answer, _how in rows())
    said = re.search(
        r"Of the other (\d+), (\d+) are met, (\d+) are not met, and (\d+) do not apply",
        PAGE.replace("\n", " "),
    )
    assert said
    assert [int(one) for one in said.groups()] == [REQUIREMENTS, *(counted[answer] for answer in ANSWERS)]


def test_every_test_file_and_setting_that_is_named_is_there() -> None:
    known = names_of_tests()
    settings = "".join(
        (ROOT / "timebank" / f"{name}.py").read_text(encoding="utf-8")
        for name in ("settings", "stripe_settings")
    )
    missing = []
    for named in NAMED.findall(PAGE):
        if named.startswith("test_"):
            missing += [named] * (named not in known)
        elif re.fullmatch(r"[\w./-]+/[\w.-]+|\w+\.(toml|lock|md)", named) and not named.startswith(
            ("/", "var/")
        ):
            missing += [named] * (not (ROOT / named).is_file())
        elif re.fullmatch(r"[A-Z]+_[A-Z_]+", named):
            missing += [named] * (f'"{named}"' not in settings)
    assert missing == []


@pytest.mark.parametrize(
    "row", ["| 1.1.1 | Input | met | |", "| 1.1.1 | Input | met | by nothing that is named |"]
)
def test_an_empty_row_would_be_noticed(row: str) -> None:
    found = ROW.findall(row)
    assert not found or not NAMED.search(found[0][3])
