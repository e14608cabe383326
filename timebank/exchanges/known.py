"""What is known of what a member gave and received, and what becomes of the words about it."""

from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank.errors import N_
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import ExchangeEvent
from timebank.exchanges.models import SealedWords
from timebank.exchanges.models import TookPart
from timebank.known import Known
from timebank.known import Whom
from timebank.known import blotted
from timebank.known import taken_away
from timebank.pools.models import PoolTransfer
from timebank.presents.models import Present


def _took_part(whom: Whom) -> ColumnElement[bool]:
    return or_(
        Exchange.giver_id == whom.member_id,
        Exchange.receiver_id == whom.member_id,
        (Exchange.logged_member_id == whom.member_id) & (Exchange.community_id == whom.community_id),
    )


def _their_words(whom: Whom) -> ColumnElement[bool]:
    """Tell which words are a member's: what they wrote, and what others wrote about help that they received.

    What somebody else wrote about help that they received themselves stays with them.
    """
    return or_(
        Exchange.receiver_id == whom.member_id,
        (Exchange.logged_member_id == whom.member_id) & (Exchange.community_id == whom.community_id),
    )


def _sealed(whom: Whom) -> ColumnElement[bool]:
    """Tell which entries have a salt for words that go: no digest of them can be tried any more."""
    exchanges = select(Exchange.entry_id).where(_their_words(whom), Exchange.entry_id.is_not(None))
    pools = select(PoolTransfer.entry_id).where(PoolTransfer.member_id == whom.member_id)
    presents = select(Present.entry_id).where(
        (Present.giver_id == whom.member_id) | (Present.receiver_id == whom.member_id)
    )
    return or_(*(SealedWords.entry_id.in_(entries) for entries in (exchanges, pools, presents)))


def _forget_words(session: Session, _known: Known, whom: Whom) -> None:
    gone = update(Exchange).where(_their_words(whom)).values(description="")
    session.execute(gone.execution_options(synchronize_session=False))


KNOWN: Final = (
    Known(
        label=N_("Hours given and received"),
        table=Exchange,
        about=_took_part,
        told={
            "worked_on": N_("When"),
            "giver_id": N_("Giver"),
            "receiver_id": N_("Receiver"),
            "minutes": N_("How long"),
            "description": N_("What for"),
            "reference": N_("Reference"),
            "state": N_("State"),
            "logged_at": N_("Logged on"),
            "logged_how": N_("How it was told"),
        },
        untold=frozenset(
            {
                *("id", "community_id", "key", "joint_id", "kind_id", "logged_person_id"),
                *("logged_member_id", "entry_id", "line", "reversal_id"),
            }
        ),
        erase=_forget_words,
        kept=N_(
            "Days, hours and between whom, under a pseudonym, because the others' balances rest on them: "
            "for as long as there are books. What others wrote about help that they received stays theirs."
        ),
    ),
    Known(
        label=N_("Hours that you gave or received for a household"),
        table=TookPart,
        about=lambda whom: (
            (TookPart.community_id == whom.community_id)
            & ((TookPart.person_id == whom.person_id) | (TookPart.member_id == whom.member_id))
        ),
        told={"exchange_id": N_("Number of the exchange")},
        untold=frozenset({"member_id", "community_id", "person_id"}),
        erase=taken_away,
    ),
    Known(
        label=N_("Seals over words about your hours"),
        table=SealedWords,
        about=_sealed,
        told={},
        untold=frozenset({"entry_id", "salt"}),
        erase=taken_away,
        kept=N_("The seal itself, by which nobody can read or try words any more: it proves the books."),
    ),
    Known(
        label=N_("What you said about hours"),
        table=ExchangeEvent,
        about=lambda whom: (
            ((ExchangeEvent.member_id == whom.member_id) | (ExchangeEvent.person_id == whom.person_id))
            & (ExchangeEvent.community_id == whom.community_id)
        ),
        told={
            "happened_at": N_("When"),
            "what": N_("What was done"),
            "reason": N_("Reason"),
            "minutes_before": N_("How long it was before"),
            "worked_on_before": N_("When it was before"),
        },
        untold=frozenset({"id", "exchange_id", "community_id", "person_id", "member_id", "how"}),
        erase=blotted(reason=None),
        kept=N_("What was done and when, without the words: for as long as there are books."),
    ),
)
