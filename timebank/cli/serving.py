"""The command that serves the pages."""

import signal
import socket
from typing import Any

import click
from gunicorn.app.base import BaseApplication

import ledger
from timebank.app import create_app
from timebank.cli.running import application
from timebank.cli.running import settings_here
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
def serve(host: str, port: int, workers: int) -> None:
    """Serve the pages until Ctrl-C."""
    settings = settings_here()
    shown = f"[{host}]" if ":" in host else host

    _check_free(host, port)
    if ledger.normal_url(settings.database_url).get_backend_name() == "postgresql":
        _tell_what_is_unguarded()

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
    _Server(settings, options).run()


def _tell_what_is_unguarded() -> None:
    """Say on standard error where the program's own role could change the books."""
    with application():
        for sentence in ledger.transaction(db.session, ledger.unguarded, read_only=True):
            click.echo(f"Note: {sentence}. Set MIGRATION_DATABASE_URL to keep the two apart.", err=True)


def _check_free(host: str, port: int) -> None:
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
