"""What crossed stands on both members' statements with the other community, and is no help given here."""

from datetime import date

from tests.builders import an_exchange
from tests.timebank.between.pair import Pair
from timebank.exchanges import queries
from timebank.exchanges.exports import balances
from timebank.exchanges.exports import statement_rows
from timebank.exchanges.queries import Turnover


def test_both_statements_name_the_other_side(pair: Pair) -> None:
    row = pair.out(90, words="for my mother")
    for here, member, other, theirs, gave in (
        (pair.kadoma, pair.hana, "Enshu", pair.ume, True),
        (pair.enshu, pair.ume, "Kadoma", pair.hana, False),
    ):
        (told,) = queries.statement_of(pair.session, community=here, member=member).lines
        assert told.across
        assert (told.across.across, told.across.given_here, told.across.theirs) == (row, gave, theirs)
        assert (told.across.other.name, told.description, told.is_help) == (other, "for my mother", False)
        assert (told.other, told.exchange, told.pool) == (None, None, None)


def test_what_was_taken_back_is_told_on_both_lines(pair: Pair) -> None:
    pair.takes_back(pair.out(90))
    lines = queries.statement_of(pair.session, community=pair.enshu, member=pair.ume).lines
    assert [(one.line.change, one.across is not None) for one in lines] == [(-90, True), (90, True)]


def test_it_counts_neither_as_given_nor_as_received(pair: Pair) -> None:
    an_exchange(pair.session, pair.kadoma, pair.hana, pair.ken)
    pair.out(60)
    pair.takes_back(pair.out(10))
    pair.back(20)
    whole = {"first": date.min, "last": date.max}
    for member, expected in (
        (pair.hana, Turnover(90, 0, 0, 0, to_communities=60, from_communities=0)),
        # Of the third community twenty came, too.
        (pair.ken, Turnover(0, 90, 0, 0, to_communities=0, from_communities=40)),
    ):
        found = queries.hours_between(pair.session, community=pair.kadoma, member=member, **whole)
        assert found == expected
    certified = queries.hours_certified(
        pair.session, community=pair.kadoma, records=[pair.hana, pair.ken], **whole
    )
    assert (certified.given, certified.received, certified.to_communities) == (90, 90, 60)


def test_exports_have_columns_for_it(pair: Pair) -> None:
    pair.out(60, words="thanks")
    pair.takes_back(pair.out(10))
    found = {row.name: row for row in balances(pair.session, pair.kadoma)}
    hana = found["Hana"]
    assert (hana.given_minutes, hana.received_minutes, hana.balance_minutes) == (0, 0, -60)
    assert (hana.across_minutes, found["Ken"].across_minutes) == (-60, 20)
    rows = list(statement_rows(pair.session, pair.enshu, pair.ume))
    assert [(row.community, row.across_minutes, row.given_minutes) for row in rows] == [
        ("Kadoma", 60, 0),
        ("Kadoma", 10, 0),
        ("Kadoma", -10, 0),
    ]
    assert rows[0].other_member == pair.hana.number
