"""The ``timebank`` command: one group, with a file for each topic."""

import click

from timebank.cli.communities import community
from timebank.cli.databases import database
from timebank.cli.demo import demo
from timebank.cli.exporting import balances
from timebank.cli.exporting import exporting
from timebank.cli.exporting import statement
from timebank.cli.exporting import trial_balance
from timebank.cli.importing import importing
from timebank.cli.members import member
from timebank.cli.months import month
from timebank.cli.rehearsing import dev_stripe
from timebank.cli.sealing import seal
from timebank.cli.sealing import verify_proof
from timebank.cli.serving import serve
from timebank.cli.stripe import stripe
from timebank.cli.verifying import verify
from timebank.cli.working import worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="timebank")
def main() -> None:
    """Keep a time bank: its database, its communities, its members, and the web server."""


for command in (
    database,
    community,
    member,
    importing,
    exporting,
    balances,
    statement,
    trial_balance,
    month,
    seal,
    verify,
    verify_proof,
    demo,
    serve,
    worker,
    stripe,
    dev_stripe,
):
    main.add_command(command)
