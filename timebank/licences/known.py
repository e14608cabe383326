"""What is known of a member's insurances and licences."""

from typing import Final

from timebank.errors import N_
from timebank.known import Known
from timebank.known import taken_away
from timebank.licences.models import Licence

KNOWN: Final = (
    Known(
        label=N_("Insurances and licences"),
        table=Licence,
        about=lambda whom: Licence.member_id == whom.member_id,
        told={
            "ends_on": N_("Last day"),
            "note": N_("Note"),
            "seen_at": N_("Seen on"),
            "over_at": N_("Ended on"),
            "over_reason": N_("Reason"),
        },
        untold=frozenset(
            {
                *("id", "community_id", "member_id", "kind_id", "seen_person_id", "seen_how", "warned_at"),
                "over_person_id",
            }
        ),
        erase=taken_away,
    ),
)
