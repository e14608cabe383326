"""The forms by which a visit is amended: by a coordinator, and by whoever gave."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms import StringField
from wtforms.validators import InputRequired

from timebank.communities.models import HelpKind
from timebank.exchanges.models import LONGEST_REASON
from timebank.members.queries import spelled
from timebank.support.forms import TAKES_LABELS
from timebank.support.forms import VisitForm
from timebank.support.planning import Wish
from timebank.tickets.spending import spelled_numbers
from timebank.web import KeyedForm
from timebank.web import Line
from timebank.web import SelectChoice


class AmendForm(VisitForm):
    """A visit as it should have been written down, and what was wrong."""

    reason = StringField(
        _("What was wrong?"),
        [InputRequired(_("Please say what was wrong.")), Line(LONGEST_REASON)],
        description=_("Both sides read this."),
    )

    def __init__(self, kinds: Sequence[HelpKind], was: Wish, **known: Any) -> None:
        listed = [*kinds, *([was.kind] if was.kind and was.kind not in kinds else [])]
        super().__init__(listed, **known, **_as_typed(was))


class TakesForm(KeyedForm):
    """What whoever gave takes for one visit instead."""

    takes = RadioField(
        _("What do you take for this visit?"),
        choices=[SelectChoice(one, label) for one, label in TAKES_LABELS.items()],
    )


def _as_typed(was: Wish) -> dict[str, Any]:
    """Fill the form of a visit with what was wished."""
    return {
        "giver": spelled(was.giver.name, was.giver.number),
        "receiver": spelled(was.receiver.name, was.receiver.number),
        "kind": was.kind.id if was.kind else 0,
        "date": was.worked_on,
        "begins": None if was.begins is None else time(*divmod(was.begins, 60)),
        "hours": was.minutes,
        "km": was.km or None,
        "first": was.first,
        "second": was.second,
        "description": was.description,
        "pays": was.pays,
        "numbers": spelled_numbers(was.numbers),
        "paid_hours": was.paid_minutes,
        "takes": was.takes,
        "thanked_hours": was.thanked_minutes,
    }
