"""Whose gifts are on one receipt for a year, what it says for the tax office, and how it is read."""

import io
from datetime import date

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_member
from tests.builders import at
from tests.sheets import read_sheet
from tests.stripe_things import HERE
from tests.till import Till
from tests.timebank.donations.sheets import FOR_YEAR
from tests.timebank.donations.sheets import brought
from tests.timebank.donations.sheets import changed
from tests.timebank.donations.sheets import issued
from tests.timebank.receipts.office import done
from tests.timebank.receipts.office import faults
from tests.timebank.receipts.office import receipts
from tests.timebank.receipts.office import work_off
from timebank.communities.models import Community
from timebank.donations.models import Donation
from timebank.receipts.issuer import add_tax_words
from timebank.receipts.models import Receipt
from timebank.receipts.papers import file_of
from timebank.receipts.papers import paper_of


def test_givers_are_told_apart(till: Till) -> None:
    """By the member, or an address for mail or letters; a name alone joins nothing, and no sheet has two."""
    one = done(till, lambda session, here: a_member(session, here, name="Hana").id)
    two = done(till, lambda session, here: a_member(session, here, name="Hana").id)

    def of_member(number: int, **facts: object) -> int:
        gift = brought(till, **facts)  # type: ignore[arg-type]
        changed(till, gift, member_id=number)
        return gift

    of_member(one)
    of_member(one, address="Elsewhere", email="hana@example.org")
    of_member(two)
    of_member(two, name="Hana's shop")
    brought(till, email="a@example.org")
    brought(till, email="A@EXAMPLE.org", address="")
    brought(till, email="b@example.org")
    brought(till, email="a@example.org", name="Taro")
    brought(till)
    brought(till, address="3-4 Honmachi")
    for _turn in range(2):
        changed(till, brought(till), address="")
    issued(till)
    found = sorted((one.last_line, one.payer, one.address) for one in receipts(till))
    assert found == [
        (1, "Hana", ""),
        (1, "Hana", ""),
        (1, "Hana", "1-2 Honmachi"),
        (1, "Hana", "1-2 Honmachi"),
        (1, "Hana", "1-2 Honmachi"),
        (1, "Hana", "3-4 Honmachi"),
        (1, "Hana's shop", "1-2 Honmachi"),
        (1, "Taro", "1-2 Honmachi"),
        (2, "Hana", "1-2 Honmachi"),
        (2, "Hana", "Elsewhere"),
    ]


def test_where_somebody_said_several_addresses_for_mail_it_goes_by_post(till: Till) -> None:
    number = done(till, lambda session, here: a_member(session, here, name="Hana").id)
    for email in ("a@example.org", "b@example.org"):
        changed(till, brought(till, email=email), member_id=number)
    work_off(till)
    issued(till)
    assert work_off(till) == []
    assert [one.last_line for one in receipts(till)] == [2]


def test_a_sheet_has_one_set_of_words_for_tax_which_holds_for_all_on_it(till: Till) -> None:
    def words(session: Session, here: Community) -> None:
        for said, first, last in (
            ("FIRST", date(2025, 1, 1), date(2025, 6, 30)),
            ("SECOND", date(2025, 7, 1), None),
        ):
            add_tax_words(
                session, community=here, words=said, valid_from=first, valid_until=last, actor=SOMEBODY
            )

    done(till, words)
    for month in (6, 7, 5, 8):
        brought(till, date(2025, month, 15))
    issued(till)
    assert [(one.tax_words, one.last_line) for one in receipts(till)] == [("FIRST", 2), ("SECOND", 2)]
    # Whoever gives late has the words of that day.
    brought(till, date(2025, 6, 1))
    issued(till)
    assert [(one.tax_words, one.of_year) for one in receipts(till)[2:]] == [("FIRST", None)]
    work_off(till)
    assert faults(till) == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Receipt for gifts in 2025", "Receipt No.", "Where it is needed most", "Together", "¥1,700"]),
        ("ja", ["領収書（2025年分）", "2025年の寄付の内訳", "いちばん必要なところ", "合計", "金1,700円也"]),
    ],
)
def test_a_sheet_is_read_by_machines_and_its_table_has_heads(
    till: Till, language: str, said: list[str]
) -> None:
    for amount in (1000, 700):
        changed(till, brought(till, amount=amount), language=language)
    issued(till)
    work_off(till)

    def work(session: Session, _here: Community) -> bytes:
        (receipt,) = session.scalars(select(Receipt))
        return file_of(session, paper=paper_of(session, receipt=receipt))

    content = done(till, work)
    sheet = read_sheet(content)
    for words in said:
        assert words in sheet.text
    assert sheet.language == language
    assert "pdfuaid" in sheet.promises
    assert tags(content).count("/TH") == 4
    assert tags(content).count("/H2") == 1


def tags(content: bytes) -> list[str]:
    """List what a screen reader is told that each part of a sheet is."""
    found: list[str] = []
    waiting = [PdfReader(io.BytesIO(content)).trailer["/Root"]["/StructTreeRoot"]]  # type: ignore[index]
    while waiting:
        one = waiting.pop().get_object()
        if isinstance(one, list):
            waiting += [inner for inner in one if not isinstance(inner, int)]
        elif isinstance(one, dict):
            found.append(str(one.get("/S", "")))
            kids = one.get("/K", [])
            waiting += [kids] if not isinstance(kids, int) else []
    return found


def test_what_repeats_is_on_one_sheet_each_time_it_was_given(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = till.begin(1000, every="month", **FOR_YEAR)
    till.stripe.fake.pay(till.at_stripe(token))
    till.tell_all()
    for _month in range(2):
        till.stripe.fake.next_month(str(till.stripe.fake.all("subscription", account=HERE)[0]["id"]))
        till.tell_all()
    work_off(till)
    assert receipts(till) == []

    def years(session: Session, _here: Community) -> set[int]:
        return {one.given_on.year for one in session.scalars(select(Donation)) if one.given_on}

    given = done(till, years)
    at(monkeypatch, max(given) + 1, 2, 1)
    for year in given:
        issued(till, year)
    assert sum(one.last_line for one in receipts(till)) == 3
    assert [one.of_year for one in receipts(till)] == sorted(given)
    work_off(till)
    assert faults(till) == []
