"""The bench's command: which parts, how long, the table at the end."""

import argparse
from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure
from bench.figures import keep
from bench.figures import show
from bench.importing import measure_import
from bench.posting import measure_posting
from bench.promises import measure_promises
from bench.reading import LARGEST
from bench.reading import SIZES
from bench.reading import measure_growth
from bench.room import Room
from bench.room import open_room
from bench.room import say
from bench.web import measure_pages

PARTS = ("posting", "promises", "growth", "import", "web")
KEPT = Path(__file__).parent.parent / "var" / "bench.json"


def main() -> None:
    """Measure the parts that are asked for, print the table and keep the figures."""
    asked = _arguments()
    measures: dict[str, Callable[[Room], list[Figure]]] = {
        "posting": lambda room: measure_posting(room, seconds=asked.seconds, rounds=asked.rounds),
        "promises": lambda room: measure_promises(room, seconds=asked.seconds, rounds=asked.rounds),
        "growth": lambda room: measure_growth(room, largest=asked.transfers),
        "import": lambda room: measure_import(room, lines=asked.lines),
        "web": measure_pages,
    }
    figures: list[Figure] = []
    with open_room() as room:
        say(f"a private PostgreSQL {room.version()} runs in {room.folder}")
        for part in asked.parts:
            figures += measures[part](room)
    show(figures)
    keep(figures, KEPT)
    say(f"the same is in {KEPT}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"what to measure: {', '.join(PARTS)} (all but web)"
    )
    parser.add_argument("--seconds", type=int, default=4, help="how long each turn of posting lasts (4)")
    parser.add_argument("--rounds", type=int, default=3, help="how many turns each has; medians are told (3)")
    parser.add_argument("--lines", type=int, default=100_000, help="how many lines are imported (100,000)")
    parser.add_argument(
        "--ten-million", action="store_true", help="read at 10 million transfers, too (an hour)"
    )
    parser.add_argument("--transfers", type=int, default=SIZES[-1], help=argparse.SUPPRESS)
    parser.add_argument(
        "--web", action="store_true", help="measure pages, too, in a community of 100,000 exchanges"
    )
    asked = parser.parse_args()
    unknown = set(asked.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    asked.parts = [part for part in PARTS if part in asked.parts] or list(PARTS[:-1])
    if asked.web and "web" not in asked.parts:
        asked.parts.append("web")
    if asked.ten_million:
        asked.transfers = LARGEST
    return asked


if __name__ == "__main__":
    main()
