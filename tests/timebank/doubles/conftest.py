"""Hana as she was entered first and again, and Ken, whom she helps."""

import pytest
from sqlalchemy.orm import Session

from tests.builders import a_community
from tests.builders import a_member
from timebank.communities.models import Community
from timebank.members.models import Member


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session)


@pytest.fixture
def old(session: Session, community: Community) -> Member:
    """Hana as she was entered first."""
    return a_member(session, community, name="Hana", number="015")


@pytest.fixture
def new(session: Session, community: Community) -> Member:
    """Hana as she was entered again."""
    return a_member(session, community, name="Hana", number="108")


@pytest.fixture
def ken(session: Session, community: Community) -> Member:
    return a_member(session, community, name="Ken", number="007")
