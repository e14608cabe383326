"""The pages of members who were entered twice."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import COORDINATOR
from tests.builders import PASSWORD
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from tests.timebank.exchanges.kadoma import seen_of
from tests.timebank.pools.test_views import told
from timebank.communities.models import Community
from timebank.contacts.models import NOBODY
from timebank.contacts.models import TELEPHONE
from timebank.contacts.service import set_detail
from timebank.members.models import Member
from timebank.members.service import suspend_member

KEY = "form:00000000000000000abc"


@pytest.fixture
def here(app: Flask) -> Kadoma:
    return found(app)


@pytest.fixture
def older(here: Kadoma) -> Member:
    """Mary as she was entered before, with hours on her account."""

    def work(session: Session) -> Member:
        return a_member(session, here.community, name=here.mary.name.upper(), number="0900")

    return written(here.app, work)


def address(here: Kadoma, one: Member, other: Member, page: str = "") -> str:
    return f"/kadoma/doubles/{one.id}/{other.id}{page}"


def joins(here: Kadoma, older: Member, **typed: str) -> TestResponse:
    known = {"key": KEY, "stays": "second", "reason": "She said so"} | typed
    return here.as_("ken").post(address(here, older, here.mary), data=known)


def gives_an_hour(here: Kadoma, number: str) -> None:
    what = {"hours": "1", "date": "2026-04-03", "description": "Letters", "kind": "0", "heard": "telephone"}
    sides = {"givers": number, "receivers": "0001", "shared": "whole", "word": "both"}
    form = {"key": KEY.replace("abc", number[-3:])} | what | sides
    answer = here.as_("ken").post("/kadoma/exchanges/for-others", data=form)
    assert answer.status_code == 303, told(answer)


def test_a_pair_is_listed_compared_and_joined_after_it_was_shown(here: Kadoma, older: Member) -> None:
    gives_an_hour(here, "0900")
    page = told(here.as_("ken").get("/kadoma/doubles/"))
    assert f"{here.mary.name} ({here.mary.number}) and {older.name} (0900) same name and reading" in page
    compared = told(here.as_("ken").get(address(here, older, here.mary)))
    assert "Which record stays?" in compared
    assert "Nothing has happened yet" not in compared
    shown = joins(here, older)
    assert shown.status_code == 422
    said = told(shown)
    number = here.mary.number
    for sentence in (
        "Nothing has happened yet. This cannot be undone afterwards.",
        f"Number 0900 is closed, and number {number} goes on.",
        "The balance +1 h is carried over by one entry: 0 min becomes +1 h.",
        "Exchanges that are booked stay as they are, also between the two.",
    ):
        assert sentence in said, said
    assert here.balance("mary") == 0
    done = joins(here, older, seen=seen_of(shown))
    assert done.headers["Location"].endswith(f"/members/{here.mary.id}")
    assert here.balance("mary") == 60
    after = told(here.as_("ken").get(done.headers["Location"]))
    assert f"The two records are one now: number {number}." in after
    assert "Also entered as number 0900" in after
    of_older = told(here.as_("ken").get(f"/kadoma/members/{older.id}"))
    assert f"it is the same as number {number}" in of_older
    assert f"The same as number {number}" in told(here.as_("ken").get("/kadoma/members/?q=0900"))
    again = joins(here, older, seen=seen_of(shown))
    assert again.status_code == 409
    assert "was joined with another record already" in told(again)
    assert "joined with another record already" in told(here.as_("ken").get(address(here, older, here.mary)))
    assert "MARY" not in here.as_("ken").get("/kadoma/doubles/").text
    assert here.as_("ken").get(f"/kadoma/members/{older.id}/farewell").status_code == 303
    assert here.as_("ken").get(f"/kadoma/members/{older.id}/double").status_code == 303


def test_slips_with_the_old_number_are_booked_for_the_one_who_stays(here: Kadoma, older: Member) -> None:
    assert joins(here, older, seen=seen_of(joins(here, older))).status_code == 303
    gives_an_hour(here, "0900")
    assert here.balance("mary") == 60


def test_what_changed_since_it_was_shown_is_shown_again(here: Kadoma, older: Member) -> None:
    shown = joins(here, older)
    gives_an_hour(here, "0900")
    again = joins(here, older, seen=seen_of(shown))
    assert again.status_code == 422
    assert "is carried over by one entry" in told(again)
    assert joins(here, older, seen=seen_of(again)).status_code == 303


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"stays": ""}, "Please choose one of these"),
        ({"stays": "third"}, "Please choose one of these"),
        ({"reason": " "}, "Please say why"),
        ({"reason": "x" * 501}, "At most 500 characters"),
        ({"reason": "a\x00b"}, "cannot be stored"),
        ({"key": "x"}, "This form was incomplete"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_nothing_is_joined(
    here: Kadoma, older: Member, typed: dict[str, str], sentence: str
) -> None:
    answer = joins(here, older, **typed)
    assert answer.status_code == 422
    assert sentence in told(answer)
    assert "Nothing has happened yet" not in told(answer)


def test_a_refusal_is_said_before_anything_is_shown(here: Kadoma, older: Member) -> None:
    def pause(session: Session) -> None:
        member = session.get_one(Member, older.id)
        suspend_member(session, member=member, reason="a pause", actor=COORDINATOR)

    written(here.app, pause)
    answer = joins(here, older)
    assert answer.status_code == 422
    assert "Please end the suspension first" in told(answer)
    # The other way round it goes: who stays is suspended, and stays so.
    assert "Nothing has happened yet" in told(joins(here, older, stays="first"))


def test_two_people_are_not_asked_about_again(here: Kadoma, older: Member) -> None:
    said = here.as_("ken").post(address(here, older, here.mary, "/not-the-same"))
    assert said.status_code == 303
    page = told(here.as_("ken").get("/kadoma/doubles/"))
    assert "It is remembered: these are two people." in page
    assert "said by Ken Sato" in page
    assert page.count("MARY") == 1
    assert here.as_("ken").post(address(here, older, older, "/not-the-same")).status_code == 404
    assert here.as_("ken").get(address(here, older, older)).status_code == 404


def test_any_two_can_be_compared_by_name_or_number(here: Kadoma, older: Member) -> None:
    page = f"/kadoma/members/{older.id}/double"
    assert f"Was {older.name} entered twice?" in told(here.as_("ken").get(page))
    for other, sentence in (("0900", "one and the same record"), ("nobody", "Nobody was found")):
        answer = here.as_("ken").post(page, data={"other": other})
        assert answer.status_code == 422
        assert sentence in told(answer)
    answer = here.as_("ken").post(page, data={"other": here.mary.number})
    assert answer.headers["Location"].endswith(address(here, older, here.mary))


def test_a_member_reads_the_statement_of_the_older_record_and_nobody_elses(here: Kadoma) -> None:
    def enter(session: Session) -> tuple[Member, Member]:
        community = session.get_one(Community, here.community.id)
        first, stranger = (
            a_member(session, community, name=name, number=number)
            for name, number in (("Hana Yamada", "0800"), ("Anne", "0801"))
        )
        return first, stranger

    first, stranger = written(here.app, enter)
    gives_an_hour_to_ken(here, "0800")
    hana = here.member("hana")
    known = {"key": KEY, "stays": "second", "reason": "She said so"}
    shown = here.as_("ken").post(address(here, first, hana), data=known)
    seen = {"seen": seen_of(shown)}
    assert here.as_("ken").post(address(here, first, hana), data=known | seen).status_code == 303
    mine = here.as_("hana").get("/kadoma/statement")
    assert "Balance carried over, entered twice" in told(mine)
    assert "from number 0800" in told(mine)
    old = f"/kadoma/statement/older/{first.id}"
    assert old in mine.text
    page = here.as_("hana").get(old)
    assert "This record is closed: it is the same as number 0001" in told(page)
    assert "to number 0001" in told(page)
    assert "Letters" in page.text
    assert here.as_("hana").get(f"{old}?before=2").status_code == 200
    for other in (stranger, hana):
        assert here.as_("hana").get(f"/kadoma/statement/older/{other.id}").status_code == 404
    assert here.as_("mitsuko").get(old).status_code == 404
    paper = told(here.as_("hana").get("/kadoma/statement/print"))
    assert "On this statement 0:00 0:00" in paper
    rows = here.as_("hana").get("/kadoma/statement.csv").text.splitlines()
    assert rows[-1].endswith(",0800,,0,0,60,,0,60,,0,0")
    # What was given under either number is certified once, and what was carried over is not.
    here.gives("hana", "mitsuko", worked_on=date(2026, 4, 4), minutes=30)
    days = "first=2026-04-01&last=2026-04-30"
    certificate = told(here.as_("hana").get(f"/kadoma/statement/certificate?{days}"))
    assert "1 h 30 min (1:30)" in certificate
    assert "number 0800, which is counted here, too" in certificate
    closed = here.as_("ken").get(f"/kadoma/members/{first.id}/statement/certificate?{days}")
    assert closed.headers["Location"].endswith(f"/members/{hana.id}/statement/certificate")


def gives_an_hour_to_ken(here: Kadoma, number: str) -> None:
    what = {"hours": "1", "date": "2026-04-03", "description": "Letters", "kind": "0", "heard": "telephone"}
    sides = {"givers": number, "receivers": "0002", "shared": "whole", "word": "receiver"}
    form = {"key": KEY.replace("abc", "ken")} | what | sides
    answer = here.as_("ken").post("/kadoma/exchanges/for-others", data=form)
    assert answer.status_code == 303, told(answer)


def test_somebody_signs_in_by_the_number_of_before(here: Kadoma, older: Member) -> None:
    def enter(session: Session) -> str:
        who = a_neighbour(session, here.community, name="Zoe", number="0500", email="zoe@example.org")
        give_hand_to = a_member(session, here.community, name="Zoe", number="0501")
        assert who.member
        return f"{who.member.id}/{give_hand_to.id}"

    pair = written(here.app, enter)
    known = {"key": KEY, "stays": "second", "reason": "She said so"}
    shown = here.as_("ken").post(f"/kadoma/doubles/{pair}", data=known)
    assert "The sign-in goes over to number 0501" in told(shown)
    seen = {"seen": seen_of(shown)}
    assert here.as_("ken").post(f"/kadoma/doubles/{pair}", data=known | seen).status_code == 303
    for name in ("0500", "0501", "zoe@example.org"):
        browser = here.app.test_client()
        answer = browser.post("/kadoma/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, name
        assert "0501" in browser.get("/kadoma/membership").text


def test_a_hidden_telephone_is_nowhere_on_the_pages(here: Kadoma, older: Member) -> None:
    def hide(session: Session) -> Member:
        other = a_member(session, here.community, name="Else", number="0901")
        for member in (session.get_one(Member, older.id), other):
            set_detail(
                session,
                community=here.community,
                member=member,
                kind=TELEPHONE,
                value="090-1111-2222",
                audience=NOBODY,
                actor=COORDINATOR,
            )
        return other

    other = written(here.app, hide)
    for page in (address(here, older, other), "/kadoma/doubles/"):
        text = here.as_("ken").get(page).text
        assert (
            "telephone"
            not in text.replace("Telephone", "").lower().split("<main", 1)[1].split("</main", 1)[0]
        )
        assert "1111-2222" not in text
    assert "Else" not in here.as_("ken").get("/kadoma/doubles/").text
