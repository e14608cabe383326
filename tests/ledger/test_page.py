"""docs/ledger.md says what is so: its code runs, its calls are there, and the library stands alone."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ledger
from ledger.creating import statements

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")

#: Refuses to import what a stranger who has SQLAlchemy alone does not have.
BLOCKER = """
import sys
from importlib.abc import MetaPathFinder

class Blocker(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        allowed = {"sqlalchemy", "typing_extensions", "greenlet", "ledger", "__main__"}
        if top not in sys.stdlib_module_names and top not in allowed and not top.startswith("_"):
            raise ModuleNotFoundError(f"{name} is not installed", name=name)
        return None

sys.meta_path.insert(0, Blocker())
"""


def alone(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program where nothing but SQLAlchemy is installed."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", BLOCKER + program]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def block(language: str) -> str:
    match = re.search(rf"```{language}\n(.*?)```", section("In twenty lines"), re.DOTALL)
    assert match
    return match[1]


def rows(title: str) -> list[list[str]]:
    """Give the cells of a section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_the_ledger_is_imported_with_only_sqlalchemy_installed(tmp_path: Path) -> None:
    done = alone("import ledger", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("package", ["psycopg", "flask"])
def test_what_is_not_there_would_be_noticed(tmp_path: Path, package: str) -> None:
    done = alone(f"import ledger, {package}", tmp_path)
    assert f"No module named '{package}'" in done.stderr or f"{package} is not installed" in done.stderr


def test_the_example_runs_and_prints_what_the_page_says(tmp_path: Path) -> None:
    done = alone(block("python"), tmp_path)
    assert done.stderr == ""
    assert done.stdout == block("text")


def test_the_example_has_twenty_lines() -> None:
    lines = [
        line for line in block("python").splitlines() if line and not line.startswith(("import", "from"))
    ]
    assert len(lines) <= 20


def test_every_call_and_every_refusal_stands_on_the_page() -> None:
    told = {name for row in rows("What each call refuses") for name in re.findall(r"`(\w+)", row[0])}
    calls = {name for name in ledger.__all__ if name.islower() and name not in EXPLAINED_ELSEWHERE}
    assert told == calls | {"Transfer", "Entry", "NewAccount"}
    raised = {name for row in rows("What each call refuses") for name in re.findall(r"`([A-Z]\w+)", row[1])}
    kinds = [kind for kind in vars(ledger).values() if isinstance(kind, type)]
    refusals = [kind for kind in kinds if issubclass(kind, ledger.LedgerError)]
    assert raised - {"ValueError"} == {kind.__name__ for kind in refusals if not kind.__subclasses__()}


#: Calls that refuse nothing of the ledger's own, told in the page's text or on pages of their own.
EXPLAINED_ELSEWHERE = {
    "begin",
    "connect",
    "create_all",
    "grant",
    "is_transient",
    "metadata",
    "normal_url",
    "prepare",
    "sha256",
    "spelt",
    "transaction",
    "unguarded",
}


def test_every_guard_that_the_page_names_is_there() -> None:
    made = "\n".join(statements("sqlite") + statements("postgresql"))
    guards = set(re.findall(r"CREATE (?:CONSTRAINT )?(?:TRIGGER|FUNCTION) (\w+)", made))
    named = {
        name
        for row in rows("Which promise is held by what")
        for cell in row[2:4]
        for name in re.findall(r"`([a-z]+_[a-z_]+)`", cell)
    }
    assert named - guards == {"query_only", "foreign_key_check"}
    assert len(named) > 10


def test_every_promise_has_what_holds_it_and_a_test_that_tries_to_break_it() -> None:
    tests = "\n".join([path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")])
    there = set(re.findall(r"^def (test_\w+)", tests, re.MULTILINE))
    for row in rows("Which promise is held by what"):
        assert len(row) == 5, row
        assert all(len(cell) > 2 for cell in row), row
        named = re.findall(r"`(\w+)`", row[4])
        assert named, row
        assert set(named) <= there, row
