"""What is known of whom a member asks to act for them."""

from typing import Final

from timebank.errors import N_
from timebank.hands.models import TrustOffer
from timebank.known import Known
from timebank.known import taken_away

KNOWN: Final = (
    Known(
        label=N_("Questions whether somebody will act for a member"),
        table=TrustOffer,
        about=lambda whom: (
            (TrustOffer.community_id == whom.community_id)
            & (
                (TrustOffer.member_id == whom.member_id)
                | (TrustOffer.asked_member_id == whom.member_id)
                # Nobody's address is empty there, so an empty one finds nothing.
                | (TrustOffer.email == whom.email)
            )
        ),
        told={
            "called": N_("Who was asked"),
            "email": N_("E-mail address"),
            "asked_at": N_("When"),
            "declined_at": N_("Declined on"),
        },
        untold=frozenset({"id", "community_id", "member_id", "asked_member_id", "may", "token_hash"}),
        erase=taken_away,
    ),
)
