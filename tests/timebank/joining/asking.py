"""What people send who ask to join, and what they are sent."""

import re

from flask import Flask
from sqlalchemy import select

from tests.builders import Neighbour
from tests.builders import written
from tests.timebank.joining.joiners import an_invitation
from tests.timebank.mail.mailing import Porter
from timebank.cli.working import handlers_with
from timebank.db import db
from timebank.joining.models import Application
from timebank.members.models import Member
from timebank.members.queries import find_by_number
from timebank.queue import work_one

ASKS = {"name": "Sora", "telephone": "06-1234-5678", "uses_agreed": "y"}
MINOR = {
    "under_18": "y",
    "guardian_name": "Mother of Sora",
    "guardian_reached_by": "06-0000-0000",
    "guardian_email": "mother@example.org",
}


def key(number: int = 1) -> dict[str, str]:
    return {"key": f"form:{number:020}"}


def applications(app: Flask) -> list[Application]:
    return list(written(app, lambda session: session.scalars(select(Application)).all()))


def member(app: Flask, hana: Neighbour, number: str) -> Member | None:
    return written(app, lambda session: find_by_number(session, community=hana.community, number=number))


def carried(app: Flask) -> list[tuple[str, str, str]]:
    """Do all later work, and give the mails: to whom, the subject, and the text."""
    porter = Porter()
    with app.app_context():
        while work_one(db.session, handlers_with(porter)):
            pass
    found = []
    for _place, mail in porter.carried:
        body = mail.get_body(("plain",))
        assert body is not None
        found.append((mail["To"], mail["Subject"], body.get_content()))
    return found


def link_in(text: str) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+/join/\S+)", text)
    assert found, text
    return found[1]


def code_of(app: Flask, hana: Neighbour, **facts: object) -> str:
    return written(app, lambda session: an_invitation(session, hana.community, **facts))[1]
