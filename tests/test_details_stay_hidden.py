"""Telephone numbers and addresses stand on the pages made for them and nowhere else.

A house in which everybody is reached somehow: every page is opened as everybody, every form is sent, every
command that writes something is run, every mail is read, and every row and line of the log is looked at.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import written
from tests.commands import timebank
from tests.databases import SQLite
from tests.filled_forms import FORMS
from tests.filled_forms import send
from tests.house import ELSEWHERE
from tests.house import HERE
from tests.house import House
from tests.house import a_house
from tests.rows import rows
from tests.servers import application
from tests.sheets import read_sheet
from timebank.communities.models import Community
from timebank.contacts.models import ADDRESS
from timebank.contacts.models import EMAIL
from timebank.contacts.models import MEMBERS
from timebank.contacts.models import OTHER
from timebank.contacts.models import TELEPHONE
from timebank.contacts.service import set_detail
from timebank.contacts.sharing import agree
from timebank.members.models import Member

pytestmark = pytest.mark.slow

#: Nothing else of the house holds these.
SECRETS = ("0607713307713", "Wisteria", "ivy-at-home", "behind the shrine")
#: The addresses with which the people of the house sign in.
SIGN_INS = re.compile(rf"\w+@(?:{HERE}|{ELSEWHERE})\.example")
#: As it stands on the one page each of them may read without a button: their own.
OWN_PAGE = f"/{HERE}/membership/reach"
#: What answers with details: somebody pressed a button for that.
OPENED = {"contacts.show", "contact_desk.look", "mydata.file", "mydata.page", "data_requests.print_out"}
COMMANDS = (
    ("balances", "--community", HERE, "--format", "csv"),
    ("trial-balance", "--community", HERE, "--format", "csv"),
    ("statement", "--community", HERE, "--format", "csv", "001"),
    *(("export", kind, "--community", HERE) for kind in ("csv", "beancount", "hledger")),
    ("verify",),
)


def found(text: str) -> set[str]:
    """Name the secrets in a text, whatever stands between the digits."""
    bare = re.sub(r"[-\s]", "", text)
    return {secret for secret in SECRETS if secret in text or secret.replace(" ", "") in bare}


def everybody_is_reached(session: Session) -> None:
    """Let every member show everything to all members, and agree to the rules."""
    # Communities that only stand beside the house have no rules.
    for community in session.scalars(select(Community).where(Community.slug.in_((HERE, ELSEWHERE)))):
        for member in session.scalars(select(Member).where(Member.community_id == community.id)):
            for kind, value in (
                (TELEPHONE, f"06-0771-3307-713-{member.id}"),
                (ADDRESS, f"{member.id} Wisteria Lane"),
                (EMAIL, f"ivy-at-home-{member.id}@example.org"),
                (OTHER, "The blue door behind the shrine"),
            ):
                set_detail(
                    session,
                    community=community,
                    member=member,
                    kind=kind,
                    value=value,
                    audience=MEMBERS,
                    actor=SOMEBODY,
                )
            agree(session, member=member, version=1, actor=SOMEBODY)


@pytest.fixture
def app(sqlite: SQLite) -> Iterator[Flask]:
    with sqlite.migrated(f"house{uuid4().hex}") as url, application(url) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        yield app


@pytest.fixture
def house(app: Flask) -> House:
    house = a_house(app)
    written(app, everybody_is_reached)
    return house


def test_no_page_or_file_shows_a_detail_before_a_button_is_pressed(house: House) -> None:
    opened = 0
    for role in house.people:
        client, own = house.browser(role), house.people[role].name
        for endpoint in sorted(house.app.view_functions):
            if "GET" not in house.methods(endpoint) or endpoint == "static":
                continue
            ids = house.arguments(endpoint) & set(house.here)
            for on in [on for name in ids for on in house.here[name]] or [""]:
                path = house.address(endpoint, on)
                answer = client.get(path)
                opened += answer.status_code == 200
                if answer.mimetype == "application/pdf":
                    # What is read of it, and not its bytes.
                    assert found(read_sheet(answer.data).text) == set(), (role, path)
                    continue
                if (answer.mimetype or "").startswith("image/"):
                    continue
                # A file for the bank is in its own letters.
                text = answer.data.decode(errors="replace")
                if path != OWN_PAGE:
                    assert found(text) == set(), (role, path)
                assert found(str(answer.headers)) == set(), (role, path)
                # Nor with which address anybody else signs in.
                assert set(SIGN_INS.findall(text)) <= {own}, (role, path)
    assert opened > 300


def test_a_button_shows_them(house: House) -> None:
    """Else the other tests could not fail."""
    for endpoint in sorted(OPENED):
        assert found(send(house, endpoint).text) == set(SECRETS)
    assert found(house.browser("giver").get(OWN_PAGE).text) == set(SECRETS)


def test_no_form_mail_log_or_row_passes_a_detail_on(
    house: House, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    logging.getLogger("timebank.access").addHandler(caplog.handler)
    caplog.set_level(logging.DEBUG)
    try:
        for endpoint in FORMS:
            answer = send(house, endpoint)
            if endpoint not in OPENED:
                assert found(answer.text + str(answer.headers)) == set(), endpoint
        url = house.app.config["SQLALCHEMY_DATABASE_URI"].render_as_string(hide_password=False)
        assert timebank(url, "worker", "--once", mail_folder=str(tmp_path)).exit_code == 0
    finally:
        logging.getLogger("timebank.access").removeHandler(caplog.handler)
    assert "POST" in caplog.text
    assert found(caplog.text) == set()
    letters = [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    assert letters
    assert [letter for letter in letters if found(letter)] == []
    tables = {name for name, table in rows(house.app).items() if found(repr(table))}
    assert tables == {"contact_detail"}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_writes_them(house: House, command: tuple[str, ...]) -> None:
    url = house.app.config["SQLALCHEMY_DATABASE_URI"].render_as_string(hide_password=False)
    result = timebank(url, *command)
    assert result.exit_code == 0, result.stderr
    assert result.stdout
    assert found(result.stdout + result.stderr) == set()
