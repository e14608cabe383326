"""What the audit trail knows of somebody: what they did, and for a while from where."""

from typing import Final

from sqlalchemy import select

from timebank.audit.models import AuditAddress
from timebank.audit.models import AuditEvent
from timebank.errors import N_
from timebank.known import Known
from timebank.known import taken_away

KNOWN: Final = (
    Known(
        label=N_("What you did on these pages"),
        table=AuditEvent,
        about=lambda whom: (
            (AuditEvent.community_id == whom.community_id)
            & ((AuditEvent.person_id == whom.person_id) | (AuditEvent.member_id == whom.member_id))
        ),
        told={"happened_at": N_("When"), "act": N_("What was done")},
        untold=frozenset({"id", "community_id", "person_id", "member_id", "about", "request"}),
        kept=N_("What was done and when, without a name: the audit trail is never changed."),
    ),
    Known(
        label=N_("From where you did it"),
        table=AuditAddress,
        about=lambda whom: AuditAddress.event_id.in_(
            select(AuditEvent.id).where(
                AuditEvent.community_id == whom.community_id,
                (AuditEvent.person_id == whom.person_id) | (AuditEvent.member_id == whom.member_id),
            )
        ),
        told={"address": N_("Address in the network")},
        untold=frozenset({"event_id"}),
        erase=taken_away,
    ),
)
