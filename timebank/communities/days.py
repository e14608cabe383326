"""Days on which something can have happened in a community, and those whose books are still open."""

from datetime import date
from datetime import timedelta

from sqlalchemy.orm import Session

import ledger
from timebank import clock
from timebank.communities.models import Community
from timebank.days import check_not_future
from timebank.errors import N_
from timebank.errors import Refusal


class BeforeTheBeginning(Refusal):
    """A day on which the community did not exist."""

    sentence = N_(
        "%(day)s is before this community began, on %(start)s. "
        "A steward can set an earlier day under Settings."
    )

    def __init__(self, field: str, **facts: object) -> None:
        super().__init__(**facts)
        self.field = field


class MonthIsClosed(Refusal):
    """The books of that month are closed."""

    sentence = N_("The books are closed through %(day)s. Please write a later day.")

    def __init__(self, field: str, **facts: object) -> None:
        super().__init__(**facts)
        self.field = field


def check_day(day: date, *, community: Community, field: str = "date") -> None:
    """Refuse a day that has not come, or that was before the community began; ``field`` is where it stood."""
    check_not_future(day, today=clock.today(community.time_zone), field=field)
    if day < community.started_on:
        raise BeforeTheBeginning(field, day=day, start=community.started_on)


def check_open_day(session: Session, day: date, *, community: Community, field: str) -> None:
    """Refuse, besides, a day of a month whose books are closed: for what is booked on the day itself."""
    check_day(day, community=community, field=field)
    closed = ledger.closed_through(session, community.book_id)
    if closed is not None and day <= closed:
        raise MonthIsClosed(field, day=closed)


def open_day(session: Session, day: date, *, community: Community) -> date:
    """Give the day on which something of a day stands in the books: that day, or the first one still open."""
    closed = ledger.closed_through(session, community.book_id)
    return day if closed is None or closed < day else closed + timedelta(days=1)
