"""A receipt of which money went back says so wherever it is shown again, and no sheet ends in an error."""

import csv
import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.sheets import read_sheet
from tests.till import SLUG
from tests.till import Till
from tests.timebank.donations.sheets import brought
from tests.timebank.donations.sheets import issued
from tests.timebank.donations.sheets import take_back
from tests.timebank.receipts.office import officer
from tests.timebank.receipts.office import receipts
from tests.timebank.receipts.office import work_off
from timebank.paper import PaperRefused
from timebank.receipts import papers

MONEY, GIFTS = f"/{SLUG}/money/receipts", f"/{SLUG}/money/gifts"


@pytest.fixture
def treasurer(till: Till) -> FlaskClient:
    return officer(till, "treasurer")


def printed(treasurer: FlaskClient, number: int) -> str:
    """Print a receipt, and give the address of its page."""
    return str(treasurer.post(f"{MONEY}/{number}/print").location)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_copy_and_the_list_name_the_note(till: Till, treasurer: FlaskClient, language: str) -> None:
    gift = brought(till, receipt_for_year=False, wants_receipt=True)
    kept = brought(till, receipt_for_year=False, wants_receipt=True)
    work_off(till)
    receipt, other = receipts(till)
    printed(treasurer, receipt.id)
    before = printed(treasurer, receipt.id)
    take_back(till, gift)
    work_off(till)
    note = receipts(till)[-1]
    after = printed(treasurer, receipt.id)
    assert note.label in read_sheet(treasurer.get(f"{after}.pdf").data).text
    # What was printed before comes again as it was.
    assert note.label not in read_sheet(treasurer.get(f"{before}.pdf").data).text
    treasurer.post("/language", data={"language": language})
    see = {"en": "See note No. ", "ja": "お知らせ 番号 "}[language] + note.label
    page = treasurer.get(MONEY).text
    assert page.count(see) == 1
    assert see in treasurer.get(after).text
    answer = treasurer.get(f"{MONEY}.csv").text.removeprefix("\ufeff")
    lines = {line[0]: line[-1] for line in list(csv.reader(io.StringIO(answer)))[1:]}
    assert lines == {receipt.label: note.label, other.label: "", note.label: ""}
    assert f"{MONEY}/{note.id}" in treasurer.get(f"{GIFTS}/{gift}").text
    assert f"{MONEY}/{note.id}" not in treasurer.get(f"{GIFTS}/{kept}").text


def test_of_a_years_receipt_a_gift_shows_its_own_note(till: Till, treasurer: FlaskClient) -> None:
    gifts = [brought(till) for _turn in range(3)]
    issued(till)
    for gift in gifts[:2]:
        take_back(till, gift)
    work_off(till)
    sheet, *notes = receipts(till)
    for gift, note in zip(gifts, notes, strict=False):
        page = treasurer.get(f"{GIFTS}/{gift}").text
        assert page.count(f"{MONEY}/{sheet.id}") == 1
        assert [one.id for one in notes if f"{MONEY}/{one.id}" in page] == [note.id]
    page = treasurer.get(f"{GIFTS}/{gifts[2]}").text
    assert [one.id for one in notes if f"{MONEY}/{one.id}" in page] == []
    printed(treasurer, sheet.id)
    text = read_sheet(treasurer.get(f"{printed(treasurer, sheet.id)}.pdf").data).text
    for note in notes:
        assert note.label in text


def test_a_sheet_that_cannot_be_set_is_a_sentence(
    till: Till, treasurer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(till, receipt_for_year=False, wants_receipt=True)
    work_off(till)
    (receipt,) = receipts(till)
    place, steward = printed(treasurer, receipt.id), officer(till, "steward")

    def broken(*_args: Any, **_facts: Any) -> bytes:
        raise PaperRefused

    monkeypatch.setattr(papers, "make_pdf", broken)
    for browser, address in ((treasurer, f"{place}.pdf"), (steward, f"/{SLUG}/settings/receipts/sample.pdf")):
        answer = browser.get(address)
        assert answer.status_code == 503
        assert "The sheet could not be made just now." in answer.text
    # What was made before needs nobody to set it.
    assert treasurer.get(f"{MONEY}/{receipt.id}.pdf").status_code == 200
