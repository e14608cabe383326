"""The pages of receipts for a year: wished while giving, written down, looked through, and issued."""

from datetime import date
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.till import SLUG
from tests.till import Till
from tests.timebank.donations.sheets import FOR_YEAR
from tests.timebank.donations.sheets import brought
from tests.timebank.donations.sheets import take_back
from tests.timebank.receipts.office import WISHED
from tests.timebank.receipts.office import done
from tests.timebank.receipts.office import faults
from tests.timebank.receipts.office import officer
from tests.timebank.receipts.office import receipts
from tests.timebank.receipts.office import work_off
from timebank.communities.models import Community
from timebank.donations.models import Donation

SHEETS, GIFTS = f"/{SLUG}/money/givers", f"/{SLUG}/money/gifts"


@pytest.fixture
def treasurer(till: Till) -> FlaskClient:
    return officer(till, "treasurer")


def wishes(till: Till) -> list[tuple[bool, bool]]:
    def work(session: Session, _here: Community) -> list[tuple[bool, bool]]:
        found = session.scalars(select(Donation).order_by(Donation.id))
        return [(one.wants_receipt, one.receipt_for_year) for one in found]

    return done(till, work)


def test_whoever_gives_chooses_and_may_leave_it(till: Till) -> None:
    page = till.client().get(f"/{SLUG}/give").text
    assert '<option selected value="each">' in page
    till.begin(**WISHED)
    token = till.begin(**FOR_YEAR)
    # Whoever chooses the year's wishes a receipt, ticked or not.
    till.begin(**{name: value for name, value in FOR_YEAR.items() if name != "wants_receipt"})
    till.begin()
    assert wishes(till) == [(True, False), (True, True), (True, True), (False, False)]
    assert "One receipt for the whole year" in till.client().get(f"/{SLUG}/give/{token}").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"receipt_for": "decade", "name": "Hana"}, "Please choose one of these."),
        ({"receipt_for": "year"}, "please write a name"),
        ({"receipt_for": "year", "name": "Hana"}, "please write an e-mail address or a postal address"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    till: Till, typed: dict[str, str], sentence: str
) -> None:
    form = {
        "key": "form:00000000000000000099",
        "amount": "another",
        "other": "3000",
        "every": "",
        "fund": "0",
    } | typed
    answer = till.client().post(f"/{SLUG}/give", data=form)
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert 'value="3000"' in answer.text
    assert "<details open>" in answer.text
    assert wishes(till) == []


def test_a_treasurer_issues_them_one_by_one_or_all_at_once(till: Till, treasurer: FlaskClient) -> None:
    first = brought(till)
    brought(till, date(2025, 5, 5))
    for name in ("Jiro", "Saburo"):
        brought(till, name=name)
    assert f"{SHEETS}/2025/receipts" in treasurer.get(SHEETS).text
    page = treasurer.get(f"{SHEETS}/2025/receipts").text
    for said in ("Hana", "Jiro", "Saburo", "¥2,000", "¥4,000", "Issue all of them"):
        assert said in page
    auditor = officer(till, "auditor")
    page = auditor.get(f"{SHEETS}/2025/receipts").text
    assert "Saburo" in page
    assert "Issue all of them" not in page
    assert auditor.post(f"{SHEETS}/2025/receipts").status_code == 403
    assert treasurer.post(f"{SHEETS}/2025/receipts/{first}").status_code == 303
    (one,) = receipts(till)
    assert (one.payer, one.last_line) == ("Hana", 2)
    again = treasurer.post(f"{SHEETS}/2025/receipts/{first}", follow_redirects=True)
    assert "This receipt was issued in the meantime." in again.text
    issued = treasurer.post(f"{SHEETS}/2025/receipts", follow_redirects=True).text
    assert "2 receipts are issued." in issued
    assert "Nobody." in issued
    again = treasurer.post(f"{SHEETS}/2025/receipts", follow_redirects=True)
    assert "There is nothing to issue." in again.text
    assert len(receipts(till)) == 3
    work_off(till)
    page = treasurer.get(f"/{SLUG}/money/receipts/{one.id}").text
    assert "Gifts in 2025" in page
    assert page.count("¥1,000") == 2
    lists = treasurer.get(f"/{SLUG}/money/receipts").text
    assert lists.count("Gifts in 2025") == 3
    assert "Gifts in 2025" in treasurer.get(f"/{SLUG}/money/receipts.csv").text
    printed = treasurer.post(f"/{SLUG}/money/receipts/print")
    assert "3 sheets are in one file" in treasurer.get(printed.location).text
    assert treasurer.get(f"{printed.location}.pdf").mimetype == "application/pdf"


def test_a_year_that_is_not_over_or_never_was(till: Till, treasurer: FlaskClient) -> None:
    gift, other = brought(till, date(2026, 2, 2)), brought(till)
    page = treasurer.get(f"{SHEETS}/2026/receipts").text
    assert "2026 is not over yet" in page
    assert "Issue all of them" not in page
    refused = treasurer.post(f"{SHEETS}/2026/receipts")
    assert refused.status_code == 409
    assert "The year is not over yet." in refused.text
    assert "Hana" in refused.text
    for year in ("0", "1999", "2027", "99999"):
        assert treasurer.get(f"{SHEETS}/{year}/receipts").status_code == 404
        assert treasurer.post(f"{SHEETS}/{year}/receipts").status_code == 404
    for number in (other, 9_999):
        assert treasurer.post(f"{SHEETS}/2026/receipts/{number}").status_code == 404
    assert treasurer.post(f"{SHEETS}/2026/receipts/{gift}").status_code == 409
    assert receipts(till) == []


def test_without_an_issuer_the_page_says_so(bare_till: Till) -> None:
    brought(bare_till)
    treasurer = officer(bare_till, "treasurer")
    page = treasurer.get(f"{SHEETS}/2025/receipts").text
    assert "it is not said who issues them" in page
    refused = treasurer.post(f"{SHEETS}/2025/receipts")
    assert refused.status_code == 409
    assert "issues no receipts here at the moment" in refused.text


def test_a_treasurer_writes_a_wish_down_and_changes_it_until_something_is_issued(
    till: Till, treasurer: FlaskClient
) -> None:
    form = {
        "key": "form:00000000000000000098",
        "amount": "1200",
        "way": "cash",
        "given_on": "2025-04-10",
        "fund": "0",
        "member": "",
        "name": "Hana",
        "address": "1-2 Honmachi",
        "receipt_for": "year",
    }
    page = treasurer.post(f"{GIFTS}/new", data=form).location
    assert "Waits for the one of 2025" in treasurer.get(page).text
    # One of its own after all.
    assert treasurer.post(f"{page}/receipt", data={"name": "Hana", "address": ""}).status_code == 303
    (own,) = receipts(till)
    assert own.of_year is None
    refused = treasurer.post(f"{page}/receipt-for-year", data={"name": "Hana", "address": ""})
    assert refused.status_code == 409
    assert "has a receipt already" in refused.text
    # And the other way round, for whoever had wished none.
    plain = brought(till, name="", address="", receipt_for_year=False)
    page = f"{GIFTS}/{plain}"
    assert "receipt-for-year" in treasurer.get(page).text
    nameless = treasurer.post(f"{page}/receipt-for-year", data={"name": "\u3000", "address": "1-2"})
    assert nameless.status_code == 422
    assert "please write a name" in nameless.text
    for _click in range(2):
        done_ = treasurer.post(f"{page}/receipt-for-year", data={"name": "Jiro", "address": "1-2"})
        assert done_.status_code == 303
    assert "Waits for the one of 2025" in treasurer.get(page).text
    assert len(receipts(till)) == 1
    assert treasurer.post(f"{SHEETS}/2025/receipts").status_code == 303
    assert receipts(till)[1].payer == "Jiro"
    work_off(till)
    assert faults(till) == []
    gone = brought(till, receipt_for_year=False)
    take_back(till, gone)
    assert treasurer.get(f"{GIFTS}/{gone}/receipt-for-year").status_code == 404
    assert treasurer.get(f"{GIFTS}/9999/receipt-for-year").status_code == 404
