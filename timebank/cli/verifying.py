"""The command that proves the books."""

import click
from sqlalchemy.orm import Session

import ledger
from timebank.banks.proof import check_banks
from timebank.between.proof import check_between
from timebank.cli.running import run
from timebank.cli.sealing import hash_of
from timebank.documents.proof import check_documents
from timebank.donations.proof import check_gifts
from timebank.doubles.proof import check_joined
from timebank.exchanges.proof import check_exchanges
from timebank.exchanges.proof import count_exchanges
from timebank.funds.proof import check_funds
from timebank.households.proof import check_shares
from timebank.journal.proof import check_journal
from timebank.memberships.proof import check_memberships
from timebank.payments.proof import check_payments
from timebank.pools.proof import check_pools
from timebank.pools.proof import count_transfers
from timebank.prepaid.proof import check_prepaid
from timebank.presents.proof import check_presents
from timebank.purposes.proof import check_purposes
from timebank.receipts.proof import check_receipts
from timebank.standing.proof import check_standing
from timebank.support.proof import check_support
from timebank.tickets.proof import check_tickets


@click.command()
@click.option(
    "--head",
    "heads",
    multiple=True,
    help="A hash that was published; its seal must be there. As often as wanted.",
)
def verify(heads: tuple[str, ...]) -> None:
    """Prove the books of every community from nothing; exit 1 and name the first wrong thing."""
    published = [hash_of(head) for head in heads]

    def work(session: Session) -> tuple[str, list[str], list[str]]:
        proof = ledger.prove(session)
        faults = [*proof.faults, *check_exchanges(session), *check_pools(session)]
        faults += [*check_joined(session), *check_shares(session), *check_payments(session)]
        faults += [*check_funds(session), *check_gifts(session), *check_memberships(session)]
        faults += check_journal(session)
        faults += [*check_documents(session), *check_receipts(session), *check_purposes(session)]
        faults += [*check_presents(session), *check_support(session), *check_banks(session)]
        faults += [*check_tickets(session), *check_prepaid(session)]
        faults += check_between(session)
        faults += check_standing(session)
        faults += [
            f"the hash {one.hex()[:8]}… was published, and there is no such seal"
            for one in published
            if ledger.find_seal(session, one) is None
        ]
        counted = _counted(proof, *count_exchanges(session), count_transfers(session))
        return counted, ledger.unguarded(session), faults

    counted, unguarded, faults = run(work, read_only=True)
    click.echo(counted)
    for sentence in unguarded:
        click.echo(f"Note: {sentence}.")
    if faults:
        others = f" ({len(faults) - 1} more kinds of faults)" if faults[1:] else ""
        raise click.ClickException(f"The books do not hold: {faults[0]}{others}")
    click.echo("The books hold.")


def _counted(proof: ledger.Proof, communities: int, exchanges: int, pooled: int) -> str:
    return (
        f"{communities} communities, {proof.books} books, {proof.accounts} accounts, "
        f"{proof.entries} entries, {proof.transfers} transfers, {exchanges} exchanges, "
        f"{pooled} gifts and grants, {proof.seals} seals"
    )
