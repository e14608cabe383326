"""Sign-ins of which the first half is done: they wait, a short while, for the second factor."""

import secrets
from datetime import datetime
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.people.models import LONGEST_NEXT
from timebank.people.models import LONGEST_SEALED
from timebank.people.models import HalfSignIn
from timebank.people.models import Person
from timebank.people.sign_ins import hashed

#: How long the second step may take.
GOOD_FOR = timedelta(minutes=10)


class HalfSignInGone(Refusal):
    """The second step came too late, or a second time."""

    sentence = N_("That took too long, or was done already. Please sign in once more.")


def begin(
    session: Session,
    *,
    person: Person,
    begun_by: str,
    community_id: int | None = None,
    next_path: str = "",
    kept: str = "",
) -> str:
    """Write down that the first half is done, and give the token that only the browser keeps."""
    token = secrets.token_urlsafe(32)
    session.add(
        HalfSignIn(
            person_id=person.id,
            community_id=community_id,
            token_hash=hashed(token),
            begun_by=begun_by,
            begun_at=clock.now(),
            next_path=next_path if 0 < len(next_path) <= LONGEST_NEXT else None,
            kept=kept if 0 < len(kept) <= LONGEST_SEALED else None,
        )
    )
    session.flush()
    return token


def find(session: Session, *, token: str) -> tuple[HalfSignIn, Person] | None:
    """Find what waits under a token, and for whom; also where it has waited for too long."""
    known = (
        select(HalfSignIn, Person)
        .join(Person, Person.id == HalfSignIn.person_id)
        .where(HalfSignIn.token_hash == hashed(token))
    )
    row = session.execute(known).one_or_none()
    return (row[0], row[1]) if row else None


def is_good(half: HalfSignIn) -> bool:
    """Say whether the second step can still be taken."""
    return half.begun_at > clock.now() - GOOD_FOR


def use(session: Session, *, half_id: int) -> None:
    """Let one go, now that its second half is done; of two who do that at once only one is let in."""
    used = delete(HalfSignIn).where(HalfSignIn.id == half_id, HalfSignIn.begun_at > clock.now() - GOOD_FOR)
    gone = used.returning(HalfSignIn.id).execution_options(synchronize_session=False)
    if session.execute(gone).one_or_none() is None:
        raise HalfSignInGone


def forget(session: Session, *, before: datetime) -> None:
    """Forget what was begun before a moment."""
    old = delete(HalfSignIn).where(HalfSignIn.begun_at < before)
    session.execute(old.execution_options(synchronize_session=False))
