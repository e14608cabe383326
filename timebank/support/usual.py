"""What a member usually takes for help that they give: said once, and changed for any visit."""

from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.support.models import TAKES
from timebank.support.models import THANKS
from timebank.support.models import SupportUsual


class TakesNothingKnown(Refusal):
    """Somebody takes what nobody offers."""

    sentence = N_("Please choose one of these.")
    field = "takes"


def usual_of(session: Session, *, member: Member) -> str:
    """Tell what a member usually takes: thanks in money until they say something else."""
    row = session.get(SupportUsual, member.id)
    return row.takes if row else THANKS


def say_usual(session: Session, *, member: Member, takes: str, actor: Actor) -> None:
    """Say what a member usually takes; visits that were written down stay as they are. The caller commits."""
    if takes not in TAKES:
        raise TakesNothingKnown
    # Two who say it at one moment follow each other.
    session.refresh(member, with_for_update={"key_share": True})
    row = session.get(SupportUsual, member.id)
    if row is None:
        row = SupportUsual(member_id=member.id, community_id=member.community_id)
        session.add(row)
    row.takes, row.said_at, row.actor = takes, clock.now(), str(actor)
    session.flush()
