"""A process that posts until it is told to stop, or is killed: ``python -m soak.worker FOLDER NUMBER``."""

import json
import random
import select
import sys
import time
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import AccountType
from ledger import AlreadyReversed
from ledger import Entry
from ledger import LimitExceeded
from ledger import Posted
from ledger import Transfer
from soak.book import ACTOR
from soak.book import LARGEST
from soak.journal import AFTER_A_LOSS
from soak.journal import ON_PURPOSE
from soak.journal import Journal
from soak.journal import Lines

_DAY = date(2026, 4, 3)
#: How long the same is asked again where nobody answers.
_PATIENCE_SECONDS = 60
#: After so many troubles a worker gives up: one is enough to fail.
_MOST_TROUBLES = 20


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent at once: some keys with what they move, and how."""

    entries: tuple[tuple[str, Lines], ...]
    send: Callable[[], list[Posted]]


@dataclass(frozen=True, slots=True)
class Known:
    """A posting that was acknowledged, and what sends it again."""

    key: str
    lines: Lines
    again: tuple[Callable[[], Posted], ...]
    first: Posted
    is_reversal: bool


class Worker:
    """Posts at random, as a good client does: what is not answered is asked again, by the same key."""

    def __init__(self, engine: Engine, accounts: Sequence[Account], journal: Journal, name: str) -> None:
        self.engine, self.accounts, self.journal, self.name = engine, accounts, journal, name
        self.dice = random.Random(name)  # noqa: S311 (not a secret)
        self.known: list[Known] = []
        self.keys = 0
        self.troubles = 0

    def run(self, is_over: Callable[[], bool]) -> None:
        """Post until it is over."""
        acts = (self.post_alone, self.post, self.post_some, self.post_many, self.reverse, self.ask_again)
        while not is_over() and self.troubles < _MOST_TROUBLES:
            self.dice.choices(acts, (42, 22.8, 0.2, 10, 12, 13))[0]()

    def post_alone(self) -> None:
        """Post one entry with nothing around it."""
        entry = self._entry()
        self._ask([entry], lambda: [ledger.post_alone(self.engine, entry)])

    def post(self) -> None:
        """Post one entry in a transaction."""
        entry = self._entry()
        self._ask([entry], lambda: [self._posted(entry)])

    def post_some(self) -> None:
        """Post some entries, one by one in one transaction: two of these can meet in a deadlock.

        Seldom, because each deadlock holds up everybody behind it for the second after which it is noticed.
        """
        entries = [self._entry() for _ in range(self.dice.randint(2, 3))]
        self._ask(entries, lambda: self._in_transaction(lambda s: [ledger.post(s, one) for one in entries]))

    def post_many(self) -> None:
        """Post some entries in one go."""
        entries = [self._entry() for _ in range(self.dice.randint(2, 5))]
        self._ask(entries, lambda: self._many(entries))

    def reverse(self) -> None:
        """Take back an entry of one's own, and now and then one that was taken back already."""
        if not self.known:
            return
        original = self.dice.choice(self.known)
        if original.is_reversal:
            return
        key, waived = self._key(), self.dice.random() < 0.5
        lines = tuple([(credit, debit, amount) for debit, credit, amount in original.lines])

        def send() -> Posted:
            return self._reversed(original.first.entry_id, key, waived=waived)

        request = Request(((key, lines),), lambda: [send()])
        self.journal.will_post(request.entries)
        for posted in self.answers(request, again=None):
            self.known.append(Known(key, lines, (send,), posted, is_reversal=True))

    def ask_again(self) -> None:
        """Ask for an earlier posting once more: its first answer must come again."""
        if not self.known:
            return
        known = self.dice.choice(self.known)
        send = self.dice.choice(known.again)
        self.answers(Request(((known.key, known.lines),), lambda: [send()]), again=known)

    def _ask(self, entries: Sequence[Entry], send: Callable[[], list[Posted]]) -> None:
        request = Request(tuple([(entry.key, _moves(entry)) for entry in entries]), send)
        self.journal.will_post(request.entries)
        for entry, posted in zip(entries, self.answers(request, again=None), strict=False):
            ways = (
                lambda entry=entry: ledger.post_alone(self.engine, entry),
                lambda entry=entry: self._posted(entry),
                lambda entry=entry: self._many([entry])[0],
            )
            self.known.append(Known(entry.key, _moves(entry), ways, posted, is_reversal=False))

    def answers(self, request: Request, *, again: Known | None) -> list[Posted]:
        """Send until there is an answer, and write it down; nothing, where it is a refusal or trouble."""
        keys = [key for key, _ in request.entries]
        until = time.monotonic() + _PATIENCE_SECONDS
        lost = False
        while True:
            try:
                answers = request.send()
            except Exception as error:  # noqa: BLE001 (whatever reaches a caller is what this is about)
                if isinstance(error, LimitExceeded | AlreadyReversed) and again is None:
                    self.journal.refused(keys, type(error).__name__)
                    return []
                if not is_lost(error) or time.monotonic() > until:
                    self._trouble(f"{', '.join(keys)}: {_told(error)}", error)
                    return []
                lost = True
                self.journal.lost_connection()
                time.sleep(self.dice.uniform(0.02, 0.1))
                continue
            self._write_down(keys, answers, again, lost=lost)
            return answers

    def _write_down(self, keys: list[str], answers: list[Posted], again: Known | None, *, lost: bool) -> None:
        repeated = {posted.repeated for posted in answers}
        if len(repeated) != 1:
            self._trouble(f"{', '.join(keys)}: sent together, and only some were there before")
        if again is None and not lost and True in repeated:
            self._trouble(f"{', '.join(keys)}: answered as repeated, and sent only once")
        if again is not None and not _same(again.first, answers[0]):
            self._trouble(f"{again.key}: first answered {again.first}, then {answers[0]}")
        why = ON_PURPOSE if again is not None else AFTER_A_LOSS if True in repeated else ""
        self.journal.acknowledged(
            [(key, posted.entry_id) for key, posted in zip(keys, answers, strict=True)], repeated=why
        )

    def _trouble(self, what: str, error: BaseException | None = None) -> None:
        self.troubles += 1
        self.journal.trouble(what, transient=ledger.is_transient(error))

    def _entry(self) -> Entry:
        """Ask for one to three lines, every third one to or from the hot account."""
        lines = []
        for _ in range(self.dice.choices((1, 2, 3), (70, 20, 10))[0]):
            debit, credit = self.dice.sample(self.accounts[1:], 2)
            if self.dice.random() < 0.35:
                debit, credit = self.dice.choice([(self.accounts[0], credit), (debit, self.accounts[0])])
            lines.append(Transfer(debit, credit, self.dice.randint(1, LARGEST)))
        return Entry(self.accounts[0].book_id, "exchange", _DAY, self._key(), ACTOR, tuple(lines))

    def _key(self) -> str:
        self.keys += 1
        return f"soak:{self.name}:{self.keys}"

    def _in_transaction(self, work: Callable[[Session], list[Posted]]) -> list[Posted]:
        return ledger.transaction(self.engine, work)

    def _posted(self, entry: Entry) -> Posted:
        return self._in_transaction(lambda session: [ledger.post(session, entry)])[0]

    def _many(self, entries: Sequence[Entry]) -> list[Posted]:
        return self._in_transaction(lambda session: ledger.post_many(session, entries))

    def _reversed(self, entry_id: int, key: str, *, waived: bool) -> Posted:
        def work(session: Session) -> list[Posted]:
            posted = ledger.reverse(
                session,
                book_id=self.accounts[0].book_id,
                entry_id=entry_id,
                posted_on=_DAY,
                key=key,
                actor=ACTOR,
                waive_limits=waived,
            )
            return [posted]

        return self._in_transaction(work)[0]


def is_lost(error: BaseException | None) -> bool:
    """Say whether the connection was lost or the server is not there, so that the same may be asked again."""
    while error is not None:
        if isinstance(error, psycopg.OperationalError):
            # None: it never reached the server or was cut off. 57P: the server goes down, or comes up.
            return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))
        error = getattr(error, "orig", None) or error.__cause__
    return False


def _moves(entry: Entry) -> Lines:
    return tuple([(line.debit.id, line.credit.id, line.amount) for line in entry.transfers])


def _same(first: Posted, then: Posted) -> bool:
    """Say whether a second answer is the first one again; post_many answers without lines."""
    lines = not first.lines or not then.lines or first.lines == then.lines
    return then.repeated and then.entry_id == first.entry_id and lines


def _told(error: BaseException | None) -> str:
    """Tell an error and what caused it, each in one line."""
    told = []
    while error is not None:
        told.append(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")
        error = error.__cause__ or error.__context__
    return ", from ".join(told)


def write_task(folder: Path, url: str, accounts: Sequence[Account], seed: int) -> None:
    """Leave in a folder what its workers are to do."""
    told = {"url": url, "seed": seed, "accounts": [asdict(account) for account in accounts]}
    (folder / "task.json").write_text(json.dumps(told), encoding="utf-8")


def main() -> None:
    """Post until standard input ends: it is a pipe that the soak holds, so this ends with it in any case."""
    folder, number = Path(sys.argv[1]), int(sys.argv[2])
    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    accounts = [Account(**{**one, "type": AccountType(one["type"])}) for one in task["accounts"]]
    engine = ledger.connect(task["url"])
    journal = Journal(folder / f"worker-{number}.journal")
    worker = Worker(engine, accounts, journal, f"{task['seed']}:{number}")
    worker.run(lambda: bool(select.select([sys.stdin], [], [], 0)[0]))
    journal.close()
    engine.dispose()


if __name__ == "__main__":
    main()
