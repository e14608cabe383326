"""What is known of somebody because they asked about their data, or data of theirs got out."""

from typing import Final

from timebank.errors import N_
from timebank.known import Known
from timebank.known import blotted
from timebank.mydata.models import DataRequest
from timebank.mydata.models import Erasure
from timebank.mydata.models import LeakTold

KNOWN: Final = (
    Known(
        label=N_("What you asked about your data"),
        table=DataRequest,
        about=lambda whom: DataRequest.member_id == whom.member_id,
        told={
            "kind": N_("What was asked"),
            "words": N_("In your words"),
            "asked_at": N_("Asked on"),
            "due_on": N_("To be answered until"),
            "state": N_("State"),
            "answer": N_("Answer"),
            "answered_at": N_("Answered on"),
        },
        untold=frozenset({"id", "member_id", "community_id", "asked_by", "answered_by"}),
        erase=blotted(words="", answer=""),
        kept=N_("What was asked and answered, and when, without the words: as long as requests are kept."),
    ),
    Known(
        label=N_("That you were erased"),
        table=Erasure,
        about=lambda whom: Erasure.member_id == whom.member_id,
        told={"pseudonym": N_("Number of the pseudonym"), "erased_at": N_("When")},
        untold=frozenset({"member_id", "community_id", "actor"}),
        kept=N_("That somebody was erased, and when: for as long as there are books."),
    ),
    Known(
        label=N_("Leaks that you were told of"),
        table=LeakTold,
        about=lambda whom: LeakTold.member_id == whom.member_id,
        told={"told_at": N_("When"), "how": N_("How you were told"), "words": N_("What is written")},
        untold=frozenset({"leak_id", "member_id", "community_id"}),
        kept=N_("That somebody concerned was told, as long as the record of the leak is kept."),
    ),
)
