"""Where people are signed in: begun, seen, listed, ended and forgotten."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank import clock
from timebank.people.devices import Device
from timebank.people.models import PASSWORD
from timebank.people.models import HalfSignIn
from timebank.people.models import Person
from timebank.people.models import SignIn
from timebank.settings import SESSION_LASTS

#: How often it is written down that somebody is still there.
_SEEN_EVERY = timedelta(hours=1)
#: For how long a sign-in without a password is as good as having typed one.
_FRESH = timedelta(minutes=30)


def begin(
    session: Session,
    *,
    person: Person,
    begun_by: str,
    device: Device,
    community_id: int | None = None,
    second_factor_at: datetime | None = None,
) -> str:
    """Sign somebody in and give the token that only their browser keeps; the caller commits.

    Where a community is named the sign-in opens that one only.
    """
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(
        SignIn(
            person_id=person.id,
            community_id=community_id,
            token_hash=hashed(token),
            begun_by=begun_by,
            begun_at=now,
            seen_at=now,
            browser=device.browser,
            system=device.system,
            second_factor_at=second_factor_at,
        )
    )
    session.flush()
    return token


def find(session: Session, *, token: str) -> tuple[SignIn, Person] | None:
    """Find the open sign-in of a token, and whose it is."""
    known = (
        select(SignIn, Person)
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.token_hash == hashed(token), *_open())
    )
    row = session.execute(known).one_or_none()
    return (row[0], row[1]) if row else None


def open_ones(session: Session, *, person: Person) -> Sequence[SignIn]:
    """List where somebody is signed in, the latest seen first."""
    own = select(SignIn).where(SignIn.person_id == person.id, *_open())
    return session.scalars(own.order_by(SignIn.seen_at.desc(), SignIn.id.desc())).all()


def is_worth_noting(sign_in: SignIn) -> bool:
    """Say whether somebody was last seen so long ago that it should be written down again."""
    return clock.now() - sign_in.seen_at >= _SEEN_EVERY


def needs_no_password(sign_in: SignIn) -> bool:
    """Say whether somebody has come in without a password so lately that they may choose a new one."""
    return sign_in.begun_by != PASSWORD and clock.now() - sign_in.begun_at < _FRESH


def note_seen(session: Session, *, sign_in_id: int) -> None:
    """Write down that somebody is still there; the caller commits."""
    now = clock.now()
    seen = update(SignIn).where(SignIn.id == sign_in_id, SignIn.seen_at <= now - _SEEN_EVERY)
    session.execute(seen.values(seen_at=now).execution_options(synchronize_session=False))


def end(session: Session, *, person: Person, sign_in_id: int) -> bool:
    """End one of somebody's own sign-ins; False where it is not theirs, or has ended."""
    return _end(session, SignIn.id == sign_in_id, SignIn.person_id == person.id) > 0


def end_token(session: Session, *, token: str | None) -> None:
    """End the sign-in of a browser, whoever's it is."""
    if token:
        _end(session, SignIn.token_hash == hashed(token))


def end_all(session: Session, *, person: Person, but: SignIn | None = None) -> int:
    """End every sign-in of a person, but one where it is named, and give how many that were.

    One that waits for its second step ends, too.
    """
    session.execute(delete(HalfSignIn).where(HalfSignIn.person_id == person.id))
    others = [SignIn.id != but.id] if but else []
    return _end(session, SignIn.person_id == person.id, *others)


def end_those_of_one(session: Session, *, person: Person) -> None:
    """End the sign-ins of a person that an officer's code has led to."""
    waiting = delete(HalfSignIn).where(
        HalfSignIn.person_id == person.id, HalfSignIn.community_id.is_not(None)
    )
    session.execute(waiting)
    _end(session, SignIn.person_id == person.id, SignIn.community_id.is_not(None))


def forget(session: Session, *, before: datetime) -> None:
    """Forget what ended before a moment, or was last seen before it."""
    over = func.coalesce(SignIn.ended_at, SignIn.seen_at)
    session.execute(delete(SignIn).where(over < before).execution_options(synchronize_session=False))


def hashed(token: str) -> str:
    """Hash a token that is long and made by chance, so that nothing slower is needed."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _open() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return SignIn.ended_at.is_(None), SignIn.seen_at > clock.now() - SESSION_LASTS


def _end(session: Session, *which: ColumnElement[bool]) -> int:
    over = update(SignIn).where(*which, *_open()).values(ended_at=clock.now())
    return len(session.scalars(over.returning(SignIn.id)).all())
