"""Compares documents with their hashes, and reports what does not agree; it never repairs."""

from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.documents.models import Document

#: Read in small handfuls: each may be a megabyte.
_AT_ONCE = 20


def check_documents(session: Session) -> list[str]:
    """Prove that every document is what it was when it was kept; name the first that is not."""
    found = select(Document.id, Document.sha256, Document.content).order_by(Document.id)
    for one in session.execute(found, execution_options={"yield_per": _AT_ONCE}):
        if sha256(one.content).digest() != one.sha256:
            return [f"document {one.id} is not what was kept: its hash is another one"]
    return []
