"""The tables of those who ask to join, of invitations, of consents, and of links for a first sign-in."""

from datetime import date
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy import text
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.contacts.models import LONGEST_VALUE
from timebank.db import STRICT
from timebank.db import Base
from timebank.db import one_of
from timebank.members.models import LONGEST_CONTACT
from timebank.members.models import LONGEST_NAME
from timebank.members.models import LONGEST_REASON
from timebank.members.models import LONGEST_WORDING
from timebank.people.models import LONGEST_EMAIL

LONGEST_WISH = 1_000
LONGEST_NOTE = 100
LONGEST_KEY = 80
MOST_USES = 500

WAITING: Final = "waiting"
ACCEPTED: Final = "accepted"
DECLINED: Final = "declined"
#: What waits is most frequent where it is looked for.
STATES: Final = (WAITING, ACCEPTED, DECLINED)

#: What somebody consents to: the use of their details, and notes about their health.
USE: Final = "use"
HEALTH: Final = "health"


class Application(Base):
    """Somebody asks to join; who is accepted keeps here only what they could do and what would help them."""

    __tablename__ = "application"
    __table_args__ = (
        # A form that is sent twice is one wish to join.
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("id", "community_id"),
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        ForeignKeyConstraint(["invitation_id", "community_id"], ["invitation.id", "invitation.community_id"]),
        Index("application_by_state", "community_id", "state", "id"),
        Index("application_by_member", "member_id"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="application_key_is_short"),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_NAME}", name="application_name_is_short"),
        CheckConstraint(f"length(reading) <= {LONGEST_NAME}", name="application_reading_is_short"),
        CheckConstraint(f"length(telephone) <= {LONGEST_VALUE}", name="application_telephone_is_short"),
        CheckConstraint(f"length(email) <= {LONGEST_EMAIL}", name="application_email_is_short"),
        CheckConstraint(f"length(other_way) <= {LONGEST_VALUE}", name="application_other_way_is_short"),
        CheckConstraint(f"length(could_do) <= {LONGEST_WISH}", name="application_could_do_is_short"),
        CheckConstraint(f"length(would_help) <= {LONGEST_WISH}", name="application_would_help_is_short"),
        CheckConstraint("language IN ('en', 'ja')", name="application_language_is_known"),
        CheckConstraint(f"length(wording) BETWEEN 1 AND {LONGEST_WORDING}", name="application_has_a_wording"),
        CheckConstraint(
            f"length(health_wording) BETWEEN 1 AND {LONGEST_WORDING}", name="application_health_is_short"
        ),
        CheckConstraint(f"length(guardian_name) <= {LONGEST_NAME}", name="application_guardian_is_short"),
        CheckConstraint(
            f"length(guardian_reached_by) <= {LONGEST_CONTACT}", name="application_guardian_reach_is_short"
        ),
        CheckConstraint(
            f"length(guardian_email) <= {LONGEST_EMAIL}", name="application_guardian_email_is_short"
        ),
        CheckConstraint(
            f"length(guardian_wording) BETWEEN 1 AND {LONGEST_WORDING}",
            name="application_guardian_wording_is_short",
        ),
        CheckConstraint(
            "(guardian_wording IS NULL) = (guardian_consented_on IS NULL)",
            name="application_consent_has_a_day",
        ),
        CheckConstraint("length(guardian_token_hash) = 64", name="application_token_is_hashed"),
        CheckConstraint("length(password_hash) BETWEEN 20 AND 500", name="application_password_is_hashed"),
        CheckConstraint(one_of("state", STATES), name="application_state_is_known"),
        CheckConstraint("(state = 'waiting') = (answered_at IS NULL)", name="application_is_answered_once"),
        CheckConstraint("(state = 'accepted') = (member_id IS NOT NULL)", name="application_makes_a_member"),
        CheckConstraint(f"length(reason) <= {LONGEST_REASON}", name="application_reason_is_short"),
        CheckConstraint(
            "state <> 'declined' OR length(reason) > 0", name="application_declined_for_a_reason"
        ),
        # No membership of somebody under 18 without a guardian's word.
        CheckConstraint(
            "state <> 'accepted' OR guardian_name = '' OR guardian_wording IS NOT NULL",
            name="application_waits_for_a_guardian",
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    key: Mapped[str]
    name: Mapped[str]
    reading: Mapped[str]
    #: How to reach them; once they are members it stands with their contact details, and here no more.
    telephone: Mapped[str]
    email: Mapped[str]
    other_way: Mapped[str]
    could_do: Mapped[str]
    would_help: Mapped[str]
    #: In which they read, and are written to.
    language: Mapped[str]
    #: The exact text about the use of details to which they said yes, and the day.
    wording: Mapped[str]
    consented_on: Mapped[date]
    #: The exact text about notes on health; None where they did not consent to such notes.
    health_wording: Mapped[str | None]
    #: Of who is under 18, and only then; empty otherwise.
    guardian_name: Mapped[str]
    guardian_reached_by: Mapped[str]
    guardian_email: Mapped[str]
    guardian_wording: Mapped[str | None]
    guardian_consented_on: Mapped[date | None]
    #: Of what stands in the mail to the guardian, and nowhere else.
    guardian_token_hash: Mapped[str | None] = mapped_column(unique=True)
    #: Of who was invited, has no e-mail address, and still waits for the guardian.
    password_hash: Mapped[str | None]
    invitation_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(default=WAITING)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    member_id: Mapped[int | None]

    @property
    def under_18(self) -> bool:
        """Say whether a guardian has to consent."""
        return bool(self.guardian_name)


class Invitation(Base):
    """A word of a coordinator's that whoever has this code is welcome: so often, and until a day."""

    __tablename__ = "invitation"
    __table_args__ = (
        # A form that is sent twice is one invitation.
        UniqueConstraint("community_id", "key"),
        UniqueConstraint("id", "community_id"),
        Index("invitation_by_community", "community_id", "id"),
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="invitation_key_is_short"),
        CheckConstraint("length(code_hash) = 64", name="invitation_code_is_hashed"),
        CheckConstraint(f"length(note) BETWEEN 1 AND {LONGEST_NOTE}", name="invitation_note_is_short"),
        CheckConstraint(f"length(email) BETWEEN 3 AND {LONGEST_EMAIL}", name="invitation_email_is_short"),
        CheckConstraint(f"uses BETWEEN 1 AND {MOST_USES}", name="invitation_uses_are_bounded"),
        CheckConstraint("used BETWEEN 0 AND uses", name="invitation_is_used_so_often"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="invitation_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    key: Mapped[str]
    #: Of what stands on the paper or in the mail, and nowhere else.
    code_hash: Mapped[str] = mapped_column(unique=True)
    #: For whom, or where it hangs; coordinators read it.
    note: Mapped[str]
    #: To which it was sent; None for paper.
    email: Mapped[str | None]
    uses: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    #: The last day.
    good_until: Mapped[date]
    made_at: Mapped[datetime]
    actor: Mapped[str]
    ended_at: Mapped[datetime | None]


class Consent(Base):
    """What a member has consented to, in which words, since when, and until when."""

    __tablename__ = "consent"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        Index(
            "uq_consent_member_about",
            "member_id",
            "about",
            unique=True,
            sqlite_where=text("withdrawn_on IS NULL"),
            postgresql_where=text("withdrawn_on IS NULL"),
        ),
        CheckConstraint("about IN ('use', 'health')", name="consent_is_about_something_known"),
        CheckConstraint(f"length(wording) BETWEEN 1 AND {LONGEST_WORDING}", name="consent_has_a_wording"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="consent_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int]
    member_id: Mapped[int]
    about: Mapped[str]
    wording: Mapped[str]
    given_on: Mapped[date]
    #: Who wrote it down, and from what.
    actor: Mapped[str]
    withdrawn_on: Mapped[date | None]


class FirstSignIn(Base):
    """A link by which a new member signs in for the first time, sent to the address that they gave."""

    __tablename__ = "first_sign_in"
    __table_args__ = (
        ForeignKeyConstraint(["member_id", "community_id"], ["member.id", "member.community_id"]),
        CheckConstraint(f"length(email) BETWEEN 3 AND {LONGEST_EMAIL}", name="first_sign_in_email_is_short"),
        CheckConstraint("language IN ('en', 'ja')", name="first_sign_in_language_is_known"),
        CheckConstraint("length(token_hash) = 64", name="first_sign_in_token_is_hashed"),
        STRICT,
    )

    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    email: Mapped[str]
    language: Mapped[str]
    #: Of what stands in the mail, and nowhere else; None before that is sent.
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    asked_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class JoiningRule(Base):
    """Whether a community takes applications; it does where nothing is said."""

    __tablename__ = "joining_rule"
    __table_args__ = (STRICT,)

    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    takes_applications: Mapped[bool]
