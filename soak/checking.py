"""Holds what the journals say against what stands in the book, and says in a sentence each what is wrong."""

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from soak.book import Book
from soak.book import BookedAccount
from soak.book import BookedEntry
from soak.journal import Journals


@dataclass(slots=True)
class Findings:
    """What is wrong, and how much of what was in doubt stands in the book."""

    in_doubt_found: int = 0
    #: Acknowledged, and not in the book, or not with these lines.
    lost: list[str] = field(default_factory=list)
    #: Acknowledged or booked as two entries.
    doubled: list[str] = field(default_factory=list)
    #: In the book, and nobody was going to post it, or its poster was told that it was refused.
    unintended: list[str] = field(default_factory=list)
    #: What is not as the ledger promises: totals, versions, balances, limits, its own proof.
    broken: list[str] = field(default_factory=list)
    #: What reached a worker and should not have.
    troubles: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[str]:
        """Everything that is wrong, the worst first."""
        return self.lost + self.doubled + self.unintended + self.broken + self.troubles


def check(journals: Journals, book: Book) -> Findings:
    """Compare the workers' journals with the book they posted to."""
    first: dict[str, BookedEntry] = {}
    for entry in book.entries:
        first.setdefault(entry.key, entry)
    return Findings(
        in_doubt_found=len(journals.in_doubt & first.keys()),
        lost=list(_lost(journals, first)),
        doubled=list(_doubled(journals, book, first)),
        unintended=list(_unintended(journals, book)),
        broken=[*_broken(book), *book.faults],
        troubles=list(journals.troubles),
    )


def _lost(journals: Journals, first: Mapping[str, BookedEntry]) -> Iterator[str]:
    for key, entry_id in journals.acknowledged.items():
        if key not in first:
            yield f"{key} was acknowledged as entry {entry_id} and is not in the book"
        elif key in journals.intended and first[key].lines != journals.intended[key]:
            moved, asked = first[key].lines, journals.intended[key]
            yield f"{key} was acknowledged and moves {moved} instead of {asked}"


def _doubled(journals: Journals, book: Book, first: Mapping[str, BookedEntry]) -> Iterator[str]:
    for entry in book.entries:
        if first[entry.key] is not entry:
            yield f"{entry.key} is in the book as entry {first[entry.key].id} and as entry {entry.id}"
    for key, entry_id in journals.acknowledged.items():
        if key in first and first[key].id != entry_id:
            yield f"{key} was acknowledged as entry {entry_id} and is in the book as entry {first[key].id}"
    for key, one, other in journals.two_answers:
        yield f"{key} was acknowledged as entry {one} and as entry {other}"


def _unintended(journals: Journals, book: Book) -> Iterator[str]:
    for entry in book.entries:
        if entry.key not in journals.intended:
            yield f"entry {entry.id} is in the book, and nobody was going to post {entry.key}"
        elif entry.key in journals.refused:
            yield f"entry {entry.id} is in the book, and {entry.key} was refused"
        elif entry.key not in journals.acknowledged and entry.lines != journals.intended[entry.key]:
            moved, asked = entry.lines, journals.intended[entry.key]
            yield f"entry {entry.id} moves {moved}, and {entry.key} was going to move {asked}"


def _broken(book: Book) -> Iterator[str]:
    """Judge the accounts by their statements, and the statements by the entries."""
    entries = {entry.id: entry for entry in book.entries}
    moved: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    for entry in book.entries:
        for number, (debit, credit, amount) in enumerate(entry.lines, 1):
            moved[debit][entry.id, number] = -amount
            moved[credit][entry.id, number] = amount
    for account in book.accounts:
        yield from _account_broken(account, entries)
        if {(line.entry_id, line.line): line.change for line in account.statement} != moved[account.id]:
            yield f"the statement of {account.code} does not tell what the entries move"
    debits = sum(account.balance.debits for account in book.accounts)
    credits = sum(account.balance.credits for account in book.accounts)
    if debits != credits:
        yield f"all accounts were debited {debits} and credited {credits}"


def _account_broken(account: BookedAccount, entries: Mapping[int, BookedEntry]) -> Iterator[str]:
    """Walk an account's statement; the first line that is wrong is enough."""
    code, balance = account.code, account.balance
    after = 0
    for version, line in enumerate(account.statement, 1):
        after += line.change
        if line.version != version:
            yield f"version {version} of {code} is missing: {line.version} comes next"
            return
        if line.balance_after != after:
            yield f"{code} stands at {after} after version {version}, which says {line.balance_after}"
            return
        # Who is outside by a waiver may come back: a debit meets the floor only, a credit the ceiling only.
        entry = entries.get(line.entry_id)
        held = account.firm or entry is None or not entry.waived
        if held and line.change < 0 and balance.floor is not None and after < balance.floor:
            yield f"version {version} took {code} to {after}, below its floor of {balance.floor}"
            return
        if held and line.change > 0 and balance.ceiling is not None and after > balance.ceiling:
            yield f"version {version} took {code} to {after}, above its ceiling of {balance.ceiling}"
            return
    debits = -sum(line.change for line in account.statement if line.change < 0)
    credits = sum(line.change for line in account.statement if line.change > 0)
    if (balance.debits, balance.credits) != (debits, credits):
        kept = f"{balance.debits} and {balance.credits}"
        yield f"the totals of {code} are {kept}, its statement says {debits} and {credits}"
    if balance.version != len(account.statement):
        yield f"{code} is at version {balance.version}, its statement has {len(account.statement)} lines"
