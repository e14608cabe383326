"""A CSV file as people save them: its encoding and delimiter are found out by trying."""

import codecs
import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

from timebank.errors import N_
from timebank.errors import Refusal

_CHUNK_BYTES = 1 << 20
_DELIMITERS = (",", ";", "\t")
#: How workbooks begin (the newer and the older kind), and UTF-16.
_NOT_CSV = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class FileEmpty(Refusal):
    """The file has nothing in it."""

    sentence = N_("The file is empty.")


class FileNotCsv(Refusal):
    """The file is a workbook, or in an encoding that CSV files do not have."""

    sentence = N_("This is not a CSV file. Please save it as CSV and try again.")


class FileNotText(Refusal):
    """The file is neither UTF-8 nor what Excel in Japan writes."""

    sentence = N_("The file is neither UTF-8 nor Shift_JIS: line %(line)s (byte %(byte)s) cannot be read.")


class LineWithoutEnd(Refusal):
    """A line is longer than any that a person would write."""

    sentence = N_("Line %(line)s is too long for a CSV file.")


class LineNotRead(Refusal):
    """A line breaks the rules of CSV."""

    sentence = N_("This line cannot be read. Perhaps a quotation mark is opened and not closed.")
    field = "line"


class CsvFile:
    """A CSV file; each loop over its rows reads it from the start, in little memory."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        #: What was opened for it here; a stream that was handed in stays open.
        self.closing = ExitStack()
        #: How many lines the file has, to tell how far the reading has come.
        self.line_count = _count_lines(stream)
        #: utf-8, utf-8-sig or cp932.
        self.encoding = _find_encoding(stream)
        self._header_line, text = self._first_line()
        self.delimiter = max(_DELIMITERS, key=lambda sign: len(_cells(text, sign)))
        self.header = _cells(text, self.delimiter)

    def rows(self) -> Iterator[tuple[int, list[str] | LineNotRead]]:
        """Read the records below the header, each with the number of the line it begins on."""
        with _lines(self._stream, self.encoding) as lines:
            above = self._header_line
            reader = csv.reader(islice(lines, above, None), delimiter=self.delimiter, strict=True)
            # Quoted cells may hold line ends, so a record begins where the last one ended.
            begins = above + 1
            while True:
                try:
                    for cells in reader:
                        yield begins, cells
                        begins = above + reader.line_num + 1
                except csv.Error:
                    yield begins, LineNotRead()
                    begins = above + reader.line_num + 1
                else:
                    return

    def close(self) -> None:
        """Let go of the file, unless somebody else opened it."""
        self.closing.close()

    def _first_line(self) -> tuple[int, str]:
        with _lines(self._stream, self.encoding) as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    return number, line
        raise FileEmpty


def open_csv_file(source: Path | str | IO[bytes]) -> CsvFile:
    """Open a file by its path, or a stream of bytes; what cannot be rewound is copied first."""
    with ExitStack() as undo:
        stream = undo.enter_context(Path(source).open("rb")) if isinstance(source, str | Path) else source
        if not stream.seekable():
            copy = undo.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(stream, copy)
            stream = copy
        file = CsvFile(stream)
        file.closing = undo.pop_all()
    return file


@contextmanager
def _lines(stream: IO[bytes], encoding: str) -> Iterator[Iterator[str]]:
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        yield text
    finally:
        # The wrapper would close the stream with itself, and there may be another loop.
        text.detach()


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    while chunk := stream.read(_CHUNK_BYTES):
        yield chunk


def _count_lines(stream: IO[bytes]) -> int:
    feeds = returns = 0
    end = b"\n"
    for chunk in _chunks(stream):
        if len(chunk) == _CHUNK_BYTES and not (b"\n" in chunk or b"\r" in chunk):
            # Reading it as one line would need as much memory as the file is long.
            raise LineWithoutEnd(line=(feeds or returns) + 1)
        feeds += chunk.count(b"\n")
        returns += chunk.count(b"\r")
        end = chunk[-1:]
    return (feeds or returns) + (end not in b"\r\n")


def _find_encoding(stream: IO[bytes]) -> str:
    stream.seek(0)
    begin = stream.read(4)
    if begin.startswith(_NOT_CSV):
        raise FileNotCsv
    has_mark = begin.startswith(codecs.BOM_UTF8)
    wrong_byte = _first_wrong_byte(stream, "utf-8")
    if wrong_byte is None:
        return "utf-8-sig" if has_mark else "utf-8"
    if not has_mark:
        wrong_in_cp932 = _first_wrong_byte(stream, "cp932")
        if wrong_in_cp932 is None:
            return "cp932"
        # The encoding that went further is the one that was meant.
        wrong_byte = max(wrong_byte, wrong_in_cp932)
    raise FileNotText(line=_line_of(stream, wrong_byte), byte=wrong_byte + 1)


def _first_wrong_byte(stream: IO[bytes], encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    for chunk in _chunks(stream):
        held_back = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return read - held_back + error.start
        read += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return read - len(decoder.getstate()[0])
    return None


def _line_of(stream: IO[bytes], byte: int) -> int:
    feeds = returns = 0
    for chunk in _chunks(stream):
        feeds += chunk.count(b"\n", 0, byte)
        returns += chunk.count(b"\r", 0, byte)
        byte = max(byte - len(chunk), 0)
    return (feeds or returns) + 1
