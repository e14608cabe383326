"""What somebody who leaves a household takes along: counted, asked for, and settled by one entry."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import a_hand
from tests.builders import a_household
from tests.builders import a_member
from tests.builders import a_person
from tests.builders import an_exchange
from tests.builders import written
from tests.timebank.households.yamada import Yamada
from tests.timebank.households.yamada import a_yamada
from tests.timebank.pools.sharing import a_pool
from timebank import clock
from timebank.actor import Actor
from timebank.errors import Refusal
from timebank.exchanges import known as exchanges_known
from timebank.exchanges.models import TookPart
from timebank.exchanges.queries import hours_between
from timebank.exchanges.queries import statement_of
from timebank.exchanges.service import reverse_exchange
from timebank.exchanges.took_part import NamesWhoLeft
from timebank.exchanges.took_part import NotOneOfThem
from timebank.exchanges.took_part import say_who
from timebank.exchanges.took_part import who_took_part
from timebank.farewells.service import TO_POOL
from timebank.farewells.service import Parting
from timebank.farewells.service import ShareWaits
from timebank.households import queries
from timebank.households import service
from timebank.households.proof import check_shares
from timebank.known import Whom
from timebank.members import known as members_known
from timebank.members.models import HouseholdShare
from timebank.members.models import MemberEvent
from timebank.members.queries import hours_of
from timebank.members.service import suspend_member
from timebank.queue.models import Job


@pytest.fixture
def yamada(session: Session) -> Yamada:
    return a_yamada(session)


# --- who it was ---------------------------------------------------------------------------------------------


def test_what_was_said_of_each_exchange_is_counted_and_what_was_taken_back_is_not(yamada: Yamada) -> None:
    yamada.exchange(yamada.hana, minutes=180)
    yamada.exchange(yamada.hana, gave=False, minutes=30)
    yamada.exchange(yamada.son, minutes=60)
    yamada.exchange(None, minutes=45)
    mistake = yamada.exchange(yamada.hana, minutes=300)
    reverse_exchange(
        yamada.session, community=yamada.community, exchange=mistake, reason="a mistake", actor=COORDINATOR
    )
    figure = yamada.figure(yamada.hana)
    assert (figure.part.given, figure.part.received, figure.own, figure.there) == (180, 30, 150, 255)
    assert yamada.figure(yamada.son).own == 60
    line = statement_of(yamada.session, community=yamada.community, member=yamada.household).lines[-1]
    assert line.person_id == yamada.hana.id
    kens = statement_of(yamada.session, community=yamada.community, member=yamada.ken).lines
    assert {one.person_id for one in kens} == {None}


def test_who_it_was_is_said_later_changed_and_left_open(yamada: Yamada) -> None:
    exchange = yamada.exchange(None)

    def said() -> dict[int, int]:
        return who_took_part(yamada.session, member=yamada.household, exchange_ids=[exchange.id])

    for person_id in (yamada.hana.id, yamada.son.id, yamada.son.id):
        say_who(yamada.session, exchange=exchange, member=yamada.household, person_id=person_id)
        assert said() == {exchange.id: person_id}
    with pytest.raises(NotOneOfThem):
        say_who(
            yamada.session, exchange=exchange, member=yamada.household, person_id=a_person(yamada.session).id
        )
    yamada.leaves(yamada.son)
    here: dict[str, Any] = {"exchange": exchange, "member": yamada.household}
    # Whoever has left stays named: it counts for them, and the household alone does not change it.
    say_who(yamada.session, **here, person_id=yamada.son.id)
    for other in (None, yamada.hana.id):
        with pytest.raises(NamesWhoLeft):
            say_who(yamada.session, **here, person_id=other)
    assert said() == {exchange.id: yamada.son.id}
    # A coordinator does, and may name whoever ever acted, and nobody else.
    for other in (None, None, yamada.hana.id, yamada.son.id):
        say_who(yamada.session, **here, person_id=other, by_officer=True)
        assert said() == ({exchange.id: other} if other else {})
    with pytest.raises(NotOneOfThem):
        say_who(yamada.session, **here, person_id=a_person(yamada.session).id, by_officer=True)
    assert yamada.faults() == []


# --- leaving ------------------------------------------------------------------------------------------------


def test_who_leaves_takes_their_own_hours_along_once_a_coordinator_has_settled_it(yamada: Yamada) -> None:
    yamada.exchange(yamada.hana, minutes=180)
    yamada.exchange(yamada.son, minutes=60)
    assert yamada.leaves(yamada.hana, minutes=150)
    assert not yamada.leaves(yamada.hana, minutes=150)
    assert [
        one.share.asked_minutes for one in queries.waiting(yamada.session, community=yamada.community)
    ] == [150]
    assert queries.count_open(yamada.session, yamada.community) == 1
    # Nothing has moved yet.
    assert (yamada.balance(yamada.household), yamada.balance(yamada.hanas)) == (240, 0)
    share = yamada.settles(yamada.hana, 120, reason="as they agreed")
    assert (yamada.balance(yamada.household), yamada.balance(yamada.hanas)) == (120, 120)
    assert (share.asked_minutes, share.minutes, share.to_member_id) == (150, 120, yamada.hanas.id)
    assert queries.count_open(yamada.session, yamada.community) == 0
    assert [one.waits for one in queries.who_left(yamada.session, household=yamada.household)] == [None]
    kinds = select(Job.kind).where(Job.community_id == yamada.community.id)
    assert service.TELL_OF_SHARE in yamada.session.scalars(kinds).all()
    events = select(MemberEvent.what).where(MemberEvent.member_id.in_([yamada.household.id, yamada.hanas.id]))
    assert {"share-out", "share-in"} <= set(yamada.session.scalars(events))
    assert yamada.faults() == []
    # It is help neither given nor received, on either side.
    day = clock.today(yamada.community.time_zone)
    for member, gave in ((yamada.hanas, 0), (yamada.household, 240)):
        sums = hours_between(
            yamada.session,
            community=yamada.community,
            member=member,
            first=yamada.community.started_on,
            last=day,
        )
        assert (sums.given, sums.received) == (gave, 0)
    # A form that is sent twice settles it once.
    assert yamada.settles(yamada.hana, 60, key=share.key) is share
    assert yamada.balance(yamada.hanas) == 120
    # What was taken along is not taken twice.
    assert (yamada.figure(yamada.hana).taken, yamada.figure(yamada.hana).own) == (120, 60)


def test_somebody_without_a_membership_has_the_hours_follow_when_they_are_entered(yamada: Yamada) -> None:
    yamada.exchange(yamada.son, minutes=60)
    yamada.leaves(yamada.son, minutes=60)
    with pytest.raises(service.GoesNowhere):
        yamada.settles(yamada.son, 60)
    with pytest.raises(service.GoesNowhere):
        yamada.settles(yamada.son, 60, to=yamada.household)
    other = a_household(yamada.session, yamada.community)
    for to in (yamada.hanas, other):
        with pytest.raises(service.SomebodyElses):
            yamada.settles(yamada.son, 60, to=to)
    entered = a_member(yamada.session, yamada.community, name="Taro")
    assert yamada.settles(yamada.son, 60, to=entered).to_member_id == entered.id
    assert yamada.balance(entered) == 60


def test_what_cannot_be_settled_is_refused_in_words_and_nothing_moves(yamada: Yamada) -> None:
    yamada.exchange(yamada.hana, minutes=60)
    with pytest.raises(service.StillActs):
        yamada.settles(yamada.hana, 30)
    with pytest.raises(service.MoreThanIsThere):
        yamada.leaves(yamada.hana, minutes=61)
    assert yamada.leaves(yamada.hana, minutes=60)
    herself = Actor(person_id=yamada.hana.id, member_id=yamada.hanas.id, how="web")
    theirs = Actor(person_id=yamada.son.id, member_id=None, how="web")
    for actor in (herself, theirs):
        with pytest.raises(service.OwnShare):
            yamada.settles(yamada.hana, 60, actor=actor)
    with pytest.raises(service.MoreThanIsThere):
        yamada.settles(yamada.hana, 61)
    suspend_member(yamada.session, member=yamada.hanas, reason="a pause", actor=COORDINATOR)
    with pytest.raises(Refusal):
        yamada.settles(yamada.hana, 60)
    assert (yamada.balance(yamada.household), yamada.balance(yamada.hanas)) == (60, 0)
    assert queries.count_open(yamada.session, yamada.community) == 1


def test_above_the_highest_balance_nothing_moves(session: Session) -> None:
    yamada = a_yamada(session)
    account = hours_of(yamada.hanas, yamada.community)
    ledger.set_limits(session, account, floor=-600, ceiling=30, actor="test", reason="test")
    yamada.exchange(yamada.hana, minutes=60)
    yamada.leaves(yamada.hana, minutes=60)
    with pytest.raises(service.AboveTheHighest) as refused:
        yamada.settles(yamada.hana, 60)
    assert refused.value.facts["beyond"] == 30
    assert yamada.settles(yamada.hana, 30).minutes == 30


def test_nothing_is_taken_from_what_is_not_there_and_no_is_an_answer(yamada: Yamada) -> None:
    yamada.exchange(yamada.hana, gave=False, minutes=60)
    figure = yamada.figure(yamada.hana)
    assert (figure.own, figure.there, figure.offered) == (0, 0, 0)
    assert yamada.leaves(yamada.hana)
    share = yamada.settles(yamada.hana, 0, reason="  there is nothing  ")
    assert (share.minutes, share.entry_id, share.to_member_id, share.reason) == (
        0,
        None,
        None,
        "there is nothing",
    )
    assert yamada.faults() == []


def test_of_an_organisation_nobody_takes_hours_along(yamada: Yamada) -> None:
    school = a_household(yamada.session, yamada.community, kind="organisation", name="School")
    a_hand(yamada.session, school, yamada.son, called="Taro")
    an_exchange(yamada.session, yamada.community, school, yamada.ken, minutes=60)
    actor = Actor(person_id=yamada.son.id, member_id=school.id, how="web")
    assert service.leave(
        yamada.session,
        community=yamada.community,
        household=school,
        person=yamada.son,
        minutes=60,
        actor=actor,
    )
    assert queries.count_open(yamada.session, yamada.community) == 0


def test_who_is_erased_waits_for_nothing_and_what_was_moved_stays(yamada: Yamada) -> None:
    """Twice there: once settled, with a word about it, and once asked for anew."""
    yamada.exchange(yamada.hana, minutes=60)
    yamada.leaves(yamada.hana, minutes=30)
    settled = yamada.settles(yamada.hana, 30, reason="Hana has moved to Moriguchi")
    a_hand(yamada.session, yamada.household, yamada.hana, called="Hana")
    yamada.leaves(yamada.hana, minutes=30)
    community_id, member_id = yamada.community.id, yamada.hanas.id
    whom = Whom(community_id=community_id, member_id=member_id, person_id=yamada.hana.id)
    for part in (*members_known.KNOWN, *exchanges_known.KNOWN):
        if part.erase and part.table in (HouseholdShare, TookPart):
            part.erase(yamada.session, part, whom)
    yamada.session.expire_all()
    (left,) = yamada.session.scalars(select(HouseholdShare)).all()
    assert (left.id, left.minutes, left.reason) == (settled.id, 30, "")
    assert yamada.session.scalars(select(TookPart)).all() == []
    assert yamada.faults() == []


def test_who_comes_back_and_leaves_again_asks_for_what_they_said_last(yamada: Yamada) -> None:
    yamada.exchange(yamada.son, minutes=60)
    yamada.leaves(yamada.son, minutes=60)
    a_hand(yamada.session, yamada.household, yamada.son, called="Taro")
    assert queries.who_left(yamada.session, household=yamada.household) == []
    # Nothing waits of somebody who is back.
    assert queries.count_open(yamada.session, yamada.community) == 0
    assert queries.waiting(yamada.session, community=yamada.community) == []
    yamada.leaves(yamada.son, minutes=30)
    (waiting,) = queries.waiting(yamada.session, community=yamada.community)
    assert (waiting.share.asked_minutes, waiting.name) == (30, "Taro")


# --- the proof ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("UPDATE household_share SET minutes = minutes + 1", "does not move its 61 minutes"),
        ("DELETE FROM household_share", "no row tells of it"),
        ("UPDATE member SET kind = 'person' WHERE name = 'Yamada household'", "which is no household"),
        ("DELETE FROM hand_event", "has never acted for it"),
    ],
)
def test_the_proof_names_what_does_not_agree(engine: Engine, broken: str, fault: str) -> None:
    def settled(session: Session) -> int:
        yamada = a_yamada(session)
        yamada.exchange(yamada.hana, minutes=60)
        yamada.leaves(yamada.hana, minutes=60)
        yamada.settles(yamada.hana, 60)
        assert yamada.faults() == []
        return yamada.ken.id

    ken = written(engine, settled)
    with Session(engine) as session:
        ledger.begin(session)
        session.execute(text(broken.format(ken=ken)))
        assert any(fault in one for one in check_shares(session))
        session.rollback()


def test_a_share_that_was_reversed_is_found(session: Session) -> None:
    yamada = a_yamada(session)
    yamada.exchange(yamada.hana, minutes=60)
    yamada.leaves(yamada.hana, minutes=60)
    share = yamada.settles(yamada.hana, 60)
    assert share.entry_id
    ledger.reverse(
        session,
        book_id=yamada.community.book_id,
        entry_id=share.entry_id,
        posted_on=clock.today(yamada.community.time_zone),
        key="test",
        actor="test",
    )
    assert any("was reversed" in one for one in check_shares(session))


@pytest.mark.parametrize(
    "slipped",
    [
        "UPDATE took_part SET member_id = {ken}",
        "UPDATE took_part SET person_id = {nobody}",
        """INSERT INTO took_part (exchange_id, member_id, community_id, person_id)
           SELECT exchange_id, {ken}, community_id, person_id FROM took_part""",
    ],
)
def test_the_database_refuses_whoever_never_acted_and_a_member_who_was_no_side(
    session: Session, slipped: str
) -> None:
    yamada, other = a_yamada(session), a_yamada(session)
    yamada.exchange(yamada.hana, minutes=60)
    with pytest.raises(IntegrityError, match="took_part_is_one_of_them"):
        session.execute(text(slipped.format(ken=yamada.ken.id, nobody=other.hana.id)))


def test_who_took_part_is_of_this_community(session: Session) -> None:
    """The keys of the row hold exchange and member to one community."""
    yamada, elsewhere = a_yamada(session), a_yamada(session)
    exchange = yamada.exchange(None)
    row = TookPart(
        exchange_id=exchange.id,
        member_id=yamada.household.id,
        community_id=elsewhere.community.id,
        person_id=yamada.son.id,
    )
    session.add(row)
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        session.flush()


# --- when the household itself leaves -----------------------------------------------------------------------


def test_a_household_gives_no_hours_away_while_somebody_waits_for_theirs(yamada: Yamada) -> None:
    yamada.exchange(yamada.hana, minutes=60)
    yamada.exchange(yamada.son, minutes=30)
    yamada.leaves(yamada.hana, minutes=60)
    pool = a_pool(yamada.session, yamada.community)
    to_pool = Parting(
        hours=TO_POOL, pool=pool, reason="dissolved", withdrawn_because="has left", key="form:the-household"
    )
    with pytest.raises(ShareWaits, match="Hana"), yamada.session.begin_nested():
        yamada.household_leaves(to_pool)
    assert yamada.balance(yamada.household) == 90
    yamada.settles(yamada.hana, 60)
    yamada.household_leaves(to_pool)
    assert (yamada.balance(yamada.household), yamada.balance(yamada.hanas)) == (0, 60)
    assert yamada.faults() == []


def test_a_share_is_settled_with_a_household_that_left_and_let_its_hours_stay(yamada: Yamada) -> None:
    yamada.exchange(yamada.hana, minutes=60)
    yamada.leaves(yamada.hana, minutes=60)
    yamada.household_leaves(Parting(reason="dissolved", withdrawn_because="has left", key="form:stays"))
    yamada.settles(yamada.hana, 60)
    assert (yamada.balance(yamada.household), yamada.balance(yamada.hanas)) == (0, 60)
