"""Members leave, die and come back: their hours, what is open with them, their account and their offices."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_neighbour
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import as_member
from tests.builders import said
from tests.timebank.pools.sharing import Sharing
from timebank import clock
from timebank.exchanges.models import Exchange
from timebank.exchanges.proof import check_exchanges
from timebank.exchanges.queries import people_to_suggest
from timebank.exchanges.service import confirm_exchange
from timebank.exchanges.service import decline_exchange
from timebank.exchanges.service import dispute_exchange
from timebank.exchanges.service import drop_open
from timebank.exchanges.service import log_exchange
from timebank.exchanges.service import reverse_exchange
from timebank.exchanges.service import settle_exchange
from timebank.farewells import service
from timebank.farewells.service import KEEP
from timebank.farewells.service import TO_MEMBER
from timebank.farewells.service import TO_POOL
from timebank.farewells.service import Parting
from timebank.members.away import away_until
from timebank.members.away import go_away
from timebank.members.models import Member
from timebank.members.queries import communities_of
from timebank.members.queries import farewell_of
from timebank.members.queries import history
from timebank.members.queries import hours_of
from timebank.members.queries import member_of
from timebank.members.queries import people_by_number
from timebank.members.service import NotActive
from timebank.members.service import ReasonMissing
from timebank.members.service import change_limits
from timebank.members.service import set_own_limit
from timebank.members.service import suspend_member
from timebank.members.taking_part import TheyArePaused
from timebank.members.taking_part import TheyHaveLeft
from timebank.members.taking_part import YouArePaused
from timebank.people.service import LastSteward
from timebank.people.service import roles_of
from timebank.pools.proof import check_pools
from timebank.pools.service import PoolHasLess


@pytest.fixture
def here(session: Session) -> Sharing:
    return Sharing(session)


def parting(**facts: Any) -> Parting:
    """Somebody leaves for a reason and keeps the hours, unless told otherwise."""
    known = {"reason": "moves away", "withdrawn_because": "has left", "key": "form:the-farewell"}
    return Parting(**known | facts)


def leave(here: Sharing, member: Member, *, alone: bool = False, **facts: Any) -> None:
    actor = as_member(member) if alone else SOMEBODY
    with here.session.begin_nested():
        service.leave(
            here.session, community=here.community, member=member, parting=parting(**facts), actor=actor
        )


def take_back(here: Sharing, member: Member) -> None:
    service.take_in_again(
        here.session, community=here.community, member=member, reason="is back in town", actor=SOMEBODY
    )


def is_closed(here: Sharing, member: Member) -> bool:
    return ledger.balance(here.session, hours_of(member, here.community)).closed_on is not None


def proved(here: Sharing) -> list[str]:
    here.session.flush()
    return [*check_exchanges(here.session), *check_pools(here.session)]


def test_who_leaves_with_nothing_has_the_account_closed_and_opened_on_return(here: Sharing) -> None:
    leave(here, here.hana, alone=True, reason="")
    assert (here.hana.state, here.hana.state_reason, is_closed(here, here.hana)) == ("left", None, True)
    take_back(here, here.hana)
    assert (here.hana.state, is_closed(here, here.hana)) == ("active", False)
    assert farewell_of(here.session, member=here.hana) is None
    events = [(one.what, one.reason) for one in history(here.session, member=here.hana)]
    assert events == [("returned", "is back in town"), ("left", None), ("entered", None)]
    an_exchange(here.session, here.community, here.ken, here.hana)


def test_hours_are_kept_on_an_open_account(here: Sharing) -> None:
    an_exchange(here.session, here.community, here.hana, here.ken)
    leave(here, here.hana, alone=True)
    assert (here.balance(here.hana), is_closed(here, here.hana)) == (90, False)
    take_back(here, here.hana)
    assert here.balance(here.hana) == 90


def test_hours_go_to_a_pool(here: Sharing) -> None:
    an_exchange(here.session, here.community, here.hana, here.ken)
    leave(here, here.hana, alone=True, hours=TO_POOL, pool=here.pool, words="with thanks")
    assert (here.balance(here.hana), here.in_pool, is_closed(here, here.hana)) == (0, 90, True)
    assert proved(here) == []


def test_hours_go_to_a_member_through_a_pool_that_shows_it(here: Sharing) -> None:
    an_exchange(here.session, here.community, here.hana, here.ken)
    leave(here, here.hana, alone=True, hours=TO_MEMBER, pool=here.pool, heir=here.ken, words="for you")
    assert (here.balance(here.hana), here.balance(here.ken), here.in_pool) == (0, 0, 0)
    assert proved(here) == []


def test_hours_for_a_member_need_both_a_pool_and_a_member_who_takes_part(here: Sharing) -> None:
    an_exchange(here.session, here.community, here.hana, here.ken)
    with pytest.raises(service.PoolNotChosen):
        leave(here, here.hana, hours=TO_MEMBER, heir=here.ken)
    for heir in (None, here.hana):
        with pytest.raises(service.HeirNotChosen):
            leave(here, here.hana, hours=TO_MEMBER, pool=here.pool, heir=heir)
    suspend_member(here.session, member=here.ken, reason="a pause", actor=SOMEBODY)
    with pytest.raises(TheyArePaused):
        leave(here, here.hana, hours=TO_MEMBER, pool=here.pool, heir=here.ken, words="for you")
    with pytest.raises(ReasonMissing):
        leave(here, here.hana, reason=" ")


def test_a_pool_settles_a_balance_below_zero_when_a_coordinator_says_so(here: Sharing) -> None:
    an_exchange(here.session, here.community, here.hana, here.ken)
    with pytest.raises(service.TalkFirst, match="1 h 30 min below zero"):
        leave(here, here.ken, alone=True, hours=TO_POOL, pool=here.pool)
    with pytest.raises(PoolHasLess):
        leave(here, here.ken, hours=TO_POOL, pool=here.pool, words="with thanks")
    assert here.ken.state == "active"
    here.gives(here.hana, 90)
    with pytest.raises(ReasonMissing):
        leave(here, here.ken, hours=TO_POOL, pool=here.pool)
    leave(here, here.ken, hours=TO_POOL, pool=here.pool, words="with thanks", name_hidden=True)
    assert (here.balance(here.ken), here.in_pool, is_closed(here, here.ken)) == (0, 0, True)
    assert proved(here) == []


def test_a_balance_below_zero_may_also_wait_for_a_return(here: Sharing) -> None:
    an_exchange(here.session, here.community, here.hana, here.ken)
    leave(here, here.ken, hours=KEEP)
    assert (here.balance(here.ken), is_closed(here, here.ken)) == (-90, False)


def test_what_is_open_is_withdrawn_and_the_other_side_reads_why(here: Sharing, session: Session) -> None:
    waits = a_proposal(session, here.community, here.hana, here.ken)
    noise = a_proposal(
        session, here.community, here.ken, a_neighbour(session, here.community).member or here.hana
    )
    assert [one.id for one in service.open_with(session, community=here.community, member=here.hana)] == [
        waits.id
    ]
    leave(here, here.hana)
    assert (waits.state, noise.state) == ("withdrawn", "proposed")


def a_class(here: Sharing, *pupils: Member) -> list[Exchange]:
    logged = log_exchange(
        here.session,
        community=here.community,
        said=said(here.hana, list(pupils)),
        by=here.hana,
        actor=as_member(here.hana),
    )
    return list(logged.exchanges)


def test_of_a_class_only_the_part_of_who_leaves_drops_out(here: Sharing, session: Session) -> None:
    third = a_neighbour(session, here.community).member
    assert third is not None
    lines = a_class(here, here.ken, third)
    confirm_exchange(session, community=here.community, exchange=lines[1], actor=as_member(third), by=third)
    leave(here, here.ken)
    assert [one.state for one in lines] == ["withdrawn", "confirmed"]


def test_of_a_class_whose_teacher_leaves_nothing_is_booked(here: Sharing, session: Session) -> None:
    third = a_neighbour(session, here.community).member
    assert third is not None
    lines = a_class(here, here.ken, third)
    confirm_exchange(session, community=here.community, exchange=lines[1], actor=as_member(third), by=third)
    dropped = drop_open(
        session, community=here.community, member=here.hana, reason="has left", actor=SOMEBODY
    )
    assert {one.id for one in dropped} == {one.id for one in lines}
    assert {one.state for one in lines} == {"withdrawn"}


def test_who_has_left_is_no_member_here_for_their_sign_in(here: Sharing, session: Session) -> None:
    neighbour = a_neighbour(session, here.community, "auditor")
    person, member = neighbour.person, neighbour.member
    assert member is not None
    go_away(
        session,
        community=here.community,
        member=member,
        until=clock.today("Asia/Tokyo"),
        actor=SOMEBODY,
    )
    leave(here, member)
    assert member_of(session, person=person, community=here.community) is None
    assert communities_of(session, person=person) == []
    assert people_by_number(session, community=here.community, number=member.number) == []
    assert roles_of(session, person=person, community=here.community) == frozenset()
    assert away_until(session, community=here.community, member=member) is None
    take_back(here, member)
    assert member_of(session, person=person, community=here.community) is member


def test_the_last_steward_stays(here: Sharing, session: Session) -> None:
    steward = a_neighbour(session, here.community, "steward").member
    assert steward is not None
    with pytest.raises(LastSteward):
        leave(here, steward)


def test_nothing_is_booked_for_who_has_left(here: Sharing, session: Session) -> None:
    leave(here, here.hana)
    with pytest.raises(TheyHaveLeft, match="Hana is no member any more"):
        a_proposal(session, here.community, here.ken, here.hana)
    with pytest.raises(TheyHaveLeft):
        here.grants(here.hana)


def test_who_has_left_is_suggested_to_nobody_though_they_met_lately(here: Sharing, session: Session) -> None:
    an_exchange(session, here.community, here.hana, here.ken)
    asked: dict[str, Any] = {"community": here.community, "member": here.ken}
    assert people_to_suggest(session, **asked) == [f"Hana ({here.hana.number})"]
    leave(here, here.hana)
    assert people_to_suggest(session, **asked) == []


def test_what_was_booked_is_taken_back_only_after_a_return(here: Sharing, session: Session) -> None:
    exchange = an_exchange(session, here.community, here.hana, here.ken)
    leave(here, here.hana, hours=TO_POOL, pool=here.pool)
    undo: dict[str, Any] = {
        "community": here.community,
        "exchange": exchange,
        "reason": "no",
        "actor": SOMEBODY,
    }
    with pytest.raises(TheyHaveLeft, match="Hana"), session.begin_nested():
        reverse_exchange(session, **undo)
    take_back(here, here.hana)
    reverse_exchange(session, **undo)
    assert here.balance(here.hana) == -90


def test_what_was_refused_before_is_not_booked_afterwards(here: Sharing, session: Session) -> None:
    refused = a_proposal(session, here.community, here.ken, here.hana)
    known: dict[str, Any] = {"exchange": refused, "reason": "never was", "actor": SOMEBODY}
    decline_exchange(session, community=here.community, **known)
    leave(here, here.hana)
    dispute_exchange(session, **known)
    settled: dict[str, Any] = {"minutes": 60, "worked_on": refused.worked_on}
    with pytest.raises(TheyHaveLeft, match="Hana"), session.begin_nested():
        settle_exchange(session, community=here.community, **known, **settled)


def test_limits_that_change_meanwhile_hold_after_a_return(here: Sharing, session: Session) -> None:
    leave(here, here.hana)
    limits: dict[str, Any] = {"community": here.community, "actor": SOMEBODY}
    change_limits(session, credit_limit_minutes=60, ceiling_minutes=None, **limits)
    with pytest.raises(NotActive):
        set_own_limit(session, member=here.hana, minutes=5, reason="why not", **limits)
    assert ledger.balance(session, hours_of(here.hana, here.community)).floor == -720
    take_back(here, here.hana)
    assert ledger.balance(session, hours_of(here.hana, here.community)).floor == -60


def test_a_member_leaves_once_and_comes_back_once(here: Sharing) -> None:
    with pytest.raises(service.HasNotLeft):
        take_back(here, here.hana)
    leave(here, here.hana)
    with pytest.raises(service.HasLeft):
        leave(here, here.hana)
    take_back(here, here.hana)
    with pytest.raises(service.HasNotLeft):
        take_back(here, here.hana)


def test_a_suspended_member_leaves_with_a_coordinator(here: Sharing, session: Session) -> None:
    suspend_member(session, member=here.hana, reason="a pause", actor=SOMEBODY)
    with pytest.raises(YouArePaused):
        leave(here, here.hana, alone=True)
    leave(here, here.hana)


def test_a_death_is_written_down_with_whom_of_the_family_to_call(here: Sharing, session: Session) -> None:
    leave(here, here.hana, died=True, family_contact="a daughter, 06-1111-1111", reason="has died")
    farewell = farewell_of(session, member=here.hana)
    assert farewell is not None
    assert (farewell.died, farewell.family_contact) == (True, "a daughter, 06-1111-1111")
    assert history(session, member=here.hana)[0].what == "died"
    assert list(session.scalars(select(Member.state).where(Member.id == here.ken.id))) == ["active"]
