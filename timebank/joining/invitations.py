"""Invitations: made, used as often as they say, and ended."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.joining.models import LONGEST_NOTE
from timebank.joining.models import MOST_USES
from timebank.joining.models import Invitation
from timebank.people.service import clean_email
from timebank.people.sign_ins import hashed
from timebank.queue import enqueue
from timebank.text import clean_line
from timebank.text import half_width
from timebank.text import is_visible

#: No letter or digit that is taken for another one: 80 bits of chance, and still to be typed from paper.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH = 16
_BETWEEN = re.compile(r"[\s\-ー－・.]+")
LONGEST_DAYS = 366
#: Sends an invitation by mail.
SEND_INVITATION = "send-invitation"


class NoteMissing(Refusal):
    """An invitation for nobody knows whom."""

    sentence = N_("Please write for whom it is, or where it will hang.")
    field = "note"


class UsesRefused(Refusal):
    """An invitation for nobody, or for a whole town."""

    sentence = N_("An invitation is for 1 to %(most)s people.")
    field = "uses"


class InvitationDayPassed(Refusal):
    """A last day that is over."""

    sentence = N_("%(day)s is over already. Please write the last day on which it is good.")
    field = "good_until"


class InvitationTooLong(Refusal):
    """A last day that is too far away."""

    sentence = N_("An invitation is good for at most a year. Please check the day.")
    field = "good_until"


class InvitedAlready(Refusal):
    """A form that has made its invitation: the code was shown, and is kept nowhere."""

    sentence = N_("This invitation was made already, and its code was shown once. Please make a new one.")


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """For whom an invitation is, for how many, until when, and to which address it goes, if to any."""

    key: str
    note: str
    uses: int
    good_until: date
    email: str = ""


def make_invitation(
    session: Session, *, community: Community, new: NewInvitation, actor: Actor
) -> tuple[Invitation, str]:
    """Make an invitation and give its code, which is kept nowhere; the caller commits."""
    known = select(Invitation).where(Invitation.community_id == community.id, Invitation.key == new.key)
    if (made := session.scalar(known)) is not None:
        if made.email:
            return made, ""
        raise InvitedAlready
    note, today = clean_line(new.note, longest=LONGEST_NOTE), clock.today(community.time_zone)
    if not is_visible(note):
        raise NoteMissing
    if not 1 <= new.uses <= MOST_USES:
        raise UsesRefused(most=MOST_USES)
    if new.good_until < today:
        raise InvitationDayPassed(day=new.good_until)
    if (new.good_until - today).days > LONGEST_DAYS:
        raise InvitationTooLong
    code = _made_by_chance()
    invitation = Invitation(
        community_id=community.id,
        key=new.key,
        code_hash=hashed(code),
        note=note,
        email=clean_email(new.email) if new.email else None,
        uses=new.uses,
        good_until=new.good_until,
        made_at=clock.now(),
        actor=str(actor),
    )
    session.add(invitation)
    session.flush()
    if invitation.email:
        payload = {"invitation": invitation.id}
        enqueue(session, community_id=community.id, kind=SEND_INVITATION, payload=payload)
    return invitation, code


def fresh_code(session: Session, invitation: Invitation) -> str:
    """Make the code anew each time its mail is tried: it is kept nowhere else."""
    code = _made_by_chance()
    invitation.code_hash = hashed(code)
    session.flush()
    return code


def find_invitation(session: Session, *, community: Community, code: str) -> Invitation | None:
    """Find the invitation of a code, while somebody may still use it."""
    return session.scalar(select(Invitation).where(*_good(community, code)))


def claim(session: Session, *, community: Community, code: str) -> int | None:
    """Use an invitation for one person and give its id; None where it is used up, over or none.

    Counted in one statement: of two who use the last place at once only one has it.
    """
    used = (
        update(Invitation)
        .where(*_good(community, code))
        .values(used=Invitation.used + 1)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(used)


def give_back(session: Session, *, invitation_id: int) -> None:
    """Let go of a place that was taken for a form that was sent before."""
    back = update(Invitation).where(Invitation.id == invitation_id, Invitation.used > 0)
    session.execute(back.values(used=Invitation.used - 1).execution_options(synchronize_session=False))


def end_invitation(session: Session, *, invitation: Invitation) -> None:
    """Let an invitation be good no more; one that is over stays as it is."""
    if invitation.ended_at is None:
        invitation.ended_at = clock.now()
        session.flush()


def invitations_of(session: Session, *, community: Community, limit: int = 100) -> Sequence[Invitation]:
    """List the invitations, the newest first."""
    found = select(Invitation).where(Invitation.community_id == community.id)
    return session.scalars(found.order_by(Invitation.id.desc()).limit(limit)).all()


def spelled(code: str) -> str:
    """Write a code as it stands on paper, in groups of four."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_code(typed: str) -> str:
    """Read a code as people type it; what cannot be one gives nothing."""
    code = _BETWEEN.sub("", half_width(typed)).upper()
    return code if len(code) == _LENGTH and set(code) <= set(_SIGNS) else ""


def _made_by_chance() -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))


def _good(community: Community, code: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.community_id == community.id,
        Invitation.code_hash == hashed(read_code(code)),
        Invitation.used < Invitation.uses,
        Invitation.good_until >= clock.today(community.time_zone),
        Invitation.ended_at.is_(None),
    )
