"""What goes onto paper beside words."""

import re
import subprocess
import sys
from datetime import UTC
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from tests.pictures import a_jpeg
from tests.pictures import a_png
from tests.sheets import Sheet
from tests.sheets import read_sheet
from timebank.paper import PaperRefused
from timebank.paper import make_pdf
from timebank.paper import qr_code
from timebank.paper import shows

NOON = datetime(2026, 4, 3, 3, tzinfo=UTC)


def a_receipt(**facts: Any) -> dict[str, Any]:
    known = {
        "language": "ja",
        "title": "領収書",
        "address": "〒571-0030\n大阪府門真市末広町1-2-3",
        "heads": ["番号 2026-0001", "発行日 2026年4月4日"],
        "mark": "",
        "sample": False,
        "payer": "山田 花 様",
        "amount": "金3,000円也",
        "facts": [["但し", "寄附金として"], ["入金日", "2026年4月3日"]],
        "sentence": "上記の金額を正に領収いたしました。",
        "issuer": "門真たすけあい",
        "seat": "大阪府門真市末広町9-9",
        "stamp": "",
        "stamp_says": "門真たすけあいの判子",
        "tax": "",
    }
    return known | facts


def set_sheet(*papers: dict[str, Any], language: str = "ja", **values: Any) -> Sheet:
    known = {"title": "領収書 2026-0001", "pictures": {}} | values
    return read_sheet(make_pdf("receipt", language=language, made_at=NOON, papers=papers, **known))


def test_a_square_is_drawn_without_a_style_of_its_own() -> None:
    drawn = str(qr_code("http://127.0.0.1:8000/kadoma/sign-in?a=<b>"))
    assert drawn.startswith("<svg ")
    assert "style" not in drawn
    assert "kadoma" not in drawn
    assert re.search(r'class="qrline" stroke="#000" d="M', drawn)


def test_a_sheet_can_be_read_by_whoever_does_not_see_it() -> None:
    sheet = set_sheet(a_receipt())
    assert sheet.language == "ja"
    assert sheet.title == "領収書 2026-0001"
    assert "<pdfuaid:part>1</pdfuaid:part>" in sheet.promises
    for words in ("山田 花 様", "金3,000円也", "2026年4月3日", "門真市末広町1-2-3"):
        assert words in sheet.text
    assert "領" in sheet.text.replace("領 収 書", "領収書")


def test_a_sheet_has_our_typefaces_and_no_others() -> None:
    assert set_sheet(a_receipt()).fonts == {"NotoSansJP-Regular", "NotoSerifJP-Regular"}


def test_the_same_is_set_into_the_same_bytes() -> None:
    one, other = (
        make_pdf("receipt", title="A", language="en", made_at=NOON, papers=[a_receipt()], pictures={})
        for _turn in range(2)
    )
    assert one == other


HOSTILE = '#evil $x$ [a] *b* _c_ `d` // e /* f */ \\ " \' <g> @h ~ = + - #import "/etc/passwd"'


@pytest.mark.parametrize("place", ["payer", "address", "issuer", "seat", "tax", "sentence", "mark"])
def test_what_somebody_wrote_is_never_source(place: str) -> None:
    written = set_sheet(a_receipt(**{place: HOSTILE})).text
    assert "".join(HOSTILE.split()) in "".join(written.split())


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("花😀", "花〓"),
        ("한국", "〓〓"),
        ("外\ue000字", "外〓字"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("e\u030a", "e"),
        ("bell\x07", "bell"),
        ("𠮷野家", "𠮷野家"),
        ("Straße Ж", "Straße Ж"),
        ("a\ufeffb", "ab"),
        ("مرحبا", "〓〓〓〓〓"),
    ],
)
def test_a_letter_that_we_do_not_have_is_shown_to_be_missing(typed: str, printed: str) -> None:
    assert f"{printed} 様" in set_sheet(a_receipt(payer=f"{typed} 様")).text


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_whatever_somebody_is_called_there_is_a_sheet(name: str) -> None:
    assert "金3,000円也" in set_sheet(a_receipt(payer=name, address=name)).text


@pytest.mark.parametrize(
    ("letter", "fit"), [("W", 56), ("m", 60), ("龍", 52), ("ﾊ", 100), ("-", 145), ("i", 190)]
)
def test_nothing_runs_off_the_page_however_long_it_is(letter: str, fit: int) -> None:
    long = {"payer": 100, "address": 300, "issuer": 100, "seat": 300, "tax": 500, "mark": 30}
    sheet = set_sheet(a_receipt(**{place: letter * count for place, count in long.items()}))
    assert sheet.text.count(letter) >= sum(long.values())
    # In the smallest print that there is, no more fit between the margins.
    assert max(map(len, sheet.text.splitlines())) <= fit


def test_each_receipt_has_a_page_and_its_own_stamp() -> None:
    stamp = a_png()
    papers = [a_receipt(stamp=key, payer=f"{key} 様") for key in ("7", "", "8", "7")]
    sheet = set_sheet(*papers, pictures={"7": stamp, "8": a_png(9, 9)})
    assert [page.splitlines().count("金3,000円也") for page in sheet.pages] == [1, 1, 1, 1]
    assert sheet.pictures == 3


def test_a_sample_says_so_in_words() -> None:
    assert set_sheet(a_receipt(sample=True, mark="見本")).text.count("見本") >= 2


def test_a_picture_that_cannot_be_printed_is_known() -> None:
    assert shows(a_png())
    assert not shows(a_png(data=b"no points"))
    assert not shows(a_jpeg())
    assert not shows(b"GIF89a")


def test_a_fault_of_ours_is_told_as_one() -> None:
    with pytest.raises(PaperRefused):
        make_pdf("receipt", title="A", language="en", made_at=NOON)


#: Sets a sheet, forks, and says what becomes of one in the child.
_FORKED = """
import os
from timebank.paper import PaperRefused, shows, make_pdf
from timebank import clock
from tests.pictures import a_png

def sheet():
    make_pdf("picture", title="A", language="en", made_at=clock.now(), picture=a_png())

{before}
child = os.fork()
if not child:
    try:
        sheet()
    except PaperRefused:
        os._exit(3)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.parametrize(("before", "ends"), [("sheet()", "3"), ("", "0")])
def test_who_was_forked_after_a_sheet_was_set_is_told_so_and_does_not_wait_for_ever(
    before: str, ends: str
) -> None:
    """A server forks its workers: whatever set a sheet before that would hang each of theirs."""
    code = _FORKED.format(before=before)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == ends
