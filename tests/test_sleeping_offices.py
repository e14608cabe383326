"""Offices that sleep: what they open is not open without a second factor, route by route, on both engines."""

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest
from sqlalchemy import update

from tests.builders import written
from tests.databases import PostgreSQL
from tests.databases import SQLite
from tests.house import HERE
from tests.house import House
from tests.house import a_house
from tests.routes import ROUTES
from tests.rows import changed
from tests.rows import marks
from tests.servers import application
from tests.test_rights_matrix import COUNTED
from tests.test_rights_matrix import OPEN
from tests.test_rights_matrix import call
from tests.test_rights_matrix import told
from timebank import clock
from timebank.people.models import SignIn
from timebank.people.sign_ins import hashed
from timebank.rights import NEED_SECOND_FACTOR
from timebank.rights import OPEN_ASLEEP
from timebank.rights import RIGHTS
from timebank.web.guards import GUARD


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """A house on each engine."""
    databases: SQLite | PostgreSQL = request.getfixturevalue(request.param)
    with ExitStack() as stack:
        app = stack.enter_context(application(stack.enter_context(databases.migrated(f"house{uuid4().hex}"))))
        app.config["WTF_CSRF_ENABLED"] = False
        yield a_house(app)


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
    before = marks(house.app)
    for endpoint in asked:
        for method in sorted(house.methods(endpoint)):
            answer = call(house, f"{role} asleep", method, endpoint)
            if method == "POST":
                assert (answer.status_code, "Your office sleeps" in answer.text) == (403, True), endpoint
            else:
                assert answer.status_code == 303, endpoint
                assert answer.headers["Location"].startswith(f"/{HERE}/account/second-step?next="), endpoint
    assert set(changed(before, marks(house.app))) <= COUNTED
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
