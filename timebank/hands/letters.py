"""Letters about hands: somebody is asked, acts for a member now, has done something, or acts no longer."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.acts import ACTS
from timebank.audit import AuditEvent
from timebank.communities.models import Community
from timebank.hands import trust
from timebank.hands.acts import exchange_of
from timebank.hands.models import TrustOffer
from timebank.mail import Carrier
from timebank.mail import carry_later
from timebank.mail import send_letter
from timebank.mail import write_letter
from timebank.members.models import GIVEN
from timebank.members.models import LEFT
from timebank.members.models import TRUSTED
from timebank.members.models import HandEvent
from timebank.members.models import Member
from timebank.members.queries import names_of
from timebank.members.queries import person_of
from timebank.people.models import Person
from timebank.people.service import find_by_email
from timebank.queue import Handler
from timebank.queue import Outside
from timebank.queue import Task
from timebank.rights import TICK_LABELS


def tell_of_hand(session: Session, task: Task) -> None:
    """Tell a person that they act for a member, or do no longer, never why; and a member whom they trust."""
    event = session.scalar(
        select(HandEvent).where(
            HandEvent.id == task.payload["event"], HandEvent.community_id == task.community_id
        )
    )
    if event is None:
        return
    member = session.get_one(Member, event.member_id)
    facts: dict[str, Any] = {"called": event.called, "member": member, "may": _may(event.may)}
    person = session.get_one(Person, event.person_id)
    what = "changed" if _changes(session, event) else event.what
    _write_to(session, task, person, f"hand_{what}", **facts)
    if event.acts_as == TRUSTED:
        _write_to(session, task, person_of(session, member=member), f"trust_{what}", **facts)


def tell_of_act(session: Session, task: Task) -> None:
    """Tell both, a member and whom they trust, what was done."""
    event = session.scalar(
        select(AuditEvent).where(
            AuditEvent.id == task.payload["event"], AuditEvent.community_id == task.community_id
        )
    )
    if event is None or event.member_id is None:
        return
    member, person = session.get_one(Member, event.member_id), session.get_one(Person, event.person_id)
    names = names_of(session, community_id=event.community_id, person_ids=[person.id])
    for reader in (person_of(session, member=member), person):
        _write_to(
            session,
            task,
            reader,
            "trusted_acted",
            to_member=reader is not person,
            member=member,
            called=names.get(person.id, ""),
            act=ACTS.get(event.act, event.act),
            happened_at=event.happened_at,
            exchange_id=exchange_of(event),
        )


def ask_for_trust_with(carrier: Carrier) -> Handler:
    """Give what asks somebody to act for a member: not by way of the table of mails, which keeps words."""

    def handler(session: Session, task: Task) -> Outside | None:
        offer = session.scalar(
            select(TrustOffer).where(
                TrustOffer.id == task.payload["offer"], TrustOffer.community_id == task.community_id
            )
        )
        reader = _reader(session, offer) if offer and offer.declined_at is None else None
        if offer is None or reader is None:
            return None
        address, language = reader
        community = session.get_one(Community, task.community_id)
        letter = write_letter(
            "trust_asked",
            community=community,
            to_address=address,
            language=language or community.language,
            called=offer.called,
            member=session.get_one(Member, offer.member_id),
            may=_may(offer.may),
            token=trust.fresh_token(session, offer),
            until=offer.asked_at + trust.GOOD_FOR,
        )
        return carry_later(carrier, letter)

    return handler


def _changes(session: Session, event: HandEvent) -> bool:
    """Say whether somebody acted for the member before, too, and what they may is another thing now."""
    earlier = select(HandEvent.what).where(
        HandEvent.member_id == event.member_id, HandEvent.person_id == event.person_id
    )
    last = session.scalars(earlier.where(HandEvent.id < event.id).order_by(HandEvent.id.desc())).first()
    return event.what == GIVEN and last == GIVEN


def _reader(session: Session, offer: TrustOffer) -> tuple[str, str | None] | None:
    """Tell to which address a question goes, and in which language; None where there is no address."""
    if offer.email is not None:
        known = find_by_email(session, offer.email)
        return offer.email, known.language if known else None
    asked = session.get_one(Member, offer.asked_member_id)
    person = person_of(session, member=asked)
    return (person.email, person.language) if person and person.email else None


def _write_to(session: Session, task: Task, person: Person | None, template: str, **facts: Any) -> None:
    """Write to somebody who has an address; nobody writes to a member who has left or died."""
    member: Member = facts["member"]
    if person is None or not person.email:
        return
    if member.state == LEFT and person_of(session, member=member) is person:
        return
    community = session.get_one(Community, task.community_id)
    language = person.language or community.language
    send_letter(session, template, community=community, to_address=person.email, language=language, **facts)


def _may(may: str | None) -> list[str]:
    """Name what is ticked, in English, marked with N_."""
    ticked = (may or "").split()
    return [label for tick, label in TICK_LABELS.items() if tick in ticked]
