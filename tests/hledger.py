"""The hledger that reads our exports in tests; run as a program, it installs it where it is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.apt import install_by_apt

MISSING = (
    "No hledger was found, and it could not be installed: the tests of what it reads fail. As root: apt-get "
    "install hledger. Without root: put one of https://hledger.org/install.html on the PATH; then run make "
    "test again."
)


class HledgerMissing(Exception):
    """Without it nobody would see whether it takes what we write; the tests fail rather than pass unseen."""

    def __init__(self) -> None:
        super().__init__(MISSING)


def hledger(journal: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run hledger on a journal."""
    program = shutil.which("hledger")
    if program is None:
        raise HledgerMissing
    # In any other locale it stops at the first sign that is not in ASCII.
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    command = [program, "--file", str(journal), *arguments]
    return subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False)


def main() -> None:
    """Install hledger where it is missing, and say what is used; all other tests can run without it."""
    found = shutil.which("hledger") or (install_by_apt("hledger") and shutil.which("hledger"))
    print(f"Tests of exports use {found}" if found else MISSING, file=sys.stdout if found else sys.stderr)


if __name__ == "__main__":
    main()
