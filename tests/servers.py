"""The application as browsers meet it: served on a free port of this machine, from a thread of the test."""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.serving import make_server

from tests.databases import ROOM
from tests.databases import SECRET_KEY
from timebank.app import create_app
from timebank.db import db
from timebank.settings import Settings

#: A folder in which there is nothing.
MAIL_FOLDER = "/nowhere/mail"


@dataclass(frozen=True, slots=True)
class LiveServer:
    """Where the application is served, and what is behind it."""

    #: Without a slash at the end.
    url: str
    app: Flask
    database_url: str


def free_port() -> int:
    """Find a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def application(database_url: str, **environ: str) -> Iterator[Flask]:
    """Make the application on a database as wsgi.py does, and close its connections afterwards."""
    # The tests' own key is refused where the program is in use.
    in_use = environ.get("BASE_URL", "").startswith("https://")
    secret = secrets.token_urlsafe(48) if in_use else SECRET_KEY
    # What other tests have put into var/mail is no business of theirs.
    known = {"DATABASE_URL": database_url, "SECRET_KEY": secret, "MAIL_FOLDER": MAIL_FOLDER}
    settings = Settings.from_env({**known, **environ})
    app = create_app(settings)
    app.testing = True
    # Each test has an application of its own: a page's template is compiled once for all of them.
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(_templates()))
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def _templates() -> Path:
    folder = Path(os.environ[ROOM]) / "templates"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def served(database_url: str, port: int = 0, **environ: str) -> Iterator[LiveServer]:
    """Serve the application until the block ends."""
    with application(database_url, **environ) as app:
        # A page that fails answers 500 to the browser, as it does to people.
        app.testing = False
        server = make_server("127.0.0.1", port, app, threaded=True)
        thread = Thread(target=server.serve_forever, name="live server")
        thread.start()
        try:
            yield LiveServer(f"http://127.0.0.1:{server.port}", app, database_url)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
