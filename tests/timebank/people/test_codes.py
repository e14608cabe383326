"""One-time codes: made, found, used once, and worth nothing to whoever has come to more since."""

import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_community
from tests.builders import an_office
from tests.builders import at
from timebank import clock
from timebank.communities.models import Community
from timebank.people import codes
from timebank.people import service
from timebank.people.models import Person
from timebank.people.models import SignInCode
from timebank.people.service import create_person


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session)


@pytest.fixture
def yoshi(session: Session) -> Person:
    return create_person(session, password=None)


def found_for(session: Session, community: Community, typed: str, *people: Person) -> int | None:
    found = codes.find_code(session, community=community, people=people, typed=typed)
    return found.person_id if found else None


def test_a_code_is_eight_digits_however_they_are_typed(
    session: Session, community: Community, yoshi: Person
) -> None:
    taro = create_person(session, password=None)
    codes.make_code(session, person=taro, community=community)
    code = codes.make_code(session, person=yoshi, community=community)
    assert len(code) == 8
    full_width = code.translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    for typed in (code, f" {code[:4]} {code[4:]} ", f"{code[:4]}-{code[4:]}", full_width):
        assert found_for(session, community, typed, taro, yoshi) == yoshi.id


def test_what_is_not_the_code_opens_nothing(session: Session, community: Community, yoshi: Person) -> None:
    code = codes.make_code(session, person=yoshi, community=community)
    wrong = f"{(int(code) + 1) % 10**8:08}"
    for typed in ("", wrong, code[:7], f"{code}0", f"{code[:7]}x", "a-password"):
        assert found_for(session, community, typed, yoshi) is None
    assert found_for(session, community, code) is None
    assert found_for(session, a_community(session), code, yoshi) is None


def test_for_nobody_a_code_is_looked_at_all_the_same(
    session: Session, community: Community, yoshi: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def never(kept: str, _typed: str) -> bool:
        looked.append(kept)
        return False

    codes.make_code(session, person=yoshi, community=community)
    monkeypatch.setattr(service, "_matches", never)
    for people in ([yoshi], []):
        found_for(session, community, "1234 5678", *people)
    assert len(looked) == 2


def test_a_code_is_good_once(session: Session, community: Community, yoshi: Person) -> None:
    code = codes.make_code(session, person=yoshi, community=community)
    found = codes.find_code(session, community=community, people=[yoshi], typed=code)
    assert found
    assert codes.use_code(session, community=community, found=found) is yoshi
    assert found_for(session, community, code, yoshi) is None
    with pytest.raises(service.SignInRefused):
        codes.use_code(session, community=community, found=found)


def test_a_code_is_good_for_a_day(
    session: Session, community: Community, yoshi: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 4, 3, 12)
    code = codes.make_code(session, person=yoshi, community=community)
    for day, hour, found in ((4, 11, yoshi.id), (4, 12, None)):
        at(monkeypatch, 2026, 4, day, hour)
        assert found_for(session, community, code, yoshi) == found


def test_a_new_code_takes_the_place_of_the_old(session: Session, community: Community, yoshi: Person) -> None:
    old, new = (codes.make_code(session, person=yoshi, community=community) for _ in range(2))
    assert found_for(session, community, old, yoshi) is None
    assert found_for(session, community, new, yoshi) == yoshi.id
    assert session.scalar(select(func.count()).select_from(SignInCode)) == 1


@pytest.mark.parametrize("come_to", ["an address", "an office"])
def test_who_has_come_to_more_since_is_not_let_in_by_it(
    session: Session, community: Community, yoshi: Person, come_to: str
) -> None:
    code = codes.make_code(session, person=yoshi, community=community)
    if come_to == "an address":
        yoshi.email = "yoshi@example.org"
        session.flush()
    else:
        an_office(session, yoshi, a_community(session), "auditor")
    assert found_for(session, community, code, yoshi) is None


def test_the_table_holds_no_code(session: Session, community: Community, yoshi: Person) -> None:
    code = codes.make_code(session, person=yoshi, community=community)
    assert code not in str(session.execute(select(*SignInCode.__table__.columns)).all())


def test_codes_that_are_no_longer_good_are_forgotten(
    session: Session, community: Community, yoshi: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 4, 3, 12)
    codes.make_code(session, person=yoshi, community=community)
    at(monkeypatch, 2026, 4, 4, 12)
    codes.make_code(session, person=yoshi, community=a_community(session))
    at(monkeypatch, 2026, 4, 4, 13)
    codes.forget_codes(session, before=clock.now())
    assert session.scalar(select(func.count()).select_from(SignInCode)) == 1
