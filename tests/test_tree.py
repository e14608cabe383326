"""What the files of the project look like: short, explained, and named for what they are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_FUNCTION = 70
LONGEST_MODULE = 400
ROOM_WITHOUT_A_NAME = re.compile(r"utils?|helpers?|common|core|misc|managers?|constants")
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
ADDRESS = re.compile(r"https?://|file:|--(extra-)?index-url|--find-links")
#: The Content-Security-Policy refuses all of these.
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
)

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def files(*patterns: str) -> list[Path]:
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(path for path in found if "__pycache__" not in path.parts)


DELIVERED = files(
    "*.py", *(f"{folder}/**/*.py" for folder in ("ledger", "timebank", "bench", "soak", "migrations"))
)
TESTS = files("tests/**/*.py")
#: Here a migration is not code but a record: it keeps the DDL of its day as text.
SHORT = [path for path in DELIVERED + TESTS if path.parent.name != "versions"]
TEMPLATES = files("templates/**/*.*")


def definitions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, Definition]]:
    """Yield each class, function and method with its dotted name; what is inside a function belongs to it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Definition):
            yield within + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from definitions(node, f"{within}{node.name}.")
        else:
            yield from definitions(node, within)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number} {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_functions_are_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {name}"
        for path in SHORT
        for name, node in definitions(parsed(path))
        if not isinstance(node, ast.ClassDef)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_modules_are_short() -> None:
    lines = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in SHORT}
    assert {path: count for path, count in lines.items() if count > LONGEST_MODULE} == {}


def test_every_module_class_and_public_function_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT)) for path in DELIVERED + TESTS if not ast.get_docstring(parsed(path))
    ]
    silent += [
        f"{path.relative_to(ROOT)}:{node.lineno} {name}"
        for path in DELIVERED
        for name, node in definitions(parsed(path))
        if not any(part.startswith("_") for part in name.split("."))
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_module_is_named_for_what_it_is() -> None:
    names = [path.relative_to(ROOT) for path in DELIVERED + TESTS + TEMPLATES]
    assert [
        str(name) for name in names if any(map(ROOM_WITHOUT_A_NAME.fullmatch, (*name.parts, name.stem)))
    ] == []


def test_nothing_is_left_unfinished() -> None:
    assert (
        lines_with(UNFINISHED, DELIVERED + TESTS + TEMPLATES + files("timebank/static/*.css", "docs/**/*.md"))
        == []
    )


def test_locks_name_no_address() -> None:
    locks = files("*.lock", "*requirements*", "**/package-lock.json")
    assert {"requirements.lock", "requirements-dev.lock"} <= {path.name for path in locks}
    assert (
        lines_with(ADDRESS, [path for path in locks if ".venv" not in path.parts and "var" not in path.parts])
        == []
    )


def test_every_locked_package_has_a_hash() -> None:
    for lock in files("*.lock"):
        pinned = re.findall(
            r"^[a-z0-9][^\s=]*==[^\n]*(?:\n .*)*", lock.read_text(encoding="utf-8"), re.MULTILINE
        )
        assert len(pinned) > 20
        assert [pin for pin in pinned if "--hash=sha256:" not in pin] == []


def test_templates_have_no_script_or_style_of_their_own() -> None:
    assert lines_with(INLINE, TEMPLATES) == []


@pytest.mark.parametrize(
    "inline",
    ["<script>", "<style>", '<p style="color: red">', "<a onclick='go()'>", '<a href="javascript:go()">'],
)
def test_an_inline_script_or_style_would_be_noticed(inline: str) -> None:
    assert INLINE.search(inline)
    assert not INLINE.search(
        '<script src="/static/lists.js" defer></script> <label for="on">only = this</label>'
    )


def test_every_dependency_is_explained() -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    listed = re.findall(
        r'^    "([a-z0-9-]+)(?:\[[a-z]+\])?>=',
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert len(listed) > 20
    assert [name for name in listed if f"| `{name}` |" not in explained] == []


def test_links_between_pages_lead_somewhere() -> None:
    pages = files("*.md", "docs/**/*.md")
    links = [
        (page, link)
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)", page.read_text(encoding="utf-8"))
    ]
    assert len(links) > 5
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []
