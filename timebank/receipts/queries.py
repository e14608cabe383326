"""What a treasurer looks at: receipts year by year, and everything about one of them."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.payments.models import StripeRefund
from timebank.receipts.models import COPIED
from timebank.receipts.models import Receipt
from timebank.receipts.models import ReceiptHanding
from timebank.receipts.models import ReceiptLine
from timebank.receipts.models import ReceiptPaper

#: Read in handfuls, however many a year has.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """A receipt, and how its original reached whoever paid; empty where it has not."""

    receipt: Receipt
    how: str
    #: What says that something of it went back, the first one first.
    notes: Sequence[Receipt] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """A receipt, with everything that became of it."""

    receipt: Receipt
    paper: ReceiptPaper | None
    handings: Sequence[ReceiptHanding]
    #: The receipt that a note is about, and the notes about a receipt.
    about: Receipt | None
    notes: Sequence[Receipt]
    #: Each gift on the receipt of a year; what is for one thing has one line, which says nothing new.
    lines: Sequence[ReceiptLine]


def years_of(session: Session, *, community: Community) -> Sequence[int]:
    """List the years in which receipts were issued, the newest first."""
    found = select(Receipt.year).where(Receipt.community_id == community.id).distinct()
    return session.scalars(found.order_by(Receipt.year.desc())).all()


def list_receipts(
    session: Session, *, community: Community, year: int, before: int | None, limit: int
) -> Sequence[Listed]:
    """List the receipts of a year, the newest first."""
    found = (
        select(Receipt, ReceiptHanding.how)
        .outerjoin(ReceiptHanding, (ReceiptHanding.receipt_id == Receipt.id) & (ReceiptHanding.how != COPIED))
        .where(Receipt.community_id == community.id, Receipt.year == year)
    )
    if before is not None:
        found = found.where(Receipt.number < before)
    rows = session.execute(found.order_by(Receipt.number.desc()).limit(limit)).all()
    notes = notes_about(session, [receipt for receipt, _how in rows])
    return [Listed(receipt, how or "", notes.get(receipt.id, ())) for receipt, how in rows]


def notes_about(session: Session, receipts: Sequence[Receipt]) -> Mapping[int, Sequence[Receipt]]:
    """List the notes about receipts, by the receipt's id."""
    about = select(Receipt).where(Receipt.about_id.in_([one.id for one in receipts]))
    found: dict[int, list[Receipt]] = {}
    for note in session.scalars(about.order_by(Receipt.id)):
        assert note.about_id is not None
        found.setdefault(note.about_id, []).append(note)
    return found


def notes_of_one(session: Session, *, receipt: Receipt, source: str) -> Sequence[Receipt]:
    """List the notes that something on a receipt went back; of a year's sheet only those about that gift."""
    notes = notes_about(session, [receipt]).get(receipt.id, ())
    if receipt.of_year is None:
        return notes
    lines = [(note, line_given_back(session, note=note)) for note in notes]
    return [note for note, line in lines if line is not None and line.source == source]


def list_of_year(session: Session, *, community: Community, of_year: int, limit: int) -> Sequence[Listed]:
    """List the receipts that name all gifts of a calendar year, by their numbers."""
    found = (
        select(Receipt, ReceiptHanding.how)
        .outerjoin(ReceiptHanding, (ReceiptHanding.receipt_id == Receipt.id) & (ReceiptHanding.how != COPIED))
        .where(Receipt.community_id == community.id, Receipt.of_year == of_year)
    )
    return [
        Listed(receipt, how or "")
        for receipt, how in session.execute(found.order_by(Receipt.id).limit(limit))
    ]


def all_receipts(session: Session, *, community: Community, year: int) -> Iterator[Listed]:
    """Read every receipt of a year, the first one first, some at a time."""
    before: int | None = None
    pages: list[Sequence[Listed]] = []
    while page := list_receipts(session, community=community, year=year, before=before, limit=_AT_ONCE):
        pages.append(page)
        before = page[-1].receipt.number
    for page in reversed(pages):
        yield from reversed(page)


def story_of(session: Session, *, community: Community, receipt_id: int) -> Story | None:
    """Tell everything of a receipt of this community; another community's is not found."""
    receipt = session.scalar(
        select(Receipt).where(Receipt.id == receipt_id, Receipt.community_id == community.id)
    )
    if receipt is None:
        return None
    handings = select(ReceiptHanding).where(ReceiptHanding.receipt_id == receipt.id)
    notes = select(Receipt).where(Receipt.about_id == receipt.id)
    return Story(
        receipt=receipt,
        paper=session.get(ReceiptPaper, receipt.id),
        handings=session.scalars(handings.order_by(ReceiptHanding.id)).all(),
        about=session.get_one(Receipt, receipt.about_id) if receipt.about_id else None,
        notes=session.scalars(notes.order_by(Receipt.id)).all(),
        lines=lines_of(session, receipt=receipt),
    )


def lines_of(session: Session, *, receipt: Receipt) -> Sequence[ReceiptLine]:
    """List what a receipt is for, line by line."""
    found = select(ReceiptLine).where(ReceiptLine.receipt_id == receipt.id)
    return session.scalars(found.order_by(ReceiptLine.line)).all()


def line_given_back(session: Session, *, note: Receipt) -> ReceiptLine | None:
    """Find the gift on a year's receipt of which a note tells; None where the receipt is for one thing."""
    about = session.get_one(Receipt, note.about_id)
    if about.of_year is None:
        return None
    kind, _colon, rest = note.source.partition(":")
    source = rest
    if kind == "refund":
        source = f"payment:{session.get_one(StripeRefund, int(rest)).payment_id}"
    found = select(ReceiptLine).where(ReceiptLine.receipt_id == about.id, ReceiptLine.source == source)
    return session.scalars(found).one()
