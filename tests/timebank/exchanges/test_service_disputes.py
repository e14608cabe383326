"""What becomes of an exchange that two people see differently, or that was booked wrongly."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import A_DAY
from tests.builders import COORDINATOR
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import as_member
from tests.timebank.exchanges.neighbours import Neighbours
from timebank.exchanges import queries
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import ExchangeEvent
from timebank.exchanges.rules import AnsweredAlready
from timebank.exchanges.service import decline_exchange
from timebank.exchanges.service import dispute_exchange
from timebank.exchanges.service import reverse_exchange
from timebank.exchanges.service import settle_exchange
from timebank.exchanges.service import withdraw_exchange


class TestDisputes:
    @pytest.fixture
    def disputed(self, session: Session, here: Neighbours) -> Exchange:
        exchange = a_proposal(session, here.community, here.hana, here.ken)
        actor = as_member(here.ken)
        decline_exchange(session, community=here.community, exchange=exchange, reason="an hour", actor=actor)
        for _ in range(2):
            dispute_exchange(session, exchange=exchange, reason="I looked", actor=as_member(here.hana))
        return exchange

    def test_it_is_on_the_coordinators_list(
        self, session: Session, here: Neighbours, disputed: Exchange
    ) -> None:
        shown = queries.waiting_for_coordinators(session, community=here.community)
        assert [one.exchange.id for one in shown] == [disputed.id]

    def test_only_what_was_declined_can_be_disputed(self, session: Session, here: Neighbours) -> None:
        booked = an_exchange(session, here.community, here.hana, here.ken)
        with pytest.raises(AnsweredAlready):
            dispute_exchange(session, exchange=booked, reason="why not", actor=as_member(here.hana))

    def test_a_coordinator_books_it_as_it_is(
        self, session: Session, here: Neighbours, disputed: Exchange
    ) -> None:
        settle_exchange(
            session,
            community=here.community,
            exchange=disputed,
            minutes=90,
            worked_on=A_DAY,
            reason="both agree",
            actor=COORDINATOR,
        )
        assert here.balance(here.hana) == 90
        assert here.events(disputed) == ["declined", "disputed", "booked"]

    def test_a_coordinator_amends_it_on_both_sides_word(
        self, session: Session, here: Neighbours, disputed: Exchange
    ) -> None:
        settle_exchange(
            session,
            community=here.community,
            exchange=disputed,
            minutes=60,
            worked_on=date(2026, 4, 2),
            reason="it was an hour",
            actor=COORDINATOR,
        )
        assert (here.balance(here.hana), disputed.state) == (60, "confirmed")
        event = session.scalars(select(ExchangeEvent).where(ExchangeEvent.what == "amended")).one()
        assert (event.minutes_before, event.worked_on_before) == (90, A_DAY)
        with pytest.raises(AnsweredAlready):
            settle_exchange(
                session,
                community=here.community,
                exchange=disputed,
                minutes=60,
                worked_on=A_DAY,
                reason="again",
                actor=COORDINATOR,
            )

    def test_a_coordinator_withdraws_it(self, session: Session, here: Neighbours, disputed: Exchange) -> None:
        withdraw_exchange(session, exchange=disputed, actor=COORDINATOR, reason="both forgot")
        assert disputed.state == "withdrawn"
        assert queries.waiting_for_coordinators(session, community=here.community) == []


class TestReversing:
    def test_both_lines_stay_and_the_balance_is_back(self, session: Session, here: Neighbours) -> None:
        exchange = an_exchange(session, here.community, here.hana, here.ken)
        for _ in range(2):
            reverse_exchange(
                session, community=here.community, exchange=exchange, reason="typed twice", actor=COORDINATOR
            )
        assert exchange.state == "reversed"
        assert here.balance(here.hana) == 0
        statement = queries.statement_of(session, community=here.community, member=here.hana)
        assert [line.line.change for line in statement.lines] == [-90, 90]
        assert {line.exchange.id for line in statement.lines if line.exchange} == {exchange.id}

    def test_what_is_not_booked_is_not_reversed(self, session: Session, here: Neighbours) -> None:
        proposal = a_proposal(session, here.community, here.hana, here.ken)
        with pytest.raises(AnsweredAlready):
            reverse_exchange(
                session, community=here.community, exchange=proposal, reason="x", actor=COORDINATOR
            )

    def test_it_may_take_the_giver_past_the_limit_who_may_always_come_back(
        self, session: Session, here: Neighbours
    ) -> None:
        earned = an_exchange(session, here.community, here.hana, here.ken, minutes=600)
        an_exchange(session, here.community, here.mitsuko, here.hana, minutes=20 * 60)
        reverse_exchange(
            session, community=here.community, exchange=earned, reason="never was", actor=COORDINATOR
        )
        assert here.balance(here.hana) == -20 * 60
        an_exchange(session, here.community, here.hana, here.susumu)
        assert here.balance(here.hana) == -20 * 60 + 90
