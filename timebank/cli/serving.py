"""The command that serves the pages."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import nullcontext
from typing import Any

import click
from gunicorn.app.base import BaseApplication

import ledger
from timebank.app import create_app
from timebank.cli.running import application
from timebank.cli.running import settings_here
from timebank.cli.running import tell_unused_keys
from timebank.db import db
from timebank.settings import Settings
from timebank.web import TimeBank


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn says nothing of its types
    """gunicorn in this process, so that its workers find everything imported when they are forked."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings, self._options = settings, options
        super().__init__()

    def load_config(self) -> None:
        """Hand the options over."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> TimeBank:
        """Make the application, in each worker for itself: no connection crosses a fork."""
        return create_app(self._settings)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes.")
@click.option("--with-worker", is_flag=True, help="Do later work, too, in one more process.")
def serve(host: str, port: int, workers: int, *, with_worker: bool) -> None:
    """Serve the pages until Ctrl-C."""
    settings = settings_here()
    shown = f"[{host}]" if ":" in host else host

    check_free(host, port)
    if ledger.normal_url(settings.database_url).get_backend_name() == "postgresql":
        _tell_what_is_unguarded()

    tell_unused_keys()

    def tell_address(_arbiter: object) -> None:
        click.echo(f"The time bank is at http://{shown}:{port}/ (Ctrl-C ends it)")

    options = {
        "bind": f"{shown}:{port}",
        "workers": workers,
        "threads": 4,
        "timeout": 60,
        "graceful_timeout": 10,
        "loglevel": "warning",
        "when_ready": tell_address,
        "post_worker_init": _leave_to_the_arbiter,
        # Instances on one machine would share it.
        "control_socket_disable": True,
    }
    with _a_worker() if with_worker else nullcontext():
        _Server(settings, options).run()


@contextmanager
def _a_worker() -> Iterator[None]:
    """Let a process of its own do later work as long as the server runs, however that ends."""
    # It ends with the pipe, so that it does not outlive a server that was killed.
    command = [sys.executable, "-c", "from timebank.cli import main; main()", "worker", "--until-closed"]
    running = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 (our own)
    try:
        yield
    finally:
        running.terminate()
        running.communicate()


def _tell_what_is_unguarded() -> None:
    """Say on standard error where the program's own role could change the books."""
    with application():
        for sentence in ledger.transaction(db.session, ledger.unguarded, read_only=True):
            click.echo(f"Note: {sentence}. Set MIGRATION_DATABASE_URL to keep the two apart.", err=True)


def check_free(host: str, port: int) -> None:
    """Say in one sentence that somebody else listens there, before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as refused:
            message = f"Cannot listen on {host}, port {port}: {refused.strerror}. Another --port may be free."
            raise click.ClickException(message) from refused


def _leave_to_the_arbiter(_worker: object) -> None:
    # A terminal's Ctrl-C reaches every process. A worker that hears it twice, from the terminal and from
    # the arbiter, sometimes misses the second and is waited for in vain; so it hears the arbiter only.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
