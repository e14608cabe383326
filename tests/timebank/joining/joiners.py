"""Somebody who wants to join, as tests need them."""

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.joining.invitations import NewInvitation
from timebank.joining.invitations import make_invitation
from timebank.joining.models import Application
from timebank.joining.models import Invitation
from timebank.joining.newcomers import GuardianNamed
from timebank.joining.newcomers import Newcomer
from timebank.joining.service import apply

TODAY = date(2026, 11, 27)
NOON = (2026, 11, 27, 3)
STRANGER = Actor(person_id=None, member_id=None, how="web")
MOTHER = GuardianNamed("Mother of Sora", "06-0000-0000, evenings", "mother@example.org")

_counted = count(1)


def a_newcomer(**facts: Any) -> Newcomer:
    """Say what somebody says who wants to join."""
    known: dict[str, Any] = {
        "key": f"form:{next(_counted):020}",
        "name": "Sora",
        "telephone": "06-1234-5678",
        "language": "ja",
        "wording": "I agree to the use.",
        "consented_on": TODAY,
    }
    return Newcomer(**(known | facts))


def an_application(session: Session, community: Community, **facts: Any) -> Application:
    """Have somebody ask to join."""
    return apply(session, community=community, newcomer=a_newcomer(**facts))


def an_invitation(session: Session, community: Community, **facts: Any) -> tuple[Invitation, str]:
    """Invite somebody for today, and give the code."""
    known: dict[str, Any] = {
        "key": f"form:{next(_counted):020}",
        "note": "The new neighbour",
        "uses": 1,
        "good_until": clock.today(community.time_zone),
    }
    new = NewInvitation(**(known | facts))
    return make_invitation(session, community=community, new=new, actor=STRANGER)
