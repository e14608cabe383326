"""The commands about Stripe: look at an account by hand, and a Stripe to develop against."""

import click
from sqlalchemy.orm import Session

import ledger
from timebank.app import HOOKS
from timebank.cli.running import application
from timebank.cli.running import settings_here
from timebank.cli.running import the_community
from timebank.communities.service import list_communities
from timebank.db import db
from timebank.errors import Refusal
from timebank.money import in_words
from timebank.payments.accounts import gateway_of
from timebank.payments.gateway import Gateway
from timebank.payments.gateway import GatewayDown
from timebank.payments.gateway import GatewayTrouble
from timebank.payments.sweeping import Sweep
from timebank.payments.sweeping import Swept


@click.group()
def stripe() -> None:
    """Look at a community's account at Stripe."""


@stripe.command()
@click.option("--community", "slug", required=True, help="The community's slug.")
def sync(slug: str) -> None:
    """Fetch and book what Stripe has and the books have not, and compare the two balances.

    The worker does it every night. Ends with status 1 where the balances differ.
    """
    settings = settings_here().stripe

    def find(session: Session) -> tuple[int, Gateway | None, bool]:
        community, alone = the_community(session, slug), len(list_communities(session)) == 1
        return community.id, gateway_of(session, community=community, settings=settings), alone

    with application():
        community_id, gateway, alone = ledger.transaction(db.session, find, read_only=True)
        if gateway is None:
            key, secret = settings.names_for(slug, alone=alone)
            message = f"This community has no key for Stripe: set {key} and {secret}."
            raise click.ClickException(message)
        look = Sweep(lambda work: ledger.transaction(db.session, work), gateway, community_id, HOOKS.purposes)
        _tell(_run(look))


def _run(look: Sweep) -> Swept:
    try:
        return look.run()
    except GatewayDown as down:
        message = "Stripe cannot be reached just now."
        raise click.ClickException(message) from down
    except GatewayTrouble as refused:
        message = "Stripe refuses: is the key right, and may it read what docs/stripe.md names?"
        raise click.ClickException(message) from refused
    except Refusal as refusal:
        raise click.ClickException(refusal.english()) from refusal


def _tell(swept: Swept) -> None:
    click.echo(
        f"{swept.payments} open payments looked at, {swept.events} events heard, "
        f"{swept.movements} lines booked."
    )
    for currency, (ours, theirs) in swept.balances.items():
        told = in_words(ours, currency, "en")
        same = "as Stripe says" if ours == theirs else f"and Stripe says {in_words(theirs, currency, 'en')}"
        click.echo(f"At Stripe by the books: {told}, {same}.")
    if swept.unknown:
        click.echo(
            f"{swept.unknown} lines are of a kind that the program does not know; they are not booked."
        )
    if not swept.agrees or swept.unknown:
        raise click.exceptions.Exit(1)
