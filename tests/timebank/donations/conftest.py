"""What the tests of receipts for a year may ask for."""

from collections.abc import Iterator

import pytest

from tests.till import Till
from tests.till import a_till
from tests.timebank.receipts.office import set_up


@pytest.fixture
def bare_till(database_url: str) -> Iterator[Till]:
    with a_till(database_url) as till:
        yield till


@pytest.fixture
def till(bare_till: Till) -> Till:
    set_up(bare_till)
    return bare_till
