"""The soak's command: which engines, how long, how many processes; the table at the end."""

import argparse
import secrets
import signal
import sys
from pathlib import Path

from bench.room import say
from soak.databases import ENGINES
from soak.figures import keep
from soak.figures import show
from soak.running import soak

KEPT = Path(__file__).parent.parent / "var" / "soak.json"


def main() -> None:
    """Soak one engine after the other, print their tables and keep them; status 1 if anything is wrong."""
    asked = _arguments()
    # Ended from outside it ends what it has started, as with Ctrl-C, which shells keep from what runs behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    figures = []
    for engine in asked.engines:
        one = soak(engine, seconds=asked.seconds, processes=asked.processes, seed=asked.seed, say=say)
        show(one)
        figures.append(one)
    keep(figures, KEPT)
    say(f"the same is in {KEPT}")
    wrong = [one for one in figures if not one.holds]
    if wrong:
        sys.exit(f"{wrong[0].engine}, seed {wrong[0].seed}: {wrong[0].faults[0]}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("engines", nargs="*", metavar="ENGINE", help=f"{' or '.join(ENGINES)} (both)")
    parser.add_argument("--seconds", type=int, default=120, help="how long on each engine (120)")
    parser.add_argument("--processes", type=int, default=8, help="how many post at the same time (8)")
    parser.add_argument("--seed", type=int, help="what the dice begin with (another one each time)")
    asked = parser.parse_args()
    unknown = set(asked.engines) - set(ENGINES)
    if unknown:
        parser.error(f"no such engine: {', '.join(sorted(unknown))}")
    if asked.seconds < 1 or asked.processes < 1:
        parser.error("it takes at least one second and one process")
    asked.engines = [engine for engine in ENGINES if engine in asked.engines] or list(ENGINES)
    if asked.seed is None:
        asked.seed = secrets.randbelow(10**6)
    return asked


if __name__ == "__main__":
    main()
