"""Who may do what: every route, called as everybody, on both engines.

A new route needs one line in ROUTES: who may, and who is told that there is nothing.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest
from sqlalchemy import delete
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
from tests.routes import EVERYBODY
from tests.routes import ROUTES
from tests.rows import changed
from tests.rows import marks
from tests.servers import application
from timebank.members.models import Hand
from timebank.people.service import take_office
from timebank.rights import OFFICES

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


def call(
    house: House, role: str, method: str, endpoint: str, address: str = "", *, same: bool = False
) -> TestResponse:
    """Call a route as somebody, who has come and is still there (``same``) or signs in where they are not."""
    row = ROUTES[endpoint]
    sent = row.data if method == "POST" else None
    with house.same_browser(role) if same else house.browser(role) as client:
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
    row, before = ROUTES[endpoint], marks(house.app)
    right = {role: row.answer_to(role, is_open=endpoint in OPEN) for role in sorted(EVERYBODY)}
    heard: dict[tuple[str, str], str] = {}
    for method in sorted(house.methods(endpoint)):
        for role in sorted(EVERYBODY - (row.may if method == "POST" else set())):
            heard[method, role] = told(call(house, role, method, endpoint, same=True))
    assert set(changed(before, marks(house.app))) <= COUNTED
    if "POST" in house.methods(endpoint):
        for role in sorted(row.may):
            heard["POST", role] = told(call(house, role, "POST", endpoint))
    assert {key: said for key, said in heard.items() if said != right[key[1]]} == {}


def test_every_route_is_somebodys() -> None:
    """So each is allowed to somebody here, and a program that refuses everything would not pass."""
    # What opens by a secret of its own, or only once, has tests of its own in which it opens.
    by_secret = {"links.use", "stripe.webhook", "trust.answer_by_mail", "joining.first", "second_step.ask"}
    others = {"people.end_sign_in", "mail.shown"}
    assert {endpoint for endpoint, row in ROUTES.items() if not row.may} == by_secret | others


def test_a_good_part_of_what_is_asked_is_allowed() -> None:
    """A table that allows hardly anything would be met by a program that refuses everything."""
    allowed = sum(len(row.may) for row in ROUTES.values())
    assert 1 / 4 < allowed / (len(ROUTES) * len(EVERYBODY)) < 2 / 3
    for role in EVERYBODY:
        assert sum(role in row.may for row in ROUTES.values()) >= 5


@pytest.mark.parametrize("endpoint", ROUTES)
def test_what_is_another_communitys_is_not_there(house: House, endpoint: str) -> None:
    house.everybody_comes()
    row, before = ROUTES[endpoint], marks(house.app)
    if not house.arguments(endpoint) & set(USUAL):
        assert not row.on
        return
    nothing: Things = {name: dict.fromkeys(known, 987_654_321) for name, known in house.here.items()}
    heard = {
        (method, role, "theirs" if things is house.elsewhere else "nobody's"): told(
            call(house, role, method, endpoint, house.address(endpoint, row.on, things), same=True)
        )
        for method in sorted(house.methods(endpoint))
        for role in sorted(row.may)
        for things in (house.elsewhere, nothing)
    }
    assert heard or not row.may
    assert {key: said for key, said in heard.items() if said != "not there"} == {}
    assert set(changed(before, marks(house.app))) <= COUNTED


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
