"""The edge of later work: it begins, commits and retries its transactions, as web does for a request.

Work is begun in a short transaction of its own, so that it is counted however it ends. Then its handler
works in a second one. What must speak to another machine gives back what does so, which runs outside of
any transaction, and what is to be written afterwards.
"""

import logging
from collections.abc import Callable
from collections.abc import Mapping

from sqlalchemy.orm import Session

import ledger
from timebank import clock
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.queue.service import Claimed as Task
from timebank.queue.service import Overtaken
from timebank.queue.service import claim
from timebank.queue.service import finish
from timebank.queue.service import is_due
from timebank.queue.service import put_off

__all__ = ["Handler", "NotDone", "Outside", "Task", "work_one"]

#: Written in the transaction that also notes that the work is done.
Afterwards = Callable[[Session], None]
#: Runs outside of any transaction.
Outside = Callable[[], Afterwards]
#: Does a task in a transaction, or gives what does the rest of it outside.
Handler = Callable[[Session, Task], Outside | None]

log = logging.getLogger("timebank.worker")


class NotDone(Exception):
    """Work could not be done now, or will never be.

    ``reason`` is a sentence for officers, marked with N_, that names nobody.
    """

    def __init__(self, reason: str, *, final: bool = False, first: Afterwards | None = None) -> None:
        super().__init__(reason)
        self.reason, self.final = reason, final
        #: What is written in the transaction that puts it off.
        self.first = first


def work_one(sessions: Callable[[], Session], handlers: Mapping[str, Handler]) -> bool:
    """Do what has been due longest; False where nothing is due."""
    # A look first: on SQLite to begin something keeps everybody else from writing.
    if not ledger.transaction(sessions, lambda session: is_due(session, now=clock.now()), read_only=True):
        return False
    task = ledger.transaction(sessions, lambda session: claim(session, now=clock.now()))
    if task is None:
        return False
    try:
        _do(sessions, handlers, task)
    except Overtaken:
        log.warning("job %d (%s): somebody else has begun it meanwhile", task.id, task.kind)
    except Exception as error:  # noqa: BLE001 (whatever it is, the next one shall be done)
        _put_off(sessions, task, error)
    return True


def _do(sessions: Callable[[], Session], handlers: Mapping[str, Handler], task: Task) -> None:
    handler = handlers.get(task.kind)
    if handler is None:
        raise NotDone(N_("Nobody here knows this kind of work."))

    def begin(session: Session) -> Outside | None:
        outside = handler(session, task)
        if outside is None:
            finish(session, task, now=clock.now())
        return outside

    outside = ledger.transaction(sessions, begin)
    if outside is None:
        return
    afterwards = outside()

    def end(session: Session) -> None:
        afterwards(session)
        finish(session, task, now=clock.now())

    ledger.transaction(sessions, end)


def _put_off(sessions: Callable[[], Session], task: Task, error: Exception) -> None:
    """Note why it was not done; nothing that somebody typed gets into the list or the log."""
    final = isinstance(error, NotDone) and error.final
    first = error.first if isinstance(error, NotDone) else None
    said = _told(error)

    def note(session: Session) -> bool:
        if first is not None:
            first(session)
        return put_off(session, task, error=said, final=final, now=clock.now())

    try:
        given_up = ledger.transaction(sessions, note)
    except Overtaken:
        given_up = False
    outcome = "was given up" if given_up else "is put off"
    log.warning("job %d (%s) %s: %s", task.id, task.kind, outcome, said)


def _told(error: Exception) -> str:
    if isinstance(error, NotDone):
        return error.reason
    if isinstance(error, Refusal) and not error.facts:
        return error.sentence
    # Its own text may hold anybody's words.
    log.error("unexpected, and so it is tried again", exc_info=error)
    return N_("Something unexpected happened; the log says what.")
