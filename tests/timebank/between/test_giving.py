"""Hours cross in both books or in none, at the agreed rate, and a refusal leaves both as they were."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_member
from tests.builders import at
from tests.timebank.between.pair import Pair
from tests.timebank.between.pair import a_wish
from timebank.actor import Actor
from timebank.between import agreements
from timebank.between import giving
from timebank.between.models import HoursAcross
from timebank.between.sides import hours_with
from timebank.between.sides import owed_between
from timebank.between.sides import still_possible
from timebank.errors import Refusal
from timebank.farewells.service import Parting
from timebank.farewells.service import leave
from timebank.hours import NoTimeAtAll
from timebank.members.limits import TheirLimitReached
from timebank.members.limits import YourLimitReached
from timebank.members.queries import hours_of
from timebank.members.service import change_limits
from timebank.members.service import suspend_member
from timebank.members.taking_part import YouArePaused
from timebank.queue.models import Job


def assert_nothing_moved(pair: Pair) -> None:
    assert (pair.balance(pair.hana), pair.balance(pair.ume), pair.owed) == (0, 0, (0, 0))
    assert pair.faults() == []


def test_an_hour_leaves_one_book_and_reaches_the_other(pair: Pair) -> None:
    row = pair.out(90, words="for my mother")
    assert (pair.balance(pair.hana), pair.balance(pair.ume)) == (-90, 90)
    assert pair.owed == (90, -90)
    assert (row.given_minutes, row.received_minutes, row.words) == (90, 90, "for my mother")
    assert (row.done_member_id, row.done_how) == (pair.hana.id, "web")
    assert pair.faults() == []


def test_both_entries_carry_the_key_of_the_form_and_no_words(pair: Pair) -> None:
    row = pair.out(words="secret words", key="form:the-same-in-both-books")
    for here, there in ((pair.kadoma, pair.enshu), (pair.enshu, pair.kadoma)):
        (line,) = ledger.statement(pair.session, hours_with(pair.session, community=here, other=there)).lines
        assert (line.kind, line.memo) == ("across", f"hours agreement {pair.agreement.id}")
        assert ledger.keys_used(pair.session, here.book_id, [row.key]).keys() == {row.key}


def test_what_comes_back_lessens_what_is_owed(pair: Pair) -> None:
    pair.out(90)
    pair.back(120)
    assert pair.owed == (-30, 30)
    owed = owed_between(pair.session, pair.seen(pair.enshu))
    assert (owed.here, owed.there) == (30, 30)


@pytest.mark.parametrize(("minutes", "arrives"), [(60, 45), (1, None), (2, 1), (61, 45), (62, 46), (100, 75)])
def test_where_hours_differ_they_arrive_at_the_rate_to_the_whole_minute_down(
    session: Session, minutes: int, arrives: int | None
) -> None:
    pair = Pair(session, rate_here=60, rate_there=45)
    if arrives is None:
        with pytest.raises(giving.TooLittleThere, match="In Enshu this is less than a minute"):
            pair.out(minutes)
        assert_nothing_moved(pair)
        return
    row = pair.out(minutes)
    assert (row.received_minutes, row.rate_given, row.rate_received) == (arrives, 60, 45)
    assert pair.owed == (minutes, -arrives)
    assert pair.faults() == []


def test_the_other_way_the_rate_is_turned_around(session: Session) -> None:
    pair = Pair(session, rate_here=60, rate_there=45)
    assert pair.back(46).received_minutes == 61
    assert pair.faults() == []


def test_somebody_gives_as_far_as_their_own_limit(session: Session) -> None:
    pair = Pair(session, limit_minutes=6000)
    with pytest.raises(YourLimitReached, match="1 min past your limit"):
        pair.out(721)
    assert_nothing_moved(pair)


def test_a_coordinator_reads_whose_limit_it_is(session: Session) -> None:
    pair = Pair(session, limit_minutes=6000)
    heard = Actor(person_id=None, member_id=pair.hana.id, how="telephone")
    wish = a_wish(pair.hana, pair.ume, 721)
    with pytest.raises(TheirLimitReached, match="Hana"), session.begin_nested():
        giving.give(session, between=pair.seen(pair.kadoma), wish=wish, actor=heard)
    assert_nothing_moved(pair)


def test_a_receiver_at_their_ceiling_is_given_nothing_and_the_first_book_is_as_before(pair: Pair) -> None:
    change_limits(
        pair.session, community=pair.enshu, credit_limit_minutes=720, ceiling_minutes=30, actor=SOMEBODY
    )
    with pytest.raises(giving.ReceiverFull, match="highest balance that a member may have in Enshu"):
        pair.out(31)
    assert_nothing_moved(pair)
    assert pair.out(30).received_minutes == 30


def test_the_limit_between_the_two_says_how_much_is_still_possible(pair: Pair) -> None:
    pair.out(500)
    with pytest.raises(giving.BetweenLimit, match="only 1 h 40 min more"):
        pair.out(101)
    pair.out(100)
    with pytest.raises(giving.BetweenFull, match="Nothing more can be given to Enshu"):
        pair.out(1)
    assert pair.owed == (600, -600)
    pair.back(10)
    pair.out(10)
    assert pair.faults() == []


def test_at_a_rate_the_longest_time_that_is_possible_is_possible(session: Session) -> None:
    pair = Pair(session, limit_minutes=100, rate_here=60, rate_there=45)
    pair.out(10)
    possible = still_possible(session, pair.seen(pair.kadoma))
    with pytest.raises(giving.BetweenLimit):
        pair.out(possible + 1)
    pair.out(possible)
    assert pair.faults() == []


def test_the_database_itself_keeps_the_limit_in_each_book(pair: Pair) -> None:
    pair.session.flush()
    for here, there, member in ((pair.kadoma, pair.enshu, pair.hana), (pair.enshu, pair.kadoma, pair.ume)):
        ours = hours_with(pair.session, community=here, other=there)
        for debit, credit in ((ours, hours_of(member, here)), (hours_of(member, here), ours)):
            entry = ledger.Entry(
                book_id=here.book_id,
                kind="across",
                posted_on=date(2026, 4, 3),
                key=f"test:{debit.id}-{credit.id}",
                actor="somebody",
                transfers=(ledger.Transfer(debit=debit, credit=credit, amount=601),),
            )
            with pytest.raises(ledger.LimitExceeded), pair.session.begin_nested():
                ledger.post(pair.session, entry)
    assert_nothing_moved(pair)


@pytest.mark.parametrize(
    ("number", "name"),
    [("", "Taro"), ("x", "Taro"), (None, "Hana"), (None, ""), (None, " "), ("0" * 50, "Taro")],
)
def test_a_number_alone_or_a_name_alone_finds_nobody_and_says_the_same(
    pair: Pair, number: str | None, name: str
) -> None:
    wrong: dict[str, Any] = {"number": pair.taro.number if number is None else number, "name": name}
    with pytest.raises(giving.ReceiverUnknown, match="nobody has this number and this name together"):
        pair.out(**wrong)
    assert_nothing_moved(pair)


@pytest.mark.parametrize("name", ["梅花子", "梅　花子", "うめはなこ", "ウメ ハナコ", " ｳﾒﾊﾅｺ"])
def test_a_name_is_compared_without_blanks_and_in_any_kana(pair: Pair, name: str) -> None:
    assert pair.out(name=name, number=f" {pair.ume.number.lstrip('0')} ").receiver_id == pair.ume.id


def test_a_member_of_the_givers_own_community_is_not_found_across(pair: Pair) -> None:
    with pytest.raises(giving.ReceiverUnknown):
        pair.out(number=pair.ken.number, name=pair.ken.name)


def test_whether_a_receiver_left_or_is_suspended_is_not_told(pair: Pair) -> None:
    suspend_member(pair.session, member=pair.taro, reason="asked for a pause", actor=SOMEBODY)
    leave(
        pair.session,
        community=pair.enshu,
        member=pair.ume,
        parting=Parting(key="form:farewell", reason="moved away", withdrawn_because="moved away"),
        actor=SOMEBODY,
    )
    for receiver in (pair.taro, pair.ume):
        with pytest.raises(giving.ReceiverPaused, match="at the moment"):
            pair.gives(pair.seen(pair.kadoma), pair.hana, receiver)
    assert_nothing_moved(pair)


def test_a_giver_who_is_paused_gives_nothing(pair: Pair) -> None:
    suspend_member(pair.session, member=pair.hana, reason="asked for a pause", actor=SOMEBODY)
    with pytest.raises(YouArePaused):
        pair.out()
    assert_nothing_moved(pair)


@pytest.mark.parametrize(("minutes", "refusal"), [(0, NoTimeAtAll), (6_000_001, giving.TooMuchAtOnce)])
def test_a_time_that_makes_no_sense_is_refused(pair: Pair, minutes: int, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        pair.out(minutes)


def test_a_form_that_is_sent_twice_gives_once(pair: Pair) -> None:
    first = pair.gives(pair.seen(pair.kadoma), pair.hana, pair.ume, key="form:twice")
    again = pair.gives(pair.seen(pair.kadoma), pair.hana, pair.ume, key="form:twice")
    assert (again.repeated, again.across.id) == (True, first.across.id)
    assert pair.owed == (60, -60)
    with pytest.raises(giving.SentAlready):
        pair.out(61, key="form:twice")
    with pytest.raises(giving.SentAlready):
        pair.out(number=pair.taro.number, name=pair.taro.name, key="form:twice")
    assert pair.faults() == []


def test_a_key_that_the_other_book_has_seen_books_nothing_here(pair: Pair) -> None:
    row = pair.back(key="form:from-there")
    with pytest.raises(giving.SentAlready):
        pair.out(key="form:from-there")
    assert pair.session.scalars(select(HoursAcross.id).where(HoursAcross.key == row.key)).all() == [row.id]
    assert pair.faults() == []


@pytest.mark.parametrize("closed", ["kadoma", "enshu"])
def test_a_month_that_is_closed_in_either_book_names_which(
    pair: Pair, closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 4, 20, 3)
    community = getattr(pair, closed)
    month = date(2026, 4, 1)
    ledger.close_month(pair.session, book_id=community.book_id, month=month, actor="somebody")
    with pytest.raises(giving.BooksClosed, match=f"The books of {community.name} are closed through"):
        pair.out()
    assert_nothing_moved(pair)


def test_each_entry_stands_on_its_own_communitys_day(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.enshu.time_zone = "America/New_York"
    at(monkeypatch, 2026, 4, 20, 1)
    row = pair.out()
    assert (row.given_on, row.received_on) == (date(2026, 4, 20), date(2026, 4, 19))
    assert pair.faults() == []


def test_nothing_crosses_by_what_has_ended_and_what_is_owed_stays(pair: Pair) -> None:
    pair.out(60)
    agreements.end(pair.session, community=pair.enshu, agreement=pair.agreement, actor=SOMEBODY)
    with pytest.raises(giving.NotAgreed, match="does not hold any more"):
        pair.out()
    assert pair.owed == (60, -60)
    assert pair.faults() == []


def test_the_database_lets_no_row_in_without_an_agreement(pair: Pair) -> None:
    row = pair.out(key="form:first")
    agreements.end(pair.session, community=pair.enshu, agreement=pair.agreement, actor=SOMEBODY)
    columns = [one.name for one in HoursAcross.__table__.columns if one.name != "id"]
    known: dict[str, Any] = {name: getattr(row, name) for name in columns}
    with pytest.raises(Exception, match="hours_across_by_agreement"), pair.session.begin_nested():
        pair.session.add(HoursAcross(**known | {"key": "form:second"}))
    assert pair.faults() == []


def test_both_are_to_be_told_in_their_own_community(pair: Pair) -> None:
    row = pair.out()
    jobs = pair.session.scalars(select(Job).where(Job.kind == giving.TELL_OF_ACROSS)).all()
    assert [one.community_id for one in jobs if f'"across": {row.id}' in one.payload] == [
        pair.kadoma.id,
        pair.enshu.id,
    ]


def test_the_same_number_elsewhere_is_somebody_else(pair: Pair) -> None:
    a_member(pair.session, pair.kadoma, name="梅 花子", number="777")
    with pytest.raises(giving.ReceiverUnknown):
        pair.out(number="777", name="梅 花子")
