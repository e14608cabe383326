"""What tests of exchanges share; tests of real files are collected only where those files stand."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.timebank.exchanges.neighbours import Neighbours

collect_ignore = (
    []
    if (Path(__file__).parents[3].parent / "shared" / "data" / "hours").exists()
    else ["test_real_hours.py"]
)


@pytest.fixture
def here(session: Session) -> Neighbours:
    """A community with four members, in a transaction that is rolled back."""
    return Neighbours(session)
