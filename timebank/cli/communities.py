"""The commands about communities."""

import click
from sqlalchemy.orm import Session

from timebank.actor import TERMINAL
from timebank.cli.running import run
from timebank.cli.running import tell_unused_keys
from timebank.communities.service import create_community
from timebank.settings import LANGUAGES


@click.group()
def community() -> None:
    """Found communities."""


@community.command()
@click.argument("slug")
@click.option("--name", required=True, help="The community's name, as it stands on its pages.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="What people read."
)
@click.option("--time-zone", default="Asia/Tokyo", show_default=True, help="Decides which day it is.")
@click.option("--currency", default="JPY", show_default=True, help="Three capital letters.")
@click.option(
    "--credit-limit-hours",
    type=click.IntRange(0, 100_000),
    default=12,
    show_default=True,
    help="How far below zero a member may go.",
)
def create(
    slug: str, name: str, language: str, time_zone: str, currency: str, credit_limit_hours: int
) -> None:
    """Found the community whose pages are at /SLUG/, and open its book."""

    def work(session: Session) -> None:
        create_community(
            session,
            slug=slug,
            name=name,
            language=language,
            time_zone=time_zone,
            currency=currency,
            credit_limit_minutes=credit_limit_hours * 60,
            actor=TERMINAL,
        )

    run(work)
    click.echo(f"The community {slug} is founded.")
    # What was enough for one community may count for none now.
    tell_unused_keys()
