"""An entry books once, moves what it says and nothing else, or is refused with the facts."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from ledger import LARGEST_AMOUNT
from ledger import Account
from ledger import AccountClosed
from ledger import AccountType
from ledger import AccountUnknown
from ledger import CeilingExceeded
from ledger import FloorExceeded
from ledger import KeyReused
from ledger import LedgerError
from ledger import LimitExceeded
from ledger import PostedLine
from ledger import PromiseBroken
from ledger import TotalTooLarge
from ledger import transaction
from tests.ledger.builders import ACTOR
from tests.ledger.builders import DAY
from tests.ledger.builders import a_book
from tests.ledger.builders import an_account
from tests.ledger.builders import an_entry
from tests.ledger.builders import assert_proved
from tests.ledger.builders import balances
from tests.ledger.builders import of_lines
from tests.ledger.builders import some_accounts
from tests.ledger.builders import stranger


def test_a_transfer_leaves_one_account_and_reaches_another(session: Session) -> None:
    a, b, c = some_accounts(session, 3)
    posted = ledger.post(session, an_entry(a, b, 90))
    assert posted.lines == (PostedLine(1, 1, 1, -90, 90),)
    assert not posted.repeated
    assert ledger.post(session, an_entry(b, c, 30)).lines == (PostedLine(1, 2, 1, 60, 30),)
    a_now, b_now, c_now = (ledger.balance(session, account) for account in (a, b, c))
    assert (a_now.debits, a_now.credits, a_now.version) == (90, 0, 1)
    assert (b_now.debits, b_now.credits, b_now.version) == (30, 90, 2)
    assert (c_now.debits, c_now.credits, c_now.version) == (0, 30, 1)
    session.commit()


def test_a_connection_will_do_in_place_of_a_session(engine: Engine) -> None:
    a, b = transaction(engine, lambda session: some_accounts(session, 2))
    with engine.begin() as connection:
        ledger.post(connection, an_entry(a, b, 90))
        assert balances(connection, [a, b]) == [-90, 90]


def test_the_lines_of_an_entry_are_moved_one_after_the_other(session: Session) -> None:
    a, b, c = some_accounts(session, 3)
    posted = ledger.post(session, of_lines((a, b, 10), (c, b, 20), (b, a, 5), (a, b, 1)))
    assert posted.lines == (
        PostedLine(1, 1, 1, -10, 10),
        PostedLine(2, 1, 2, -20, 30),
        PostedLine(3, 3, 2, 25, -5),
        PostedLine(4, 3, 4, -6, 26),
    )
    assert balances(session, [a, b, c]) == [-6, 26, -20]
    session.commit()


def test_an_entry_may_move_several_commodities(session: Session) -> None:
    book_id = a_book(session, "MIN", "JPY")
    alice, bob = (an_account(session, book_id, code) for code in ("alice", "bob"))
    alices_yen, bobs_yen = (an_account(session, book_id, code, "JPY") for code in ("alice", "bob"))
    ledger.post(session, of_lines((alice, bob, 60), (bobs_yen, alices_yen, 500)))
    assert balances(session, [alice, bob, alices_yen, bobs_yen]) == [-60, 60, 500, -500]
    session.commit()


def test_what_an_entry_says_of_itself_is_kept(session: Session) -> None:
    a, b = some_accounts(session, 2)
    ledger.post(session, an_entry(a, b, kind="gift", memo="exchange:7", key="form:№ 7", actor="person:2"))
    (line,) = ledger.statement(session, a).lines
    assert (line.kind, line.memo, line.key, line.posted_on) == ("gift", "exchange:7", "form:№ 7", DAY)


def test_the_same_key_and_content_give_the_first_answer_again(session: Session) -> None:
    a, b, c = some_accounts(session, 3)
    entry = of_lines((a, b, 10), (a, c, 20), key="form:1")
    first = ledger.post(session, entry)
    ledger.post(session, an_entry(a, b, 5))  # noise
    again = ledger.post(
        session, of_lines((a, b, 10), (a, c, 20), key="form:1", actor="somebody else", memo="again")
    )
    assert (again.entry_id, again.lines, again.repeated) == (first.entry_id, first.lines, True)
    assert balances(session, [a, b, c]) == [-35, 15, 20]


def test_a_repeated_key_is_answered_though_the_entry_would_be_refused_today(session: Session) -> None:
    a, b = some_accounts(session, 2, floor=-90)
    first = ledger.post(session, an_entry(a, b, 90, key="form:1"))
    assert ledger.post(session, an_entry(a, b, 90, key="form:1")).entry_id == first.entry_id
    ledger.post(session, an_entry(b, a, 90))
    ledger.close_account(session, a, closed_on=DAY, actor=ACTOR)
    assert ledger.post(session, an_entry(a, b, 90, key="form:1")).repeated


def test_the_same_key_with_other_content_is_refused(session: Session) -> None:
    a, b = some_accounts(session, 2)
    first = ledger.post(session, an_entry(a, b, 90, key="form:1"))
    for other in (an_entry(a, b, 91, key="form:1"), an_entry(b, a, 90, key="form:1")):
        with pytest.raises(KeyReused, match="'form:1' was used for entry") as caught:
            ledger.post(session, other)
        assert (caught.value.key, caught.value.entry_id) == ("form:1", first.entry_id)
    assert balances(session, [a, b]) == [-90, 90]


def test_a_key_books_once_in_each_book(session: Session) -> None:
    a, b = some_accounts(session, 2)
    c, d = some_accounts(session, 2)
    assert not ledger.post(session, an_entry(a, b, key="form:1")).repeated
    assert not ledger.post(session, an_entry(c, d, key="form:1")).repeated
    used = ledger.keys_used(session, a.book_id, ["form:1", "form:2"])
    assert list(used) == ["form:1"]
    assert used["form:1"][1] == an_entry(a, b).fingerprint()
    assert ledger.keys_used(session, a.book_id, []) == {}


def test_nobody_falls_below_their_floor_or_rises_above_their_ceiling(session: Session) -> None:
    a, b = some_accounts(session, 2, floor=-100, ceiling=80)
    with (
        pytest.raises(CeilingExceeded, match="b would be 90, above its ceiling of 80") as high,
        session.begin_nested(),
    ):
        ledger.post(session, an_entry(a, b, 90))
    assert (high.value.code, high.value.account_id, high.value.limit, high.value.would_be) == (
        "b",
        b.id,
        80,
        90,
    )
    ledger.post(session, an_entry(a, b, 80))
    ledger.set_limits(session, b, floor=None, ceiling=None, actor=ACTOR)
    with (
        pytest.raises(FloorExceeded, match="a would be -101, below its floor of -100") as low,
        session.begin_nested(),
    ):
        ledger.post(session, an_entry(a, b, 21))
    assert (low.value.code, low.value.account_id, low.value.limit, low.value.would_be) == (
        "a",
        a.id,
        -100,
        -101,
    )
    assert (high.value.beyond, low.value.beyond) == (10, 1)
    ledger.post(session, an_entry(a, b, 20))
    assert balances(session, [a, b]) == [-100, 100]


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_refused_line_refuses_the_whole_entry(session: Session, line: int) -> None:
    a, b, poor = some_accounts(session, 3)
    ledger.set_limits(session, poor, floor=0, ceiling=None, actor=ACTOR)
    lines = [(a, b, 10), (b, a, 4), (a, b, 1)]
    lines.insert(line - 1, (poor, a, 5))
    with pytest.raises(FloorExceeded, match="c would be -5"), session.begin_nested():
        ledger.post(session, of_lines(*lines, key="form:1"))
    assert balances(session, [a, b, poor]) == [0, 0, 0]
    assert ledger.keys_used(session, a.book_id, ["form:1"]) == {}
    assert not ledger.post(session, of_lines((a, b, 10), key="form:1")).repeated
    session.commit()


def test_a_limit_is_judged_after_each_line(session: Session) -> None:
    a, b = some_accounts(session, 2, floor=0)
    with pytest.raises(FloorExceeded) as caught, session.begin_nested():
        ledger.post(session, of_lines((a, b, 10), (b, a, 10)))
    assert (caught.value.code, caught.value.would_be) == ("a", -10)


def test_a_line_that_ends_at_the_limit_is_not_the_one_that_is_refused(session: Session) -> None:
    a, b, c = some_accounts(session, 3, floor=-10)
    with pytest.raises(FloorExceeded, match="c would be -11"), session.begin_nested():
        ledger.post(session, of_lines((a, b, 10), (c, b, 11)))
    ledger.set_limits(session, b, floor=None, ceiling=20, actor=ACTOR)
    ledger.set_limits(session, c, floor=None, ceiling=20, actor=ACTOR)
    ledger.post(session, an_entry(a, b, 10))
    ledger.set_limits(session, a, floor=None, ceiling=None, actor=ACTOR)
    with pytest.raises(CeilingExceeded, match="c would be 21"), session.begin_nested():
        ledger.post(session, of_lines((a, b, 10), (a, c, 21)))


def test_who_is_outside_may_come_back_towards_the_limit_and_go_no_further(session: Session) -> None:
    a, b = some_accounts(session, 2)
    ledger.post(session, an_entry(a, b, 100))
    ledger.set_limits(session, a, floor=-10, ceiling=None, actor=ACTOR)
    ledger.set_limits(session, b, floor=None, ceiling=10, actor=ACTOR)
    ledger.post(session, an_entry(b, a, 30))
    assert balances(session, [a, b]) == [-70, 70]
    with pytest.raises(LimitExceeded), session.begin_nested():
        ledger.post(session, an_entry(a, b, 1))
    session.commit()


def test_an_import_may_waive_limits_but_not_those_of_a_firm_account(session: Session) -> None:
    book_id = a_book(session)
    member = an_account(session, book_id, "member", floor=0, ceiling=0)
    fund = an_account(session, book_id, "fund", floor=0, firm=True)
    till = an_account(session, book_id, "till", ceiling=0, firm=True)
    other = an_account(session, book_id, "other", floor=0, ceiling=0)
    ledger.post(session, an_entry(member, other, 90, waive_limits=True))
    assert balances(session, [member, other]) == [-90, 90]
    with pytest.raises(FloorExceeded, match="fund"), session.begin_nested():
        ledger.post(session, an_entry(fund, member, 1, waive_limits=True))
    with pytest.raises(CeilingExceeded, match="till"), session.begin_nested():
        ledger.post(session, an_entry(member, till, 1, waive_limits=True))
    # Who was brought outside may move back.
    ledger.post(session, an_entry(other, member, 20))


def test_a_line_whose_limits_are_waived_is_not_the_one_that_is_refused(session: Session) -> None:
    book_id = a_book(session)
    member, other = (an_account(session, book_id, code, floor=0, ceiling=0) for code in ("member", "other"))
    fund = an_account(session, book_id, "fund", floor=0, firm=True)
    till = an_account(session, book_id, "till", ceiling=0, firm=True)
    with pytest.raises(FloorExceeded, match="fund would be -1"), session.begin_nested():
        ledger.post(session, of_lines((member, other, 90), (fund, other, 1), waive_limits=True))
    with pytest.raises(CeilingExceeded, match="till would be 1"), session.begin_nested():
        ledger.post(session, of_lines((member, other, 90), (member, till, 1), waive_limits=True))


def test_only_imports_and_reversals_may_waive_limits(session: Session) -> None:
    a, b = some_accounts(session, 2)
    with pytest.raises(PromiseBroken):
        ledger.post(session, an_entry(a, b, waive_limits=True, kind="exchange"))


def test_a_closed_account_takes_no_transfer_on_either_side(session: Session) -> None:
    a, b, closed = some_accounts(session, 3, floor=-10_000, ceiling=10_000)
    ledger.close_account(session, closed, closed_on=DAY, actor=ACTOR)
    entries = [an_entry(a, closed), an_entry(closed, a), of_lines((a, b, 5), (b, closed, 5))]
    # It stays closed whatever else would be refused, and whatever is waived.
    entries += [an_entry(closed, a, 20_000), an_entry(a, closed, 20_000, waive_limits=True)]
    for entry in entries:
        with pytest.raises(AccountClosed, match="c is closed") as caught, session.begin_nested():
            ledger.post(session, entry)
        assert caught.value.code == "c"
    ledger.reopen_account(session, closed, actor=ACTOR)
    ledger.post(session, an_entry(a, closed))
    session.commit()


def pretending(account: Account, **values: Any) -> Account:
    facts = {name: getattr(account, name) for name in ("id", "book_id", "code", "commodity", "type")}
    return Account(**{**facts, **values})


def test_accounts_that_are_not_in_the_book_are_unknown(session: Session) -> None:
    a, b = some_accounts(session, 2)
    c, d = some_accounts(session, 2)
    yen = an_account(session, a_book(session, "JPY"), "yen", "JPY")
    nobody = stranger(a)
    wrong = [
        an_entry(a, nobody),
        an_entry(nobody, a),
        an_entry(nobody, stranger(b)),
        of_lines((a, b, 1), (b, nobody, 1)),
        an_entry(pretending(c, book_id=a.book_id), a),
        an_entry(a, pretending(d, book_id=a.book_id)),
        an_entry(a, pretending(yen, book_id=a.book_id, commodity="MIN")),
        an_entry(pretending(a, commodity="JPY"), pretending(b, commodity="JPY")),
        an_entry(pretending(a, book_id=10**9), pretending(b, book_id=10**9)),
    ]
    for entry in wrong:
        with pytest.raises(AccountUnknown, match="there is no account"), session.begin_nested():
            ledger.post(session, entry)
    assert balances(session, [a, b, c, d, yen]) == [0] * 5
    session.commit()


def test_a_floor_that_is_broken_before_an_unknown_account_is_what_is_told(session: Session) -> None:
    a, b = some_accounts(session, 2, floor=-10)
    with pytest.raises(FloorExceeded, match="a would be -90"), session.begin_nested():
        ledger.post(session, of_lines((a, b, 90), (b, stranger(a), 1)))


def test_totals_stop_long_before_they_could_overflow(session: Session) -> None:
    a, b = some_accounts(session, 2)
    entries = [an_entry(a, b, LARGEST_AMOUNT) for _ in range(512)]
    ledger.post_many(session, entries)
    assert balances(session, [a, b]) == [-512 * LARGEST_AMOUNT, 512 * LARGEST_AMOUNT]
    with pytest.raises(TotalTooLarge, match="a or b"), session.begin_nested():
        ledger.post(session, an_entry(a, b, LARGEST_AMOUNT))
    # What is given back counts too: totals only grow.
    ledger.post(session, an_entry(b, a, LARGEST_AMOUNT))
    with pytest.raises(TotalTooLarge), session.begin_nested():
        ledger.post(session, of_lines((b, a, 1), (a, b, LARGEST_AMOUNT)))
    session.commit()


@pytest.mark.parametrize("how_many", [513, 1100])
def test_totals_stop_inside_a_batch_too(session: Session, how_many: int) -> None:
    a, b = some_accounts(session, 2)
    with pytest.raises(TotalTooLarge), session.begin_nested():
        ledger.post_many(session, [an_entry(a, b, LARGEST_AMOUNT) for _ in range(how_many)])
    assert balances(session, [a, b]) == [0, 0]


def test_what_the_database_refuses_for_another_reason_is_told_by_its_name(own_engine: Engine) -> None:
    a, b = transaction(own_engine, lambda session: some_accounts(session, 2))
    with own_engine.begin() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        if own_engine.dialect.name == "sqlite":
            driver.execute(
                "CREATE TRIGGER z BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'not_on_sundays'); END"
            )
        else:
            driver.execute("ALTER TABLE entry ADD CONSTRAINT not_on_sundays CHECK (false)")
    with pytest.raises(PromiseBroken, match="the books refuse this: not on sundays") as caught:
        transaction(own_engine, lambda session: ledger.post(session, an_entry(a, b)))
    assert caught.value.rule == "not_on_sundays"


def test_what_is_no_refusal_is_left_as_it_is(own_engine: Engine) -> None:
    a, b = transaction(own_engine, lambda session: some_accounts(session, 2))
    with own_engine.begin() as connection:
        connection.execute(text("ALTER TABLE transfer RENAME TO elsewhere"))
    with pytest.raises(Exception, match="transfer") as caught:
        transaction(own_engine, lambda session: ledger.post(session, an_entry(a, b)))
    assert not isinstance(caught.value, LedgerError)
    assert type(caught.value).__module__.split(".")[0] in {"sqlite3", "psycopg"}


def test_an_entry_without_anything_else_around_it_is_proved(own_engine: Engine) -> None:
    a, b = transaction(own_engine, lambda session: some_accounts(session, 2))
    transaction(own_engine, lambda session: ledger.post(session, an_entry(a, b)))
    assert a.type is AccountType.LIABILITY
    assert_proved(own_engine)
