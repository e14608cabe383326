"""Whatever people do, in whatever order: the books say what a model of a page says."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from datetime import UTC
from datetime import date
from datetime import datetime
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import seed
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.stateful import initialize
from hypothesis.stateful import invariant
from hypothesis.stateful import rule
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import Entry
from ledger import LedgerError
from ledger import Posted
from ledger import transaction
from tests.ledger.builders import ACTOR
from tests.ledger.builders import DAY
from tests.ledger.builders import a_book
from tests.ledger.builders import an_account
from tests.ledger.builders import assert_proved
from tests.ledger.builders import of_lines

Lines = tuple[tuple[int, int, int], ...]


@dataclass
class Held:
    """What the model knows of an account."""

    floor: int | None
    ceiling: int | None
    firm: bool
    closed: bool = False
    #: What each transfer changed, oldest first.
    changes: list[int] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return sum(self.changes)


@dataclass
class Model:
    """Books that fit on a page: no database, no versions, one person at a time."""

    accounts: list[Held] = field(default_factory=list)
    #: What each key asked for, and whether that was a reversal (of which key).
    entries: dict[str, tuple[Lines, str | None]] = field(default_factory=dict)
    reversed: set[str] = field(default_factory=set)
    #: How many of MONTHS are closed; everything is posted in the second of them.
    closed_months: int = 0
    #: How many entries were under seals when the newest was made, and how many seals there were.
    sealed: int = 0
    seals: int = 0

    def move(self, lines: Lines, waived: bool) -> str | None:
        """Move everything, or nothing and say why."""
        before = self.lengths()
        for debit, credit, amount in lines:
            refused = self._move_one(self.accounts[debit], self.accounts[credit], amount, waived)
            if refused:
                self.forget(before)
                return refused
        return None

    def lengths(self) -> list[int]:
        """How long each statement is, to go back to."""
        return [len(held.changes) for held in self.accounts]

    def forget(self, lengths: list[int]) -> None:
        """Forget what was moved since."""
        for held, length in zip(self.accounts, lengths, strict=True):
            del held.changes[length:]

    def _move_one(self, debited: Held, credited: Held, amount: int, waived: bool) -> str | None:
        if debited.closed or credited.closed:
            return "AccountClosed"
        debited.changes.append(-amount)
        credited.changes.append(amount)
        if (
            debited.floor is not None
            and debited.balance < debited.floor
            and not (waived and not debited.firm)
        ):
            return "FloorExceeded"
        if (
            credited.ceiling is not None
            and credited.balance > credited.ceiling
            and not (waived and not credited.firm)
        ):
            return "CeilingExceeded"
        return None

    def post(self, key: str, lines: Lines, waived: bool) -> str | None:
        """Post once, answer again, or refuse."""
        if key in self.entries:
            return None if self.entries[key] == (lines, None) else "KeyReused"
        refused = "PeriodClosed" if self.closed_months > 1 else self.move(lines, waived)
        if not refused:
            self.entries[key] = lines, None
        return refused

    def reverse(self, key: str, original: str, waived: bool) -> str | None:
        """Take an entry back, once."""
        lines, reverses = self.entries[original]
        back = tuple((credit, debit, amount) for debit, credit, amount in lines)
        if key in self.entries:
            return None if self.entries[key] == (back, original) else "KeyReused"
        if reverses:
            return "NotReversible"
        if original in self.reversed:
            return "AlreadyReversed"
        refused = "PeriodClosed" if self.closed_months > 1 else self.move(back, waived)
        if not refused:
            self.entries[key] = back, original
            self.reversed.add(original)
        return refused


MONTHS = (date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))
ACCOUNT = st.integers(0, 4)
#: Tens, so that limits and zero are met exactly.
LIMIT = st.none() | st.none() | st.integers(-6, 6).map(lambda tens: 10 * tens)
AMOUNT = st.integers(1, 5).map(lambda tens: 10 * tens)
#: Only the last two are ever closed, and are moved less, or most of what is tried would be refused.
CLOSING = st.integers(3, 4)
MOVING = st.sampled_from([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 4])
LINES = st.lists(st.tuples(MOVING, MOVING, AMOUNT), min_size=1, max_size=3)
#: Few keys, so that they come again.
KEY = st.integers(0, 9).map(lambda n: f"k{n}")
BATCH_KEY = st.integers(0, 19).map(lambda n: f"b{n}") | KEY
REVERSAL_KEY = st.integers(0, 4).map(lambda n: f"r{n}") | KEY


class Books(RuleBasedStateMachine):
    """Does the same to the model and to a book of its own, and compares."""

    engine: Engine

    @initialize(limits=st.lists(st.tuples(LIMIT, LIMIT, st.booleans()), min_size=5, max_size=5))
    def open(self, limits: list[tuple[int | None, int | None, bool]]) -> None:
        self.model = Model()
        self.accounts: list[Account] = []
        self.ids: dict[str, int] = {}
        self.seen: list[tuple[datetime, list[int]]] = []
        self.book = transaction(self.engine, a_book)
        for floor, ceiling, firm in limits:
            self.open_account(floor, ceiling, firm)

    def open_account(self, floor: int | None, ceiling: int | None, firm: bool) -> None:
        if floor is not None and ceiling is not None and floor > ceiling:
            floor, ceiling = ceiling, floor
        self.model.accounts.append(Held(floor, ceiling, firm))
        limits: dict[str, Any] = {"floor": floor, "ceiling": ceiling, "firm": firm}
        self.accounts.append(
            transaction(self.engine, lambda session: an_account(session, self.book, **limits))
        )

    def run(self, work: Callable[[Session], Any], expected: str | None) -> Any:
        """Do it for real, and compare whether it was refused and as what."""
        refused, result = None, None
        try:
            result = transaction(self.engine, work)
        except LedgerError as error:
            refused = type(error).__name__
        assert refused == expected
        return result

    def entry(self, key: str, lines: Lines, waived: bool) -> Entry:
        moves = [(self.accounts[debit], self.accounts[credit], amount) for debit, credit, amount in lines]
        # Waived or not, an import is what it asks for.
        return of_lines(*moves, key=key, waive_limits=waived, kind="import")

    def apart(self, lines: Sequence[tuple[int, int, int]]) -> Lines:
        """Give lines between two accounts each."""
        return tuple(
            (debit, credit if credit != debit else (debit + 1) % 5, amount) for debit, credit, amount in lines
        )

    def answered(self, key: str, posted: Posted | None, was_there: bool) -> None:
        if posted is not None:
            assert posted.repeated == was_there
            assert self.ids.setdefault(key, posted.entry_id) == posted.entry_id

    @rule(key=KEY, lines=LINES, waived=st.booleans())
    def post(self, key: str, lines: list[tuple[int, int, int]], waived: bool) -> None:
        asked, was_there = self.apart(lines), key in self.model.entries
        entry = self.entry(key, asked, waived)
        expected = self.model.post(key, asked, waived)
        self.answered(key, self.run(lambda session: ledger.post(session, entry), expected), was_there)

    @rule(data=st.data())
    def post_again(self, data: st.DataObject) -> None:
        ordinary = sorted(key for key, (_, reverses) in self.model.entries.items() if reverses is None)
        if ordinary:
            key = data.draw(st.sampled_from(ordinary))
            self.post(key, list(self.model.entries[key][0]), waived=False)

    @rule(batch=st.lists(st.tuples(BATCH_KEY, LINES, st.booleans()), min_size=1, max_size=3))
    def post_many(self, batch: list[tuple[str, list[tuple[int, int, int]], bool]]) -> None:
        wanted = [(key, self.apart(lines), waived) for key, lines, waived in batch]
        entries = [self.entry(*one) for one in wanted]
        before = self.model.lengths()
        known, repeated, expected = dict(self.model.entries), [], None
        for key, lines, waived in wanted:
            repeated.append(key in self.model.entries)
            expected = expected or self.model.post(key, lines, waived)
        if expected:
            self.model.entries = known
            self.model.forget(before)
        answers = self.run(lambda session: ledger.post_many(session, entries), expected)
        for (key, *_), posted, was_there in zip(wanted, answers or [], repeated, strict=False):
            self.answered(key, posted, was_there)

    @rule(key=REVERSAL_KEY, data=st.data(), waived=st.booleans())
    def reverse(self, key: str, data: st.DataObject, waived: bool) -> None:
        if self.model.entries:
            original, was_there = (
                data.draw(st.sampled_from(sorted(self.model.entries))),
                key in self.model.entries,
            )
            expected = self.model.reverse(key, original, waived)
            self.take_back(key, original, waived, expected, was_there=was_there)

    def take_back(
        self, key: str, original: str, waived: bool, expected: str | None, *, was_there: bool
    ) -> None:
        asked: dict[str, Any] = {"entry_id": self.ids[original], "key": key, "waive_limits": waived}

        def work(session: Session) -> Posted:
            return ledger.reverse(session, book_id=self.book, posted_on=DAY, actor=ACTOR, **asked)

        self.answered(key, self.run(work, expected), was_there)

    @rule(data=st.data(), waived=st.booleans())
    def reverse_again(self, data: st.DataObject, waived: bool) -> None:
        reversals = [(key, original) for key, (_, original) in self.model.entries.items() if original]
        if reversals:
            key, original = data.draw(st.sampled_from(reversals))
            assert self.model.reverse(key, original, waived) is None
            self.take_back(key, original, waived, None, was_there=True)

    @rule(number=ACCOUNT, floor=LIMIT, ceiling=LIMIT)
    def set_limits(self, number: int, floor: int | None, ceiling: int | None) -> None:
        held, account, expected = self.model.accounts[number], self.accounts[number], None
        if floor is not None and ceiling is not None and floor > ceiling:
            expected = "LimitsRefused"
        elif held.closed:
            expected = "AccountClosed"
        else:
            held.floor, held.ceiling = floor, ceiling
        self.run(
            lambda session: ledger.set_limits(session, account, floor=floor, ceiling=ceiling, actor=ACTOR),
            expected,
        )

    @rule(number=CLOSING, in_turn=st.sampled_from([True, True, False]))
    def close_or_reopen(self, number: int, in_turn: bool) -> None:
        held, account, expected = self.model.accounts[number], self.accounts[number], None
        if held.closed != in_turn:
            if held.closed:
                expected = "AccountClosed"
            elif held.balance:
                expected = "AccountNotEmpty"
            held.closed = held.closed or not held.balance
            self.run(
                lambda session: ledger.close_account(session, account, closed_on=DAY, actor=ACTOR), expected
            )
        else:
            expected = None if held.closed else "PromiseBroken"
            held.closed = False
            self.run(lambda session: ledger.reopen_account(session, account, actor=ACTOR), expected)

    # Seldom the month that everything is posted in, or most of what is tried would be refused.
    @rule(month=st.sampled_from([0, 0, 0, 1, 2]))
    def close_month(self, month: int) -> None:
        # As its first month a book may close any.
        if self.model.closed_months or not month:
            expected = None if month == self.model.closed_months else "MonthOutOfTurn"
            self.model.closed_months += not expected
            asked: dict[str, Any] = {"book_id": self.book, "month": MONTHS[month], "actor": ACTOR}
            self.run(lambda session: ledger.close_month(session, **asked), expected)

    @rule(month=st.sampled_from([0, 1, 1, 1, 2, 2]))
    def reopen_month(self, month: int) -> None:
        expected = None if month == self.model.closed_months - 1 else "MonthOutOfTurn"
        self.model.closed_months -= not expected
        asked: dict[str, Any] = {"book_id": self.book, "month": MONTHS[month], "actor": ACTOR, "reason": "r"}
        self.run(lambda session: ledger.reopen_month(session, **asked), expected)

    @rule()
    def keep_totals(self) -> None:
        asked: dict[str, Any] = {"book_id": self.book, "month": DAY}
        self.run(lambda session: ledger.take_snapshots(session, **asked), None)

    @rule()
    def seal(self) -> None:
        new = self.run(lambda session: ledger.seal(session, book_id=self.book), None)
        waiting = len(self.model.entries) - self.model.sealed
        if waiting:
            self.model.sealed, self.model.seals = len(self.model.entries), self.model.seals + 1
        assert (new and (new.number, new.leaves)) == ((self.model.seals, waiting) if waiting else None)

    @rule(data=st.data())
    def prove_one(self, data: st.DataObject) -> None:
        if self.model.entries:
            key = data.draw(st.sampled_from(sorted(self.model.entries)))
            # Entries are sealed in the order in which they were posted.
            is_sealed = list(self.model.entries).index(key) < self.model.sealed
            asked = {"book_id": self.book, "entry_id": self.ids[key]}
            expected = None if is_sealed else "EntryNotSealed"
            proof = self.run(lambda session: ledger.inclusion_proof(session, **asked), expected)
            if proof:
                assert ledger.read_proof(proof.text()).entry.key == key

    @invariant()
    def the_books_say_what_the_model_says(self) -> None:
        with Session(self.engine) as session:
            lines, on_the_day = [
                {line.code: -line.balance for line in ledger.trial_balance(session, self.book, on=day)}
                for day in (None, DAY)
            ]
            for account, held in zip(self.accounts, self.model.accounts, strict=True):
                told = ledger.statement(session, account, limit=1000).lines
                assert [line.change for line in reversed(told)] == held.changes
                assert [line.balance_after for line in reversed(told)] == list(accumulate(held.changes))
            one = self.accounts[len(self.seen) % 5]
            assert ledger.balance_on(session, one, DAY) == lines[one.code]
        balances = [held.balance for held in self.model.accounts]
        assert [lines[account.code] for account in self.accounts] == balances
        assert [on_the_day.get(account.code, 0) for account in self.accounts] == balances
        self.seen.append((datetime.now(UTC), balances))

    def teardown(self) -> None:
        with Session(self.engine) as session:
            for moment, balances in getattr(self, "seen", [])[:: max(1, len(self.seen) // 5)]:
                assert [ledger.as_of(session, account, moment) for account in self.accounts] == balances
            for account, held in zip(self.accounts, self.model.accounts, strict=True):
                now = ledger.balance(session, account)
                assert (now.floor, now.ceiling, now.closed_on is not None) == (
                    held.floor,
                    held.ceiling,
                    held.closed,
                )


def test_any_sequence_of_acts_ends_as_the_model_says(
    own_engine: Engine, request: pytest.FixtureRequest
) -> None:
    machine = type("BooksOnThisEngine", (Books,), {"engine": own_engine})
    # Another one in each run, which names it, and the same on both engines; `make mutants` throws no dice.
    seed(request.config.getoption("randomly_seed", default=1))(machine)
    bounded = settings(
        max_examples=15,
        stateful_step_count=25,
        deadline=None,
        database=None,
        # Making a failure smaller would take minutes; twenty steps can be read.
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(machine, settings=bounded)
    assert_proved(own_engine)
