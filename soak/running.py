"""A soak from start to end: processes that post, kills among them, and the check afterwards."""

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import ledger
from soak.book import open_accounts
from soak.book import read_book
from soak.checking import Findings
from soak.checking import check
from soak.crew import Crew
from soak.databases import ENGINES
from soak.databases import Database
from soak.databases import a_folder
from soak.figures import Figures
from soak.journal import Journals
from soak.journal import postings_so_far
from soak.journal import read_journals
from soak.worker import write_task

_WORKER, _CREW, _SERVER, _BACKEND = "worker", "crew", "server", "connection"
#: In each two seconds one worker is killed, in each fifteen all of them at once; in each ten the server, and
#: the process of one connection.
_EVERY_SECONDS = {_WORKER: 2, _CREW: 15, _SERVER: 10, _BACKEND: 10}
_TOLD_EVERY_SECONDS = 10


class Soak:
    """One run on one database."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        *,
        seconds: int,
        processes: int,
        seed: int,
        say: Callable[[str], None],
    ) -> None:
        self.database, self.folder, self.seed, self.say = database, folder, seed, say
        self.seconds, self.processes = seconds, processes
        self.crew = Crew(folder)
        self.dice = random.Random(seed)  # noqa: S311 (not a secret)
        self.killed = Counter[str]()
        self.began = self.told = 0.0

    def run(self) -> Figures:
        """Open the books, let everybody post until the time is over, and check what they did."""
        engine = ledger.connect(self.database.url)
        accounts = open_accounts(engine)
        write_task(self.folder, self.database.url, accounts, self.seed)
        # Its connections would not outlive the first kill.
        engine.dispose()
        seconds = self._post()
        self.say(f"{self.database.name}: comparing {len(self.crew.journals)} journals with the book")
        journals = read_journals(self.crew.journals)
        # One moment of it: the server may still be at work for somebody who was killed.
        book = ledger.transaction(engine, lambda session: read_book(session, accounts), read_only=True)
        engine.dispose()
        return self._figures(seconds, journals, check(journals, book))

    def _post(self) -> float:
        """Let everybody post, kill what is to be killed, and tell how many seconds it took."""
        try:
            self.crew.begin(self.processes)
            self.began = self.told = time.monotonic()
            for moment, what in schedule(self.seconds, self.dice, has_server=self.database.has_server):
                self._wait_until(moment)
                self._kill(what)
            self._wait_until(self.seconds)
            self.crew.finish()
            return time.monotonic() - self.began
        finally:
            self.crew.kill_all()

    def _figures(self, seconds: float, journals: Journals, findings: Findings) -> Figures:
        has_server = self.database.has_server
        idle = [] if journals.acknowledged else ["nothing was posted at all"]
        return Figures(
            engine=self.database.name,
            seed=self.seed,
            settings=self.database.settings(),
            seconds=seconds,
            processes=self.processes,
            acknowledged=len(journals.acknowledged),
            answered_after_a_loss=journals.answered_after_a_loss,
            answered_again_on_purpose=journals.answered_again_on_purpose,
            refused=len(journals.refused),
            workers_killed=self.killed[_WORKER] + self.processes * self.killed[_CREW],
            all_at_once=self.killed[_CREW],
            servers_killed=self.killed[_SERVER] if has_server else None,
            backends_killed=self.killed[_BACKEND] if has_server else None,
            connections_lost=journals.connections_lost,
            in_doubt=len(journals.in_doubt),
            in_doubt_found=findings.in_doubt_found,
            torn=journals.torn,
            lost=len(findings.lost),
            doubled=len(findings.doubled),
            unintended=len(findings.unintended),
            deadlocks_at_callers=journals.transient,
            deadlocks_broken=self.database.deadlocks(),
            faults=(*findings.all, *self.crew.faults, *idle),
        )

    def _kill(self, what: str) -> None:
        if what == _WORKER:
            self.crew.kill_some(self.dice, 1)
        elif what == _CREW:
            self.crew.kill_some(self.dice, self.processes)
        elif what == _SERVER:
            self.database.kill_server()
        else:
            self.database.kill_backend()
        self.killed[what] += 1

    def _wait_until(self, moment: float) -> None:
        while (now := time.monotonic()) < self.began + moment:
            if now >= self.told + _TOLD_EVERY_SECONDS:
                self.told += _TOLD_EVERY_SECONDS
                self.say(self._progress(now - self.began))
            time.sleep(min(0.1, self.began + moment - now))

    def _progress(self, seconds: float) -> str:
        posted = postings_so_far(self.crew.journals)
        killed = ", ".join([f"{what} × {many}" for what, many in sorted(self.killed.items())])
        how_far = f"{self.database.name}: {seconds:.0f} of {self.seconds} s, {posted:,} postings"
        return f"{how_far}; killed: {killed}"


def schedule(seconds: int, dice: random.Random, *, has_server: bool) -> list[tuple[float, str]]:
    """Say when what is killed: each in every turn of its own, at a moment that nobody knows beforehand."""
    plan = []
    for what, every in _EVERY_SECONDS.items():
        if has_server or what in {_WORKER, _CREW}:
            turns = max(1, seconds // every)
            length = seconds / turns
            plan += [((turn + dice.uniform(0.2, 0.8)) * length, what) for turn in range(turns)]
    return sorted(plan)


def soak(engine: str, *, seconds: int, processes: int, seed: int, say: Callable[[str], None]) -> Figures:
    """Post to a new database for so many seconds while workers and the server are killed, then check it."""
    with a_folder() as folder:
        database = ENGINES[engine](folder)
        say(f"{database.name}: {processes} processes, {seconds} seconds, seed {seed}, in {folder}")
        try:
            database.start()
            run = Soak(database, folder, seconds=seconds, processes=processes, seed=seed, say=say)
            return run.run()
        finally:
            database.stop()
