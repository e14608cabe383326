"""The commands that take a community's books out again, on standard output."""

from collections.abc import Callable
from collections.abc import Iterator
from datetime import UTC
from datetime import datetime

import click
from sqlalchemy.orm import Session

import ledger
from timebank.cli.output import write_csv
from timebank.cli.output import write_lines
from timebank.cli.running import run
from timebank.cli.running import the_community
from timebank.exchanges.exports import AccountNames
from timebank.exchanges.exports import BalanceRow
from timebank.exchanges.exports import StatementRow
from timebank.exchanges.exports import balances as balances_of
from timebank.exchanges.exports import statement_rows
from timebank.exchanges.import_keys import reference_of
from timebank.members.queries import find_by_number
from timebank.text import excerpt

_community = click.option("--community", "slug", required=True, help="The community's SLUG.")
#: Said today, so that another format can come without changing what old scripts get.
_format = click.option(
    "--format",
    "_format",
    type=click.Choice(["csv"]),
    default="csv",
    show_default=True,
    help="How to write it.",
)


@click.group("export")
def exporting() -> None:
    """Write a community's books to standard output, whole and exact."""


@exporting.command("csv")
@_community
def as_csv(slug: str) -> None:
    """Write a line for each transfer, as docs/cli.md tells column by column."""

    def lines(session: Session) -> Iterator[str]:
        community = the_community(session, slug)
        names = AccountNames(session, community)
        return ledger.export_csv(session, community.book_id, name=names.parts, reference=reference_of)

    _write(lines)


@exporting.command("beancount")
@_community
def as_beancount(slug: str) -> None:
    """Write the books as beancount reads them."""

    def lines(session: Session) -> Iterator[str]:
        community = the_community(session, slug)
        names = AccountNames(session, community)
        return ledger.export_beancount(
            session, community.book_id, name=names.capitals, reference=reference_of, title=names.holder
        )

    _write(lines)


@exporting.command("hledger")
@_community
def as_hledger(slug: str) -> None:
    """Write the books as hledger reads them."""

    def lines(session: Session) -> Iterator[str]:
        community = the_community(session, slug)
        names = AccountNames(session, community)
        return ledger.export_hledger(
            session, community.book_id, name=names.capitals, reference=reference_of, title=names.holder
        )

    _write(lines)


@click.command()
@_community
@_format
def balances(slug: str, _format: str) -> None:
    """Write what every member gave and received, and the balance."""

    def work(session: Session) -> None:
        write_csv(BalanceRow._fields, balances_of(session, the_community(session, slug)))

    run(work, read_only=True)


@click.command()
@click.argument("member")
@_community
@_format
def statement(member: str, slug: str, _format: str) -> None:
    """Write the statement of the member with the number MEMBER, the oldest line first."""

    def work(session: Session) -> None:
        community = the_community(session, slug)
        found = find_by_number(session, community=community, number=member)
        if found is None:
            raise click.ClickException(f"{slug} has no member “{excerpt(member)}”.")
        rows = statement_rows(session, community, found)
        write_csv(StatementRow._fields, ((_moment(row.recorded_at), *row[1:]) for row in rows))

    run(work, read_only=True)


@click.command()
@_community
@_format
def trial_balance(slug: str, _format: str) -> None:
    """Write every account's debits, credits and balance (debits less credits)."""

    def work(session: Session) -> None:
        community = the_community(session, slug)
        names = AccountNames(session, community)
        lines = ledger.trial_balance(session, community.book_id)
        named = sorted((names.path(line.code), line.commodity, line) for line in lines)
        write_csv(
            ("account", "commodity", "debits", "credits", "balance"),
            ((name, unit, line.debits, line.credits, line.balance) for name, unit, line in named),
        )

    run(work, read_only=True)


def _write(lines: Callable[[Session], Iterator[str]]) -> None:
    run(lambda session: write_lines(lines(session)), read_only=True)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
