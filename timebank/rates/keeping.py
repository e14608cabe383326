"""What a community says of hours that are kept for later: in its own words, or in one sentence for all."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.rates.models import LONGEST_WORDS
from timebank.rates.models import SupportWords
from timebank.rates.queries import terms_today
from timebank.text import clean_text


def words_about_keeping(session: Session, *, community: Community) -> str | None:
    """Tell what stands on statements about kept hours: empty for the usual sentence, None for nothing.

    Where help is for hours only nobody has to read about it.
    """
    if terms_today(session, community=community) is None:
        return None
    return written_about_keeping(session, community=community)


def written_about_keeping(session: Session, *, community: Community) -> str:
    """Tell what a steward wrote about kept hours; empty where nobody has."""
    row = session.get(SupportWords, community.id)
    return row.kept if row else ""


def write_about_keeping(session: Session, *, community: Community, words: str, actor: Actor) -> None:
    """Write what stands on statements about kept hours; the caller commits."""
    kept = clean_text(words, longest=LONGEST_WORDS)
    # Two who write at one moment follow each other.
    session.execute(select(Community.id).where(Community.id == community.id).with_for_update())
    row = session.get(SupportWords, community.id, populate_existing=True)
    if row is None:
        row = SupportWords(community_id=community.id)
        session.add(row)
    row.kept, row.said_at, row.actor = kept, clock.now(), str(actor)
    session.flush()
