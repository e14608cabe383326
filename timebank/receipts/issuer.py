"""Who issues receipts, by which stamp, and what gifts say for the tax office: written by the steward."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.service import record
from timebank.documents.service import keep_picture
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.queue import enqueue
from timebank.receipts.models import LONGEST_ADDRESS
from timebank.receipts.models import LONGEST_NAME
from timebank.receipts.models import LONGEST_WORDS
from timebank.receipts.models import Receipt
from timebank.receipts.models import ReceiptIssuer
from timebank.receipts.models import TaxWords
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import is_visible

#: Issues what was wished before receipts were issued at all; every day, and as soon as they are.
ISSUE_WISHED = "issue-wished-receipts"


class IssuerUnnamed(Refusal):
    """Nobody is said to issue receipts."""

    sentence = N_("Please write the name in law: it stands on every receipt.")
    field = "name"


class SeatMissing(Refusal):
    """Nobody is told where whoever issues a receipt is."""

    sentence = N_("Please write the seat: it stands on every receipt.")
    field = "seat"


class IssuerMissing(Refusal):
    """A stamp, before it is said whose."""

    sentence = N_("Please save the name and the seat first.")
    status = 409


class TaxWordsMissing(Refusal):
    """Words for tax without a word."""

    sentence = N_("Please write what stands on receipts for gifts.")
    field = "words"


class TaxWordsOverlap(Refusal):
    """Two sets of words for the same day."""

    sentence = N_("There are other words for gifts of %(first)s and later. Please end those first.")
    field = "valid_from"


class TaxWordsEndTooEarly(Refusal):
    """Words that end before they begin."""

    sentence = N_("They hold from %(first)s, so their last day cannot be before that.")
    field = "valid_until"


def issuer_of(session: Session, *, community: Community) -> ReceiptIssuer | None:
    """Read who issues receipts; None as long as nobody does."""
    return session.get(ReceiptIssuer, community.id)


def change_issuer(
    session: Session, *, community: Community, name: str, seat: str, actor: Actor
) -> ReceiptIssuer:
    """Write anew who issues receipts; what was issued stays. At first what was wished follows."""
    name = clean_line(name, longest=LONGEST_NAME)
    seat = clean_text(seat, longest=LONGEST_ADDRESS)
    if not is_visible(name):
        raise IssuerUnnamed
    if not is_visible(seat):
        raise SeatMissing
    row = session.get(ReceiptIssuer, community.id, with_for_update=True)
    before = row.name if row else None
    if row is None:
        row = ReceiptIssuer(community_id=community.id, stamp_id=None)
        session.add(row)
    row.name, row.seat, row.changed_at = name, seat, clock.now()
    session.flush()
    if before is None:
        enqueue(session, community_id=community.id, kind=ISSUE_WISHED)
    record(session, community=community, what="receipt-issuer", before=before, after=name, actor=actor)
    return row


def put_stamp(session: Session, *, community: Community, picture: bytes, actor: Actor) -> None:
    """Put another picture of the stamp on the receipts to come."""
    row = _held(session, community)
    row.stamp_id = keep_picture(session, community=community, content=picture).id
    session.flush()
    record(session, community=community, what="receipt-stamp", before=None, after=None, actor=actor)


def take_stamp_off(session: Session, *, community: Community, actor: Actor) -> None:
    """Let the receipts to come go without a stamp."""
    row = _held(session, community)
    if row.stamp_id is not None:
        row.stamp_id = None
        session.flush()
        record(session, community=community, what="receipt-stamp-off", before=None, after=None, actor=actor)


def is_stamp(session: Session, *, community: Community, document_id: int) -> bool:
    """Say whether a picture is the stamp of a community, or was on one of its receipts."""
    for table in (ReceiptIssuer, Receipt):
        found = select(table.stamp_id).where(
            table.community_id == community.id, table.stamp_id == document_id
        )
        if session.scalar(found.limit(1)) is not None:
            return True
    return False


def list_tax_words(session: Session, *, community: Community) -> Sequence[TaxWords]:
    """List what receipts for gifts say for the tax office, the newest first."""
    found = select(TaxWords).where(TaxWords.community_id == community.id)
    return session.scalars(found.order_by(TaxWords.valid_from.desc())).all()


def find_tax_words(session: Session, *, community: Community, words_id: int) -> TaxWords | None:
    """Find words of this community; another community's are not found."""
    return session.scalar(
        select(TaxWords).where(TaxWords.id == words_id, TaxWords.community_id == community.id)
    )


def tax_words_on(session: Session, *, community: Community, day: date) -> str:
    """Tell what a receipt says for the tax office of a gift that was paid on a day; empty where nothing."""
    for one in list_tax_words(session, community=community):
        if one.valid_from <= day:
            return one.words if one.valid_until is None or day <= one.valid_until else ""
    return ""


def add_tax_words(
    session: Session,
    *,
    community: Community,
    words: str,
    valid_from: date,
    valid_until: date | None,
    actor: Actor,
) -> TaxWords:
    """Write what receipts say of gifts that are paid from a day on; no day has two sets of words."""
    words = clean_text(words, longest=LONGEST_WORDS)
    if not is_visible(words):
        raise TaxWordsMissing
    if valid_until is not None and valid_until < valid_from:
        raise TaxWordsEndTooEarly(first=valid_from)
    _held(session, community)
    for one in list_tax_words(session, community=community):
        ends_before = one.valid_until is not None and one.valid_until < valid_from
        begins_after = valid_until is not None and valid_until < one.valid_from
        if not ends_before and not begins_after:
            raise TaxWordsOverlap(first=one.valid_from)
    row = TaxWords(community_id=community.id, words=words, valid_from=valid_from, valid_until=valid_until)
    session.add(row)
    session.flush()
    record(session, community=community, what="tax-words", before=None, after=words, actor=actor)
    return row


def end_tax_words(
    session: Session, *, community: Community, row: TaxWords, last_day: date, actor: Actor
) -> None:
    """Say until which day words hold; receipts that were issued stay as they are."""
    _held(session, community)
    session.refresh(row)
    if last_day < row.valid_from:
        raise TaxWordsEndTooEarly(first=row.valid_from)
    for one in list_tax_words(session, community=community):
        if row.valid_from < one.valid_from <= last_day:
            raise TaxWordsOverlap(first=one.valid_from)
    row.valid_until = last_day
    session.flush()
    record(
        session,
        community=community,
        what="tax-words-end",
        before=None,
        after=last_day.isoformat(),
        actor=actor,
    )


def _held(session: Session, community: Community) -> ReceiptIssuer:
    """Hold who issues receipts, so that two stewards write one after the other."""
    row = session.get(ReceiptIssuer, community.id, with_for_update=True)
    if row is None:
        raise IssuerMissing
    return row
