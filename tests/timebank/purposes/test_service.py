"""Givers are asked about another purpose, and their money goes where they answer; silence is no yes."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.timebank.purposes.asking import TODAY
from tests.timebank.purposes.asking import Asking
from tests.timebank.purposes.asking import later
from timebank.communities.days import BeforeTheBeginning
from timebank.days import DayInFuture
from timebank.donations import by_hand
from timebank.donations.kept import held_in
from timebank.donations.kept import kept_by
from timebank.donations.kept import owed
from timebank.donations.models import Donation
from timebank.errors import Refusal
from timebank.funds.models import PurposeChange
from timebank.funds.queries import show_funds
from timebank.funds.service import GiversAreAsked
from timebank.funds.service import take_up_fund
from timebank.purposes import service
from timebank.purposes.models import PurposeGiver
from timebank.purposes.queries import count_to_settle
from timebank.purposes.queries import find_by_token
from timebank.purposes.queries import find_giver
from timebank.purposes.settling import NewPurposeStopped
from timebank.purposes.settling import TooEarlyToSettle
from timebank.purposes.settling import parts
from timebank.queue.models import Job

pytestmark = pytest.mark.usefixtures("the_same_day")


@pytest.fixture
def asking(session: Session) -> Asking:
    noise = Asking(session)
    noise.given(7000, "Somebody else")
    noise.stop()
    noise.ask()
    return Asking(session)


def test_what_givers_agreed_to_moves_what_they_want_lies_apart_and_silence_stays(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    hana, taro, ken, box = (
        asking.given(3000, "Hana"),
        asking.given(2000, "Taro"),
        asking.given(1000, "Ken"),
        asking.given(4000),
    )
    asking.spent(5000)
    asking.stop()
    change = asking.ask()
    asking.answer(change, hana, "agreed")
    asking.answer(change, taro, "back", "telephone")
    assert count_to_settle(asking.session, asking.community) == 0
    with pytest.raises(TooEarlyToSettle):
        asking.settle(change)
    later(monkeypatch, change.answer_by)
    with pytest.raises(TooEarlyToSettle):
        asking.settle(change)
    later(monkeypatch, change.answer_by + timedelta(days=1))
    assert count_to_settle(asking.session, asking.community) == 1
    for _twice in range(2):
        asking.settle(change)
    # Half of everything is spent, so half of each gift is left; the coin box cannot be asked.
    assert asking.settled(change) == [1500, 1000, 500]
    assert (change.moved_minor, change.back_minor, change.state) == (1500, 1000, "settled")
    told = asking.balances()
    assert (told["fund:meal"], told["fund-back:car"], told["fund:car"]) == (-1500, -1000, -2500)
    meal, car = show_funds(asking.session, community=asking.community)
    (stands,) = car.standings
    assert (stands.given, stands.spent, stands.went, stands.back, stands.left) == (
        10000,
        5000,
        1500,
        1000,
        2500,
    )
    assert [(one.given, one.came, one.left) for one in meal.standings] == [(0, 1500, 1500)]
    assert kept_by(asking.session, donation=hana) == (asking.meal, False)
    assert kept_by(asking.session, donation=taro) == (asking.car, True)
    assert kept_by(asking.session, donation=ken) is None
    assert [(one.gift.donation, one.left) for one in held_in_car(asking)] == [(ken, 500), (box, 2000)]
    assert asking.faults() == []


def held_in_car(asking: Asking) -> list[Any]:
    return held_in(asking.session, community=asking.community, fund=asking.car)


def test_where_everybody_has_answered_nobody_waits_for_the_day(asking: Asking) -> None:
    gifts = [asking.given(1000, "Hana"), asking.given(1000, "Taro")]
    asking.stop()
    change = asking.ask()
    for gift in gifts:
        asking.answer(change, gift, "back")
    asking.answer(change, gifts[1], "agreed")
    assert count_to_settle(asking.session, asking.community) == 1
    asking.settle(change)
    assert (change.moved_minor, change.back_minor) == (1000, 1000)
    assert "fund:car" not in asking.balances()
    assert asking.faults() == []


def test_where_nobody_agrees_nothing_moves_and_nothing_is_booked(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    gift = asking.given(1000, "Hana")
    asking.stop()
    change = asking.ask()
    before = asking.balances()
    later(monkeypatch, change.answer_by + timedelta(days=1))
    asking.settle(change)
    assert (asking.balances(), change.entry_id, change.state) == (before, None, "settled")
    with pytest.raises(service.NotAskedAnyMore):
        asking.answer(change, gift, "agreed", "slip")
    # Another day they can be asked anew.
    again = asking.ask(answer_by=change.answer_by + timedelta(days=30), decided_on=TODAY)
    asking.answer(again, gift, "agreed")
    asking.settle(again)
    assert asking.balances()["fund:meal"] == -1000
    assert asking.faults() == []


def test_what_is_spent_or_taken_back_meanwhile_is_gone_for_all_alike(asking: Asking) -> None:
    hana, taro, ken = (asking.given(3000, name) for name in ("Hana", "Taro", "Ken"))
    asking.stop()
    change = asking.ask()
    for gift, said in ((hana, "agreed"), (taro, "back"), (ken, "agreed")):
        asking.answer(change, gift, said)
    by_hand.take_back(
        asking.session, community=asking.community, donation=ken, reason="Typed twice", actor=SOMEBODY
    )
    asking.spent(2001)
    asking.settle(change)
    assert asking.settled(change) == [2000, 1999, 0]
    assert "fund:car" not in asking.balances()
    assert asking.faults() == []


def test_money_that_came_from_another_fund_can_be_asked_about_once_more(asking: Asking) -> None:
    hana, ken = asking.given(3000, "Hana"), asking.given(1000, "Ken", fund=asking.meal)
    asking.spent(1000)
    asking.stop()
    change = asking.ask()
    asking.answer(change, hana, "agreed")
    asking.settle(change)
    asking.spent(1500, fund=asking.meal)
    garden = asking.fund("garden", "Garden")
    asking.stop(asking.meal)
    again = asking.ask(fund=asking.meal, to_fund=garden)
    asking.answer(again, hana, "back")
    asking.answer(again, ken, "agreed")
    asking.settle(again)
    # Of 2,000 and 1,000 half is left.
    assert asking.settled(again) == [1000, 500]
    told = asking.balances()
    assert (told["fund-back:meal"], told["fund:garden"]) == (-1000, -500)
    assert "fund:meal" not in told
    assert owed(asking.session, community=asking.community, ids=[hana.id, ken.id]) == {hana.id: 1000}
    assert asking.faults() == []


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"decision": " \n\u3000"}, service.DecisionMissing),
        ({"decided_by": " "}, service.DecidersMissing),
        ({"decided_on": TODAY + timedelta(days=1)}, DayInFuture),
        ({"decided_on": TODAY.replace(year=1990)}, BeforeTheBeginning),
        ({"answer_by": TODAY}, service.AnswerDayPassed),
        ({"answer_by": TODAY - timedelta(days=3)}, service.AnswerDayPassed),
        ({"answer_by": TODAY + timedelta(days=400)}, service.AnswerDayTooFar),
        ({"to_fund": None}, service.PurposeUnknown),
    ],
)
def test_what_is_no_decision_is_refused(
    asking: Asking, facts: dict[str, Any], refused: type[Refusal]
) -> None:
    asking.given(1000, "Hana")
    asking.stop()
    with pytest.raises(refused) as told:
        asking.ask(**facts)
    assert told.value.english()
    assert (
        asking.session.scalar(select(PurposeChange).where(PurposeChange.community_id == asking.community.id))
        is None
    )


def test_only_what_has_stopped_can_be_for_something_else_that_goes_on(asking: Asking) -> None:
    asking.given(1000, "Hana")
    with pytest.raises(service.StillGoesOn):
        asking.ask()
    asking.stop()
    for to_fund in (asking.car, Asking(asking.session).meal):
        with pytest.raises(service.PurposeUnknown):
            asking.ask(to_fund=to_fund)
    asking.stop(asking.meal)
    with pytest.raises(service.PurposeUnknown):
        asking.ask()


def test_where_nobody_is_known_or_nothing_is_left_there_is_nobody_to_ask(asking: Asking) -> None:
    asking.stop()
    with pytest.raises(service.NobodyToAsk):
        asking.ask()
    take_up_fund(asking.session, fund=asking.car, actor=SOMEBODY)
    asking.given(1000)
    asking.given(500, "Hana")
    asking.stop()
    change = asking.ask()
    assert len(parts(asking.session, community=asking.community, change=change, fund=asking.car)) == 1
    service.give_up(asking.session, change=change, actor=SOMEBODY)
    asking.spent(1500)
    with pytest.raises(service.NobodyToAsk):
        asking.ask()


def test_one_question_at_a_time_and_a_double_click_is_one(asking: Asking) -> None:
    gift = asking.given(1000, "Hana")
    asking.stop()
    change = asking.ask()
    assert asking.ask() is change
    with pytest.raises(service.AskedAlready):
        asking.ask(decision="For something else")
    with pytest.raises(GiversAreAsked):
        take_up_fund(asking.session, fund=asking.car, actor=SOMEBODY)
    with pytest.raises(IntegrityError), asking.session.begin_nested():
        asking.session.execute(
            text(
                "INSERT INTO purpose_change (community_id, fund_id, to_fund_id, to_name, to_purpose,"
                " decision, decided_by, decided_on, answer_by, state, asked_at, actor, currency, moved_minor,"
                " back_minor) SELECT community_id, fund_id, to_fund_id, to_name, to_purpose, decision,"
                " decided_by, decided_on, answer_by, state, asked_at, actor, currency, 0, 0"
                " FROM purpose_change WHERE id = :id"
            ),
            {"id": change.id},
        )
    for _twice in range(2):
        service.give_up(asking.session, change=change, actor=SOMEBODY)
    assert change.state == "given-up"
    with pytest.raises(service.NotAskedAnyMore):
        asking.answer(change, gift, "agreed")
    asking.settle(change)
    assert change.entry_id is None
    take_up_fund(asking.session, fund=asking.car, actor=SOMEBODY)
    assert asking.faults() == []


def test_what_it_is_to_be_for_must_still_go_on_when_it_is_settled(asking: Asking) -> None:
    gift = asking.given(1000, "Hana")
    asking.stop()
    change = asking.ask()
    asking.answer(change, gift, "agreed")
    asking.stop(asking.meal)
    with pytest.raises(NewPurposeStopped, match="Meals"):
        asking.settle(change)
    assert change.state == "asked"


def test_an_answer_can_be_changed_until_the_day_and_told_to_an_officer_until_it_is_settled(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    gift = asking.given(1000, "Hana")
    asking.stop()
    change = asking.ask()
    giver = asking.giver(change, gift)
    for said, heard in (("perhaps", "web"), ("agreed", "pigeon"), ("", "slip")):
        with pytest.raises(service.AnswerUnknown):
            asking.answer(change, gift, said, heard)
    assert told(giver) == (None, None)
    later(monkeypatch, change.answer_by)
    for said in ("agreed", "agreed", "back"):
        asking.answer(change, gift, said)
        assert told(giver) == (said, "web")
    later(monkeypatch, change.answer_by + timedelta(days=1))
    with pytest.raises(service.AnswersAreOver):
        asking.answer(change, gift, "agreed")
    asking.answer(change, gift, "agreed", "slip")
    assert told(giver) == ("agreed", "slip")


def told(giver: PurposeGiver) -> tuple[str | None, str | None]:
    return giver.answer, giver.heard


def test_somebody_is_asked_once_for_all_of_their_gifts(asking: Asking, session: Session) -> None:
    member = a_member(session, asking.community)
    gifts = [
        asking.given(100, "", member=member),
        asking.given(200, "Another name", member=member),
        asking.given(300, "Hana", email="hana@example.org"),
        asking.given(400, "H.", email="HANA@example.org"),
        asking.given(500, "Taro", address="1-2"),
        asking.given(600, "Taro", address="1-2"),
        asking.given(700, "Taro"),
        asking.given(800, "Taro"),
    ]
    asking.stop()
    change = asking.ask()
    of = [asking.giver(change, one).id for one in gifts]
    assert len(set(of)) == 5
    assert (of[0], of[2], of[4]) == (of[1], of[3], of[5])
    asking.answer(change, gifts[2], "agreed")
    asking.answer(change, gifts[0], "back")
    for one in (gifts[4], gifts[6], gifts[7]):
        asking.answer(change, one, "agreed")
    asking.settle(change)
    assert (change.moved_minor, change.back_minor) == (3300, 300)
    assert asking.faults() == []


def test_anothers_page_is_not_found(asking: Asking, session: Session) -> None:
    gift = asking.given(1000, "Hana")
    asking.stop()
    change = asking.ask()
    giver = asking.giver(change, gift)
    assert find_by_token(session, community=asking.community, token=giver.token) is giver
    assert find_by_token(session, community=a_community(session), token=giver.token) is None
    assert find_by_token(session, community=asking.community, token="nobodys" * 4) is None
    other = session.scalars(select(PurposeGiver).where(PurposeGiver.change_id != change.id)).one()
    assert find_giver(session, change=change, giver_id=other.id) is None
    assert find_giver(session, change=change, giver_id=giver.id) is giver


def test_letters_go_out_once_and_a_reminder_some_days_before_the_end(
    asking: Asking, session: Session
) -> None:
    asking.given(1000, "Hana", email="hana@example.org")
    asking.stop()
    asking.ask()
    jobs = session.scalars(
        select(Job).where(Job.community_id == asking.community.id, Job.kind.like("%about-purpose"))
    ).all()
    kinds = {one.kind: one.due_at for one in jobs}
    assert len(jobs) == 2
    due = kinds[service.REMIND_GIVER] - kinds[service.ASK_GIVER]
    assert timedelta(days=24) < due < timedelta(days=26)
    asking.session.execute(text("SELECT 1"))


def test_a_day_that_is_near_has_no_reminder(asking: Asking, session: Session) -> None:
    asking.given(1000, "Hana", email="hana@example.org")
    asking.stop()
    asking.ask(answer_by=TODAY + timedelta(days=5))
    kinds = session.scalars(select(Job.kind).where(Job.community_id == asking.community.id)).all()
    assert service.ASK_GIVER in kinds
    assert service.REMIND_GIVER not in kinds


def test_gifts_without_a_fund_stay_out_of_it(asking: Asking) -> None:
    general: Donation = asking.given(900, "Ken", fund=asking.meal)
    asking.given(1000, "Hana")
    asking.stop()
    change = asking.ask()
    with pytest.raises(Exception, match="No row was found"):
        asking.giver(change, general)
