"""What `make mutants` runs: ledger/ is broken in thousands of small ways, and what no test notices is named.

mutmut makes the mutants and runs for each the tests that reach it, the quickest first. It works on copies,
in a folder beside the run's PostgreSQL, whose templates are made before anything is broken. Mutants that
may live stand in tests/ledger/survivors.toml, each with a sentence that says why.
"""

import argparse
import os
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path
from typing import NamedTuple

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

from tests.databases import ROOM
from tests.databases import shared_room

ROOT = Path(__file__).parent.parent
LIST = ROOT / "tests" / "ledger" / "survivors.toml"
LOG = ROOT / "var" / "mutants.log"
#: What mutmut copies; everything else is imported from where it is.
COPIED = ("ledger", "tests", "docs", "pyproject.toml")
CHILDREN = 2
#: A mutant that loops for ever is found out by the clock.
KILLED = {"killed", "timeout", "segfault"}


class Mutant(NamedTuple):
    """A change to a function, told by the lines that it changes: numbers would move with every edit."""

    module: str
    function: str
    was: str
    becomes: str


def explained() -> dict[Mutant, str]:
    """Read which mutants may live, and why."""
    told = tomllib.loads(LIST.read_text(encoding="utf-8"))["survivor"]
    return {
        Mutant(one["module"], one["function"], one["was"], becomes): one["why"]
        for one in told
        for becomes in one["becomes"]
    }


def mutant(module: str, name: str, diff: str) -> Mutant:
    """Tell a mutant by mutmut's name for it and its difference from the original."""
    function, owner = orig_function_and_class_names_from_key(name)
    # The first two lines name the file.
    lines = diff.split("\n")[2:]
    was, becomes = ["\n".join(x[1:].strip() for x in lines if x.startswith(sign)) for sign in "-+"]
    return Mutant(module, f"{owner}.{function}" if owner else function, was, becomes)


def main() -> None:
    """Break all of ledger/, or the files asked for; status 1 if the survivors are not those of the list."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", metavar="FILE", help="ledger/periods.py (all of ledger/)")
    asked = [Path(file) for file in parser.parse_args().files]
    modules = [path.stem for path in asked or sorted((ROOT / "ledger").glob("*.py"))]
    LOG.parent.mkdir(exist_ok=True)
    print(f"how far it is stands in {LOG.relative_to(ROOT)}; all of ledger/ takes an hour or more")
    with shared_room() as room:
        work = room / "mutation"
        work.mkdir()
        for name in COPIED:
            (work / name).symlink_to(ROOT / name)
        _run(work, room, [f"ledger.{path.stem}.*" for path in asked] or ["ledger.*"])
        with chdir(work):
            verdicts = [verdict for module in modules for verdict in _verdicts(module)]
    _show(modules, verdicts)
    found = list(faults(modules, verdicts, explained()))
    if found:
        sys.exit("\n".join(["", *found]))


def _run(work: Path, room: Path, names: Sequence[str]) -> None:
    """Let mutmut make its mutants and run the tests on them."""
    # With CI set, Hypothesis takes the same examples each time and remembers none.
    environment = {**os.environ, ROOM: str(room), "CI": "true"}
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    # Where mutants are named, even all of them, mutmut first runs the tests by their own names, one by one: a
    # name that pytest cannot find again would fail each time, and be taken for a test that noticed something.
    command = [mutmut, "run", "--max-children", str(CHILDREN), *names]
    with LOG.open("w", encoding="utf-8") as log:
        done = subprocess.run(command, cwd=work, env=environment, stdout=log, stderr=log, check=False)
    if done.returncode:
        sys.exit(f"mutmut did not come to its end; see {LOG}")


def _verdicts(module: str) -> Iterator[tuple[Mutant, str]]:
    """Read what became of each mutant of a module."""
    path = Path("ledger", f"{module}.py")
    data = SourceFileMutationData(path=path)
    data.load()
    for name, exit_code in data.exit_code_by_key.items():
        yield mutant(module, name, get_diff_for_mutant(name, path=path)), status_by_exit_code[exit_code]


def _show(modules: Iterable[str], verdicts: Iterable[tuple[Mutant, str]]) -> None:
    """Print how many mutants of each module were killed, and how many were not."""
    for module in modules:
        counts = Counter(status for one, status in verdicts if one.module == module)
        if counts:
            print(f"{module:20}", ", ".join(f"{count} {status}" for status, count in sorted(counts.items())))


def faults(
    modules: Iterable[str], verdicts: Iterable[tuple[Mutant, str]], listed: Iterable[Mutant]
) -> Iterator[str]:
    """Say which mutants live that should not, and which are listed though none like them lives."""
    living = {one: status for one, status in verdicts if status not in KILLED}
    late = {one for one, status in verdicts if status == "timeout"}
    known = {one for one in listed if one.module in modules}
    for one, status in living.items():
        if one not in known:
            yield f"{status}, and not in the list: {_told(one)}"
    for one in sorted(known - living.keys() - late):
        yield f"in the list, and does not live: {_told(one)}"


def _told(one: Mutant) -> str:
    lines = [
        f"{sign} {line}" for sign, text in (("-", one.was), ("+", one.becomes)) for line in text.split("\n")
    ]
    return "\n    ".join([f"{one.module}.{one.function}", *lines])


if __name__ == "__main__":
    main()
