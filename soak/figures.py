"""What a soak came to: printed as a small table, and kept as JSON."""

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
class Figures:
    """What happened on one engine, and everything that was wrong."""

    engine: str
    seed: int
    #: How the database writes.
    settings: dict[str, str]
    seconds: float
    processes: int
    acknowledged: int
    #: Asked again because the connection was lost, and answered with the entry that was there already.
    answered_after_a_loss: int
    #: Asked again on purpose, by the key of an earlier posting.
    answered_again_on_purpose: int
    refused: int
    workers_killed: int
    #: How often all workers were killed at the same moment.
    all_at_once: int
    #: None where there is no server.
    servers_killed: int | None
    backends_killed: int | None
    connections_lost: int
    in_doubt: int
    in_doubt_found: int
    torn: int
    lost: int
    doubled: int
    unintended: int
    #: Deadlocks, serialization failures and a busy database that reached a caller.
    deadlocks_at_callers: int
    #: Deadlocks that the server broke; the library ran those transactions again.
    deadlocks_broken: int | None
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was wrong."""
        return not self.faults

    def lines(self) -> list[tuple[str, str]]:
        """Tell everything in words and numbers."""
        return [
            ("seconds", f"{self.seconds:,.0f}"),
            ("processes", _number(self.processes)),
            ("postings acknowledged", _number(self.acknowledged)),
            ("postings a second", f"{self.acknowledged / self.seconds:,.0f}"),
            ("refused by a limit, or reversed already", _number(self.refused)),
            ("asked again on purpose, answered the same", _number(self.answered_again_on_purpose)),
            ("connections lost or refused", _number(self.connections_lost)),
            ("acknowledgements lost, answered when asked again", _number(self.answered_after_a_loss)),
            ("workers killed", _number(self.workers_killed)),
            ("… all of them at once, times", _number(self.all_at_once)),
            ("servers killed", _number(self.servers_killed)),
            ("server's connections killed", _number(self.backends_killed)),
            ("in doubt when its worker was killed", _number(self.in_doubt)),
            ("… of which found", _number(self.in_doubt_found)),
            ("deadlocks the server broke", _number(self.deadlocks_broken)),
            ("deadlocks that reached a caller", _number(self.deadlocks_at_callers)),
            ("lost", _number(self.lost)),
            ("doubled", _number(self.doubled)),
            ("unintended", _number(self.unintended)),
            ("totals, versions, limits, proof", "hold" if self.holds else f"{len(self.faults)} faults"),
        ]


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def show(figures: Figures) -> None:
    """Print the table of one engine, with the seed that makes the same postings again."""
    told = ", ".join([f"{name} {value}" for name, value in figures.settings.items()])
    print(f"\n{figures.engine} ({told}; seed {figures.seed})\n{'-' * len(figures.engine)}")
    for words, number in figures.lines():
        print(f"{words:{_WORDS}}{number:>{_NUMBER}}")
    if figures.servers_killed is None:
        print(
            "There is no server to kill: a worker that is killed in the middle of a transaction is the same."
        )


def keep(figures: Sequence[Figures], path: Path) -> None:
    """Write the figures, with the machine that they are of, as JSON."""
    machine = {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "sqlalchemy": sqlalchemy.__version__,
        "soaked_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {"machine": machine, "figures": [asdict(one) for one in figures]}
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
