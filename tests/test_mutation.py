"""The list of mutants that may live names lines that are there, and is held to what lives."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutation import Mutant
from tests.mutation import explained
from tests.mutation import faults
from tests.mutation import mutant

ROOT = Path(__file__).parent.parent
DIFF = """--- ledger/periods.py
+++ ledger/periods.py
@@ -1,3 +1,3 @@
 def last_day(month: date) -> date:
-    return month.replace(day=1)
+    return month.replace(day=2)"""
LIVING = Mutant("periods", "last_day", "return month.replace(day=1)", "return month.replace(day=2)")


def functions(module: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each function and method of a module of the ledger with its lines."""
    source = (ROOT / "ledger" / f"{module}.py").read_text(encoding="utf-8")
    lines = [line.strip() for line in source.splitlines()]
    for node in ast.parse(source).body:
        inner = [(f"{node.name}.", one) for one in node.body] if isinstance(node, ast.ClassDef) else []
        for owner, one in [("", node), *inner]:
            if isinstance(one, ast.FunctionDef):
                yield owner + one.name, lines[one.lineno - 1 : one.end_lineno]


@pytest.mark.parametrize(("one", "why"), explained().items(), ids=[str(n) for n, _ in enumerate(explained())])
def test_a_mutant_that_may_live_changes_a_line_that_is_there(one: Mutant, why: str) -> None:
    lines = dict(functions(one.module))[one.function]
    assert [line for line in one.was.split("\n") if line not in lines] == []
    assert one.was != one.becomes
    assert why.endswith(".")


def test_a_mutant_is_told_by_the_lines_that_it_changes() -> None:
    assert mutant("periods", "ledger.periods.x_last_day__mutmut_4", DIFF) == LIVING
    method = mutant("model", "ledger.model.xǁTransferǁ__post_init____mutmut_1", DIFF)
    assert method.function == "Transfer.__post_init__"


@pytest.mark.parametrize(
    ("status", "listed", "said"),
    [
        ("killed", [], []),
        ("timeout", [], []),
        ("survived", [LIVING], []),
        ("timeout", [LIVING], []),
        ("survived", [], ["survived, and not in the list: periods.last_day"]),
        ("no tests", [], ["no tests, and not in the list: periods.last_day"]),
        ("suspicious", [], ["suspicious, and not in the list: periods.last_day"]),
        ("killed", [LIVING], ["in the list, and does not live: periods.last_day"]),
    ],
)
def test_what_lives_is_what_the_list_says(status: str, listed: list[Mutant], said: list[str]) -> None:
    elsewhere = LIVING._replace(module="seals")
    found = list(faults(["periods"], [(LIVING, status)], [*listed, elsewhere]))
    assert [line.partition("\n")[0] for line in found] == said
