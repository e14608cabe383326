"""A file of older exchanges is read however it was saved, and everything wrong in it is named."""

import io
from datetime import date

import pytest

from tests.timebank.exchanges.csv_lines import GOOD
from tests.timebank.exchanges.csv_lines import HEADER
from tests.timebank.exchanges.csv_lines import TODAY
from tests.timebank.exchanges.csv_lines import a_file
from tests.timebank.exchanges.csv_lines import faults
from tests.timebank.exchanges.csv_lines import good_lines
from tests.timebank.exchanges.csv_lines import read
from timebank.errors import Refusal
from timebank.exchanges.csv_file import FileEmpty
from timebank.exchanges.csv_file import FileNotCsv
from timebank.exchanges.csv_file import FileNotText
from timebank.exchanges.csv_file import LineWithoutEnd
from timebank.exchanges.hours_file import ColumnsMissing
from timebank.exchanges.hours_file import ColumnTwice
from timebank.exchanges.hours_file import ColumnUnknown
from timebank.exchanges.hours_file import HoursLine
from timebank.exchanges.hours_file import NoKnownColumn
from timebank.exchanges.hours_file import open_hours_file


def test_a_line_is_read() -> None:
    assert read(a_file(GOOD)) == [
        HoursLine(
            line_number=2,
            worked_on=date(2026, 4, 3),
            giver="0001",
            receiver="0002",
            minutes=90,
            description="買い物",
            reference="B-1",
            giver_name="",
            receiver_name="",
            giver_reading="",
            receiver_reading="",
            time="1.5",
        )
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_file_is_read_however_it_was_saved(encoding: str, delimiter: str, end: str) -> None:
    source = a_file(
        GOOD.replace(",", delimiter), header=HEADER.replace(",", delimiter), encoding=encoding, end=end
    )
    with open_hours_file(source, today=TODAY) as file:
        assert (file.encoding, file.delimiter, file.line_count) == (encoding, delimiter, 2)
        assert [(line.line_number, line.description) for line in file if isinstance(line, HoursLine)] == [
            (2, "買い物")
        ]


@pytest.mark.parametrize(
    "header",
    [
        "日付,手伝った人,手伝ってもらった人,時間,内容,番号",
        "日付,提供者,利用者,時間,内容,番号",
        "年月日,手伝った人の番号,手伝ってもらった人の番号,時間数,説明,整理番号",
        "Date,GIVER, Receiver ,Ｈｏｕｒｓ,Description,Ref",
        '"date","giver","receiver","hours","description","reference"',
        f"{HEADER},,",
        f"\n\n{HEADER}",
    ],
    ids=ascii,
)
def test_columns_are_known_by_their_english_and_japanese_names(header: str) -> None:
    assert good_lines(a_file(GOOD, header=header))[0].minutes == 90


def test_columns_stand_in_any_order_and_names_and_readings_may_come_along() -> None:
    header = "番号,利用者名,利用者フリガナ,提供者名,提供者ふりがな,分,内容,利用者,提供者,日付"
    line = "B-1, 佐々木 久美 ,ササキ クミ,田中 恵,たなか めぐみ,90,,0002,0001,R8.4.3"
    assert good_lines(a_file(line, header=header)) == [
        HoursLine(
            2,
            date(2026, 4, 3),
            "0001",
            "0002",
            90,
            "",
            "B-1",
            "田中 恵",
            "佐々木 久美",
            "たなか めぐみ",
            "ササキ クミ",
            "90",
        )
    ]


@pytest.mark.parametrize(
    ("header", "refusal", "named"),
    [
        ("0001,0002,1.5", NoKnownColumn, "must name the columns"),
        ("x" * 200_000, NoKnownColumn, "must name the columns"),
        ("date,giver,receiver,hours,description", ColumnsMissing, "missing: reference"),
        ("date,giver,hours,reference", ColumnsMissing, "missing: receiver, description"),
        (f"{HEADER},colour", ColumnUnknown, "colour"),
        ("date,,giver,receiver,hours,description,reference", ColumnUnknown, "not known"),
        (f"{HEADER},日付", ColumnTwice, "“date” and “日付”"),
        (f"{HEADER},minutes", ColumnTwice, "“hours” and “minutes”"),
    ],
    ids=[
        "no header",
        "endless header",
        "one missing",
        "two missing",
        "unknown",
        "nameless",
        "twice",
        "hours and minutes",
    ],
)
def test_a_file_whose_columns_are_not_understood_is_refused(
    header: str, refusal: type[Refusal], named: str
) -> None:
    with pytest.raises(refusal, match=named):
        open_hours_file(a_file(GOOD, header=header), today=TODAY)


@pytest.mark.parametrize(
    ("content", "refusal", "named"),
    [
        (b"", FileEmpty, "empty"),
        (b"\n \n", FileEmpty, "empty"),
        (b"PK\x03\x04rest", FileNotCsv, "not a CSV file"),
        (HEADER.encode("utf-16"), FileNotCsv, "not a CSV file"),
        (a_file(GOOD).getvalue() + b"\x82\xff\n", FileNotText, r"line 3 \(byte 88\)"),
        (b"\xef\xbb\xbf" + a_file(GOOD, encoding="cp932").getvalue(), FileNotText, "line 2"),
        (a_file(GOOD, encoding="cp932").getvalue() + b"ok\n\x82\x00\n", FileNotText, "line 4"),
        (a_file(GOOD).getvalue() + "買".encode()[:2], FileNotText, "line 3"),
        (b"date" + b"x" * (3 << 20), LineWithoutEnd, "Line 1"),
    ],
    ids=[
        "empty",
        "blank",
        "workbook",
        "UTF-16",
        "broken UTF-8",
        "mark and CP932",
        "broken CP932",
        "cut short",
        "no line end",
    ],
)
def test_a_file_that_is_no_csv_is_refused(content: bytes, refusal: type[Refusal], named: str) -> None:
    with pytest.raises(refusal, match=named):
        open_hours_file(io.BytesIO(content), today=TODAY)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("2026-13-01,1,2,1,,r", "date", "2026-13-01"),
        ("2026-11-24,1,2,1,,r", "date", "2026-11-24"),
        ("4月3日,1,2,1,,r", "date", "4月3日"),
        (",1,2,1,,r", "date", ""),
        ("2026-04-03,,2,1,,r", "giver", ""),
        ("2026-04-03,1 1,2,1,,r", "giver", "1 1"),
        ("2026-04-03,1\u30001,2,1,,r", "giver", "1\u30001"),
        ("2026-04-03,1," + "x" * 41 + ",1,,r", "receiver", "x" * 41),
        ("2026-04-03,1\x00,2,1,,r", "giver", "1\ufffd"),
        ("2026-04-03,1,1,1,,r", "receiver", "1"),
        ("2026-04-03,1, 1 ,1,,r", "receiver", " 1 "),
        ("2026-04-03,1,2,24:01,,r", "hours", "24:01"),
        ("2026-04-03,1,2,1.333,,r", "hours", "1.333"),
        ("2026-04-03,1,2,1," + "x" * 2001 + ",r", "description", "x" * 59 + "…"),
        ("2026-04-03,1,2,1,a\x1bb,r", "description", "a\ufffdb"),
        ("2026-04-03,1,2,1,a\u202eb,r", "description", "a\ufffdb"),
        ("2026-04-03,1,2,1,,", "reference", ""),
        ("2026-04-03,1,2,1,," + "r" * 201, "reference", "r" * 59 + "…"),
        ("2026-04-03,1,2,1,,r,x", "line", "2026-04-03"),
        ("2026-04-03,1,2,1,", "line", "2026-04-03"),
        ('2026-04-03,1,2,1,"a"b,r', "line", ""),
    ],
    ids=lambda value: ascii(value)[:70],
)
def test_a_bad_line_is_named_with_its_field(line: str, field: str, value: str) -> None:
    noise = "2026-04-03,3,4,1,,noise"
    assert faults(a_file(noise, line, noise)) == [(3, field, value)]


def test_everything_wrong_in_one_line_is_named() -> None:
    line = "soon,1 1,,25,a\x00b,"
    assert [field for _, field, _ in faults(a_file(line))] == [
        "date",
        "giver",
        "receiver",
        "hours",
        "description",
        "reference",
    ]
    assert [field for _, field, _ in faults(a_file("soon,1,1,1,,r"))] == ["date", "receiver"]


def test_a_time_in_minutes_is_named_as_such() -> None:
    header = HEADER.replace("hours", "minutes")
    assert good_lines(a_file("2026-04-03,1,2,90,,r", header=header))[0].minutes == 90
    assert faults(a_file("2026-04-03,1,2,1.5,,r", header=header)) == [(2, "minutes", "1.5")]


def test_the_longest_that_fits_is_read() -> None:
    line = good_lines(a_file(f"2026-04-03,{'1' * 40},2,24,{'x' * 2000},{'r' * 200}"))[0]
    assert (len(line.giver), line.minutes, len(line.description), len(line.reference)) == (
        40,
        1440,
        2000,
        200,
    )


def test_a_member_number_is_the_same_in_full_width() -> None:
    line = good_lines(a_file("2026-04-03,０００１, 0002 ,1,,r"))[0]
    assert (line.giver, line.receiver) == ("0001", "0002")
    assert faults(a_file("2026-04-03,０００１,0001,1,,r")) == [(2, "receiver", "0001")]
