"""A month of paid support: what each pays and gets adds up to the books; envelopes are all or none."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import COORDINATOR
from tests.builders import a_member
from tests.timebank.support.desk import SLUG
from tests.timebank.support.desk import TODAY
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from tests.timebank.tickets.booklets import a_booklet
from tests.timebank.tickets.booklets import sold
from timebank.exchanges.service import reverse_exchange
from timebank.rates.models import GROUP
from timebank.rates.models import MEMBER
from timebank.rates.models import STANDARD
from timebank.rates.rules import Facts
from timebank.rates.service import set_rate
from timebank.support import paid
from timebank.support.coins import pieces_for
from timebank.support.forms import amounts_shown
from timebank.support.models import CASH
from timebank.support.models import OWED
from timebank.support.models import THANKS
from timebank.support.models import TICKETS
from timebank.support.months import Month
from timebank.support.months import Tax
from timebank.support.months import month_of
from timebank.support.months import thanks_of_year
from timebank.support.planning import HOURS

pytestmark = pytest.mark.usefixtures("the_same_day")

APRIL = (date(2026, 4, 1), date(2026, 4, 30))
ENVELOPES = f"/{SLUG}/support/envelopes"


@pytest.fixture
def place(session: Session) -> Place:
    return a_place(session)


def april(place: Place) -> Month:
    first, last = APRIL
    return month_of(place.session, community=place.community, first=first, last=last)


def pays(place: Place, what: str, amount: int, day: date = FRIDAY) -> None:
    member = place.receiver if what == OWED else place.giver
    payment = paid.Payment(
        what=what, amount_minor=amount, way=CASH, paid_on=day, key=f"form:{what}-{amount}-{day}"
    )
    paid.write_paid(
        place.session, community=place.community, member=member, payment=payment, actor=COORDINATOR
    )


def test_a_month_adds_up_to_what_the_books_have_moved(place: Place) -> None:
    sold(place, a_booklet(place.session, place.community))
    place.visit(60)
    place.visit(90, pays=TICKETS, worked_on=date(2026, 4, 10), key="form:tickets")
    place.visit(60, takes=HOURS, worked_on=date(2026, 4, 11), key="form:kept")
    place.visit(60, worked_on=date(2026, 5, 1), key="form:of May")
    gone = place.visit(60, worked_on=date(2026, 4, 12), key="form:taken back")
    reverse_exchange(place.session, community=place.community, exchange=gone, reason="x", actor=COORDINATOR)
    found = april(place)
    assert (found.price_minor, found.tickets_minor, found.thanks_minor) == (2800, 800, 1500)
    assert (found.way_minor, found.apart_minor, found.stays_minor) == (0, 600, 700)
    (bill,) = found.bills
    assert (bill.member.id, len(bill.visits)) == (place.receiver.id, 3)
    assert (bill.bill_minor, bill.owes_minor, bill.other_minor) == (2000, 2800, 800)
    assert [one.exchange.worked_on.day for one in bill.visits] == [3, 10, 11]
    (thanked,) = found.thanked
    assert (thanked.member.id, thanked.visits, thanked.is_owed_minor) == (place.giver.id, 2, 2100)
    # With May it is all that the books have.
    money = place.money()
    assert money["support"] == -(found.price_minor + 800)
    assert money["expenses:support:thanks"] == found.thanks_minor + 600


def test_what_was_paid_meanwhile_is_taken_off_a_bill(place: Place) -> None:
    place.visit(60)
    pays(place, OWED, 300)
    (bill,) = april(place).bills
    assert (bill.bill_minor, bill.other_minor, bill.owes_minor) == (800, -300, 500)


@pytest.mark.parametrize("provider", [GROUP, MEMBER])
def test_a_bill_says_the_tax_that_is_in_it(session: Session, provider: str) -> None:
    place = a_place(session, provider=provider, standard_permille=100)
    session.execute(text("DELETE FROM support_rate"))
    facts = Facts(starts_on=date(2026, 1, 1), price_minor=800, thanks_minor=600, tax_class=STANDARD)
    set_rate(session, community=place.community, kind=None, facts=facts, actor=COORDINATOR)
    place.visit(60)
    place.visit(90, worked_on=date(2026, 4, 10), key="form:more")
    (bill,) = april(place).bills
    # Where the member provides the help only what stays is the group's to tax.
    of = 2000 if provider == GROUP else 500
    assert bill.taxes == [Tax(100, of)]
    assert bill.taxes[0].tax_minor == (181 if provider == GROUP else 45)


def test_what_is_outside_the_tax_says_nothing_of_it(place: Place) -> None:
    place.visit(60)
    assert april(place).bills[0].taxes == []


def test_a_month_without_visits_is_empty(place: Place) -> None:
    found = april(place)
    assert (found.bills, found.thanked, found.stays_minor) == ([], [], 0)


def test_the_year_says_what_each_was_paid(place: Place) -> None:
    place.visit(120)
    for amount, day in ((500, FRIDAY), (300, date(2026, 5, 1))):
        pays(place, OWED, 800, day)
        pays(place, THANKS, amount, day)
    (sheet,) = thanks_of_year(place.session, community=place.community, year=2026)
    assert (sheet.member.id, sheet.amount_minor, len(sheet.paid)) == (place.giver.id, 800, 2)
    paid.take_back(
        place.session, community=place.community, paid=sheet.paid[0], reason="typo", actor=COORDINATOR
    )
    (sheet,) = thanks_of_year(place.session, community=place.community, year=2026)
    assert sheet.amount_minor == 300
    assert thanks_of_year(place.session, community=place.community, year=2025) == []


# --- notes and coins ----------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 100_000), max_size=20), st.sampled_from(["JPY", "EUR", "USD", "GBP"]))
def test_the_pieces_fill_every_envelope(amounts: list[int], currency: str) -> None:
    pieces = pieces_for(currency, amounts)
    assert sum(piece * count for piece, count in pieces) == sum(amounts)
    assert all(count > 0 for _piece, count in pieces)
    assert pieces == sorted(pieces, reverse=True)


def test_each_envelope_is_filled_without_change() -> None:
    # Together 1,200 would be a note and two coins; two envelopes need other pieces.
    assert pieces_for("JPY", [600, 600]) == [(500, 2), (100, 2)]
    assert pieces_for("JPY", [10_000, 12_345]) == [
        *((10_000, 2), (1_000, 2), (100, 3), (10, 4), (5, 1)),
    ]
    assert pieces_for("CHF", [600]) == []


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", {}),
        ("12:600 15:1200", {12: 600, 15: 1200}),
        ("12", {}),
        ("12:x", {}),
        ("12:-5", {}),
        ("0:600", {}),
        ("12:99999999999999", {}),
        ("12:" + "9" * 5000, {}),
    ],
)
def test_what_a_form_has_shown_is_read_or_nothing(typed: str, read: dict[int, int]) -> None:
    assert amounts_shown(typed) == read


# --- the pages ----------------------------------------------------------------------------------------------


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app, on=True)


def form_of(desk: Desk) -> dict[str, Any]:
    shown = desk["treasurer"].get(ENVELOPES).text
    hidden = dict(re.findall(r'name="(key|shown)"[^>]*value="([^"]+)"', shown))
    assert set(hidden) == {"key", "shown"}
    return {**hidden, "paid_on": TODAY.isoformat()}


def sends(desk: Desk, form: dict[str, Any]) -> TestResponse:
    return desk["treasurer"].post(ENVELOPES, data=form)


def owed(desk: Desk, who: str) -> str:
    return text_of(desk["treasurer"].get(f"/{SLUG}/support/owed/{desk.ids[who]}").text)


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Hana is owed 900 and Jiro 600, and the box holds what Taro has paid."""
    desk.writes()
    desk.writes(giver="Jiro", hours="1")
    page = f"/{SLUG}/support/owed/{desk.ids['Taro']}/pays"
    key = re.search(r'name="key"[^>]*value="([^"]+)"', desk["treasurer"].get(page).text)
    assert key
    form = {"key": key[1], "amount": "2000", "way": "cash", "paid_on": TODAY.isoformat()}
    assert desk["treasurer"].post(page, data=form).status_code == 303
    return desk


def test_a_month_is_one_page_with_bills_and_envelopes(filled: Desk) -> None:
    page = text_of(filled["auditor"].get(f"/{SLUG}/support/months/").text)
    for told in (
        "Members pay ¥2,000",
        "Members get as thanks ¥1,500",
        "Stays with the group ¥500",
        "¥2,000 visits: 2 · owes ¥0 by now",
        "¥900 visits: 1 · is owed ¥900 by now",
    ):
        assert told in page
    bill = text_of(filled["coordinator"].get(f"/{SLUG}/support/months/bills").text)
    assert "Of other months, or paid already -¥2,000" in bill.replace("−", "-")
    assert "To pay ¥0" in bill
    mine = text_of(filled["Taro"].get(f"/{SLUG}/support/mine/bill").text)
    assert "Price of all visits ¥2,000" in mine
    assert "There is nothing to pay for this month." in filled["Hana"].get(f"/{SLUG}/support/mine/bill").text
    month = f"?month={TODAY:%Y-%m}&member={filled.ids['Hana']}"
    assert "There is nothing to pay" in filled["auditor"].get(f"/{SLUG}/support/months/bills{month}").text


def test_envelopes_are_written_down_for_those_who_got_one(filled: Desk) -> None:
    page = text_of(filled["treasurer"].get(ENVELOPES).text)
    assert "All envelopes together ¥1,500" in page
    assert "¥500 2" in page
    listed = text_of(filled["treasurer"].get(f"{ENVELOPES}/print").text)
    assert "Hana" in listed
    assert "Jiro" in listed
    form = form_of(filled) | {"who": [str(filled.ids["Hana"])]}
    for _press in range(2):
        assert sends(filled, form).status_code == 303
    assert "Thanks to get ¥0" in owed(filled, "Hana")
    assert "Thanks to get ¥600" in owed(filled, "Jiro")
    year = text_of(filled["auditor"].get(f"/{SLUG}/support/thanks-paid?year={TODAY.year}").text)
    assert f"In the year {TODAY.year} ¥900" in year
    assert "Nothing was paid out" in filled["auditor"].get(f"/{SLUG}/support/thanks-paid?year=1999").text


def test_what_is_in_the_envelopes_stays_what_was_shown(filled: Desk) -> None:
    form = form_of(filled) | {"who": [str(filled.ids["Hana"]), str(filled.ids["Jiro"])]}
    # Meanwhile somebody gives thanks away: there is less to pay out than was laid into the envelope.
    page = f"/{SLUG}/support/mine/give-thanks"
    key = re.search(r'name="key"[^>]*value="([^"]+)"', filled["Jiro"].get(page).text)
    assert key
    gift = {"key": key[1], "amount": "100", "fund": "0"}
    assert filled["Jiro"].post(page, data=gift).status_code == 303
    refused = sends(filled, form)
    assert refused.status_code == 422
    assert "Jiro is owed ¥500 by now. Please take the tick away" in text_of(refused.text)
    # All of them, or none.
    assert "Thanks to get ¥900" in owed(filled, "Hana")


def test_nothing_is_paid_out_that_is_not_in_the_box(desk: Desk) -> None:
    desk.writes()
    refused = sends(desk, form_of(desk) | {"who": [str(desk.ids["Hana"])]})
    assert refused.status_code == 422
    assert "There is not so much in the cash box." in text_of(refused.text)
    assert "Thanks to get ¥900" in owed(desk, "Hana")


@pytest.mark.parametrize("shown", ["x", "999999:100", "1:1 2"])
def test_a_form_that_somebody_has_changed_pays_nobody(filled: Desk, shown: str) -> None:
    form = form_of(filled) | {"shown": shown, "who": ["999999"]}
    assert sends(filled, form).status_code == 422
    assert "Thanks to get ¥900" in owed(filled, "Hana")


def test_a_pure_time_bank_has_no_month_of_paid_support(app: Flask) -> None:
    desk = Desk(app, on=False)
    for who, path in (
        *(("auditor", "months/"), ("auditor", "months/bills"), ("treasurer", "envelopes")),
        *(("treasurer", "envelopes/print"), ("auditor", "thanks-paid"), ("Hana", "mine/bill")),
    ):
        assert desk[who].get(f"/{SLUG}/support/{path}").status_code == 404, path


def test_somebody_of_the_same_name_has_a_bill_of_their_own(place: Place) -> None:
    other = a_member(place.session, place.community, name=place.receiver.name)
    place.visit(60)
    place.visit(60, receiver=other, key="form:the other")
    assert [one.bill_minor for one in april(place).bills] == [800, 800]
