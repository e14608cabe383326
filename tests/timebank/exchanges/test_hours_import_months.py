"""Older exchanges that lie in a month whose books are closed."""

from datetime import date

from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.timebank.exchanges.imports import a_file
from tests.timebank.exchanges.imports import refused
from tests.timebank.exchanges.imports import take_in
from timebank.communities.months import close_month
from timebank.exchanges.proof import check_exchanges


def test_a_line_in_a_closed_month_is_named(session: Session) -> None:
    community = a_community(session)
    take_in(session, community, "2026-03-20,0001,0002,1,,A-1")
    close_month(session, community=community, month=date(2026, 3, 1), actor=SOMEBODY)
    late = a_file("2026-03-20,0001,0002,1,,A-1", "2026-03-31,0001,0002,1,,A-2", "2026-04-01,0001,0002,1,,A-3")
    assert refused(session, community, late) == [(3, "date", "2026-03-31")]
    result = take_in(session, community, a_file("2026-03-20,0001,0002,1,,A-1", "2026-04-01,0001,0002,1,,A-3"))
    assert (result.booked, result.repeated) == (1, 1)
    assert check_exchanges(session) == []
