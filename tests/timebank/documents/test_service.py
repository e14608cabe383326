"""Documents are what their bytes say, are kept once, and stay as they are."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

import ledger
from tests.builders import a_community
from tests.builders import written
from tests.databases import as_owner
from tests.pictures import a_jpeg
from tests.pictures import a_png
from timebank.documents import service
from timebank.documents.kinds import Kind
from timebank.documents.kinds import kind_of
from timebank.documents.models import JPEG
from timebank.documents.models import PDF
from timebank.documents.models import PNG
from timebank.documents.models import Document
from timebank.documents.proof import check_documents
from timebank.errors import Refusal

A_PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (a_png(3, 5), Kind(PNG, 3, 5)),
        (a_jpeg(3, 5), Kind(JPEG, 3, 5)),
        (A_PDF, Kind(PDF)),
        (b"", None),
        (b"GIF89a", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (a_png()[:-1], None),
        (a_png()[:8], None),
        (a_png()[:40] + b"x" + a_png()[41:], None),
        (a_png().replace(b"IHDR", b"IHDX"), None),
        (a_jpeg()[:-2], None),
        (b"\xff\xd8\xff\xda" + b"\0" * 9 + b"\xff\xd9", None),
        (b"\xff\xd8\xff\xd0" + b"\0" * 9 + b"\xff\xd9", None),
        (b"%PDF-1.7 and no end", None),
    ],
)
def test_a_file_is_what_its_bytes_say(content: bytes, kind: Kind | None) -> None:
    assert kind_of(content) == kind


def test_a_picture_is_kept_once_and_found_in_its_community_only(session: Session) -> None:
    here, there = a_community(session), a_community(session)
    noise = service.keep_picture(session, community=there, content=a_png())
    kept = service.keep_picture(session, community=here, content=a_png())
    assert service.keep_picture(session, community=here, content=a_png()).id == kept.id
    assert session.scalar(select(func.count(Document.id)).where(Document.community_id == here.id)) == 1
    found = service.content_of(session, community_id=here.id, document_id=kept.id)
    assert found == (PNG, a_png())
    with pytest.raises(NoResultFound):
        service.content_of(session, community_id=here.id, document_id=noise.id)


def test_a_sheet_is_kept(session: Session) -> None:
    kept = service.keep_pdf(session, community=a_community(session), content=A_PDF)
    assert (kept.media_type, kept.size) == (PDF, len(A_PDF))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Please choose a file."),
        (b"x" * 300_001, "This file has 301 kB. At most 300 kB fit here: please make it smaller."),
        (A_PDF, "This file is no picture in PNG or JPEG, or it is broken off."),
        (a_png(2001, 1), "This picture has 2001 × 1 points. At most 2000 × 2000 fit here."),
        (a_png(0, 1), "This picture has 0 × 1 points. At most 2000 × 2000 fit here."),
        (
            a_png(data=b"none"),
            "This picture cannot be printed. Please save it anew, as PNG, and try once more.",
        ),
        (a_jpeg(), "This picture cannot be printed. Please save it anew, as PNG, and try once more."),
    ],
)
def test_what_is_no_picture_for_paper_is_refused_with_a_reason(
    session: Session, content: bytes, said: str
) -> None:
    with pytest.raises(Refusal) as refused:
        service.keep_picture(session, community=a_community(session), content=content)
    assert str(refused.value) == said
    assert refused.value.field == "file"


def kept_one(engine: Engine) -> int:
    def work(session: Session) -> int:
        return service.keep_picture(session, community=a_community(session), content=a_png()).id

    return written(engine, work)


@pytest.mark.parametrize("broken", ["UPDATE document SET made_at = made_at", "DELETE FROM document"])
def test_a_document_is_never_changed(engine: Engine, broken: str) -> None:
    kept_one(engine)
    with pytest.raises(DatabaseError, match=r"final|denied"):
        written(engine, lambda session: session.execute(text(broken)))


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_documents_are_not_emptied_at_once(engine: Engine) -> None:
    """SQLite has no TRUNCATE."""
    kept_one(engine)
    with pytest.raises(DatabaseError, match=r"final|denied"):
        written(engine, lambda session: session.execute(text("TRUNCATE document CASCADE")))


def test_a_document_that_was_changed_all_the_same_is_named(database_url: str, engine: Engine) -> None:
    number = kept_one(engine)
    ask: Callable[[Session], list[str]] = check_documents
    assert written(engine, ask) == []
    owner = ledger.connect(as_owner(database_url))
    on = " ON document" if owner.dialect.name == "postgresql" else ""
    with owner.begin() as connection:
        connection.execute(text(f"DROP TRIGGER document_stays{on}"))
        row = {"content": a_png().replace(b"IEND", b"IENX"), "id": number}
        connection.execute(text("UPDATE document SET content = :content WHERE id = :id"), row)
    owner.dispose()
    assert written(engine, ask) == [f"document {number} is not what was kept: its hash is another one"]
