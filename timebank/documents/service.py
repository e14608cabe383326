"""What may be done with documents: they are kept and found, and nothing else."""

from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.db import insert_into
from timebank.documents.kinds import kind_of
from timebank.documents.models import JPEG
from timebank.documents.models import LARGEST
from timebank.documents.models import PDF
from timebank.documents.models import PNG
from timebank.documents.models import Document
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.paper import shows

#: For paper more points show nothing, and each takes memory when it is set.
MOST_POINTS: Final = 2_000
LARGEST_PICTURE: Final = 300_000


class FileMissing(Refusal):
    """No file was sent, or an empty one."""

    sentence = N_("Please choose a file.")
    field = "file"


class FileTooLarge(Refusal):
    """A file with more bytes than its place holds."""

    sentence = N_("This file has %(size)s kB. At most %(most)s kB fit here: please make it smaller.")
    field = "file"


class NoPicture(Refusal):
    """A file that is no picture of a kind that we can print."""

    sentence = N_("This file is no picture in PNG or JPEG, or it is broken off.")
    field = "file"


class PictureTooFine(Refusal):
    """A picture with more points than anybody sees."""

    sentence = N_("This picture has %(width)s × %(height)s points. At most %(most)s × %(most)s fit here.")
    field = "file"


class PictureUnreadable(Refusal):
    """A picture that looks right from outside, and cannot be printed."""

    sentence = N_("This picture cannot be printed. Please save it anew, as PNG, and try once more.")
    field = "file"


def keep_picture(session: Session, *, community: Community, content: bytes) -> Document:
    """Keep a picture that somebody has uploaded, once it is sure that it can be printed."""
    if not content:
        raise FileMissing
    if len(content) > LARGEST_PICTURE:
        raise FileTooLarge(size=-(-len(content) // 1000), most=LARGEST_PICTURE // 1000)
    kind = kind_of(content)
    if kind is None or kind.media_type not in {PNG, JPEG}:
        raise NoPicture
    if not (0 < kind.width <= MOST_POINTS and 0 < kind.height <= MOST_POINTS):
        raise PictureTooFine(width=kind.width, height=kind.height, most=MOST_POINTS)
    if not shows(content):
        raise PictureUnreadable
    return _keep(session, community, kind.media_type, content)


def keep_pdf(session: Session, *, community: Community, content: bytes) -> Document:
    """Keep a sheet of paper that the program has made."""
    kind = kind_of(content)
    assert kind is not None
    assert kind.media_type == PDF
    assert len(content) <= LARGEST
    return _keep(session, community, PDF, content)


def keep_shown(session: Session, *, community: Community, content: bytes) -> Document:
    """Keep a JPEG that the program has made of a photograph."""
    assert len(content) <= LARGEST
    return _keep(session, community, JPEG, content)


def content_of(session: Session, *, community_id: int, document_id: int) -> tuple[str, bytes]:
    """Give what kind of file a document of a community is, and its bytes."""
    found = select(Document.media_type, Document.content).where(
        Document.id == document_id, Document.community_id == community_id
    )
    media_type, content = session.execute(found).one()
    return media_type, content


def _keep(session: Session, community: Community, media_type: str, content: bytes) -> Document:
    """Write the bytes down, unless the same ones are there."""
    digest = sha256(content).digest()
    new = insert_into(session, Document).values(
        community_id=community.id,
        media_type=media_type,
        size=len(content),
        sha256=digest,
        content=content,
        made_at=clock.now(),
    )
    session.execute(new.on_conflict_do_nothing(index_elements=["community_id", "sha256"]))
    return session.scalars(
        select(Document).where(Document.community_id == community.id, Document.sha256 == digest)
    ).one()
