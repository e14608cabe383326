"""What is known of the hours that members gave to each other, and of the words with them."""

from typing import Final

from sqlalchemy import case
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank.errors import N_
from timebank.known import Known
from timebank.known import Whom
from timebank.presents.models import Present

#: What was taken back was taken back for a reason, whatever it was.
_NOTHING = "—"


def _forget_words(session: Session, known: Known, whom: Whom) -> None:
    """Erase the words with presents from and to a member; who gave whom how much stays."""
    why = case((Present.taken_back_because.is_not(None), _NOTHING), else_=None)
    gone = update(Present).where(known.about(whom)).values(words="", taken_back_because=why)
    session.execute(gone.execution_options(synchronize_session=False))


KNOWN: Final = (
    Known(
        label=N_("Hours given to other members, and by them"),
        table=Present,
        about=lambda whom: (Present.giver_id == whom.member_id) | (Present.receiver_id == whom.member_id),
        told={
            "given_on": N_("When"),
            "giver_id": N_("Giver"),
            "receiver_id": N_("Receiver"),
            "minutes": N_("How long"),
            "words": N_("Words with it"),
            "done_at": N_("Written down on"),
            "done_how": N_("How it was told"),
            "taken_back_because": N_("Why it was taken back"),
        },
        untold=frozenset(
            {
                *("id", "community_id", "key", "done_person_id", "done_member_id"),
                *("entry_id", "reversal_id"),
            }
        ),
        erase=_forget_words,
        kept=N_(
            "Days, hours and between whom, under a pseudonym, because the others' balances rest on them: "
            "for as long as there are books."
        ),
    ),
)
