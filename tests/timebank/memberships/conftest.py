"""What the tests of memberships may ask for."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from tests.builders import Neighbour
from tests.builders import a_neighbour
from tests.builders import written
from tests.till import Till
from tests.till import a_till
from tests.timebank.memberships.things import a_plan
from tests.timebank.memberships.things import counts
from timebank.communities.models import Community
from timebank.memberships.models import ROLLING


@pytest.fixture
def till(database_url: str) -> Iterator[Till]:
    """A community that takes fees by card, a year from the day of paying, on the test's own database."""
    with a_till(database_url) as till:

        def work(session: Session) -> None:
            community = session.get_one(Community, till.community_id)
            counts(session, community, years=ROLLING, bank="Kadoma Bank 1234567", konbini=True)
            a_plan(session, community, refund="Years that have not begun")

        written(till.app, work)
        yield till


@pytest.fixture
def hana(till: Till) -> Neighbour:
    """A member who signs in."""

    def work(session: Session) -> Neighbour:
        community = session.get_one(Community, till.community_id)
        return a_neighbour(session, community, name="Hana", email="hana@example.org")

    return written(till.app, work)
