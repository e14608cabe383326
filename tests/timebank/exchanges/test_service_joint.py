"""Several people in one go: each answers for themself, and all of it is one entry."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.builders import A_DAY
from tests.builders import COORDINATOR
from tests.builders import as_member
from tests.builders import said
from tests.timebank.exchanges.neighbours import Neighbours
from timebank.errors import Refusal
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import Joint
from timebank.exchanges.rules import AnsweredAlready
from timebank.exchanges.rules import MemberTwice
from timebank.exchanges.rules import SeveralOnBothSides
from timebank.exchanges.service import close_joint
from timebank.exchanges.service import confirm_exchange
from timebank.exchanges.service import decline_exchange
from timebank.exchanges.service import dispute_exchange
from timebank.exchanges.service import log_exchange
from timebank.exchanges.service import reverse_exchange
from timebank.exchanges.service import settle_exchange
from timebank.exchanges.service import withdraw_exchange
from timebank.members.choosing import TooManyPeople


class TestSeveralPeople:
    def joint(self, session: Session, here: Neighbours, **facts: Any) -> list[Exchange]:
        """Hana teaches three people."""
        form = said(here.hana, [here.ken, here.mitsuko, here.susumu], **facts)
        logged = log_exchange(
            session, community=here.community, said=form, by=here.hana, actor=as_member(here.hana)
        )
        return list(logged.exchanges)

    def confirm(self, session: Session, here: Neighbours, exchange: Exchange) -> None:
        confirm_exchange(session, community=here.community, exchange=exchange, actor=COORDINATOR)

    def test_it_is_booked_as_one_entry_when_all_have_answered(
        self, session: Session, here: Neighbours
    ) -> None:
        lines = self.joint(session, here)
        for one in lines[:2]:
            self.confirm(session, here, one)
        assert [one.state for one in lines] == ["agreed", "agreed", "proposed"]
        assert here.balance(here.hana) == 0
        self.confirm(session, here, lines[2])
        assert {one.state for one in lines} == {"confirmed"}
        assert len({one.entry_id for one in lines}) == 1
        assert [one.line for one in lines] == [1, 2, 3]
        assert here.balance(here.hana) == 270

    def test_who_declines_drops_out_and_the_others_are_booked(
        self, session: Session, here: Neighbours
    ) -> None:
        lines = self.joint(session, here)
        self.confirm(session, here, lines[0])
        self.confirm(session, here, lines[2])
        decline_exchange(
            session, community=here.community, exchange=lines[1], reason="was ill", actor=COORDINATOR
        )
        assert [one.state for one in lines] == ["confirmed", "declined", "confirmed"]
        assert here.balance(here.hana) == 180
        assert session.get_one(Joint, lines[0].joint_id).closed_at is not None

    def test_nothing_is_booked_where_all_decline(self, session: Session, here: Neighbours) -> None:
        lines = self.joint(session, here)
        for one in lines:
            decline_exchange(session, community=here.community, exchange=one, reason="no", actor=COORDINATOR)
        assert here.balance(here.hana) == 0
        assert session.get_one(Joint, lines[0].joint_id).closed_at is not None

    def test_a_coordinator_closes_it_with_those_who_answered(
        self, session: Session, here: Neighbours
    ) -> None:
        lines = self.joint(session, here)
        self.confirm(session, here, lines[1])
        close_joint(
            session,
            community=here.community,
            exchange=lines[0],
            reason="cannot be reached",
            actor=COORDINATOR,
        )
        assert [one.state for one in lines] == ["withdrawn", "confirmed", "withdrawn"]
        assert here.events(lines[0]) == ["dropped"]
        with pytest.raises(AnsweredAlready):
            close_joint(
                session, community=here.community, exchange=lines[0], reason="again", actor=COORDINATOR
            )

    def test_withdrawing_takes_back_all_that_is_open(self, session: Session, here: Neighbours) -> None:
        lines = self.joint(session, here)
        self.confirm(session, here, lines[0])
        withdraw_exchange(session, exchange=lines[1], actor=as_member(here.hana))
        assert {one.state for one in lines} == {"withdrawn"}

    def test_withdrawing_leaves_alone_what_was_declined(self, session: Session, here: Neighbours) -> None:
        lines = self.joint(session, here)
        decline_exchange(
            session, community=here.community, exchange=lines[0], reason="was ill", actor=COORDINATOR
        )
        withdraw_exchange(session, exchange=lines[1], actor=as_member(here.hana))
        assert [one.state for one in lines] == ["declined", "withdrawn", "withdrawn"]

    def test_withdrawing_a_dispute_leaves_the_others_open(self, session: Session, here: Neighbours) -> None:
        lines = self.joint(session, here)
        decline_exchange(
            session, community=here.community, exchange=lines[0], reason="was ill", actor=COORDINATOR
        )
        dispute_exchange(session, exchange=lines[0], reason="was there", actor=as_member(here.hana))
        withdraw_exchange(session, exchange=lines[0], actor=as_member(here.hana))
        assert [one.state for one in lines] == ["withdrawn", "proposed", "proposed"]

    def test_a_line_that_is_settled_by_itself_lets_the_others_be_booked(
        self, session: Session, here: Neighbours
    ) -> None:
        lines = self.joint(session, here)
        self.confirm(session, here, lines[0])
        self.confirm(session, here, lines[1])
        settle_exchange(
            session,
            community=here.community,
            exchange=lines[2],
            minutes=30,
            worked_on=A_DAY,
            reason="left early",
            actor=COORDINATOR,
        )
        assert {one.state for one in lines} == {"confirmed"}
        assert here.balance(here.hana) == 90 + 90 + 30
        assert lines[2].entry_id != lines[0].entry_id

    def test_a_shared_time_adds_up(self, session: Session, here: Neighbours) -> None:
        lines = self.joint(session, here, minutes=100, shared=True)
        # 100 minutes are 105 here; three people have 35 each.
        assert [one.minutes for one in lines] == [35, 35, 35]

    def test_a_remainder_falls_on_the_first_ones(self, session: Session) -> None:
        here = Neighbours(session)
        here.community.rounding_minutes = 1
        assert [one.minutes for one in self.joint(session, here, minutes=100, shared=True)] == [34, 33, 33]

    def test_several_givers_are_confirmed_by_the_one_receiver_at_once(
        self, session: Session, here: Neighbours
    ) -> None:
        form = said([here.ken, here.mitsuko], here.hana)
        logged = log_exchange(
            session, community=here.community, said=form, by=here.ken, actor=as_member(here.ken)
        )
        confirm_exchange(
            session,
            community=here.community,
            exchange=logged.exchanges[0],
            actor=as_member(here.hana),
            by=here.hana,
        )
        assert {one.state for one in logged.exchanges} == {"confirmed"}
        assert here.balance(here.hana) == -180

    def test_one_of_the_receivers_who_logs_has_thereby_agreed(
        self, session: Session, here: Neighbours
    ) -> None:
        form = said(here.hana, [here.ken, here.mitsuko])
        logged = log_exchange(
            session, community=here.community, said=form, by=here.ken, actor=as_member(here.ken)
        )
        assert [one.state for one in logged.exchanges] == ["agreed", "proposed"]

    def test_a_joint_form_saved_twice_is_logged_once(self, session: Session, here: Neighbours) -> None:
        first = self.joint(session, here, key="form:class")
        again = self.joint(session, here, key="form:class")
        assert [one.id for one in again] == [one.id for one in first]

    def test_one_reversal_takes_back_the_whole_entry(self, session: Session, here: Neighbours) -> None:
        lines = self.joint(session, here)
        for one in lines:
            self.confirm(session, here, one)
        reverse_exchange(
            session, community=here.community, exchange=lines[1], reason="other day", actor=COORDINATOR
        )
        assert {one.state for one in lines} == {"reversed"}
        assert here.balance(here.hana) == 0

    @pytest.mark.parametrize("refusal", [MemberTwice, SeveralOnBothSides, TooManyPeople])
    def test_lists_that_make_no_sense_are_refused(
        self, session: Session, here: Neighbours, refusal: type[Refusal]
    ) -> None:
        lists = {
            MemberTwice: ([here.hana], [here.ken, here.ken]),
            SeveralOnBothSides: ([here.hana, here.ken], [here.mitsuko, here.susumu]),
            TooManyPeople: ([here.hana], [here.ken] * 101),
        }
        with pytest.raises(refusal):
            log_exchange(
                session, community=here.community, said=said(*lists[refusal]), by=here.hana, actor=COORDINATOR
            )
