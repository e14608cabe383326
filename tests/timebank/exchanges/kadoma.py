"""A small community whose members sign in and send forms, for the tests of pages."""

import re
from dataclasses import dataclass
from dataclasses import field
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

import ledger
from tests.builders import A_DAY
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from timebank.communities.models import Community
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.members.queries import hours_of

_counted = count()
_KEY = re.compile(r'name="key"[^>]*value="(form:[^"]+)"')
_SEEN = re.compile(r'name="seen"[^>]*value="([^"]+)"')


def key_of(page: TestResponse) -> str:
    """Read the key of the form on a page."""
    found = _KEY.search(page.text)
    assert found, page.text
    return found[1]


def seen_of(page: TestResponse) -> str:
    """Read the mark of what a page has shown before it is saved."""
    found = _SEEN.search(page.text)
    assert found, page.text
    return found[1]


def typist_of(page: TestResponse) -> str:
    """Read the mark of who types in the form on a page."""
    return page.text.split('name="typed_by" value="')[1].split('"')[0]


@dataclass
class Kadoma:
    """Hana, two called Mitsuko Tanaka, Ken who coordinates, Mary without a sign-in, and an auditor."""

    app: Flask
    community: Community
    people: dict[str, Neighbour]
    mary: Member
    stranger: Exchange
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    def as_(self, name: str) -> FlaskClient:
        """Open the browser of one of them."""
        if name not in self.clients:
            self.clients[name] = signed_in(self.app, self.people[name])
        return self.clients[name]

    def member(self, name: str) -> Member:
        if name == "mary":
            return self.mary
        member = self.people[name].member
        assert member is not None
        return member

    def balance(self, name: str) -> int:
        account = hours_of(self.member(name), self.community)
        return written(self.app, lambda session: ledger.balance(session, account).balance)

    def balances(self, *names: str) -> list[int]:
        return [self.balance(name) for name in names]

    def exchanges(self) -> list[Exchange]:
        """Read what was logged in Kadoma, the first first."""
        mine = select(Exchange).where(Exchange.community_id == self.community.id).order_by(Exchange.id)
        return written(self.app, lambda session: list(session.scalars(mine)))

    def count(self) -> int:
        """Count what was logged anywhere."""
        return written(self.app, lambda session: session.scalars(select(func.count(Exchange.id))).one())

    def state(self, exchange: Exchange) -> str:
        return written(self.app, lambda session: session.get_one(Exchange, exchange.id).state)

    def proposes(self, giver: str, receiver: str, **facts: Any) -> Exchange:
        sides = (self.member(giver), self.member(receiver))
        return written(self.app, lambda session: a_proposal(session, self.community, *sides, **facts))

    def gives(self, giver: str, receiver: str, **facts: Any) -> Exchange:
        sides = (self.member(giver), self.member(receiver))
        return written(self.app, lambda session: an_exchange(session, self.community, *sides, **facts))

    def logs(self, name: str, page: str = "new", **typed: str) -> TestResponse:
        """Save a form with what was typed into it."""
        address = f"/kadoma/exchanges/{page}"
        known = {"key": f"form:{next(_counted):020}", "date": A_DAY.isoformat()}
        known |= {"hours": "1.5", "direction": "gave", "description": "Shopping"}
        return self.as_(name).post(address, data=known | typed)


def found(app: Flask) -> Kadoma:
    """Found the community, with another beside it whose exchanges are nobody's business here."""

    def work(session: Session) -> Kadoma:
        community = a_community(session, slug="kadoma")
        people = {
            "hana": a_neighbour(session, community, number="0001", name="Hana Yamada", reading="やまだ はな"),
            "ken": a_neighbour(session, community, "coordinator", number="0002", name="Ken Sato"),
            "mitsuko": a_neighbour(
                session,
                community,
                number="0003",
                name="田中 光子",
                reading="たなか みつこ",
                district="Honmachi",
            ),
            "other": a_neighbour(
                session,
                community,
                number="0004",
                name="田中 光子",
                reading="たなか みつこ",
                district="Hayami",
            ),
            "paused": a_neighbour(session, community, number="0005", name="Susumu", suspended=True),
            "auditor": an_officer(session, community, "auditor"),
        }
        mary = a_member(session, community, number="0006", name="Mary Smith")
        elsewhere = a_community(session, slug="moriguchi")
        stranger = an_exchange(session, elsewhere, a_member(session, elsewhere), a_member(session, elsewhere))
        return Kadoma(app, community, people, mary, stranger)

    return written(app, work)
