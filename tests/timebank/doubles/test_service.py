"""What joining two records of one member does, what it refuses, and what the books say of it."""

import pytest
from sqlalchemy.orm import Session

import ledger
from tests.builders import A_DAY
from tests.builders import COORDINATOR
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_person
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import as_member
from tests.builders import said
from tests.timebank.doubles.together import faults
from tests.timebank.doubles.together import joined
from tests.timebank.doubles.together import minutes_of
from tests.timebank.exchanges.imports import a_file
from tests.timebank.exchanges.imports import take_in
from tests.timebank.licences.insured import a_kind
from tests.timebank.licences.insured import a_licence
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.contacts.models import ADDRESS
from timebank.contacts.models import MEMBERS
from timebank.contacts.models import NOBODY
from timebank.contacts.models import TELEPHONE
from timebank.contacts.queries import details_of
from timebank.contacts.service import set_detail
from timebank.doubles import service
from timebank.doubles.service import usual_order
from timebank.errors import Refusal
from timebank.exchanges.exports import balances
from timebank.exchanges.exports import statement_rows
from timebank.exchanges.hours_import import LinesRefused
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.queries import hours_between
from timebank.exchanges.queries import hours_in_all
from timebank.exchanges.queries import statement_of
from timebank.exchanges.sealing import seal_entries
from timebank.exchanges.service import confirm_exchange
from timebank.exchanges.service import log_exchange
from timebank.exchanges.service import reverse_exchange
from timebank.farewells.service import Parting
from timebank.farewells.service import leave
from timebank.farewells.service import take_in_again
from timebank.licences.queries import licences_of
from timebank.members.away import away_until
from timebank.members.away import go_away
from timebank.members.choosing import choose
from timebank.members.choosing import choose_by_number
from timebank.members.guardians import GuardianConsent
from timebank.members.guardians import record_guardian
from timebank.members.models import A_HOUSEHOLD
from timebank.members.models import LEFT
from timebank.members.models import Hand
from timebank.members.models import Member
from timebank.members.models import SameAs
from timebank.members.queries import history
from timebank.members.queries import hours_of
from timebank.members.queries import member_of
from timebank.members.queries import people_by_number
from timebank.members.queries import person_of
from timebank.members.same_as import GoesOnAsAnother
from timebank.members.same_as import older_records
from timebank.members.same_as import who_stays
from timebank.members.service import ReasonMissing
from timebank.members.service import change_limits
from timebank.members.service import give_hand
from timebank.members.service import set_own_limit
from timebank.members.service import suspend_member
from timebank.people.service import give_office
from timebank.people.service import take_office


@pytest.mark.parametrize("gave", [True, False], ids=["above zero", "below zero"])
def test_the_balance_is_carried_over_and_the_older_account_is_closed(
    session: Session, community: Community, old: Member, new: Member, ken: Member, gave: bool
) -> None:
    an_exchange(session, community, *((old, ken) if gave else (ken, old)), minutes=90)
    an_exchange(session, community, ken, new, minutes=30, worked_on=A_DAY.replace(day=1))
    sign = 1 if gave else -1
    done = joined(session, community, old, new)
    assert (done.goes_minutes, done.stays_minutes, done.together) == (90 * sign, -30, 90 * sign - 30)
    assert minutes_of(session, community, new) == 90 * sign - 30
    closed = ledger.balance(session, hours_of(old, community))
    assert (closed.balance, closed.closed_on) == (0, clock.today(community.time_zone))
    assert old.state == LEFT
    (newest, *_) = statement_of(session, community=community, member=new).lines
    assert newest.carried
    assert (newest.other, newest.line.change) == (old, 90 * sign)
    (last, _first) = statement_of(session, community=community, member=old).lines
    assert (last.other, last.line.change) == (new, -90 * sign)
    while seal_entries(session, community=community):
        pass
    assert faults(session) == []


def test_what_is_carried_over_is_neither_given_nor_received(
    session: Session, community: Community, old: Member, new: Member, ken: Member
) -> None:
    an_exchange(session, community, old, ken, minutes=90)
    an_exchange(session, community, ken, new, minutes=30)
    joined(session, community, old, new)
    balance = ledger.balance(session, hours_of(new, community))
    total = hours_in_all(session, community=community, member=new, balance=balance)
    assert (total.given, total.received) == (0, 30)
    today = clock.today(community.time_zone)
    for member, given, received in ((new, 0, 30), (old, 90, 0)):
        sums = hours_between(session, community=community, member=member, first=A_DAY, last=today)
        assert (sums.given, sums.received) == (given, received)
    rows = {row.member: row[2:] for row in balances(session, community)}
    assert rows["108"] == (0, 30, 60, 0, 90, 0, 0)
    assert rows["015"] == (90, 0, 0, 0, -90, 0, 0)
    carried = list(statement_rows(session, community, new))[-1]
    assert carried[3:] == ("015", "", 0, 0, 60, "", 0, 90, "", 0, 0)


def test_where_there_is_nothing_to_carry_no_entry_is_written(
    session: Session, community: Community, old: Member, new: Member
) -> None:
    joined(session, community, old, new)
    row = session.get_one(SameAs, old.id)
    assert (row.entry_id, row.minutes, row.kept_id) == (None, 0, new.id)
    assert faults(session) == []


def test_the_old_number_still_finds_the_one_who_stays(
    session: Session, community: Community, old: Member, new: Member
) -> None:
    third = a_member(session, community, name="Hana", number="200")
    person = a_person(session)
    give_hand(session, person=person, member=new, actor=COORDINATOR)
    joined(session, community, old, new)
    for typed in ("015", "15", "０１５", "Hana (015)"):
        assert choose(session, community=community, typed=typed) is new, typed
    assert choose_by_number(session, community=community, typed="015") is new
    assert list(people_by_number(session, community=community, number="015")) == [person]
    joined(session, community, new, third)
    assert choose(session, community=community, typed="015") is third
    assert choose(session, community=community, typed="Hana") is third
    assert list(people_by_number(session, community=community, number="015")) == [person]
    assert older_records(session, member=third) == [new, old]
    assert who_stays(session, member=third) is third


def test_open_proposals_go_over_and_booked_ones_stay_as_they_are(
    session: Session, community: Community, old: Member, new: Member, ken: Member
) -> None:
    booked = an_exchange(session, community, old, new, minutes=60)
    given = a_proposal(session, community, old, ken)
    received = a_proposal(session, community, ken, old, worked_on=A_DAY.replace(day=2))
    others = a_proposal(session, community, ken, a_member(session, community))
    done = joined(session, community, old, new)
    assert done.open_count == 2
    assert (given.giver_id, given.logged_member_id, received.receiver_id) == (new.id, new.id, new.id)
    assert (booked.giver_id, booked.receiver_id, others.giver_id) == (old.id, new.id, ken.id)
    confirm_exchange(session, community=community, exchange=received, by=new, actor=as_member(new))
    assert received.state == CONFIRMED
    assert minutes_of(session, community, new) == 60 - 60 - 90
    assert faults(session) == []


def test_the_two_may_not_stand_in_one_open_record(
    session: Session, community: Community, old: Member, new: Member, ken: Member
) -> None:
    between = a_proposal(session, community, old, new)
    with pytest.raises(service.SettleFirst, match="settle it first"):
        joined(session, community, old, new)
    between.state = "withdrawn"
    log_exchange(session, community=community, said=said(ken, [old, new]), by=ken, actor=as_member(ken))
    with pytest.raises(service.SettleFirst):
        joined(session, community, old, new)


def test_a_balance_beyond_the_limit_is_said_and_left_where_it_is(
    session: Session, community: Community, old: Member, new: Member, ken: Member
) -> None:
    change_limits(
        session, community=community, credit_limit_minutes=120, ceiling_minutes=None, actor=COORDINATOR
    )
    an_exchange(session, community, ken, old, minutes=90)
    an_exchange(session, community, ken, new, minutes=60, worked_on=A_DAY.replace(day=1))
    with pytest.raises(service.BelowTheirLimit, match="no hour is lost") as refused, session.begin_nested():
        joined(session, community, old, new)
    assert "30" in refused.value.english()
    assert (minutes_of(session, community, old), minutes_of(session, community, new)) == (-90, -60)
    set_own_limit(
        session, community=community, member=new, minutes=150, reason="two records", actor=COORDINATOR
    )
    joined(session, community, old, new)
    assert minutes_of(session, community, new) == -150


def test_a_balance_above_the_highest_is_refused_too(
    session: Session, community: Community, old: Member, new: Member, ken: Member
) -> None:
    set_own_limit(session, community=community, member=ken, minutes=600, reason="ill", actor=COORDINATOR)
    an_exchange(session, community, old, ken, minutes=90)
    an_exchange(session, community, new, ken, minutes=90)
    change_limits(
        session, community=community, credit_limit_minutes=600, ceiling_minutes=120, actor=COORDINATOR
    )
    with pytest.raises(service.AboveTheHighest, match="given to a pool"), session.begin_nested():
        joined(session, community, old, new)
    assert minutes_of(session, community, old) == 90


def test_a_sign_in_moves_with_its_office_or_ends_where_there_are_two(
    session: Session, community: Community, new: Member
) -> None:
    first = a_neighbour(session, community, "auditor", name="Hana", number="015")
    assert first.member
    assert usual_order(session, one=first.member, other=new) == (first.member, new)
    done = joined(session, community, first.member, new)
    assert done.sign_in == service.MOVES
    assert person_of(session, member=new) is first.person
    assert member_of(session, person=first.person, community=community) is new
    second = a_neighbour(session, community, name="Hana", number="300")
    assert second.member
    assert joined(session, community, second.member, new).sign_in == service.ENDS
    assert person_of(session, member=new) is first.person
    assert member_of(session, person=second.person, community=community) is None


def test_the_newer_one_stays_unless_it_has_left(
    session: Session, community: Community, old: Member, new: Member
) -> None:
    assert usual_order(session, one=old, other=new) == (new, old)
    new.state = LEFT
    assert usual_order(session, one=old, other=new) == (old, new)


def test_what_the_other_lacks_comes_along_and_who_may_see_it_stays(
    session: Session, community: Community, old: Member, new: Member
) -> None:
    for member, kind, value, audience in (
        (old, TELEPHONE, "090-1111-2222", NOBODY),
        (old, ADDRESS, "Old street 1", MEMBERS),
        (new, ADDRESS, "New street 2", MEMBERS),
    ):
        set_detail(
            session,
            community=community,
            member=member,
            kind=kind,
            value=value,
            audience=audience,
            actor=COORDINATOR,
        )
    insurance, driving = a_kind(session, community), a_kind(session, community, "Driving")
    course = a_kind(session, community, "Course")
    a_licence(session, community, old, insurance, 100)
    later = a_licence(session, community, new, insurance, 200)
    alone = a_licence(session, community, old, driving, None)
    longer = a_licence(session, community, old, course, 300)
    a_licence(session, community, new, course, 200)
    go_away(
        session,
        community=community,
        member=old,
        until=clock.today(community.time_zone),
        actor=COORDINATOR,
    )
    joined(session, community, old, new)
    session.expire_all()
    details = {one.kind: (one.value, one.audience) for one in details_of(session, member=new)}
    assert details == {TELEPHONE: ("090-1111-2222", NOBODY), ADDRESS: ("New street 2", MEMBERS)}
    assert [one.value for one in details_of(session, member=old)] == ["Old street 1"]
    mine = licences_of(session, community=community, member=new)
    assert [one.licence for one in mine] == [later, alone, longer]
    assert licences_of(session, community=community, member=old) == []
    assert away_until(session, community=community, member=new) is not None
    assert away_until(session, community=community, member=old) is None


def a_consent() -> GuardianConsent:
    return GuardianConsent("Mother", "06-1111-1111", "May take part", A_DAY)


def dies(session: Session, community: Community, member: Member) -> None:
    leave(
        session,
        community=community,
        member=member,
        parting=Parting(reason="died", withdrawn_because="died", died=True, key="form:died"),
        actor=COORDINATOR,
    )


def test_what_cannot_be_joined_is_refused_in_words(
    session: Session, community: Community, old: Member, new: Member
) -> None:
    def tries(refusal: type[Refusal], stays: Member, goes: Member, **facts: object) -> None:
        with pytest.raises(refusal), session.begin_nested():
            joined(session, community, goes, stays, **facts)

    tries(ReasonMissing, new, old, reason=" ")
    tries(service.OneRecordOnly, new, new)
    for mine in (old, new):
        tries(service.OwnRecord, new, old, actor=Actor(person_id=None, member_id=mine.id, how="web"))
    record_guardian(session, community=community, member=old, consent=a_consent(), actor=COORDINATOR)
    tries(service.OneIsUnderAge, new, old)
    record_guardian(session, community=community, member=new, consent=a_consent(), actor=COORDINATOR)
    suspend_member(session, member=old, reason="a pause", actor=COORDINATOR)
    tries(service.OneIsSuspended, new, old)
    gone = a_member(session, community, name="Hana")
    gone.state = LEFT
    tries(service.StayingHasLeft, gone, new)
    dead = a_member(session, community, name="Hana")
    dies(session, community, dead)
    tries(service.OneHasDied, new, dead)
    tries(service.OneHasDied, dead, new)
    mary, anne = (a_neighbour(session, community).member for _ in range(2))
    assert mary
    assert anne
    officer = person_of(session, member=anne)
    assert officer
    give_office(session, person=officer, community=community, role="treasurer", actor=COORDINATOR)
    tries(service.OfficesInTheWay, mary, anne)
    take_office(session, person=officer, community=community, role="treasurer", actor=COORDINATOR)
    trusted = Hand(
        person_id=a_person(session).id,
        member_id=anne.id,
        community_id=community.id,
        acts_as="trusted",
        may="log",
    )
    session.add(trusted)
    tries(service.OthersAct, mary, anne)
    session.delete(trusted)
    joined(session, community, anne, mary)
    tries(service.JoinedAlready, anne, new)
    tries(service.JoinedAlready, new, anne)
    suspend_member(session, member=new, reason="a pause", actor=COORDINATOR)
    family = a_member(session, community, name="Hana", kind=A_HOUSEHOLD)
    tries(service.OfTwoKinds, family, old)
    tries(service.OfTwoKinds, new, family)
    joined(session, community, old, new)


def test_who_has_left_with_hours_brings_them_to_the_record_that_stays_and_is_not_taken_back(
    session: Session, community: Community, old: Member, new: Member, ken: Member
) -> None:
    an_exchange(session, community, old, ken, minutes=90)
    leave(
        session,
        community=community,
        member=old,
        parting=Parting(reason="moved", withdrawn_because="left", key="form:left"),
        actor=COORDINATOR,
    )
    joined(session, community, old, new)
    assert minutes_of(session, community, new) == 90
    with pytest.raises(GoesOnAsAnother, match="108"):
        take_in_again(session, community=community, member=old, reason="again", actor=COORDINATOR)


def test_an_old_exchange_cannot_be_reversed_into_a_closed_record_and_says_which_goes_on(
    session: Session, community: Community, old: Member, new: Member, ken: Member
) -> None:
    exchange = an_exchange(session, community, old, ken, minutes=90)
    joined(session, community, old, new)
    with pytest.raises(GoesOnAsAnother, match="goes on as number 108"), session.begin_nested():
        reverse_exchange(
            session, community=community, exchange=exchange, reason="a mistake", actor=COORDINATOR
        )


def test_an_old_file_with_the_old_number_is_known_again_and_new_lines_say_which_number_to_write(
    session: Session, community: Community, old: Member, new: Member, ken: Member
) -> None:
    line = "2020-04-03,015,007,1,shopping,K-1"
    assert take_in(session, community, a_file(line)).booked == 1
    joined(session, community, old, new)
    again = take_in(session, community, a_file(line))
    assert (again.booked, again.repeated, again.bad_count) == (0, 1, 0)
    with pytest.raises(LinesRefused) as refused, session.begin_nested():
        take_in(session, community, a_file("2020-04-04,015,007,1,shopping,K-2"))
    (bad,) = refused.value.result.bad
    assert (bad.field, bad.value) == ("giver", "015")
    assert "goes on as number 108" in bad.refusal.english()
    assert take_in(session, community, a_file("2020-04-04,108,007,1,shopping,K-2")).booked == 1
    assert faults(session) == []


def test_both_histories_tell_of_it(session: Session, community: Community, old: Member, new: Member) -> None:
    joined(session, community, old, new)
    for member, what, number in ((old, "joined", "108"), (new, "joined-in", "015")):
        event = history(session, member=member)[0]
        assert (event.what, event.value, event.reason) == (what, number, "She said so")
