"""Where everything is kept: one SQLite file, or memory, one transaction at a time."""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

#: An object as Stripe shows it; names that begin with an underscore are for us alone.
Thing = dict[str, Any]

TABLES = """
CREATE TABLE IF NOT EXISTS thing (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS thing_of_a_kind ON thing (account, kind);
CREATE TABLE IF NOT EXISTS answer (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    created INTEGER NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to the first request with an idempotency key."""

    fingerprint: str
    status: int
    body: Thing


#: Changes with the shape of what is kept.
SHAPE = 1


class OtherShape(ValueError):
    """A file was made by another version of the rehearsal."""

    def __init__(self, path: object) -> None:
        super().__init__(f"{path} was made by another version of this rehearsal: delete it, and begin anew")


class Store:
    """The objects, the remembered answers, and a few settings."""

    def __init__(self, path: Path | None) -> None:
        self._lock = RLock()
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA busy_timeout = 10000")
        self._db.execute("PRAGMA synchronous = OFF")
        self._prepare(path)
        self._mark = self._made_once("mark", secrets.token_hex(3))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do everything inside, or nothing; others wait."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Within a transaction: undo what is inside where it fails, and only that."""
        self._db.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO attempt")
            self._db.execute("RELEASE attempt")
            raise
        self._db.execute("RELEASE attempt")

    def new_id(self, prefix: str) -> str:
        """Number a new object; the mark tells this file's objects from those of one that was thrown away."""
        with self._lock:
            number = int(self.setting("number", "0")) + 1
            self.set("number", str(number))
        return f"{prefix}_{self._mark}{number:010d}"

    def add(self, account: str, thing: Thing) -> None:
        """Keep a new object."""
        self._db.execute(
            "INSERT INTO thing (id, account, kind, body) VALUES (?, ?, ?, ?)",
            (thing["id"], account, thing["object"], json.dumps(thing)),
        )

    def save(self, thing: Thing) -> None:
        """Keep what has become of an object."""
        self._db.execute("UPDATE thing SET body = ? WHERE id = ?", (json.dumps(thing), thing["id"]))

    def find(self, account: str, id_: str) -> Thing | None:
        """Look an object up in an account."""
        query = "SELECT body FROM thing WHERE id = ? AND account = ?"
        row = self._db.execute(query, (id_, account)).fetchone()
        return None if row is None else json.loads(row[0])

    def owner(self, id_: str) -> str | None:
        """Tell in which account an object is."""
        with self._lock:
            row = self._db.execute("SELECT account FROM thing WHERE id = ?", (id_,)).fetchone()
        return None if row is None else str(row[0])

    def newest_first(self, account: str, kind: str, mentions: Sequence[str] = ()) -> list[Thing]:
        """List an account's objects of a kind; only those in which all of these ids stand somewhere.

        To look for an id is much faster than to read what it does not stand in.
        """
        query = "SELECT body FROM thing WHERE account = ? AND kind = ?"
        query += " AND instr(body, ?)" * len(mentions) + " ORDER BY seq DESC"
        return [json.loads(body) for (body,) in self._db.execute(query, (account, kind, *mentions))]

    def remembered(self, account: str, key: str, since: int) -> Answer | None:
        """Give the answer to the first request with this idempotency key, unless that was too long ago."""
        self._db.execute("DELETE FROM answer WHERE created < ?", (since,))
        query = "SELECT fingerprint, status, body FROM answer WHERE account = ? AND key = ?"
        row = self._db.execute(query, (account, key)).fetchone()
        return None if row is None else Answer(row[0], row[1], json.loads(row[2]))

    def remember(self, account: str, key: str, now: int, answer: Answer) -> None:
        """Keep the answer to the first request with an idempotency key."""
        self._db.execute(
            "INSERT INTO answer (account, key, fingerprint, created, status, body) VALUES (?, ?, ?, ?, ?, ?)",
            (account, key, answer.fingerprint, now, answer.status, json.dumps(answer.body)),
        )

    def setting(self, name: str, otherwise: str) -> str:
        """Read a setting."""
        with self._lock:
            row = self._db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return otherwise if row is None else str(row[0])

    def set(self, name: str, value: str) -> None:
        """Write a setting."""
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, value))

    def _prepare(self, path: Path | None) -> None:
        known = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if known and self._db.execute("PRAGMA user_version").fetchone()[0] != SHAPE:
            self._db.close()
            raise OtherShape(path)
        self._db.executescript(TABLES)
        self._db.execute(f"PRAGMA user_version = {SHAPE}")

    def _made_once(self, name: str, value: str) -> str:
        with self.transaction():
            self._db.execute("INSERT OR IGNORE INTO setting (name, value) VALUES (?, ?)", (name, value))
            return self.setting(name, value)
