"""Licences for tests, made by the service that makes them for people."""

from datetime import date
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from timebank import clock
from timebank.communities.models import Community
from timebank.licences.kinds import add_kind
from timebank.licences.models import Licence
from timebank.licences.models import LicenceKind
from timebank.licences.service import Seen
from timebank.licences.service import write_down
from timebank.members.models import Member


def a_kind(session: Session, community: Community, name: str = "Insurance") -> LicenceKind:
    """Ask for something, as a steward does."""
    return add_kind(session, community=community, name=name, actor=COORDINATOR)


def in_days(community: Community, days: int) -> date:
    """Count a day from today, as the community's clocks show it."""
    return clock.today(community.time_zone) + timedelta(days=days)


def a_licence(
    session: Session, community: Community, member: Member, kind: LicenceKind, days: int | None, **facts: Any
) -> Licence:
    """Have seen a member's licence, which holds for so many days from today."""
    known: dict[str, Any] = {"actor": COORDINATOR} | facts
    seen = Seen(
        kind=kind,
        ends_on=None if days is None else in_days(community, days),
        note=known.pop("note", ""),
    )
    licence = write_down(session, community=community, member=member, seen=seen, **known)
    assert licence is not None
    return licence
