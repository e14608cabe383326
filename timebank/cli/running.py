"""How a command runs: with its environment's settings, in one transaction, and refused in one sentence."""

import os
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import click
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import ledger
from timebank.app import create_app
from timebank.communities.models import Community
from timebank.communities.service import find_community
from timebank.communities.service import list_communities
from timebank.db import db
from timebank.errors import Refusal
from timebank.settings import SettingRefused
from timebank.settings import Settings
from timebank.stripe_settings import StripeSettings
from timebank.text import excerpt
from timebank.web import TimeBank

Result = TypeVar("Result")


def settings_here() -> Settings:
    """Read the environment's settings; one that is refused ends the command."""
    try:
        return Settings.from_env(os.environ)
    except SettingRefused as refused:
        raise click.ClickException(str(refused)) from refused


@contextmanager
def application(*, database_url: str | None = None) -> Iterator[TimeBank]:
    """Make the application from the environment, on another database where one is named."""
    settings = settings_here()
    app = create_app(replace(settings, database_url=database_url) if database_url else settings)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def run(work: Callable[[Session], Result], *, read_only: bool = False) -> Result:
    """Do a command's work in one transaction; a refusal is a sentence on standard error and exit status 1."""
    with application():
        try:
            return ledger.transaction(db.session, work, read_only=read_only)
        except Refusal as refusal:
            raise click.ClickException(refusal.english()) from refusal


def tell_unused_keys() -> None:
    """Say on standard error which keys of Stripe's count for nobody with the communities that there are."""
    with application() as app, suppress(DBAPIError):
        communities = ledger.transaction(db.session, list_communities, read_only=True)
        stripe: StripeSettings = app.config["TIMEBANK_STRIPE"]
        for sentence in stripe.unused([one.slug for one in communities]):
            click.echo(f"Note: {sentence}.", err=True)


def the_community(session: Session, slug: str) -> Community:
    """Find the community that a command names, or end the command."""
    found = find_community(session, slug)
    if found is None:
        message = f"There is no community “{excerpt(slug)}”."
        raise click.ClickException(message)
    return found
