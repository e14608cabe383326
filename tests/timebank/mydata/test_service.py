"""Requests about data, erasing with the books still proved, how long words are kept, and leaks."""

from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from tests.builders import A_DAY
from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import an_office
from tests.builders import as_member
from tests.builders import at
from tests.rows import tables
from timebank import audit
from timebank.actor import Actor
from timebank.app import HOOKS
from timebank.communities.models import Community
from timebank.contacts.models import MEMBERS
from timebank.contacts.models import TELEPHONE
from timebank.contacts.service import set_detail
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import SealedWords
from timebank.exchanges.proof import check_exchanges
from timebank.exchanges.sealing import seal_entries
from timebank.exchanges.service import decline_exchange
from timebank.farewells.service import Parting
from timebank.farewells.service import WasErased
from timebank.farewells.service import leave
from timebank.farewells.service import take_in_again
from timebank.members.models import Member
from timebank.members.queries import find_by_number
from timebank.members.queries import hours_of
from timebank.members.queries import search_members
from timebank.members.service import set_own_limit
from timebank.mydata import queries
from timebank.mydata import service
from timebank.mydata.models import CORRECT
from timebank.mydata.models import ERASE
from timebank.mydata.models import GRANTED
from timebank.mydata.models import REFUSED
from timebank.mydata.models import SEE
from timebank.mydata.models import WITHDRAWN
from timebank.mydata.models import DataRequest
from timebank.people.models import Person
from timebank.pools.proof import check_pools
from timebank.pools.service import Wish
from timebank.pools.service import give
from timebank.pools.service import open_pool

#: What only the member's own words and details hold.
SECRET = "wisteria"


@pytest.fixture(autouse=True)
def _one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 11, 27, 3)


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session)


@pytest.fixture
def hana(session: Session, community: Community) -> Neighbour:
    return a_neighbour(
        session,
        community,
        name=f"Hana {SECRET}",
        reading=f"はな {SECRET}",
        district=SECRET,
        email=f"{SECRET}@example.org",
    )


def of(who: Neighbour) -> Member:
    assert who.member is not None
    return who.member


def ask(session: Session, who: Member, kind: str = SEE, words: str = "") -> DataRequest:
    community = session.get_one(Community, who.community_id)
    return service.ask(session, community=community, member=who, kind=kind, words=words, actor=as_member(who))


def let_leave(session: Session, community: Community, member: Member) -> None:
    parting = Parting(reason="moved away", withdrawn_because="has left", key=f"form:leave{member.id}")
    leave(session, community=community, member=member, parting=parting, actor=COORDINATOR)


def erase(session: Session, community: Community, member: Member) -> int:
    return service.erase(
        session, community=community, member=member, known=HOOKS.known, actor=COORDINATOR
    ).pseudonym


def a_life(session: Session, community: Community, who: Neighbour) -> Member:
    """Let somebody give, receive, say and write down things that hold the secret, and seal it all."""
    member, ken = of(who), a_member(session, community, name="Ken")
    an_exchange(session, community, member, ken, description="Ken wrote: thanks", minutes=120)
    an_exchange(session, community, ken, member, description=f"{SECRET} was helped", minutes=30)
    declined = a_proposal(session, community, ken, member, description=f"{SECRET} again")
    decline_exchange(
        session,
        community=community,
        exchange=declined,
        reason=SECRET,
        actor=Actor(who.person.id, member.id, "web"),
        by=member,
    )
    pool = open_pool(session, community=community, name="All", purpose="for all", actor=SOMEBODY)
    wish = Wish(member=member, minutes=15, words=SECRET, key="form:give")
    give(session, community=community, pool=pool, wish=wish, actor=as_member(member))
    set_own_limit(session, community=community, member=member, minutes=60, reason=SECRET, actor=SOMEBODY)
    set_detail(
        session,
        community=community,
        member=member,
        kind=TELEPHONE,
        value="06-0000-0077",
        audience=MEMBERS,
        actor=as_member(member),
    )
    audit.record(
        session,
        community_id=community.id,
        actor=Actor(who.person.id, member.id, "web"),
        act="exchanges.log",
        about={},
        request="0" * 16,
        address="192.0.2.77",
    )
    while seal_entries(session, community=community):
        pass
    return member


def everywhere(session: Session) -> dict[str, str]:
    """Write down every row of every table, to be looked through."""
    session.flush()
    return {table.name: repr(session.execute(select(table)).all()) for table in tables()}


# --- requests -----------------------------------------------------------------------------------------------


def test_a_request_has_a_day_and_is_answered_once(
    session: Session, community: Community, hana: Neighbour
) -> None:
    ask(session, a_member(session))
    request = ask(session, of(hana), CORRECT, "My name is spelt otherwise")
    assert request.due_on == date(2026, 12, 27)
    assert [one for one, _ in queries.open_requests(session, community=community)] == [request]
    with pytest.raises(service.AskedAlready):
        ask(session, of(hana), CORRECT)
    with pytest.raises(service.AnswerMissing):
        service.answer(session, request=request, granted=True, words=" ", actor=COORDINATOR)
    service.answer(session, request=request, granted=True, words="Corrected", actor=COORDINATOR)
    assert (request.state, request.answer, request.answered_by) == (GRANTED, "Corrected", "telephone")
    with pytest.raises(service.RequestAnswered):
        service.withdraw(session, request=request, actor=as_member(of(hana)))
    with pytest.raises(service.RequestAnswered):
        service.answer(session, request=request, granted=False, words="No", actor=COORDINATOR)
    assert queries.open_requests(session, community=community) == []
    assert [one for one, _ in queries.past_requests(session, community=community)] == [request]
    assert ask(session, of(hana), CORRECT).id != request.id


def test_a_request_is_withdrawn_or_refused(session: Session, hana: Neighbour) -> None:
    first, second = ask(session, of(hana)), ask(session, of(hana), ERASE)
    service.withdraw(session, request=first, actor=as_member(of(hana)))
    with pytest.raises(service.EraseOnItsPage):
        service.answer(session, request=second, granted=True, words="Yes", actor=COORDINATOR)
    service.answer(session, request=second, granted=False, words="A debt is open", actor=COORDINATOR)
    assert [one.state for one in queries.requests_of(session, member=of(hana))] == [REFUSED, WITHDRAWN]
    with pytest.raises(service.RequestKindUnknown):
        ask(session, of(hana), "sell")


def test_everything_known_is_read_and_an_officer_does_not_see_what_is_kept_back(
    session: Session, community: Community, hana: Neighbour
) -> None:
    member = a_life(session, community, hana)
    set_detail(
        session,
        community=community,
        member=member,
        kind="other",
        value="mine alone",
        audience="nobody",
        actor=as_member(member),
    )
    whom = service.whom_of(session, member=member)
    assert whom.only_here
    own = queries.everything(session, known=HOOKS.known, whom=whom)
    officers = queries.everything(session, known=HOOKS.known, whom=whom, for_officer=True)
    count = {part.known.table.__tablename__: len(part.rows) for part in own}
    assert (count["exchange"], count["pool_transfer"], count["contact_detail"], count["hand"]) == (3, 1, 2, 1)
    assert sum(len(part.rows) for part in own) - sum(len(part.rows) for part in officers) == 1


# --- erasing ------------------------------------------------------------------------------------------------


def test_erasing_leaves_nothing_that_tells_who_it_was_and_the_books_stay_proved(
    session: Session, community: Community, hana: Neighbour
) -> None:
    member = a_life(session, community, hana)
    other = a_member(session, community, name="Mary")
    an_exchange(session, community, other, of(a_neighbour(session, community)), description="Others' words")
    number, balance = member.number, ledger.balance(session, _account(session, community, member)).balance
    ask(session, member, ERASE, f"{SECRET}, please")
    ask(session, member, SEE)
    let_leave(session, community, member)
    before = everywhere(session)
    assert {name for name, rows in before.items() if SECRET in rows} >= {
        *("member", "person", "exchange", "exchange_event", "pool_transfer", "member_event", "data_request")
    }
    assert erase(session, community, member) == 1
    assert {name for name, rows in everywhere(session).items() if SECRET in rows} == set()
    after = everywhere(session)
    assert "06-0000-0077" not in str(after)
    assert "192.0.2.77" not in str(after)
    assert "Others' words" in after["exchange"]
    assert "Ken wrote: thanks" in after["exchange"]
    assert (member.name, member.number) == ("Former member 1", "former-1")
    assert find_by_number(session, community=community, number=number) is None
    assert search_members(session, community=community, text=SECRET).members == []
    assert ledger.balance(session, _account(session, community, member)).balance == balance
    states = [one.state for one in queries.requests_of(session, member=member)]
    assert states == [WITHDRAWN, GRANTED]
    # As `verify` does, with the seals that were made before.
    assert check_exchanges(session) == []
    assert check_pools(session) == []
    assert list(ledger.prove(session).faults) == []


def _account(session: Session, community: Community, member: Member) -> ledger.Account:
    return hours_of(member, community)


def test_what_is_erased_stays_erased_and_nobody_comes_back_to_it(
    session: Session, community: Community, hana: Neighbour
) -> None:
    a_member(session, community, number="former-1")
    let_leave(session, community, of(hana))
    assert erase(session, community, of(hana)) == 2
    assert erase(session, community, of(hana)) == 2
    with pytest.raises(WasErased):
        take_in_again(session, community=community, member=of(hana), reason="is back", actor=COORDINATOR)
    second = a_member(session, community)
    let_leave(session, community, second)
    assert erase(session, community, second) == 3


def test_who_takes_part_elsewhere_signs_in_there_as_before(
    session: Session, community: Community, hana: Neighbour
) -> None:
    an_office(session, hana.person, a_community(session), "auditor")
    let_leave(session, community, of(hana))
    erase(session, community, of(hana))
    assert session.get_one(Person, hana.person.id).email == f"{SECRET}@example.org"


def test_offices_debts_open_exchanges_and_leaving_come_first(
    session: Session, community: Community, hana: Neighbour
) -> None:
    ken, member = a_member(session, community), of(hana)
    an_office(session, hana.person, community, "treasurer")
    an_exchange(session, community, ken, member)
    a_proposal(session, community, ken, member, worked_on=A_DAY - timedelta(days=1))
    found = service.to_settle(session, community=community, member=member)
    assert (found.is_member, found.offices, found.waiting, found.owed) == (True, ["treasurer"], 1, 90)
    with pytest.raises(service.NotSettled):
        erase(session, community, member)
    let_leave(session, community, member)
    found = service.to_settle(session, community=community, member=member)
    assert (found.is_member, found.offices, found.waiting, found.owed) == (False, [], 0, 90)
    with pytest.raises(service.NotSettled):
        erase(session, community, member)
    assert member.name == f"Hana {SECRET}"


def test_salts_go_with_the_words_and_others_stay(
    session: Session, community: Community, hana: Neighbour
) -> None:
    member = a_life(session, community, hana)
    ken, mary = a_member(session, community), a_member(session, community)
    theirs = an_exchange(session, community, ken, mary, description="Others' words")
    seal_entries(session, community=community)
    let_leave(session, community, member)
    erase(session, community, member)
    kept = set(session.scalars(select(SealedWords.entry_id)))
    said = set(session.scalars(select(Exchange.entry_id).where(Exchange.description != "")))
    assert theirs.entry_id in kept
    assert kept == said - {None}


def test_the_tables_hold_what_the_services_promise(
    session: Session, community: Community, hana: Neighbour
) -> None:
    ask(session, of(hana))
    wrong: list[dict[str, Any]] = [
        {"kind": "sell"},
        {"state": "lost"},
        {"state": GRANTED},
        {"words": "x" * 2001},
        {"answered_by": "somebody"},
    ]
    for values in wrong:
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(DataRequest).values(values))
