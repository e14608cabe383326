"""What is known of what a member gave to pools, and was granted from them."""

from typing import Final

from sqlalchemy import case
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank.errors import N_
from timebank.known import Known
from timebank.known import Whom
from timebank.pools.models import GRANT
from timebank.pools.models import PoolEvent
from timebank.pools.models import PoolTransfer

#: A grant has to have words.
_NOTHING = "—"


def _forget_words(session: Session, known: Known, whom: Whom) -> None:
    """Erase the words about gifts and grants, and hide whose they were; their entries stay."""
    gone = update(PoolTransfer).where(known.about(whom))
    words = case((PoolTransfer.kind == GRANT, _NOTHING), else_="")
    session.execute(gone.values(words=words, name_hidden=True).execution_options(synchronize_session=False))


KNOWN: Final = (
    Known(
        label=N_("Given to pools and granted from them"),
        table=PoolTransfer,
        about=lambda whom: PoolTransfer.member_id == whom.member_id,
        told={
            "done_on": N_("When"),
            "kind": N_("What it is"),
            "minutes": N_("How long"),
            "words": N_("What for"),
            "name_hidden": N_("The name is hidden from other members"),
            "done_at": N_("Written down on"),
            "done_how": N_("How it was told"),
        },
        untold=frozenset(
            {
                *("id", "community_id", "pool_id", "member_id", "key", "done_person_id", "done_member_id"),
                *("entry_id", "reversal_id"),
            }
        ),
        erase=_forget_words,
        kept=N_(
            "Days and hours, under a pseudonym, because the pool's balance rests on them: "
            "for as long as there are books."
        ),
    ),
    Known(
        label=N_("What you said about pools"),
        table=PoolEvent,
        about=lambda whom: (
            ((PoolEvent.member_id == whom.member_id) | (PoolEvent.person_id == whom.person_id))
            & (PoolEvent.community_id == whom.community_id)
        ),
        told={"happened_at": N_("When"), "what": N_("What was done"), "reason": N_("Reason")},
        untold=frozenset({"id", "pool_id", "community_id", "transfer_id", "person_id", "member_id", "how"}),
        kept=N_("What an officer did with a pool and why, without a name: for as long as there are books."),
    ),
)
