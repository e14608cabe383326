"""A community of four, for tests of what passes between them."""

from typing import Any

from sqlalchemy.orm import Session

import ledger
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import an_exchange
from timebank.communities.models import Community
from timebank.exchanges import queries
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.members.queries import hours_of


class Neighbours:
    """A community with four members, and how their hours stand."""

    def __init__(self, session: Session, **settings: Any) -> None:
        self.session = session
        self.community: Community = a_community(session, **settings)
        names = ("Hana", "Ken", "Mitsuko", "Susumu")
        self.hana, self.ken, self.mitsuko, self.susumu = (
            a_member(session, self.community, name=name) for name in names
        )
        # Noise: hours that none of the questions below may count.
        other = a_community(session)
        an_exchange(session, other, a_member(session, other), a_member(session, other))

    def balance(self, member: Member) -> int:
        return ledger.balance(self.session, hours_of(member, self.community)).balance

    def events(self, exchange: Exchange) -> list[str]:
        return [event.what for event in queries.events_of(self.session, exchange=exchange)]
