"""Hours are given to pools, granted from them and taken back, and the books hold what the pool may not do."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import as_member
from tests.builders import at
from tests.builders import written
from tests.timebank.pools.sharing import Sharing
from tests.timebank.pools.sharing import a_gift
from tests.timebank.pools.sharing import a_pool
from tests.timebank.pools.sharing import a_wish
from timebank.hours import NoTimeAtAll
from timebank.members.limits import CeilingReached
from timebank.members.limits import TheirLimitReached
from timebank.members.limits import YourLimitReached
from timebank.members.queries import hours_of
from timebank.members.service import ReasonMissing
from timebank.members.service import change_limits
from timebank.members.service import suspend_member
from timebank.members.taking_part import TheyArePaused
from timebank.members.taking_part import YouArePaused
from timebank.pools import service
from timebank.pools.models import Pool
from timebank.pools.models import PoolEvent
from timebank.pools.models import PoolTransfer
from timebank.text import TextTooLong


def test_a_gift_leaves_the_member_and_reaches_the_pool(here: Sharing) -> None:
    moved = here.gives(here.hana, 90, "we all need it one day")
    assert (here.balance(here.hana), here.in_pool) == (-90, 90)
    row = moved.transfer
    assert (row.kind, row.minutes, row.words, row.name_hidden) == (
        "gift",
        90,
        "we all need it one day",
        False,
    )
    assert (row.done_member_id, row.done_how) == (here.hana.id, "web")
    assert not moved.repeated


def test_a_grant_leaves_the_pool_and_reaches_the_member(here: Sharing) -> None:
    here.gives(here.hana, 90)
    row = here.grants(here.ken, 60, " after an injury ").transfer
    assert (here.balance(here.ken), here.in_pool) == (60, 30)
    assert (row.kind, row.words) == ("grant", "after an injury")


def test_the_books_hold_no_words_of_people(here: Sharing, session: Session) -> None:
    here.gives(here.hana, 60, "secret words")
    (line,) = ledger.statement(session, service.pool_hours(here.pool, here.community)).lines
    assert (line.kind, line.memo) == ("pool-gift", f"pool {here.pool.id}")


def test_somebody_gives_as_far_as_their_own_limit(here: Sharing) -> None:
    here.gives(here.hana, 720)
    with pytest.raises(YourLimitReached, match="1 min past your limit"):
        here.gives(here.hana, 1)
    assert here.in_pool == 720


def test_a_coordinator_reads_whose_limit_it_is(here: Sharing, session: Session) -> None:
    with pytest.raises(TheirLimitReached, match="Hana"):
        service.give(
            session, community=here.community, pool=here.pool, wish=a_wish(here.hana, 721), actor=SOMEBODY
        )


def test_no_more_leaves_a_pool_than_is_in_it(here: Sharing) -> None:
    here.gives(here.hana, 60)
    with pytest.raises(service.PoolHasLess, match="1 min too little"):
        here.grants(here.ken, 61)
    assert (here.balance(here.ken), here.in_pool) == (0, 60)


def test_the_database_itself_keeps_a_pool_from_going_below_zero(here: Sharing, session: Session) -> None:
    debit = service.pool_hours(here.pool, here.community)
    credit = hours_of(here.ken, here.community)
    entry = ledger.Entry(
        book_id=here.community.book_id,
        kind="import",
        posted_on=here.community.started_on,
        key="import:1",
        actor="somebody",
        transfers=(ledger.Transfer(debit=debit, credit=credit, amount=1),),
        waive_limits=True,
    )
    with pytest.raises(ledger.FloorExceeded):
        ledger.post(session, entry)


def test_a_grant_stops_at_the_members_ceiling(here: Sharing, session: Session) -> None:
    here.gives(here.hana, 60)
    change_limits(
        session, community=here.community, credit_limit_minutes=720, ceiling_minutes=30, actor=SOMEBODY
    )
    with pytest.raises(CeilingReached, match="Ken"):
        here.grants(here.ken, 60)


def test_a_grant_needs_a_reason_and_a_gift_none(here: Sharing) -> None:
    here.gives(here.hana)
    with pytest.raises(ReasonMissing):
        here.grants(here.ken, words="  ")
    with pytest.raises(TextTooLong):
        here.gives(here.hana, words="x" * 501)


@pytest.mark.parametrize(("minutes", "refusal"), [(0, NoTimeAtAll), (6_000_001, service.TooMuchAtOnce)])
def test_a_time_that_makes_no_sense_is_refused(here: Sharing, minutes: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        here.gives(here.hana, minutes)


def test_nobody_grants_hours_to_themself(here: Sharing, session: Session) -> None:
    here.gives(here.hana)
    with pytest.raises(service.GrantToYourself):
        service.grant(
            session,
            community=here.community,
            pool=here.pool,
            wish=a_wish(here.ken, words="mine"),
            actor=as_member(here.ken),
        )


def test_who_is_suspended_neither_gives_nor_is_granted(here: Sharing, session: Session) -> None:
    here.gives(here.hana)
    suspend_member(session, member=here.ken, reason="asked for a pause", actor=SOMEBODY)
    with pytest.raises(YouArePaused):
        here.gives(here.ken)
    with pytest.raises(TheyArePaused):
        here.grants(here.ken)
    with pytest.raises(TheyArePaused):
        service.give(session, community=here.community, pool=here.pool, wish=a_wish(here.ken), actor=SOMEBODY)


def test_a_form_that_is_saved_twice_gives_once(here: Sharing) -> None:
    first = here.gives(here.hana, 60, key="form:the-same")
    second = here.gives(here.hana, 60, key="form:the-same")
    assert (first.transfer.id, second.repeated, here.in_pool) == (second.transfer.id, True, 60)


def test_a_form_that_is_saved_again_with_other_content_is_refused(here: Sharing) -> None:
    here.gives(here.hana, 60, key="form:the-same")
    with pytest.raises(service.GivenAlready):
        here.gives(here.hana, 61, key="form:the-same")
    with pytest.raises(service.GivenAlready):
        here.grants(here.hana, 60, key="form:the-same")
    assert here.in_pool == 60


def test_a_key_that_the_books_know_from_elsewhere_is_refused(here: Sharing, session: Session) -> None:
    moved = here.gives(here.hana, 60, key="form:the-same")
    session.delete(moved.transfer)
    session.flush()
    for minutes in (60, 61):
        with pytest.raises(service.GivenAlready):
            here.gives(here.hana, minutes, key="form:the-same")


def test_whoever_was_first_at_the_same_moment_is_found(
    here: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = here.gives(here.hana, 60, key="form:the-same").transfer
    look, looks = service._saved_before, []

    def not_seen_at_first(*args: object) -> PoolTransfer | None:
        looks.append(1)
        return look(*args) if len(looks) > 1 else None  # type: ignore[arg-type]

    monkeypatch.setattr(service, "_saved_before", not_seen_at_first)
    second = here.gives(here.hana, 60, key="form:the-same")
    assert (second.transfer.id, second.repeated) == (first.id, True)


# --- taking back --------------------------------------------------------------------------------------------


def take_back(here: Sharing, transfer: PoolTransfer, reason: str = "entered twice") -> None:
    member = here.hana if transfer.member_id == here.hana.id else here.ken
    service.take_back(
        here.session,
        community=here.community,
        pool=here.pool,
        transfer=transfer,
        member=member,
        reason=reason,
        actor=SOMEBODY,
    )


def test_a_gift_and_a_grant_are_taken_back_for_a_reason_once(here: Sharing, session: Session) -> None:
    gift, granted = here.gives(here.hana, 60).transfer, here.grants(here.ken, 20).transfer
    with pytest.raises(ReasonMissing):
        take_back(here, granted, " ")
    for transfer in (granted, granted, gift):
        take_back(here, transfer)
    assert (here.balance(here.hana), here.balance(here.ken), here.in_pool) == (0, 0, 0)
    events = session.scalars(select(PoolEvent).where(PoolEvent.transfer_id.is_not(None))).all()
    assert [(one.transfer_id, one.reason) for one in events if one.pool_id == here.pool.id] == [
        (granted.id, "entered twice"),
        (gift.id, "entered twice"),
    ]


def test_a_gift_that_was_granted_on_cannot_be_taken_back_before_the_grant(here: Sharing) -> None:
    gift = here.gives(here.hana, 60).transfer
    here.grants(here.ken, 20)
    with pytest.raises(service.PoolHasLess, match="20 min too little"):
        take_back(here, gift)


def test_taking_back_a_grant_may_take_a_member_past_the_limit(here: Sharing) -> None:
    here.gives(here.hana, 60)
    granted = here.grants(here.ken, 60).transfer
    here.gives(here.ken, 60 + 700)
    take_back(here, granted)
    assert here.balance(here.ken) == -760


# --- opening and closing ------------------------------------------------------------------------------------


def test_a_pool_has_a_name_of_its_own_and_a_purpose(here: Sharing, session: Session) -> None:
    known: dict[str, Any] = {"community": here.community, "actor": SOMEBODY}
    for name, purpose, refusal in (
        (" ", "for somebody", service.PoolUnnamed),
        ("Another", "\u3000", service.PoolPurposeMissing),
        (" For hard times ", "for somebody", service.PoolThere),
    ):
        with pytest.raises(refusal):
            service.open_pool(session, name=name, purpose=purpose, **known)
    a_pool(session, a_community(session))


def test_two_who_open_a_pool_of_one_name_at_once_open_one(
    here: Sharing, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, looks = session.scalar, []

    def not_seen_at_first(*args: Any, **known: Any) -> Any:
        looks.append(1)
        return look(*args, **known) if len(looks) > 1 else None

    monkeypatch.setattr(session, "scalar", not_seen_at_first)
    with pytest.raises(service.PoolThere), session.begin_nested():
        a_pool(session, here.community)
    looks.clear()
    monkeypatch.setattr(service, "violated", lambda _clash: "something else")
    with pytest.raises(IntegrityError), session.begin_nested():
        a_pool(session, here.community)


def test_only_an_empty_pool_is_closed_and_then_takes_nothing(here: Sharing, session: Session) -> None:
    close: dict[str, Any] = {"community": here.community, "pool": here.pool, "actor": SOMEBODY}
    here.gives(here.hana, 60)
    with pytest.raises(service.PoolNotEmpty, match="1 h"), session.begin_nested():
        service.close_pool(session, **close)
    granted = here.grants(here.ken, 60).transfer
    for _ in range(2):
        service.close_pool(session, **close)
    with pytest.raises(service.PoolClosed):
        here.gives(here.hana, 60)
    with pytest.raises(service.PoolClosed), session.begin_nested():
        take_back(here, granted)
    for _ in range(2):
        service.reopen_pool(session, **close)
    here.gives(here.hana, 60)
    events = session.scalars(select(PoolEvent.what).where(PoolEvent.pool_id == here.pool.id)).all()
    assert list(events) == ["opened", "closed", "reopened"]


def test_a_pool_that_is_closed_meanwhile_takes_nothing(here: Sharing, session: Session) -> None:
    account = service.pool_hours(here.pool, here.community)
    ledger.close_account(session, account, closed_on=here.community.started_on, actor="somebody")
    with pytest.raises(service.PoolClosed):
        here.gives(here.hana)


def test_an_account_that_is_closed_is_its_members(here: Sharing, session: Session) -> None:
    account = hours_of(here.ken, here.community)
    ledger.close_account(session, account, closed_on=here.community.started_on, actor="somebody")
    with pytest.raises(TheyArePaused, match="Ken"):
        here.gives(here.ken)


def test_a_gift_stands_on_the_day_it_is_where_the_community_is(
    here: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 11, 23, 16)
    assert here.gives(here.hana).transfer.done_on.isoformat() == "2026-11-24"


def test_two_pools_that_are_opened_at_once_have_accounts_of_their_own(engine: Engine) -> None:
    def opened(session: Session) -> list[tuple[int, int]]:
        community = a_community(session)
        pools = [a_pool(session, community, name=name) for name in ("One", "Two")]
        giver = a_member(session, community)
        a_gift(session, community, pools[0], giver)
        return [(pool.id, pool.account_id) for pool in session.scalars(select(Pool))]

    rows = written(engine, opened)
    assert len({account for _, account in rows}) == len(rows) == 2
