"""One-time codes: eight digits that an officer reads out or prints, for who has no e-mail address."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy import exists
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.db import insert_into
from timebank.people import service
from timebank.people.models import Authenticator
from timebank.people.models import Office
from timebank.people.models import Person
from timebank.people.models import SignInCode
from timebank.text import half_width

#: How long a code is good from when it was given.
GOOD_FOR = timedelta(hours=24)
DIGITS = 8
#: What people write between the digits that they were told.
_BETWEEN = str.maketrans("", "", " -ー－・.")


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code that was typed right, before it is used."""

    person_id: int
    code_hash: str


def make_code(session: Session, *, person: Person, community: Community) -> str:
    """Make a code for somebody, in place of one they may have had; the caller commits.

    Whether they may have one is the caller's to judge.
    """
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    made = {"code_hash": service.hash_password(code), "good_until": clock.now() + GOOD_FOR}
    new = insert_into(session, SignInCode).values(person_id=person.id, community_id=community.id, **made)
    session.execute(new.on_conflict_do_update(index_elements=["person_id", "community_id"], set_=made))
    return code


def find_code(
    session: Session, *, community: Community, people: Iterable[Person], typed: str
) -> FoundCode | None:
    """Tell whose code of this community was typed, if it is one; as slow where nobody has one."""
    digits = digits_in(typed)
    if len(digits) != DIGITS:
        return None
    # Who has come to an e-mail address, an office or a second factor since is no longer let in by it.
    good = (
        select(SignInCode)
        .join(Person, Person.id == SignInCode.person_id)
        .where(SignInCode.person_id.in_([person.id for person in people]))
        .where(SignInCode.community_id == community.id, SignInCode.good_until > clock.now())
        .where(Person.email.is_(None), ~exists().where(Office.person_id == Person.id))
        .where(~exists().where(Authenticator.person_id == Person.id))
    )
    rows = session.scalars(good.order_by(SignInCode.person_id)).all()
    matching = service.matching([row.code_hash for row in rows], digits)
    found = next((row for row in rows if row.code_hash == matching), None)
    return FoundCode(found.person_id, found.code_hash) if found else None


def use_code(session: Session, *, community: Community, found: FoundCode) -> Person:
    """Use a code up; of two who send it at once only one is let in. The caller commits."""
    used = delete(SignInCode).where(
        SignInCode.person_id == found.person_id,
        SignInCode.community_id == community.id,
        SignInCode.code_hash == found.code_hash,
    )
    gone = used.returning(SignInCode.person_id).execution_options(synchronize_session=False)
    is_used = session.execute(gone).one_or_none() is not None
    if not is_used or session.get(Authenticator, found.person_id) is not None:
        raise service.SignInRefused
    return session.get_one(Person, found.person_id)


def digits_in(typed: str) -> str:
    """Read the digits of a code, however they are written; nothing where there is anything else."""
    digits = half_width(typed).translate(_BETWEEN)
    return digits if digits.isascii() and digits.isdecimal() else ""


def forget_codes(session: Session, *, before: datetime) -> None:
    """Forget codes that were good until before a moment."""
    old = delete(SignInCode).where(SignInCode.good_until < before)
    session.execute(old.execution_options(synchronize_session=False))
