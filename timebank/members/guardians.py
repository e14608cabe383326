"""Guardians: who consented to the membership of somebody under 18, and the day on which that is over."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import LONGEST_CONTACT
from timebank.members.models import LONGEST_NAME
from timebank.members.models import LONGEST_WORDING
from timebank.members.models import Guardian
from timebank.members.models import Member
from timebank.members.service import record_event
from timebank.people.service import LanguageUnknown
from timebank.people.service import clean_email
from timebank.settings import LANGUAGES
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import excerpt
from timebank.text import is_visible

#: What a member's history calls a consent, and its end.
GUARDIAN = "guardian"
OF_AGE = "of-age"


class GuardianUnnamed(Refusal):
    """A guardian without a name."""

    sentence = N_("Please write the guardian's name.")
    field = "guardian_name"


class GuardianUnreachable(Refusal):
    """A guardian whom nobody could ask."""

    sentence = N_("Please write how the guardian can be reached.")
    field = "guardian_reached_by"


class WordingMissing(Refusal):
    """A consent to nothing."""

    sentence = N_("A consent needs the words to which it was given.")


class ConsentToCome(Refusal):
    """A consent on a day that is still to come."""

    sentence = N_("A consent cannot be of a day that is still to come.")
    field = "consented_on"


class NoGuardian(Refusal):
    """A member who has no guardian, or none any more."""

    sentence = N_("This member has no guardian now.")


class AskYourGuardian(Refusal):
    """Somebody under 18 wants to pay something."""

    sentence = N_(
        "You are under 18, so nothing is paid here without your guardian. Please ask %(guardian)s to do it."
    )


@dataclass(frozen=True, slots=True)
class GuardianConsent:
    """Who consents to a membership, how they are reached, to which words they said yes, and when."""

    name: str
    reached_by: str
    wording: str
    consented_on: date
    email: str | None = None
    language: str | None = None


def record_guardian(
    session: Session, *, community: Community, member: Member, consent: GuardianConsent, actor: Actor
) -> Guardian:
    """Write down that a guardian consented, in place of another one if there is one; the caller commits."""
    guardian = _cleaned(consent, community=community, member=member)
    if former := guardian_of(session, member=member):
        _end(session, former, on=clock.today(community.time_zone))
    session.add(guardian)
    record_event(
        session,
        member=member,
        what=GUARDIAN,
        value=guardian.consented_on.isoformat(),
        reason=guardian.name,
        actor=actor,
    )
    return guardian


def end_guardianship(session: Session, *, community: Community, member: Member, actor: Actor) -> None:
    """Write down that a member is of age: their guardian is asked and told nothing any more."""
    guardian = guardian_of(session, member=member)
    if guardian is None:
        raise NoGuardian
    _end(session, guardian, on=clock.today(community.time_zone))
    record_event(session, member=member, what=OF_AGE, actor=actor)


def guardian_of(session: Session, *, member: Member) -> Guardian | None:
    """Find the guardian of somebody under 18; None where a member has none, or is of age now."""
    return session.scalar(
        select(Guardian).where(Guardian.member_id == member.id, Guardian.ended_on.is_(None))
    )


def check_of_age(session: Session, *, member: Member) -> None:
    """Let nobody who is under 18 pay without their guardian."""
    guardian = guardian_of(session, member=member)
    if guardian is not None:
        raise AskYourGuardian(guardian=guardian.name)


def minors_among(session: Session, *, members: Collection[Member]) -> frozenset[int]:
    """Tell which of these members are under 18, by id."""
    ids = [member.id for member in members]
    found = select(Guardian.member_id).where(Guardian.member_id.in_(ids), Guardian.ended_on.is_(None))
    return frozenset(session.scalars(found))


def _cleaned(consent: GuardianConsent, *, community: Community, member: Member) -> Guardian:
    name = clean_line(consent.name, longest=LONGEST_NAME)
    reached_by = clean_text(consent.reached_by, longest=LONGEST_CONTACT)
    wording = clean_text(consent.wording, longest=LONGEST_WORDING)
    if not is_visible(name):
        raise GuardianUnnamed
    if not is_visible(reached_by):
        raise GuardianUnreachable
    if not is_visible(wording):
        raise WordingMissing
    if consent.consented_on > clock.today(community.time_zone):
        raise ConsentToCome
    if consent.language is not None and consent.language not in LANGUAGES:
        raise LanguageUnknown(typed=excerpt(consent.language))
    return Guardian(
        member_id=member.id,
        community_id=member.community_id,
        name=name,
        reached_by=reached_by,
        email=clean_email(consent.email) if consent.email else None,
        language=consent.language,
        wording=wording,
        consented_on=consent.consented_on,
    )


def _end(session: Session, guardian: Guardian, *, on: date) -> None:
    """That they consented stays; how to reach them is nobody's business any more."""
    guardian.ended_on, guardian.email, guardian.reached_by = on, None, ""
    session.flush()
