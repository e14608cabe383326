"""Files of hours for tests, made in memory, and how they are read."""

import io
from datetime import date
from pathlib import Path
from typing import IO

from timebank.exchanges.hours_file import BadLine
from timebank.exchanges.hours_file import HoursLine
from timebank.exchanges.hours_file import open_hours_file

TODAY = date(2026, 11, 23)
HEADER = "date,giver,receiver,hours,description,reference"
GOOD = "2026-04-03,0001,0002,1.5,買い物,B-1"

#: Example files that stand beside the project on some machines only.
SAMPLES = Path(__file__).parents[3].parent / "shared" / "data" / "hours"


def a_file(*lines: str, header: str = HEADER, encoding: str = "utf-8", end: str = "\n") -> io.BytesIO:
    return io.BytesIO("".join(line + end for line in (header, *lines)).encode(encoding))


def read(source: Path | IO[bytes]) -> list[HoursLine | BadLine]:
    with open_hours_file(source, today=TODAY) as file:
        return list(file)


def good_lines(source: Path | IO[bytes]) -> list[HoursLine]:
    lines = read(source)
    assert not [line for line in lines if isinstance(line, BadLine)]
    return [line for line in lines if isinstance(line, HoursLine)]


def faults(source: Path | IO[bytes]) -> list[tuple[int, str, str]]:
    return [(bad.line_number, bad.field, bad.value) for bad in read(source) if isinstance(bad, BadLine)]
