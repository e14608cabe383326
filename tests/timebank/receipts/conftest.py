"""What the tests of receipts may ask for."""

from collections.abc import Iterator

import pytest

from tests.till import Till
from tests.till import a_till
from tests.timebank.receipts.office import set_up


@pytest.fixture
def bare_till(database_url: str) -> Iterator[Till]:
    """A community that takes gifts, and has not said who issues receipts."""
    with a_till(database_url) as till:
        yield till


@pytest.fixture
def till(bare_till: Till) -> Till:
    """A community that takes gifts and issues receipts."""
    set_up(bare_till)
    return bare_till
