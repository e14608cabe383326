"""Brings a community's older exchanges from a file into the books: the whole of it, or nothing."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Select
from sqlalchemy import bindparam
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.service import move_start_back
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.bulk_rows import BookedRow
from timebank.exchanges.bulk_rows import write_booked
from timebank.exchanges.hours_file import BadLine
from timebank.exchanges.hours_file import HoursFile
from timebank.exchanges.hours_file import HoursLine
from timebank.exchanges.import_keys import check_batch
from timebank.exchanges.import_keys import key_prefix
from timebank.exchanges.import_keys import spelt
from timebank.exchanges.import_refusals import EnteredMeanwhile
from timebank.exchanges.import_refusals import MemberNotKnown
from timebank.exchanges.import_refusals import MonthIsClosed
from timebank.exchanges.import_refusals import PastCeiling
from timebank.exchanges.import_refusals import PastLimit
from timebank.exchanges.import_refusals import ReferenceStrange
from timebank.exchanges.import_refusals import ReferenceUsed
from timebank.exchanges.import_refusals import member_closed
from timebank.hours import Minutes
from timebank.members.models import Member
from timebank.members.service import NewMember
from timebank.members.service import add_members
from timebank.text import excerpt

#: What an entry of an imported line is.
IMPORT = "import"

#: How many bad lines are named; a file of which more is bad is the wrong file, and memory is bounded.
MOST_NAMED = 1_000

#: How many lines are booked at once; on PostgreSQL each time leaves a dead version of every account it moves.
_LINES_AT_ONCE = 20_000
_JOINED = update(Member).where(Member.id == bindparam("member")).values(joined_on=bindparam("day"))


class LinesRefused(Refusal):
    """Lines of the file cannot be taken; raised at the end of the file, so that all of them are named."""

    sentence = N_("%(count)s things in the file cannot be taken. Nothing was written.")

    def __init__(self, result: "ImportResult") -> None:
        super().__init__(count=result.bad_count)
        self.result = result


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or would have done."""

    booked: int
    #: Lines that stood in the books already.
    repeated: int
    members_created: int
    #: What cannot be taken, in the order of the file; the first thousand.
    bad: Sequence[BadLine]
    #: How much cannot be taken, named or not.
    bad_count: int


class _Side(NamedTuple):
    """A member as lines name them."""

    id: int
    account: ledger.Account


class _Asked(NamedTuple):
    """A line that could be read, and the entry it asks for."""

    line: HoursLine
    giver: _Side
    receiver: _Side
    entry: ledger.Entry


def import_hours(
    session: Session,
    *,
    community: Community,
    file: HoursFile,
    create_members: bool,
    waive_limits: bool,
    batch: str | None,
    actor: Actor,
    progress: Callable[[int], object] | None = None,
) -> ImportResult:
    """Book every line of a file with its exchange; the caller commits, or rolls back for a dry run.

    Raises LinesRefused, with what was found in the whole file, where a line cannot be taken: so no
    caller can keep half a file by mistake. ``progress`` is told how many more lines were read. A
    suspended member, or one who left, may well be part of history. Two imports into one community
    wait for each other.
    """
    if batch is not None:
        check_batch(batch)
    session.flush()
    session.refresh(community, with_for_update={"key_share": True})
    work = _Import(
        session,
        community=community,
        create_members=create_members,
        waive_limits=waive_limits,
        prefix=key_prefix(batch),
        time=file.time,
        actor=actor,
    )
    lines, read = iter(file), 0
    while some := list(islice(lines, _LINES_AT_ONCE)):
        work.take(some)
        if progress is not None:
            progress(some[-1].line_number - read)
            read = some[-1].line_number
    if progress is not None:
        progress(file.line_count - read)
    result = work.result()
    if result.bad_count:
        raise LinesRefused(result)
    if work.oldest is not None:
        move_start_back(session, community=community, day=work.oldest, actor=actor)
    return result


class _Import:
    """One run of an import: who is known, and what was counted so far."""

    def __init__(
        self,
        session: Session,
        *,
        community: Community,
        create_members: bool,
        waive_limits: bool,
        prefix: str,
        time: str,
        actor: Actor,
    ) -> None:
        self._session = session
        # Straight to the connection: the ORM would keep and expire objects at every savepoint.
        self._connection = session.connection()
        self._community, self._actor, self._by = community, actor, str(actor)
        self._community_id, self._book_id = community.id, community.book_id
        self._create_members, self._waive_limits, self._prefix = create_members, waive_limits, prefix
        self._time = time
        self._logged_at = clock.now()
        self._sides: dict[str, _Side] = {}
        self._know(
            select(Member.number, Member.id, Member.account_id).where(Member.community_id == community.id)
        )
        self._booked = self._repeated = self._created = self._bad_count = 0
        self._named: list[BadLine] = []
        self._bad: list[BadLine] = []
        #: The earliest day of all lines.
        self.oldest: date | None = None

    def take(self, some: Iterable[HoursLine | BadLine]) -> None:
        """Book some lines, and note which of them cannot be."""
        lines: list[HoursLine] = []
        for one in some:
            if isinstance(one, HoursLine):
                lines.append(one)
            else:
                self._bad.append(one)
        if lines:
            oldest = min(line.worked_on for line in lines)
            self.oldest = oldest if self.oldest is None else min(self.oldest, oldest)
            if self._create_members:
                self._enter(lines)
            self._book(self._asked(lines))
        if self._bad:
            self._bad_count += len(self._bad)
            self._bad.sort(key=attrgetter("line_number"))
            self._named += self._bad[: MOST_NAMED - len(self._named)]
            self._bad.clear()

    def result(self) -> ImportResult:
        """Tell what was done so far."""
        return ImportResult(self._booked, self._repeated, self._created, self._named, self._bad_count)

    # --- members --------------------------------------------------------------------------------------------

    def _know(self, found: Select[str, int, int]) -> None:
        for number, member_id, account_id in self._connection.execute(found):
            account = books.member_hours(account_id=account_id, book_id=self._book_id, member_id=member_id)
            self._sides[number] = _Side(member_id, account)

    def _enter(self, lines: Sequence[HoursLine]) -> None:
        """Create the members whom nobody knows, from the day of their first line."""
        fresh: dict[str, tuple[date, NewMember]] = {}
        for line in lines:
            if line.giver not in self._sides:
                _meet(
                    fresh, line.worked_on, NewMember(line.giver, line.giver_name, line.giver_reading or None)
                )
            if line.receiver not in self._sides:
                _meet(
                    fresh,
                    line.worked_on,
                    NewMember(line.receiver, line.receiver_name, line.receiver_reading or None),
                )
        if not fresh:
            return
        named = [
            new if new.name else NewMember(new.number, new.number, new.reading) for _, new in fresh.values()
        ]
        try:
            ids = add_members(self._session, community=self._community, new_members=named, actor=self._actor)
        except IntegrityError as clash:
            if violated(clash) == "uq_member_community_id_number":
                raise EnteredMeanwhile from clash
            raise
        joined = [
            {"member": member_id, "day": day} for member_id, (day, _) in zip(ids, fresh.values(), strict=True)
        ]
        self._connection.execute(_JOINED, joined)
        if self._connection.dialect.name == "postgresql":
            # Of a new table it knows nothing, and would walk the whole community for each row's two keys.
            self._connection.exec_driver_sql("ANALYZE member")
        self._know(select(Member.number, Member.id, Member.account_id).where(Member.id.in_(ids)))
        self._created += len(ids)

    # --- booking --------------------------------------------------------------------------------------------

    def _asked(self, lines: Sequence[HoursLine]) -> list[_Asked]:
        """Make the entries that lines ask for; a line whose members are not known asks for none."""
        sides, asked = self._sides, []
        for line in lines:
            giver, receiver = sides.get(line.giver), sides.get(line.receiver)
            if giver is None or receiver is None:
                self._name_unknown(line, giver, receiver)
                continue
            try:
                entry = ledger.Entry(
                    self._book_id,
                    IMPORT,
                    line.worked_on,
                    self._prefix + spelt(line.reference),
                    self._by,
                    (ledger.Transfer(receiver.account, giver.account, line.minutes),),
                    None,
                    self._waive_limits,
                )
            except ledger.KeyRefused:
                self._refuse(line, "reference", line.reference, ReferenceStrange())
            else:
                asked.append(_Asked(line, giver, receiver, entry))
        return asked

    def _book(self, asked: Sequence[_Asked]) -> None:
        """Book what can be booked; the database judges, and what it would refuse is named and left out."""
        while asked:
            try:
                self._post(asked)
                break
            except ledger.LedgerError:
                good = self._within_limits(self._fresh(asked))
                if len(good) == len(asked):
                    raise
                asked = good

    def _post(self, asked: Sequence[_Asked]) -> None:
        """Post entries and write their exchanges: all of these or, where one is refused, none."""
        with self._connection.begin_nested():
            answers = ledger.post_many(self._connection, [one.entry for one in asked])
        rows = [
            BookedRow(
                giver.id,
                receiver.id,
                line.minutes,
                line.worked_on,
                line.description,
                line.reference,
                posted.entry_id,
                1,
            )
            for (line, giver, receiver, _), posted in zip(asked, answers, strict=True)
            if not posted.repeated
        ]
        if rows:
            write_booked(
                self._connection,
                rows,
                community_id=self._community_id,
                logged_at=self._logged_at,
                actor=self._actor,
            )
        self._booked += len(rows)
        self._repeated += len(asked) - len(rows)

    def _fresh(self, asked: Sequence[_Asked]) -> list[_Asked]:
        """Leave out what stands in the books already, and name what has the key of something else."""
        used = ledger.keys_used(self._connection, self._book_id, [one.entry.key for one in asked])
        prints = {key: fingerprint for key, (_, fingerprint) in used.items()}
        fresh = []
        for one in asked:
            key, fingerprint = one.entry.key, one.entry.fingerprint()
            if key not in prints:
                prints[key] = fingerprint
                fresh.append(one)
            elif prints[key] == fingerprint:
                self._repeated += 1
            else:
                self._refuse(one.line, "reference", one.line.reference, ReferenceUsed())
        return fresh

    def _within_limits(self, asked: Sequence[_Asked]) -> list[_Asked]:
        """Play lines against the accounts as they stand, and name those that the books would refuse.

        Posting them one by one to be told the same would take minutes for a few thousand.
        """
        accounts = {side.id: side.account for one in asked for side in (one.giver, one.receiver)}
        found = {key: ledger.balance(self._connection, account) for key, account in accounts.items()}
        running = {key: balance.balance for key, balance in found.items()}
        closed = ledger.closed_through(self._connection, self._book_id)
        good = []
        for one in asked:
            line, giver, receiver = one.line, one.giver.id, one.receiver.id
            lower, higher = running[receiver] - line.minutes, running[giver] + line.minutes
            if closed is not None and line.worked_on <= closed:
                self._refuse(line, "date", line.worked_on.isoformat(), MonthIsClosed(through=closed))
                continue
            if not self._takes_part(one, found[giver], found[receiver]):
                continue
            if not self._waive_limits and self._past_limit(
                line, found[giver].ceiling, higher, found[receiver].floor, lower
            ):
                continue
            running[receiver], running[giver] = lower, higher
            good.append(one)
        return good

    # --- what cannot be taken -------------------------------------------------------------------------------

    def _refuse(self, line: HoursLine, field: str, value: str, refusal: Refusal) -> None:
        self._bad.append(BadLine(line.line_number, field, excerpt(value), refusal))

    def _name_unknown(self, line: HoursLine, giver: _Side | None, receiver: _Side | None) -> None:
        if giver is None:
            self._refuse(line, "giver", line.giver, MemberNotKnown())
        if receiver is None:
            self._refuse(line, "receiver", line.receiver, MemberNotKnown())

    def _takes_part(self, one: _Asked, giver: ledger.Balance, receiver: ledger.Balance) -> bool:
        """Name a line whose giver's or receiver's account is closed."""
        if giver.closed_on is not None:
            self._refuse(one.line, "giver", one.line.giver, member_closed(self._session, one.giver.id))
        if receiver.closed_on is not None:
            refusal = member_closed(self._session, one.receiver.id)
            self._refuse(one.line, "receiver", one.line.receiver, refusal)
        return giver.closed_on is None and receiver.closed_on is None

    def _past_limit(
        self, line: HoursLine, ceiling: int | None, higher: int, floor: int | None, lower: int
    ) -> bool:
        """Name a line that takes somebody outside the limits, and say by how much."""
        refusal: Refusal | None = None
        if floor is not None and lower < floor:
            refusal = PastLimit(number=line.receiver, beyond=Minutes(floor - lower), limit=Minutes(-floor))
        elif ceiling is not None and higher > ceiling:
            refusal = PastCeiling(number=line.giver, beyond=Minutes(higher - ceiling), limit=Minutes(ceiling))
        if refusal is not None:
            self._refuse(line, self._time, line.time, refusal)
        return refusal is not None


def _meet(fresh: dict[str, tuple[date, NewMember]], day: date, new: NewMember) -> None:
    """Note somebody new; where the first line of several gave no name, a later one may."""
    known = fresh.get(new.number)
    if known is None:
        fresh[new.number] = (day, new)
    elif new.name and not known[1].name:
        fresh[new.number] = (known[0], new)
