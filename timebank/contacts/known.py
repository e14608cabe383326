"""What is known of how a member is reached, and of who looked it up."""

import json
from typing import Final

from timebank.audit import AuditEvent
from timebank.contacts.models import ContactDetail
from timebank.contacts.models import SharingConsent
from timebank.contacts.queries import LOOKED
from timebank.errors import N_
from timebank.known import Known
from timebank.known import taken_away

_OURS = frozenset({"member_id", "community_id"})

KNOWN: Final = (
    Known(
        label=N_("How you are reached"),
        table=ContactDetail,
        about=lambda whom: ContactDetail.member_id == whom.member_id,
        told={
            "kind": N_("What it is"),
            "value": N_("What is written"),
            "audience": N_("Who may see it"),
            "changed_at": N_("Since"),
        },
        untold=_OURS | {"search_key"},
        erase=taken_away,
    ),
    Known(
        label=N_("Consent to the rules on sharing"),
        table=SharingConsent,
        about=lambda whom: SharingConsent.member_id == whom.member_id,
        told={"version": N_("Which rules"), "given_at": N_("When")},
        untold=_OURS | {"actor"},
        erase=taken_away,
    ),
    Known(
        label=N_("Officers who looked up how you are reached"),
        table=AuditEvent,
        about=lambda whom: (
            (AuditEvent.community_id == whom.community_id)
            & AuditEvent.act.in_(LOOKED)
            & (AuditEvent.about == json.dumps({"member_id": whom.member_id}))
        ),
        told={"happened_at": N_("When"), "member_id": N_("Who")},
        untold=frozenset({"id", "community_id", "person_id", "act", "about", "request"}),
        kept=N_("That an officer looked, and when: the audit trail is never changed. It names nobody."),
    ),
)
