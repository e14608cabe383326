"""The tables of people, of where they are signed in, their offices, and the forms that wait for them."""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base

LONGEST_EMAIL = 254
#: More than a signed form on its way through the sign-in page ever holds.
LONGEST_KEPT = 100_000
LONGEST_NEXT = 2_000
#: A sealed form is longer than what was typed into it, and is packed.
LONGEST_SEALED = 400_000

#: By what somebody has signed in.
PASSWORD: Final = "password"  # noqa: S105 (a word for one)
LINK: Final = "link"
CODE: Final = "code"


class Person(Base):
    """Somebody who can sign in."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(f"length(email) BETWEEN 3 AND {LONGEST_EMAIL}", name="person_email_is_short"),
        CheckConstraint("email = lower(email)", name="person_email_is_lower_case"),
        CheckConstraint("language IN ('en', 'ja')", name="person_language_is_known"),
        CheckConstraint("length(password_hash) BETWEEN 20 AND 500", name="person_password_is_hashed"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    language: Mapped[str | None]
    created_at: Mapped[datetime]


class SignIn(Base):
    """A browser in which somebody has signed in, from then until it ends."""

    __tablename__ = "sign_in"
    __table_args__ = (
        CheckConstraint("length(token_hash) = 64", name="sign_in_token_is_hashed"),
        CheckConstraint("begun_by IN ('password', 'link', 'code')", name="sign_in_begins_in_a_known_way"),
        CheckConstraint(
            "begun_by <> 'code' OR community_id IS NOT NULL", name="sign_in_by_code_opens_one_community"
        ),
        CheckConstraint("length(browser) BETWEEN 1 AND 40", name="sign_in_browser_is_short"),
        CheckConstraint("length(system) BETWEEN 1 AND 40", name="sign_in_system_is_short"),
        Index("sign_in_by_person", "person_id", "id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: The one community that it opens; None where it opens every one.
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    #: Of what the browser's cookie holds, which is nowhere else.
    token_hash: Mapped[str] = mapped_column(unique=True)
    begun_by: Mapped[str]
    begun_at: Mapped[datetime]
    #: To the hour: not every look at a page is worth writing down.
    seen_at: Mapped[datetime]
    #: What the browser says of itself, in a word each, so that people know their own machines again.
    browser: Mapped[str | None]
    system: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    #: When a second factor was shown in it; None where none was.
    second_factor_at: Mapped[datetime | None]


class HalfSignIn(Base):
    """A password or link that was right, of somebody who has a second factor: it opens nothing yet."""

    __tablename__ = "half_sign_in"
    __table_args__ = (
        CheckConstraint("length(token_hash) = 64", name="half_sign_in_token_is_hashed"),
        CheckConstraint("begun_by IN ('password', 'link')", name="half_sign_in_begins_in_a_known_way"),
        CheckConstraint(f"length(next_path) BETWEEN 1 AND {LONGEST_NEXT}", name="half_sign_in_next_is_short"),
        CheckConstraint(f"length(kept) BETWEEN 1 AND {LONGEST_SEALED}", name="half_sign_in_form_is_bounded"),
        Index("half_sign_in_by_person", "person_id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: The one community that it will open; None where it will open every one.
    community_id: Mapped[int | None] = mapped_column(ForeignKey("community.id"))
    #: Of what the browser's cookie holds, which is nowhere else.
    token_hash: Mapped[str] = mapped_column(unique=True)
    begun_by: Mapped[str]
    begun_at: Mapped[datetime]
    #: The page that they were going to.
    next_path: Mapped[str | None]
    #: A sealed form that waits for whoever typed it.
    kept: Mapped[str | None]


class Authenticator(Base):
    """The machine of somebody's that shows a new code every half minute."""

    __tablename__ = "authenticator"
    __table_args__ = (
        CheckConstraint("length(locked_secret) BETWEEN 50 AND 500", name="authenticator_secret_is_locked"),
        CheckConstraint("last_step >= 0", name="authenticator_steps_count_up"),
        STRICT,
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    #: Encrypted: whoever reads the database alone makes no codes.
    locked_secret: Mapped[str]
    #: The half minute, counted from 1970, whose code was the last that was taken: none is taken twice.
    last_step: Mapped[int]
    set_up_at: Mapped[datetime]


class RecoveryCode(Base):
    """A code on somebody's paper for when the second factor is lost; the row goes when it is used."""

    __tablename__ = "recovery_code"
    __table_args__ = (
        CheckConstraint("length(salt) = 32", name="recovery_code_is_salted"),
        CheckConstraint("length(code_hash) = 64", name="recovery_code_is_hashed"),
        STRICT,
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    #: Slowly, with the salt.
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    #: One for all codes of a paper, so that what is typed is hashed once.
    salt: Mapped[str]


class SignInLink(Base):
    """A link that was asked for; also where nobody signs in with the address, so that both take as long."""

    __tablename__ = "sign_in_link"
    __table_args__ = (
        CheckConstraint("length(token_hash) = 64", name="sign_in_link_token_is_hashed"),
        CheckConstraint(f"length(next_path) BETWEEN 1 AND {LONGEST_NEXT}", name="sign_in_link_next_is_short"),
        CheckConstraint("used_at IS NULL OR person_id IS NOT NULL", name="sign_in_link_is_used_by_somebody"),
        Index("sign_in_link_by_moment", "asked_at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Where it was asked for, and is opened.
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: The page that they were going to.
    next_path: Mapped[str | None]
    #: Of what stands in the mail, and nowhere else; None before that is sent.
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    asked_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInCode(Base):
    """The one code that somebody may have in a community, until it is used."""

    __tablename__ = "sign_in_code"
    __table_args__ = (
        CheckConstraint("length(code_hash) BETWEEN 20 AND 500", name="sign_in_code_is_hashed"),
        STRICT,
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    #: Slowly, as a password's: eight digits are soon tried out.
    code_hash: Mapped[str]
    good_until: Mapped[datetime]


class PasswordOfOne(Base):
    """A password that began with an officer, by a code or a first password: it opens that community only."""

    __tablename__ = "password_of_one"
    __table_args__ = (STRICT,)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))


class Office(Base):
    """A person's role in a community, beside or without being a member."""

    __tablename__ = "office"
    __table_args__ = (
        CheckConstraint(
            "role IN ('coordinator', 'treasurer', 'steward', 'auditor')", name="office_role_is_known"
        ),
        STRICT,
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class OfficeEvent(Base):
    """Who gave or took an office, and when; rows are only ever added."""

    __tablename__ = "office_event"
    __table_args__ = (
        CheckConstraint("what IN ('given', 'taken')", name="office_event_what_is_known"),
        CheckConstraint("length(actor) BETWEEN 1 AND 200", name="office_event_has_an_actor"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    what: Mapped[str]
    happened_at: Mapped[datetime]
    actor: Mapped[str]


class KeptForm(Base):
    """What somebody had typed when their session ended: shown to them once more, booked never by itself."""

    __tablename__ = "kept_form"
    __table_args__ = (
        CheckConstraint("length(path) BETWEEN 1 AND 2000", name="kept_form_path_is_short"),
        CheckConstraint("length(target) BETWEEN 1 AND 2000", name="kept_form_target_is_short"),
        CheckConstraint(f"length(fields) <= {LONGEST_KEPT}", name="kept_form_fields_are_bounded"),
        STRICT,
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    #: The page that shows the form.
    path: Mapped[str] = mapped_column(primary_key=True)
    #: Where the form is posted to; the row goes when that happens.
    target: Mapped[str]
    #: A JSON list of names and values.
    fields: Mapped[str]
    kept_at: Mapped[datetime]


class ShownSignIn(Base):
    """A password that anybody may read: of the demo's people only, shown in demo mode only."""

    __tablename__ = "shown_sign_in"
    __table_args__ = (STRICT,)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    position: Mapped[int]
    #: What is typed into the sign-in page's first field.
    sign_in_name: Mapped[str]
    #: Who it is, in the community's language.
    label: Mapped[str]
    password: Mapped[str]
