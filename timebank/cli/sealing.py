"""The commands about seals: make them, and check what was proved by one without the books."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

import ledger
from timebank.cli.running import application
from timebank.cli.running import the_community
from timebank.communities.service import list_communities
from timebank.db import db
from timebank.exchanges.sealing import seal_entries
from timebank.text import in_groups

#: A proof is a few kB; ten years of daily seals behind it are one MB.
_LARGEST_PROOF_BYTES = 20_000_000


@click.command()
@click.option("--community", "slug", help="The community's SLUG; all of them unless one is named.")
def seal(slug: str | None) -> None:
    """Put everything that was booked since the last seal under a new one.

    Once a day is enough. The hash that is printed stands on the sign-in page and on printed statements:
    whoever has kept one can prove later that nothing before it was changed.
    """
    with application():

        def slugs(session: Session) -> list[str]:
            if slug is not None:
                return [the_community(session, slug).slug]
            return [one.slug for one in list_communities(session)]

        for one in ledger.transaction(db.session, slugs, read_only=True):
            click.echo(_sealed(one))


@click.command("verify-proof")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--head", help="The hash that was published, from a sign-in page or a printed statement.")
def verify_proof(path: Path, *, head: str | None) -> None:
    """Check the file FILE, which proves that an entry is under a seal; no database is needed.

    What the file proves counts as far as its newest hash is one that the community has published: name
    that with --head, or compare the two by eye.
    """
    if path.stat().st_size > _LARGEST_PROOF_BYTES:
        raise click.ClickException("The file is too large to be a proof.")
    try:
        proof = ledger.read_proof(path.read_bytes())
    except ledger.ProofRefused as refused:
        raise click.ClickException(f"The file proves nothing: {refused.what}.") from refused
    click.echo(_told(proof))
    if head is None:
        click.echo(f"Newest hash: {in_groups(proof.head.hash().hex())}")
        click.echo("Compare it with a hash that the community has published, or name that with --head.")
        return
    published = proof.seal_of(hash_of(head))
    if published is None:
        raise click.ClickException("The hash that was published is of none of the seals in the file.")
    click.echo(f"The hash that was published is that of seal {published.number}.")


def _sealed(slug: str) -> str:
    """Seal until nothing is left, and tell how many entries that were."""
    seals = entries = 0

    def work(session: Session) -> ledger.Seal | None:
        return seal_entries(session, community=the_community(session, slug))

    while new := ledger.transaction(db.session, work):
        seals, entries = seals + 1, entries + new.leaves
    newest = ledger.transaction(
        db.session,
        lambda session: ledger.newest_seal(session, the_community(session, slug).book_id),
        read_only=True,
    )
    told = f"{seals} new seals over {entries} entries" if seals else "nothing new to seal"
    head = f"; hash of seal {newest.number}: {in_groups(newest.hash().hex())}" if newest else ""
    return f"{slug}: {told}{head}"


def hash_of(head: str) -> bytes:
    """Read a hash as it stands on pages, in groups; what is none ends the command."""
    try:
        return bytes.fromhex("".join(head.split()))
    except ValueError as error:
        raise click.ClickException("A hash has only digits and the letters a to f.") from error


def _told(proof: ledger.InclusionProof) -> str:
    entry, under = proof.entry, proof.under
    posted = f"{entry.kind}, posted on {entry.posted_on}, recorded {entry.recorded_at}"
    lines = [
        f"  {line.amount} {line.commodity} from {line.debit_code} to {line.credit_code}\n"
        for line in entry.lines
    ]
    return (
        f"Entry {entry.id} of the book {entry.book}, {posted}:\n"
        f"{''.join(lines)}It is under seal {under.number} of {under.sealed_at}, as it stands here."
    )
