"""Entries that treasurers write by hand: balanced, once, on open days, and taken back for a reason."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import written
from timebank import books
from timebank import clock
from timebank.communities.models import Community
from timebank.communities.months import close_month
from timebank.days import DayInFuture
from timebank.errors import Refusal
from timebank.journal import chart
from timebank.journal import writing
from timebank.journal.chart import open_account
from timebank.journal.models import ASSETS
from timebank.journal.models import COSTS
from timebank.journal.models import DEBTS
from timebank.journal.models import INCOME
from timebank.journal.models import JournalEntry
from timebank.journal.proof import check_journal
from timebank.journal.queries import find_written
from timebank.journal.queries import list_written
from timebank.journal.ready import TEMPLATES
from timebank.journal.writing import Line
from timebank.journal.writing import Writing
from timebank.journal.writing import take_back
from timebank.journal.writing import write
from timebank.money import MoneyTooMuch

RENT, FEES = "expenses:office:rent", "expenses:office:bank-fees"
DAY = date(2026, 4, 3)


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session, currency="JPY", started_on=date(2026, 1, 1))


def writes(session: Session, community: Community, *lines: Line, **said: Any) -> JournalEntry:
    known: dict[str, Any] = {"posted_on": DAY, "words": "Rent of April", "key": "form:rent"}
    with session.begin_nested():
        return write(
            session, community=community, writing=Writing(lines=lines, **known | said), actor=SOMEBODY
        )


def rent(amount: int = 30_000) -> tuple[Line, ...]:
    return Line(RENT, debit_minor=amount), Line(books.BANK, credit_minor=amount)


def money(session: Session, community: Community) -> dict[str, int]:
    lines = ledger.trial_balance(session, community.book_id)
    return {one.code: one.balance for one in lines if one.commodity == "JPY" and one.balance}


def faults(session: Session) -> list[str]:
    session.flush()
    return [*ledger.prove(session).faults, *check_journal(session)]


def test_an_entry_has_as_many_lines_as_it_needs(session: Session, community: Community) -> None:
    lines = (
        *(Line(RENT, debit_minor=30_000), Line(FEES, debit_minor=440)),
        *(Line(books.BANK, credit_minor=30_240), Line(books.income_code("other"), credit_minor=200)),
    )
    row = writes(session, community, *lines)
    assert money(session, community) == {
        RENT: 30_000,
        FEES: 440,
        books.BANK: -30_240,
        books.income_code("other"): -200,
    }
    found = find_written(session, community=community, journal_id=row.id)
    assert found
    assert [(one.code, one.debit_minor, one.credit_minor) for one in found.lines] == [
        (one.code, one.debit_minor, one.credit_minor) for one in lines
    ]
    assert found.amount_minor == 30_440
    assert faults(session) == []


def test_every_template_can_be_written(session: Session, community: Community) -> None:
    # What leaves the box has to lie in it first.
    writes(session, community, Line(books.CASH, debit_minor=5000), Line(books.BANK, credit_minor=5000))
    for name, template in TEMPLATES.items():
        lines = Line(template.debit, debit_minor=100), Line(template.credit, credit_minor=100)
        writes(session, community, *lines, words=template.label, key=f"form:by {name}")
    assert faults(session) == []


@pytest.mark.parametrize(
    ("lines", "said", "refusal"),
    [
        (rent(), {"words": " \t"}, writing.WordsMissing),
        ((), {}, writing.LinesMissing),
        ((Line(RENT, debit_minor=5),), {}, writing.LinesMissing),
        ((Line(RENT), Line(books.BANK, credit_minor=5)), {}, writing.LineHalf),
        ((Line("", 5), Line(books.BANK, credit_minor=5)), {}, writing.LineHalf),
        ((Line(RENT, 5, 5), Line(books.BANK, credit_minor=5)), {}, writing.LineHalf),
        ((Line(RENT, -5), Line(books.BANK, credit_minor=5)), {}, writing.LineHalf),
        ((Line(RENT, 5), Line(books.BANK, credit_minor=6)), {}, writing.NotBalanced),
        ((Line(books.BANK, 5), Line(books.BANK, credit_minor=5)), {}, writing.ToItself),
        ((Line("receivable:1", 5), Line(books.BANK, credit_minor=5)), {}, writing.AccountNotHere),
        ((Line(books.fund_code("meal"), 5), Line(books.BANK, credit_minor=5)), {}, writing.AccountNotHere),
        (rent(10**11), {}, MoneyTooMuch),
        (rent(), {"posted_on": date(2100, 1, 1)}, DayInFuture),
        ((Line(RENT, 5), Line(books.CASH, credit_minor=5)), {}, writing.BoxHasLess),
    ],
    ids=(
        *("no words", "no lines", "one line", "no amount", "no account", "both sides", "below nought"),
        *("not balanced", "to itself", "a member's", "a fund's", "too much", "to come", "an empty box"),
    ),
)
def test_what_is_no_entry_is_refused(
    session: Session, community: Community, lines: tuple[Line, ...], said: Any, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        writes(session, community, *lines, **said)
    assert money(session, community) == {}
    assert session.scalars(select(JournalEntry)).all() == []
    assert faults(session) == []


def test_a_closed_month_takes_nothing(session: Session, community: Community) -> None:
    close_month(session, community=community, month=date(2026, 4, 1), actor=SOMEBODY)
    with pytest.raises(Refusal, match="closed"):
        writes(session, community, *rent())


def test_the_same_form_is_one_entry_and_other_content_is_refused(
    session: Session, community: Community
) -> None:
    first, again = (writes(session, community, *rent()) for _ in range(2))
    assert first.id == again.id
    for other in ({"lines": rent(5)}, {"posted_on": date(2026, 4, 4)}):
        said = Writing(posted_on=DAY, words="Rent", lines=rent(), key="form:rent")
        with pytest.raises(writing.WrittenBefore), session.begin_nested():
            write(session, community=community, writing=replace(said, **other), actor=SOMEBODY)
    assert faults(session) == []


def test_it_is_taken_back_for_a_reason_and_both_stay(session: Session, community: Community) -> None:
    row = writes(session, community, *rent())
    with pytest.raises(writing.ReasonMissing):
        take_back(session, community=community, written=row, reason=" ", actor=SOMEBODY)
    for _ in range(2):
        take_back(session, community=community, written=row, reason="Twice", actor=SOMEBODY)
    assert money(session, community) == {}
    assert row.taken_back_because == "Twice"
    # What has left the box since cannot be taken back into nothing.
    box = writes(
        session, community, Line(books.CASH, 100), Line(books.BANK, credit_minor=100), key="form:box"
    )
    spent = Line("expenses:office:meeting", 100), Line(books.CASH, credit_minor=100)
    writes(session, community, *spent, key="form:tea")
    with pytest.raises(writing.BoxHasLess):
        take_back(session, community=community, written=box, reason="Never", actor=SOMEBODY)
    assert faults(session) == []


def test_nobody_edits(session: Session, community: Community) -> None:
    row = writes(session, community, *rent())
    for change in (
        f"UPDATE journal_entry SET words = 'Tea' WHERE id = {row.id}",
        f"DELETE FROM journal_entry WHERE id = {row.id}",
        f"UPDATE journal_line SET debit_minor = 1 WHERE journal_id = {row.id} AND line = 1",
        f"DELETE FROM journal_line WHERE journal_id = {row.id}",
    ):
        with pytest.raises(Exception, match=r"stays|final"), session.begin_nested():
            session.execute(text(change))


def test_accounts_of_ones_own(session: Session, community: Community) -> None:
    def opens(slug: str, sort: str, name: str = "Van") -> str:
        account = open_account(session, community=community, slug=slug, name=name, sort=sort, actor=SOMEBODY)
        return chart.code_of(account)

    codes = [opens(f"van-{sort}", sort) for sort in (COSTS, INCOME, ASSETS, DEBTS)]
    for number, code in enumerate(codes):
        lines = Line(code, debit_minor=5), Line(books.BANK, credit_minor=5)
        writes(session, community, *lines, key=f"form:{number}")
    assert [money(session, community)[code] for code in codes] == [5, 5, 5, 5]
    for slug, sort, name, refusal in (
        ("van-costs", COSTS, "Van", chart.SlugThere),
        ("Ａ", COSTS, "Van", chart.SlugRefused),
        ("a", COSTS, "Van", chart.SlugRefused),
        ("a:b", COSTS, "Van", chart.SlugRefused),
        ("bus", "wishes", "Van", chart.SortUnknown),
        ("bus", COSTS, "\u3000", chart.NameMissing),
    ):
        with pytest.raises(refusal):
            opens(slug, sort, name)
    # Another community has none of it.
    other = a_community(session, currency="JPY", started_on=date(2026, 1, 1))
    with pytest.raises(writing.AccountNotHere):
        writes(session, other, Line(codes[0], 5), Line(books.BANK, credit_minor=5))
    assert faults(session) == []


def test_pages_of_the_list_follow_each_other(session: Session, community: Community) -> None:
    rows = [
        writes(session, community, *rent(n + 1), posted_on=date(2026, 4, 1 + n // 2), key=f"form:{n}")
        for n in range(5)
    ]
    other = a_community(session, currency="JPY", started_on=date(2026, 1, 1))
    strange = writes(session, other, *rent())
    seen, before = list[int](), None
    while True:
        page = list_written(session, community=community, before=before, limit=2)
        seen += [one.entry.id for one in page.shown]
        if page.older is None:
            break
        before = page.older
    assert seen == [one.id for one in sorted(rows, key=lambda one: (one.posted_on, one.id), reverse=True)]
    assert find_written(session, community=community, journal_id=strange.id) is None


def test_two_who_send_one_form_at_one_moment_write_one_entry(engine: Engine) -> None:
    community_id = written(
        engine, lambda session: a_community(session, currency="JPY", started_on=date(2026, 1, 1)).id
    )

    def send(_nth: int) -> int:
        def work(session: Session) -> int:
            return writes(session, session.get_one(Community, community_id), *rent()).id

        return written(engine, work)

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(send, range(2)))) == 1
    assert written(engine, faults) == []


def test_the_proof_names_what_does_not_agree(session: Session, community: Community) -> None:
    row = writes(session, community, *rent())
    ledger.reverse(
        session,
        book_id=community.book_id,
        entry_id=row.entry_id,
        posted_on=clock.today(community.time_zone),
        key="reversal:by hand",
        actor=str(SOMEBODY),
        memo="",
    )
    assert any(f"journal {row.id}: its entry {row.entry_id} was reversed" in one for one in faults(session))


def test_the_database_wants_an_amount_on_one_side(session: Session, community: Community) -> None:
    row = writes(session, community, *rent())
    wrong = text(
        "INSERT INTO journal_line (journal_id, line, community_id, code, debit_minor, credit_minor) "
        "VALUES (:id, 3, :community, 'bank:main', 5, 5)"
    )
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(wrong, {"id": row.id, "community": community.id})
