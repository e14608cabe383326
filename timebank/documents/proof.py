"""Compares documents and vouchers with their hashes, and reports what does not agree; it never repairs."""

from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.documents.models import Document
from timebank.documents.models import Voucher

#: Read in small handfuls: a document may be a megabyte, a voucher twenty.
_AT_ONCE: dict[type[Document | Voucher], int] = {Document: 20, Voucher: 1}


def check_documents(session: Session) -> list[str]:
    """Prove that each is what it was when it was kept; name the first of each kind that is not."""
    faults = []
    for table, at_once in _AT_ONCE.items():
        found = select(table.id, table.sha256, table.content).order_by(table.id)
        with session.execute(found, execution_options={"yield_per": at_once}) as rows:
            wrong = next((one.id for one in rows if sha256(one.content).digest() != one.sha256), None)
        if wrong is not None:
            faults.append(f"{table.__tablename__} {wrong} is not what was kept: its hash is another one")
    return faults
