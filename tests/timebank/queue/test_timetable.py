"""What is to be done every day is asked for once a day, by each community's own clocks."""

from datetime import UTC
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_community
from timebank.queue import Daily
from timebank.queue import Job
from timebank.queue import Place
from timebank.queue import put_up

SEAL, REMIND = Daily("seal", 3), Daily("remind", 9)


@pytest.mark.parametrize(
    ("moment", "asked"),
    [
        (datetime(2026, 4, 2, 17, 59, tzinfo=UTC), []),
        (datetime(2026, 4, 2, 18, 0, tzinfo=UTC), ["daily:seal:2026-04-03"]),
        (datetime(2026, 4, 3, 14, 59, tzinfo=UTC), ["daily:remind:2026-04-03", "daily:seal:2026-04-03"]),
        (datetime(2026, 4, 3, 15, 0, tzinfo=UTC), []),
    ],
)
def test_an_hour_is_that_of_the_communitys_clocks(
    session: Session, moment: datetime, asked: list[str]
) -> None:
    place = Place(a_community(session).id, "Asia/Tokyo")
    put_up(session, timetable=[SEAL, REMIND], places=[place], now=moment)
    found = select(Job.key).where(Job.community_id == place.community_id)
    assert sorted(map(str, session.scalars(found))) == asked


def test_however_many_ask_it_is_done_once_a_day_in_each_community(session: Session) -> None:
    places = [Place(a_community(session).id, zone) for zone in ("Asia/Tokyo", "Europe/Berlin")]
    evening, tomorrow = (datetime(2026, 4, day, 12, tzinfo=UTC) for day in (3, 4))
    asked = [put_up(session, timetable=[SEAL, REMIND], places=places, now=evening) for _ in range(3)]
    assert asked == [4, 0, 0]
    assert put_up(session, timetable=[SEAL, REMIND], places=places, now=tomorrow) == 4
