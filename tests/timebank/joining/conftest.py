"""Who the tests of the pages about joining begin with: a coordinator, their browser, and a stranger's."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import signed_in
from tests.builders import written


@pytest.fixture
def hana(app: Flask) -> Neighbour:
    def work(session: Session) -> Neighbour:
        community = a_community(session, slug="kadoma", telephone="06-1111-1111")
        a_community(session, slug="moriguchi")
        return a_neighbour(session, community, "coordinator", "steward", number="1", name="Hana")

    return written(app, work)


@pytest.fixture
def desk(app: Flask, hana: Neighbour) -> FlaskClient:
    return signed_in(app, hana)


@pytest.fixture
def stranger(app: Flask, hana: Neighbour) -> FlaskClient:
    return app.test_client()
