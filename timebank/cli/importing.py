"""The commands that bring older records in."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.orm import Session
from tqdm import tqdm

from timebank import clock
from timebank.actor import TERMINAL
from timebank.cli.running import run
from timebank.cli.running import the_community
from timebank.exchanges.hours_file import open_hours_file
from timebank.exchanges.hours_import import ImportResult
from timebank.exchanges.hours_import import LinesRefused
from timebank.exchanges.hours_import import import_hours


@click.group("import")
def importing() -> None:
    """Bring older records in."""


@importing.command()
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--community", "slug", required=True, help="The community's SLUG.")
@click.option("--dry-run", is_flag=True, help="Try everything and write nothing.")
@click.option("--create-members", is_flag=True, help="Enter the members whom nobody knows yet.")
@click.option("--no-limits", is_flag=True, help="Let members go past their limits; the books record it.")
@click.option("--batch", metavar="NAME", help="Sets files apart whose references all count from 1.")
def hours(
    path: Path, *, slug: str, dry_run: bool, create_members: bool, no_limits: bool, batch: str | None
) -> None:
    """Book the exchanges of the CSV file FILE: all of them or, where a line cannot be taken, none."""

    def work(session: Session) -> ImportResult:
        community = the_community(session, slug)
        today = clock.today(community.time_zone)
        with (
            open_hours_file(path, today=today) as file,
            _uncollected(),
            # Only on a terminal; on standard error, as everything that is not the answer.
            tqdm(total=file.line_count, unit=" lines", unit_scale=True, disable=None) as bar,
        ):
            try:
                result = import_hours(
                    session,
                    community=community,
                    file=file,
                    create_members=create_members,
                    waive_limits=no_limits,
                    batch=batch,
                    actor=TERMINAL,
                    progress=bar.update,
                )
            except LinesRefused as refused:
                bar.close()
                _name(refused.result)
                raise
        if dry_run:
            session.rollback()
        return result

    click.echo(_told(run(work), dry_run=dry_run))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no rings of objects for a while: lines make none, and looking is a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _name(result: ImportResult) -> None:
    """Name on standard error what cannot be taken."""
    for line_number, field, value, refusal in result.bad:
        click.echo(f'line {line_number}, field {field}: "{value}": {refusal.english()}', err=True)
    if result.bad_count > len(result.bad):
        click.echo(f"… and {result.bad_count - len(result.bad)} more", err=True)


def _told(result: ImportResult, *, dry_run: bool) -> str:
    counts = (
        f"{result.booked} exchanges booked, {result.repeated} were in the books already, "
        f"{result.members_created} members created."
    )
    return f"Nothing was written. Without --dry-run: {counts}" if dry_run else counts
