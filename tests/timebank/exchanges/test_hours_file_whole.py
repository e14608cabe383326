"""A file of hours as a whole: its lines as an editor counts them, its size, and anything at all inside."""

import csv
import io
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timebank.exchanges.csv_lines import GOOD
from tests.timebank.exchanges.csv_lines import HEADER
from tests.timebank.exchanges.csv_lines import SAMPLES
from tests.timebank.exchanges.csv_lines import TODAY
from tests.timebank.exchanges.csv_lines import a_file
from tests.timebank.exchanges.csv_lines import faults
from tests.timebank.exchanges.csv_lines import good_lines
from tests.timebank.exchanges.csv_lines import read
from timebank.errors import Refusal
from timebank.exchanges.csv_file import LineNotRead
from timebank.exchanges.hours_file import BadLine
from timebank.exchanges.hours_file import HoursLine
from timebank.exchanges.hours_file import WrongCells
from timebank.exchanges.hours_file import _Remembered
from timebank.exchanges.hours_file import open_hours_file


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    source = a_file('2026-04-03,1,2,1,"first\nsecond\n",a', "", "2026-04-03,1,2,1,,b", "2026-04-03,1,2,0,,c")
    lines = read(source)
    assert [line.line_number for line in lines] == [2, 6, 7]
    assert isinstance(lines[0], HoursLine)
    assert lines[0].description == "first\nsecond"


def test_empty_lines_of_a_spreadsheet_are_passed_over() -> None:
    assert len(good_lines(a_file(GOOD, "", ",,,,,", " , ,,,,", ",,", ",,,,,,,,"))) == 1


def test_a_spreadsheet_may_write_empty_cells_too_many_or_leave_them_out() -> None:
    assert len(good_lines(a_file(f"{GOOD},,"))) == 1
    header = f"{HEADER},giver_name,receiver_name"
    assert [line.giver_name for line in good_lines(a_file(GOOD, f"{GOOD},田中", header=header))] == [
        "",
        "田中",
    ]


def test_a_quotation_mark_that_is_never_closed_is_one_bad_line() -> None:
    lines = read(a_file(GOOD, '2026-04-03,1,2,1,"open,r', GOOD, GOOD))
    assert [type(line) for line in lines] == [HoursLine, BadLine]
    assert isinstance(lines[1], BadLine)
    assert lines[1].line_number == 3
    assert isinstance(lines[1].refusal, LineNotRead)


def test_reading_goes_on_after_a_line_that_breaks_the_rules() -> None:
    huge = "2026-04-03,1,2,1," + "x" * 200_000 + ",r"
    assert [line.line_number for line in read(a_file(huge, GOOD, '"a"b', GOOD))] == [2, 3, 4, 5]


def test_a_line_says_how_many_cells_it_should_have() -> None:
    (bad,) = read(a_file("2026-04-03,1,2"))
    assert isinstance(bad, BadLine)
    assert isinstance(bad.refusal, WrongCells)
    assert str(bad.refusal) == "This line has 3 cells, but the first line names 6 columns."


def test_a_file_can_be_read_twice_and_stopped_in_between() -> None:
    with open_hours_file(a_file(GOOD, GOOD), today=TODAY) as file:
        assert next(iter(file)) == next(iter(file))
        assert len(list(file)) == 2
        assert len(list(file)) == 2


def test_a_file_by_its_path_is_closed_and_a_stream_is_left_open(tmp_path: Path) -> None:
    path = tmp_path / "hours.csv"
    path.write_bytes(a_file(GOOD).getvalue())
    assert len(read(path)) == 1
    stream = a_file(GOOD)
    read(stream)
    assert not stream.closed


class Pipe(io.BytesIO):
    """Bytes that come once, as from another program."""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0, /) -> int:
        raise io.UnsupportedOperation(f"seek({offset}, {whence})")


def test_what_comes_through_a_pipe_is_read_too() -> None:
    assert len(read(Pipe(a_file(GOOD).getvalue()))) == 1


class Endless(io.RawIOBase):
    """A file of many lines that is never in memory as a whole."""

    def __init__(self, lines: int) -> None:
        self._lines = lines
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        assert (offset, whence) == (0, 0)
        self._at = 0
        return 0

    def read(self, size: int = -1, /) -> bytes:
        block = 1000 if self._at else 0
        first, self._at = self._at, min(self._at + max(block, 1), self._lines)
        if first == 0:
            return f"{HEADER}\n".encode()
        return "".join(
            f"2026-04-03,g{n % 400},r{n % 300},1:{n % 60:02},{n} {'買い物' * 20},ref-{n}\n"
            for n in range(first, self._at)
        ).encode()

    read1 = read


def test_a_long_file_needs_no_more_memory_than_a_short_one() -> None:
    def peak_bytes(lines: int) -> int:
        tracemalloc.start()
        with open_hours_file(Endless(lines), today=TODAY) as file:  # type: ignore[arg-type]
            assert sum(isinstance(line, HoursLine) for line in file) == lines - 1
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak_bytes(16_000) < peak_bytes(4_000) * 1.3


def test_only_so_many_cells_are_remembered() -> None:
    remembered = _Remembered(str.upper, limit=2)
    assert [remembered[cell] for cell in ("a", "b", "c", "a", "a")] == ["A", "B", "C", "A", "A"]
    assert len(remembered) == 2


cells = st.text(max_size=30)


@given(st.lists(st.lists(cells, min_size=6, max_size=6), max_size=5), st.sampled_from([",", ";", "\t"]))
def test_any_cells_at_all_are_read_or_named(rows: list[list[str]], delimiter: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows([HEADER.split(","), *rows])
    for line in read(io.BytesIO(written.getvalue().encode())):
        if isinstance(line, BadLine):
            assert str(line.refusal)
            assert line.value.replace("\u3000", "").isprintable()


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_read_or_refused(content: bytes) -> None:
    for start in (b"", HEADER.encode() + b"\n"):
        with suppress(Refusal):
            assert len(read(io.BytesIO(start + content))) <= len(content)


@given(
    st.dates(min_value=date(1873, 1, 1), max_value=TODAY),
    st.integers(1, 1440),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=40),
)
def test_what_was_written_is_what_is_read(day: date, minutes: int, description: str) -> None:
    written = io.StringIO(newline="")
    row = [day.isoformat(), "a", "b", f"{minutes // 60}:{minutes % 60:02}", description, "r"]
    csv.writer(written).writerows([HEADER.split(","), row])
    (line,) = good_lines(io.BytesIO(written.getvalue().encode()))
    assert (line.worked_on, line.minutes) == (day, minutes)


if SAMPLES.is_dir():

    @pytest.mark.parametrize("name", ["hours.csv", "hours-excel.csv"])
    def test_the_sample_community_has_the_balances_its_maker_counted(name: str) -> None:
        given, received = Counter[str](), Counter[str]()
        for line in good_lines(SAMPLES / name):
            given[line.giver] += line.minutes
            received[line.receiver] += line.minutes
        with (SAMPLES / "balances.csv").open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                assert given.pop(row["member"], 0) == int(row["given_minutes"])
                assert received.pop(row["member"], 0) == int(row["received_minutes"])
        assert not given
        assert not received

    def test_both_sample_files_tell_the_same() -> None:
        plain, excel = (
            [line._replace(time="") for line in good_lines(SAMPLES / name)]
            for name in ("hours.csv", "hours-excel.csv")
        )
        assert plain == excel

    def test_the_broken_sample_is_named_line_by_line() -> None:
        def expected() -> Iterator[tuple[int, str, str]]:
            with (SAMPLES / "broken-lines.csv").open(encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file):
                    # That a reference comes twice is for the books to see, not for the reader.
                    if row["value_begins"] != "DUPLICATE":
                        yield int(row["line"]), row["field"], row["value_begins"]

        found = faults(SAMPLES / "broken.csv")
        wanted = list(expected())
        assert [bad[:2] for bad in found] == [bad[:2] for bad in wanted]
        for (_, _, value), (_, _, begins) in zip(found, wanted, strict=True):
            assert value.startswith(begins) or begins == "SAME"
