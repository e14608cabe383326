"""Who may do what: every route, called as everybody, on both engines.

A new route needs one line in ROUTES: who may, and who is told that there is nothing.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import field
from uuid import uuid4

import pytest
from sqlalchemy import delete
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.builders import COORDINATOR
from tests.builders import a_neighbour
from tests.builders import an_office
from tests.builders import an_officer
from tests.builders import written
from tests.databases import PostgreSQL
from tests.databases import SQLite
from tests.house import HERE
from tests.house import USUAL
from tests.house import House
from tests.house import Things
from tests.house import a_house
from tests.rows import changed
from tests.rows import rows
from tests.servers import application
from timebank import clock
from timebank.members.models import Hand
from timebank.people.models import SignIn
from timebank.people.service import take_office
from timebank.people.sign_ins import hashed
from timebank.rights import NEED_SECOND_FACTOR
from timebank.rights import OFFICES
from timebank.rights import OPEN_ASLEEP
from timebank.rights import RIGHTS
from timebank.web.guards import GUARD

C, T, S, A = OFFICES
#: Officers who are no members.
OFFICERS = frozenset(OFFICES)
#: Those who gave and received what an address is about, a third one, one who is suspended, and somebody who
#: acts for a household.
MEMBERS = frozenset({"giver", "receiver", "other", "suspended", "household"})
#: Somebody whom the receiver trusts, with everything ticked.
TRUSTED = "trusted"
PARTIES = frozenset({"giver", "receiver"})
THIRD = MEMBERS - PARTIES
WITH_OWN_PART = MEMBERS | OFFICERS
INSIDE = WITH_OWN_PART | {TRUSTED}
#: With a member who holds every office of another community, somebody who acted for a household and does no
#: longer, and somebody who has not signed in.
EVERYBODY = INSIDE | {"elsewhere", "ended", "stranger"}


@dataclass(frozen=True, slots=True)
class Row:
    """Who may use a route; everybody else of the community has no right to it (403)."""

    may: frozenset[str]
    #: Those who have the right, but not to this one: it is not there (404).
    not_there: frozenset[str] = frozenset()
    #: Those who see what it is about, and are told why this is not for them to do (409).
    told_why: frozenset[str] = frozenset()
    #: What the address is about, by its name in the house.
    on: str = ""
    #: What is sent, where an empty form is no form.
    data: dict[str, str] = field(default_factory=dict)

    def answer_to(self, role: str, *, is_open: bool) -> str:
        """Say what somebody is to be told."""
        if role in self.may:
            return "yes"
        if role in self.not_there:
            return "not there"
        if role in self.told_why:
            return "told why"
        return "sign in" if role == "stranger" and not is_open else "no right"


def may(*roles: str | frozenset[str], **more: object) -> Row:
    """Write a row: roles, and groups of them."""
    allowed = frozenset(one for role in roles for one in ({role} if isinstance(role, str) else role))
    return Row(allowed, **more)  # type: ignore[arg-type]


def one_of_two(role: str, **more: object) -> Row:
    """Write the row of what one side of an exchange may do: to other members there is no such thing."""
    both = {"receiver", TRUSTED} if role == "receiver" else {role}
    return may(*both, not_there=(MEMBERS | {TRUSTED}) - both, **more)


#: Every route, and who may use it: one line for each.
ROUTES: dict[str, Row] = {
    "static": may(EVERYBODY),
    "front.index": may(EVERYBODY),
    "web.healthz": may(EVERYBODY),
    "web.language": may(EVERYBODY, data={"language": "ja"}),
    # Only the demo shows its mail.
    "mail.shown": may(not_there=EVERYBODY),
    # One's own sign-in.
    "people.sign_in": may(EVERYBODY),
    "people.sign_out": may(EVERYBODY),
    "people.go_on": may(INSIDE),
    "people.account": may(INSIDE),
    "people.change_password": may(INSIDE),
    "people.change_language": may(INSIDE),
    # Somebody else's, who does nothing here.
    "people.end_sign_in": may(not_there=INSIDE),
    "people.end_other_sign_ins": may(INSIDE),
    # Keeping one's second step.
    "factors.overview": may(INSIDE),
    "factors.set_up": may(INSIDE),
    "factors.recovery_codes": may(INSIDE),
    "factors.remove": may(INSIDE),
    # Whoever is halfway in; nobody here is.
    "second_step.ask": may(not_there=EVERYBODY),
    # A link that somebody has asked for.
    "links.ask": may(EVERYBODY),
    "links.sent": may(EVERYBODY),
    "links.opened": may(EVERYBODY),
    # Whoever has it; here it was used already.
    "links.use": may(not_there=EVERYBODY, on="used"),
    # Members' own hours.
    "exchanges.home": may(INSIDE),
    "exchanges.log": may(MEMBERS, TRUSTED),
    "exchanges.joint": may(MEMBERS, TRUSTED),
    "exchanges.show": may(PARTIES, TRUSTED, OFFICERS, not_there=THIRD),
    "exchanges.confirm": one_of_two("receiver", on="confirm"),
    "exchanges.decline": one_of_two("receiver", on="decline"),
    "exchanges.withdraw": may(
        "giver", not_there=THIRD, told_why=frozenset({"receiver", TRUSTED}), on="withdraw"
    ),
    "exchanges.dispute": one_of_two("giver", on="declined"),
    "seals.of_entry": may(PARTIES, TRUSTED, OFFICERS, not_there=THIRD, on="booked"),
    "seals.file_of_entry": may(PARTIES, TRUSTED, OFFICERS, not_there=THIRD, on="booked"),
    "seals.of_reversal": may(PARTIES, TRUSTED, OFFICERS, not_there=THIRD, on="reversed"),
    "seals.file_of_reversal": may(PARTIES, TRUSTED, OFFICERS, not_there=THIRD, on="reversed"),
    "statements.own": may(MEMBERS, TRUSTED),
    "statements.own_file": may(MEMBERS, TRUSTED),
    "statements.own_print": may(MEMBERS, TRUSTED),
    "statements.own_certificate": may(MEMBERS, TRUSTED),
    # Others' hours.
    "statements.of_member": may(OFFICERS),
    "statements.file_of_member": may(OFFICERS),
    "statements.print_of_member": may(OFFICERS),
    "statements.certificate_of_member": may(OFFICERS),
    "desk.waiting": may(C),
    "desk.for_others": may(C),
    "desk.slips": may(C),
    "desk.answer": may(C, on="answer"),
    "desk.settle": may(C, on="settle"),
    "desk.close": may(C, on="joint"),
    "desk.withdraw": may(C, on="withdraw-for-them"),
    "desk.reverse": may(C, on="reverse"),
    # Pools.
    "pools.index": may(WITH_OWN_PART),
    "pools.show": may(WITH_OWN_PART),
    "pools.give": may(MEMBERS),
    "pools.give_for": may(C),
    "pools.grant": may(C),
    "pools.take_back": may(C),
    "pools.open_one": may(C, S),
    "pools.close": may(C, S, on="empty"),
    "pools.reopen": may(C, S, on="closed"),
    # Acting for others.
    "hands.whom": may(INSIDE),
    "hands.choose": may(INSIDE),
    "hands.own": may(MEMBERS),
    "hands.of_member": may(C),
    "hands.end": may(C, on="household"),
    # Whom the other acts for, beside being a member.
    "hands.lay_down": may("other", not_there=INSIDE - {"other"}, on="without a sign-in, too"),
    "hands.thanks": may(EVERYBODY),
    # Trusted persons: the giver has asked the other.
    "trust.name": may(MEMBERS),
    "trust.end": may("giver", not_there=MEMBERS - {"giver"}, on="trusted by the giver"),
    "trust.take_back": may("giver", not_there=MEMBERS - {"giver"}, on="to be taken back"),
    "trust.answer": may("other", not_there=INSIDE - {"other"}, on="for the other"),
    "trust.asked_by_mail": may(EVERYBODY),
    "trust.answered": may(EVERYBODY),
    # Whoever has the link; here it was answered already.
    "trust.answer_by_mail": may(not_there=EVERYBODY, on="answered"),
    "trust.name_for": may(C),
    "trust.take_back_for": may(C, on="to be taken back for them"),
    # Being away, leaving, and coming back.
    "membership.own": may(MEMBERS),
    "membership.back": may(MEMBERS),
    "membership.of_member": may(C),
    "membership.back_of_member": may(C),
    "farewells.leave": may(MEMBERS),
    "farewells.leave_now": may(MEMBERS),
    "farewells.goodbye": may(EVERYBODY),
    "farewells.of_member": may(C),
    "farewells.left": may(C),
    "farewells.died": may(C),
    "farewells.take_back": may(C),
    # Insurances and licences.
    "licences.index": may(C, S),
    "licences.on_paper": may(C, S),
    "licences.file": may(C, S),
    "licences.own": may(MEMBERS),
    "licences.of_member": may(C, S),
    "licences.write_down": may(C),
    "licences.take_off": may(C),
    "licences.many": may(C),
    "licences.list_of_kinds": may(C, S),
    "licences.retire_kind": may(C, S),
    # How members are reached, and who may know it.
    "contacts.own": may(MEMBERS),
    "contacts.looks": may(MEMBERS),
    "contacts.find": may(MEMBERS),
    "contacts.show": may(MEMBERS),
    "contact_desk.of_member": may(C),
    "contact_desk.look": may(C),
    "contact_desk.write": may(C),
    "contact_desk.looks_of": may(C),
    "sharing.rules": may(INSIDE),
    "sharing.agree": may(MEMBERS, data={"version": "1"}),
    "sharing.end_consent": may(MEMBERS),
    "sharing.change": may(S),
    "sharing.to_ask": may(C),
    "sharing.of_member": may(C),
    # Members who were entered twice.
    "doubles.index": may(C),
    "doubles.find": may(C),
    "doubles.join": may(C, on="entered twice"),
    "doubles.not_the_same": may(C, on="entered twice"),
    # Officers are led to the statement of anybody; nobody here has an older record of their own.
    "statements.older": may(OFFICERS, not_there=MEMBERS | {"trusted"}),
    # Joining: for everybody, for whoever has the code or the link, and for coordinators.
    "joining.apply": may(EVERYBODY),
    "joining.asked": may(EVERYBODY),
    "joining.by_code": may(EVERYBODY),
    "joining.invited": may(EVERYBODY),
    "joining.welcome": may(EVERYBODY),
    "joining.consent": may(EVERYBODY),
    "joining.consented": may(EVERYBODY),
    "joining.first": may(not_there=EVERYBODY, on="used"),
    "applicants.index": may(C),
    "applicants.show": may(C),
    "applicants.accept": may(C),
    "applicants.decline": may(C),
    "applicants.on_paper": may(C, on="on paper"),
    "applicants.paper": may(C),
    "applicants.enter": may(C, S),
    "applicants.of_member": may(C),
    "applicants.withdraw": may(C),
    "applicants.guardian": may(C),
    "applicants.of_age": may(C, on="new"),
    "applicants.rule": may(S),
    "invitations.index": may(C),
    "invitations.new": may(C),
    "invitations.end": may(C, on="to end"),
    "consents.own": may(MEMBERS),
    "consents.give": may(MEMBERS),
    "consents.withdraw": may(MEMBERS),
    # What is known of members.
    "mydata.own": may(MEMBERS),
    "mydata.file": may(MEMBERS),
    "mydata.page": may(MEMBERS),
    "mydata.ask": may(MEMBERS),
    "mydata.withdraw": one_of_two("giver"),
    "data_requests.index": may(C, S),
    "data_requests.answer": may(C, S),
    "data_requests.of_member": may(C, S),
    "data_requests.print_out": may(C, S),
    "data_requests.ask_for": may(C, S),
    "data_requests.erase": may(C, S),
    "leaks.retention": may(S),
    "leaks.index": may(S),
    "leaks.write": may(S),
    "leaks.show": may(S),
    "leaks.change": may(S),
    "leaks.tell": may(S),
    # Members.
    "members.index": may(OFFICERS),
    "members.enter": may(C, S),
    # Oneself is led home.
    "members.show": may("giver", OFFICERS, not_there=(MEMBERS | {TRUSTED}) - {"giver"}),
    "members.limit": may(C),
    "members.suspend": may(C, S),
    "members.resume": may(C, S, on="suspended"),
    "members.give_sign_in": may(C, S, on="without a sign-in"),
    "members.offices": may(S),
    "codes.give": may(C, S, on="without a sign-in"),
    "codes.reset_second_step": may(S, on="with a second step"),
    "audit.trail": may(S, A),
    # The community.
    "members.limits": may(S),
    "communities.who_may": may(INSIDE),
    "communities.settings": may(OFFICERS),
    "communities.change": may(S),
    "communities.kinds": may(S),
    "communities.retire_kind": may(S),
    "later.work": may(OFFICERS),
    "later.again": may(C, S),
}
#: How often somebody has tried is counted, whatever comes of it.
COUNTED = {"tries"}
#: Addresses that a stranger, too, is answered at.
OPEN = {endpoint for endpoint, row in ROUTES.items() if "stranger" in row.may | row.not_there}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """The house on each engine, for all tests of this module: what they do is done once or not at all."""
    databases: SQLite | PostgreSQL = request.getfixturevalue(request.param)
    with ExitStack() as stack:
        url = stack.enter_context(databases.migrated(f"house{uuid4().hex}"))
        app = stack.enter_context(application(url))
        app.config["WTF_CSRF_ENABLED"] = False
        yield a_house(app)


def call(house: House, role: str, method: str, endpoint: str, address: str = "") -> TestResponse:
    row = ROUTES[endpoint]
    sent = row.data if method == "POST" else None
    with house.browser(role) as client:
        answer = client.open(address or house.address(endpoint, row.on), method=method, data=sent)
        answer.close()
    return answer


def told(answer: TestResponse) -> str:
    """Say in words what an answer tells somebody."""
    if answer.status_code == 303 and "/sign-in?next=" in answer.headers["Location"]:
        return "sign in"
    if answer.status_code == 422 and "Your session has ended" in answer.text:
        return "sign in"
    known = {200: "yes", 303: "yes", 422: "yes", 403: "no right", 404: "not there", 409: "told why"}
    return known.get(answer.status_code, str(answer.status_code))


def test_every_route_has_a_row(house: House) -> None:
    known = set(house.app.view_functions)
    new = sorted(known - set(ROUTES))
    assert not new, (
        f"Say in ROUTES of {__name__} who may use {', '.join(new)}: one line for each, such as "
        f'"{new[0]}": may(C, S). Whoever is not named there must be told 403.'
    )
    assert sorted(set(ROUTES) - known) == [], "ROUTES has rows of routes that are gone"


def test_every_kind_of_id_in_an_address_is_known(house: House) -> None:
    names = {name for endpoint in house.app.view_functions for name in house.arguments(endpoint)}
    unknown = names - set(USUAL) - {"community", "filename"}
    assert not unknown, f"Put one of {unknown} into both communities of tests/house.py, and into its USUAL"


@pytest.mark.parametrize("endpoint", ROUTES)
def test_everybody_is_told_what_the_table_says_and_looking_changes_nothing(
    house: House, endpoint: str
) -> None:
    """The refused come first, by every method, then those who look; nothing is written for any of them."""
    house.everybody_comes()
    row, before = ROUTES[endpoint], rows(house.app)
    right = {role: row.answer_to(role, is_open=endpoint in OPEN) for role in sorted(EVERYBODY)}
    heard: dict[tuple[str, str], str] = {}
    for method in sorted(house.methods(endpoint)):
        for role in sorted(EVERYBODY - (row.may if method == "POST" else set())):
            heard[method, role] = told(call(house, role, method, endpoint))
    assert set(changed(before, rows(house.app))) <= COUNTED
    if "POST" in house.methods(endpoint):
        for role in sorted(row.may):
            heard["POST", role] = told(call(house, role, "POST", endpoint))
    assert {key: said for key, said in heard.items() if said != right[key[1]]} == {}


def test_a_good_part_of_what_is_asked_is_allowed() -> None:
    """A table that allows hardly anything would be met by a program that refuses everything."""
    allowed = sum(len(row.may) for row in ROUTES.values())
    assert 3 / 10 < allowed / (len(ROUTES) * len(EVERYBODY)) < 2 / 3
    for role in EVERYBODY:
        assert sum(role in row.may for row in ROUTES.values()) >= 5


@pytest.mark.parametrize("endpoint", ROUTES)
def test_what_is_another_communitys_is_not_there(house: House, endpoint: str) -> None:
    house.everybody_comes()
    row, before = ROUTES[endpoint], rows(house.app)
    if not house.arguments(endpoint) & set(USUAL):
        assert not row.on
        return
    nothing: Things = {name: dict.fromkeys(known, 987_654_321) for name, known in house.here.items()}
    heard = {
        (method, role, "theirs" if things is house.elsewhere else "nobody's"): told(
            call(house, role, method, endpoint, house.address(endpoint, row.on, things))
        )
        for method in sorted(house.methods(endpoint))
        for role in sorted(row.may)
        for things in (house.elsewhere, nothing)
    }
    assert heard or not row.may
    assert {key: said for key, said in heard.items() if said != "not there"} == {}
    assert set(changed(before, rows(house.app))) <= COUNTED


@pytest.mark.parametrize("role", OFFICES)
def test_an_office_that_is_taken_away_is_gone_at_the_next_request(house: House, role: str) -> None:
    community = house.people["coordinator"].community
    name = f"{role} for a day {uuid4().hex}"
    house.people[name] = written(house.app, lambda session: an_officer(session, community, role))
    asked = [endpoint for endpoint, row in ROUTES.items() if role in row.may and endpoint not in OPEN]
    before = {told(call(house, name, "GET", one)) for one in asked if "GET" in house.methods(one)}
    person = house.people[name].person
    written(
        house.app,
        lambda session: take_office(
            session, person=person, community=community, role=role, actor=COORDINATOR
        ),
    )
    after = {told(call(house, name, method, one)) for one in asked for method in house.methods(one)}
    assert (before, after) == ({"yes"}, {"no right"})
    written(house.app, lambda session: an_office(session, person, community, role))
    assert told(call(house, name, "GET", "members.index")) == "yes"


@pytest.mark.parametrize("role", sorted(NEED_SECOND_FACTOR))
def test_without_a_second_factor_an_office_opens_nothing_and_is_led_to_where_it_wakes(
    house: House, role: str
) -> None:
    """What the office has beside everybody's own pages; nothing that is sent is done or written."""
    house.people[f"{role} asleep"] = house.people[role]
    everybodys = {one for one in RIGHTS if one in OPEN_ASLEEP}
    asked = [
        endpoint
        for endpoint, row in ROUTES.items()
        if role in row.may
        and endpoint not in OPEN
        and getattr(house.app.view_functions[endpoint], GUARD) not in everybodys
    ]
    assert len(asked) > 5
    house.browser(f"{role} asleep")
    before = rows(house.app)
    for endpoint in asked:
        for method in sorted(house.methods(endpoint)):
            answer = call(house, f"{role} asleep", method, endpoint)
            if method == "POST":
                assert (answer.status_code, "Your office sleeps" in answer.text) == (403, True), endpoint
            else:
                assert answer.status_code == 303, endpoint
                assert answer.headers["Location"].startswith(f"/{HERE}/account/second-step?next="), endpoint
    assert set(changed(before, rows(house.app))) <= COUNTED
    for endpoint in ("exchanges.home", "people.account", "factors.overview", "factors.set_up"):
        assert told(call(house, f"{role} asleep", "GET", endpoint)) == "yes"


@pytest.mark.parametrize("role", sorted(NEED_SECOND_FACTOR))
def test_a_second_factor_is_asked_for_at_the_next_request(house: House, role: str) -> None:
    endpoint = "members.index"
    assert told(call(house, role, "GET", endpoint)) == "yes"
    token, person_id = house.tokens[role], house.people[role].person.id
    own = update(SignIn).where(SignIn.person_id == person_id, SignIn.token_hash == hashed(token))
    written(house.app, lambda session: session.execute(own.values(second_factor_at=None)).close())
    answer = call(house, role, "GET", endpoint)
    assert (answer.status_code, "/account/second-step?next=" in answer.headers["Location"]) == (303, True)
    written(house.app, lambda session: session.execute(own.values(second_factor_at=clock.now())).close())
    assert call(house, role, "GET", endpoint).status_code == 200


def test_who_acts_for_a_member_no_longer_is_out_at_the_next_request(house: House) -> None:
    community = house.people["coordinator"].community
    name = f"member for a day {uuid4().hex}"
    house.people[name] = written(house.app, lambda session: a_neighbour(session, community))
    assert told(call(house, name, "GET", "statements.own")) == "yes"
    person_id = house.people[name].person.id
    written(house.app, lambda session: session.execute(delete(Hand).where(Hand.person_id == person_id)))
    for endpoint in ("statements.own", "exchanges.home", "exchanges.log", "people.account"):
        assert told(call(house, name, "GET", endpoint)) == "no right"


def test_a_stranger_comes_back_to_where_they_were_led_away_from(house: House) -> None:
    answer = call(house, "stranger", "GET", "exchanges.show")
    assert answer.headers["Location"] == f"/{HERE}/sign-in?next={house.address('exchanges.show')}"
