"""The form of a visit that was cancelled late or at the door."""

from collections.abc import Sequence
from typing import Any
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import RadioField
from wtforms import SelectField
from wtforms import TimeField
from wtforms.validators import InputRequired

from timebank.communities.models import HelpKind
from timebank.members.fields import PersonField
from timebank.members.models import Member
from timebank.support.cancelled_planning import DOOR
from timebank.support.cancelled_planning import LATE
from timebank.support.cancelled_planning import Wish
from timebank.support.forms import HEARD_LABELS
from timebank.support.forms import TAKES_LABELS
from timebank.support.forms import minute_of
from timebank.support.models import NOTHING
from timebank.support.models import THANKS
from timebank.support.models import USUAL
from timebank.web import DayField
from timebank.web import KeyedForm
from timebank.web import SelectChoice
from timebank.web import Written

_HOWS: Final = {
    LATE: _("Late, before it began"),
    DOOR: _("At the door"),
}


class CancelledForm(KeyedForm):
    """A visit that was agreed and cancelled, as a coordinator was told, and what who was to help takes."""

    giver = PersonField(_("Who was to help?"))
    receiver = PersonField(_("Who was to be helped?"))
    kind = SelectField(_("Kind of help"), coerce=int, default=0)
    date = DayField(
        _("For which day was it agreed?"), [Written(_("Please write the day, for example 2026-04-03."))]
    )
    begins = TimeField(
        _("When was it to begin?"),
        [InputRequired(_("Please write when it was to begin, for example 17:30."))],
    )
    how = RadioField(
        _("When was it cancelled?"),
        choices=[SelectChoice(one, label) for one, label in _HOWS.items()],
        validators=[InputRequired(_("Please choose one of these."))],
    )
    takes = RadioField(
        _("What does who was to help take?"),
        choices=[
            SelectChoice(USUAL, _("As they usually do")),
            *(SelectChoice(one, TAKES_LABELS[one]) for one in (THANKS, NOTHING)),
        ],
        default=USUAL,
        description=_(
            "Hours are never given for it, for no hour of help took place. Who usually takes hours is "
            "thanked with money here, or leaves it to the group."
        ),
    )
    heard = RadioField(
        _("How did you hear it?"),
        choices=[SelectChoice(how, label) for how, label in HEARD_LABELS.items()],
        validators=[InputRequired(_("Please say how you heard it."))],
    )
    #: Drawn only where one of the two and of that day is written down already.
    again = BooleanField(_("Yes, there was another one: write it down as well"))

    def __init__(self, kinds: Sequence[HelpKind], **known: Any) -> None:
        super().__init__(**known)
        self._kinds = {kind.id: kind for kind in kinds}
        self.kind.choices = [
            SelectChoice(0, gettext("None of these")),
            *(SelectChoice(one.id, one.name) for one in kinds),
        ]

    def wish(self, giver: Member, receiver: Member) -> Wish:
        """Put together what the form says."""
        return Wish(
            giver=giver,
            receiver=receiver,
            kind=self._kinds.get(self.kind.data),
            agreed_on=self.date.data,
            begins=minute_of(self.begins.data) or 0,
            how=self.how.data,
            takes=self.takes.data,
            once=not self.again.data,
            key=self.key.data or "",
        )
