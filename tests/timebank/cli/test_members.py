"""Entering members and founding communities from the terminal."""

import re

import pytest
from click.testing import CliRunner
from click.testing import Result
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy import select

from tests import commands
from tests.builders import PASSWORD
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_person
from tests.builders import written
from tests.databases import SECRET_KEY
from timebank.cli import main
from timebank.communities.service import find_community
from timebank.mail.models import Mail
from timebank.members.queries import find_by_number
from timebank.members.queries import people_of
from timebank.people.factors import fresh_secret
from timebank.people.factors import is_set_up
from timebank.people.factors import keep_secret
from timebank.people.models import Person
from timebank.people.service import SignInRefused
from timebank.people.service import roles_of
from timebank.people.service import sign_in


def timebank(database_url: str, *words: str, typed: str = "") -> Result:
    env = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET_KEY}
    return CliRunner().invoke(main, list(words), env=env, input=typed)


def test_a_community_is_founded_with_its_rules(database_url: str, engine: Engine) -> None:
    words = [
        "--name",
        "門真",
        "--language",
        "ja",
        "--credit-limit-hours",
        "20",
        "--time-zone",
        "Europe/Berlin",
    ]
    done = timebank(database_url, "community", "create", "kadoma", *words)
    assert (done.exit_code, done.output) == (0, "The community kadoma is founded.\n")
    community = written(engine, lambda session: find_community(session, "kadoma"))
    assert community
    assert (community.name, community.language, community.credit_limit_minutes) == ("門真", "ja", 1200)
    assert (community.time_zone, community.currency) == ("Europe/Berlin", "JPY")


def test_a_second_community_is_told_that_the_keys_of_one_count_for_none(database_url: str) -> None:
    keys = {"stripe_secret_key": "rk_test_something", "stripe_webhook_secret": "whsec_something"}
    first = commands.timebank(database_url, "community", "create", "kadoma", "--name", "Kadoma", **keys)
    assert first.stderr == ""
    second = commands.timebank(database_url, "community", "create", "enshu", "--name", "Enshu", **keys)
    assert "STRIPE_SECRET_KEY counts for no community, because there are several" in second.stderr
    looked = commands.timebank(database_url, "stripe", "sync", "--community", "enshu", **keys)
    assert "set STRIPE_SECRET_KEY_ENSHU and STRIPE_WEBHOOK_SECRET_ENSHU" in looked.stderr


@pytest.mark.parametrize(
    ("slug", "words", "sentence"),
    [
        ("static", [], "kept for the program"),
        ("Kadoma", [], "lower-case"),
        ("kadoma", ["--time-zone", "Mars/Olympus"], "not a time zone"),
        ("kadoma", ["--credit-limit-hours", "-1"], "not in the range"),
    ],
)
def test_what_cannot_be_founded_is_said_in_one_sentence(
    database_url: str, slug: str, words: list[str], sentence: str
) -> None:
    refused = timebank(database_url, "community", "create", slug, "--name", "Kadoma", *words)
    assert refused.exit_code in {1, 2}
    assert sentence in refused.output
    assert "Traceback" not in refused.output


def test_a_member_who_signs_in_and_holds_offices_is_entered(database_url: str, engine: Engine) -> None:
    community = written(engine, lambda session: a_community(session, slug="kadoma"))
    words = ["--name", "山田 花子", "--reading", "やまだ はなこ", "--email", "Hana@example.org"]
    offices = ["--role", "coordinator", "--role", "steward", "--password-stdin"]
    done = timebank(
        database_url, "member", "add", "12", "--community", "kadoma", *words, *offices, typed=f"{PASSWORD}\n"
    )
    assert done.exit_code == 0, done.output
    member = written(engine, lambda session: find_by_number(session, community=community, number="12"))
    assert member
    (person,) = written(engine, lambda session: people_of(session, member=member))
    assert sign_in([person], password=PASSWORD) is person
    held = written(engine, lambda session: roles_of(session, person=person, community=community))
    assert held == {"coordinator", "steward"}


def test_the_password_is_asked_for_twice(database_url: str, engine: Engine) -> None:
    written(engine, lambda session: a_community(session, slug="kadoma"))
    words = ["member", "add", "12", "--community", "kadoma", "--name", "Hana"]
    done = timebank(database_url, *words, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output


def test_a_member_without_a_sign_in_is_entered(database_url: str, engine: Engine) -> None:
    community = written(engine, lambda session: a_community(session, slug="kadoma"))
    words = ["member", "add", "12", "--community", "kadoma", "--name", "Hana", "--no-sign-in"]
    assert timebank(database_url, *words).exit_code == 0
    member = written(engine, lambda session: find_by_number(session, community=community, number="12"))
    assert member
    assert written(engine, lambda session: people_of(session, member=member)) == []
    assert timebank(database_url, *words, "--role", "auditor").exit_code == 2


def test_somebody_known_elsewhere_keeps_their_password(database_url: str, engine: Engine) -> None:
    community = written(engine, lambda session: a_community(session, slug="kadoma"))
    known = written(engine, lambda session: a_person(session, email="hana@example.org"))
    words = ["--name", "Hana", "--email", "hana@example.org", "--password-stdin"]
    done = timebank(
        database_url, "member", "add", "12", "--community", "kadoma", *words, typed="another-password\n"
    )
    assert done.exit_code == 0, done.output
    member = written(engine, lambda session: find_by_number(session, community=community, number="12"))
    assert member
    (person,) = written(engine, lambda session: people_of(session, member=member))
    assert person.id == known.id
    assert sign_in([person], password=PASSWORD) is person


def test_who_has_lost_everything_gets_in_without_a_second_step(
    database_url: str, engine: Engine, app: Flask
) -> None:
    who = written(
        engine, lambda session: a_neighbour(session, a_community(session, slug="kadoma"), number="7")
    )
    with app.app_context():
        written(engine, lambda session: keep_secret(session, person=who.person, secret=fresh_secret()))
    words = ["member", "reset-second-step", "7", "--community", "kadoma"]
    done = timebank(database_url, *words)
    assert done.exit_code == 0, done.output
    assert "signs in without a second step now" in done.output
    assert not written(engine, lambda session: is_set_up(session, person=who.person))
    letters = written(engine, lambda session: session.scalars(select(Mail.subject)).all())
    assert letters == ["Your sign-in to Kadoma neighbours has changed"]
    again, unknown = timebank(database_url, *words), timebank(database_url, *words[:2], "8", *words[3:])
    assert (again.exit_code, unknown.exit_code) == (1, 1)
    assert "does not sign in with a second step" in again.output
    assert "has no member “8”" in unknown.output


@pytest.mark.parametrize(
    ("words", "typed", "sentence"),
    [
        (["12", "--community", "nowhere", "--name", "Hana", "--no-sign-in"], "", "no community “nowhere”"),
        (["1 2", "--community", "kadoma", "--name", "Hana", "--no-sign-in"], "", "no blanks"),
        (["12", "--community", "kadoma", "--name", "Hana", "--password-stdin"], "short\n", "at least 8"),
    ],
)
def test_who_cannot_be_entered_is_said_in_one_sentence(
    database_url: str, engine: Engine, words: list[str], typed: str, sentence: str
) -> None:
    written(engine, lambda session: a_community(session, slug="kadoma"))
    refused = timebank(database_url, "member", "add", *words, typed=typed)
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1
    assert sentence in refused.stderr


def test_a_forgotten_password_is_replaced_and_printed_once(database_url: str, engine: Engine) -> None:
    community = written(engine, lambda session: a_community(session, slug="kadoma"))
    hana = written(engine, lambda session: a_neighbour(session, community, number="12", name="Hana"))
    taro = written(engine, lambda session: a_neighbour(session, community, number="13"))
    done = timebank(database_url, "member", "reset-password", "１２", "--community", "kadoma")
    assert done.exit_code == 0, done.output
    said = re.fullmatch(
        r"Hana signs in with this password now: ([a-z2-9]{4}(?:-[a-z2-9]{4}){2})\n", done.stdout
    )
    assert said, done.stdout
    person = written(engine, lambda session: session.get_one(Person, hana.person.id))
    assert sign_in([person], password=said[1]) is person
    with pytest.raises(SignInRefused):
        sign_in([person], password=PASSWORD)
    other = written(engine, lambda session: session.get_one(Person, taro.person.id))
    assert sign_in([other], password=PASSWORD) is other
    again = timebank(database_url, "member", "reset-password", "12", "--community", "kadoma")
    assert again.stdout != done.stdout


def test_a_password_that_nobody_has_cannot_be_replaced(database_url: str, engine: Engine) -> None:
    community = written(engine, lambda session: a_community(session, slug="kadoma"))
    written(engine, lambda session: a_member(session, community, number="12", name="Hana"))
    for words, sentence in (
        (("12", "--community", "nowhere"), "There is no community"),
        (("13", "--community", "kadoma"), "kadoma has no member “13”"),
        (("12", "--community", "kadoma"), "Nobody signs in as Hana"),
    ):
        refused = timebank(database_url, "member", "reset-password", *words)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert sentence in refused.stderr


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_setting_that_is_refused_ends_a_command(empty_database_url: str) -> None:
    env = {"DATABASE_URL": empty_database_url, "SECRET_KEY": "weak"}
    for words in (["community", "create", "kadoma", "--name", "Kadoma"], ["serve"]):
        refused = CliRunner().invoke(main, words, env=env)
        assert refused.exit_code == 1
        assert "SECRET_KEY must have" in refused.stderr
