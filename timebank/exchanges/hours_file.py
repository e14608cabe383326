"""Reading a community's older exchanges from a CSV file, in English or Japanese, line by line."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import date
from functools import partial
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import IO
from typing import NamedTuple
from typing import Self
from typing import TypeVar

from timebank.days import check_not_future
from timebank.days import parse_day
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.csv_file import CsvFile
from timebank.exchanges.csv_file import open_csv_file
from timebank.hours import check_span
from timebank.hours import parse_hours
from timebank.hours import parse_minutes
from timebank.members.models import LONGEST_NAME
from timebank.members.service import clean_number
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import excerpt
from timebank.text import is_visible
from timebank.text import search_key

LONGEST_DESCRIPTION = 2000
LONGEST_REFERENCE = 200

#: Days, times, numbers and names come again and again, and so do short texts; each is read once.
_REMEMBERED = 20_000
_TEXTS_REMEMBERED = 1_000

_NEEDED = ("date", "giver", "receiver", "hours", "description", "reference")
_OPTIONAL = ("giver_name", "receiver_name", "giver_reading", "receiver_reading")
#: What people write at the head of a column; blanks, lines and the kind of kana do not matter.
_HEADINGS = {
    "date": ("date", "day", "worked on", "日付", "年月日", "日", "実施日", "活動日"),
    "giver": ("giver", "手伝った人", "手伝った人の番号", "提供者", "提供者番号"),
    "receiver": ("receiver", "手伝ってもらった人", "手伝ってもらった人の番号", "利用者", "利用者番号"),
    "hours": ("hours", "time", "時間", "時間数"),
    "minutes": ("minutes", "分", "分数"),
    "description": ("description", "note", "内容", "手伝いの内容", "説明"),
    "reference": ("reference", "ref", "番号", "整理番号", "記録番号", "伝票番号"),
    "giver_name": ("giver name", "手伝った人の名前", "手伝った人の氏名", "提供者名", "提供者氏名"),
    "receiver_name": (
        "receiver name",
        "手伝ってもらった人の名前",
        "手伝ってもらった人の氏名",
        "利用者名",
        "利用者氏名",
    ),
    "giver_reading": ("giver reading", "手伝った人のふりがな", "提供者ふりがな", "提供者名ふりがな"),
    "receiver_reading": (
        "receiver reading",
        "手伝ってもらった人のふりがな",
        "利用者ふりがな",
        "利用者名ふりがな",
    ),
}
_COLUMN_OF = {search_key(heading): column for column, headings in _HEADINGS.items() for heading in headings}


class HoursLine(NamedTuple):
    """One exchange as the file tells it."""

    #: Where the line begins in the file, the first one being 1.
    line_number: int
    worked_on: date
    giver: str
    receiver: str
    minutes: int
    description: str
    reference: str
    giver_name: str
    receiver_name: str
    giver_reading: str
    receiver_reading: str
    #: How long, as it stands in the file.
    time: str


class BadLine(NamedTuple):
    """One thing in a line that cannot be taken, and why."""

    line_number: int
    #: The column; `line` where the line as a whole cannot be read.
    field: str
    #: How the cell begins, safe to show on a terminal.
    value: str
    refusal: Refusal


class NoKnownColumn(Refusal):
    """The first line does not name the columns."""

    sentence = N_("The first line must name the columns: date,giver,receiver,hours,description,reference.")


class ColumnUnknown(Refusal):
    """The file has a column that we do not know."""

    sentence = N_("The column “%(column)s” is not known. Please take it out or give it another name.")


class ColumnTwice(Refusal):
    """Two columns of the file mean the same."""

    sentence = N_("Two columns mean the same: “%(first)s” and “%(second)s”. Please take one of them out.")


class ColumnsMissing(Refusal):
    """The file lacks columns that an exchange needs."""

    sentence = N_("Columns are missing: %(columns)s.")


class WrongCells(Refusal):
    """A line has more or fewer cells than there are columns."""

    sentence = N_("This line has %(found)s cells, but the first line names %(expected)s columns.")
    field = "line"


class GiverIsReceiver(Refusal):
    """Giver and receiver are one."""

    sentence = N_("Giver and receiver are the same member.")
    field = "receiver"


class ReferenceMissing(Refusal):
    """A line has nothing by which it would be known when it comes again."""

    sentence = N_("The reference is missing: it is how a line is known when it comes again.")
    field = "reference"


_Read = TypeVar("_Read")


class _Remembered(dict[str, _Read]):
    """Cells and what they were read as; the same cell is looked up and not read again."""

    def __init__(self, read: Callable[[str], _Read], *, limit: int = _REMEMBERED) -> None:
        super().__init__()
        self._read = read
        self._limit = limit

    def __missing__(self, cell: str) -> _Read:
        if len(self) >= self._limit:
            self.clear()
        read = self[cell] = self._read(cell)
        return read


class _Known(NamedTuple):
    days: _Remembered[date]
    numbers: _Remembered[str]
    times: _Remembered[int]
    texts: _Remembered[str]
    names: _Remembered[str]


class HoursFile:
    """A file of exchanges; each loop over it reads it from the start, in little memory."""

    def __init__(self, csv_file: CsvFile, *, today: date) -> None:
        self._csv = csv_file
        #: The columns in the file's own order, by our names.
        self.columns = _columns(csv_file.header)
        #: Which column tells how long.
        self.time = "minutes" if "minutes" in self.columns else "hours"
        self._names = (*_NEEDED[:3], self.time, *_NEEDED[4:], *_OPTIONAL)
        self._known = _Known(
            _Remembered(partial(_day, today=today)),
            _Remembered(clean_number),
            _Remembered(_minutes if self.time == "minutes" else _hours),
            _Remembered(_description, limit=_TEXTS_REMEMBERED),
            _Remembered(_name),
        )
        # Columns that the file does not have point to an empty cell behind the others.
        behind = len(self.columns)
        places = [self.columns.index(name) if name in self.columns else behind for name in self._names]
        self._pick = itemgetter(*places)
        self._width_needed = 1 + max(places[: len(_NEEDED)])

    @property
    def encoding(self) -> str:
        """How the file turned out to be written: utf-8, utf-8-sig or cp932."""
        return self._csv.encoding

    @property
    def delimiter(self) -> str:
        """What stands between two cells."""
        return self._csv.delimiter

    @property
    def line_count(self) -> int:
        """How many lines the file has, to tell how far the reading has come."""
        return self._csv.line_count

    def close(self) -> None:
        """Let go of the file."""
        self._csv.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[HoursLine | BadLine]:
        pick, width = self._pick, len(self.columns)
        days, numbers, times, texts, names = self._known
        for number, row in self._csv.rows():
            if not isinstance(row, list):
                yield BadLine(number, "line", "", row)
                continue
            if len(row) != width and not self._fits(row):
                yield from self._wrong_cells(number, row)
                continue
            row.append("")
            cells = pick(row)
            try:
                # Spelt out and not looped over: a million lines come through here.
                line = HoursLine(
                    number,
                    days[cells[0]],
                    numbers[cells[1]],
                    numbers[cells[2]],
                    times[cells[3]],
                    texts[cells[4]],
                    _reference(cells[5]),
                    names[cells[6]],
                    names[cells[7]],
                    names[cells[8]],
                    names[cells[9]],
                    cells[3],
                )
                if line.giver == line.receiver:
                    raise GiverIsReceiver
            except Refusal:
                yield from self._faults(number, cells)
            else:
                yield line

    def _fits(self, row: list[str]) -> bool:
        """Give a row its width where a spreadsheet wrote too many or too few empty cells at its end."""
        width = len(self.columns)
        while len(row) > width and not row[-1]:
            row.pop()
        if len(row) >= self._width_needed:
            row.extend([""] * (width - len(row)))
        return len(row) == width

    def _wrong_cells(self, number: int, row: list[str]) -> Iterator[BadLine]:
        if not _is_blank(row):
            refusal = WrongCells(found=len(row), expected=len(self.columns))
            yield BadLine(number, "line", excerpt(row[0]), refusal)

    def _faults(self, number: int, cells: tuple[str, ...]) -> Iterator[BadLine]:
        """Name everything that is wrong in a line, so that it need be mended only once."""
        if _is_blank(cells):
            return
        read: dict[str, object] = {}
        days, numbers, times, texts, names = self._known
        references = _Remembered(_reference, limit=1)
        readings: list[Mapping[str, object]] = [
            days,
            numbers,
            numbers,
            times,
            texts,
            references,
            *[names] * 4,
        ]
        for name, reading, cell in zip(self._names, readings, cells, strict=True):
            try:
                read[name] = reading[cell]
            except Refusal as refusal:
                yield BadLine(number, name, excerpt(cell), refusal)
        if "giver" in read and read["giver"] == read.get("receiver"):
            yield BadLine(number, "receiver", excerpt(cells[2]), GiverIsReceiver())


def open_hours_file(source: Path | str | IO[bytes], *, today: date) -> HoursFile:
    """Open a file of exchanges; it is refused as a whole where its columns are not understood."""
    csv_file = open_csv_file(source)
    try:
        return HoursFile(csv_file, today=today)
    except Refusal:
        csv_file.close()
        raise


def _columns(header: list[str]) -> tuple[str, ...]:
    while header and not header[-1].strip():
        header = header[:-1]
    columns = [_COLUMN_OF.get(search_key(heading)) for heading in header]
    if not any(columns):
        raise NoKnownColumn
    meant: dict[str, str] = {}
    for heading, column in zip(header, columns, strict=True):
        if column is None:
            raise ColumnUnknown(column=excerpt(heading))
        # A time is given once, in hours or in minutes.
        fact = "hours" if column == "minutes" else column
        if fact in meant:
            raise ColumnTwice(first=excerpt(meant[fact]), second=excerpt(heading))
        meant[fact] = heading
    if missing := [column for column in _NEEDED if column not in meant]:
        raise ColumnsMissing(columns=", ".join(missing))
    return tuple(column for column in columns if column)


def _is_blank(cells: Iterable[str]) -> bool:
    return not any(map(str.strip, cells))


def _day(cell: str, *, today: date) -> date:
    day = parse_day(cell)
    check_not_future(day, today=today)
    return day


def _hours(cell: str) -> int:
    minutes = parse_hours(cell)
    check_span(minutes)
    return minutes


def _minutes(cell: str) -> int:
    minutes = parse_minutes(cell)
    check_span(minutes)
    return minutes


def _name(cell: str) -> str:
    name = clean_line(cell, longest=LONGEST_NAME)
    return name if is_visible(name) else ""


def _description(cell: str) -> str:
    return clean_text(cell, longest=LONGEST_DESCRIPTION)


def _reference(cell: str) -> str:
    reference = clean_line(cell, longest=LONGEST_REFERENCE)
    if not reference:
        raise ReferenceMissing
    return reference
