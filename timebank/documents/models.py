"""The tables of documents, and of receipts that somebody else has issued."""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base
from timebank.db import guarded
from timebank.db import one_of

PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
PDF: Final = "application/pdf"
#: What a sheet of paper and a good picture of a stamp need, ten times over.
LARGEST: Final = 1_000_000
#: What a telephone's camera makes, several times over.
LARGEST_VOUCHER: Final = 20_000_000


class Document(Base):
    """A file as it was uploaded or made; the same bytes are kept once in a community."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("community_id", "sha256"),
        # So that other tables' keys can carry the community and never mix two.
        UniqueConstraint("id", "community_id"),
        CheckConstraint(one_of("media_type", (PDF, PNG, JPEG)), name="document_media_type_is_known"),
        CheckConstraint(f"size BETWEEN 1 AND {LARGEST}", name="document_size_is_bounded"),
        CheckConstraint("length(content) = size", name="document_has_its_size"),
        CheckConstraint("length(sha256) = 32", name="document_has_a_hash"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: Told by what is in it, never by its name.
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[bytes]
    #: Read only by whoever wants the bytes.
    content: Mapped[bytes] = mapped_column(deferred=True)
    made_at: Mapped[datetime]


class Voucher(Base):
    """A receipt that somebody else has issued, as it was photographed; the original bytes, once each."""

    __tablename__ = "voucher"
    __table_args__ = (
        UniqueConstraint("community_id", "sha256"),
        UniqueConstraint("id", "community_id"),
        ForeignKeyConstraint(["shown_id", "community_id"], ["document.id", "document.community_id"]),
        CheckConstraint(one_of("media_type", (PDF, PNG, JPEG)), name="voucher_media_type_is_known"),
        CheckConstraint(f"size BETWEEN 1 AND {LARGEST_VOUCHER}", name="voucher_size_is_bounded"),
        CheckConstraint("length(content) = size", name="voucher_has_its_size"),
        CheckConstraint("length(sha256) = 32", name="voucher_has_a_hash"),
        CheckConstraint(f"(shown_id IS NULL) = (media_type = '{PDF}')", name="voucher_pictures_are_shown"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="voucher_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[bytes]
    #: As it came, with all that a camera writes into it; nobody is shown it.
    content: Mapped[bytes] = mapped_column(deferred=True)
    #: The picture alone, as it is shown: no place, no day, no camera. None for a PDF.
    shown_id: Mapped[int | None]
    kept_at: Mapped[datetime]
    actor: Mapped[str]


def _final(table: str) -> dict[str, tuple[str, ...]]:
    """Spell the triggers by which rows stay as they are, whoever slips in some SQL."""
    return {
        "sqlite": (
            f"""CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table}
           BEGIN SELECT RAISE(ABORT, '{table}_is_final'); END""",
            f"""CREATE TRIGGER {table}_remains BEFORE DELETE ON {table}
           BEGIN SELECT RAISE(ABORT, '{table}_is_final'); END""",
        ),
        "postgresql": (
            f"""CREATE TRIGGER {table}_stays BEFORE DELETE OR UPDATE ON {table}
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            f"""CREATE TRIGGER {table}_remains BEFORE TRUNCATE ON {table}
           FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()""",
        ),
    }


#: What was issued to somebody stays as it was, and so does what was spent on.
guarded(Document, _final("document"))
guarded(Voucher, _final("voucher"))
