"""Who did something: the person, on whose behalf, and how."""

from dataclasses import dataclass
from typing import Literal

#: The ways in which something comes to be recorded.
How = Literal["web", "slip", "telephone", "in-person", "import", "stripe", "job", "cli", "demo"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever answers for an act; every row that an act writes carries it as text."""

    #: The person at the keyboard; None for the command line and for jobs.
    person_id: int | None
    #: The member they act as; None for an officer who is no member.
    member_id: int | None
    how: How

    def __str__(self) -> str:
        parts = (
            f"person:{self.person_id}" if self.person_id is not None else "",
            f"member:{self.member_id}" if self.member_id is not None else "",
            self.how,
        )
        return "/".join(part for part in parts if part)


#: Somebody at the server's own terminal.
TERMINAL = Actor(person_id=None, member_id=None, how="cli")
