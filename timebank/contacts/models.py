"""The tables of how members can be reached, of the rules on who may know, and of who agrees to them."""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base
from timebank.db import one_of

LONGEST_VALUE = 300
LONGEST_RULES = 4000
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


class SharingRules(Base):
    """What a community has decided on who may know how members are reached; each change is a row more."""

    __tablename__ = "sharing_rules"
    __table_args__ = (
        CheckConstraint("version > 0", name="sharing_rules_are_numbered"),
        CheckConstraint(f"length(words) BETWEEN 1 AND {LONGEST_RULES}", name="sharing_rules_say_something"),
        CheckConstraint(one_of("widest", AUDIENCES[1:]), name="sharing_rules_widest_is_known"),
        CheckConstraint(one_of("suggested", AUDIENCES), name="sharing_rules_suggested_is_known"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="sharing_rules_have_an_actor"),
        STRICT,
    )

    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    #: One more with each change.
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    words: Mapped[str]
    #: Nobody's details are shown to more than these, whatever they chose.
    widest: Mapped[str]
    #: What a form offers first.
    suggested: Mapped[str]
    made_at: Mapped[datetime]
    actor: Mapped[str]


class SharingConsent(Base):
    """That a member agrees to the rules as they stood in one version."""

    __tablename__ = "sharing_consent"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(
            ["community_id", "version"], ["sharing_rules.community_id", "sharing_rules.version"]
        ),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="sharing_consent_has_an_actor"),
        STRICT,
    )

    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    given_at: Mapped[datetime]
    #: Whoever wrote it down, and how they heard it.
    actor: Mapped[str]
