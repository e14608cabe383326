"""Letters about a member's own money go to who acts for them, to who has left, and never to who has died."""

import pytest
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_neighbour
from timebank.farewells.service import Parting
from timebank.farewells.service import leave
from timebank.members.reaching import addresses_of


@pytest.mark.parametrize(("died", "written_to"), [(False, ["hana@example.org"]), (True, [])])
def test_nobody_writes_to_who_has_died(session: Session, died: bool, written_to: list[str]) -> None:
    community = a_community(session)
    neighbour = a_neighbour(session, community, email="hana@example.org")
    assert neighbour.member
    hana = neighbour.member

    def reached(*, has_left: bool = False) -> list[str]:
        found = addresses_of(session, member=hana, language="ja", has_left=has_left)
        return [address for address, _language in found]

    assert reached() == ["hana@example.org"]
    parting = Parting(reason="so it is", withdrawn_because="x", died=died, key="form:farewell")
    leave(session, community=community, member=hana, parting=parting, actor=COORDINATOR)
    assert reached() == []
    assert reached(has_left=True) == written_to
