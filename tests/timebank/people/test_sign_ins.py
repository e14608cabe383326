"""Where people are signed in: begun, seen, listed, ended and forgotten."""

import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import a_community
from tests.builders import a_person
from tests.builders import at
from timebank.people import sign_ins
from timebank.people.devices import Device
from timebank.people.later import forget_sign_ins
from timebank.people.models import CODE
from timebank.people.models import PASSWORD
from timebank.people.models import Person
from timebank.people.models import SignIn
from timebank.people.service import set_password
from timebank.queue import Task

SOME = Device("Firefox", "Android")


def begun(session: Session, person: Person) -> str:
    return sign_ins.begin(session, person=person, begun_by=PASSWORD, device=SOME)


def test_only_whoever_holds_the_token_is_known_by_it(session: Session) -> None:
    hana, taro = a_person(session), a_person(session)
    token = begun(session, hana)
    begun(session, taro)
    found = sign_ins.find(session, token=token)
    assert found
    sign_in, person = found
    assert person is hana
    assert (sign_in.browser, sign_in.system, sign_in.community_id) == ("Firefox", "Android", None)
    for other in ("", token[:-1], token + "x", sign_in.token_hash, "half\ud800"):
        assert sign_ins.find(session, token=other) is None


def test_the_table_does_not_hold_the_token(session: Session) -> None:
    token = begun(session, a_person(session))
    row = session.execute(select(*SignIn.__table__.columns)).one()
    assert token not in str(row)


def test_a_sign_in_by_an_officers_code_opens_one_community(session: Session) -> None:
    person, community = a_person(session), a_community(session)
    token = sign_ins.begin(session, person=person, begun_by=CODE, device=SOME, community_id=community.id)
    found = sign_ins.find(session, token=token)
    assert found
    assert found[0].community_id == community.id
    with pytest.raises(IntegrityError, match="sign_in_by_code_opens_one_community"), session.begin_nested():
        sign_ins.begin(session, person=person, begun_by=CODE, device=SOME)


def test_who_is_not_seen_for_two_weeks_is_signed_out(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_person(session)
    at(monkeypatch, 2026, 4, 3, 12)
    token = begun(session, person)
    at(monkeypatch, 2026, 4, 17, 11)
    assert sign_ins.find(session, token=token)
    at(monkeypatch, 2026, 4, 17, 12)
    assert sign_ins.find(session, token=token) is None
    assert sign_ins.open_ones(session, person=person) == []


def test_it_is_noted_once_an_hour_that_somebody_is_still_there(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 4, 3, 12)
    begun(session, a_person(session))
    (sign_in,) = session.scalars(select(SignIn)).all()
    for minute, hour, is_worth, seen_hour in ((59, 12, False, 12), (0, 13, True, 13), (30, 13, False, 13)):
        at(monkeypatch, 2026, 4, 3, hour, minute)
        assert sign_ins.is_worth_noting(sign_in) is is_worth
        sign_ins.note_seen(session, sign_in_id=sign_in.id)
        session.refresh(sign_in)
        assert (sign_in.seen_at.hour, sign_in.seen_at.minute) == (seen_hour, 0)


def test_people_end_their_own_sign_ins_and_nobody_elses(session: Session) -> None:
    hana, taro = a_person(session), a_person(session)
    begun(session, hana)
    begun(session, taro)
    (own,) = sign_ins.open_ones(session, person=hana)
    assert not sign_ins.end(session, person=taro, sign_in_id=own.id)
    assert sign_ins.end(session, person=hana, sign_in_id=own.id)
    assert not sign_ins.end(session, person=hana, sign_in_id=own.id)
    assert sign_ins.open_ones(session, person=hana) == []
    assert len(sign_ins.open_ones(session, person=taro)) == 1


def test_all_but_one_are_ended(session: Session) -> None:
    hana, taro = a_person(session), a_person(session)
    for person in (hana, hana, hana, taro):
        begun(session, person)
    kept, *_others = sign_ins.open_ones(session, person=hana)
    assert sign_ins.end_all(session, person=hana, but=kept) == 2
    assert sign_ins.open_ones(session, person=hana) == [kept]
    assert sign_ins.end_all(session, person=hana) == 1
    assert len(sign_ins.open_ones(session, person=taro)) == 1


def test_a_new_password_signs_out_everywhere(session: Session) -> None:
    hana, taro = a_person(session), a_person(session)
    begun(session, hana)
    begun(session, taro)
    set_password(session, person=hana, password="a-new-password")
    assert sign_ins.open_ones(session, person=hana) == []
    assert len(sign_ins.open_ones(session, person=taro)) == 1


def test_a_browser_that_was_signed_in_by_nobody_ends_nothing(session: Session) -> None:
    person = a_person(session)
    begun(session, person)
    for token in (None, "", "nobody's"):
        sign_ins.end_token(session, token=token)
    assert len(sign_ins.open_ones(session, person=person)) == 1


def test_what_is_long_over_is_forgotten(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_person(session)
    at(monkeypatch, 2026, 1, 1)
    ended, _unseen = begun(session, person), begun(session, person)
    at(monkeypatch, 2026, 1, 5)
    sign_ins.end_token(session, token=ended)
    at(monkeypatch, 2026, 1, 10)
    open_one = begun(session, person)
    for month, day, left in ((4, 1, 3), (4, 2, 2), (4, 5, 2), (4, 6, 1)):
        at(monkeypatch, 2026, month, day)
        forget_sign_ins(session, Task(1, 1, "forget-sign-ins", {}, 1))
        assert session.scalar(select(func.count(SignIn.id))) == left
    assert session.scalar(select(SignIn.token_hash)) == sign_ins.hashed(open_one)
