"""What the proof says of joined records, and what happens at one moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.builders import A_DAY
from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import written
from tests.timebank.doubles.together import faults
from tests.timebank.doubles.together import joined
from tests.timebank.doubles.together import minutes_of
from timebank.communities.models import Community
from timebank.doubles.proof import check_joined
from timebank.doubles.service import join
from timebank.errors import Refusal
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import OPEN_STATES
from timebank.exchanges.models import Exchange
from timebank.exchanges.rules import Said
from timebank.exchanges.service import confirm_exchange
from timebank.exchanges.service import log_exchange
from timebank.members.models import Member
from timebank.members.models import SameAs


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("UPDATE same_as SET minutes = 91", "does not carry its 91 minutes over"),
        ("DELETE FROM same_as", "no row tells that they are the same"),
        ("UPDATE member SET state = 'active' WHERE number = '015'", "is not closed"),
        ("UPDATE same_as SET kept_id = (SELECT id FROM member WHERE number = '007')", "does not carry"),
    ],
)
def test_the_proof_names_what_does_not_agree(
    session: Session,
    community: Community,
    old: Member,
    new: Member,
    ken: Member,
    broken: str,
    fault: str,
) -> None:
    an_exchange(session, community, old, ken, minutes=90)
    joined(session, community, old, new)
    session.flush()
    session.execute(text(broken))
    (first, *_) = check_joined(session)
    assert fault in first


def test_the_proof_names_a_circle(session: Session, community: Community, old: Member, new: Member) -> None:
    joined(session, community, old, new)
    row = session.get_one(SameAs, old.id)
    session.add(
        SameAs(
            member_id=new.id,
            community_id=community.id,
            kept_id=old.id,
            minutes=0,
            entry_id=None,
            joined_on=row.joined_on,
            joined_at=row.joined_at,
            actor="cli",
            reason="x",
        )
    )
    session.flush()
    assert any("by way of others" in fault for fault in check_joined(session))


# --- at the same moment -------------------------------------------------------------------------------------


def a_pair(session: Session) -> tuple[Community, Member, Member, Exchange]:
    """Enter Hana twice, with something that waits for her older record's word."""
    community = a_community(session)
    old, new = (a_member(session, community, name="Hana", number=number) for number in ("015", "108"))
    ken = a_member(session, community, name="Ken")
    an_exchange(session, community, old, ken, minutes=90)
    exchange = a_proposal(session, community, ken, old, worked_on=A_DAY.replace(day=1), minutes=30)
    return community, old, new, exchange


def at_once(engine: Engine, *works: object) -> list[str]:
    """Do things at one moment, each in a transaction of its own; tell what each came to."""
    ready = Barrier(len(works))

    def begin(work: object) -> str:
        ready.wait(30)
        try:
            written(engine, work)  # type: ignore[arg-type]
        except Refusal as refusal:
            return type(refusal).__name__
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begin, works))


def joining(community: Community, stays: Member, goes: Member) -> object:
    """Give what joins two records, in a session that knows nothing of them yet."""

    def work(session: Session) -> None:
        join(
            session,
            community=session.get_one(Community, community.id),
            stays=session.get_one(Member, stays.id),
            goes=session.get_one(Member, goes.id),
            reason="She said so",
            actor=COORDINATOR,
        )

    return work


def test_two_coordinators_who_join_at_once_join_once(engine: Engine) -> None:
    community, old, new, _ = written(engine, a_pair)

    said = at_once(engine, joining(community, new, old), joining(community, old, new))
    assert sorted(said) == ["JoinedAlready", "done"]
    assert written(engine, lambda session: len(session.scalars(select(SameAs)).all())) == 1
    assert written(engine, faults) == []


@pytest.mark.parametrize("turn", range(3))
def test_an_exchange_that_is_confirmed_while_its_receiver_is_joined_loses_no_hour(
    engine: Engine, turn: int
) -> None:
    community, old, new, exchange = written(engine, a_pair)

    joins = joining(community, new, old)

    def confirms(session: Session) -> None:
        confirm_exchange(
            session,
            community=session.get_one(Community, community.id),
            exchange=session.get_one(Exchange, exchange.id),
            actor=COORDINATOR,
        )

    said = at_once(engine, *((joins, confirms) if turn % 2 else (confirms, joins)))
    assert set(said) <= {"done", "BookedMeanwhile", "GoesOnAsAnother"}
    assert "done" in said

    def counted(session: Session) -> int:
        here = session.get_one(Community, community.id)
        return sum(minutes_of(session, here, session.get_one(Member, one.id)) for one in (old, new))

    booked = written(engine, lambda session: session.get_one(Exchange, exchange.id).state == CONFIRMED)
    assert written(engine, counted) == (60 if booked else 90)
    assert written(engine, faults) == []


@pytest.mark.parametrize("turn", range(3))
def test_what_is_logged_while_its_receiver_is_joined_never_waits_on_the_closed_record(
    engine: Engine, turn: int
) -> None:
    community, old, new, exchange = written(engine, a_pair)

    joins = joining(community, new, old)

    def logs(session: Session) -> None:
        giver, receiver = (session.get_one(Member, one) for one in (exchange.giver_id, old.id))
        said = Said(givers=[giver], receivers=[receiver], minutes=45, worked_on=A_DAY, key="form:at-once")
        here = session.get_one(Community, community.id)
        log_exchange(session, community=here, said=said, by=giver, actor=COORDINATOR)

    said = at_once(engine, *((joins, logs) if turn % 2 else (logs, joins)))
    assert set(said) <= {"done", "TheyHaveLeft", "BookedMeanwhile"}
    assert "done" in said
    waits = select(Exchange.receiver_id).where(Exchange.state.in_(OPEN_STATES))
    waiting = written(engine, lambda session: session.scalars(waits).all())
    joined = "TheyHaveLeft" in said or said == ["done", "done"]
    assert set(waiting) == {new.id if joined else old.id}
    assert written(engine, faults) == []
