"""Fees that an officer writes down: booked once, for the right years, and taken back whole."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy import text
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import an_exchange
from tests.builders import at
from tests.timebank.memberships.things import a_plan
from tests.timebank.memberships.things import balances
from tests.timebank.memberships.things import counts
from tests.timebank.memberships.things import days
from tests.timebank.memberships.things import hand_over
from timebank import books
from timebank.communities.days import BeforeTheBeginning
from timebank.communities.days import MonthIsClosed
from timebank.communities.models import Community
from timebank.days import DayInFuture
from timebank.errors import Refusal
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.memberships import by_hand
from timebank.memberships import fees
from timebank.memberships import service
from timebank.memberships.by_hand import let_off
from timebank.memberships.by_hand import take_back
from timebank.memberships.later import begin_years
from timebank.memberships.models import FREE
from timebank.memberships.models import ROLLING
from timebank.memberships.models import TRANSFER
from timebank.memberships.models import Term
from timebank.memberships.proof import check_memberships
from timebank.memberships.queries import GRACE
from timebank.memberships.queries import LAPSED
from timebank.memberships.queries import NONE
from timebank.memberships.queries import PAID
from timebank.memberships.queries import list_members
from timebank.memberships.queries import of_state
from timebank.memberships.queries import standing_of
from timebank.queue import Task


@pytest.fixture
def community(session: Session, monkeypatch: pytest.MonkeyPatch) -> Community:
    at(monkeypatch, 2026, 4, 20, 3)
    return a_community(session, currency="JPY", time_zone="Asia/Tokyo")


@pytest.fixture
def hana(session: Session, community: Community) -> Member:
    return a_member(session, community)


def begin(session: Session, community: Community) -> None:
    begin_years(session, Task(1, community.id, "begin", {}, 1))


def test_cash_is_booked_as_a_fee_of_its_year_and_the_form_sent_twice_once(
    session: Session, community: Community, hana: Member
) -> None:
    plan = a_plan(session, community)
    fee = hand_over(session, community, hana, plan)
    assert hand_over(session, community, hana, plan) is fee
    assert days(session, hana) == [("2026-04-01", "2027-03-31")]
    assert balances(session, community) == {"cash:main": 3000, "fees:full": -3000}
    assert check_memberships(session) == []
    with pytest.raises(fees.FeeSentBefore):
        hand_over(session, community, hana, plan, way=TRANSFER)
    with pytest.raises(fees.FeeSentBefore):
        hand_over(session, community, a_member(session, community), plan, key=fee.key)


def test_later_years_are_fees_ahead_until_they_begin(
    session: Session, community: Community, hana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = a_plan(session, community)
    hand_over(session, community, hana, plan, 3, way=TRANSFER)
    assert [first for first, _last in days(session, hana)] == ["2026-04-01", "2027-04-01", "2028-04-01"]
    before = {"bank:main": 9000, "fees:full": -3000, "fees-ahead": -6000}
    assert balances(session, community) == before
    begin(session, community)
    assert balances(session, community) == before
    # 31 March 2027 is still the last day of the year in Tokyo an hour before midnight there.
    at(monkeypatch, 2027, 3, 31, 14)
    begin(session, community)
    assert balances(session, community) == before
    at(monkeypatch, 2027, 3, 31, 16)
    for _again in range(2):
        begin(session, community)
        assert balances(session, community) == {"bank:main": 9000, "fees:full": -6000, "fees-ahead": -3000}
    assert check_memberships(session) == []
    # Nobody looked for two years.
    at(monkeypatch, 2029, 7, 1)
    begin(session, community)
    assert balances(session, community) == {"bank:main": 9000, "fees:full": -9000}
    entries = session.execute(text("SELECT posted_on FROM entry WHERE kind = 'fee-begins' ORDER BY id"))
    assert [str(one) for (one,) in entries] == ["2027-04-01", "2028-04-01"]


def test_a_year_that_begins_in_a_closed_month_stands_on_todays_page(
    session: Session, community: Community, hana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_over(session, community, hana, a_plan(session, community), 2)
    at(monkeypatch, 2027, 6, 2)
    ledger.close_month(session, book_id=community.book_id, month=date(2027, 5, 1), actor="test")
    begin(session, community)
    told = session.execute(text("SELECT posted_on, memo FROM entry WHERE kind = 'fee-begins'")).one()
    assert (str(told[0]), told[1].rsplit(" of ")[-1]) == ("2027-06-02", "2027-04-01")
    assert check_memberships(session) == []
    with pytest.raises(MonthIsClosed):
        hand_over(session, community, hana, a_plan(session, community, "more"), paid_on=date(2027, 5, 31))


@pytest.mark.parametrize("years", [1, 3])
def test_what_is_taken_back_leaves_nothing_behind(
    session: Session, community: Community, hana: Member, years: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = a_plan(session, community)
    fee = hand_over(session, community, hana, plan, years)
    at(monkeypatch, 2027, 4, 2)
    begin(session, community)
    with pytest.raises(by_hand.WhyMissing):
        take_back(session, community=community, fee=fee, reason=" ", actor=SOMEBODY)
    for _click in range(2):
        take_back(session, community=community, fee=fee, reason="Typed twice", actor=SOMEBODY)
    assert balances(session, community) == {}
    assert days(session, hana) == []
    assert check_memberships(session) == []
    # Those days can be paid again.
    hand_over(session, community, hana, plan, key="form:new")
    assert days(session, hana) == [("2026-04-01", "2027-03-31")]


def test_cash_that_is_not_in_the_box_is_not_handed_back(
    session: Session, community: Community, hana: Member
) -> None:
    fee = hand_over(session, community, hana, a_plan(session, community))
    cash, spent = (
        books.money(session, book_id=community.book_id, currency="JPY", code=code, actor=SOMEBODY)
        for code in (books.CASH, books.expenses_code("office", "postage"))
    )
    stamps = ledger.Entry(
        book_id=community.book_id,
        kind="test",
        posted_on=date(2026, 4, 4),
        key="test",
        actor="test",
        transfers=(ledger.Transfer(debit=spent, credit=cash, amount=1),),
    )
    ledger.post(session, stamps)
    with pytest.raises(by_hand.NotInTheBox):
        take_back(session, community=community, fee=fee, reason="A mistake", actor=SOMEBODY)
    assert fee.taken_back_on is None


def test_nobody_is_asked_why_who_is_let_off(session: Session, community: Community, hana: Member) -> None:
    free, full = a_plan(session, community, "free", fee_minor=0), a_plan(session, community)
    asked: dict[str, Any] = {"community": community, "member": hana, "key": "form:free", "actor": SOMEBODY}
    fee = let_off(session, plan=free, **asked)
    assert let_off(session, plan=free, **asked) is fee
    assert (fee.way, fee.amount_minor, fee.entry_id) == (FREE, 0, None)
    assert standing_of(session, community=community, member=hana).state == PAID
    assert balances(session, community) == {}
    for key in ("form:free", "form:other"):
        with pytest.raises((service.NoSuchChoice, fees.FeeSentBefore)):
            let_off(session, plan=full, **asked | {"key": key})
    take_back(session, community=community, fee=fee, reason="", actor=SOMEBODY)
    assert standing_of(session, community=community, member=hana).state == NONE
    assert check_memberships(session) == []


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"amount_minor": 2999}, by_hand.AnotherAmount),
        ({"amount_minor": 6000}, by_hand.AnotherAmount),
        ({"way": "stripe"}, service.NoSuchChoice),
        ({"way": "free", "amount_minor": 0}, service.NoSuchChoice),
        ({"paid_on": date(2026, 4, 21)}, DayInFuture),
        ({"paid_on": date(1950, 1, 1)}, BeforeTheBeginning),
        ({"years": 11}, fees.YearsOutOfReach),
        ({"years": 0, "amount_minor": 0}, fees.YearsOutOfReach),
    ],
)
def test_what_cannot_be_a_fee_is_refused(
    session: Session, community: Community, hana: Member, facts: dict[str, Any], refused: type[Refusal]
) -> None:
    with pytest.raises(refused):
        hand_over(session, community, hana, a_plan(session, community), **facts)
    assert balances(session, community) == {}


def test_a_plan_is_for_a_kind_of_member_and_can_be_closed(
    session: Session, community: Community, hana: Member
) -> None:
    household = a_plan(session, community, "household", for_kind="household")
    with pytest.raises(fees.PlanNotTheirs):
        hand_over(session, community, hana, household)
    closed = a_plan(session, community, open=False)
    with pytest.raises(fees.PlanNotTheirs):
        hand_over(session, community, hana, closed)
    hana.state = LEFT
    with pytest.raises(fees.HasLeft):
        hand_over(session, community, hana, a_plan(session, community, "open"))


def test_how_a_membership_stands(
    session: Session, community: Community, hana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts(session, community, years=ROLLING, grace_days=30)
    other = a_member(session, community, name="Mio")
    hand_over(session, community, hana, a_plan(session, community))
    states = {}
    for moment in ((2026, 4, 20), (2027, 4, 2, 14), (2027, 4, 2, 15), (2027, 5, 2, 14), (2027, 5, 2, 15)):
        at(monkeypatch, *moment)
        states[moment] = standing_of(session, community=community, member=hana).state
        everybody = list_members(session, community=community)
        listed = {one.member.id: one.state for one in everybody}
        assert listed == {hana.id: states[moment], other.id: NONE}
        for state in (PAID, GRACE, LAPSED, NONE):
            assert {one.member.id for one in of_state(everybody, state)} == {
                key for key, one in listed.items() if one == state
            }
    assert list(states.values()) == [PAID, PAID, GRACE, GRACE, LAPSED]


def test_a_membership_that_has_ended_never_touches_hours(
    session: Session, community: Community, hana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_over(session, community, hana, a_plan(session, community))
    at(monkeypatch, 2029, 4, 20, 3)
    assert standing_of(session, community=community, member=hana).state == LAPSED
    mio = a_member(session, community, name="Mio")
    exchange = an_exchange(session, community, hana, mio, minutes=90, worked_on=date(2029, 4, 19))
    assert (exchange.giver_id, exchange.minutes) == (hana.id, 90)
    assert ledger.balance(session, hours_of(hana, community)).balance == 90


@pytest.mark.parametrize("gone", ["amount_minor = 1", "begins_on = '2020-01-01'", "number = 2"])
def test_what_was_paid_for_stays_as_it_was(
    session: Session, community: Community, hana: Member, gone: str
) -> None:
    hand_over(session, community, hana, a_plan(session, community))
    with pytest.raises(DBAPIError, match="term_stays_as_it_was"):
        session.execute(text(f"UPDATE term SET {gone}"))


def test_no_term_is_deleted(session: Session, community: Community, hana: Member) -> None:
    hand_over(session, community, hana, a_plan(session, community))
    with pytest.raises(DBAPIError):
        session.execute(delete(Term))


def test_no_two_terms_of_one_member_cover_a_day(session: Session, community: Community, hana: Member) -> None:
    plan = a_plan(session, community)
    hand_over(session, community, hana, plan)
    other = a_member(session, community)
    hand_over(session, community, other, plan)
    with pytest.raises(DBAPIError, match=r"term_has_its_own_days|uq_term_member_id_begins_on|UNIQUE"):
        session.execute(update(Term).where(Term.member_id == other.id).values(member_id=hana.id))


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("UPDATE fee SET amount_minor = amount_minor + 1", "does not take in its"),
        ("UPDATE term SET ahead_minor = 1 WHERE number = 1", "of fees ahead by the books"),
        ("UPDATE term SET begun_entry_id = (SELECT min(id) FROM entry) WHERE number = 1", "fee of its year"),
        ("UPDATE fee SET years = 3, amount_minor = 6000", "is paid for 3 years"),
        (
            "UPDATE fee SET taken_back_on = paid_on, taken_back_because = 'x'",
            "does not reverse its entry",
        ),
    ],
)
def test_what_does_not_agree_is_named(
    session: Session, community: Community, hana: Member, broken: str, fault: str
) -> None:
    hand_over(session, community, hana, a_plan(session, community), 2)
    assert check_memberships(session) == []
    session.flush()
    session.execute(text(broken))
    assert any(fault in one for one in check_memberships(session)), check_memberships(session)


def test_a_year_that_was_taken_back_is_the_next_one_to_be_paid(
    session: Session, community: Community, hana: Member
) -> None:
    plan = a_plan(session, community)
    first = hand_over(session, community, hana, plan)
    hand_over(session, community, hana, plan, key="form:next")
    take_back(session, community=community, fee=first, reason="A mistake", actor=SOMEBODY)
    assert days(session, hana) == [("2027-04-01", "2028-03-31")]
    standing = standing_of(session, community=community, member=hana)
    assert (standing.state, standing.paid_until) == (NONE, None)
    assert str(standing.next_days.first) == "2026-04-01"
    assert [one.state for one in list_members(session, community=community)] == [NONE]
    hand_over(session, community, hana, plan, 2, key="form:again")
    found = [first for first, _last in days(session, hana)]
    assert found == ["2026-04-01", "2027-04-01", "2028-04-01"]
    standing = standing_of(session, community=community, member=hana)
    assert (standing.state, str(standing.paid_until)) == (PAID, "2029-03-31")
    assert check_memberships(session) == []
