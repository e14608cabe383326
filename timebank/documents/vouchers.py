"""What may be done with receipts that others have issued: they are kept as they came, and shown."""

from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.db import insert_into
from timebank.documents.kinds import kind_of
from timebank.documents.models import JPEG
from timebank.documents.models import LARGEST_VOUCHER
from timebank.documents.models import PDF
from timebank.documents.models import PNG
from timebank.documents.models import Voucher
from timebank.documents.photographs import PhotographBroken
from timebank.documents.photographs import PhotographTooFine
from timebank.documents.photographs import shown_picture
from timebank.documents.service import FileMissing
from timebank.documents.service import content_of
from timebank.documents.service import keep_shown
from timebank.errors import N_
from timebank.errors import Refusal

_BEGINS: Final = {b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG}


class VoucherTooLarge(Refusal):
    """A photograph, or a PDF, with more bytes than are kept."""

    sentence = N_("This file has %(size)s MB. At most %(most)s MB fit here: please make it smaller.")
    field = "file"


class NoVoucher(Refusal):
    """A file that is neither a photograph nor a PDF."""

    sentence = N_("This file is no photograph in JPEG or PNG and no PDF, or it is broken off.")
    field = "file"


class VoucherTooFine(Refusal):
    """A photograph with more points than are read."""

    sentence = N_("This photograph has too many points. Please take it anew, or save it smaller.")
    field = "file"


def keep_voucher(session: Session, *, community: Community, content: bytes, actor: Actor) -> Voucher:
    """Keep a receipt as it came, and beside it the picture that may be shown; the same bytes only once."""
    if not content:
        raise FileMissing
    if len(content) > LARGEST_VOUCHER:
        raise VoucherTooLarge(size=-(-len(content) // 1_000_000), most=LARGEST_VOUCHER // 1_000_000)
    digest = sha256(content).digest()
    there = select(Voucher).where(Voucher.community_id == community.id, Voucher.sha256 == digest)
    if (found := session.scalar(there)) is not None:
        return found
    media_type, shown_id = _kind(content), None
    if media_type != PDF:
        try:
            shown_id = keep_shown(session, community=community, content=shown_picture(content)).id
        except PhotographBroken as refused:
            raise NoVoucher from refused
        except PhotographTooFine as refused:
            raise VoucherTooFine from refused
    new = insert_into(session, Voucher).values(
        community_id=community.id,
        media_type=media_type,
        size=len(content),
        sha256=digest,
        content=content,
        shown_id=shown_id,
        kept_at=clock.now(),
        actor=str(actor),
    )
    session.execute(new.on_conflict_do_nothing(index_elements=["community_id", "sha256"]))
    return session.scalars(there).one()


def shown_of(session: Session, *, community: Community, voucher_id: int) -> tuple[str, bytes]:
    """Give what kind of file a receipt is shown as, and its bytes: the picture alone, or the PDF."""
    voucher = session.scalars(
        select(Voucher).where(Voucher.id == voucher_id, Voucher.community_id == community.id)
    ).one()
    if voucher.shown_id is None:
        return voucher.media_type, voucher.content
    return content_of(session, community_id=community.id, document_id=voucher.shown_id)


def _kind(content: bytes) -> str:
    """Tell by its first bytes what it is; whether the rest holds is seen where it is read."""
    for begins, media_type in _BEGINS.items():
        if content.startswith(begins):
            return media_type
    found = kind_of(content)
    if found is None or found.media_type != PDF:
        raise NoVoucher
    return PDF
