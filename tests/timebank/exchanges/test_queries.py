"""What lists of exchanges hold, and what they leave out."""

from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.builders import A_DAY
from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_person
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import as_member
from tests.builders import at
from tests.builders import said
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.exchanges import queries
from timebank.exchanges.service import confirm_exchange
from timebank.exchanges.service import decline_exchange
from timebank.exchanges.service import log_exchange
from timebank.exchanges.service import reverse_exchange
from timebank.members.models import Member
from timebank.members.service import give_hand


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session, answer_days=7)


@pytest.fixture
def hana(session: Session, community: Community) -> Member:
    return a_member(session, community, name="Hana")


@pytest.fixture
def ken(session: Session, community: Community) -> Member:
    """Ken signs in, so that he can answer for himself."""
    ken = a_member(session, community, name="Ken")
    give_hand(session, person=a_person(session), member=ken, actor=SOMEBODY)
    return ken


def ids(shown: Any) -> list[int]:
    return [one.exchange.id for one in shown]


def test_an_exchange_of_another_community_is_not_found(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    exchange = a_proposal(session, community, hana, ken)
    found = queries.find_exchange(session, community=community, exchange_id=exchange.id)
    assert found is not None
    assert (found.giver.name, found.receiver.name) == ("Hana", "Ken")
    assert queries.find_exchange(session, community=a_community(session), exchange_id=exchange.id) is None


def test_those_who_gave_received_or_logged_it_are_its_parties(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    exchange = a_proposal(session, community, hana, ken)
    shown = queries.find_exchange(session, community=community, exchange_id=exchange.id)
    assert shown is not None
    assert queries.is_party(shown, hana)
    assert queries.is_party(shown, ken)
    assert not queries.is_party(shown, a_member(session, community))
    assert not queries.is_party(shown, None)


def test_a_giver_sees_what_others_have_not_settled_and_what_was_declined_lately(
    session: Session, community: Community, hana: Member, ken: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, declined, booked = (a_proposal(session, community, hana, ken) for _ in range(3))
    decline_exchange(session, community=community, exchange=declined, reason="no", actor=COORDINATOR)
    confirm_exchange(session, community=community, exchange=booked, actor=COORDINATOR)
    assert ids(queries.waiting_on_others(session, member=hana)) == [waiting.id, declined.id]
    later = clock.now() + timedelta(days=61)
    at(monkeypatch, later.year, later.month, later.day)
    assert ids(queries.waiting_on_others(session, member=hana)) == [waiting.id]


def test_an_unanswered_proposal_reaches_the_coordinators_after_the_communitys_days(
    session: Session, community: Community, hana: Member, ken: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 4, 10, 12)
    proposal = a_proposal(session, community, hana, ken)
    at(monkeypatch, 2026, 4, 17, 11)
    assert ids(queries.waiting_for_coordinators(session, community=community)) == []
    at(monkeypatch, 2026, 4, 17, 12)
    assert ids(queries.waiting_for_coordinators(session, community=community)) == [proposal.id]
    assert proposal.state == "proposed"


def test_a_proposal_to_somebody_who_never_signs_in_is_the_coordinators_at_once(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    by_telephone = a_proposal(session, community, ken, hana)
    a_proposal(session, community, hana, ken)
    other = a_community(session)
    a_proposal(session, other, a_member(session, other), a_member(session, other))
    assert ids(queries.waiting_for_coordinators(session, community=community)) == [by_telephone.id]


def test_people_met_lately_come_the_latest_first_and_once(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    susumu = a_member(session, community, name="Susumu")
    for other in (ken, susumu, ken):
        an_exchange(session, community, hana, other)
    lately = queries.recent_partners(session, community=community, member=hana)
    assert [member.name for member in lately] == ["Ken", "Susumu"]
    one = queries.recent_partners(session, community=community, member=hana, limit=1)
    assert [member.name for member in one] == ["Ken"]


def test_a_statement_tells_what_each_line_was_for(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    first = an_exchange(session, community, hana, ken, description="garden")
    an_exchange(session, community, ken, hana, description="shopping", minutes=30)
    reverse_exchange(session, community=community, exchange=first, reason="other day", actor=COORDINATOR)
    statement = queries.statement_of(session, community=community, member=hana, limit=2)
    assert [(told.description, told.line.change) for told in statement.lines] == [
        ("garden", -90),
        ("shopping", -30),
    ]
    assert {told.other.name for told in statement.lines if told.other} == {"Ken"}
    older = queries.statement_of(session, community=community, member=hana, before=statement.older)
    assert [(told.description, told.line.change) for told in older.lines] == [("garden", 90)]
    assert older.older is None


def test_an_empty_statement_has_no_lines(session: Session, community: Community, hana: Member) -> None:
    statement = queries.statement_of(session, community=community, member=hana)
    assert (list(statement.lines), statement.older) == ([], None)


def test_a_certificate_counts_the_days_between_and_not_what_was_taken_back(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1)):
        an_exchange(session, community, hana, ken, worked_on=day, minutes=60)
    an_exchange(session, community, ken, hana, worked_on=A_DAY, minutes=30)
    wrong = an_exchange(session, community, hana, ken, worked_on=A_DAY, minutes=300)
    reverse_exchange(session, community=community, exchange=wrong, reason="never was", actor=COORDINATOR)
    april = {"first": date(2026, 4, 1), "last": date(2026, 4, 30)}
    assert queries.hours_between(session, community=community, member=hana, **april) == queries.Turnover(
        120, 30, 0, 0
    )


def test_slips_of_a_sitting_are_counted_and_the_latest_shown_first(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    began = queries.latest_id(session)
    keeper, other = a_person(session), a_person(session)
    for person, minutes in ((keeper, 60), (other, 15), (keeper, 90)):
        actor = Actor(person_id=person.id, member_id=None, how="slip")
        log_exchange(
            session, community=community, said=said(hana, ken, minutes=minutes), by=None, actor=actor
        )
    slips = queries.slips_after(session, community=community, person_id=keeper.id, after=began)
    assert (slips.count, slips.minutes) == (2, 150)
    assert [shown.exchange.minutes for shown in slips.latest] == [90, 60]
    newest = queries.latest_id(session)
    later = queries.slips_after(session, community=community, person_id=keeper.id, after=newest)
    assert (later.count, later.minutes, list(later.latest)) == (0, 0, [])


def test_the_lines_of_a_joint_exchange_are_found_from_any_of_them(
    session: Session, community: Community, hana: Member, ken: Member
) -> None:
    form = said(hana, [ken, a_member(session, community)])
    logged = log_exchange(session, community=community, said=form, by=hana, actor=as_member(hana))
    together = [one.id for one in logged.exchanges]
    assert ids(queries.lines_of_joint(session, exchange=logged.exchanges[1])) == together
    single = an_exchange(session, community, hana, ken)
    assert ids(queries.lines_of_joint(session, exchange=single)) == [single.id]
