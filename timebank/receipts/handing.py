"""How receipts reach whoever paid: once as the original, by mail, a page or on paper, and then as copies."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Select
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.receipts.models import COPIED
from timebank.receipts.models import FETCHED
from timebank.receipts.models import MAILED
from timebank.receipts.models import PRINTED
from timebank.receipts.models import Receipt
from timebank.receipts.models import ReceiptHanding
from timebank.receipts.models import ReceiptIssuer
from timebank.receipts.models import ReceiptPaper
from timebank.receipts.models import ReceiptPrinting

#: As many sheets as anybody folds in an evening.
MOST_AT_ONCE: Final = 200


class NothingToPrint(Refusal):
    """Receipts for the post, of which there are none."""

    sentence = N_("Every receipt was mailed or printed already. There is nothing to print.")
    status = 409


class PaperNotMade(Refusal):
    """A receipt whose sheet is still to be made."""

    sentence = N_("The sheet of this receipt is being made. Please try again in a moment.")
    status = 409


def hand_over(session: Session, *, receipt: Receipt, how: str) -> None:
    """Note that the original reached whoever paid, by mail or by a page; what is noted first stays."""
    assert how in {MAILED, FETCHED}
    _hold(session, receipt.community_id)
    if not _has_original(session, receipt):
        session.add(_handing(receipt, how, None))
        session.flush()


def print_one(session: Session, *, receipt: Receipt, actor: Actor) -> ReceiptPrinting:
    """Print a receipt: the original where nobody has it yet, else a copy."""
    _hold(session, receipt.community_id)
    # A copy is set from its words.
    if session.get(ReceiptPaper, receipt.id) is None:
        raise PaperNotMade
    printing = _printing(session, receipt.community_id, actor)
    how = COPIED if _has_original(session, receipt) else PRINTED
    session.add(_handing(receipt, how, printing))
    session.flush()
    return printing


def print_waiting(session: Session, *, community: Community, actor: Actor) -> ReceiptPrinting:
    """Print what has reached nobody so far, the oldest first, in one go for the post."""
    _hold(session, community.id)
    made = waiting(community).join(ReceiptPaper, ReceiptPaper.receipt_id == Receipt.id)
    found = session.scalars(made.order_by(Receipt.id).limit(MOST_AT_ONCE)).all()
    if not found:
        raise NothingToPrint
    printing = _printing(session, community.id, actor)
    session.add_all(_handing(one, PRINTED, printing) for one in found)
    session.flush()
    return printing


def waiting(community: Community) -> Select[Receipt]:
    """Choose the receipts that have reached nobody so far."""
    there = select(ReceiptHanding.id).where(ReceiptHanding.receipt_id == Receipt.id)
    return select(Receipt).where(Receipt.community_id == community.id, ~there.exists())


def count_waiting(session: Session, community: Community) -> int:
    """Count the receipts that have reached nobody so far."""
    return session.scalars(select(func.count()).select_from(waiting(community).subquery())).one()


def find_printing(session: Session, *, community: Community, printing_id: int) -> ReceiptPrinting | None:
    """Find what was printed in one go in this community; another community's is not found."""
    return session.scalar(
        select(ReceiptPrinting).where(
            ReceiptPrinting.id == printing_id, ReceiptPrinting.community_id == community.id
        )
    )


def printed_in(session: Session, *, printing: ReceiptPrinting) -> Sequence[tuple[Receipt, bool]]:
    """List the receipts of a printing, and whether each was a copy."""
    found = (
        select(Receipt, ReceiptHanding.how)
        .join(ReceiptHanding, ReceiptHanding.receipt_id == Receipt.id)
        .where(ReceiptHanding.printing_id == printing.id)
        .order_by(Receipt.id)
    )
    return [(receipt, how == COPIED) for receipt, how in session.execute(found)]


def _hold(session: Session, community_id: int) -> None:
    """Let two who hand over receipts of a community do so one after the other."""
    session.get(ReceiptIssuer, community_id, with_for_update=True)


def _has_original(session: Session, receipt: Receipt) -> bool:
    found = select(ReceiptHanding.id).where(
        ReceiptHanding.receipt_id == receipt.id, ReceiptHanding.how != COPIED
    )
    return session.scalar(found) is not None


def _printing(session: Session, community_id: int, actor: Actor) -> ReceiptPrinting:
    printing = ReceiptPrinting(community_id=community_id, printed_at=clock.now(), actor=str(actor))
    session.add(printing)
    session.flush()
    return printing


def _handing(receipt: Receipt, how: str, printing: ReceiptPrinting | None) -> ReceiptHanding:
    return ReceiptHanding(
        community_id=receipt.community_id,
        receipt_id=receipt.id,
        how=how,
        handed_at=clock.now(),
        printing_id=printing.id if printing else None,
    )
