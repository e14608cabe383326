"""What is known of a member's standing arrangements."""

from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy import or_

from timebank.errors import N_
from timebank.known import Known
from timebank.known import Whom
from timebank.known import blotted
from timebank.standing.models import Arrangement


def _theirs(whom: Whom) -> ColumnElement[bool]:
    return or_(Arrangement.giver_id == whom.member_id, Arrangement.receiver_id == whom.member_id)


KNOWN: Final = (
    Known(
        label=N_("Standing arrangements"),
        table=Arrangement,
        about=_theirs,
        told={
            "giver_id": N_("Giver"),
            "receiver_id": N_("Receiver"),
            "every": N_("How often"),
            "weekdays": N_("Weekdays, one bit for each, Monday first"),
            "nths": N_("Which of them in a month, one bit for each"),
            "begins_minute": N_("Begins, in minutes of the day"),
            "minutes": N_("How long"),
            "km": N_("Kilometres"),
            "words": N_("What for"),
            "pays": N_("How it is paid"),
            "takes": N_("What is taken"),
            "first_on": N_("Begins on"),
            "over_from": N_("Over from"),
            "ended_because": N_("Why it was ended"),
        },
        untold=frozenset({"id", "community_id", "kind_id", "follows_id", "key", "made_at", "actor"}),
        erase=blotted(words="", ended_because=None),
        kept=N_(
            "What was arranged and between whom, under a pseudonym, because what was confirmed rests on it: "
            "for as long as there are books."
        ),
    ),
)
