"""What is shown before it is booked: sent for the first time a form is only tried, and then books."""

from collections.abc import Callable
from hashlib import sha256
from typing import Protocol
from typing import TypeVar

from timebank.errors import Refusal
from timebank.web.forms import KeyedForm
from timebank.web.here import session


class Booked(Protocol):
    """What a form became; perhaps it had been saved before."""

    @property
    def repeated(self) -> bool:
        """The form had been saved before."""


What = TypeVar("What", bound=Booked)


def book_shown(
    form: KeyedForm, facts: tuple[object, ...], verb: Callable[[], What], *, other: type[Refusal]
) -> What | None:
    """Book what was shown before; anything else is only tried, so that a refusal comes before a question.

    `other` is the refusal of a form that was saved with other content: it can be saved as another one next.
    """
    savepoint = session().begin_nested()
    try:
        booked = verb()
    except other:
        form.renew_key()
        raise
    if booked.repeated or _was_shown(form, facts):
        savepoint.commit()
        return booked
    savepoint.rollback()
    return None


def _was_shown(form: KeyedForm, facts: tuple[object, ...]) -> bool:
    """Say whether these very facts were shown before; from now on they were."""
    mark = sha256(" ".join(map(str, facts)).encode()).hexdigest()[:32]
    shown = bool(form.seen.data == mark)
    form.seen.data = mark
    return shown
