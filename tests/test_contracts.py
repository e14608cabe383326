"""The import contracts hold, and each of them would notice if it did not."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"

#: Contract, file, and the line that must not be in it.
BREACHES = [
    ("ledger-alone", "ledger/model.py", "import timebank.errors"),
    ("ledger-alone", "ledger/edge.py", "import flask"),
    ("ledger-vocabulary", "ledger/errors.py", "import sqlalchemy"),
    ("ledger-door", "timebank/books.py", "import ledger.posting"),
    ("ledger-tables", "timebank/exchanges/service.py", "from ledger.schema import account"),
    ("tiers", "timebank/errors.py", "import timebank.web"),
    ("tiers", "timebank/people/service.py", "import timebank.members.models"),
    ("tiers", "timebank/utils.py", "import datetime"),
    ("inside-a-feature", "timebank/members/service.py", "import timebank.members.views"),
    ("rules-without-web", "timebank/exchanges/service.py", "from flask import g"),
    ("rules-without-web", "timebank/hours.py", "from flask_babel import gettext"),
    ("stripe-gateway", "timebank/payments/service.py", "import stripe"),
    ("no-cycles", "timebank/errors.py", "import timebank.members.models"),
]


def lint_imports(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINT_IMPORTS, "--no-cache", "--no-logo", *options]
    env = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the two packages, to be broken."""
    copy = tmp_path_factory.mktemp("contracts")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for package in ("ledger", "timebank"):
        only_python = shutil.ignore_patterns("__pycache__", "static", "translations")
        shutil.copytree(ROOT / package, copy / package, ignore=only_python)
    return copy


def test_the_packages_keep_every_contract() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_contract_is_broken_once_on_purpose() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    assert {contract["id"] for contract in contracts} == {contract for contract, _, _ in BREACHES}


@pytest.mark.parametrize(("contract", "file", "line"), BREACHES)
def test_a_breach_is_noticed(tree: Path, contract: str, file: str, line: str) -> None:
    path = tree / file
    before = path.read_bytes() if path.exists() else None
    path.write_bytes((before or b"") + f"\n{line}\n".encode())
    try:
        done = lint_imports(tree, "--contract", contract)
    finally:
        path.unlink() if before is None else path.write_bytes(before)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout, done.stdout + done.stderr
