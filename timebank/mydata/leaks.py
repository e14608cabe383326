"""What is to be done when data got out: writing it down, reporting it in time, telling those concerned."""

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.members.queries import people_of
from timebank.mydata.models import LONGEST_PART
from timebank.mydata.models import LONGEST_WORDS
from timebank.mydata.models import Leak
from timebank.mydata.models import LeakTold
from timebank.queue import enqueue
from timebank.text import clean_text
from timebank.text import is_visible

#: Writes to one member about one leak.
TELL_OF_LEAK = "tell-of-leak"
MAIL, TO_CALL = "mail", "to-call"
_PARTS = ("happened", "what", "cause", "harm", "measures")


class LeakEmpty(Refusal):
    """A leak of which nothing is said."""

    sentence = N_("Please write what happened.")
    field = "happened"


class NoticedInFuture(Refusal):
    """A leak that somebody will notice."""

    sentence = N_("This day is still to come.")
    field = "noticed_on"


class NothingToTell(Refusal):
    """People are to be told nothing."""

    sentence = N_("Please write what they are told.")
    field = "words"


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when something is to be reported."""

    #: English, marked with N_.
    label: str
    until: date
    is_done: bool
    #: Where it is written.
    source: str


def write_leak(session: Session, *, community: Community, facts: Mapping[str, Any], actor: Actor) -> Leak:
    """Write down that data got out, or may have."""
    leak = Leak(community_id=community.id, written_at=clock.now(), actor=str(actor))
    _fill(leak, facts, community)
    session.add(leak)
    session.flush()
    return leak


def change_leak(session: Session, *, community: Community, leak: Leak, facts: Mapping[str, Any]) -> None:
    """Write down what is known of it now."""
    _fill(leak, facts, community)
    session.flush()


def deadlines(leak: Leak) -> list[Deadline]:
    """Tell until when it has to be reported, by the law of Japan and by that of the European Union.

    Japan: APPI art. 26, and arts. 7 and 8 of its enforcement rules; the commission takes three to five days
    for “promptly”. The European Union: GDPR art. 33, by the hour, so that the third day is the last.
    """
    whole = 60 if leak.on_purpose else 30
    return [
        Deadline(
            N_("Japan: first report to the Personal Information Protection Commission"),
            leak.noticed_on + timedelta(days=5),
            leak.reported_on is not None,
            N_("APPI art. 26; enforcement rules art. 8 (1): promptly, which is three to five days"),
        ),
        Deadline(
            N_("Japan: whole report"),
            leak.noticed_on + timedelta(days=whole),
            leak.completed_on is not None,
            N_("Enforcement rules art. 8 (2): 30 days, 60 where it was done on purpose"),
        ),
        Deadline(
            N_("European Union: report to the supervisory authority"),
            leak.noticed_on + timedelta(days=3),
            leak.reported_on is not None,
            N_("GDPR art. 33 (1): 72 hours after it was noticed"),
        ),
    ]


def tell(
    session: Session, *, community: Community, leak: Leak, members: Iterable[Member], words: str
) -> tuple[int, int]:
    """Tell members that data of theirs got out: by mail, or, without an address, by a coordinator's call.

    Gives how many are written to, and how many are to be called. Who was told already is not told again.
    """
    if not is_visible(words):
        raise NothingToTell
    said = clean_text(words, longest=LONGEST_WORDS)
    known = set(session.scalars(select(LeakTold.member_id).where(LeakTold.leak_id == leak.id)))
    written = called = 0
    for member in {one.id: one for one in members if one.id not in known}.values():
        by_mail = any(person.email for person in people_of(session, member=member))
        written, called = written + by_mail, called + (not by_mail)
        session.add(
            LeakTold(
                leak_id=leak.id,
                member_id=member.id,
                community_id=community.id,
                told_at=clock.now(),
                how=MAIL if by_mail else TO_CALL,
                words=said,
            )
        )
        if by_mail:
            payload = {"leak": leak.id, "member": member.id}
            key = f"{TELL_OF_LEAK}:{leak.id}:{member.id}"
            enqueue(session, community_id=community.id, kind=TELL_OF_LEAK, payload=payload, key=key)
    session.flush()
    return written, called


def _fill(leak: Leak, facts: Mapping[str, Any], community: Community) -> None:
    if not is_visible(facts["happened"] or ""):
        raise LeakEmpty
    if facts["noticed_on"] > clock.today(community.time_zone):
        raise NoticedInFuture
    for name in _PARTS:
        setattr(leak, name, clean_text(facts[name] or "", longest=LONGEST_PART))
    for name in ("noticed_on", "people", "reported_on", "completed_on", "closed_on"):
        setattr(leak, name, facts[name])
    leak.on_purpose = bool(facts["on_purpose"])
