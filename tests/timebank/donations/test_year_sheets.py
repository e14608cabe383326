"""One receipt for a whole year: issued once the year is over, with each gift on it once, and never grown."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from tests.builders import at
from tests.sheets import read_sheet
from tests.till import SLUG
from tests.till import Till
from tests.timebank.donations.sheets import FOR_YEAR
from tests.timebank.donations.sheets import brought
from tests.timebank.donations.sheets import issued
from tests.timebank.donations.sheets import lines
from tests.timebank.donations.sheets import take_back
from tests.timebank.payments.test_going_back import disputed
from tests.timebank.receipts.office import done
from tests.timebank.receipts.office import faults
from tests.timebank.receipts.office import receipts
from tests.timebank.receipts.office import set_up
from tests.timebank.receipts.office import work_off
from timebank import clock
from timebank.communities.models import Community
from timebank.donations import year_sheets
from timebank.donations.later import forget_unpaid
from timebank.donations.models import Donation
from timebank.donations.year_sheets import NothingForYear
from timebank.donations.year_sheets import YearNotOver
from timebank.donations.year_sheets import issue_years
from timebank.donations.year_sheets import years_waiting
from timebank.queue import Task
from timebank.receipts.service import NoReceiptsHere


def at_night(till: Till) -> None:
    """Do what is done every morning, until nothing of it is left."""
    task = Task(0, till.community_id, "", {}, 1)
    done(till, lambda session, _here: issue_years(session, task))
    work_off(till)


def sheet_in(mail: EmailMessage) -> str:
    (attached,) = mail.iter_attachments()
    return read_sheet(bytes(attached.get_content())).text


def test_a_year_has_one_receipt_for_each_giver_with_every_gift_on_it(till: Till) -> None:
    first, own = brought(till), brought(till, receipt_for_year=False, wants_receipt=True)
    second = brought(till, date(2025, 12, 31), 2500, address="1-2 HONMACHI")
    other = brought(till, name="Jiro")
    next_year = brought(till, date(2026, 1, 1))
    assert [(one.source, one.of_year) for one in receipts(till)] == [(f"gift:{own}", None)]
    assert issued(till) == [2, 3]
    work_off(till)
    _own, sheet, jiros = receipts(till)
    assert (sheet.of_year, sheet.amount_minor, sheet.last_line, sheet.paid_on) == (
        2025,
        3500,
        2,
        date(2025, 12, 31),
    )
    assert (sheet.payer, sheet.address, sheet.kind) == ("Hana", "1-2 HONMACHI", "gift")
    assert lines(till, 2) == [(f"gift:{first}", 1000), (f"gift:{second}", 2500)]
    assert (jiros.payer, lines(till, 3)) == ("Jiro", [(f"gift:{other}", 1000)])
    assert faults(till) == []
    with pytest.raises(NothingForYear):
        issued(till)
    assert done(till, lambda session, here: years_waiting(session, community=here)) == []
    with pytest.raises(YearNotOver):
        issued(till, 2026)
    assert next_year not in {int(source.partition(":")[2]) for source, _amount in lines(till, 2)}


def test_a_gift_paid_by_card_waits_for_its_year_and_goes_with_one_letter(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = [till.given(amount, **FOR_YEAR) for amount in (3000, 2000, 500)]
    till.tell_all()
    thanks = work_off(till)
    assert [len(list(mail.iter_attachments())) for mail in thanks] == [0, 0, 0]
    body = thanks[0].get_body(("plain",))
    assert body
    year = clock.today("Asia/Tokyo").year
    assert f"{year}" in str(body.get_content())
    assert receipts(till) == []
    page = till.come_back(tokens[0]).text
    assert "You wished one receipt for the whole year" in page
    # Of one a part went back meanwhile, and of another all.
    till.stripe.fake.refund(str(till.payment(tokens[1]).checkout_id), amount=400)
    till.stripe.fake.refund(str(till.payment(tokens[2]).checkout_id))
    till.tell_all()
    assert faults(till) == []
    at(monkeypatch, year + 1, 1, 14, 23)
    at_night(till)
    # In Tokyo it is the 15th, and transfers of December are still written down.
    assert receipts(till) == []
    at(monkeypatch, year + 1, 1, 15, 23)
    done(till, lambda session, here: issue_years(session, Task(0, here.id, "", {}, 1)))
    (mail,) = work_off(till)
    (sheet,) = receipts(till)
    assert (sheet.label, sheet.of_year, sheet.amount_minor) == (f"{year + 1}-0001", year, 4600)
    assert [amount for _source, amount in lines(till, 1)] == [3000, 2000, -400]
    words = sheet_in(mail)
    for said in (f"gifts in {year}", "3,000", "2,000", "400", "4,600", "Meals", "山田 花"):
        assert said in words
    assert faults(till) == []
    assert f"/give/{tokens[0]}" not in str(mail.get_body(("plain",)))
    # What goes back afterwards has a note, which says of which gift; it is mailed, too.
    till.stripe.fake.refund(str(till.payment(tokens[1]).checkout_id), amount=600)
    till.tell_all()
    _sheet, note = receipts(till)
    assert (note.kind, note.about_id, note.amount_minor) == ("refund", sheet.id, 600)
    (mail,) = work_off(till)
    for said in (sheet.label, "2,000", "600", "4,000"):
        assert said in sheet_in(mail)
    assert faults(till) == []
    at_night(till)
    assert len(receipts(till)) == 2


def test_whoever_has_the_link_of_one_gift_does_not_see_the_others(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can type somebody else's name and address for mail."""
    token = till.given(**FOR_YEAR)
    till.tell_all()
    year = clock.today("Asia/Tokyo").year
    before = till.client().get(f"/{SLUG}/give/{token}/receipt").text
    assert "If you ask for one here, this gift is not on it." in before
    at(monkeypatch, year + 1, 2, 1)
    at_night(till)
    (sheet,) = receipts(till)
    page = till.client().get(f"/{SLUG}/give/{token}/receipt")
    assert page.status_code == 200
    assert f"stands on the receipt {sheet.label}" in page.text
    assert "末広町" not in page.text
    assert till.client().get(f"/{SLUG}/give/{token}/receipts/{sheet.id}.pdf").status_code == 404
    assert till.client().post(f"/{SLUG}/give/{token}/receipt", data={"name": "Hana"}).status_code == 303
    assert len(receipts(till)) == 1


def test_whoever_asks_for_a_receipt_of_their_own_meanwhile_has_none_of_the_years(till: Till) -> None:
    token = till.given(**FOR_YEAR)
    till.tell_all()
    address = f"/{SLUG}/give/{token}/receipt"
    assert till.client().post(address, data={"name": "Hana", "address": ""}).status_code == 303
    (receipt,) = receipts(till)
    assert receipt.of_year is None
    work_off(till)
    assert faults(till) == []


def test_what_turns_up_later_has_a_receipt_of_its_own(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 2, 1)
    brought(till)
    assert issued(till) == [1]
    late, later = brought(till, date(2025, 5, 5)), brought(till, date(2025, 6, 6))
    other = brought(till, date(2025, 7, 7), name="Jiro")
    at_night(till)
    told = [(one.number, one.of_year, one.source) for one in receipts(till)[1:]]
    assert told == [(2, None, f"gift:{late}"), (3, None, f"gift:{later}"), (4, 2025, f"year:2025:{other}")]
    assert faults(till) == []


def test_what_was_a_mistake_is_left_out_and_has_its_own_note_afterwards(till: Till) -> None:
    gone, first, second = brought(till), brought(till), brought(till, amount=700)
    take_back(till, gone)
    assert issued(till) == [1]
    assert lines(till, 1) == [(f"gift:{first}", 1000), (f"gift:{second}", 700)]
    for gift in (second, first, first):
        take_back(till, gift)
    work_off(till)
    sheet, *notes = receipts(till)
    assert [(one.amount_minor, one.about_id) for one in notes] == [(700, sheet.id), (1000, sheet.id)]
    assert faults(till) == []


def test_a_disputed_gift_waits_until_that_is_decided(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    token = till.given(**FOR_YEAR)
    till.tell_all()
    dispute = disputed(till, token)
    till.tell_all()
    at(monkeypatch, clock.today("Asia/Tokyo").year + 1, 2, 1)
    at_night(till)
    assert receipts(till) == []
    till.stripe.fake.close_dispute(dispute, won=True)
    till.tell_all()
    at_night(till)
    assert [one.last_line for one in receipts(till)] == [1]


def test_two_who_issue_at_once_issue_once(till: Till) -> None:
    for _turn in range(3):
        brought(till)

    def one(_turn: int) -> list[int]:
        try:
            return issued(till)
        except NothingForYear:
            return []

    with ThreadPoolExecutor(4) as pool:
        numbers = [number for found in pool.map(one, range(4)) for number in found]
    assert numbers == [1]
    assert lines(till, 1) != []
    work_off(till)
    assert faults(till) == []


def test_what_goes_back_while_a_sheet_is_issued_is_told_of_by_one_of_them(till: Till) -> None:
    gifts = [brought(till) for _turn in range(3)]

    def one(turn: int) -> None:
        if turn:
            take_back(till, gifts[turn])
        else:
            issued(till)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(one, range(3)))
    work_off(till)
    assert faults(till) == []


def test_long_years_go_on_to_further_sheets(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(year_sheets, "MOST_LINES", 2)
    monkeypatch.setattr(year_sheets, "AT_ONCE", 2)
    for _turn in range(5):
        brought(till)
    assert [issued(till), issued(till)] == [[1, 2], [3]]
    assert [one.last_line for one in receipts(till)] == [2, 2, 1]


def test_without_an_issuer_nothing_is_issued_and_then_it_follows(
    bare_till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = bare_till
    brought(till)
    with pytest.raises(NoReceiptsHere):
        issued(till)
    at(monkeypatch, 2026, 3, 1)
    at_night(till)
    assert receipts(till) == []
    set_up(till)
    at_night(till)
    assert [one.of_year for one in receipts(till)] == [2025]
    assert faults(till) == []


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE receipt_line SET amount_minor = 1",
        "DELETE FROM receipt_line",
        """INSERT INTO receipt_line (receipt_id, line, community_id, source, paid_on, amount_minor, purpose)
           SELECT receipt_id, line + 1, community_id, 'gift:999', paid_on, 1, '' FROM receipt_line
           WHERE line = 2""",
        """INSERT INTO receipt_line (receipt_id, line, community_id, source, paid_on, amount_minor, purpose)
           SELECT receipt_id, 1, community_id, source, paid_on, 1, '' FROM receipt_line WHERE line = 2""",
    ],
)
def test_the_database_lets_no_receipt_grow_and_nothing_be_on_two(till: Till, broken: str) -> None:
    for _turn in range(2):
        brought(till)
    issued(till)
    with pytest.raises(DatabaseError, match=r"final|grows|denied|unique|UNIQUE"):
        done(till, lambda session, _here: session.execute(text(broken)))


def test_words_of_a_wish_that_nobody_paid_are_forgotten(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.begin(**FOR_YEAR)
    at(monkeypatch, clock.today("Asia/Tokyo").year + 1, 12, 1)
    done(till, lambda session, here: forget_unpaid(session, Task(0, here.id, "", {}, 1)))

    def wishes(session: Session, _here: Community) -> list[tuple[str, bool]]:
        return [(one.name, one.receipt_for_year) for one in session.scalars(select(Donation))]

    assert done(till, wishes) == [("", False)]
