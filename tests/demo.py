"""The demo community, made once for a test run; each test that walks through it has a copy of its own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine
from sqlalchemy import create_engine
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import written
from tests.databases import SQLite
from tests.databases import once
from tests.servers import application
from timebank.cli.demo_community import make_demo
from timebank.people.models import ShownSignIn


@contextmanager
def demo_copy(sqlite: SQLite, *, paid_for: bool = False) -> Iterator[str]:
    """Give a SQLite database with the demo community in it, which begins as a time bank for hours alone.

    ``paid_for``: as `make run` shows it, with help that is paid for.
    """
    name = "demo-paid-for" if paid_for else "demo"
    made = sqlite.room / f"{name}.sqlite3"
    with once(sqlite.room, f"{name}-sqlite") as note:
        if not note.exists():
            with sqlite.migrated(f"t{uuid4().hex}") as url:
                make_demo_in(url, paid_for=paid_for)
                shutil.copyfile(str(create_engine(url).url.database), made)
            note.touch()
    with sqlite.empty(f"t{uuid4().hex}") as url:
        shutil.copyfile(made, Path(str(create_engine(url).url.database)))
        yield url


def make_demo_in(url: str, *, paid_for: bool = False) -> None:
    """Make the demo community in a migrated database."""
    engine = ledger.connect(url)
    with application(url) as app, app.app_context():
        written(engine, partial(make_demo, paid_for=paid_for))
    # The last to close a SQLite database folds its write-ahead log into it.
    engine.dispose()


def passwords(engine: Engine) -> dict[str, str]:
    """Read what the sign-in page of the demo shows: each password by the name it belongs to."""
    with Session(engine) as session:
        shown = session.execute(select(ShownSignIn.sign_in_name, ShownSignIn.password))
        return {one.sign_in_name: one.password for one in shown}
