"""The table of documents."""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
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


#: What was issued to somebody stays as it was, whoever slips in some SQL.
guarded(
    Document,
    {
        "sqlite": (
            """CREATE TRIGGER document_stays BEFORE UPDATE ON document
           BEGIN SELECT RAISE(ABORT, 'document_is_final'); END""",
            """CREATE TRIGGER document_remains BEFORE DELETE ON document
           BEGIN SELECT RAISE(ABORT, 'document_is_final'); END""",
        ),
        "postgresql": (
            """CREATE TRIGGER document_stays BEFORE DELETE OR UPDATE ON document
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
            """CREATE TRIGGER document_remains BEFORE TRUNCATE ON document
           FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()""",
        ),
    },
)
