"""Logging an exchange and answering it, each turn on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import as_member
from tests.builders import said
from tests.timebank.exchanges.neighbours import Neighbours
from timebank.communities.days import BeforeTheBeginning
from timebank.communities.models import Community
from timebank.communities.months import close_month
from timebank.communities.service import add_kind
from timebank.days import DayInFuture
from timebank.errors import Refusal
from timebank.exchanges import queries
from timebank.exchanges.hours_file import GiverIsReceiver
from timebank.exchanges.models import Exchange
from timebank.exchanges.proof import check_exchanges
from timebank.exchanges.rules import AnsweredAlready
from timebank.exchanges.rules import FormSavedAlready
from timebank.exchanges.rules import NotYourExchange
from timebank.exchanges.service import confirm_exchange
from timebank.exchanges.service import decline_exchange
from timebank.exchanges.service import log_exchange
from timebank.exchanges.service import withdraw_exchange
from timebank.hours import MoreThanADay
from timebank.hours import NoTimeAtAll
from timebank.members.choosing import NobodyChosen
from timebank.members.limits import CeilingReached
from timebank.members.limits import TheirLimitReached
from timebank.members.limits import YourLimitReached
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.members.service import ReasonMissing
from timebank.members.service import suspend_member
from timebank.members.taking_part import TheyArePaused
from timebank.members.taking_part import YouArePaused


class TestLogging:
    def test_what_the_receiver_logs_is_booked_at_once(self, session: Session, here: Neighbours) -> None:
        exchange = an_exchange(session, here.community, here.hana, here.ken)
        assert exchange.state == "confirmed"
        assert (here.balance(here.hana), here.balance(here.ken)) == (90, -90)

    def test_what_the_giver_logs_waits_for_the_receiver(self, session: Session, here: Neighbours) -> None:
        exchange = a_proposal(session, here.community, here.hana, here.ken)
        assert exchange.state == "proposed"
        assert here.balance(here.hana) == 0
        waiting = queries.waiting_for(session, member=here.ken)
        assert [shown.exchange.id for shown in waiting] == [exchange.id]
        assert queries.waiting_for(session, member=here.hana) == []

    def test_what_a_coordinator_heard_from_both_is_booked_at_once(
        self, session: Session, here: Neighbours
    ) -> None:
        logged = log_exchange(
            session, community=here.community, said=said(here.hana, here.ken), by=None, actor=COORDINATOR
        )
        assert logged.exchanges[0].state == "confirmed"
        assert logged.exchanges[0].logged_how == "telephone"

    def test_a_time_is_rounded_as_the_community_does(self, session: Session, here: Neighbours) -> None:
        exchange = an_exchange(session, here.community, here.hana, here.ken, minutes=80)
        assert exchange.minutes == 75

    def test_a_form_saved_twice_is_one_exchange(self, session: Session, here: Neighbours) -> None:
        form = said(here.hana, here.ken)
        first = log_exchange(
            session, community=here.community, said=form, by=here.ken, actor=as_member(here.ken)
        )
        again = log_exchange(
            session, community=here.community, said=form, by=here.ken, actor=as_member(here.ken)
        )
        assert again.repeated
        assert [one.id for one in again.exchanges] == [one.id for one in first.exchanges]
        assert here.balance(here.hana) == 90

    def test_a_form_saved_again_with_other_content_is_refused(
        self, session: Session, here: Neighbours
    ) -> None:
        an_exchange(session, here.community, here.hana, here.ken, key="form:a")
        with pytest.raises(FormSavedAlready):
            an_exchange(session, here.community, here.hana, here.ken, key="form:a", minutes=120)
        assert here.balance(here.hana) == 90

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [
            ({"minutes": 0}, NoTimeAtAll),
            ({"minutes": 24 * 60 + 1}, MoreThanADay),
            ({"worked_on": date(2019, 3, 31)}, BeforeTheBeginning),
            ({"worked_on": date(2999, 1, 1)}, DayInFuture),
            ({"givers": []}, NobodyChosen),
        ],
    )
    def test_what_cannot_have_happened_is_refused(
        self, session: Session, here: Neighbours, change: dict[str, Any], refusal: type[Refusal]
    ) -> None:
        facts = {"givers": [here.hana]} | change
        with pytest.raises(refusal):
            an_exchange(session, here.community, facts.pop("givers"), here.ken, **facts)
        assert session.scalars(select(Exchange).where(Exchange.community_id == here.community.id)).all() == []

    def test_a_kind_of_help_of_another_community_is_not_taken(
        self, session: Session, here: Neighbours
    ) -> None:
        other = a_community(session)
        kind = add_kind(session, community=other, name="driving", actor=COORDINATOR)
        with session.begin_nested() as savepoint:
            with pytest.raises(IntegrityError):
                an_exchange(session, here.community, here.hana, here.ken, kind=kind)
            savepoint.rollback()

    def test_nobody_exchanges_with_themselves(self, session: Session, here: Neighbours) -> None:
        with pytest.raises(GiverIsReceiver):
            an_exchange(session, here.community, here.hana, here.hana)

    def test_nobody_logs_what_happened_between_two_others(self, session: Session, here: Neighbours) -> None:
        with pytest.raises(NotYourExchange):
            log_exchange(
                session,
                community=here.community,
                said=said(here.hana, here.ken),
                by=here.mitsuko,
                actor=as_member(here.mitsuko),
            )

    def test_a_suspended_member_cannot_log_hours(self, session: Session, here: Neighbours) -> None:
        suspend_member(session, member=here.hana, reason="asked to", actor=COORDINATOR)
        with pytest.raises(YouArePaused, match="call"):
            a_proposal(session, here.community, here.hana, here.ken)
        with pytest.raises(TheyArePaused, match="Hana"):
            an_exchange(session, here.community, here.hana, here.ken)

    def test_a_member_who_pays_cannot_go_past_the_limit_and_reads_by_how_much(
        self, session: Session, here: Neighbours
    ) -> None:
        with session.begin_nested() as savepoint:
            with pytest.raises(YourLimitReached) as refused:
                an_exchange(session, here.community, here.hana, here.ken, minutes=13 * 60)
            savepoint.rollback()
        assert "1 h past your limit of 12 h" in refused.value.english()
        assert here.balance(here.ken) == 0

    def test_a_coordinator_reads_whose_limit_it_is(self, session: Session, here: Neighbours) -> None:
        with session.begin_nested() as savepoint:
            with pytest.raises(TheirLimitReached, match="Ken"):
                log_exchange(
                    session,
                    community=here.community,
                    said=said(here.hana, here.ken, minutes=13 * 60),
                    by=None,
                    actor=COORDINATOR,
                )
            savepoint.rollback()

    def test_nobody_is_given_more_than_the_highest_balance(self, session: Session) -> None:
        here = Neighbours(session)
        here.community.ceiling_minutes = 60
        member = a_member(session, here.community, name="Full")
        with session.begin_nested() as savepoint:
            with pytest.raises(CeilingReached, match="Full"):
                an_exchange(session, here.community, member, here.ken)
            savepoint.rollback()


class TestAnswering:
    def test_confirming_books_it(self, session: Session, here: Neighbours) -> None:
        exchange = a_proposal(session, here.community, here.hana, here.ken)
        confirm_exchange(
            session, community=here.community, exchange=exchange, actor=as_member(here.ken), by=here.ken
        )
        assert exchange.state == "confirmed"
        assert (here.balance(here.hana), here.balance(here.ken)) == (90, -90)
        assert here.events(exchange) == ["confirmed"]

    def test_confirming_twice_books_it_once(self, session: Session, here: Neighbours) -> None:
        exchange = a_proposal(session, here.community, here.hana, here.ken)
        for _ in range(2):
            confirm_exchange(session, community=here.community, exchange=exchange, actor=as_member(here.ken))
        assert here.balance(here.hana) == 90
        assert here.events(exchange) == ["confirmed"]

    def test_a_suspended_member_cannot_answer(self, session: Session, here: Neighbours) -> None:
        exchange = a_proposal(session, here.community, here.hana, here.ken)
        suspend_member(session, member=here.ken, reason="asked to", actor=COORDINATOR)
        actor = as_member(here.ken)
        with pytest.raises(YouArePaused):
            confirm_exchange(session, community=here.community, exchange=exchange, actor=actor, by=here.ken)
        with pytest.raises(YouArePaused):
            decline_exchange(
                session, community=here.community, exchange=exchange, reason="no", actor=actor, by=here.ken
            )

    def test_declining_needs_a_reason_and_books_nothing(self, session: Session, here: Neighbours) -> None:
        exchange = a_proposal(session, here.community, here.hana, here.ken)
        actor = as_member(here.ken)
        with pytest.raises(ReasonMissing):
            decline_exchange(session, community=here.community, exchange=exchange, reason="  ", actor=actor)
        for _ in range(2):
            decline_exchange(
                session, community=here.community, exchange=exchange, reason="Monday", actor=actor
            )
        assert exchange.state == "declined"
        assert here.balance(here.hana) == 0
        assert here.events(exchange) == ["declined"]

    def test_what_is_declined_cannot_be_confirmed_nor_the_other_way(
        self, session: Session, here: Neighbours
    ) -> None:
        declined = a_proposal(session, here.community, here.hana, here.ken)
        booked = an_exchange(session, here.community, here.hana, here.ken)
        actor = as_member(here.ken)
        decline_exchange(session, community=here.community, exchange=declined, reason="no", actor=actor)
        with pytest.raises(AnsweredAlready):
            confirm_exchange(session, community=here.community, exchange=declined, actor=actor)
        with pytest.raises(AnsweredAlready):
            decline_exchange(session, community=here.community, exchange=booked, reason="no", actor=actor)

    def test_confirming_past_the_limit_leaves_it_open(self, session: Session, here: Neighbours) -> None:
        exchange = a_proposal(session, here.community, here.hana, here.ken, minutes=13 * 60)
        with session.begin_nested() as savepoint:
            with pytest.raises(YourLimitReached):
                confirm_exchange(
                    session,
                    community=here.community,
                    exchange=exchange,
                    actor=as_member(here.ken),
                    by=here.ken,
                )
            savepoint.rollback()
        session.refresh(exchange)
        assert exchange.state == "proposed"
        assert here.events(exchange) == []

    def test_a_proposal_can_be_withdrawn_and_a_booked_one_cannot(
        self, session: Session, here: Neighbours
    ) -> None:
        proposal = a_proposal(session, here.community, here.hana, here.ken)
        booked = an_exchange(session, here.community, here.hana, here.ken)
        for _ in range(2):
            withdraw_exchange(session, exchange=proposal, actor=as_member(here.hana), reason="a mistake")
        assert proposal.state == "withdrawn"
        assert here.events(proposal) == ["withdrawn"]
        with pytest.raises(AnsweredAlready):
            withdraw_exchange(session, exchange=booked, actor=as_member(here.hana))


def test_two_who_save_the_same_form_at_once_log_it_once(engine: Engine) -> None:
    """The second waits for the first and finds what it became; nobody sees a clash."""
    with Session(engine) as session:
        ledger.begin(session)
        here = Neighbours(session)
        session.commit()
        community_id, giver_id, receiver_id = here.community.id, here.hana.id, here.ken.id

    def save(_: int) -> int:
        def work(session: Session) -> int:
            community = session.get_one(Community, community_id)
            giver, receiver = session.get_one(Member, giver_id), session.get_one(Member, receiver_id)
            return an_exchange(session, community, giver, receiver, key="form:twice").id

        return ledger.transaction(engine, work)

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(save, range(8)))
    assert len(ids) == 1


class TestClosedMonths:
    def test_what_is_late_is_booked_on_the_first_day_that_is_open(
        self, session: Session, here: Neighbours
    ) -> None:
        proposal = a_proposal(session, here.community, here.hana, here.ken, worked_on=date(2026, 3, 20))
        for month in (3, 4):
            close_month(session, community=here.community, month=date(2026, month, 1), actor=COORDINATOR)
        confirm_exchange(session, community=here.community, exchange=proposal, actor=as_member(here.ken))
        on_time = an_exchange(session, here.community, here.hana, here.ken, worked_on=date(2026, 5, 2))
        (second, first) = ledger.statement(session, hours_of(here.hana, here.community)).lines
        assert (first.posted_on, second.posted_on) == (date(2026, 5, 1), on_time.worked_on)
        assert proposal.worked_on == date(2026, 3, 20)
        assert check_exchanges(session) == []
