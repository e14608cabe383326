"""What somebody says who wants to join, as forms give it, and as it is stored."""

from dataclasses import dataclass
from datetime import date

from timebank import clock
from timebank.communities.models import Community
from timebank.contacts import models as contacts
from timebank.contacts.service import clean_value
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.joining.models import LONGEST_WISH
from timebank.joining.models import WAITING
from timebank.joining.models import Application
from timebank.members.guardians import ConsentToCome
from timebank.members.guardians import GuardianUnnamed
from timebank.members.guardians import GuardianUnreachable
from timebank.members.models import LONGEST_CONTACT
from timebank.members.models import LONGEST_NAME
from timebank.members.service import MemberUnnamed
from timebank.people.service import clean_email
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import is_visible


class Unreachable(Refusal):
    """Somebody who asks to join and cannot be answered."""

    sentence = N_("Please write how we can reach you: a telephone number, an e-mail address, or another way.")
    field = "telephone"


@dataclass(frozen=True, slots=True)
class GuardianNamed:
    """Who is to consent for somebody under 18, and how they are reached."""

    name: str
    reached_by: str
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """What somebody says who wants to join."""

    key: str
    name: str
    language: str
    #: The text about the use of details to which they said yes, and when.
    wording: str
    consented_on: date
    reading: str = ""
    telephone: str = ""
    email: str = ""
    other_way: str = ""
    could_do: str = ""
    would_help: str = ""
    health_wording: str | None = None
    #: Of who is under 18.
    guardian: GuardianNamed | None = None


def application_from(newcomer: Newcomer, *, community: Community) -> Application:
    """Return what somebody says as it will be stored, or refuse it."""
    name = clean_line(newcomer.name, longest=LONGEST_NAME)
    if not is_visible(name):
        raise MemberUnnamed
    if newcomer.consented_on > clock.today(community.time_zone):
        raise ConsentToCome
    telephone, email, other_way = (
        clean_value(kind, typed)
        for kind, typed in (
            (contacts.TELEPHONE, newcomer.telephone),
            (contacts.EMAIL, newcomer.email),
            (contacts.OTHER, newcomer.other_way),
        )
    )
    if not (telephone or email or other_way):
        raise Unreachable
    guardian = _cleaned_guardian(newcomer.guardian) if newcomer.guardian else GuardianNamed("", "")
    return Application(
        community_id=community.id,
        key=newcomer.key,
        name=name,
        reading=clean_line(newcomer.reading, longest=LONGEST_NAME),
        telephone=telephone,
        email=email,
        other_way=other_way,
        could_do=clean_text(newcomer.could_do, longest=LONGEST_WISH),
        would_help=clean_text(newcomer.would_help, longest=LONGEST_WISH),
        language=newcomer.language,
        wording=newcomer.wording,
        consented_on=newcomer.consented_on,
        health_wording=newcomer.health_wording,
        guardian_name=guardian.name,
        guardian_reached_by=guardian.reached_by,
        guardian_email=guardian.email,
        state=WAITING,
        asked_at=clock.now(),
    )


def _cleaned_guardian(guardian: GuardianNamed) -> GuardianNamed:
    name = clean_line(guardian.name, longest=LONGEST_NAME)
    reached_by = clean_text(guardian.reached_by, longest=LONGEST_CONTACT)
    if not is_visible(name):
        raise GuardianUnnamed
    if not is_visible(reached_by):
        raise GuardianUnreachable
    return GuardianNamed(name, reached_by, clean_email(guardian.email) if guardian.email.strip() else "")
