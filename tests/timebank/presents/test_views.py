"""The pages of presents: shown before they are booked, on both statements, in letters, and taken back."""

import re
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import A_DAY
from tests.builders import COORDINATOR
from tests.builders import Neighbour
from tests.builders import a_hand
from tests.builders import a_household
from tests.builders import a_person
from tests.builders import an_exchange
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from tests.timebank.exchanges.kadoma import seen_of
from tests.timebank.exchanges.test_letters import work_off
from tests.timebank.hands.test_views import chooses
from tests.timebank.pools.test_views import told
from timebank.members.guardians import GuardianConsent
from timebank.members.guardians import record_guardian
from timebank.members.models import Member
from timebank.presents.models import Present

_counted = count(1)


@pytest.fixture
def here(app: Flask) -> Kadoma:
    """Kadoma, where Hana has two hours."""
    kadoma = found(app)
    kadoma.gives("hana", "ken", minutes=120, description="Shopping")
    return kadoma


def sends(here: Kadoma, name: str = "hana", page: str = "give", **typed: str) -> TestResponse:
    """Send a form as it is, once."""
    known = {"key": f"form:{next(_counted):020}", "hours": "1", "words": "For the soup"}
    known |= {"other": here.member("mary").number}
    return here.as_(name).post(f"/kadoma/presents/{page}", data=known | typed)


def books(here: Kadoma, name: str = "hana", page: str = "give", **typed: str) -> TestResponse:
    """Send a form, look at what it would do, and send it again."""
    known = {"key": f"form:{next(_counted):020}"} | typed
    shown = sends(here, name, page, **known)
    assert shown.status_code == 422, shown.text
    return sends(here, name, page, **known, seen=seen_of(shown))


def presents(here: Kadoma) -> list[Present]:
    return written(here.app, lambda session: list(session.scalars(select(Present).order_by(Present.id))))


def test_what_will_happen_is_shown_and_then_it_is_given(here: Kadoma) -> None:
    shown = sends(here)
    page = told(shown)
    assert shown.status_code == 422
    assert "Nothing is booked yet." in page
    assert f"Mary Smith ({here.mary.number}) will be given 1 h. Your balance becomes +1 h." in page
    assert presents(here) == []
    answer = books(here)
    assert answer.status_code == 303
    (present,) = presents(here)
    page = told(here.as_("hana").get(answer.headers["Location"]))
    assert "Mary Smith was given 1 h. Your balance is now +1 h." in page
    assert "For the soup" in page
    assert here.balances("hana", "mary") == [60, 60]
    assert present.done_how == "web"


def test_both_statements_tell_of_it_and_of_no_help(here: Kadoma) -> None:
    books(here)
    hana = here.as_("hana")
    page = told(hana.get("/kadoma/statement"))
    assert "For the soup given to Mary Smith" in page
    assert "Given in all 2 h" in page
    assert "Given as presents 1 h" in page
    days = "first=2026-01-01&last=2026-11-23"
    assert "2 h (2:00)" in hana.get(f"/kadoma/statement/certificate?{days}").text
    assert hana.get("/kadoma/statement.csv").text.splitlines()[-1].endswith(",60,,0,0,,0,-60")
    assert "Presents on this statement −1:00" in told(hana.get("/kadoma/statement/print"))
    mary = told(here.as_("ken").get(f"/kadoma/members/{here.mary.id}/statement"))
    assert "given by Hana Yamada, with thanks" in mary
    assert "Presents from others 1 h" in mary
    assert "Given in all 0 min" in mary


def test_a_form_that_is_sent_twice_gives_once(here: Kadoma) -> None:
    key = f"form:{next(_counted):020}"
    assert books(here, key=key).status_code == 303
    again = sends(here, key=key)
    assert again.status_code == 303
    assert "once is enough" in here.as_("hana").get(again.headers["Location"]).text
    assert len(presents(here)) == 1
    other = sends(here, key=key, hours="0:30")
    assert other.status_code == 422
    assert "saved before with other content" in other.text
    assert key not in other.text


def test_a_refusal_stands_beside_what_was_typed(here: Kadoma) -> None:
    answer = sends(here, hours="3")
    assert answer.status_code == 422
    assert "You have 2 h. Only hours that you have" in answer.text
    assert 'value="3"' in answer.text
    assert "For the soup" in answer.text
    assert "Please write a time" in sends(here, hours="").text


def test_who_has_nothing_is_told_so_before_they_type(here: Kadoma) -> None:
    page = here.as_("ken").get("/kadoma/presents/give").text
    assert "Only hours that you have can be given to somebody. Your balance is −2 h." in page
    assert 'name="hours"' not in page


def test_a_coordinator_does_it_for_whoever_telephones(here: Kadoma) -> None:
    number = here.member("hana").number
    answer = books(here, "ken", "give-for", giver=number, heard="telephone")
    assert answer.status_code == 303
    (present,) = presents(here)
    ken = here.people["ken"].person.id
    assert (present.done_person_id, present.done_member_id, present.done_how) == (
        ken,
        here.member("hana").id,
        "telephone",
    )
    page = told(here.as_("ken").get(answer.headers["Location"]))
    assert "Written down by a coordinator, as it was told" in page
    to_ken = sends(here, "ken", "give-for", giver=number, heard="slip", other=here.member("ken").number)
    assert "Nobody writes down what they are given themself." in to_ken.text
    assert sends(here, "hana", "give-for", giver=number).status_code == 403


def test_others_do_not_find_it(here: Kadoma) -> None:
    where = books(here).headers["Location"]
    assert here.as_("mitsuko").get(where).status_code == 404
    assert here.as_("ken").get(where).status_code == 200
    assert here.as_("hana").get(f"{where}/take-back").status_code == 403


def test_it_is_taken_back_for_a_reason_that_both_read(here: Kadoma) -> None:
    where, ken = books(here).headers["Location"], here.as_("ken")
    assert ken.post(f"{where}/take-back", data={"reason": ""}).status_code == 422
    assert ken.post(f"{where}/take-back", data={"reason": "The wrong Mary"}).status_code == 303
    assert here.balances("hana", "mary") == [120, 0]
    page = here.as_("hana").get(where).text
    assert "It was taken back:" in page
    assert "The wrong Mary" in page
    assert "Take back" not in ken.get(where).text
    assert ken.get(f"{where}/take-back").status_code == 303
    statement = told(here.as_("hana").get("/kadoma/statement"))
    assert statement.count("given to Mary Smith") == 2


def test_whoever_is_given_hours_gets_a_letter_in_their_language(here: Kadoma) -> None:
    person = here.people["mitsuko"].person
    written(here.app, lambda session: setattr(session.merge(person), "language", "ja"))
    answer = books(here, other=here.member("mitsuko").number)
    (letter,) = work_off(here.app)
    assert letter.to_address == person.email
    assert "Hana" in letter.subject
    assert "For the soup" in letter.text
    assert not re.search(r"gave you|Hello", letter.text)
    assert answer.headers["Location"] in letter.text


def test_who_gave_by_telephone_is_told_too_and_a_guardian_reads_along(here: Kadoma) -> None:
    consent = GuardianConsent(
        name="Her aunt", reached_by="Next door", wording="Yes", consented_on=A_DAY, email="aunt@example.org"
    )
    mary = here.mary
    written(
        here.app,
        lambda session: record_guardian(
            session, community=here.community, member=session.merge(mary), consent=consent, actor=COORDINATOR
        ),
    )
    books(here, "ken", "give-for", giver=here.member("hana").number, heard="telephone")
    letters = work_off(here.app)
    assert [one.to_address for one in letters] == ["aunt@example.org", here.people["hana"].person.email]
    assert "that you gave Mary Smith 1 h" in letters[1].text
    assert "/presents/" not in letters[0].text
    where = f"/kadoma/presents/{presents(here)[0].id}"
    here.as_("ken").post(f"{where}/take-back", data={"reason": "The wrong Mary"})
    assert len([one for one in work_off(here.app) if "The wrong Mary" in one.text]) == 2


def test_who_acts_for_a_household_gives_nothing_of_it_to_themself_and_the_others_read_of_it(
    here: Kadoma,
) -> None:
    def work(session: Session) -> tuple[Neighbour, Member]:
        son = a_person(session)
        household = a_household(session, here.community, here.people["hana"].person, number="0050")
        a_hand(session, household, son, called="Taro Yamada")
        an_exchange(session, here.community, household, here.mary, minutes=120)
        return Neighbour(here.community, son, None), household

    son, household = written(here.app, work)
    assert chooses(here, "hana", household) == 303
    refused = sends(here, other="0001")
    assert refused.status_code == 422
    assert "You are Hana Yamada yourself, or act for them." in told(refused)
    assert presents(here) == []
    before = len(work_off(here.app))
    assert books(here).status_code == 303
    letters = [one.to_address for one in work_off(here.app)[before:]]
    assert son.person.email in letters
    assert here.people["hana"].person.email not in letters
