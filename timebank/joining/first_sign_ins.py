"""The first sign-in of a new member with an e-mail address: who reads the mail is let in, nobody else."""

import secrets
from datetime import datetime
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.joining.models import FirstSignIn
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.service import give_hand
from timebank.people.models import Person
from timebank.people.service import create_person
from timebank.people.service import find_by_email
from timebank.people.sign_ins import hashed
from timebank.queue import enqueue

#: How long a link is good from when somebody became a member.
GOOD_FOR = timedelta(days=14)
#: Sends a new member the link.
SEND_WELCOME = "send-welcome"


def ask_first_sign_in(session: Session, *, member: Member, email: str, language: str) -> None:
    """Have a new member told that they are one, with a link to sign in; the caller commits.

    Whether somebody signs in with the address already is asked only once the link is opened: by the page on
    which it was typed nobody learns it.
    """
    session.add(
        FirstSignIn(
            member_id=member.id,
            community_id=member.community_id,
            email=email,
            language=language,
            asked_at=clock.now(),
        )
    )
    session.flush()
    enqueue(session, community_id=member.community_id, kind=SEND_WELCOME, payload={"member": member.id})


def to_be_sent(session: Session, *, community_id: int, member_id: int) -> tuple[FirstSignIn, Member] | None:
    """Find a first sign-in and whose it is; None where it is used, old, or they have left."""
    known = (
        select(FirstSignIn, Member)
        .join(Member, Member.id == FirstSignIn.member_id)
        .where(FirstSignIn.member_id == member_id, FirstSignIn.community_id == community_id, *_good())
    )
    row = session.execute(known.where(Member.state != LEFT)).one_or_none()
    return (row[0], row[1]) if row else None


def fresh_token(session: Session, first: FirstSignIn) -> str:
    """Make the token of a link, anew each time its mail is tried: it is kept nowhere else."""
    token = secrets.token_urlsafe(24)
    first.token_hash = hashed(token)
    session.flush()
    return token


def find_first_sign_in(session: Session, *, community: Community, token: str) -> Member | None:
    """Find whose first sign-in a link is, without using it; None where it is not good."""
    known = select(Member).join(FirstSignIn, FirstSignIn.member_id == Member.id)
    return session.scalar(known.where(*_with(token, community), *_good(), Member.state != LEFT))


def use_first_sign_in(session: Session, *, community: Community, token: str) -> tuple[Person, bool] | None:
    """Use a link up: the person who signs in as the member from now on, and whether they are new.

    Who has signed in with the address before, in another community, is the same person here. Of two who press
    the button at once only one is let in; None where the link is not good.
    """
    if find_first_sign_in(session, community=community, token=token) is None:
        return None
    used = (
        update(FirstSignIn)
        .where(*_with(token, community), *_good())
        .values(used_at=clock.now())
        .returning(FirstSignIn.member_id, FirstSignIn.email, FirstSignIn.language)
        .execution_options(synchronize_session=False)
    )
    row = session.execute(used).one_or_none()
    if row is None:
        return None
    member, known = session.get_one(Member, row.member_id), find_by_email(session, row.email)
    person = known or create_person(session, email=row.email, password=None, language=row.language)
    actor = Actor(person_id=person.id, member_id=member.id, how="web")
    give_hand(session, person=person, member=member, actor=actor)
    return person, known is None


def forget_first_sign_ins(session: Session, *, community_id: int, before: datetime) -> None:
    """Let go of links that were asked for before a moment."""
    for old in session.scalars(
        select(FirstSignIn).where(FirstSignIn.community_id == community_id, FirstSignIn.asked_at < before)
    ):
        session.delete(old)
    session.flush()


def _with(token: str, community: Community) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return FirstSignIn.token_hash == hashed(token), FirstSignIn.community_id == community.id


def _good() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return FirstSignIn.used_at.is_(None), FirstSignIn.asked_at > clock.now() - GOOD_FOR
