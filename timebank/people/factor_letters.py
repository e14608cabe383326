"""The letter to whoever's second factor has changed: if it was not them, they learn of it."""

from typing import Final

from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.mail import send_letter
from timebank.people.models import Person

#: What has happened.
SET_UP: Final = "set-up"
REMOVED: Final = "removed"
NEW_CODES: Final = "new-codes"
RECOVERY_USED: Final = "recovery-used"
RESET: Final = "reset"


def tell(session: Session, *, person: Person, community: Community, what: str) -> None:
    """Write to somebody that their second factor has changed, where they have an address."""
    if person.email:
        send_letter(
            session,
            "second_step",
            community=community,
            to_address=person.email,
            language=person.language or community.language,
            what=what,
        )
