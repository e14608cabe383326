"""What the tests of prepaid balances may ask for."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_neighbour
from tests.builders import written
from tests.till import Till
from tests.till import a_till
from tests.timebank.prepaid.balances import offered
from timebank.communities.models import Community
from timebank.rates.models import GROUP
from timebank.rates.rules import Facts
from timebank.rates.rules import Terms
from timebank.rates.service import set_rate
from timebank.rates.service import set_terms


@pytest.fixture
def till(database_url: str) -> Iterator[Till]:
    """A community in which an hour of help costs 800, and balances are topped up by card and at a konbini."""
    with a_till(database_url) as till:

        def work(session: Session) -> None:
            community = session.get_one(Community, till.community_id)
            since = date(2026, 1, 1)
            terms = Terms(starts_on=since, provider=GROUP)
            set_terms(session, community=community, terms=terms, actor=SOMEBODY)
            facts = Facts(starts_on=since, price_minor=800, thanks_minor=600)
            set_rate(session, community=community, kind=None, facts=facts, actor=SOMEBODY)
            offered(session, community, konbini=True)

        written(till.app, work)
        yield till


@pytest.fixture
def hana(till: Till) -> Neighbour:
    """A member who signs in."""

    def work(session: Session) -> Neighbour:
        community = session.get_one(Community, till.community_id)
        return a_neighbour(session, community, name="Hana", email="hana@example.org")

    return written(till.app, work)
