"""Which mails were written to somebody."""

from typing import Final

from timebank.errors import N_
from timebank.known import Known
from timebank.known import taken_away
from timebank.mail.models import Mail

KNOWN: Final = (
    Known(
        label=N_("Mails to you"),
        table=Mail,
        about=lambda whom: (Mail.community_id == whom.community_id) & (Mail.to_address == whom.email),
        told={
            "to_address": N_("E-mail address"),
            "subject": N_("Subject"),
            "text": N_("What is written"),
            "written_at": N_("Written on"),
            "sent_at": N_("Sent on"),
        },
        untold=frozenset({"id", "community_id", "message_id", "language", "html", "in_doubt"}),
        erase=taken_away,
    ),
)
