"""The command that makes a community to look at and try."""

import os
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import nullcontext

import click
from sqlalchemy.orm import Session

from timebank.cli.databases import upgrade
from timebank.cli.demo_community import make_demo
from timebank.cli.demo_data import NAME
from timebank.cli.demo_data import SLUG
from timebank.cli.output import write_lines
from timebank.cli.rehearsing import a_rehearsal
from timebank.cli.rehearsing import needs_rehearsal
from timebank.cli.running import run
from timebank.cli.serving import serve
from timebank.communities.service import find_community
from timebank.people.models import ShownSignIn
from timebank.people.service import shown_sign_ins

MADE = "The demo community is made."
THERE = "The demo community is there already; nothing was changed."


@click.command()
@click.option(
    "--serve", "serving", is_flag=True, help="Bring the database up to date first, and serve afterwards."
)
@click.pass_context
def demo(context: click.Context, *, serving: bool) -> None:
    """Make the community Kadoma with three months of exchanges, once, and print its sign-ins.

    With TIMEBANK_DEMO=1 the sign-in page shows them, too, and the codes that some are asked for.
    """
    # One process for all three: starting Python thrice would take most of a second start's time.
    if serving:
        context.invoke(upgrade)
    write_lines(run(_make_once))
    if serving:
        # Somebody's own keys come first: then nothing is rehearsed.
        rehearsing = a_rehearsal(SLUG, NAME) if needs_rehearsal(os.environ) else nullcontext()
        with rehearsing:
            context.invoke(serve, with_worker=True)


def _make_once(session: Session) -> list[str]:
    community = find_community(session, SLUG)
    said = THERE if community else MADE
    return list(_told(said, shown_sign_ins(session, community=community or make_demo(session))))


def _told(said: str, sign_ins: Sequence[ShownSignIn]) -> Iterator[str]:
    yield f"{said}\n"
    if sign_ins:
        yield f"At /{SLUG}/ any of these can sign in:\n"
    widths = [max(len(name) for name in names) for names in zip(*map(_columns, sign_ins), strict=True)]
    for one in sign_ins:
        name, password = (text.ljust(width) for text, width in zip(_columns(one), widths, strict=True))
        yield f"  {name}  {password}  {one.label}\n"


def _columns(one: ShownSignIn) -> tuple[str, str]:
    return one.sign_in_name, one.password
