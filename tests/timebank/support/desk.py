"""A community in which help is paid, and the browsers of everybody in it, for tests of its pages."""

import re
from datetime import date
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from timebank import clock
from timebank.rates.models import GROUP
from timebank.rates.rules import Facts
from timebank.rates.rules import Terms
from timebank.rates.service import set_rate
from timebank.rates.service import set_terms

SLUG = "with-visits"
NEW = f"/{SLUG}/support/visits/new"
TODAY = clock.today("Asia/Tokyo")
FORM = {
    "kind": "0",
    "date": TODAY.isoformat(),
    "hours": "1:30",
    "pays": "bill",
    "takes": "thanks",
    "heard": "slip",
    "giver": "Hana",
    "receiver": "Taro",
    "description": "The garden",
}


class Desk:
    """A community in which help is paid, and everybody's browser."""

    def __init__(self, app: Flask, *, on: bool) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        self.app = app

        def make(session: Session) -> dict[str, Neighbour]:
            community = a_community(session, slug=SLUG, currency="JPY", started_on=date(2026, 1, 1))
            if on:
                terms = Terms(starts_on=TODAY, provider=GROUP)
                set_terms(session, community=community, terms=terms, actor=SOMEBODY)
                facts = Facts(starts_on=TODAY, price_minor=800, thanks_minor=600)
                set_rate(session, community=community, kind=None, facts=facts, actor=SOMEBODY)
            members = {name: a_neighbour(session, community, name=name) for name in ("Hana", "Taro", "Jiro")}
            officers = ("coordinator", "treasurer", "auditor")
            return members | {role: an_officer(session, community, role) for role in officers}

        people = written(app, make)
        self.ids = {name: one.member.id for name, one in people.items() if one.member}
        self.clients = {name: signed_in(app, one) for name, one in people.items()}
        for client in self.clients.values():
            client.post("/language", data={"language": "en"})

    def __getitem__(self, name: str) -> FlaskClient:
        return self.clients[name]

    def asks(self, **typed: str) -> TestResponse:
        """Send the form for the first time."""
        key = re.search(r'name="key"[^>]*value="([^"]+)"', self["coordinator"].get(NEW).text)
        assert key
        return self["coordinator"].post(NEW, data={"key": key[1], **FORM, **typed})

    def writes(self, **typed: str) -> str:
        """Send the form, and once more as it was shown; gives the visit's page."""
        shown = self.asks(**typed)
        hidden = dict(re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', shown.text))
        answer = self["coordinator"].post(NEW, data={**FORM, **typed, **hidden})
        assert answer.status_code == 303, text_of(answer.text)
        return str(answer.location)


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
