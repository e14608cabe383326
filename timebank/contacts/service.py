"""What may be done with contact details: writing one down, changing who may see it, taking it away."""

import re

from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.contacts.keys import key_of
from timebank.contacts.models import AUDIENCES
from timebank.contacts.models import EMAIL
from timebank.contacts.models import KINDS
from timebank.contacts.models import LONGEST_VALUE
from timebank.contacts.models import NOBODY
from timebank.contacts.models import TELEPHONE
from timebank.contacts.models import ContactDetail
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.members.service import record_event
from timebank.people.service import clean_email
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import half_width
from timebank.text import is_visible

LONGEST_TELEPHONE = 40
_FEWEST_DIGITS = 5
#: What stands in a telephone number, in half width.
_TELEPHONE = re.compile(r"[0-9+()./*# -]+")
_DASHES = re.compile("[\u2010-\u2015\u2212ー]")

#: What a member's history calls it; its value is the kind, never what was written.
WRITTEN = "contact"
TAKEN_AWAY = "contact-gone"


class KindUnknown(Refusal):
    """A way of reaching somebody that the program does not know."""

    sentence = N_("Please choose a telephone number, an e-mail address, an address, or something else.")
    field = "kind"


class AudienceUnknown(Refusal):
    """Readers that the program does not know."""

    sentence = N_("Please choose who may see it.")
    field = "audience"


class NothingWritten(Refusal):
    """Only who may see a detail was to change, where there is none."""

    sentence = N_("Nothing of this kind is written down yet. Please write how they can be reached.")
    field = "value"


class TelephoneRefused(Refusal):
    """A text that nobody can dial."""

    sentence = N_(
        "Please write a telephone number in digits here; words about it fit under “Something else”."
    )
    field = "telephone"


def set_detail(
    session: Session,
    *,
    community: Community,
    member: Member,
    kind: str,
    value: str,
    audience: str,
    actor: Actor,
) -> ContactDetail | None:
    """Write down how a member can be reached, and who may see it; nothing at all takes it away.

    The caller commits. What stands in the member's history is the kind alone.
    """
    if kind not in KINDS:
        raise KindUnknown
    if audience not in AUDIENCES:
        raise AudienceUnknown
    cleaned = clean_value(kind, value)
    before = session.get(ContactDetail, (member.id, kind), with_for_update=True)
    if not cleaned:
        if before is not None:
            session.delete(before)
            record_event(session, member=member, what=TAKEN_AWAY, value=kind, actor=actor)
        return None
    if before is not None and (before.value, before.audience) == (cleaned, audience):
        return before
    detail = session.merge(
        ContactDetail(
            member_id=member.id,
            community_id=community.id,
            kind=kind,
            value=cleaned,
            search_key=key_of(kind, cleaned),
            audience=audience,
            changed_at=clock.now(),
        )
    )
    record_event(session, member=member, what=WRITTEN, value=kind, actor=actor)
    return detail


def write_for(
    session: Session,
    *,
    community: Community,
    member: Member,
    kind: str,
    value: str,
    audience: str,
    gone: bool,
    actor: Actor,
) -> None:
    """Write down what a member told a coordinator: a detail, who may see it, or that it is to go.

    Where nothing new is said of the detail itself, only who may see it changes. What a member keeps to
    themselves is not there for anybody else, and cannot be opened so.
    """
    before = session.get(ContactDetail, (member.id, kind))
    if gone:
        value = ""
    elif not is_visible(value):
        if before is None or before.audience == NOBODY:
            raise NothingWritten
        value = before.value
    set_detail(
        session, community=community, member=member, kind=kind, value=value, audience=audience, actor=actor
    )


def clean_value(kind: str, typed: str) -> str:
    """Return a detail as it is stored; empty where there is nothing to read."""
    if not is_visible(typed):
        return ""
    if kind == TELEPHONE:
        number = clean_line(_DASHES.sub("-", half_width(typed)), longest=LONGEST_TELEPHONE)
        if not _TELEPHONE.fullmatch(number) or len(key_of(TELEPHONE, number)) < _FEWEST_DIGITS:
            raise TelephoneRefused
        return number
    if kind == EMAIL:
        return clean_email(half_width(typed))
    return clean_text(typed, longest=LONGEST_VALUE)
