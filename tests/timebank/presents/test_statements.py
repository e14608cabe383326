"""Presents on statements, in exports, on certificates and under seals: neither help given nor received."""

from datetime import date
from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from tests.timebank.presents.giving import Giving
from timebank.exchanges.exports import balances
from timebank.exchanges.exports import statement_rows
from timebank.exchanges.proof import check_exchanges
from timebank.exchanges.queries import Turnover
from timebank.exchanges.queries import hours_between
from timebank.exchanges.queries import hours_certified
from timebank.exchanges.queries import hours_in_all
from timebank.exchanges.queries import statement_of
from timebank.exchanges.sealing import seal_entries
from timebank.known import Whom
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.presents import known
from timebank.presents.proof import check_presents

ALWAYS: Final = {"first": date(2020, 1, 1), "last": date(9999, 12, 31)}


def lived(here: Giving) -> None:
    """Hana gives Mary some hours, and Mary passes some on; what Hana gave Ken is taken back."""
    here.gives(60, "for the soup")
    here.gives(20, giver=here.mary, receiver=here.ken)
    here.takes_back(here.gives(5, receiver=here.ken).present)


def in_all(here: Giving, member: Member) -> Turnover:
    balance = ledger.balance(here.session, hours_of(member, here.community))
    return hours_in_all(here.session, community=here.community, member=member, balance=balance)


def test_a_certificate_counts_help_and_no_presents(here: Giving, session: Session) -> None:
    lived(here)
    hana, ken, mary = (
        hours_between(session, community=here.community, member=one, **ALWAYS)
        for one in (here.hana, here.ken, here.mary)
    )
    assert hana == Turnover(given=120, received=0, to_pools=0, from_pools=0, presented=60)
    assert ken == Turnover(given=0, received=120, to_pools=0, from_pools=0, got=20)
    assert mary == Turnover(given=0, received=0, to_pools=0, from_pools=0, presented=20, got=60)
    both = hours_certified(session, community=here.community, records=[here.hana, here.mary], **ALWAYS)
    assert (both.given, both.received, both.presented, both.got) == (120, 0, 80, 60)
    long_ago = {"first": date(2020, 1, 1), "last": date(2020, 1, 2)}
    nothing = hours_between(session, community=here.community, member=here.mary, **long_ago)
    assert (nothing.presented, nothing.got) == (0, 0)


def test_what_was_given_and_received_in_all_leaves_presents_out(here: Giving) -> None:
    lived(here)
    assert in_all(here, here.hana) == Turnover(120, 0, 0, 0, presented=65, got=5)
    assert in_all(here, here.ken) == Turnover(0, 120, 0, 0, presented=5, got=25)


def test_balances_and_statements_add_up_with_a_column_for_presents(here: Giving, session: Session) -> None:
    lived(here)
    rows = {row.name: row[2:] for row in balances(session, here.community)}
    assert rows == {
        "Hana": (120, 0, 60, 0, 0, 0, -60),
        "Ken": (0, 120, -100, 0, 0, 0, 20),
        "Mary": (0, 0, 40, 0, 0, 0, 40),
    }
    told = [
        (row.other_member, row.description, row.given_minutes, row.received_minutes, row.presented_minutes)
        for row in statement_rows(session, here.community, here.hana)
    ]
    mary, ken = here.mary.number, here.ken.number
    assert told == [
        (ken, "", 120, 0, 0),
        (mary, "for the soup", 0, 0, -60),
        (ken, "", 0, 0, -5),
        (ken, "", 0, 0, 5),
    ]


def test_a_line_of_a_statement_knows_its_present(here: Giving, session: Session) -> None:
    lived(here)
    lines = statement_of(session, community=here.community, member=here.hana).lines
    assert [one.present.minutes if one.present else None for one in lines] == [5, 5, 60, None]
    assert all(one.exchange is None for one in lines if one.present)


def test_what_was_given_agrees_with_the_books(here: Giving, session: Session) -> None:
    lived(here)
    assert check_presents(session) == []
    assert check_exchanges(session) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("words = words, reversal_id = entry_id, taken_back_because = 'x'", "and it says otherwise"),
    ],
)
def test_a_present_that_differs_from_its_entry_is_named(
    here: Giving, session: Session, change: str, found: str
) -> None:
    present = here.gives(60).present
    session.flush()
    session.execute(text(f"UPDATE present SET {change} WHERE id = :id"), {"id": present.id})
    (named,) = check_presents(session)
    assert named.startswith(f"present {present.id}: its entry {present.entry_id}")
    assert found in named


def test_a_reversal_and_an_entry_behind_a_presents_back_are_named(here: Giving, session: Session) -> None:
    present = here.gives(60).present
    ledger.reverse(
        session,
        book_id=here.community.book_id,
        entry_id=present.entry_id,
        posted_on=present.given_on,
        key="test:1",
        actor="somebody",
    )
    entry = ledger.Entry(
        book_id=here.community.book_id,
        kind="hours-given",
        posted_on=present.given_on,
        key="test:2",
        actor="somebody",
        transfers=(
            ledger.Transfer(
                debit=hours_of(here.hana, here.community),
                credit=hours_of(here.mary, here.community),
                amount=5,
            ),
        ),
    )
    ledger.post(session, entry)
    named = check_presents(session)
    assert len(named) == 2
    assert "and it says otherwise" in named[0]
    assert "gives hours to a member, but no row tells of it" in named[1]


def test_words_are_sealed_a_change_is_found_and_erasing_them_is_none(here: Giving, session: Session) -> None:
    present = here.gives(60, "for the soup").present
    assert seal_entries(session, community=here.community) is not None
    assert check_exchanges(session) == []
    present.words = "other"
    session.flush()
    (named,) = check_exchanges(session)
    assert "what is said about it is not what was sealed" in named


def test_words_with_a_present_are_erased_with_either_of_both(here: Giving, session: Session) -> None:
    present = here.gives(60, "for the soup").present
    here.takes_back(present, "the wrong Mary")
    (one,) = known.KNOWN
    whom = Whom(community_id=here.community.id, member_id=here.mary.id)
    assert one.rows(session, whom) == [present]
    assert one.erase
    one.erase(session, one, whom)
    session.refresh(present)
    assert (present.words, present.taken_back_because, present.minutes) == ("", "—", 60)
