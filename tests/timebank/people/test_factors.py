"""Second factors: codes that are good once, recovery codes, and what is kept of them."""

from collections.abc import Iterator
from threading import Barrier
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import PASSWORD as THEIR_PASSWORD
from tests.builders import a_community
from tests.builders import a_person
from tests.builders import at
from tests.builders import written
from timebank.db import db
from timebank.people import factors
from timebank.people import half_sign_ins
from timebank.people import sign_ins
from timebank.people.devices import Device
from timebank.people.later import forget_sign_ins
from timebank.people.locks import lock
from timebank.people.locks import unlock
from timebank.people.models import PASSWORD
from timebank.people.models import Authenticator
from timebank.people.models import HalfSignIn
from timebank.people.models import Person
from timebank.people.models import RecoveryCode
from timebank.people.models import SignIn
from timebank.people.service import set_password
from timebank.queue import Task

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
#: 2026-04-03 12:00:00 UTC in half minutes.
NOON = 1_775_217_600 // 30


@pytest.fixture(autouse=True)
def _noon(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    at(monkeypatch, 2026, 4, 3, 12)
    with app.app_context():
        yield


@pytest.fixture
def hana(session: Session) -> Person:
    """Somebody with an authenticator; another one has one, too."""
    factors.keep_secret(session, person=a_person(session), secret=factors.fresh_secret())
    person = a_person(session)
    factors.keep_secret(session, person=person, secret=SECRET)
    return person


def here_of(session: Session, person: Person, community_id: int | None = None) -> SignIn:
    token = sign_ins.begin(
        session,
        person=person,
        begun_by=PASSWORD,
        device=Device("Firefox", "Android"),
        community_id=community_id,
    )
    found = sign_ins.find(session, token=token)
    assert found
    return found[0]


def take(session: Session, person: Person, typed: str) -> bool:
    found = factors.find_code(session, person=person, typed=typed)
    if found is None:
        return False
    factors.use_code(session, person=person, found=found)
    return True


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, with SHA-1 and the last six of its eight digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert factors.code_of(secret, 59 // 30) == "287082"
    assert factors.code_of(secret, 1_111_111_109 // 30) == "081804"
    assert factors.code_of(secret, 20_000_000_000 // 30) == "353130"


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_differ_by_half_a_minute(
    session: Session, hana: Person, steps: int, is_good: bool
) -> None:
    assert take(session, hana, factors.code_of(SECRET, NOON + steps)) is is_good


def test_a_code_is_read_however_it_is_typed_and_nothing_else_is(session: Session, hana: Person) -> None:
    code = factors.code_of(SECRET, NOON)
    full_width = code.translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    for typed in (code, f" {code[:3]} {code[3:]} ", f"{code[:3]}-{code[3:]}", full_width):
        assert factors.find_code(session, person=hana, typed=typed) == factors.FoundCode(step=NOON)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for typed in ("", wrong, code[:5], f"{code}0", "abcdef", "²²²²²²", "half\ud800", "\0" * 6, "9" * 10_000):
        assert factors.find_code(session, person=hana, typed=typed) is None
    assert factors.find_code(session, person=a_person(session), typed=code) is None


def test_no_code_is_taken_twice_nor_one_from_before_it(session: Session, hana: Person) -> None:
    now, before = factors.code_of(SECRET, NOON), factors.code_of(SECRET, NOON - 1)
    assert take(session, hana, now)
    for typed in (now, before):
        with pytest.raises(factors.CodeUsed):
            take(session, hana, typed)
    assert take(session, hana, factors.code_of(SECRET, NOON + 1))


@pytest.mark.parametrize("kind", ["authenticator", "paper"])
def test_of_two_who_send_a_code_at_once_one_is_let_in(app: Flask, kind: str) -> None:
    person = written(app, a_person)
    new = factors.make_recovery_codes()

    def keep(session: Session) -> None:
        factors.keep_secret(session, person=person, secret=SECRET)
        factors.keep_recovery_codes(session, person=person, new=new)

    with app.app_context():
        written(db.engine, keep)
    typed = new.codes[3] if kind == "paper" else factors.code_of(SECRET, NOON)
    ready, heard = Barrier(2), list[str]()

    def send() -> None:
        with app.app_context():
            found = written(db.engine, lambda session: factors.find_code(session, person=person, typed=typed))
            assert found
            ready.wait(20)
            try:
                written(db.engine, lambda session: factors.use_code(session, person=person, found=found))
                heard.append("in")
            except factors.CodeUsed:
                heard.append("used")

    both = [Thread(target=send) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert sorted(heard) == ["in", "used"]


def test_the_table_holds_neither_secret_nor_codes(session: Session, hana: Person) -> None:
    new = factors.make_recovery_codes()
    factors.keep_recovery_codes(session, person=hana, new=new)
    rows = str(session.execute(select(*Authenticator.__table__.columns)).all())
    rows += str(session.execute(select(*RecoveryCode.__table__.columns)).all())
    assert SECRET not in rows
    assert all(code not in rows for code in new.codes)


def test_what_is_locked_opens_with_the_same_key_for_the_same_thing_only(app: Flask) -> None:
    locked = lock("a secret", what="this")
    assert unlock(locked, what="this") == "a secret"
    assert unlock(locked, what="that") is None
    for broken in ("", locked[:-5], "half\ud800", "\0"):
        assert unlock(broken, what="this") is None
    app.secret_key = "another key, of more than thirty-two characters"
    assert unlock(locked, what="this") is None


def test_with_another_secret_key_recovery_codes_still_open(
    app: Flask, session: Session, hana: Person
) -> None:
    new = factors.make_recovery_codes()
    factors.keep_recovery_codes(session, person=hana, new=new)
    app.secret_key = "another key, of more than thirty-two characters"
    assert not take(session, hana, factors.code_of(SECRET, NOON))
    assert factors.code_to_show(session, person_id=hana.id) is None
    assert take(session, hana, new.codes[0])


def test_each_recovery_code_is_good_once_however_it_is_typed(session: Session, hana: Person) -> None:
    new = factors.make_recovery_codes()
    factors.keep_recovery_codes(session, person=hana, new=new)
    assert len(set(new.codes)) == 10
    first, second = new.codes[:2]
    assert take(session, hana, factors.in_fours(first, "-"))
    assert not take(session, hana, first)
    assert take(session, hana, f" {second.upper()[:5]} {second.upper()[5:]} ")
    assert factors.recovery_codes_left(session, person=hana) == 8
    assert not take(session, hana, new.codes[2][:-1])
    other = a_person(session)
    factors.keep_recovery_codes(session, person=other, new=factors.make_recovery_codes())
    assert not take(session, other, new.codes[2])


def test_new_recovery_codes_replace_the_old(session: Session, hana: Person) -> None:
    old, new = factors.make_recovery_codes(), factors.make_recovery_codes()
    for one in (old, new):
        factors.keep_recovery_codes(session, person=hana, new=one)
    assert not take(session, hana, old.codes[0])
    assert take(session, hana, new.codes[0])


def test_an_authenticator_is_set_up_by_its_own_code_and_ends_other_sign_ins(session: Session) -> None:
    person = a_person(session)
    here, elsewhere = here_of(session, person), here_of(session, person)
    half_sign_ins.begin(session, person=person, begun_by=PASSWORD)
    with pytest.raises(factors.CodeWrong):
        factors.set_up(session, person=person, secret=SECRET, code="000000", here=here)
    assert not factors.is_set_up(session, person=person)
    code = factors.code_of(SECRET, NOON)
    factors.set_up(session, person=person, secret=SECRET, code=code, here=here)
    session.expire_all()
    assert factors.is_set_up(session, person=person)
    assert here.second_factor_at is not None
    assert (here.ended_at, elsewhere.ended_at is None) == (None, False)
    assert session.scalar(select(func.count()).select_from(HalfSignIn)) == 0
    # The code that set it up is used.
    with pytest.raises(factors.CodeUsed):
        take(session, person, code)


def test_the_same_secret_is_set_up_once(session: Session, hana: Person) -> None:
    here = here_of(session, hana)
    with pytest.raises(factors.CodeUsed):
        factors.set_up(session, person=hana, secret=SECRET, code=factors.code_of(SECRET, NOON), here=here)


def test_a_sign_in_that_an_officer_led_to_sets_nothing_up(session: Session) -> None:
    person, community = a_person(session), a_community(session)
    here = here_of(session, person, community.id)
    with pytest.raises(factors.OpensOneOnly):
        factors.set_up(session, person=person, secret=SECRET, code=factors.code_of(SECRET, NOON), here=here)


def test_what_is_removed_is_gone_with_its_codes_and_sign_ins(session: Session, hana: Person) -> None:
    factors.keep_recovery_codes(session, person=hana, new=factors.make_recovery_codes())
    here, elsewhere = here_of(session, hana), here_of(session, hana)
    for one in (here, elsewhere):
        one.second_factor_at = one.begun_at
    session.flush()
    factors.remove(session, person=hana, here=here)
    session.expire_all()
    assert not factors.is_set_up(session, person=hana)
    assert factors.recovery_codes_left(session, person=hana) == 0
    assert (here.second_factor_at, here.ended_at) == (None, None)
    assert elsewhere.ended_at is not None


def test_who_it_is_is_proved_by_password_or_code(session: Session, hana: Person) -> None:
    for typed in (THEIR_PASSWORD, factors.code_of(SECRET, NOON)):
        proof = factors.find_proof(session, person=hana, typed=typed)
        factors.use_proof(session, person=hana, proof=proof)
    with pytest.raises(factors.ProofWrong):
        factors.find_proof(session, person=hana, typed="another-password")
    proof = factors.find_proof(session, person=hana, typed=THEIR_PASSWORD)
    set_password(session, person=hana, password="changed meanwhile")
    with pytest.raises(factors.ProofWrong):
        factors.use_proof(session, person=hana, proof=proof)


def test_the_shown_code_is_one_that_will_be_taken(session: Session, hana: Person) -> None:
    shown = factors.code_to_show(session, person_id=hana.id)
    assert shown == (factors.code_of(SECRET, NOON), 30)
    assert take(session, hana, shown[0])
    shown = factors.code_to_show(session, person_id=hana.id)
    assert shown == (factors.code_of(SECRET, NOON + 1), 60)
    assert take(session, hana, shown[0])
    assert factors.code_to_show(session, person_id=a_person(session).id) is None


def test_half_a_sign_in_waits_ten_minutes_and_is_used_once(
    session: Session, hana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = half_sign_ins.begin(session, person=hana, begun_by=PASSWORD, next_path="/kadoma/", kept="")
    found = half_sign_ins.find(session, token=token)
    assert found
    half, person = found
    assert (person, half.next_path, half.kept) == (hana, "/kadoma/", None)
    assert token not in str(session.execute(select(*HalfSignIn.__table__.columns)).one())
    assert half_sign_ins.find(session, token=f"{token}x") is None
    # It is no sign-in.
    assert sign_ins.find(session, token=token) is None
    half_id = half.id
    at(monkeypatch, 2026, 4, 3, 12, 10)
    assert not half_sign_ins.is_good(half)
    with pytest.raises(half_sign_ins.HalfSignInGone):
        half_sign_ins.use(session, half_id=half_id)
    at(monkeypatch, 2026, 4, 3, 12, 9)
    half_sign_ins.use(session, half_id=half_id)
    with pytest.raises(half_sign_ins.HalfSignInGone):
        half_sign_ins.use(session, half_id=half_id)


def test_a_new_password_ends_what_waits_and_old_halves_are_forgotten(
    session: Session, hana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = half_sign_ins.begin(session, person=hana, begun_by=PASSWORD)
    set_password(session, person=hana, password="another-password")
    assert half_sign_ins.find(session, token=token) is None
    token = half_sign_ins.begin(session, person=hana, begun_by=PASSWORD, next_path="x" * 5_000)
    at(monkeypatch, 2026, 4, 4, 12, 1)
    forget_sign_ins(session, Task(id=1, community_id=1, kind="forget", payload={}, attempts=1))
    assert half_sign_ins.find(session, token=token) is None
