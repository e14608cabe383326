"""The commands about members."""

import secrets
import sys

import click
from sqlalchemy.orm import Session

from timebank.actor import TERMINAL
from timebank.cli.running import run
from timebank.cli.running import the_community
from timebank.members.queries import find_by_number
from timebank.members.queries import person_of
from timebank.members.service import add_member
from timebank.members.service import give_hand
from timebank.members.sign_in_codes import reset_second_step as lose_second_step
from timebank.people.models import Person
from timebank.people.service import create_person
from timebank.people.service import find_by_email
from timebank.people.service import give_office
from timebank.people.service import set_password
from timebank.rights import OFFICES
from timebank.text import excerpt

#: Letters and digits that nobody mistakes for one another, read aloud or from paper.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


@click.group()
def member() -> None:
    """Enter members, and help those who cannot sign in."""


@member.command()
@click.argument("number")
@click.option("--community", "slug", required=True, help="The community's SLUG.")
@click.option("--name", required=True, help="The member's name.")
@click.option("--reading", help="How the name is read; lists are sorted by it.")
@click.option("--district", help="Tells two people of one name apart.")
@click.option("--email", help="What to sign in with, beside the number.")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(OFFICES), help="An office; may be repeated."
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--no-sign-in", is_flag=True, help="Enter a member who does not sign in.")
def add(
    number: str,
    *,
    slug: str,
    name: str,
    reading: str | None,
    district: str | None,
    email: str | None,
    roles: tuple[str, ...],
    password_stdin: bool,
    no_sign_in: bool,
) -> None:
    """Enter the member NUMBER, who signs in with it and a password."""
    if no_sign_in and (email or roles or password_stdin):
        raise click.UsageError("Somebody who does not sign in has no e-mail address, office or password.")
    password = None if no_sign_in else _password(from_stdin=password_stdin)

    def work(session: Session) -> None:
        community = the_community(session, slug)
        entered = add_member(
            session,
            community=community,
            number=number,
            name=name,
            reading=reading,
            district=district,
            actor=TERMINAL,
        )
        if password is not None:
            person = _person(session, email, password)
            give_hand(session, person=person, member=entered, actor=TERMINAL)
            for role in roles:
                give_office(session, person=person, community=community, role=role, actor=TERMINAL)

    run(work)
    click.echo(f"{name} is member {number} of {slug}.")


@member.command()
@click.argument("number", metavar="MEMBER")
@click.option("--community", "slug", required=True, help="The community's SLUG.")
def reset_password(number: str, *, slug: str) -> None:
    """Give the member with the number MEMBER a new password, and print it."""
    password = _made_up()

    def work(session: Session) -> str:
        found = find_by_number(session, community=the_community(session, slug), number=number)
        if found is None:
            raise click.ClickException(f"{slug} has no member “{excerpt(number)}”.")
        person = person_of(session, member=found)
        if person is None:
            raise click.ClickException(f"Nobody signs in as {found.name}, so there is no password.")
        set_password(session, person=person, password=password)
        return found.name

    name = run(work)
    click.echo(f"{name} signs in with this password now: {password}")


@member.command()
@click.argument("number", metavar="MEMBER")
@click.option("--community", "slug", required=True, help="The community's SLUG.")
def reset_second_step(number: str, *, slug: str) -> None:
    """Let the member with the number MEMBER sign in without a second step, for who has lost everything."""

    def work(session: Session) -> str:
        community = the_community(session, slug)
        found = find_by_number(session, community=community, number=number)
        if found is None:
            raise click.ClickException(f"{slug} has no member “{excerpt(number)}”.")
        lose_second_step(session, community=community, member=found, actor=TERMINAL)
        return found.name

    click.echo(f"{run(work)} signs in without a second step now, and is signed out everywhere.")


def _made_up() -> str:
    """Make a password up that can be read to somebody over the telephone: some 60 bits of chance."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(3))


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _person(session: Session, email: str | None, password: str) -> Person:
    """Make the person, or find them where another community knows them; their password then stays."""
    known = find_by_email(session, email) if email else None
    return known or create_person(session, email=email, password=password)
