"""The whole import of a file, exchange rows included, by the command that people run."""

import csv
import os
import random
import subprocess
import sys
import time
from datetime import date
from datetime import timedelta
from pathlib import Path

from bench.figures import Figure
from bench.figures import per_second
from bench.room import Room
from bench.room import say

PART = "Import of a file (timebank import hours), commands from start to end"
SLUG = "kadoma"
SECRET_KEY = "only-for-measuring-" * 3
_MEMBERS = 480
_FIRST_DAY, _DAYS = date(2019, 4, 1), 2_500
_WORDS = (
    "学童の宿題",
    "夕食づくり（6人分）",
    "見守りの電話",
    "庭の草取り",
    "病院への送り迎え",
    "パソコンの相談",
)


def measure_import(room: Room, *, lines: int) -> list[Figure]:
    """Import the same made-up file on both engines, then once more, when nothing of it is new."""
    file = write_file(room.folder / "hours.csv", lines)
    figures = []
    for name, url in room.engines("import").items():
        say(f"import of {lines:,} lines on {name}")
        found_community(url)
        command = ("import", "hours", str(file), "--community", SLUG, "--no-limits", "--create-members")
        first, again = (timebank(url, *command) for _ in range(2))
        figures += [
            per_second(PART, f"{name}, {lines:,} lines", lines / first, "(reach 20,000)"),
            per_second(PART, f"{name}, the same file again", lines / again),
        ]
    return figures


def found_community(url: str) -> None:
    """Make the tables in an empty database, and a community in them."""
    timebank(url, "db", "upgrade")
    timebank(url, "community", "create", SLUG, "--name", "門真の時間銀行", "--language", "ja")


def timebank(url: str, *arguments: str) -> float:
    """Run a command of the program on a database, and tell how many seconds it took."""
    code = "from timebank.cli import main; main()"
    env = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": SECRET_KEY}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"timebank {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - started


def write_file(path: Path, lines: int) -> Path:
    """Write a file of hours as a community has them, oldest first."""
    dice = random.Random(7)  # noqa: S311 (not a secret)
    numbers = [f"{n:04}" for n in range(1, _MEMBERS + 1)]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("date", "giver", "receiver", "hours", "description", "reference"))
        for n in range(lines):
            day = _FIRST_DAY + timedelta(days=n * _DAYS // lines)
            hours = dice.choice(("0.25", "0.5", "1", "1.5", "2", "2.25"))
            rows.writerow((day, *dice.sample(numbers, 2), hours, dice.choice(_WORDS), f"K-{n:07}"))
    return path
