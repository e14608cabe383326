"""The treasurer prints receipts once and then as copies; the steward says who issues them."""

import csv
import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.pictures import a_png
from tests.sheets import read_sheet
from tests.till import SLUG
from tests.till import Till
from tests.timebank.receipts.office import done
from tests.timebank.receipts.office import due
from tests.timebank.receipts.office import officer
from tests.timebank.receipts.office import receipts
from tests.timebank.receipts.office import work_off
from timebank.communities.models import Community
from timebank.documents.models import Document
from timebank.receipts.models import ReceiptIssuer
from timebank.receipts.models import TaxWords
from timebank.receipts.service import issue

MONEY, SETTINGS = f"/{SLUG}/money/receipts", f"/{SLUG}/settings/receipts"


@pytest.fixture
def treasurer(till: Till) -> FlaskClient:
    return officer(till, "treasurer")


def issued(till: Till, count: int = 1, **facts: Any) -> None:
    """Issue receipts that nobody has mailed, and make their sheets."""

    def work(session: Session, community: Community) -> None:
        for turn in range(count):
            wanted = due(**{"source": f"fee:{turn}", "payer": f"Hana {turn}", **facts})
            issue(session, community=community, due=wanted, actor=SOMEBODY)

    done(till, work)
    work_off(till)


def test_an_empty_page_says_what_comes_next(bare_till: Till) -> None:
    page = officer(bare_till, "treasurer").get(MONEY).text
    assert "it is not said who issues them" in page
    assert "A steward says it under Settings" in page


def test_what_reached_nobody_is_printed_once_in_one_go_and_then_as_a_copy(
    till: Till, treasurer: FlaskClient
) -> None:
    till.given(wants_receipt="y", name="Jiro", email="jiro@example.org")
    till.tell_all()
    issued(till, 2)
    assert "2 receipts have reached nobody so far" in treasurer.get(MONEY).text
    place = treasurer.post(f"{MONEY}/print").location
    page = treasurer.get(place).text
    assert "2 sheets are in one file" in page
    for _crumpled in range(2):
        sheet = read_sheet(treasurer.get(f"{place}.pdf").data)
        assert len(sheet.pages) == 2
        assert "Copy" not in sheet.text
        assert "Jiro" not in sheet.text
    assert "reached nobody" not in treasurer.get(MONEY).text
    # Nothing is left, and whoever presses again is told so.
    again = treasurer.post(f"{MONEY}/print", follow_redirects=True).text
    assert "There is nothing to print." in again
    one = receipts(till)[0]
    assert "Print a copy" in treasurer.get(f"{MONEY}/{one.id}").text
    place = treasurer.post(f"{MONEY}/{one.id}/print").location
    copy = read_sheet(treasurer.get(f"{place}.pdf").data)
    assert "Copy" in copy.text
    assert one.label in copy.text
    page = treasurer.get(f"{MONEY}/{one.id}").text
    assert "Sent by mail" in page
    assert "Printed again, as a copy" in page


def test_a_copy_in_japanese_says_so_in_japanese(till: Till, treasurer: FlaskClient) -> None:
    issued(till, language="ja")
    (one,) = receipts(till)
    places = [treasurer.post(f"{MONEY}/{one.id}/print").location for _turn in range(2)]
    texts = [read_sheet(treasurer.get(f"{place}.pdf").data).text for place in places]
    assert ["再発行" in text for text in texts] == [False, True]


def test_a_sheet_that_is_not_made_yet_is_not_printed(till: Till, treasurer: FlaskClient) -> None:
    done(till, lambda session, here: issue(session, community=here, due=due(), actor=SOMEBODY))
    (one,) = receipts(till)
    refused = treasurer.post(f"{MONEY}/{one.id}/print")
    assert refused.status_code == 409
    assert "is being made" in refused.text
    assert treasurer.get(f"{MONEY}/{one.id}.pdf").status_code == 404
    assert "Its sheet is made by itself" in treasurer.get(f"{MONEY}/{one.id}").text


def test_the_sheet_of_the_day_of_issue_stays(till: Till, treasurer: FlaskClient) -> None:
    issued(till)
    (one,) = receipts(till)
    before = treasurer.get(f"{MONEY}/{one.id}.pdf")
    assert before.mimetype == "application/pdf"
    steward = officer(till, "steward")
    steward.post(f"{SETTINGS}/issuer", data={"name": "Another name", "seat": "Elsewhere"})
    treasurer.post(f"{MONEY}/{one.id}/print")
    assert treasurer.get(f"{MONEY}/{one.id}.pdf").data == before.data
    place = treasurer.post(f"{MONEY}/{one.id}/print").location
    assert "門真たすけあい" in read_sheet(treasurer.get(f"{place}.pdf").data).text


def test_a_list_has_pages_and_years(
    till: Till, treasurer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timebank.receipts.views.LINES_ON_A_PAGE", 2)
    issued(till, 3)
    page = treasurer.get(MONEY).text
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    second = treasurer.get(older[1].replace("&amp;", "&")).text
    assert ("Hana 0" in page, "Hana 0" in second) == (False, True)
    for asked in ("1999", "x", "99999", "２０２６"):
        assert treasurer.get(f"{MONEY}?year={asked}").status_code == 200
    assert "No receipt was issued in that year." in treasurer.get(f"{MONEY}?year=1999").text


def test_a_spreadsheet_gets_numbers_that_add_up_and_no_formula(till: Till, treasurer: FlaskClient) -> None:
    issued(till, payer="=HYPERLINK(1)", address="@x")
    token = till.given(wants_receipt="y", name="Jiro", email="jiro@example.org")
    till.tell_all()
    till.stripe.fake.refund(str(till.payment(token).checkout_id), amount=1000)
    till.tell_all()
    answer = treasurer.get(f"{MONEY}.csv")
    assert re.fullmatch(r'attachment; filename="receipts-\d{4}.csv"', answer.headers["Content-Disposition"])
    head, *lines = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert head[:2] == ["Number", "Issued on"]
    assert [line[0][-4:] for line in lines] == ["0001", "0002", "0003"]
    assert lines[0][3:5] == ["'=HYPERLINK(1)", "'@x"]
    assert sum(int(line[5]) for line in lines) == 3000 + 3000 - 1000


# --- the steward --------------------------------------------------------------------------------------------


def test_a_steward_says_who_issues_receipts(bare_till: Till) -> None:
    steward = officer(bare_till, "steward")
    assert "No receipts are issued yet." in steward.get(SETTINGS).text
    refused = steward.post(f"{SETTINGS}/issuer", data={"name": "\u3000", "seat": "Kept"})
    assert refused.status_code == 422
    assert "it stands on every receipt" in refused.text
    assert "Kept" in refused.text
    saved = steward.post(f"{SETTINGS}/issuer", data={"name": "An association", "seat": "1-2"})
    assert saved.status_code == 303
    assert "An association" in steward.get(SETTINGS).text
    assert "An association" in steward.get(f"/{SLUG}/settings").text


def test_a_stamp_is_shown_as_it_will_look_and_taken_off_again(till: Till) -> None:
    steward = officer(till, "steward")

    def put(content: bytes, name: str = "stamp.png", mimetype: str = "image/png") -> Any:
        return steward.post(f"{SETTINGS}/stamp", data={"file": (io.BytesIO(content), name, mimetype)})

    for content, said in (
        (b"", "Please choose a file."),
        (b"%PDF-1.7\n%%EOF", "no picture in PNG or JPEG"),
        (b"<svg onload='alert(1)'/>", "no picture in PNG or JPEG"),
        (b"x" * 400_000, "This file has 400 kB"),
    ):
        refused = put(content)
        assert refused.status_code == 422
        assert said in refused.text
    assert "Please choose a file." in steward.post(f"{SETTINGS}/stamp", data={"file": "text"}).text
    assert put(a_png(), name="../../etc/passwd", mimetype="text/html").status_code == 303
    page = steward.get(SETTINGS).text
    shown = re.search(r'<img class="stamp-picture" src="([^"]+)"', page)
    assert shown
    picture = steward.get(shown[1])
    assert (picture.mimetype, picture.data) == ("image/png", a_png())
    assert steward.get(f"{SETTINGS}/stamp/999").status_code == 404
    assert read_sheet(steward.get(f"{SETTINGS}/sample.pdf?language=ja").data).pictures == 1
    steward.post(f"{SETTINGS}/stamp/off")
    assert "go without a stamp" in steward.get(SETTINGS).text
    assert steward.get(shown[1]).status_code == 404


def test_what_is_another_kind_of_document_is_no_stamp(till: Till) -> None:
    issued(till)
    sheet = done(till, lambda session, _here: session.scalars(select(Document.id)).first())
    assert officer(till, "steward").get(f"{SETTINGS}/stamp/{sheet}").status_code == 404


def test_a_form_with_letters_that_are_none_is_refused_beside_a_file(till: Till) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\xfe\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        + a_png()
        + b"\r\n--x--\r\n"
    )
    answer = officer(till, "steward").post(
        f"{SETTINGS}/stamp", data=body, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 422
    assert "letters that cannot be read" in answer.text
    assert done(till, lambda session, here: session.get_one(ReceiptIssuer, here.id).stamp_id) is None


def test_words_for_tax_are_written_and_end(till: Till) -> None:
    steward = officer(till, "steward")
    words = {"words": "CERTIFIED", "valid_from": "2026-04-01"}
    refused = steward.post(f"{SETTINGS}/words", data={**words, "valid_until": "2026-03-31"})
    assert refused.status_code == 422
    assert "CERTIFIED" in refused.text
    assert steward.post(f"{SETTINGS}/words", data=words).status_code == 303
    refused = steward.post(f"{SETTINGS}/words", data={**words, "valid_from": "2027-04-01"})
    assert "Please end those first." in refused.text
    row = done(till, lambda session, _here: session.scalars(select(TaxWords.id)).one())
    end = f"{SETTINGS}/words/{row}/end"
    assert "CERTIFIED" in steward.get(end).text
    assert steward.post(end, data={"valid_until": "2020-01-01"}).status_code == 422
    assert steward.post(end, data={"valid_until": ""}).status_code == 422
    assert steward.post(end, data={"valid_until": "2027-03-31"}).status_code == 303
    assert "31 March 2027" in steward.get(SETTINGS).text
    assert steward.get(f"{SETTINGS}/words/999/end").status_code == 404


def test_without_an_issuer_a_stamp_and_words_wait(bare_till: Till) -> None:
    steward = officer(bare_till, "steward")
    stamped = steward.post(f"{SETTINGS}/stamp", data={"file": (io.BytesIO(a_png()), "a.png")})
    assert stamped.status_code == 409
    assert "Please save the name and the seat first." in stamped.text
    assert steward.post(f"{SETTINGS}/stamp/off").status_code == 303
    assert steward.get(f"{SETTINGS}/sample.pdf").status_code == 200
