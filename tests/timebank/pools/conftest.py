"""What tests of pools share."""

import pytest
from sqlalchemy.orm import Session

from tests.timebank.pools.sharing import Sharing


@pytest.fixture
def here(session: Session) -> Sharing:
    """A community with a pool, in a transaction that is rolled back."""
    return Sharing(session)
