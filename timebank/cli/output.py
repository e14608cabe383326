"""What commands write to standard output: exact UTF-8, and quietly ended where nobody reads on."""

import csv
import io
import os
import signal
import sys
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from typing import NoReturn

#: How much is gathered before it is written.
_CHARACTERS_AT_ONCE = 64_000


def write_lines(lines: Iterable[str]) -> None:
    """Write texts to standard output, whatever encoding the terminal is said to have."""
    stream = sys.stdout.buffer
    gathered, length = [], 0
    with _quiet_when_nobody_reads():
        for line in lines:
            gathered.append(line)
            length += len(line)
            if length > _CHARACTERS_AT_ONCE:
                stream.write("".join(gathered).encode())
                gathered, length = [], 0
        stream.write("".join(gathered).encode())
        stream.flush()


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table to standard output as CSV: exact, nothing is defused for spreadsheets."""
    write_lines(_csv_lines(columns, rows))


def _csv_lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(row)
        if line.tell() > _CHARACTERS_AT_ONCE // 10:
            yield line.getvalue()
            line.seek(0)
            line.truncate()
    yield line.getvalue()


@contextmanager
def _quiet_when_nobody_reads() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        _end_quietly()


def _end_quietly() -> NoReturn:
    # Python flushes once more when it ends, and would complain then.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    # As a shell sees what SIGPIPE ended; but the transaction ends in order first.
    sys.exit(128 + signal.SIGPIPE)
