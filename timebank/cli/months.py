"""The commands about months of the books."""

from datetime import date

import click
from sqlalchemy.orm import Session

import ledger
from timebank.actor import TERMINAL
from timebank.cli.running import run
from timebank.cli.running import the_community
from timebank.communities import months
from timebank.payments.queries import check_known

MONTH = click.DateTime(formats=["%Y-%m"])
SLUG = click.option("--community", "slug", required=True, help="The community's SLUG.")


@click.group()
def month() -> None:
    """Close months of a community's books, so that what was reported stays so."""


@month.command()
@click.argument("closed", metavar="YYYY-MM", type=MONTH)
@SLUG
def close(closed: date, slug: str) -> None:
    """Close a month that is over: nothing more can be posted on its days.

    The first month that is closed closes all before it; after it they close one by one. Hours of a closed
    month that are confirmed late are posted on the first day that is open.
    """

    def work(session: Session) -> date:
        community = the_community(session, slug)
        check_known(session, community=community, month=_day(closed))
        return months.close_month(session, community=community, month=_day(closed), actor=TERMINAL)

    click.echo(f"The books are closed through {run(work).isoformat()}.")


@month.command()
@click.argument("closed", metavar="YYYY-MM", type=MONTH)
@SLUG
@click.option("--reason", required=True, help="Why, for those who look later; no names.")
def reopen(closed: date, slug: str, reason: str) -> None:
    """Open the newest closed month again."""

    def work(session: Session) -> None:
        community = the_community(session, slug)
        months.reopen_month(session, community=community, month=_day(closed), reason=reason, actor=TERMINAL)

    run(work)
    click.echo(f"{closed:%Y-%m} is open again.")


@month.command()
@SLUG
def keep(slug: str) -> None:
    """Keep the totals of all months that are over, so that reports need not add up old history.

    Closing a month does it, too. What is posted late into such a month corrects them.
    """

    def work(session: Session) -> tuple[int, date | None]:
        community = the_community(session, slug)
        kept = months.keep_totals(session, community=community)
        return kept, ledger.closed_through(session, community.book_id)

    kept, through = run(work)
    stands = f"The books are closed through {through.isoformat()}." if through else "No month is closed."
    click.echo(f"{kept} totals of accounts and months are newly kept. {stands}")


def _day(given: date) -> date:
    """Give the day of what click reads, which has a time, too."""
    return date(given.year, given.month, 1)
