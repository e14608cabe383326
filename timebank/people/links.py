"""Links that sign somebody in once: asked for, sent, used, and no longer good after half an hour."""

import secrets
from datetime import datetime
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlalchemy import delete
from sqlalchemy import exists
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.people.models import LONGEST_NEXT
from timebank.people.models import Person
from timebank.people.models import SignInLink
from timebank.people.service import find_by_email
from timebank.people.sign_ins import hashed
from timebank.queue import enqueue

#: How long a link is good from when it was asked for.
GOOD_FOR = timedelta(minutes=30)
#: Sends a link to whoever has asked for it.
SEND_LINK = "send-sign-in-link"


def ask_for_link(session: Session, *, community: Community, email: str, next_path: str = "") -> None:
    """Have a link sent to an address, if somebody signs in with it; the caller commits.

    Where nobody does all the same is written, so that it takes as long; later nothing is sent.
    """
    person = find_by_email(session, email.replace("＠", "@"))
    link = SignInLink(
        community_id=community.id,
        person_id=person.id if person else None,
        next_path=next_path if 0 < len(next_path) <= LONGEST_NEXT else None,
        asked_at=clock.now(),
    )
    session.add(link)
    session.flush()
    enqueue(session, community_id=community.id, kind=SEND_LINK, payload={"link": link.id})


def to_be_sent(session: Session, *, community_id: int, link_id: int) -> tuple[SignInLink, Person] | None:
    """Find a link and who is to get it; None where nobody is, or it is no longer good."""
    known = (
        select(SignInLink, Person)
        .join(Person, Person.id == SignInLink.person_id)
        .where(SignInLink.id == link_id, SignInLink.community_id == community_id, *_good())
        .where(Person.email.is_not(None))
    )
    row = session.execute(known).one_or_none()
    return (row[0], row[1]) if row else None


def fresh_token(session: Session, link: SignInLink) -> str:
    """Make the token of a link, anew each time its mail is tried: it is kept nowhere else."""
    token = secrets.token_urlsafe(24)
    link.token_hash = hashed(token)
    session.flush()
    return token


def is_good(session: Session, *, community: Community, token: str) -> bool:
    """Say whether a link would sign somebody in, without using it."""
    return bool(session.scalar(select(exists().where(*_with(token, community), *_good()))))


def use_link(session: Session, *, community: Community, token: str) -> tuple[Person, str] | None:
    """Use a link up, and tell whose it is and where they were going; None where it is not good.

    Of two who press the button at once only one is let in.
    """
    used = (
        update(SignInLink)
        .where(*_with(token, community), *_good())
        .values(used_at=clock.now())
        .returning(SignInLink.person_id, SignInLink.next_path)
        .execution_options(synchronize_session=False)
    )
    row = session.execute(used).one_or_none()
    return (session.get_one(Person, row.person_id), row.next_path or "") if row else None


def forget_links(session: Session, *, before: datetime) -> None:
    """Forget links that were asked for before a moment."""
    old = delete(SignInLink).where(SignInLink.asked_at < before)
    session.execute(old.execution_options(synchronize_session=False))


def _with(token: str, community: Community) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return SignInLink.token_hash == hashed(token), SignInLink.community_id == community.id


def _good() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return SignInLink.used_at.is_(None), SignInLink.asked_at > clock.now() - GOOD_FOR
