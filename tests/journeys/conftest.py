"""What every journey begins with: the demo community, served."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.demo import demo_copy
from tests.demo import make_demo_in
from tests.servers import LiveServer
from tests.servers import served


@pytest.fixture
def demo_server(request: pytest.FixtureRequest) -> Iterator[LiveServer]:
    """The demo community on a port of this machine, on SQLite unless parametrised with postgresql."""
    if getattr(request, "param", "sqlite") == "sqlite":
        place = demo_copy(request.getfixturevalue("sqlite"))
    else:
        place = request.getfixturevalue("postgresql").migrated(f"t{uuid4().hex}")
    with place as url:
        if url.startswith("postgresql"):
            make_demo_in(url)
        with served(url, TIMEBANK_DEMO="1") as server:
            yield server
