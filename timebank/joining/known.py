"""What is known of how a member joined, and of what they have consented to."""

from typing import Final

from timebank.errors import N_
from timebank.joining.models import Application
from timebank.joining.models import Consent
from timebank.joining.models import FirstSignIn
from timebank.known import Known
from timebank.known import taken_away

_IDS = frozenset({"id", "community_id", "member_id"})

KNOWN: Final = (
    Known(
        label=N_("How you asked to join"),
        table=Application,
        about=lambda whom: Application.member_id == whom.member_id,
        told={
            "asked_at": N_("Asked on"),
            "answered_at": N_("Answered on"),
            "name": N_("Name"),
            "reading": N_("Reading of the name"),
            "telephone": N_("Telephone"),
            "email": N_("E-mail address"),
            "other_way": N_("Another way to reach you"),
            "could_do": N_("What you could do"),
            "would_help": N_("What would help you"),
            "language": N_("Language"),
            "wording": N_("Consented to"),
            "consented_on": N_("Consented on"),
            "health_wording": N_("Consented to, about health"),
            "guardian_name": N_("Guardian"),
            "guardian_reached_by": N_("How the guardian can be reached"),
            "guardian_email": N_("E-mail address of the guardian"),
            "guardian_wording": N_("The guardian consented to"),
            "guardian_consented_on": N_("The guardian consented on"),
            "reason": N_("Reason"),
        },
        untold=_IDS | {"key", "guardian_token_hash", "password_hash", "invitation_id", "state"},
        erase=taken_away,
    ),
    Known(
        label=N_("What you have consented to"),
        table=Consent,
        about=lambda whom: Consent.member_id == whom.member_id,
        told={
            "about": N_("About"),
            "wording": N_("Consented to"),
            "given_on": N_("Consented on"),
            "withdrawn_on": N_("Withdrawn on"),
        },
        untold=_IDS | {"actor"},
        erase=taken_away,
    ),
    Known(
        label=N_("Link to sign in for the first time"),
        table=FirstSignIn,
        about=lambda whom: FirstSignIn.member_id == whom.member_id,
        told={
            "email": N_("E-mail address"),
            "language": N_("Language"),
            "asked_at": N_("Asked for on"),
            "used_at": N_("Used on"),
        },
        untold=frozenset({"member_id", "community_id", "token_hash"}),
        erase=taken_away,
    ),
)
