"""Bills by mail: once for each month unless the sum has changed, in the language of whoever gets it."""

import re
from datetime import date
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import Neighbour
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.pictures import a_png
from tests.till import SLUG
from tests.till import Till
from tests.timebank.exchanges.test_letters import work_off
from tests.timebank.support.bills import PAY
from tests.timebank.support.bills import at_stripe
from tests.timebank.support.bills import come_back
from tests.timebank.support.bills import faults
from tests.timebank.support.bills import helped
from tests.timebank.support.bills import owed
from tests.timebank.support.bills import payments
from tests.timebank.support.bills import pays_cash
from tests.timebank.support.bills import taken_back
from timebank import clock
from timebank.communities.models import Community
from timebank.exchanges.models import Exchange
from timebank.mail.models import Mail
from timebank.people.models import Person
from timebank.support import expenses
from timebank.support.models import RECEIVER
from timebank.support.models import HelpBill

SEND = f"/{SLUG}/support/months/send"


@pytest.fixture
def desk(till: Till) -> FlaskClient:
    def a_treasurer(session: Session) -> Neighbour:
        return an_officer(session, session.get_one(Community, till.community_id), "treasurer")

    browser = signed_in(till.app, written(till.app, a_treasurer))
    browser.post("/language", data={"language": "en"})
    return browser


def sends(till: Till, desk: FlaskClient, *whom: Neighbour) -> list[Mail]:
    """Send the bills of some members, and give the letters that are written by it."""
    before = len(work_off(till.app))
    ids = [str(one.member.id) for one in whom if one.member]
    answer = desk.post(SEND, data={"who": ids})
    assert answer.status_code == 303, answer.text
    return work_off(till.app)[before:]


def link_in(mail: Mail) -> str:
    found = re.search(rf"/{SLUG}/support/bills/([\w-]+)", mail.text)
    assert found
    return found[0]


def opens(till: Till, link: str) -> str:
    answer = till.client().get(link, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return answer.text


def test_a_bill_is_sent_once_and_again_only_where_its_sum_has_changed(
    till: Till, desk: FlaskClient, hana: Neighbour
) -> None:
    helped(till, hana)
    assert "Send bills by mail" in desk.get(f"/{SLUG}/support/months/").text
    shown = desk.get(SEND).text
    assert "Hana" in shown
    assert "This month is not over" in shown
    (mail,) = sends(till, desk, hana)
    assert mail.to_address == "hana@example.org"
    assert "To pay: ¥2,400" in mail.text
    assert "Of ¥2,400 of it ¥218 are tax at 10%" in mail.text
    assert "Honmachi Bank 1234567" in mail.text
    assert "By card or at a konbini, without signing in" in mail.text
    # It never says what the help was, nor who gave it.
    for text in (mail.text, mail.html):
        assert "Shopping" not in text
        assert "Taro" not in text
    again = desk.get(SEND).text
    assert "There is no bill to send by mail" in again
    assert "¥2,400" in again
    assert sends(till, desk, hana) == []
    # What was paid in cash changes what is to pay, and not the bill.
    pays_cash(till, hana, 400)
    assert sends(till, desk, hana) == []
    helped(till, hana, hours=1)
    assert "its sum has changed since" in desk.get(SEND).text
    (second,) = sends(till, desk, hana)
    assert "Price: ¥3,200" in second.text
    assert re.search(r"Of other months, or paid already: .¥400", second.text)
    assert "To pay: ¥2,800" in second.text
    assert "letter number 2" in desk.get(SEND).text


def test_it_is_in_the_language_of_whoever_gets_it(till: Till, desk: FlaskClient, hana: Neighbour) -> None:
    helped(till, hana)

    def reads_japanese(session: Session) -> None:
        session.get_one(Person, hana.person.id).language = "ja"

    written(till.app, reads_japanese)
    (mail,) = sends(till, desk, hana)
    assert mail.language == "ja"
    assert "お支払い額: 2,400円" in mail.text
    assert "the visit" not in mail.text


def test_who_has_no_address_gets_paper_and_who_owes_nothing_gets_none(
    till: Till, desk: FlaskClient, hana: Neighbour
) -> None:
    helped(till, hana)

    def has_none(session: Session) -> None:
        session.get_one(Person, hana.person.id).email = None

    written(till.app, has_none)
    shown = desk.get(SEND).text
    assert "On paper: no address for mail is known" in shown
    assert hana.member
    assert f"member={hana.member.id}" in shown
    assert sends(till, desk, hana) == []
    pays_cash(till, hana, 2400)
    assert "Nothing is to pay any more" in desk.get(SEND).text


def test_the_link_tells_a_community_a_month_and_a_sum_and_is_paid(
    till: Till, desk: FlaskClient, hana: Neighbour
) -> None:
    helped(till, hana)
    (mail,) = sends(till, desk, hana)
    link = link_in(mail)
    page = opens(till, link)
    assert "¥2,400" in page
    for secret in ("Hana", "Taro", "Shopping", "hana@example.org", "support/mine"):
        assert secret not in page
    answer = till.client().post(link)
    assert answer.status_code == 303
    token = str(answer.location).rsplit("/", 1)[1]
    # Nobody who has the link learns an address by Stripe's page either.
    assert till.payment(token).email == ""
    confirm = till.client().get(f"{PAY}/{token}", headers={"Accept-Language": "en"}).text
    assert "Hana" not in confirm
    assert till.client().post(link).location == answer.location
    till.stripe.fake.pay(at_stripe(till, token))
    till.tell_all()
    assert owed(till, hana) == (0, 0)
    assert "Nothing is owed" in opens(till, link)
    assert till.client().post(link).status_code == 409
    assert faults(till) == []


def test_a_link_never_asks_for_more_than_its_letter(till: Till, desk: FlaskClient, hana: Neighbour) -> None:
    helped(till, hana)
    link = link_in(sends(till, desk, hana)[0])
    helped(till, hana, hours=1)
    assert "¥3,200" not in opens(till, link)
    token = str(till.client().post(link).location).rsplit("/", 1)[1]
    assert till.payment(token).amount_minor == 2400
    # What is paid otherwise goes to the letter first.
    pays_cash(till, hana, 1200)
    assert "¥1,200" in opens(till, link)


def test_a_link_ends(till: Till, desk: FlaskClient, hana: Neighbour) -> None:
    helped(till, hana)
    link = link_in(sends(till, desk, hana)[0])

    def is_over(session: Session) -> None:
        session.scalars(select(HelpBill)).one().ends_on = clock.today("Asia/Tokyo") - timedelta(days=1)

    written(till.app, is_over)
    for answer in (till.client().get(link, headers={"Accept-Language": "en"}), till.client().post(link)):
        assert answer.status_code == 410
        assert "¥" not in answer.text.split("<footer")[0]
    assert payments(till) == []


def test_a_link_of_nobody_or_of_another_community_is_not_there(
    till: Till, desk: FlaskClient, hana: Neighbour
) -> None:
    helped(till, hana)
    link = link_in(sends(till, desk, hana)[0])
    for other in (f"/{SLUG}/support/bills/{'x' * 32}", link.replace(f"/{SLUG}/", "/elsewhere/")):
        assert till.client().get(other).status_code == 404
        assert till.client().post(other).status_code == 404


def test_bills_of_a_month_in_which_nobody_was_helped(till: Till, desk: FlaskClient) -> None:
    assert "There is no bill to send by mail" in desk.get(f"{SEND}?month={date(2026, 2, 1):%Y-%m}").text


def test_what_was_laid_out_is_on_the_bill_and_never_what_it_was(
    till: Till, desk: FlaskClient, hana: Neighbour
) -> None:
    visit = helped(till, hana)

    def lays_out(session: Session) -> None:
        expenses.write_down(
            session,
            community=session.get_one(Community, till.community_id),
            exchange=session.get_one(Exchange, visit),
            facts=expenses.Facts(
                what="Bread and milk",
                amount_minor=480,
                spent_on=clock.today("Asia/Tokyo"),
                borne_by=RECEIVER,
                content=a_png(),
                no_receipt_because="",
                key="form:laid out",
            ),
            actor=COORDINATOR,
        )

    written(till.app, lays_out)
    (mail,) = sends(till, desk, hana)
    assert "Laid out for you: ¥480" in mail.text
    assert "To pay: ¥2,880" in mail.text
    assert "Bread" not in mail.text + mail.html


def test_a_link_whose_letter_is_paid_asks_for_nothing_that_came_later(
    till: Till, desk: FlaskClient, hana: Neighbour
) -> None:
    helped(till, hana)
    (mail,) = sends(till, desk, hana)
    link = link_in(mail)
    pays_cash(till, hana, 2000)
    helped(till, hana, hours=2, again="later")
    assert owed(till, hana) == (2000, 0)
    # Of the letter's 2400 only 400 are left, whatever else is owed.
    assert "¥400" in opens(till, link)
    token = till.client().post(link).location.rsplit("/", 1)[1]
    till.stripe.fake.pay(at_stripe(till, token))
    come_back(till, token)
    till.sweep()
    assert owed(till, hana) == (1600, 0)
    told = opens(till, link)
    assert "1,600" not in told
    assert "Nothing is left to pay of this bill." in told
    assert till.client().post(link).status_code == 409
    assert faults(till) == []


def test_a_link_asks_for_nothing_where_its_visit_was_taken_back(
    till: Till, desk: FlaskClient, hana: Neighbour
) -> None:
    visit = helped(till, hana)
    (mail,) = sends(till, desk, hana)
    taken_back(till, visit)
    later = helped(till, hana, hours=2, again="later")
    assert "Nothing is left to pay of this bill." in opens(till, link_in(mail))
    taken_back(till, later)
    helped(till, hana, hours=1, again="later still")
    assert "Nothing is left to pay of this bill." in opens(till, link_in(mail))
