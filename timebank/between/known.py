"""What is known of hours that a member gave to another community, or was given from one."""

from typing import Final

from sqlalchemy import case
from sqlalchemy import or_

from timebank.between.models import HoursAcross
from timebank.errors import N_
from timebank.known import Known
from timebank.known import blotted

KNOWN: Final = (
    Known(
        label=N_("Hours given to another community, or given from one"),
        table=HoursAcross,
        about=lambda whom: or_(
            HoursAcross.giver_id == whom.member_id, HoursAcross.receiver_id == whom.member_id
        ),
        told={
            "given_on": N_("When it was given"),
            "given_minutes": N_("How long, where it was given"),
            "received_on": N_("When it arrived"),
            "received_minutes": N_("How long, where it arrived"),
            "words": N_("A word of thanks"),
            "done_at": N_("Written down on"),
            "done_how": N_("How it was told"),
            "taken_back_at": N_("When it was taken back"),
            "taken_back_because": N_("Why it was taken back"),
        },
        untold=frozenset(
            {
                *("id", "agreement_id", "giver_community_id", "receiver_community_id"),
                *("giver_id", "receiver_id", "rate_given", "rate_received", "key"),
                *("done_person_id", "done_member_id", "given_entry_id", "received_entry_id"),
                *("given_reversal_id", "received_reversal_id", "taken_back_by", "taken_back_by_id"),
            }
        ),
        # The words were for both of them: when one is erased they go. For a reason it was, whatever it was.
        erase=blotted(
            words="", taken_back_because=case((HoursAcross.taken_back_because.is_not(None), "—"), else_=None)
        ),
        kept=N_(
            "Days and hours, under a pseudonym, because the books of two communities rest on them: "
            "for as long as there are books."
        ),
    ),
)
