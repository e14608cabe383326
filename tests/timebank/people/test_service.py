"""Letting people in, giving and taking offices, keeping what they had typed."""

import subprocess
import sys

import pytest
from argon2 import PasswordHasher
from argon2 import extract_parameters
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import PASSWORD
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_person
from tests.builders import an_office
from timebank.errors import Refusal
from timebank.people import service
from timebank.people.models import LONGEST_KEPT
from timebank.people.models import OfficeEvent
from timebank.people.models import Person


def test_a_person_is_known_by_their_address_however_it_is_written(session: Session) -> None:
    person = service.create_person(session, email=" Hana@Example.org ", password=PASSWORD, language="ja")
    a_person(session)
    assert person.email == "hana@example.org"
    assert service.find_by_email(session, "HANA@example.org ") is person
    assert service.find_by_email(session, "hana@example.com") is None
    assert service.find_by_email(session, "ha\0na@example.org") is None


def test_a_person_needs_neither_an_address_nor_a_password(session: Session) -> None:
    person = service.create_person(session, password=None)
    assert (person.email, person.password_hash, person.language) == (None, None, None)


@pytest.mark.parametrize(
    "email", ["hana", "@example.org", "hana@", "ha na@example.org", "a@b@c", "花@例.jp", "@"]
)
def test_what_is_no_address_is_refused(session: Session, email: str) -> None:
    with pytest.raises(service.EmailRefused, match="e-mail"):
        service.create_person(session, email=email, password=PASSWORD)


def test_two_people_cannot_sign_in_with_one_address(session: Session) -> None:
    a_person(session, email="hana@example.org")
    with pytest.raises(service.EmailTaken, match=r"hana@example\.org"):
        service.create_person(session, email="Hana@example.org", password=PASSWORD)


def test_of_two_who_take_an_address_at_once_one_is_told(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_person(session, email="hana@example.org")
    monkeypatch.setattr(service, "find_by_email", lambda *_: None)
    with pytest.raises(service.EmailTaken), session.begin_nested():
        service.create_person(session, email="hana@example.org", password=PASSWORD)


def test_another_clash_is_not_mistaken_for_a_taken_address(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "hash_password", lambda _: "not a hash")
    with pytest.raises(Exception, match="person_password_is_hashed"), session.begin_nested():
        service.create_person(session, email="hana@example.org", password=PASSWORD)


def test_a_language_that_is_not_spoken_is_refused(session: Session) -> None:
    with pytest.raises(service.LanguageUnknown, match="xx"):
        service.create_person(session, password=PASSWORD, language="xx")


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("short", service.PasswordTooShort),
        ("x" * 201, service.PasswordTooLong),
        ("", service.PasswordTooShort),
    ],
    ids=["too short", "too long", "none"],
)
def test_a_password_has_a_sensible_length(password: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal, match="characters"):
        service.hash_password(password)


def test_a_password_lets_in_only_whose_it_is(session: Session) -> None:
    hana, taro = a_person(session), a_person(session, password="another-password")
    assert service.sign_in([taro, hana], password=PASSWORD) is hana
    for candidates, password in (
        ([hana], "wrong-password"),
        ([], PASSWORD),
        ([hana], "x" * 1000),
        ([hana], ""),
    ):
        with pytest.raises(service.SignInRefused, match="do not know"):
            service.sign_in(candidates, password=password)


def test_somebody_without_a_password_is_not_let_in(session: Session) -> None:
    with pytest.raises(service.SignInRefused):
        service.sign_in([service.create_person(session, password=None)], password="")


def test_a_password_typed_full_width_is_the_same_password(session: Session) -> None:
    person = service.create_person(session, password="hana-１２３４")
    assert service.sign_in([person], password="ｈａｎａ－1234") is person


def test_a_password_may_hold_what_cannot_be_written(session: Session) -> None:
    person = service.create_person(session, password="half\ud800character")
    assert service.sign_in([person], password="half\ud800character") is person


def test_for_nobody_a_password_is_hashed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def never(kept: str, _password: str) -> bool:
        tried.append(kept)
        return False

    monkeypatch.setattr(service, "_matches", never)
    with pytest.raises(service.SignInRefused):
        service.sign_in([], password=PASSWORD)
    assert len(tried) == 1
    assert tried[0].startswith("$argon2id$")


def test_the_program_hashes_as_slowly_as_the_library_advises() -> None:
    ask = f"from timebank.people.service import hash_password; print(hash_password({PASSWORD!r}))"
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, check=True, text=True).stdout
    made = extract_parameters(told.strip())
    assert made == extract_parameters(PasswordHasher().hash(PASSWORD))
    # OWASP's least for Argon2id: 19 MiB and two rounds.
    assert made.memory_cost >= 19 * 1024
    assert made.time_cost >= 2


def test_a_weaker_hash_is_renewed_at_the_next_sign_in(session: Session) -> None:
    person = a_person(session)
    assert service.stronger_hash(person, password=PASSWORD) is None
    weak = person.password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    stronger = service.stronger_hash(person, password=PASSWORD)
    service.renew_hash(session, person=person, known=weak, stronger=stronger)
    assert "m=8," not in (person.password_hash or "")
    assert service.sign_in([person], password=PASSWORD) is person


def test_a_password_that_was_changed_during_the_sign_in_lets_nobody_in(session: Session) -> None:
    person = a_person(session)
    known = person.password_hash
    service.set_password(session, person=person, password="a-new-password")
    changed = person.password_hash
    with pytest.raises(service.SignInRefused):
        service.renew_hash(session, person=person, known=known, stronger=None)
    assert person.password_hash == changed
    service.renew_hash(session, person=person, known=changed, stronger=None)
    assert person.password_hash == changed


def test_only_the_owner_knows_a_password(session: Session) -> None:
    person, taro = a_person(session), a_person(session, password="another-password")
    service.check_password(person, password=PASSWORD)
    for wrong in ("wrong", "another-password", ""):
        with pytest.raises(service.PasswordWrong):
            service.check_password(person, password=wrong)
    service.check_password(taro, password="another-password")


def test_a_new_password_takes_the_place_of_the_old(session: Session) -> None:
    person = a_person(session)
    service.set_password(session, person=person, password="a-new-password")
    assert service.sign_in([person], password="a-new-password") is person
    with pytest.raises(service.SignInRefused):
        service.sign_in([person], password=PASSWORD)


def test_somebody_without_a_password_knows_none(session: Session) -> None:
    with pytest.raises(service.PasswordWrong):
        service.check_password(service.create_person(session, password=None), password="")


def test_a_shown_password_is_shown_no_longer_once_it_is_changed(session: Session) -> None:
    community, other = a_community(session), a_community(session)
    people = [a_person(session) for _ in range(2)]
    for label, person in zip(("Hana", "Taro"), people, strict=True):
        service.show_sign_in(
            session, person=person, community=community, sign_in_name="1", label=label, password=PASSWORD
        )
    service.show_sign_in(
        session, person=people[0], community=other, sign_in_name="1", label="Noise", password=PASSWORD
    )
    assert [one.label for one in service.shown_sign_ins(session, community=community)] == ["Hana", "Taro"]
    service.set_password(session, person=people[0], password="a-new-password")
    assert [one.label for one in service.shown_sign_ins(session, community=community)] == ["Taro"]


def test_people_choose_their_own_language_or_their_communitys(session: Session) -> None:
    person = a_person(session)
    for language in ("ja", None):
        service.change_language(session, person=person, language=language)
        assert person.language == language
    with pytest.raises(service.LanguageUnknown):
        service.change_language(session, person=person, language="xx")


def test_an_office_is_held_in_one_community_and_written_down(session: Session) -> None:
    here, there, person = a_community(session), a_community(session), a_person(session)
    an_office(session, a_person(session), here, "steward")
    for _twice in range(2):
        service.give_office(session, person=person, community=here, role="auditor", actor=SOMEBODY)
    assert service.roles_of(session, person=person, community=here) == {"auditor"}
    assert service.roles_of(session, person=person, community=there) == set()
    for _twice in range(2):
        service.take_office(session, person=person, community=here, role="auditor", actor=SOMEBODY)
    assert service.roles_of(session, person=person, community=here) == set()
    events = select(OfficeEvent.what).where(OfficeEvent.person_id == person.id).order_by(OfficeEvent.id)
    assert session.scalars(events).all() == ["given", "taken"]


def test_there_is_no_office_of_member(session: Session) -> None:
    with pytest.raises(service.RoleUnknown, match="member"):
        service.give_office(
            session, person=a_person(session), community=a_community(session), role="member", actor=SOMEBODY
        )


def test_offices_are_set_all_at_once(session: Session) -> None:
    community, person = a_community(session), a_person(session)
    an_office(session, person, community, "treasurer")
    service.set_offices(
        session, person=person, community=community, roles=["auditor", "coordinator"], actor=SOMEBODY
    )
    assert service.roles_of(session, person=person, community=community) == {"auditor", "coordinator"}


def test_the_last_steward_stays_one(session: Session) -> None:
    community, person, successor = a_community(session), a_person(session), a_person(session)
    an_office(session, person, community, "steward")
    with pytest.raises(service.LastSteward, match="somebody else first"):
        service.set_offices(session, person=person, community=community, roles=[], actor=SOMEBODY)
    an_office(session, successor, community, "steward")
    service.set_offices(session, person=person, community=community, roles=[], actor=SOMEBODY)
    assert service.roles_of(session, person=person, community=community) == set()


def test_what_was_typed_is_kept_until_it_is_posted(session: Session) -> None:
    hana, taro = a_person(session), a_person(session)
    fields = [("hours", "1.5"), ("note", "買い物")]
    for person in (hana, taro):
        service.keep_form(session, person=person, path="/k/log?x=1", target="/k/log", fields=fields)
    assert service.kept_form(session, person=hana, path="/k/log?x=1") == fields
    assert service.kept_form(session, person=hana, path="/k/log") == []
    service.keep_form(session, person=hana, path="/k/log?x=1", target="/k/log", fields=[("hours", "2")])
    assert service.kept_form(session, person=hana, path="/k/log?x=1") == [("hours", "2")]
    service.forget_form(session, person=hana, target="/k/log")
    assert service.kept_form(session, person=hana, path="/k/log?x=1") == []
    assert service.kept_form(session, person=taro, path="/k/log?x=1") == fields


def test_more_than_any_form_holds_is_not_kept(session: Session) -> None:
    person = a_person(session)
    service.keep_form(session, person=person, path="/k", target="/k", fields=[("note", "x" * LONGEST_KEPT)])
    assert service.kept_form(session, person=person, path="/k") == []


def test_an_address_in_capitals_cannot_be_stored_past_the_service(session: Session) -> None:
    person = a_person(session)
    with pytest.raises(Exception, match="person_email_is_lower_case"), session.begin_nested() as savepoint:
        savepoint.session.add(Person(email="Hana@example.org", created_at=person.created_at))
