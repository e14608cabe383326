"""What is known of members who look alike and are two."""

from typing import Final

from timebank.doubles.models import NotTheSame
from timebank.errors import N_
from timebank.known import Known
from timebank.known import taken_away

KNOWN: Final = (
    Known(
        label=N_("Alike, but somebody else"),
        table=NotTheSame,
        about=lambda whom: (NotTheSame.one_id == whom.member_id) | (NotTheSame.other_id == whom.member_id),
        told={"said_at": N_("When")},
        untold=frozenset({"one_id", "other_id", "community_id", "person_id", "actor"}),
        erase=taken_away,
    ),
)
