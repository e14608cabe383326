"""What tests of presents share."""

import pytest
from sqlalchemy.orm import Session

from tests.timebank.presents.giving import Giving


@pytest.fixture
def here(session: Session) -> Giving:
    """A community in which somebody has hours, in a transaction that is rolled back."""
    return Giving(session)
