"""Who takes the money, as the law wants it shown before anybody pays: written by the steward."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.service import record
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.payments.models import LONGEST_PARTICULARS
from timebank.payments.models import Particulars
from timebank.people.service import clean_email
from timebank.text import clean_text
from timebank.text import is_visible


class ParticularMissing(Refusal):
    """One of the particulars is left out."""

    sentence = N_("The law wants this shown. Please write it.")

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


def particulars_of(session: Session, *, community: Community) -> Particulars | None:
    """Read who takes a community's money; None where its steward has not written it yet."""
    return session.get(Particulars, community.id)


def change_particulars(
    session: Session, *, community: Community, facts: Mapping[str, str], actor: Actor
) -> Particulars:
    """Write down anew who takes the money: all of it, for the law wants all of it."""
    cleaned = {
        name: clean_text(facts.get(name, ""), longest=longest)
        for name, longest in LONGEST_PARTICULARS.items()
    }
    for name, text in cleaned.items():
        if not is_visible(text):
            raise ParticularMissing(name)
    cleaned["email"] = clean_email(cleaned["email"])
    row = session.get(Particulars, community.id, with_for_update=True)
    before = row.seller if row else None
    if row is None:
        row = Particulars(community_id=community.id)
        session.add(row)
    for name, text in cleaned.items():
        setattr(row, name, text)
    row.changed_at = clock.now()
    session.flush()
    record(session, community=community, what="particulars", before=before, after=row.seller, actor=actor)
    return row
