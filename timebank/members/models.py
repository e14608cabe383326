"""The tables of members, of the hands that act for them, and of what was done about them."""

from datetime import date
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy import text
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from ledger.schema import account
from ledger.schema import entry
from timebank.db import STRICT
from timebank.db import Base
from timebank.db import Sorted
from timebank.db import one_of
from timebank.people.models import LONGEST_EMAIL

LONGEST_NUMBER = 40
LONGEST_NAME = 100
LONGEST_DISTRICT = 60
LONGEST_REASON = 500
LONGEST_CONTACT = 300
LONGEST_WORDING = 4_000

ACTIVE = "active"
AWAY = "away"
SUSPENDED = "suspended"
LEFT = "left"

#: What a member can be; it says who acts for it, and never who gives and who receives.
PERSON, A_HOUSEHOLD, AN_ORGANISATION = "person", "household", "organisation"
KINDS = (PERSON, A_HOUSEHOLD, AN_ORGANISATION)

#: A person who acts for the member that they themselves are.
SELF = "self"
#: One of several who act for a household or an organisation, and may do what any member may.
HOUSEHOLD, ORGANISATION = "household", "organisation"
#: Somebody whom a member trusts to act for them, within what that member has ticked.
TRUSTED = "trusted"
#: What is done about a hand: it is given, and it ends.
GIVEN, ENDED = "given", "ended"


class Member(Base):
    """A person, household or organisation in one community; everybody's account can go up and down."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("community_id", "number"),
        # So that other tables' keys can carry the community and never mix two.
        UniqueConstraint("id", "community_id"),
        Index("member_by_name", "community_id", "sort_key", "number"),
        CheckConstraint(f"length(number) BETWEEN 1 AND {LONGEST_NUMBER}", name="member_number_is_short"),
        CheckConstraint("number NOT LIKE '% %'", name="member_number_has_no_blanks"),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_NAME}", name="member_name_is_short"),
        CheckConstraint(f"length(reading) BETWEEN 1 AND {LONGEST_NAME}", name="member_reading_is_short"),
        CheckConstraint(
            f"length(district) BETWEEN 1 AND {LONGEST_DISTRICT}", name="member_district_is_short"
        ),
        CheckConstraint("state IN ('active', 'away', 'suspended', 'left')", name="member_state_is_known"),
        CheckConstraint(
            "state <> 'suspended' OR state_reason IS NOT NULL", name="member_is_suspended_for_a_reason"
        ),
        CheckConstraint(
            f"length(state_reason) BETWEEN 1 AND {LONGEST_REASON}", name="member_reason_is_short"
        ),
        CheckConstraint("own_limit_minutes BETWEEN 0 AND 6000000", name="member_own_limit_is_bounded"),
        CheckConstraint(
            "(own_limit_minutes IS NULL) = (own_limit_reason IS NULL)", name="member_own_limit_has_a_reason"
        ),
        CheckConstraint(
            f"length(own_limit_reason) BETWEEN 1 AND {LONGEST_REASON}", name="member_limit_reason_is_short"
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    #: As the community gives it out and the import file names it; any signs but blanks.
    number: Mapped[str] = mapped_column(Sorted)
    name: Mapped[str]
    #: ふりがな: how the name is read.
    reading: Mapped[str | None]
    district: Mapped[str | None]
    #: Of the reading, or of the name where there is none: lists stand in this order.
    sort_key: Mapped[str] = mapped_column(Sorted)
    #: Name and reading as searches compare them.
    search_key: Mapped[str]
    state: Mapped[str] = mapped_column(default=ACTIVE)
    state_reason: Mapped[str | None]
    account_id: Mapped[int] = mapped_column(ForeignKey(account.c.id), unique=True)
    #: How far below zero this member may go, where it is not as far as everybody.
    own_limit_minutes: Mapped[int | None]
    own_limit_reason: Mapped[str | None]
    joined_on: Mapped[date]
    kind: Mapped[str] = mapped_column(
        CheckConstraint("kind IN ('person', 'household', 'organisation')", name="member_kind_is_known"),
        default=PERSON,
        server_default=PERSON,
    )


class Hand(Base):
    """A person who acts for a member."""

    __tablename__ = "hand"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        CheckConstraint(
            "acts_as IN ('self', 'household', 'guardian', 'trusted', 'organisation')",
            name="hand_acts_in_a_known_way",
        ),
        Index("hand_by_member", "member_id"),
        # Nobody is two members of one community, and no member is two people.
        Index(
            "uq_hand_self_person",
            "person_id",
            "community_id",
            unique=True,
            sqlite_where=text("acts_as = 'self'"),
            postgresql_where=text("acts_as = 'self'"),
        ),
        Index(
            "uq_hand_self_member",
            "member_id",
            unique=True,
            sqlite_where=text("acts_as = 'self'"),
            postgresql_where=text("acts_as = 'self'"),
        ),
        STRICT,
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    acts_as: Mapped[str]
    #: What a trusted person may: the ticks' names, with blanks between; None for everybody else.
    may: Mapped[str | None] = mapped_column(
        CheckConstraint(
            "(acts_as = 'trusted') = (may IS NOT NULL) AND (may IS NULL OR length(may) <= 200)",
            name="hand_of_the_trusted_has_bounds",
        )
    )


class HandEvent(Base):
    """That somebody acts for a member from then on, or does no longer; rows are only ever added.

    A hand itself goes when it ends. What it did stays, and its name is found here.
    """

    __tablename__ = "hand_event"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("hand_event_by_member", "member_id", "id"),
        Index("hand_event_by_person", "person_id", "community_id", "id"),
        CheckConstraint(
            one_of("acts_as", (HOUSEHOLD, ORGANISATION, TRUSTED)), name="hand_event_acts_in_a_known_way"
        ),
        CheckConstraint(one_of("what", (GIVEN, ENDED)), name="hand_event_what_is_known"),
        CheckConstraint(f"length(called) BETWEEN 1 AND {LONGEST_NAME}", name="hand_event_called_is_short"),
        CheckConstraint("(acts_as = 'trusted') = (may IS NOT NULL)", name="hand_event_of_trusted_has_bounds"),
        CheckConstraint("length(may) <= 200", name="hand_event_may_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="hand_event_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int]
    community_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: How the person is called by those for whom they act; a person has no name of their own.
    called: Mapped[str]
    acts_as: Mapped[str]
    #: What a trusted person may, as in the hand itself.
    may: Mapped[str | None]
    what: Mapped[str]
    happened_at: Mapped[datetime]
    actor: Mapped[str]


class MemberEvent(Base):
    """What was done about a member, by whom and when; rows are only ever added."""

    __tablename__ = "member_event"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index("member_event_by_member", "member_id", "id"),
        CheckConstraint("length(what) BETWEEN 1 AND 60", name="member_event_what_is_short"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="member_event_has_an_actor"),
        CheckConstraint(f"length(reason) <= {LONGEST_REASON}", name="member_event_reason_is_short"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int]
    community_id: Mapped[int]
    happened_at: Mapped[datetime]
    actor: Mapped[str]
    #: ``entered``, ``limit``, ``suspended``, ``resumed``, ``sign-in-given``, ``sign-in-code``, ``away``,
    #: ``back``, ``left``, ``died``, ``returned``, ``contact``, ``contact-gone``, ``guardian``, ``of-age``,
    #: ``sharing-agreed``, ``sharing-ended``, ``joined``, ``joined-in``.
    what: Mapped[str]
    #: Minutes for a limit, the last day of an absence, which contact detail, the day of a consent, which
    #: version of rules, another number; or None.
    value: Mapped[str | None]
    reason: Mapped[str | None]


class Absence(Base):
    """Until which day a member is away; when the day has passed it is over by itself."""

    __tablename__ = "absence"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        STRICT,
    )

    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    #: The last day of it.
    until: Mapped[date]


class Farewell(Base):
    """That a member has left, or has died; it goes when they are taken back."""

    __tablename__ = "farewell"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        CheckConstraint(f"length(family_contact) <= {LONGEST_CONTACT}", name="farewell_contact_is_short"),
        STRICT,
    )

    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    left_on: Mapped[date]
    died: Mapped[bool]
    #: Whom of the family to write to or call; only coordinators see it.
    family_contact: Mapped[str]


class Guardian(Base):
    """Who consented to the membership of somebody under 18, to what and when; a member has one at a time.

    A member with a guardian is under 18, and nothing else says so. Whoever takes another's place has a row
    of their own, so that what somebody consented to is never written over.
    """

    __tablename__ = "guardian"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index(
            "uq_guardian_member",
            "member_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_NAME}", name="guardian_name_is_short"),
        CheckConstraint(f"length(reached_by) <= {LONGEST_CONTACT}", name="guardian_contact_is_short"),
        CheckConstraint(
            "ended_on IS NOT NULL OR length(reached_by) > 0", name="guardian_is_reached_while_needed"
        ),
        CheckConstraint(f"length(email) BETWEEN 3 AND {LONGEST_EMAIL}", name="guardian_email_is_short"),
        CheckConstraint("language IN ('en', 'ja')", name="guardian_language_is_known"),
        CheckConstraint(f"length(wording) BETWEEN 1 AND {LONGEST_WORDING}", name="guardian_wording_is_short"),
        CheckConstraint("ended_on IS NULL OR email IS NULL", name="guardian_is_left_alone_afterwards"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int]
    community_id: Mapped[int]
    name: Mapped[str]
    #: In words: a telephone number, an address, when to call. Empty once it is over.
    reached_by: Mapped[str]
    email: Mapped[str | None]
    #: In which they are written to; None for the community's.
    language: Mapped[str | None]
    #: The exact text to which they said yes.
    wording: Mapped[str]
    consented_on: Mapped[date]
    #: When the member was of age, or another guardian took this one's place.
    ended_on: Mapped[date | None]


class SameAs(Base):
    """That a member was entered twice: this record is closed, and everything goes on under the other."""

    __tablename__ = "same_as"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["kept_id", "community_id"], ["member.id", "member.community_id"]),
        CheckConstraint("member_id <> kept_id", name="same_as_is_another"),
        CheckConstraint("(minutes = 0) = (entry_id IS NULL)", name="same_as_carries_by_an_entry"),
        CheckConstraint(
            f"length(reason) BETWEEN 1 AND {LONGEST_REASON}", name="same_as_is_said_for_a_reason"
        ),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="same_as_has_an_actor"),
        Index("same_as_by_kept", "kept_id"),
        STRICT,
    )

    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    #: The record that goes on.
    kept_id: Mapped[int]
    #: What stood on the older account and was carried over; below zero where it had received more.
    minutes: Mapped[int]
    #: None where there was nothing to carry.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id), unique=True)
    joined_on: Mapped[date]
    joined_at: Mapped[datetime]
    actor: Mapped[str]
    #: How it was found out.
    reason: Mapped[str]


class HouseholdShare(Base):
    """Hours that somebody who left a household takes along: asked for, and settled by a coordinator."""

    __tablename__ = "household_share"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["to_member_id", "community_id"], ["member.id", "member.community_id"]),
        # A form that settles one and is sent twice settles it once.
        UniqueConstraint("community_id", "key"),
        CheckConstraint("length(key) BETWEEN 1 AND 300", name="household_share_key_is_short"),
        CheckConstraint("(settled_at IS NULL) = (key IS NULL)", name="household_share_is_settled_by_a_form"),
        # Nobody is asked about twice at once.
        Index(
            "uq_household_share_open",
            "member_id",
            "person_id",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
        Index("household_share_by_community", "community_id", "id"),
        Index("household_share_by_receiver", "to_member_id"),
        CheckConstraint("asked_minutes BETWEEN 0 AND 6000000", name="household_share_asks_for_hours"),
        CheckConstraint("minutes BETWEEN 0 AND 6000000", name="household_share_moves_hours"),
        CheckConstraint("to_member_id <> member_id", name="household_share_goes_to_another"),
        CheckConstraint(
            "(settled_at IS NULL) = (minutes IS NULL) AND (settled_at IS NULL) = (settled_on IS NULL) AND "
            "(settled_at IS NULL) = (settled_by IS NULL)",
            name="household_share_is_settled_once",
        ),
        # What is moved stands in the books, and nothing else does.
        CheckConstraint(
            "(coalesce(minutes, 0) > 0) = (entry_id IS NOT NULL) AND "
            "(entry_id IS NULL) = (to_member_id IS NULL)",
            name="household_share_moves_by_an_entry",
        ),
        CheckConstraint(f"length(reason) <= {LONGEST_REASON}", name="household_share_reason_is_short"),
        CheckConstraint("length(asked_by) BETWEEN 1 AND 200", name="household_share_has_an_actor"),
        CheckConstraint("length(settled_by) BETWEEN 1 AND 200", name="household_share_is_settled_by_one"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    #: Of the form by which it was settled.
    key: Mapped[str | None]
    #: The household.
    member_id: Mapped[int]
    #: Who has left it.
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_minutes: Mapped[int]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    #: To whose account the hours went: their own.
    to_member_id: Mapped[int | None]
    minutes: Mapped[int | None]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(entry.c.id), unique=True)
    settled_on: Mapped[date | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")
