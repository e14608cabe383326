"""A small community with a household, for the tests of pages about hands."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import Neighbour
from tests.builders import a_hand
from tests.builders import a_household
from tests.builders import a_person
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found


@pytest.fixture
def here(app: Flask) -> Kadoma:
    """Kadoma with the Yamada household, for which Hana and her son act; Mary trusts Keiko."""
    kadoma = found(app)

    def work(session: Session) -> None:
        son, keiko = a_person(session), a_person(session)
        hana = kadoma.people["hana"].person
        household = a_household(session, kadoma.community, hana, number="0050")
        a_hand(session, household, son, called="Taro Yamada")
        a_hand(session, kadoma.mary, keiko, called="Keiko Smith", may="answer log read")
        kadoma.people["household"] = Neighbour(kadoma.community, son, household)
        kadoma.people["son"] = Neighbour(kadoma.community, son, None)
        kadoma.people["keiko"] = Neighbour(kadoma.community, keiko, None)

    written(app, work)
    return kadoma
