"""What tests of hours between communities share."""

import pytest
from sqlalchemy.orm import Session

from tests.timebank.between.pair import Pair


@pytest.fixture
def pair(session: Session) -> Pair:
    """Two communities that have agreed on ten hours, in a transaction that is rolled back."""
    return Pair(session)
