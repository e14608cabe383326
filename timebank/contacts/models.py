"""The table of how members can be reached, each detail with those who may see it."""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base
from timebank.db import one_of

LONGEST_VALUE = 300
#: Of what is found by; whatever normalisation makes of a value.
LONGEST_KEY = 400

TELEPHONE: Final = "telephone"
EMAIL: Final = "email"
ADDRESS: Final = "address"
OTHER: Final = "other"
#: In the order in which pages show them.
KINDS: Final = (TELEPHONE, EMAIL, ADDRESS, OTHER)

NOBODY: Final = "nobody"
COORDINATORS: Final = "coordinators"
AGREED: Final = "agreed"
MEMBERS: Final = "members"
#: From the narrowest to the widest.
AUDIENCES: Final = (NOBODY, COORDINATORS, AGREED, MEMBERS)


class ContactDetail(Base):
    """One way to reach a member, and who may see it."""

    __tablename__ = "contact_detail"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        # So that the same telephone or address is found again where somebody is entered twice.
        Index("contact_detail_by_key", "community_id", "kind", "search_key"),
        CheckConstraint(one_of("kind", KINDS), name="contact_detail_kind_is_known"),
        CheckConstraint(one_of("audience", AUDIENCES), name="contact_detail_audience_is_known"),
        CheckConstraint(f"length(value) BETWEEN 1 AND {LONGEST_VALUE}", name="contact_detail_is_short"),
        CheckConstraint(f"length(search_key) <= {LONGEST_KEY}", name="contact_detail_key_is_short"),
        CheckConstraint(
            "kind <> 'telephone' OR length(search_key) >= 5", name="contact_detail_telephone_has_digits"
        ),
        STRICT,
    )

    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    #: What two ways of writing the same have in common: a telephone's digits, an address without blanks.
    search_key: Mapped[str]
    audience: Mapped[str]
    changed_at: Mapped[datetime]
