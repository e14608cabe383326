"""Days on which a community's books have something to say."""

from timebank.errors import N_
from timebank.errors import Refusal


class BeforeTheBeginning(Refusal):
    """A day on which the community did not exist."""

    sentence = N_(
        "%(day)s is before this community began, on %(start)s. "
        "A steward can set an earlier day under Settings."
    )

    def __init__(self, field: str = "date", **facts: object) -> None:
        super().__init__(**facts)
        self.field = field
