"""What the tests of the rehearsal's Stripe may ask for."""

from collections.abc import Iterator

import pytest

from tests.stripe_things import Rehearsal
from tests.stripe_things import rehearsal


@pytest.fixture
def rehearsed() -> Iterator[Rehearsal]:
    """A served fake with two accounts, which holds its events back."""
    with rehearsal() as served:
        yield served
