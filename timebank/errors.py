"""What a reader is told when something cannot be done: one class per refusal, one sentence per class."""


def N_(text: str) -> str:  # noqa: N802 - the name that translators' tools look for
    """Mark a text for the catalogues; it is translated where it is shown."""
    return text


class Refusal(Exception):
    """Something a person asked for cannot be done, and why, in one sentence."""

    #: English, marked with N_, with named placeholders that the facts fill.
    sentence: str = N_("This cannot be done.")
    #: The form field or column it is about; None where it is about the whole.
    field: str | None = None
    #: What the web answers with.
    status: int = 422

    def __init__(self, **facts: object) -> None:
        super().__init__()
        self.facts = facts

    def english(self) -> str:
        """Say the sentence in English, filled with its facts."""
        return self.sentence % self.facts if self.facts else self.sentence

    def __str__(self) -> str:
        return self.english()
