"""Trusted persons: asked, accepted, told of each act, ended."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_hand
from tests.builders import a_household
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_person
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.test_letters import work_off
from timebank import clock
from timebank import queue
from timebank.cli.working import handlers_with
from timebank.db import db
from timebank.errors import Refusal
from timebank.hands import trust
from timebank.hands.models import TrustOffer
from timebank.hands.queries import acting_for
from timebank.hands.service import Named
from timebank.hands.service import NameMissing
from timebank.hands.service import NobodyNamed
from timebank.mail.models import Mail
from timebank.members.models import Hand
from timebank.members.models import Member
from timebank.people.models import Person

TYPED = {"who": "daughter@example.org", "name": "Keiko", "ticks": ["log", "answer"]}
_LINK = re.compile(r"/kadoma/trusted/(\S+)")


class Postbox:
    """Takes every letter, as a mail server would."""

    sender = "hours@example.org"

    def __init__(self) -> None:
        self.letters: list[str] = []

    def carry(self, message: object, _place: str) -> None:
        self.letters.append(message.get_body(("plain",)).get_content())  # type: ignore[attr-defined]


def delivered(app: Flask) -> list[str]:
    """Do what is due, and give the letters that went out."""
    postbox = Postbox()
    with app.app_context():
        while queue.work_one(db.session, handlers_with(postbox)):
            db.session.remove()
        db.session.remove()
    return postbox.letters


def token_in(app: Flask) -> str:
    (found,) = [one for letter in delivered(app) for one in _LINK.findall(letter)]
    return str(found)


def offers(here: Kadoma) -> list[TrustOffer]:
    return written(here.app, lambda session: list(session.scalars(select(TrustOffer))))


# --- the rules ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "name", "ticks", "refusal"),
    [
        ("", "Keiko", ["log"], NobodyNamed),
        ("k@example.org", "", ["log"], NameMissing),
        ("k@example.org", "Keiko", [], trust.NothingTicked),
        ("k@example.org", "Keiko", ["leave", "everything"], trust.NothingTicked),
        ("Own@example.org", "Me", ["log"], trust.IsYourself),
        ("0001", "", ["log"], trust.IsYourself),
        ("0002", "", ["log"], trust.SignsInNowhere),
        ("0003", "", ["log"], trust.TrustedAlready),
        ("9999", "", ["log"], Refusal),
        ("no address@", "Keiko", ["log"], Refusal),
    ],
)
def test_who_cannot_be_asked_is_refused_in_words(
    session: Session, who: str, name: str, ticks: list[str], refusal: type[Refusal]
) -> None:
    here = a_community(session)
    mother = a_neighbour(session, here, number="0001", email="own@example.org").member
    assert mother
    a_member(session, here, number="0002")
    a_hand(session, mother, a_neighbour(session, here, number="0003").person, called="Ken", may="log")
    with pytest.raises(refusal):
        trust.ask(
            session,
            community=here,
            member=mother,
            named=Named(who, name),
            ticks=ticks,
            actor=COORDINATOR,
        )
    assert session.scalar(select(func.count(TrustOffer.id))) == 0


def test_a_household_trusts_nobody_and_nobody_trusts_a_crowd(session: Session) -> None:
    here = a_community(session)
    facts = {"session": session, "community": here, "ticks": ["log"], "actor": COORDINATOR}
    with pytest.raises(trust.NotForSeveral):
        trust.ask(**facts, member=a_household(session, here), named=Named("k@example.org", "K"))  # type: ignore[arg-type]
    mother = a_member(session, here)
    for number in range(trust.MOST):
        trust.ask(**facts, member=mother, named=Named(f"k{number}@example.org", "K"))  # type: ignore[arg-type]
    # Who is asked anew takes the place of the older question.
    trust.ask(**facts, member=mother, named=Named("k0@example.org", "K"))  # type: ignore[arg-type]
    with pytest.raises(trust.TooManyTrusted):
        trust.ask(**facts, member=mother, named=Named("more@example.org", "K"))  # type: ignore[arg-type]


def test_a_question_is_found_by_whom_it_asks_and_nobody_else_for_two_weeks(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = a_community(session), a_community(session)
    mother, asked = a_member(session, here), a_neighbour(session, here, number="0042")
    reader, other = a_person(session, email="k@example.org"), a_person(session)
    for who in ("0042", "K@example.org"):
        trust.ask(
            session,
            community=here,
            member=mother,
            named=Named(who, "Keiko"),
            ticks=["log"],
            actor=COORDINATOR,
        )
    for person, count in ((asked.person, 1), (reader, 1), (other, 0)):
        assert len(trust.offers_to(session, person=person, community=here)) == count
        assert trust.offers_to(session, person=person, community=there) == []
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + trust.GOOD_FOR + timedelta(minutes=1))
    assert trust.offers_to(session, person=reader, community=here) == []


# --- on pages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [True, False])
def test_whether_an_address_is_known_here_is_not_to_be_seen(here: Kadoma, known: bool) -> None:
    """The answer, its page and the mail are the same; nobody is made before they say yes."""
    who = here.people["son"].name if known else "nobody@example.org"
    people = written(here.app, lambda session: session.scalar(select(func.count(Person.id))))
    answer = here.as_("mitsuko").post("/kadoma/membership/hands/new", data=TYPED | {"who": who})
    assert answer.headers["Location"] == "/kadoma/membership/hands"
    page = here.as_("mitsuko").get("/kadoma/membership/hands").text
    assert ("Keiko" in page, "Has not answered yet" in page, who in page) == (True, True, False)
    assert len(_LINK.findall("".join(delivered(here.app)))) == 1
    assert written(here.app, lambda session: session.scalar(select(func.count(Person.id)))) == people


def test_somebody_new_says_yes_by_the_link_and_signs_in_by_one_of_their_own(app: Flask, here: Kadoma) -> None:
    here.as_("mitsuko").post("/kadoma/membership/hands/new", data=TYPED)
    token = token_in(app)
    # It is nowhere but in the mail.
    mails = written(app, lambda session: session.scalars(select(Mail.text)).all())
    assert [text for text in mails if token in text] == []
    stranger = app.test_client()
    asked = stranger.get(f"/kadoma/trusted/{token}").text
    assert "田中 光子 (0003) trusts you" in asked
    assert "Log hours for me · Answer for me what is to be confirmed" in asked
    assert [one.token_hash is not None for one in offers(here)] == [True]
    yes = stranger.post(f"/kadoma/trusted/{token}", data={"answer": "yes"})
    assert yes.status_code == 303
    assert "/sign-in" in yes.headers["Location"]
    # It signed nobody in, and is used up.
    assert stranger.get("/kadoma/for-whom").status_code == 303
    assert stranger.get(f"/kadoma/trusted/{token}").status_code == 404
    (hand,) = written(app, lambda session: acting_for(session, member=here.member("mitsuko")))
    assert (hand.name, hand.ticks, hand.person.email) == (
        "Keiko",
        frozenset({"log", "answer"}),
        "daughter@example.org",
    )
    subjects = {one.subject for one in work_off(app) if one.to_address == "daughter@example.org"}
    assert "You can act for 田中 光子 now" in subjects


def test_a_member_here_is_asked_on_the_first_page_and_may_decline(here: Kadoma) -> None:
    here.as_("mitsuko").post("/kadoma/membership/hands/new", data={"who": "0001", "ticks": ["read"]})
    (offer,) = offers(here)
    first = here.as_("hana").get("/kadoma/").text
    assert "asks whether you will act for them" in first
    assert "Read my balance and statement" in first
    assert "asks whether" not in here.as_("ken").get("/kadoma/").text
    assert (
        here.as_("ken").post(f"/kadoma/for-whom/asked/{offer.id}", data={"answer": "yes"}).status_code == 404
    )
    assert here.as_("hana").post(f"/kadoma/for-whom/asked/{offer.id}", data={}).status_code == 303
    assert "Would rather not" in here.as_("mitsuko").get("/kadoma/membership/hands").text
    assert (
        here.as_("hana").post(f"/kadoma/for-whom/asked/{offer.id}", data={"answer": "yes"}).status_code == 404
    )
    back = here.as_("mitsuko").post(f"/kadoma/membership/hands/asked/{offer.id}/take-back")
    assert (back.status_code, offers(here)) == (303, [])


def test_a_coordinator_writes_it_down_for_whoever_is_not_online_and_ends_it_by_one_button(
    app: Flask, here: Kadoma
) -> None:
    address = f"/kadoma/members/{here.mary.id}/hands"
    assert here.as_("ken").post(f"{address}/new", data=TYPED).status_code == 422
    typed = TYPED | {"who": "0001", "heard": "slip"}
    assert here.as_("ken").post(f"{address}/new", data=typed).status_code == 303
    (offer,) = offers(here)
    # Not before she says yes.
    assert "Act for Mary" not in here.as_("hana").get("/kadoma/for-whom").text
    here.as_("hana").post(f"/kadoma/for-whom/asked/{offer.id}", data={"answer": "yes"})
    assert here.as_("hana").post("/kadoma/for-whom", data={"member": here.mary.id}).status_code == 303
    assert here.as_("hana").get("/kadoma/exchanges/new").status_code == 200
    ended = here.as_("ken").post(f"{address}/{here.people['hana'].person.id}/end")
    assert ended.status_code == 303
    assert "You act for" not in here.as_("hana").get("/kadoma/").text
    letters = [one for one in work_off(app) if one.to_address == here.people["hana"].name]
    assert letters[-1].subject == "You no longer act for Mary Smith"
    assert "Ken" not in letters[-1].text
    assert "asked to act for them" in here.as_("ken").get(f"/kadoma/members/{here.mary.id}").text


def mitsuko_trusts_keiko(app: Flask, here: Kadoma) -> tuple[Person, Member]:
    """Let Keiko act for Mitsuko, and no more for Mary; what there is to tell of that is told."""
    keiko, mitsuko = here.people["keiko"].person, here.member("mitsuko")

    def work(session: Session) -> None:
        session.delete(session.get_one(Hand, (keiko.id, here.mary.id)))
        session.flush()
        a_hand(session, mitsuko, session.get_one(Person, keiko.id), called="Keiko", may="answer log read")

    written(app, work)
    delivered(app)
    return keiko, mitsuko


def test_both_are_told_of_each_act_and_it_stands_on_a_list(app: Flask, here: Kadoma) -> None:
    _keiko, mitsuko = mitsuko_trusts_keiko(app, here)
    before = len(work_off(app))
    assert here.logs("keiko", other="0001").status_code == 303
    here.as_("keiko").get("/kadoma/statement")
    here.as_("keiko").post("/kadoma/account/language", data={"language": "en"})
    here.as_("mitsuko").get("/kadoma/")
    told = [one for one in work_off(app)[before:] if "acted for" in one.subject]
    assert sorted((one.to_address, one.subject) for one in told) == sorted(
        [
            (here.people["mitsuko"].name, "Keiko has acted for you"),
            (here.people["keiko"].name, "You have acted for 田中 光子"),
        ]
    )
    assert all("Logged hours" in one.text for one in told)
    listed = here.as_("mitsuko").get("/kadoma/membership/hands").text
    assert "Logged hours" in listed
    assert "Chose a language" not in listed
    assert "Logged hours" in here.as_("ken").get(f"/kadoma/members/{mitsuko.id}/hands").text
    assert "Logged hours" not in here.as_("hana").get("/kadoma/membership/hands").text
    # What she does herself is told to nobody.
    here.logs("mitsuko", other="0001", hours="2")
    assert len([one for one in work_off(app) if "has acted for you" in one.subject]) == 1


def test_the_member_ends_it_and_so_may_whoever_is_trusted(app: Flask, here: Kadoma) -> None:
    keiko = here.people["keiko"].person
    written(app, lambda session: a_hand(session, here.member("hana"), keiko, called="Keiko", may="log"))
    assert here.as_("mitsuko").post(f"/kadoma/membership/hands/{keiko.id}/end").status_code == 404
    assert here.as_("hana").post(f"/kadoma/membership/hands/{keiko.id}/end").status_code == 303
    assert here.as_("hana").post(f"/kadoma/membership/hands/{keiko.id}/end").status_code == 404
    # One of a household is added and removed by coordinators.
    here.as_("hana").post("/kadoma/for-whom", data={"member": here.member("household").id})
    son = here.people["son"].person
    assert here.as_("hana").post(f"/kadoma/membership/hands/{son.id}/end").status_code == 404
    assert here.as_("son").post(f"/kadoma/for-whom/{here.member('household').id}/end").status_code == 404
    down = here.as_("keiko").post(f"/kadoma/for-whom/{here.mary.id}/end")
    assert down.headers["Location"] == "/kadoma/for-whom/thanks"
    assert here.as_("keiko").get("/kadoma/").status_code == 403


def test_what_is_ticked_is_changed_at_once_and_both_are_told(app: Flask, here: Kadoma) -> None:
    keiko, mitsuko = mitsuko_trusts_keiko(app, here)
    before = len(work_off(app))
    path = f"/kadoma/membership/hands/{keiko.id}/ticks"
    page = here.as_("mitsuko").get(path).text
    assert "What Keiko may do" in page
    assert page.count("checked") == 3
    nothing = here.as_("mitsuko").post(path, data={"sent": "with no tick"})
    assert nothing.status_code == 422
    assert "tick at least one thing" in nothing.text
    assert here.as_("keiko").get("/kadoma/exchanges/new").status_code == 200
    for _ in range(2):
        assert here.as_("mitsuko").post(path, data={"ticks": ["read"]}).status_code == 303
    # In the session that is open.
    assert here.as_("keiko").get("/kadoma/exchanges/new").status_code == 403
    assert here.as_("keiko").get("/kadoma/statement").status_code == 200
    told = [(one.to_address, one.subject) for one in work_off(app)[before:]]
    assert sorted(told) == sorted(
        [
            (here.people["mitsuko"].name, "What Keiko may do for you was changed"),
            (here.people["keiko"].name, "What you may do for 田中 光子 was changed"),
        ]
    )
    assert all("Read my balance and statement" in one.text for one in work_off(app)[before:])
    # As she told a coordinator, who says how they heard it.
    desk = f"/kadoma/members/{mitsuko.id}/hands/{keiko.id}/ticks"
    wider = {"ticks": ["log", "read"]}
    assert here.as_("ken").post(desk, data=wider).status_code == 422
    assert here.as_("ken").post(desk, data=wider | {"heard": "telephone"}).status_code == 303
    assert here.as_("keiko").get("/kadoma/exchanges/new").status_code == 200
    # Nobody else's, and nobody who is no trusted person.
    household, son = here.member("household"), here.people["son"].person
    assert here.as_("hana").get(path).status_code == 404
    assert here.as_("ken").get(f"/kadoma/members/{household.id}/hands/{son.id}/ticks").status_code == 404
    assert here.as_("keiko").get(path).status_code == 403


def test_an_offer_of_another_member_or_community_is_not_there(app: Flask, here: Kadoma) -> None:
    here.as_("mitsuko").post("/kadoma/membership/hands/new", data=TYPED)
    (offer,) = offers(here)
    assert here.as_("hana").post(f"/kadoma/membership/hands/asked/{offer.id}/take-back").status_code == 404
    wrong = f"/kadoma/members/{here.mary.id}/hands/asked/{offer.id}/take-back"
    assert here.as_("ken").post(wrong).status_code == 404
    token = token_in(app)
    assert app.test_client().get(f"/moriguchi/trusted/{token}").status_code == 404
    for tampered in (token[:-1], token + "x", "x", "%00"):
        assert app.test_client().get(f"/kadoma/trusted/{tampered}").status_code in (400, 404)


def test_nobodys_mailbox_is_filled(here: Kadoma) -> None:
    statuses = [
        here.as_("mitsuko").post("/kadoma/membership/hands/new", data=TYPED).status_code for _ in range(7)
    ]
    assert statuses == [303] * 5 + [429] * 2
