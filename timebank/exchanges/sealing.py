"""Seals over a community's entries, and over what people said about them."""

import secrets
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row
from sqlalchemy import insert
from sqlalchemy import literal
from sqlalchemy import select
from sqlalchemy import union_all
from sqlalchemy.orm import Session

import ledger
from timebank.communities.models import Community
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import SealedWords
from timebank.pools.models import PoolTransfer
from timebank.presents.models import Present
from timebank.queue import Task
from timebank.queue import enqueue

#: Puts what was booked since yesterday under a seal.
SEAL = "seal"
_SALT_BYTES = 16


def seal_entries(session: Session, *, community: Community) -> ledger.Seal | None:
    """Seal entries that are under no seal yet; None where there is none.

    Call it until it gives None, each time in a transaction of its own.
    """

    def digests(entry_ids: Sequence[int]) -> Mapping[int, bytes]:
        return _digests(session, community, entry_ids)

    return ledger.seal(session, book_id=community.book_id, words=digests)


def seal_daily(session: Session, task: Task) -> None:
    """Seal a community's entries as later work; where a seal does not take all, ask for another turn."""
    community = session.get_one(Community, task.community_id)
    if seal_entries(session, community=community) and ledger.unsealed(session, community.book_id):
        enqueue(session, community_id=community.id, kind=task.kind)


def words_digest(salt: bytes, descriptions: Sequence[str]) -> bytes:
    """Hash what people said about the lines of an entry, in their order."""
    return ledger.sha256(salt + ledger.spelt(descriptions))


def _digests(session: Session, community: Community, entry_ids: Sequence[int]) -> dict[int, bytes]:
    """Hash the words about each entry that has any, and keep the salts."""
    words = _words(session, community, entry_ids[0], entry_ids[-1])
    asked, found, kept = set(entry_ids), {}, []
    for entry_id, rows in groupby(words, key=lambda row: row.entry_id):
        said = [row.words for row in rows]
        if entry_id in asked and any(said):
            salt = secrets.token_bytes(_SALT_BYTES)
            found[entry_id] = words_digest(salt, said)
            kept.append({"entry_id": entry_id, "salt": salt})
    if kept:
        session.execute(insert(SealedWords), kept)
    return found


def _words(session: Session, community: Community, first: int, last: int) -> Iterable[Row[Any]]:
    """Read what was said about exchanges, pools and presents, in the order of the entries' lines."""
    exchanges = select(
        Exchange.entry_id, Exchange.line.label("line"), Exchange.description.label("words")
    ).where(Exchange.community_id == community.id, Exchange.entry_id.between(first, last))
    # A gift, a grant or a present is the only line of its entry.
    pools = select(PoolTransfer.entry_id, literal(1).label("line"), PoolTransfer.words).where(
        PoolTransfer.community_id == community.id, PoolTransfer.entry_id.between(first, last)
    )
    presents = select(Present.entry_id, literal(1).label("line"), Present.words).where(
        Present.community_id == community.id, Present.entry_id.between(first, last)
    )
    return session.execute(union_all(exchanges, pools, presents).order_by("entry_id", "line"))
