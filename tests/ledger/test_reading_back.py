"""A book that was exported can be read back: the same accounts, entries and balances in a new book."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from beancount import loader
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import AccountType
from ledger import BookExists
from ledger import CommodityClash
from ledger import LedgerError
from ledger import NewAccount
from ledger import Transfer
from ledger import reading_back
from ledger import transaction
from ledger.names import in_capitals
from tests.hledger import hledger
from tests.ledger.builders import ACTOR
from tests.ledger.builders import a_book
from tests.ledger.builders import an_account
from tests.ledger.builders import an_entry
from tests.ledger.builders import assert_proved
from tests.ledger.rereading import READER
from tests.ledger.rereading import a_rich_book
from tests.ledger.rereading import assert_same
from tests.ledger.rereading import ended
from tests.ledger.rereading import read
from tests.ledger.rereading import written


@pytest.fixture
def book(session: Session) -> int:
    """A book with everything in it, and another one as noise."""
    noise = a_book(session)
    ledger.post(session, an_entry(an_account(session, noise, "m:1"), an_account(session, noise, "m:2")))
    return a_rich_book(session)


def test_a_book_comes_back_as_it_was(session: Session, book: int) -> None:
    told = written(session, book)
    assert loader.load_string(told)[1] == []
    assert_same(session, book, read(session, told))


def test_a_book_that_was_read_back_can_be_read_back(session: Session, book: int) -> None:
    again = read(session, written(session, book))
    assert_same(session, book, read(session, written(session, again)))


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_however_many_are_posted_at_once_it_is_the_same(
    session: Session, book: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_back, "_AT_ONCE", at_once)
    assert_same(session, book, read(session, written(session, book)))


def test_what_is_read_back_is_proved(engine: Engine) -> None:
    def work(session: Session) -> None:
        read(session, written(session, a_rich_book(session)))

    transaction(engine, work)
    assert_proved(engine)


def test_it_is_the_codes_that_count_and_not_what_people_call_things(session: Session, book: int) -> None:
    def named(code: str) -> tuple[str, ...]:
        return ("Somebody", code.replace(":", "-"))

    told = written(
        session, book, name=named, reference=lambda key, memo: 'K　1\n"', title=lambda code: "山田\r\nx"
    )
    assert loader.load_string(told)[1] == []
    assert_same(session, book, read(session, told))


@pytest.mark.parametrize("size", [1, 7, 1_000, 10**9])
def test_a_file_may_come_in_any_pieces(session: Session, book: int, size: int) -> None:
    told = written(session, book)
    pieces = (told[start : start + size] for start in range(0, len(told), size))
    assert_same(session, book, read(session, pieces))


def test_a_file_is_read_as_it_is_opened(session: Session, book: int, tmp_path: Path) -> None:
    path = tmp_path / "book.beancount"
    path.write_text(written(session, book).rstrip("\n"), encoding="utf-8")
    with path.open(encoding="utf-8") as lines:
        assert_same(session, book, read(session, lines))


def test_an_empty_book_comes_back_empty(session: Session) -> None:
    book = a_book(session)
    assert_same(session, book, read(session, written(session, book)))


def test_comments_may_stand_in_a_file(session: Session, book: int) -> None:
    head, rest = written(session, book).split("\n", 1)
    assert_same(session, book, read(session, ended(f"{head}\n; looked at by somebody\n\n{rest}")))


def test_entries_keep_their_actors_and_whoever_reads_answers_for_the_rest(
    session: Session, book: int
) -> None:
    again = read(session, written(session, book))
    query = (
        "SELECT DISTINCT e.actor FROM account_event e JOIN account a ON a.id = e.account_id"
        " WHERE a.book_id = {0} UNION SELECT DISTINCT actor FROM period_event WHERE book_id = {0}"
    )
    driver = session.connection()
    assert driver.exec_driver_sql(query.format(again)).scalars().all() == [READER]
    entries = f"SELECT DISTINCT actor FROM entry WHERE book_id = {again}"
    assert driver.exec_driver_sql(entries).scalars().all() == [ACTOR]


def test_a_connection_does_as_well_as_a_session(session: Session, book: int) -> None:
    told = written(session, book)
    again = ledger.read_beancount(session.connection(), told, slug=f"c-{uuid4().hex}", actor=READER)
    assert_same(session, book, again)


def test_a_book_is_read_into_a_new_one_only(session: Session, book: int) -> None:
    told = written(session, book)
    slug = told.partition(' custom "book" "')[2].partition('"')[0]
    with session.begin_nested(), pytest.raises(BookExists):
        ledger.read_beancount(session, told, slug=slug, actor=READER)


def test_a_commodity_that_is_kept_otherwise_here_is_a_refusal(session: Session) -> None:
    code = f"T{uuid4().hex[:6].upper()}"
    ledger.open_commodity(session, code, scale=2)
    book = a_book(session)
    an_account(session, book, "a", code)
    told = written(session, book).replace('scale: "2"', 'scale: "3"')
    with pytest.raises(CommodityClash):
        read(session, ended(told))


# --- any book -----------------------------------------------------------------------------------------------

#: Signs that are written in another way somewhere, and some that are not.
WORDS = st.text(st.sampled_from("aAbX1_-:;\"\\'门é|* ~n"), min_size=1, max_size=8)
CODES = WORDS.map(lambda word: word.replace(" ", "."))
LIMITS = st.none() | st.integers(0, 900)


@st.composite
def accounts(draw: st.DrawFn) -> list[NewAccount]:
    """Some accounts in commodities of several scales; in each there are two at least."""
    commodities = draw(st.lists(st.sampled_from(["MIN", "H-2", "u.9"]), min_size=1, unique=True))
    codes = draw(st.lists(CODES, min_size=2, max_size=5, unique_by=ledger_name))
    types = {code: draw(st.sampled_from(list(AccountType))) for code in codes}
    found = []
    for code in codes:
        for commodity in commodities:
            floor, ceiling = draw(LIMITS), draw(LIMITS)
            low = None if floor is None else -floor
            found.append(NewAccount(code, commodity, types[code], low, ceiling, draw(st.booleans())))
    return found


def ledger_name(code: str) -> tuple[str, ...]:
    """Give what an account is called in an export: two of one name are refused there."""
    return tuple(in_capitals(code))


STEPS = st.lists(
    st.fixed_dictionaries(
        {
            "lines": st.lists(
                st.tuples(*[st.integers(0, 14)] * 2, st.integers(1, 1_200)), min_size=1, max_size=3
            ),
            "waived": st.booleans(),
            "day": st.dates(date(2025, 11, 1), date(2026, 3, 31)),
            "memo": st.none() | st.just("") | WORDS,
            "reverse": st.booleans(),
            "word": WORDS,
        }
    ),
    max_size=8,
)


def posted(session: Session, opened: list[Account], steps: list[dict[str, Any]]) -> Iterator[str]:
    """Post what the steps say as far as the books take it, and reverse some of it."""
    for number, step in enumerate(steps):
        transfers = []
        for left, right, amount in step["lines"]:
            debit, credit = opened[left % len(opened)], opened[right % len(opened)]
            if debit.commodity == credit.commodity and debit != credit:
                transfers.append(Transfer(debit, credit, amount))
        if not transfers:
            continue
        own = (
            "import" if step["waived"] else "exchange",
            step["day"],
            f"{number}{step['word']}",
            step["word"],
        )
        entry = ledger.Entry(opened[0].book_id, *own, tuple(transfers), step["memo"], step["waived"])
        key = {"key": f"back:{number}", "actor": step["word"], "memo": step["memo"]}
        try:
            with session.begin_nested():
                done = ledger.post(session, entry)
                yield entry.key
            if step["reverse"]:
                with session.begin_nested():
                    where = {"book_id": entry.book_id, "entry_id": done.entry_id, "posted_on": step["day"]}
                    ledger.reverse(session, **where, **key, waive_limits=step["waived"])
        except LedgerError:
            continue


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(new=accounts(), steps=STEPS, close=st.booleans())
def test_any_book_comes_back_as_it_was(
    session: Session, tmp_path: Path, new: list[NewAccount], steps: list[dict[str, Any]], close: bool
) -> None:
    for code, scale in (("MIN", 0), ("H-2", 2), ("u.9", 9)):
        ledger.open_commodity(session, code, scale=scale)
    book = ledger.open_book(session, f"any-{uuid4().hex}")
    opened = ledger.open_accounts(session, book_id=book, new=new, actor=ACTOR)
    list(posted(session, opened, steps))
    for one in opened:
        if close and ledger.balance(session, one).balance == 0:
            ledger.close_account(session, one, closed_on=date(2026, 1, 9), actor=ACTOR)
    told = written(session, book)
    assert loader.load_string(told)[1] == []
    journal = tmp_path / "book.journal"
    journal.write_text("".join(ledger.export_hledger(session, book)), encoding="utf-8")
    assert hledger(journal, "check", "--strict").stderr == ""
    assert_same(session, book, read(session, told))
