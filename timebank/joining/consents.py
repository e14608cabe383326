"""What a member has consented to: given, read, and withdrawn."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.joining.models import HEALTH
from timebank.joining.models import Consent
from timebank.members.guardians import ConsentToCome
from timebank.members.models import Member
from timebank.members.service import record_event

#: What a member's history calls it; its value is what the consent is about.
GIVEN = "consent"
WITHDRAWN = "consent-withdrawn"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said yes to, in which words, and when."""

    about: str
    wording: str
    given_on: date


def give_consent(session: Session, *, member: Member, said: Said, actor: Actor) -> Consent:
    """Write down a consent; where it stands already it stays as it was. The caller commits."""
    standing = consent_of(session, member=member, about=said.about)
    if standing is not None:
        return standing
    consent = Consent(
        community_id=member.community_id,
        member_id=member.id,
        about=said.about,
        wording=said.wording,
        given_on=said.given_on,
        actor=str(actor),
    )
    session.add(consent)
    record_event(session, member=member, what=GIVEN, value=said.about, actor=actor)
    return consent


def write_down(
    session: Session, *, community: Community, member: Member, said: Said, actor: Actor
) -> Consent:
    """Write down a consent signed on paper, by the member or by their guardian; the caller commits."""
    if said.given_on > clock.today(community.time_zone):
        raise ConsentToCome
    return give_consent(session, member=member, said=said, actor=actor)


def withdraw_health(session: Session, *, community: Community, member: Member, actor: Actor) -> None:
    """Take back the consent to notes about one's health; where there is none nothing happens."""
    consent = consent_of(session, member=member, about=HEALTH)
    if consent is not None:
        consent.withdrawn_on = clock.today(community.time_zone)
        record_event(session, member=member, what=WITHDRAWN, value=HEALTH, actor=actor)


def consent_of(session: Session, *, member: Member, about: str) -> Consent | None:
    """Find the consent that stands; None where there is none, or it was withdrawn."""
    return session.scalar(
        select(Consent).where(
            Consent.member_id == member.id, Consent.about == about, Consent.withdrawn_on.is_(None)
        )
    )
