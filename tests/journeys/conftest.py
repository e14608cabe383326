"""What every journey begins with: the demo community, served."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.databases import SQLite
from tests.demo import demo_copy
from tests.demo import make_demo_in
from tests.servers import LiveServer
from tests.servers import free_port
from tests.servers import served
from timebank.cli.demo_data import SLUG
from timebank.cli.rehearsing import KEY
from timebank.cli.rehearsing import SECRET
from timebank.devstripe import DevAccount
from timebank.devstripe import DevStripe
from timebank.devstripe import serve


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


@pytest.fixture
def rehearsed(sqlite: SQLite) -> Iterator[tuple[LiveServer, DevStripe]]:
    """The demo, served, and a Stripe that tells it of everything."""
    port, stripe_port = free_port(), free_port()
    hook = f"http://127.0.0.1:{port}/{SLUG}/stripe/webhook"
    account = DevAccount(KEY, webhook_url=hook, webhook_secret=SECRET, name="Kadoma")
    known = {
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "STRIPE_API_BASE": f"http://127.0.0.1:{stripe_port}",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "TIMEBANK_DEMO": "1",
    }
    fake = DevStripe(None, [account])
    try:
        with demo_copy(sqlite) as url, serve(fake, port=stripe_port), served(url, port, **known) as server:
            yield server, fake
    finally:
        fake.close()
