"""What the tests of payments may ask for."""

from collections.abc import Iterator

import pytest

from tests.till import Till
from tests.till import a_till


@pytest.fixture
def till(database_url: str) -> Iterator[Till]:
    """A community that takes gifts, on the test's own database."""
    with a_till(database_url) as till:
        yield till
