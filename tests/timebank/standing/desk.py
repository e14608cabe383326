"""A community with a coordinator who keeps arrangements, and the browsers of everybody in it."""

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
from timebank.rates.models import GROUP
from timebank.rates.rules import Facts
from timebank.rates.rules import Terms
from timebank.rates.service import set_rate
from timebank.rates.service import set_terms

SLUG = "with-sheets"
NEW = f"/{SLUG}/standing/new"
FORM: dict[str, str | list[str]] = {
    "giver": "Hana",
    "receiver": "Taro",
    "kind": "0",
    "words": "The garden",
    "every": "weekly",
    "weekdays": ["1"],
    "begins": "09:30",
    "hours": "1:30",
    "first_on": "2026-04-01",
}
PAID = {"pays": "bill", "takes": "usual", "km": "3"}
TUESDAYS = (7, 14, 21, 28)


class Desk:
    """The community, and everybody's browser."""

    def __init__(self, app: Flask, *, paid: bool = False) -> None:
        self.app = app

        def make(session: Session) -> dict[str, Neighbour]:
            began = date(2026, 1, 1)
            community = a_community(session, slug=SLUG, currency="JPY", started_on=began)
            if paid:
                terms = Terms(starts_on=began, provider=GROUP)
                set_terms(session, community=community, terms=terms, actor=SOMEBODY)
                facts = Facts(starts_on=began, price_minor=800, thanks_minor=600)
                set_rate(session, community=community, kind=None, facts=facts, actor=SOMEBODY)
            people = {name: a_neighbour(session, community, name=name) for name in ("Hana", "Taro", "Jiro")}
            officers = {role: an_officer(session, community, role) for role in ("coordinator", "auditor")}
            return people | officers

        people = written(app, make)
        self.clients = {name: signed_in(app, one) for name, one in people.items()}
        for client in self.clients.values():
            client.post("/language", data={"language": "en"})

    def __getitem__(self, name: str) -> FlaskClient:
        return self.clients[name]

    def get(self, path: str) -> str:
        """Read a page of arrangements as the coordinator."""
        answer = self["coordinator"].get(f"/{SLUG}/standing/{path}")
        assert answer.status_code == 200, answer.text
        return text_of(answer.text)

    def send(self, path: str, /, **typed: object) -> TestResponse:
        """Send a form of the coordinator's as a browser does, with its hidden fields."""
        page = f"/{SLUG}/standing/{path}"
        hidden = hidden_of(self["coordinator"].get(page).text)
        return self["coordinator"].post(page, data={**hidden, **typed})

    def arranges(self, **typed: object) -> str:
        """Write an arrangement down; gives its number."""
        answer = self.send("new", **FORM | typed)
        assert answer.status_code == 303, text_of(answer.text)
        return str(answer.location).rsplit("/", maxsplit=1)[1]

    def confirms(self, number: str, /, **typed: object) -> TestResponse:
        """Send the sheet of April, and once more as it was shown."""
        path = f"{number}/month?month=2026-04"
        shown = self.send(path, **typed)
        again = {**typed, **hidden_of(shown.text)}
        return self["coordinator"].post(f"/{SLUG}/standing/{path}", data=again)


def a_sheet(*days: int, hours: str = "1:30", **more: str) -> dict[str, str]:
    """What the sheet of April says, all four Tuesdays of it: what is ticked, and how long each was."""
    lines = {f"hours_{day}": hours for day in TUESDAYS}
    return {"heard": "slip"} | lines | {f"on_{day}": "y" for day in days} | more


def hidden_of(page: str) -> dict[str, str]:
    return {
        name: unescape(value) for name, value in re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', page)
    }


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
