"""Older exchanges come in from a file: all of them or none, once, and with the books."""

import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import written
from tests.timebank.exchanges.imports import HEADER
from tests.timebank.exchanges.imports import a_file
from tests.timebank.exchanges.imports import refused
from tests.timebank.exchanges.imports import take_in
from timebank.communities.models import Community
from timebank.exchanges import hours_import
from timebank.exchanges.hours_import import LinesRefused
from timebank.exchanges.import_keys import BatchRefused
from timebank.exchanges.import_refusals import EnteredMeanwhile
from timebank.exchanges.models import Exchange
from timebank.exchanges.proof import check_exchanges
from timebank.members.models import Member
from timebank.members.queries import find_by_number
from timebank.members.queries import hours_of
from timebank.members.service import NumberTaken
from timebank.members.service import add_members

A_LINE = "2020-04-03,0001,0002,1.5,買い物,B-1"


@pytest.fixture
def community(session: Session) -> Community:
    """A community, and another one with the same numbers."""
    take_in(session, a_community(session), A_LINE)
    return a_community(session, started_on=date(2021, 4, 1))


def member(session: Session, community: Community, number: str) -> Member:
    found = find_by_number(session, community=community, number=number)
    assert found is not None
    return found


def minutes_of(session: Session, community: Community, number: str) -> int:
    return ledger.balance(session, hours_of(member(session, community, number), community)).balance


def exchanges_of(session: Session, community: Community) -> list[Exchange]:
    found = select(Exchange).where(Exchange.community_id == community.id).order_by(Exchange.id)
    return list(session.scalars(found))


def entries_of(session: Session, community: Community) -> list[dict[str, Any]]:
    lines = ledger.export_csv(session, community.book_id, reference=lambda key, _: key)
    header, *rows = [line.strip().split(",") for line in lines]
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_a_line_becomes_an_exchange_and_an_entry(session: Session, community: Community) -> None:
    result = take_in(session, community, A_LINE)
    assert (result.booked, result.repeated, result.members_created) == (1, 0, 2)
    (exchange,) = exchanges_of(session, community)
    giver, receiver = (member(session, community, number) for number in ("0001", "0002"))
    assert (exchange.giver_id, exchange.receiver_id, exchange.minutes) == (giver.id, receiver.id, 90)
    assert (exchange.worked_on, exchange.description) == (date(2020, 4, 3), "買い物")
    assert (exchange.key, exchange.reference, exchange.state) == (None, "B-1", "confirmed")
    assert (exchange.logged_how, exchange.logged_person_id, exchange.kind_id) == ("import", None, None)
    (entry,) = entries_of(session, community)
    assert (entry["kind"], entry["posted_on"], entry["reference"]) == ("import", "2020-04-03", "import:B-1")
    assert (entry["amount"], entry["actor"], exchange.entry_id) == ("90", str(SOMEBODY), int(entry["entry"]))
    assert [minutes_of(session, community, number) for number in ("0001", "0002")] == [90, -90]
    assert check_exchanges(session) == []


def test_older_days_move_the_beginning_back_and_newer_ones_leave_it(
    session: Session, community: Community
) -> None:
    take_in(session, community, "2022-04-03,0001,0002,1,,B-1")
    assert community.started_on == date(2021, 4, 1)
    take_in(session, community, a_file("2020-04-03,0001,0002,1,,B-2", "2019-04-03,0001,0002,1,,B-3"))
    assert community.started_on == date(2019, 4, 3)


def test_hours_are_not_rounded(session: Session, community: Community) -> None:
    community.rounding_minutes = 15
    take_in(session, community, "2020-04-03,0001,0002,7m,,B-1")
    assert minutes_of(session, community, "0001") == 7


# --- the same again -----------------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing(session: Session, community: Community) -> None:
    lines = [A_LINE, "2020-04-04,0002,0003,1:30,,B-2"]
    take_in(session, community, a_file(*lines))
    again = take_in(session, community, a_file(*lines, "2020-04-05,0001,0003,1,,B-3"))
    assert (again.booked, again.repeated, again.members_created) == (1, 2, 0)
    assert len(exchanges_of(session, community)) == len(entries_of(session, community)) == 3


def test_a_line_twice_in_one_file_is_booked_once(session: Session, community: Community) -> None:
    result = take_in(session, community, a_file(A_LINE, A_LINE.replace("買い物", "shopping")))
    assert (result.booked, result.repeated) == (1, 1)
    assert [exchange.description for exchange in exchanges_of(session, community)] == ["買い物"]


@pytest.mark.parametrize(
    "other",
    [
        "2020-04-04,0001,0002,1.5,買い物,B-1",
        "2020-04-03,0003,0002,1.5,買い物,B-1",
        "2020-04-03,0001,0003,1.5,買い物,B-1",
        "2020-04-03,0002,0001,1.5,買い物,B-1",
        "2020-04-03,0001,0002,91m,買い物,B-1",
    ],
)
def test_a_reference_for_something_else_is_a_bad_line(
    session: Session, community: Community, other: str
) -> None:
    assert refused(session, community, a_file(A_LINE, other)) == [(3, "reference", "B-1")]
    take_in(session, community, A_LINE)
    assert refused(session, community, a_file(other, A_LINE)) == [(2, "reference", "B-1")]


def test_batches_set_files_apart_that_all_count_from_one(session: Session, community: Community) -> None:
    other = "2020-04-05,0002,0001,1,,B-1"
    take_in(session, community, A_LINE, batch="2020")
    take_in(session, community, other, batch="2021")
    take_in(session, community, other)
    assert take_in(session, community, A_LINE, batch="2020").repeated == 1
    assert [entry["reference"] for entry in entries_of(session, community)] == [
        "import-batch:2020:B-1",
        "import-batch:2021:B-1",
        "import:B-1",
    ]


@pytest.mark.parametrize("batch", ["", "a:b", "a b", "a\u3000b", "a\nb", "a" * 61])
def test_a_batch_has_a_plain_name(session: Session, community: Community, batch: str) -> None:
    with pytest.raises(BatchRefused, match="1 to 60 characters"):
        take_in(session, community, A_LINE, batch=batch)


def test_a_reference_may_hold_a_blank_of_any_width(session: Session, community: Community) -> None:
    lines = [
        "2020-04-03,0001,0002,1,,整理　1",
        "2020-04-03,0001,0002,1,,整理 1",
        "2020-04-03,0001,0002,1,,a\\1",
    ]
    assert take_in(session, community, a_file(*lines)).booked == 3
    assert take_in(session, community, a_file(*lines)).repeated == 3


def test_a_reference_of_nothing_but_strange_signs_is_a_bad_line(
    session: Session, community: Community
) -> None:
    strange = "\u200c" * 99 + "1"
    named = refused(session, community, f"2020-04-03,0001,0002,1,,{strange}")
    assert [(line, field) for line, field, _ in named] == [(2, "reference")]


# --- members ------------------------------------------------------------------------------------------------


def test_unknown_members_are_bad_lines_unless_they_are_to_be_created(
    session: Session, community: Community
) -> None:
    a_member(session, community, number="0001")
    lines = a_file(A_LINE, "2020-04-03,0003,0001,1,,B-2", "2020-04-03,0004,0005,1,,B-3")
    assert refused(session, community, lines, create_members=False) == [
        (2, "receiver", "0002"),
        (3, "giver", "0003"),
        (4, "giver", "0004"),
        (4, "receiver", "0005"),
    ]


def test_members_are_created_by_the_names_and_readings_of_the_file(
    session: Session, community: Community
) -> None:
    header = f"{HEADER},giver_name,receiver_name,giver_reading,receiver_reading"
    lines = a_file(
        "2020-04-03,0001,0002,1,,B-1,,佐々木 久美,,ささき くみ",
        "2020-04-02,0003,0001,1,,B-2,,田中 恵,,",
        header=header,
    )
    assert take_in(session, community, lines).members_created == 3
    known = [member(session, community, number) for number in ("0001", "0002", "0003")]
    assert [(one.name, one.reading) for one in known] == [
        ("田中 恵", None),
        ("佐々木 久美", "ささき くみ"),
        ("0003", None),
    ]
    assert [one.joined_on.day for one in known] == [3, 3, 2]


def test_known_members_keep_their_names_and_may_be_suspended(session: Session, community: Community) -> None:
    a_member(session, community, number="0001", name="Hana", suspended=True)
    result = take_in(
        session,
        community,
        a_file(f"{A_LINE},Somebody else", header=f"{HEADER},giver_name"),
    )
    assert result.members_created == 1
    assert member(session, community, "0001").name == "Hana"


def test_a_closed_account_is_a_bad_line(session: Session, community: Community) -> None:
    for number in ("0001", "0002"):
        one = a_member(session, community, number=number)
        if number == "0002":
            ledger.close_account(
                session, hours_of(one, community), closed_on=date(2026, 1, 1), actor=str(SOMEBODY)
            )
    lines = a_file(A_LINE, "2020-04-03,0002,0001,1,,B-2", "2020-04-03,0003,0001,1,,B-3")
    assert refused(session, community, lines) == [(2, "receiver", "0002"), (3, "giver", "0002")]


# --- limits -------------------------------------------------------------------------------------------------


def over_the_limit() -> Iterator[str]:
    """Twenty lines; the receivers of lines 10 and 15 go past 12 hours, and 16 comes back."""
    for n in range(2, 22):
        giver, receiver, hours = f"g{n}", f"r{n}", "1"
        if n in (10, 15):
            receiver, hours = "deep", "12.5" if n == 10 else "12:01"
        if n in (11, 16):
            giver, receiver = ("deep", "r") if n == 16 else ("g", "deep")
        yield f"2020-04-03,{giver},{receiver},{hours},,B-{n}"


def test_every_line_past_a_limit_is_named_and_says_by_how_much(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hours_import, "_LINES_AT_ONCE", 12)
    with pytest.raises(LinesRefused) as raised:
        take_in(session, community, a_file(*over_the_limit()))
    result = raised.value.result
    assert [(bad.line_number, bad.field, bad.value) for bad in result.bad] == [
        (10, "hours", "12.5"),
        (15, "hours", "12:01"),
    ]
    assert [str(bad.refusal) for bad in result.bad] == [
        "The member deep would be 30 min past the limit of 12 h below zero.",
        "The member deep would be 1 h 1 min past the limit of 12 h below zero.",
    ]
    assert str(raised.value) == "2 things in the file cannot be taken. Nothing was written."


def test_a_line_above_the_ceiling_is_named(session: Session, community: Community) -> None:
    community.ceiling_minutes = 60
    with pytest.raises(LinesRefused) as raised:
        take_in(session, community, A_LINE)
    assert str(raised.value.result.bad[0].refusal) == (
        "The member 0001 would be 30 min above the highest balance of 1 h."
    )


def test_without_limits_members_go_past_theirs_and_may_come_back(
    session: Session, community: Community
) -> None:
    result = take_in(session, community, a_file(*over_the_limit()), waive_limits=True)
    assert (result.booked, result.bad_count) == (20, 0)
    assert minutes_of(session, community, "deep") < -12 * 60
    # Back towards zero is always open; further out is not.
    assert take_in(session, community, "2020-04-03,deep,r,1,,C-1").booked == 1
    assert refused(session, community, "2020-04-03,r,deep,1,,C-2") == [(2, "hours", "1")]


def test_bad_keys_and_limits_in_one_batch_are_all_named_in_order(
    session: Session, community: Community
) -> None:
    take_in(session, community, A_LINE)
    lines = [*over_the_limit(), "2020-04-04,0001,0002,1,,B-1", "2020-13-01,0001,0002,1,,B-30"]
    assert [(line, field) for line, field, _ in refused(session, community, a_file(*lines))] == [
        (10, "hours"),
        (15, "hours"),
        (22, "reference"),
        (23, "date"),
    ]


# --- much of it ---------------------------------------------------------------------------------------------


def test_only_the_first_thousand_bad_lines_are_named_and_the_rest_is_counted(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hours_import, "MOST_NAMED", 3)
    monkeypatch.setattr(hours_import, "_LINES_AT_ONCE", 2)
    with pytest.raises(LinesRefused) as raised:
        take_in(session, community, a_file(*["2020-13-01,0001,0002,1,,B"] * 7))
    assert [bad.line_number for bad in raised.value.result.bad] == [2, 3, 4]
    assert raised.value.result.bad_count == 7


def test_progress_adds_up_to_the_lines_of_the_file(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hours_import, "_LINES_AT_ONCE", 2)
    told: list[int] = []
    lines = [f"2020-04-03,0001,0002,1m,,B-{n}" for n in range(5)]
    take_in(session, community, a_file(*lines, "", ""), progress=told.append)
    assert (sum(told), len(told)) == (8, 4)


def test_a_file_without_lines_changes_nothing(session: Session, community: Community) -> None:
    result = take_in(session, community, a_file())
    assert (result.booked, result.repeated) == (0, 0)
    assert community.started_on == date(2021, 4, 1)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_longer_file_needs_no_more_memory(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hours_import, "_LINES_AT_ONCE", 100)
    held: list[int] = []
    lines = a_file(*(f"2020-04-03,{n % 9},{n % 9 + 1},1m,shopping,B-{n}" for n in range(3_000)))
    tracemalloc.start()
    try:
        take_in(session, community, lines, progress=lambda _: held.append(tracemalloc.get_traced_memory()[0]))
    finally:
        tracemalloc.stop()
    assert held[-1] - held[5] < 100_000


def test_nothing_is_written_where_a_line_is_bad(session: Session, community: Community) -> None:
    before = session.scalar(select(func.count()).select_from(Exchange))
    refused(session, community, a_file(A_LINE, "2020-13-01,0001,0002,1,,B-2"))
    assert session.scalar(select(func.count()).select_from(Exchange)) == before
    assert find_by_number(session, community=community, number="0001") is None
    assert entries_of(session, community) == []


@pytest.mark.parametrize(
    ("column", "typed"), [("hours", "12.5"), ("hours", "12時間半"), ("minutes", "750")], ids=ascii
)
def test_a_limit_is_named_with_what_stands_in_the_file(
    session: Session, community: Community, column: str, typed: str
) -> None:
    file = a_file(f"2022-04-03,0001,0002,{typed},,B-9", header=HEADER.replace("hours", column))
    assert refused(session, community, file) == [(2, column, typed)]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_a_member_who_is_entered_during_the_import_is_a_sentence(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    community = written(engine, a_community)

    def too_late(*args: Any, **facts: Any) -> list[int]:
        written(engine, lambda session: a_member(session, community, number="0002"))
        return add_members(*args, **facts)

    monkeypatch.setattr(hours_import, "add_members", too_late)
    with pytest.raises(EnteredMeanwhile, match="import the file once more"):
        written(engine, lambda session: take_in(session, session.merge(community), A_LINE))
    assert written(engine, lambda session: exchanges_of(session, community)) == []
    monkeypatch.undo()
    assert written(engine, lambda session: take_in(session, session.merge(community), A_LINE)).booked == 1


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_a_number_that_an_import_is_taking_is_refused_once_it_is_taken(engine: Engine) -> None:
    community = written(engine, a_community)
    with ThreadPoolExecutor(1) as pool:

        def work(session: Session) -> Any:
            take_in(session, session.merge(community), A_LINE)
            other = pool.submit(
                written, engine, lambda session: a_member(session, session.merge(community), number="0002")
            )
            # It waits for the import, which may still come to nothing.
            assert wait([other], timeout=1).not_done
            return other

        other = written(engine, work)
        with pytest.raises(NumberTaken, match="Another member has the number 0002"):
            other.result(timeout=10)
