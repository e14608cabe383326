"""Who gives, and in whose memory or honour: what is said about it, cleaned the same however a gift comes."""

from dataclasses import dataclass
from dataclasses import replace
from typing import Any
from typing import TypeVar

from timebank.donations.models import HONOUR
from timebank.donations.models import LONGEST_ADDRESS
from timebank.donations.models import LONGEST_MESSAGE
from timebank.donations.models import LONGEST_NAME
from timebank.donations.models import MEMORY
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import AN_ORGANISATION
from timebank.members.models import Member
from timebank.people.service import clean_email
from timebank.receipts.service import NameForReceipt
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import is_visible


class AddressForReceipt(Refusal):
    """A receipt is wished, and nobody knows where it goes."""

    sentence = N_("So that the receipt reaches you, please write an e-mail address or a postal address.")
    field = "email"


class NameForReading(Refusal):
    """A reading, and nothing that is read so."""

    sentence = N_("A reading belongs to a name: please write the name, too, or leave out both.")
    field = "name"


class DedicationUnnamed(Refusal):
    """A gift in memory or in honour of nobody."""

    sentence = N_("Please write in whose memory or honour it is given.")
    field = "dedicated_to"


class DedicationUnclear(Refusal):
    """Somebody is named, and nobody knows whether they are remembered or honoured."""

    sentence = N_("Please choose whether it is in memory or in honour of them.")
    field = "dedication"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said about whoever gives, and about the gift; all of it may be left out."""

    name: str = ""
    reading: str = ""
    name_hidden: bool = False
    organisation: bool = False
    email: str = ""
    address: str = ""
    message: str = ""
    wants_receipt: bool = False
    #: One receipt for everything that is given in a year; whoever chooses it wishes one.
    receipt_for_year: bool = False
    dedication: str = ""
    dedicated_to: str = ""


Who = TypeVar("Who", bound=Said)


def cleaned(said: Said) -> dict[str, Any]:
    """Give what a gift's row keeps of it, by column; raises a refusal where it does not fit together."""
    name, reading = clean_name(said.name), clean_name(said.reading)
    if reading and not name:
        raise NameForReading
    email = clean_email(said.email) if said.email.strip() else ""
    address = clean_text(said.address, longest=LONGEST_ADDRESS)
    wishes = said.wants_receipt or said.receipt_for_year
    if wishes and not name:
        raise NameForReceipt
    if wishes and not (email or address):
        raise AddressForReceipt
    return {
        "name": name,
        "reading": reading,
        "name_hidden": said.name_hidden,
        "organisation": said.organisation,
        "email": email,
        "address": address,
        "message": clean_text(said.message, longest=LONGEST_MESSAGE),
        "wants_receipt": wishes,
        "receipt_for_year": said.receipt_for_year,
        **_dedicated(said),
    }


def named_after(said: Who, member: Member | None) -> Who:
    """Take over a member's name where the member is named and nothing else: the books need one."""
    if member is None or said.name.strip():
        return said
    return replace(
        said,
        name=member.name,
        reading=said.reading.strip() or member.reading or "",
        organisation=said.organisation or member.kind == AN_ORGANISATION,
    )


def clean_name(typed: str) -> str:
    """Return a name, a reading or what else stands in one line; empty where nothing of it can be seen."""
    line = clean_line(typed, longest=LONGEST_NAME)
    return line if is_visible(line) else ""


def _dedicated(said: Said) -> dict[str, str]:
    whom = clean_name(said.dedicated_to)
    chosen = said.dedication in {MEMORY, HONOUR}
    if chosen and not whom:
        raise DedicationUnnamed
    if whom and not chosen:
        raise DedicationUnclear
    return {"dedication": said.dedication if chosen else "", "dedicated_to": whom}
