"""An officer gives a one-time code to somebody without an e-mail address."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import an_office
from tests.builders import signed_in
from tests.builders import written
from timebank.audit.models import AuditEvent
from timebank.db import db
from timebank.mail.models import Mail
from timebank.members.models import Member
from timebank.members.queries import history
from timebank.members.service import give_hand
from timebank.people import factors
from timebank.people.models import Person
from timebank.people.service import set_password


@pytest.fixture
def ken(app: Flask) -> Neighbour:
    return written(
        app, lambda session: a_neighbour(session, a_community(session, slug="kadoma"), "coordinator")
    )


@pytest.fixture
def yoshi(app: Flask, ken: Neighbour) -> Member:
    """Somebody who has never signed in."""
    return written(app, lambda session: a_member(session, ken.community, name="Yoshi", number="010"))


def given(app: Flask, ken: Neighbour, member: Member) -> TestResponse:
    return signed_in(app, ken).post(f"/kadoma/members/{member.id}/sign-in-code")


def code_in(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text
    return str(re.findall(r'class="sum code">(\d{4} \d{4})<', answer.text)[0])


def come_in(client: FlaskClient, code: str, number: str = "010", **more: str) -> TestResponse:
    return client.post("/kadoma/sign-in", data={"name": number, "password": code} | more)


def without_email(app: Flask, who: Neighbour) -> None:
    nothing = update(Person).where(Person.id == who.person.id).values(email=None)
    written(app, lambda session: session.execute(nothing).close())


def the_one_without_email(session: Session) -> Person:
    return session.scalars(select(Person).where(Person.email.is_(None))).one()


def test_a_code_signs_in_once_and_offers_a_password(
    app: Flask, client: FlaskClient, ken: Neighbour, yoshi: Member
) -> None:
    page = signed_in(app, ken).get(f"/kadoma/members/{yoshi.id}/sign-in-code")
    assert "One-time code for Yoshi" in page.text
    paper = given(app, ken, yoshi)
    assert paper.headers["Cache-Control"] == "no-store"
    assert "http://127.0.0.1:8000/kadoma/sign-in" in paper.text
    assert "<svg" in paper.text
    assert "<strong>010</strong>" in paper.text
    code = code_in(paper)
    answer = come_in(client, code, next="/kadoma/statement")
    assert answer.headers["Location"] == "/kadoma/account/password?next=/kadoma/statement"
    assert "Signed in by a one-time code" in client.get("/kadoma/account").text
    assert come_in(app.test_client(), code).status_code == 422
    data = {"password": "a-new-password"}
    assert client.post("/kadoma/account/password", data=data).status_code == 303
    assert come_in(app.test_client(), "a-new-password").status_code == 303
    events = written(app, lambda session: [event.what for event in history(session, member=yoshi)])
    assert events == ["sign-in-code", "sign-in-given", "entered"]
    assert "One-time code given" in signed_in(app, ken).get(f"/kadoma/members/{yoshi.id}").text


def test_neither_a_code_nor_its_password_opens_another_community(
    app: Flask, client: FlaskClient, ken: Neighbour, yoshi: Member
) -> None:
    come_in(client, code_in(given(app, ken, yoshi)))
    client.post("/kadoma/account/password", data={"password": "a-new-password"})
    elsewhere = written(app, lambda session: a_community(session, slug="moriguchi"))

    def join(session: Session) -> None:
        there = a_member(session, elsewhere, number="010")
        give_hand(session, person=the_one_without_email(session), member=there, actor=SOMEBODY)

    written(app, join)
    assert client.get("/moriguchi/account").status_code == 303
    other = app.test_client()
    known = {"name": "010", "password": "a-new-password"}
    assert other.post("/moriguchi/sign-in", data=known).status_code == 422
    assert other.post("/kadoma/sign-in", data=known).status_code == 303
    assert other.get("/kadoma/account").status_code == 200
    assert other.get("/moriguchi/account").status_code == 303
    assert "takes part in another community" in given(app, ken, yoshi).text


def test_a_first_password_from_an_officer_opens_no_other_community(
    app: Flask, client: FlaskClient, ken: Neighbour, yoshi: Member
) -> None:
    first = {"email": "yoshi@example.org", "password": "typed-by-an-officer"}
    assert signed_in(app, ken).post(f"/kadoma/members/{yoshi.id}/sign-in", data=first).status_code == 303

    def join(session: Session) -> Person:
        there = a_member(session, a_community(session, slug="moriguchi"), number="010")
        yoshi_themself = session.scalars(select(Person).where(Person.email == first["email"])).one()
        give_hand(session, person=yoshi_themself, member=there, actor=SOMEBODY)
        return yoshi_themself

    person = written(app, join)
    known = {"name": first["email"], "password": first["password"]}
    assert client.post("/moriguchi/sign-in", data=known).status_code == 422
    assert client.post("/kadoma/sign-in", data=known).status_code == 303
    assert client.get("/moriguchi/account").status_code == 303
    written(
        app, lambda session: set_password(session, person=session.merge(person), password="chosen by a link")
    )
    known["password"] = "chosen by a link"
    assert app.test_client().post("/moriguchi/sign-in", data=known).status_code == 303


def test_who_has_an_address_or_an_office_gets_none(app: Flask, ken: Neighbour) -> None:
    hana = written(app, lambda session: a_neighbour(session, ken.community, name="Hana"))
    assert hana.member
    address = f"/kadoma/members/{hana.member.id}/sign-in-code"
    for refused in (given(app, ken, hana.member), signed_in(app, ken).get(address)):
        assert "Hana has an e-mail address and gets no code" in refused.text
        assert "sum code" not in refused.text
    without_email(app, hana)
    assert given(app, ken, hana.member).status_code == 200
    written(app, lambda session: an_office(session, hana.person, ken.community, "auditor"))
    answer = given(app, ken, hana.member)
    assert answer.status_code == 422
    assert "Hana holds an office and gets no code" in answer.text


def test_an_office_ends_what_a_code_has_opened(
    app: Flask, client: FlaskClient, ken: Neighbour, yoshi: Member
) -> None:
    come_in(client, code_in(given(app, ken, yoshi)))
    assert client.get("/kadoma/account").status_code == 200

    written(
        app,
        lambda session: an_office(session, the_one_without_email(session), ken.community, "auditor"),
    )
    assert client.get("/kadoma/account").status_code == 303


def test_only_who_gives_sign_ins_gives_codes_and_only_here(app: Flask, ken: Neighbour, yoshi: Member) -> None:
    auditor = written(app, lambda session: a_neighbour(session, ken.community, "auditor"))
    assert signed_in(app, auditor).post(f"/kadoma/members/{yoshi.id}/sign-in-code").status_code == 403
    stranger = written(app, lambda session: a_member(session, a_community(session)))
    assert given(app, ken, stranger).status_code == 404


def test_codes_are_not_guessed_for_long(
    app: Flask, client: FlaskClient, ken: Neighbour, yoshi: Member
) -> None:
    code = code_in(given(app, ken, yoshi))
    wrong = f"{(int(code.replace(' ', '')) + 1) % 10**8:08}"
    assert [come_in(client, wrong).status_code for _ in range(6)] == [422] * 5 + [429]
    assert come_in(client, code).status_code == 429


# --- a second step that is lost -----------------------------------------------------------------------------


@pytest.fixture
def rin(app: Flask, ken: Neighbour) -> Neighbour:
    """A treasurer who has a second step, and has lost it."""
    who = written(app, lambda session: a_neighbour(session, ken.community, "treasurer", name="Rin"))
    with app.app_context():
        written(db.engine, lambda session: factors.keep_secret(session, person=who.person, secret="A" * 32))
    return who


def reset(app: Flask, by: Neighbour, of: Neighbour) -> TestResponse:
    assert of.member
    return signed_in(app, by).post(f"/kadoma/members/{of.member.id}/second-step")


def the_steward(app: Flask, ken: Neighbour) -> Neighbour:
    return written(app, lambda session: a_neighbour(session, ken.community, "steward", name="Sato"))


def has_one(app: Flask, who: Neighbour) -> bool:
    return written(app, lambda session: factors.is_set_up(session, person=who.person))


def test_a_steward_takes_a_lost_second_step_away_and_it_is_told(
    app: Flask, ken: Neighbour, rin: Neighbour
) -> None:
    sato = the_steward(app, ken)
    assert reset(app, ken, rin).status_code == 403
    assert rin.member
    page = signed_in(app, sato).get(f"/kadoma/members/{rin.member.id}").text
    assert "Second step lost" in page
    assert reset(app, sato, rin).status_code == 303
    assert not has_one(app, rin)
    (mail,) = written(app, lambda session: session.scalars(select(Mail)).all())
    assert (mail.to_address, "taken away by those who look after it" in mail.text) == (rin.person.email, True)
    member = rin.member
    events = written(app, lambda session: [event.what for event in history(session, member=member)])
    assert events[0] == "second-step-reset"
    acts = written(app, lambda session: session.scalars(select(AuditEvent.act)).all())
    assert "codes.reset_second_step" in acts
    # The office sleeps now, and the steward has not come to it.
    client = signed_in(app, rin, second_factor=False)
    assert client.get("/kadoma/members/").headers["Location"].startswith("/kadoma/account/second-step")
    assert reset(app, sato, rin).status_code == 422


def test_nobody_takes_their_own_second_step_away_by_their_office(app: Flask, ken: Neighbour) -> None:
    sato = the_steward(app, ken)
    client = signed_in(app, sato)
    with app.app_context():
        written(db.engine, lambda session: factors.keep_secret(session, person=sato.person, secret="A" * 32))
    assert sato.member
    answer = client.post(f"/kadoma/members/{sato.member.id}/second-step")
    assert (answer.status_code, "your own second step" in answer.text) == (422, True)
    assert has_one(app, sato)


@pytest.mark.parametrize("part", ["member", "office"])
def test_whoever_takes_part_elsewhere_keeps_the_second_step(
    app: Flask, ken: Neighbour, rin: Neighbour, part: str
) -> None:
    def join(session: Session) -> None:
        there = a_community(session, slug="moriguchi")
        if part == "office":
            an_office(session, rin.person, there, "auditor")
        else:
            give_hand(session, person=rin.person, member=a_member(session, there), actor=SOMEBODY)

    written(app, join)
    answer = reset(app, the_steward(app, ken), rin)
    assert (answer.status_code, "takes part in another community" in answer.text) == (422, True)
    assert has_one(app, rin)


def test_who_has_a_second_step_gets_no_code_and_a_code_from_before_is_worth_nothing(
    app: Flask, client: FlaskClient, ken: Neighbour, yoshi: Member
) -> None:
    code = code_in(given(app, ken, yoshi))
    person = written(app, the_one_without_email)
    with app.app_context():
        written(db.engine, lambda session: factors.keep_secret(session, person=person, secret="A" * 32))
    assert come_in(client, code).status_code == 422
    answer = given(app, ken, yoshi)
    assert (answer.status_code, "signs in with a second step and gets no code" in answer.text) == (422, True)
