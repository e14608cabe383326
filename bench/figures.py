"""What was measured: printed as a table, and kept as JSON."""

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from pathlib import Path

import sqlalchemy

#: How wide the words of a line are, and its number.
_WORDS, _NUMBER = 58, 12


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured."""

    part: str
    what: str
    value: float
    unit: str
    #: How it stands beside something else of the same run, in words.
    beside: str = ""


def per_second(part: str, what: str, value: float, beside: str = "") -> Figure:
    """Tell how often something was done in a second."""
    return Figure(part, what, value, "/s", beside)


def milliseconds(part: str, what: str, seconds: float, beside: str = "") -> Figure:
    """Tell how long something took."""
    return Figure(part, what, seconds * 1000, "ms", beside)


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    part = ""
    for one in figures:
        if one.part != part:
            part = one.part
            print(f"\n{part}\n{'-' * len(part)}")
        number = f"{one.value:,.0f}" if one.value >= 100 else f"{one.value:,.2f}"
        print(f"{one.what:{_WORDS}}{number:>{_NUMBER}} {one.unit:<4} {one.beside}".rstrip())


def keep(figures: Sequence[Figure], path: Path) -> None:
    """Write the figures, with the machine that they are of, as JSON."""
    machine = {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "sqlalchemy": sqlalchemy.__version__,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {"machine": machine, "figures": [asdict(one) for one in figures]}
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
