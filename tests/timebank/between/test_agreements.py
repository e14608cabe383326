"""Two communities agree on terms that both have read; terms are never changed, and what was is kept."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.timebank.between.pair import Pair
from tests.timebank.between.pair import agreed
from timebank.between import agreements
from timebank.between import queries
from timebank.between.agreements import Terms
from timebank.between.models import DECLINED
from timebank.between.models import ENDED
from timebank.between.models import ON
from timebank.between.models import PROPOSED
from timebank.between.models import WITHDRAWN
from timebank.between.proof import check_between
from timebank.between.sides import find_agreement
from timebank.between.sides import hours_with
from timebank.communities.models import Community
from timebank.errors import Refusal


@pytest.fixture
def two(session: Session) -> tuple[Community, Community]:
    """Two communities that have agreed on nothing, and two that have."""
    agreed(session, a_community(session), a_community(session))
    return a_community(session, name="Kadoma"), a_community(session, name="Enshu")


def proposed(session: Session, two: tuple[Community, Community], **facts: Any) -> Any:
    terms = Terms(**{"limit_minutes": 600} | facts)
    return agreements.propose(session, community=two[0], slug=two[1].slug, terms=terms, actor=SOMEBODY)


def limits(session: Session, here: Community, there: Community) -> tuple[int | None, int | None]:
    found = ledger.balance(session, hours_with(session, community=here, other=there))
    return found.floor, found.ceiling


def test_a_proposal_opens_no_account_and_accepting_it_opens_one_in_each_book(
    session: Session, two: tuple[Community, Community]
) -> None:
    row = proposed(session, two, rate_here=60, rate_there=45, words="for mothers")
    assert (row.state, row.words) == (PROPOSED, "for mothers")
    assert [queries.count_proposed_to(session, one) for one in two] == [0, 1]
    with pytest.raises(ledger.AccountUnknown):
        hours_with(session, community=two[0], other=two[1])
    agreements.accept(session, community=two[1], agreement=row, actor=SOMEBODY)
    assert row.state == ON
    assert limits(session, two[0], two[1]) == (-600, 600)
    assert limits(session, two[1], two[0]) == (-450, 450)
    assert check_between(session) == []


def test_each_of_the_two_sees_its_own_side(session: Session, two: tuple[Community, Community]) -> None:
    row = agreed(session, two[1], two[0], limit_minutes=300, rate_here=30, rate_there=60)
    (ours,), (theirs,) = (queries.agreements_on(session, community=one) for one in two)
    assert (ours.here.rate_minutes, ours.there.rate_minutes, ours.here.limit_minutes) == (60, 30, 600)
    assert (theirs.here.rate_minutes, theirs.here.limit_minutes, theirs.by_us) == (30, 300, True)
    assert ours.turned() == theirs
    assert (ours.agreement.id, ours.by_us, ours.differs) == (row.id, False, True)


def test_whoever_accepts_twice_accepts_once(session: Session, two: tuple[Community, Community]) -> None:
    row = proposed(session, two)
    for _ in range(2):
        agreements.accept(session, community=two[1], agreement=row, actor=SOMEBODY)
    assert row.state == ON


@pytest.mark.parametrize("slug", ["nowhere", "", "kadoma/../x", "\x00"])
def test_a_community_that_is_not_there_is_said_so(
    session: Session, two: tuple[Community, Community], slug: str
) -> None:
    with pytest.raises(agreements.NoSuchCommunity):
        agreements.propose(
            session, community=two[0], slug=slug, terms=Terms(limit_minutes=60), actor=SOMEBODY
        )


def test_a_slug_is_read_as_people_write_it(session: Session, two: tuple[Community, Community]) -> None:
    row = agreements.propose(
        session,
        community=two[0],
        slug=f" /{two[1].slug.upper()}/ ",
        terms=Terms(limit_minutes=60),
        actor=SOMEBODY,
    )
    assert {row.first_id, row.second_id} == {two[0].id, two[1].id}


def test_nobody_agrees_with_themselves(session: Session, two: tuple[Community, Community]) -> None:
    with pytest.raises(agreements.OneselfNamed):
        agreements.propose(
            session, community=two[0], slug=two[0].slug, terms=Terms(limit_minutes=60), actor=SOMEBODY
        )


def test_one_proposal_waits_between_two_whoever_made_it(
    session: Session, two: tuple[Community, Community]
) -> None:
    proposed(session, two)
    for pair in (two, two[::-1]):
        with pytest.raises(agreements.ProposedAlready):
            proposed(session, pair)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"limit_minutes": 0}, agreements.LimitOutOfReach),
        ({"limit_minutes": 6_000_001}, agreements.LimitOutOfReach),
        ({"limit_minutes": 1, "rate_here": 60, "rate_there": 45}, agreements.LimitOutOfReach),
        ({"limit_minutes": 6_000_000, "rate_here": 45, "rate_there": 60}, agreements.LimitOutOfReach),
        ({"rate_here": 0}, agreements.RateOutOfReach),
        ({"rate_there": -1}, agreements.RateOutOfReach),
        ({"rate_there": 1_441}, agreements.RateOutOfReach),
    ],
)
def test_terms_that_make_no_sense_are_refused(
    session: Session, two: tuple[Community, Community], facts: dict[str, int], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        proposed(session, two, **facts)


def test_the_other_answers_and_whoever_proposed_takes_back(
    session: Session, two: tuple[Community, Community]
) -> None:
    row = proposed(session, two)
    for verb in (agreements.accept, agreements.decline):
        with pytest.raises(agreements.TheirsToAnswer, match="a steward of Enshu"):
            verb(session, community=two[0], agreement=row, actor=SOMEBODY)
    with pytest.raises(agreements.TheirsToTakeBack, match="Kadoma has proposed this"):
        agreements.withdraw(session, community=two[1], agreement=row, actor=SOMEBODY)
    with pytest.raises(agreements.EndedAlready):
        agreements.end(session, community=two[1], agreement=row, actor=SOMEBODY)
    agreements.withdraw(session, community=two[0], agreement=row, actor=SOMEBODY)
    for _ in range(2):
        with pytest.raises(agreements.NotWaiting):
            agreements.accept(session, community=two[1], agreement=row, actor=SOMEBODY)
    assert row.state == WITHDRAWN
    again = proposed(session, two)
    for _ in range(2):
        agreements.decline(session, community=two[1], agreement=again, actor=SOMEBODY)
    assert again.state == DECLINED
    assert not queries.has_agreed(session, community=two[0])


def test_new_terms_take_the_place_of_those_that_held_and_the_books_keep_the_new_limit(pair: Pair) -> None:
    pair.out(500)
    row = agreed(pair.session, pair.enshu, pair.kadoma, limit_minutes=90, rate_here=45, rate_there=60)
    assert (pair.agreement.state, pair.agreement.ended_by_id, row.state) == (ENDED, pair.kadoma.id, ON)
    assert limits(pair.session, pair.kadoma, pair.enshu) == (-120, 120)
    # Outside by what was owed before: only what lessens it is possible.
    with pytest.raises(Refusal):
        pair.gives_from(pair.kadoma, pair.enshu, pair.hana, pair.ume, 1)
    pair.gives_from(pair.enshu, pair.kadoma, pair.taro, pair.ken, 45)
    assert pair.owed == (440, -455)
    assert pair.faults() == []


def test_ending_leaves_what_is_owed_and_is_done_once(pair: Pair) -> None:
    pair.out(60)
    for _ in range(2):
        agreements.end(pair.session, community=pair.kadoma, agreement=pair.agreement, actor=SOMEBODY)
    assert (pair.agreement.state, pair.agreement.ended_by_id) == (ENDED, pair.kadoma.id)
    assert limits(pair.session, pair.kadoma, pair.enshu) == (0, 0)
    (standing,) = queries.standings(pair.session, community=pair.enshu)
    assert (standing.owed.here, standing.owed.there) == (-60, -60)
    assert queries.agreements_on(pair.session, community=pair.enshu) == []
    assert queries.has_agreed(pair.session, community=pair.enshu)
    assert pair.faults() == []


def test_terms_that_were_read_cannot_be_changed_in_the_database(pair: Pair) -> None:
    for change in (
        "UPDATE hours_agreement SET first_limit_minutes = 1200, second_limit_minutes = 1200 WHERE id = :id",
        "UPDATE hours_agreement SET words = 'other' WHERE id = :id",
        "DELETE FROM hours_agreement WHERE id = :id",
    ):
        with pytest.raises(Exception, match=r"hours_agreement|final"), pair.session.begin_nested():
            pair.session.execute(text(change), {"id": pair.agreement.id})
    agreements.end(pair.session, community=pair.kadoma, agreement=pair.agreement, actor=SOMEBODY)
    with pytest.raises(Exception, match=r"hours_agreement|final"), pair.session.begin_nested():
        pair.session.execute(
            text(
                "UPDATE hours_agreement SET state = 'on', ended_at = NULL, ended_by = NULL, "
                "ended_by_id = NULL WHERE id = :id"
            ),
            {"id": pair.agreement.id},
        )


def test_another_communitys_agreement_is_not_found(pair: Pair) -> None:
    stranger = a_community(pair.session)
    found = [
        find_agreement(pair.session, community=one, agreement_id=pair.agreement.id)
        for one in (pair.kadoma, pair.enshu, stranger)
    ]
    assert found == [pair.agreement, pair.agreement, None]
    assert queries.standings(pair.session, community=stranger) == []
