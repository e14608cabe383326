"""What is to be done every day in each community, at an hour of its own clocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from timebank.queue.service import enqueue


@dataclass(frozen=True, slots=True)
class Daily:
    """Work of one kind, every day from this hour on."""

    kind: str
    hour: int


@dataclass(frozen=True, slots=True)
class Place:
    """A community, as far as the timetable knows it."""

    community_id: int
    time_zone: str


def put_up(session: Session, *, timetable: Iterable[Daily], places: Iterable[Place], now: datetime) -> int:
    """Ask for today's work where its hour has come, once however many ask; gives how much of it is new.

    A day on which nobody asked is not made up for: each kind does all that has gathered.
    """
    daily = list(timetable)
    new = 0
    for place in places:
        there = now.astimezone(ZoneInfo(place.time_zone))
        for one in daily:
            if there.hour >= one.hour:
                key = f"daily:{one.kind}:{there.date().isoformat()}"
                new += enqueue(session, community_id=place.community_id, kind=one.kind, key=key)
    return new
