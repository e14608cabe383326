"""The command that serves a Stripe to develop against, and how `make run` brings one along."""

import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

import ledger
from timebank.cli.running import settings_here
from timebank.cli.serving import check_free
from timebank.devstripe import DevAccount
from timebank.devstripe import DevStripe
from timebank.devstripe import LiveKeyRefused
from timebank.devstripe import serve
from timebank.settings import ROOT
from timebank.settings import Settings

PORT: Final = 8101
#: Everybody may know them: with these no money moves.
KEY, SECRET = "sk_test_rehearsal", "whsec_rehearsal"


@click.command("dev-stripe")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True, help="The port.")
@click.option("--community", "slug", default="kadoma", show_default=True, help="Who is told what happens.")
@click.option("--name", default="Kadoma", show_default=True, help="What the payment page calls them.")
@click.option(
    "--file", "path", type=click.Path(dir_okay=False, path_type=Path), help="Where it remembers; in var/."
)
@click.option("--key", default=KEY, show_default=True, help="The secret key that it takes.")
@click.option("--secret", default=SECRET, show_default=True, help="What it signs its calls with.")
@click.option(
    "--until-closed", is_flag=True, help="End when standard input does, as a child of the server's."
)
def dev_stripe(
    port: int, slug: str, name: str, path: Path | None, key: str, secret: str, *, until_closed: bool
) -> None:
    """Serve a small Stripe on this machine, with which payments can be tried; no real money moves.

    `make run` brings one along. docs/devstripe.md says what it can do.
    """
    webhook = f"{settings_here().base_url}/{slug}/stripe/webhook"
    try:
        account = DevAccount(key, webhook_url=webhook, webhook_secret=secret, name=name)
    except LiveKeyRefused as refused:
        raise click.ClickException(str(refused)) from refused
    check_free("127.0.0.1", port)
    where = path or ROOT / "var" / "stripe.sqlite3"
    where.parent.mkdir(parents=True, exist_ok=True)
    over = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: over.set())
    fake = DevStripe(where, [account])
    try:
        with serve(fake, port=port) as url:
            click.echo(f"The rehearsal's Stripe is at {url}/dashboard")
            while not over.wait(1.0):
                if until_closed and select.select([sys.stdin], [], [], 0)[0]:
                    break
    finally:
        fake.close()


def needs_rehearsal(environ: Mapping[str, str]) -> bool:
    """Say whether a demo has no Stripe of its own: nobody has named a key or a server."""
    return not any(name.startswith(("STRIPE_SECRET_KEY", "STRIPE_API_BASE")) for name in environ)


@contextmanager
def a_rehearsal(slug: str, name: str) -> Iterator[None]:
    """Let a process of its own be Stripe for one community, as long as the server runs, however that ends."""
    port = _free_port()
    upper = slug.upper().replace("-", "_")
    known = {
        f"STRIPE_SECRET_KEY_{upper}": KEY,
        f"STRIPE_WEBHOOK_SECRET_{upper}": SECRET,
        "STRIPE_API_BASE": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-c", "from timebank.cli import main; main()", "dev-stripe", "--until-closed"]
    asked = [
        "--port",
        str(port),
        "--community",
        slug,
        "--name",
        name,
        "--file",
        str(_memory(settings_here())),
    ]
    running = subprocess.Popen(  # noqa: S603 (our own)
        [*command, *asked], stdin=subprocess.PIPE, start_new_session=True
    )
    os.environ.update(known)
    try:
        yield
    finally:
        for one in known:
            os.environ.pop(one)
        running.terminate()
        with suppress(ValueError):
            running.communicate()


def _memory(settings: Settings) -> Path:
    """Name the file that it remembers in: beside the books, so that the two always fit together."""
    url = ledger.normal_url(settings.database_url)
    beside = url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:"
    return Path(f"{url.database}.stripe") if beside else ROOT / "var" / "stripe.sqlite3"


def _free_port() -> int:
    """Find a port: the usual one, or any."""
    for port in (PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    return PORT
