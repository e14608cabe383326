"""Reads a book back from our own beancount export, into a new book that is empty until then.

Everything in the file that can be compared is: every entry with its hash, every balance with the
entries, the whole with its last line. A book that was read back has the same accounts and entries, limits
and closed accounts and months; ids and moments are its own, and so are its hashes.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.accounts import open_book
from ledger.chart import Chart
from ledger.chart import open_chart
from ledger.chart import smallest
from ledger.directives import Directive
from ledger.directives import Posting
from ledger.directives import day_of
from ledger.directives import directives
from ledger.edge import connection_of
from ledger.errors import FileRefused
from ledger.errors import excerpt
from ledger.exported import day_after
from ledger.hashes import SealedEntry
from ledger.hashes import SealedLine
from ledger.model import REVERSAL
from ledger.model import Account
from ledger.model import Entry
from ledger.model import Transfer
from ledger.model import check_actor
from ledger.names import above
from ledger.periods import close_month
from ledger.periods import last_day
from ledger.posting import post_many
from ledger.posting import reverse
from ledger.schema import transfer as transfer_table

#: How many entries are posted in one go.
_AT_ONCE = 1_000
#: Ids have 63 bits; so many digits always fit.
_LONGEST_ID = 18

_Line = tuple[Account, Account, int]
#: An account and a commodity by their names in the file.
_Key = tuple[str, str]


def read_beancount(
    session: Session | Connection, lines: str | Iterable[str], *, slug: str, actor: str
) -> int:
    """Read what ``export_beancount`` wrote into the new book ``slug``, and give the book's id.

    All or nothing. Each entry keeps its own actor; ``actor`` answers for opening and closing. Raises
    FileRefused, BookExists, CommodityClash, and what else the calls raise that open, post and close.
    """
    check_actor(actor)
    connection = connection_of(session)
    with connection.begin_nested():
        sections = _Sections(directives(lines))
        told = sections.one("book")
        book_id = open_book(connection, slug)
        commodities, accounts = sections.of("commodity"), sections.of("open")
        chart = open_chart(connection, book_id, actor, commodities=commodities, accounts=accounts)
        posting, balances = _Posting(connection, book_id, told.words[0], chart), _Balances(chart)
        for one in sections.of("entry"):
            posting.take(one)
            balances.move(one)
        posting.flush()
        for one in sections.of("balance"):
            balances.check(one)
        sections.end()
        balances.end()
        chart.settle(connection, actor)
        if "closed" in told.facts:
            _close(connection, book_id, told, actor)
    return book_id


class _Sections:
    """Hands out directives kind by kind, in the one order that an export has."""

    def __init__(self, found: Iterator[Directive]) -> None:
        self._found = found
        self._next = next(found, None)

    def of(self, kind: str) -> Iterator[Directive]:
        while self._next is not None and self._next.kind == kind:
            yield self._next
            self._next = next(self._found, None)

    def one(self, kind: str) -> Directive:
        found = list(self.of(kind))
        if len(found) != 1:
            raise FileRefused(found[1].line if found else 1, f"an export begins with one {kind}")
        return found[0]

    def end(self) -> None:
        if self._next is not None:
            raise FileRefused(self._next.line, f"{self._next.kind} does not stand here in an export")


class _Posting:
    """Posts entries in the order of the file, many at once, and remembers which became which."""

    def __init__(self, connection: Connection, book_id: int, slug: str, chart: Chart) -> None:
        self._connection, self._book_id, self._slug, self._chart = connection, book_id, slug, chart
        self._waiting: list[tuple[int, Entry]] = []
        # Both in the file's order, which is that of its ids: eight bytes each, where a dict takes a hundred.
        self._theirs, self._ours = array("q"), array("q")

    def take(self, told: Directive) -> None:
        """Compare an entry with its hash, and post it, soon."""
        lines = [self._line(*pair) for pair in _pairs(told)]
        sealed = _sealed(told, self._slug, lines)
        if sealed.hash().hex() != told.facts["hash"]:
            raise FileRefused(told.line, f"entry {sealed.id} is not what its hash says")
        if self._theirs and sealed.id <= self._theirs[-1]:
            raise FileRefused(told.line, f"entry {sealed.id} does not stand here in an export")
        if sealed.limits not in (None, "waived"):
            raise FileRefused(told.line, f"nothing is known of such limits: {excerpt(sealed.limits)}")
        if (sealed.kind == REVERSAL) != (sealed.reverses_id is not None):
            raise FileRefused(told.line, "a reversal names what it reverses, and nothing else does")
        if sealed.reverses_id is not None:
            self._reverse(told, sealed, sealed.reverses_id, lines)
        else:
            self._wait(told, sealed, lines)

    def flush(self) -> None:
        """Post what waits."""
        posted = post_many(self._connection, [entry for _, entry in self._waiting])
        for (line, entry), one in zip(self._waiting, posted, strict=True):
            if one.repeated:
                raise FileRefused(line, f"the key was used before: {entry.key!r}")
            self._ours.append(one.entry_id)
        self._waiting.clear()

    def _wait(self, told: Directive, sealed: SealedEntry, lines: list[_Line]) -> None:
        transfers = tuple(Transfer(*line) for line in lines)
        waived = sealed.limits is not None
        own = (sealed.kind, told.day, sealed.key, sealed.actor)
        self._waiting.append((told.line, Entry(self._book_id, *own, transfers, sealed.memo, waived)))
        self._theirs.append(sealed.id)
        if len(self._waiting) == _AT_ONCE:
            self.flush()

    def _reverse(self, told: Directive, sealed: SealedEntry, original: int, lines: list[_Line]) -> None:
        self.flush()
        at = bisect_left(self._theirs, original)
        if at == len(self._theirs) or self._theirs[at] != original:
            raise FileRefused(told.line, f"there is no entry {original} above that could be reversed")
        posted = reverse(
            self._connection,
            book_id=self._book_id,
            entry_id=self._ours[at],
            posted_on=told.day,
            key=sealed.key,
            actor=sealed.actor,
            memo=sealed.memo,
            waive_limits=sealed.limits is not None,
        )
        if posted.repeated or self._posted(posted.entry_id) != [(a.id, b.id, n) for a, b, n in lines]:
            raise FileRefused(told.line, f"entry {sealed.id} is not the mirror image of entry {original}")
        self._theirs.append(sealed.id)
        self._ours.append(posted.entry_id)

    def _posted(self, entry_id: int) -> list[tuple[int, int, int]]:
        columns = transfer_table.c
        query = select(columns.debit_account_id, columns.credit_account_id, columns.amount)
        found = self._connection.execute(query.where(columns.entry_id == entry_id).order_by(columns.line))
        return [(debit, credit, amount) for debit, credit, amount in found]

    def _line(self, debit: Posting, credit: Posting) -> _Line:
        """Make one line of two postings."""
        sides = []
        for one in (debit, credit):
            account = self._chart.accounts.get((one.account, one.currency))
            if account is None:
                raise FileRefused(one.line, f"no such account is open: {excerpt(one.account)}")
            sides.append((account, smallest(one.line, self._chart.units[one.currency], one.amount)))
        (debited, amount), (credited, taken) = sides
        if debit.currency != credit.currency or amount != -taken:
            raise FileRefused(credit.line, "what is credited is not what is debited in the line above")
        return debited, credited, amount


class _Balances:
    """Adds up what moved in each month, as the file has it, and compares it with the balances there."""

    def __init__(self, chart: Chart) -> None:
        names = {name for name, _ in chart.accounts}
        self._units = chart.units
        #: An account's own name, and those of the open accounts that it is a part of.
        self._within = {name: (name, *names.intersection(above(name))) for name in names}
        self._held: dict[_Key, int] = defaultdict(int)
        #: What each month changed, and in which lines its accounts moved last.
        self._changes: dict[date, dict[_Key, int]] = defaultdict(lambda: defaultdict(int))
        self._moved: dict[date, dict[_Key, int]] = defaultdict(dict)
        self._day, self._due = date.min, dict[_Key, int]()

    def move(self, told: Directive) -> None:
        """Add an entry, whose postings were looked at, to its month."""
        month = told.day.replace(day=1)
        changes = self._changes[month]
        for one in told.postings:
            self._moved[month][one.account, one.currency] = one.line
            amount = smallest(one.line, self._units[one.currency], one.amount)
            for name in self._within[one.account]:
                changes[name, one.currency] += amount

    def check(self, told: Directive) -> None:
        """Refuse a balance that does not follow from the entries, or that no month asks for."""
        name, written, currency = told.words
        if told.day != self._day:
            self._go_on(told)
        if self._due.pop((name, currency), None) is None:
            raise FileRefused(told.line, "this balance does not stand here in an export")
        true = self._units[currency].amount(self._held[name, currency])
        if written != true:
            raise FileRefused(told.line, f"{name[:60]} holds {true} {currency} then, not {written}")

    def end(self) -> None:
        """Refuse a file that does not say what every account that moved in a month held at its end."""
        for month in [month for month in self._moved if day_after(month)]:
            self._due.update(self._moved[month])
        for line in sorted(self._due.values()):
            raise FileRefused(line, "what this account held when the month was over is not in the file")

    def _go_on(self, told: Directive) -> None:
        """Go on to the next month, if this is the day after it and the one before is done."""
        month = min(self._moved, default=date.max)
        if self._due or day_after(month) != told.day:
            raise FileRefused(told.line, "this balance does not stand here in an export")
        for key, change in self._changes.pop(month).items():
            self._held[key] += change
        self._day, self._due = told.day, self._moved.pop(month)


def _pairs(told: Directive) -> Iterator[tuple[Posting, Posting]]:
    if len(told.postings) % 2:
        raise FileRefused(told.line, "a line of an entry has two postings, and one of them is missing")
    yield from zip(told.postings[::2], told.postings[1::2], strict=True)


def _sealed(told: Directive, slug: str, lines: list[_Line]) -> SealedEntry:
    """Put together what the hash is of."""
    facts = told.facts
    moved = (
        SealedLine(number, debit.commodity, amount, debit.code, debit.type, credit.code, credit.type)
        for number, (debit, credit, amount) in enumerate(lines, 1)
    )
    return SealedEntry(
        book=slug,
        id=_id(told, facts["entry"]),
        # The words behind it are what people call the entry, which is no fact.
        kind=told.words[0].partition(" ")[0],
        posted_on=told.day.isoformat(),
        recorded_at=facts["recorded"],
        key=facts["key"],
        actor=facts["actor"],
        memo=facts.get("memo"),
        reverses_id=_id(told, facts["reverses"]) if "reverses" in facts else None,
        limits=facts.get("limits"),
        lines=tuple(moved),
    )


def _id(told: Directive, written: str) -> int:
    if not (written.isascii() and written.isdecimal()) or len(written) > _LONGEST_ID:
        raise FileRefused(told.line, f"an entry has no such number: {excerpt(written)}")
    return int(written)


def _close(connection: Connection, book_id: int, told: Directive, actor: str) -> None:
    """Close the months that were closed, with one event: those that did it before are not in the file."""
    day = day_of(told.line, told.facts["closed"])
    if last_day(day) != day:
        raise FileRefused(told.line, f"no month ends on {day.isoformat()}")
    close_month(connection, book_id=book_id, month=day, actor=actor)
