"""Hours are given from member to member: only hours that are there, once for a form, and taken back whole."""

import threading

import pytest
from sqlalchemy import Engine
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import a_member
from tests.builders import an_exchange
from tests.builders import as_member
from tests.builders import written
from tests.timebank.doubles.together import joined
from tests.timebank.presents.giving import Giving
from tests.timebank.presents.giving import a_wish
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.hours import NoTimeAtAll
from timebank.members.limits import CeilingReached
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.members.same_as import GoesOnAsAnother
from timebank.members.service import ReasonMissing
from timebank.members.service import change_limits
from timebank.members.service import suspend_member
from timebank.members.taking_part import TheyArePaused
from timebank.members.taking_part import YouArePaused
from timebank.presents import service
from timebank.presents.models import Present
from timebank.text import TextTooLong

TELEPHONE = Actor(person_id=None, member_id=None, how="telephone")


def test_what_is_given_leaves_one_member_and_reaches_the_other(here: Giving) -> None:
    given = here.gives(45, " for the soup ")
    row = given.present
    assert (here.balance(here.hana), here.balance(here.mary), here.balance(here.ken)) == (75, 45, -120)
    assert (row.minutes, row.words, row.done_member_id, row.done_how) == (
        45,
        "for the soup",
        here.hana.id,
        "web",
    )
    assert not given.repeated


def test_the_books_hold_a_kind_of_its_own_and_no_words(here: Giving, session: Session) -> None:
    here.gives(45, "secret words")
    (line,) = ledger.statement(session, hours_of(here.mary, here.community)).lines
    assert (line.kind, line.change) == ("hours-given", 45)
    assert "secret" not in (line.memo or "")


def test_only_hours_that_somebody_has_can_be_given(here: Giving) -> None:
    with pytest.raises(service.YouHaveLess, match="You have 2 h"):
        here.gives(121)
    with pytest.raises(service.YouHaveLess, match="You have 0 min"):
        here.gives(1, giver=here.ken)
    with pytest.raises(service.TheyHaveLess, match="Hana has 2 h"):
        here.gives(121, actor=TELEPHONE)
    here.gives(120)
    assert here.balance(here.hana) == 0


@pytest.mark.parametrize(("minutes", "refusal"), [(0, NoTimeAtAll), (6_000_001, service.TooMuchAtOnce)])
def test_a_time_has_to_make_sense(here: Giving, minutes: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        here.gives(minutes)


def test_words_are_short(here: Giving) -> None:
    with pytest.raises(TextTooLong):
        here.gives(words="x" * 501)


def test_nobody_gives_to_themself_nor_writes_down_what_they_are_given(here: Giving) -> None:
    with pytest.raises(service.GiveToYourself):
        here.gives(receiver=here.hana)
    with pytest.raises(service.ForWhoeverWritesIt):
        here.gives(written_by=here.mary, actor=TELEPHONE)
    here.gives(written_by=here.ken, actor=TELEPHONE)


def test_whoever_is_paused_neither_gives_nor_is_given(here: Giving, session: Session) -> None:
    suspend_member(session, member=here.mary, reason="a pause", actor=COORDINATOR)
    with pytest.raises(TheyArePaused, match="Mary"):
        here.gives()
    suspend_member(session, member=here.hana, reason="a pause", actor=COORDINATOR)
    with pytest.raises(YouArePaused):
        here.gives(receiver=here.ken)
    with pytest.raises(TheyArePaused, match="Hana"):
        here.gives(receiver=here.ken, actor=TELEPHONE)


def test_who_was_entered_twice_is_named_by_the_number_that_goes_on(here: Giving, session: Session) -> None:
    new = a_member(session, here.community, name="Mary once more")
    joined(session, here.community, here.mary, new)
    with pytest.raises(GoesOnAsAnother, match=new.number):
        here.gives()


def test_the_receivers_highest_balance_is_said_and_nothing_is_given(here: Giving, session: Session) -> None:
    change_limits(
        session, community=here.community, credit_limit_minutes=720, ceiling_minutes=50, actor=SOMEBODY
    )
    with pytest.raises(CeilingReached, match="Mary cannot be given more: it would be 10 min above"):
        here.gives(60)
    here.gives(50)
    assert here.balance(here.mary) == 50


def test_a_form_that_is_sent_twice_gives_once_and_other_content_is_refused(here: Giving) -> None:
    key = "form:the-same-form-0001"
    first, again = here.gives(30, key=key), here.gives(30, key=key)
    assert again.repeated
    assert again.present is first.present
    assert here.balance(here.mary) == 30
    with pytest.raises(service.GivenAlready):
        here.gives(31, key=key)
    with pytest.raises(service.GivenAlready):
        here.gives(30, key=key, receiver=here.ken)


def test_a_form_of_another_feature_is_refused_in_words(here: Giving) -> None:
    wish = a_wish(here.hana, here.mary)
    an_exchange(here.session, here.community, here.hana, here.ken, key=wish.key)
    with pytest.raises(service.GivenAlready), here.session.begin_nested():
        service.give(here.session, community=here.community, wish=wish, actor=as_member(here.hana))


def test_what_is_taken_back_goes_back_whole_and_both_lines_stay(here: Giving, session: Session) -> None:
    present = here.gives(60).present
    an_exchange(session, here.community, here.ken, here.mary, minutes=705)
    here.takes_back(present, "the wrong Mary")
    here.takes_back(present, "once more")
    assert (here.balance(here.hana), here.balance(here.mary)) == (120, -705)
    assert present.taken_back_because == "the wrong Mary"
    lines = ledger.statement(session, hours_of(here.hana, here.community)).lines
    assert [line.change for line in lines] == [60, -60, 120]


def test_it_is_taken_back_for_a_reason(here: Giving) -> None:
    with pytest.raises(ReasonMissing):
        here.takes_back(here.gives().present, "  ")


def test_the_database_itself_refuses_what_nobody_had_and_what_is_said_anew(
    here: Giving, session: Session
) -> None:
    present = here.gives(30).present
    session.flush()
    kept = {one.name: getattr(present, one.name) for one in Present.__table__.columns if one.name != "key"}
    entry = ledger.Entry(
        book_id=here.community.book_id,
        kind=service.KIND,
        posted_on=present.given_on,
        key="form:below-zero-000001",
        actor="somebody",
        transfers=(
            ledger.Transfer(
                debit=hours_of(here.ken, here.community),
                credit=hours_of(here.mary, here.community),
                amount=5,
            ),
        ),
    )
    posted = ledger.post(session, entry)
    facts = kept | {"id": present.id + 1, "giver_id": here.ken.id, "minutes": 5, "entry_id": posted.entry_id}
    with pytest.raises(IntegrityError, match="present_is_of_what_one_has"), session.begin_nested():
        session.execute(insert(Present).values(**facts, key=entry.key))
    for change in ("UPDATE present SET minutes = 31", "DELETE FROM present"):
        with pytest.raises(Exception, match=r"present_stays|final"), session.begin_nested():
            session.execute(text(f"{change} WHERE id = {present.id}"))


def test_two_who_give_the_same_hours_at_one_moment_do_not_both_succeed(engine: Engine) -> None:
    ids = written(engine, lambda session: _ids(Giving(session)))
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def tries(number: int) -> None:
        def work(session: Session) -> None:
            community = session.get_one(Community, ids["community"])
            hana, mary = (session.get_one(Member, ids[name]) for name in ("hana", "mary"))
            wish = a_wish(hana, mary, 90, key=f"form:at-one-moment-{number:05}")
            service.give(session, community=community, wish=wish, actor=as_member(hana))

        start.wait()
        try:
            written(engine, work)
            outcomes.append("given")
        except service.YouHaveLess:
            outcomes.append("refused")

    threads = [threading.Thread(target=tries, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["given", "refused"]
    assert written(engine, lambda session: _minutes(session, ids["mary"])) == [90]


def _ids(here: Giving) -> dict[str, int]:
    return {"community": here.community.id, "hana": here.hana.id, "mary": here.mary.id}


def _minutes(session: Session, receiver: int) -> list[int]:
    return list(session.scalars(select(Present.minutes).where(Present.receiver_id == receiver)))
