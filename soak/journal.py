"""What a worker writes down before and after each posting, and what all of them wrote together."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

#: What an entry moves: the debited account's id, the credited one's, and the amount, of each line.
Lines = tuple[tuple[int, int, int], ...]


class Journal:
    """A worker's own file, to which it only adds."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def will_post(self, entries: Sequence[tuple[str, Lines]]) -> None:
        """Write down keys, and what they are going to move, before anything is sent."""
        self._write(*[{"will_post": key, "lines": lines} for key, lines in entries])

    def lost_connection(self) -> None:
        """Write down that no answer came; the same will be asked again."""
        self._write({"lost_connection": True})

    def acknowledged(self, answers: Sequence[tuple[str, int]], *, repeated: str = "") -> None:
        """Write down which entry each key was answered with, and why it was no new one, if it was not."""
        self._write(
            *[{"acknowledged": key, "entry_id": entry_id, "repeated": repeated} for key, entry_id in answers]
        )

    def refused(self, keys: Sequence[str], by: str) -> None:
        """Write down that the ledger refused what was asked."""
        self._write(*[{"refused": key, "by": by} for key in keys])

    def trouble(self, what: str, *, transient: bool = False) -> None:
        """Write down what should not have reached a caller: a deadlock is transient."""
        self._write({"trouble": what, "transient": transient})

    def _write(self, *records: dict[str, Any]) -> None:
        text = "".join([json.dumps(record) + "\n" for record in records]).encode()
        # Nothing waits for the disk: what write() has taken is the kernel's, and kill -9 of the process does
        # not lose it. One call, so that nothing but the kill itself can tear a line.
        if os.write(self._file, text) != len(text):
            raise OSError("the journal was cut short; is the disk full?")


#: Why a key was answered with an entry that was there already.
AFTER_A_LOSS, ON_PURPOSE = "after a lost connection", "on purpose"


@dataclass(slots=True)
class Journals:
    """What the journals of all workers say together."""

    #: What each key was going to move.
    intended: dict[str, Lines] = field(default_factory=dict)
    #: The entry that each key was answered with.
    acknowledged: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    #: Keys with their first and their other answer, where those are two entries.
    two_answers: list[tuple[str, int, int]] = field(default_factory=list)
    answered_after_a_loss: int = 0
    answered_again_on_purpose: int = 0
    connections_lost: int = 0
    #: How many last lines were torn by a kill.
    torn: int = 0
    troubles: list[str] = field(default_factory=list)
    #: How many of the troubles were deadlocks, serialization failures or a busy database.
    transient: int = 0

    @property
    def in_doubt(self) -> set[str]:
        """The keys that were going to be posted, and nobody knows whether they were."""
        return self.intended.keys() - self.acknowledged.keys() - self.refused

    def add(self, record: dict[str, Any]) -> None:
        """Take in one record of a journal."""
        match record:
            case {"will_post": key, "lines": lines}:
                self.intended[key] = tuple([(debit, credit, amount) for debit, credit, amount in lines])
            case {"acknowledged": key, "entry_id": entry_id, "repeated": repeated}:
                first = self.acknowledged.setdefault(key, entry_id)
                if first != entry_id:
                    self.two_answers.append((key, first, entry_id))
                self.answered_after_a_loss += repeated == AFTER_A_LOSS
                self.answered_again_on_purpose += repeated == ON_PURPOSE
            case {"refused": key}:
                self.refused.add(key)
            case {"lost_connection": True}:
                self.connections_lost += 1
            case {"trouble": what, "transient": transient}:
                self.troubles.append(what)
                self.transient += transient
            case _:
                raise ValueError(f"no journal has such a record: {record}")


def read_journals(paths: Sequence[Path]) -> Journals:
    """Read journals from start to end; a last line that a kill has torn counts as not written."""
    journals = Journals()
    for path in paths:
        *lines, rest = path.read_bytes().split(b"\n")
        journals.torn += bool(rest)
        for line in lines:
            journals.add(json.loads(line))
    return journals


def postings_so_far(paths: Sequence[Path]) -> int:
    """Count the acknowledgements in journals that are still being written."""
    return sum(path.read_bytes().count(b'{"acknowledged"') for path in paths)
