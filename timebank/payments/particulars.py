"""Who takes the money, as the law wants it shown before anybody pays: written by the steward."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import Session
from sqlalchemy.orm import mapped_column

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.service import record
from timebank.db import STRICT
from timebank.db import Base
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.payments.models import LONGEST_EMAIL
from timebank.people.service import clean_email
from timebank.text import clean_text
from timebank.text import is_visible

LONGEST_PARTICULARS = {
    "seller": 100,
    "responsible": 100,
    "address": 300,
    "telephone": 60,
    "email": LONGEST_EMAIL,
    "extra_costs": 500,
    "ways_to_pay": 500,
    "when_due": 500,
    "when_delivered": 500,
    "stepping_back": 1_000,
}


class Particulars(Base):
    """Who takes the money, as the law wants it shown; in Japan 特定商取引法に基づく表記."""

    __tablename__ = "particulars"
    __table_args__ = (
        *(
            CheckConstraint(f"length({name}) BETWEEN 1 AND {longest}", name=f"particulars_{name}_is_short")
            for name, longest in LONGEST_PARTICULARS.items()
        ),
        STRICT,
    )

    community_id: Mapped[int] = mapped_column(
        ForeignKey("community.id"), primary_key=True, autoincrement=False
    )
    #: The name in law, and who answers for it.
    seller: Mapped[str]
    responsible: Mapped[str]
    address: Mapped[str]
    telephone: Mapped[str]
    email: Mapped[str]
    #: What else is to be paid, how and when, when one gets what was paid for, and how one steps back.
    extra_costs: Mapped[str]
    ways_to_pay: Mapped[str]
    when_due: Mapped[str]
    when_delivered: Mapped[str]
    stepping_back: Mapped[str]
    changed_at: Mapped[datetime]


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
