"""The community's rules on who may know how members are reached, and members' consent to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy import exists
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.contacts.models import AGREED
from timebank.contacts.models import AUDIENCES
from timebank.contacts.models import COORDINATORS
from timebank.contacts.models import LONGEST_RULES
from timebank.contacts.models import MEMBERS
from timebank.contacts.models import NOBODY
from timebank.contacts.models import ContactDetail
from timebank.contacts.models import SharingConsent
from timebank.contacts.models import SharingRules
from timebank.db import insert_into
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import ACTIVE
from timebank.members.models import AWAY
from timebank.members.models import Member
from timebank.members.service import record_event
from timebank.text import clean_text
from timebank.text import is_visible

#: What a member's history calls it; its value is the version.
CONSENTED = "sharing-agreed"
CONSENT_ENDED = "sharing-ended"

#: Why nobody but coordinators may see a member's details, or not all whom they chose.
NOT_CONSENTED, RULED, UNDER_18 = "not-consented", "ruled", "under-18"


class RulesEmpty(Refusal):
    """Rules without a word."""

    sentence = N_("Please write the rules in words: what is shown to whom, and what for.")
    field = "words"


class WidestUnknown(Refusal):
    """A bound that the program does not know."""

    sentence = N_("Please choose who may see details at most.")
    field = "widest"


class SuggestedTooWide(Refusal):
    """What is offered first would be more than what is allowed."""

    sentence = N_("What is offered first cannot be wider than what is allowed.")
    field = "suggested"


class RulesChanged(Refusal):
    """Somebody agrees to rules that are no longer those of the community."""

    sentence = N_("The rules have changed meanwhile. Please read them as they are now.")
    status = 409


@dataclass(frozen=True, slots=True)
class Bounds:
    """To whom a member's details are shown at most, and why it is not more."""

    widest: str = MEMBERS
    #: Empty where nothing narrows what the member chose.
    because: str = ""

    def narrow(self, audience: str) -> str:
        """Tell who sees a detail that the member chose to show to these."""
        return min(audience, self.widest, key=AUDIENCES.index)


def rules_of(session: Session, *, community_id: int) -> SharingRules | None:
    """Find the rules as they are now; None where a community has written none."""
    all_rules = select(SharingRules).where(SharingRules.community_id == community_id)
    return session.scalar(all_rules.order_by(SharingRules.version.desc()).limit(1))


def suggested_for(rules: SharingRules | None) -> str:
    """Tell which audience a form offers first."""
    return rules.suggested if rules else AGREED


def past_rules(session: Session, *, community: Community) -> Sequence[SharingRules]:
    """List the rules that were, the newest first."""
    all_rules = select(SharingRules).where(SharingRules.community_id == community.id)
    return session.scalars(all_rules.order_by(SharingRules.version.desc()).offset(1)).all()


def write_rules(
    session: Session, *, community: Community, words: str, widest: str, suggested: str, actor: Actor
) -> SharingRules:
    """Decide anew who may know how members are reached; each member is asked for consent again.

    Until they give it, only coordinators see their details. The same once more changes nothing.
    """
    text = clean_text(words, longest=LONGEST_RULES)
    if not is_visible(text):
        raise RulesEmpty
    if widest not in AUDIENCES[1:]:
        raise WidestUnknown
    if suggested not in AUDIENCES[: AUDIENCES.index(widest) + 1]:
        raise SuggestedTooWide
    now = rules_of(session, community_id=community.id)
    if now is not None and (now.words, now.widest, now.suggested) == (text, widest, suggested):
        return now
    rules = SharingRules(
        community_id=community.id,
        version=now.version + 1 if now else 1,
        words=text,
        widest=widest,
        suggested=suggested,
        made_at=clock.now(),
        actor=str(actor),
    )
    session.add(rules)
    try:
        session.flush()
    except IntegrityError as clash:
        # Two stewards at once: the second looks at what the first has written.
        if violated(clash) == "pk_sharing_rules":
            raise RulesChanged from clash
        raise
    return rules


def agree(session: Session, *, member: Member, version: int, actor: Actor) -> None:
    """Write down that a member agrees to the rules as they are now; twice is once."""
    rules = rules_of(session, community_id=member.community_id)
    if rules is None or rules.version != version:
        raise RulesChanged
    given = {
        "member_id": member.id,
        "version": version,
        "community_id": member.community_id,
        "given_at": clock.now(),
        "actor": str(actor),
    }
    new = insert_into(session, SharingConsent).values(given).on_conflict_do_nothing()
    if session.execute(new.returning(SharingConsent.member_id)).scalar_one_or_none() is not None:
        record_event(session, member=member, what=CONSENTED, value=str(version), actor=actor)


def end_consent(session: Session, *, member: Member, actor: Actor) -> None:
    """Write down that a member agrees no longer: from then on only coordinators see their details."""
    mine = delete(SharingConsent).where(SharingConsent.member_id == member.id)
    ended = session.execute(mine.returning(SharingConsent.version)).scalars().all()
    if ended:
        record_event(session, member=member, what=CONSENT_ENDED, value=str(max(ended)), actor=actor)


def consent_of(session: Session, *, member: Member, rules: SharingRules) -> SharingConsent | None:
    """Find a member's consent to these rules; None where they have not given it."""
    return session.get(SharingConsent, (member.id, rules.version))


def bounds_of(session: Session, *, member: Member) -> Bounds:
    """Tell to whom a member's details are shown at most: as the rules say, once the member agrees."""
    rules = rules_of(session, community_id=member.community_id)
    if rules is None:
        return Bounds()
    if consent_of(session, member=member, rules=rules) is None:
        return Bounds(COORDINATORS, NOT_CONSENTED)
    return Bounds(rules.widest, RULED) if rules.widest != MEMBERS else Bounds()


def has_to_be_asked(session: Session, *, member: Member) -> bool:
    """Say whether there are rules to which a member has not said yes."""
    return bounds_of(session, member=member).because == NOT_CONSENTED


def still_to_ask(session: Session, *, community: Community, limit: int = 500) -> Sequence[Member]:
    """List who takes part, is to be reached by others, and has not agreed to the rules as they are now."""
    rules = rules_of(session, community_id=community.id)
    if rules is None:
        return []
    shares = exists().where(
        ContactDetail.member_id == Member.id, ContactDetail.audience.not_in((NOBODY, COORDINATORS))
    )
    agreed = exists().where(SharingConsent.member_id == Member.id, SharingConsent.version == rules.version)
    unasked = select(Member).where(
        Member.community_id == community.id, Member.state.in_((ACTIVE, AWAY)), shares, ~agreed
    )
    return session.scalars(unasked.order_by(Member.sort_key, Member.number).limit(limit)).all()


def count_consents(session: Session, *, rules: SharingRules) -> int:
    """Count who has agreed to these rules."""
    given = select(func.count()).where(
        SharingConsent.community_id == rules.community_id, SharingConsent.version == rules.version
    )
    return session.scalar(given) or 0
