"""The forms of members for help that is paid for: telling of a visit, and answering what was told."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import HiddenField
from wtforms import RadioField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.communities.models import HelpKind
from timebank.members.fields import PersonField
from timebank.support.forms import HEARD_LABELS
from timebank.support.forms import LONGEST_NUMBERS
from timebank.support.forms import PAYS_LABELS
from timebank.support.forms import TAKES_LABELS
from timebank.support.forms import VisitForm
from timebank.support.models import LONGEST_REASON
from timebank.support.models import PREPAID
from timebank.support.models import TICKETS
from timebank.support.planning import USUAL
from timebank.support.proposal_models import BY_GIVER
from timebank.support.proposal_models import BY_RECEIVER
from timebank.support.proposal_models import SupportProposal
from timebank.support.proposals import Answer
from timebank.support.proposals import numbers_of
from timebank.tickets.spending import read_numbers
from timebank.web import Form
from timebank.web import HoursField
from timebank.web import Line
from timebank.web import Lines
from timebank.web import SelectChoice

_PART = _("Empty: all of it.")


class OwnVisitForm(VisitForm):
    """A visit between oneself and one other, and how it is to be paid."""

    direction = RadioField(
        _("What happened?"),
        choices=[SelectChoice("gave", _("I gave help")), SelectChoice("received", _("I received help"))],
        default="gave",
        description=_("Either way it waits until the other person has confirmed it."),
    )
    other = PersonField(_("With whom?"))

    def __init__(
        self, kinds: Sequence[HelpKind], *, tickets: bool, prepaid: bool = False, **known: Any
    ) -> None:
        super().__init__(kinds, tickets=tickets, prepaid=prepaid, **known)
        # These are of a coordinator, who was told by both.
        for name in ("giver", "receiver", "heard"):
            del self[name]
        self.pays.description = gettext("Where you gave, they can choose another way when they confirm it.")
        self.takes.description = gettext("Where you received, leave it at the first: it is theirs to say.")


class VisitAnswerForm(Form):
    """What whoever is asked about a visit says of the money: how they pay, or what they take."""

    #: What was shown before this was sent.
    seen = HiddenField()
    pays = RadioField(_("How is it paid?"))
    numbers = StringField(
        _("Numbers of the tickets that were handed over"),
        [Line(LONGEST_NUMBERS)],
        description=_(
            "As 101-104, 107. Empty: those on the account that run out first, as many as fit. What tickets "
            "leave goes on the bill."
        ),
    )
    paid_hours = HoursField(_("So much of it with money, the rest with hours"), description=_PART)
    takes = RadioField(_("What does whoever gave take?"))
    thanked_hours = HoursField(_("So much of it as money, the rest as hours"), description=_PART)
    heard = RadioField(
        _("How did you hear it?"),
        choices=[SelectChoice(how, label) for how, label in HEARD_LABELS.items()],
        validators=[InputRequired(_("Please say how you heard it."))],
    )
    #: Drawn only where the same is logged already.
    again = BooleanField(_("Yes, it happened once more: log it again"))

    def __init__(
        self,
        proposal: SupportProposal,
        *,
        sides: Sequence[str],
        heard: bool,
        tickets: bool,
        prepaid: bool,
        usual: str,
    ) -> None:
        super().__init__(
            pays=proposal.pays,
            numbers=", ".join(str(one) for one in numbers_of(proposal)),
            paid_hours=proposal.paid_minutes,
            takes=usual if proposal.takes == USUAL else proposal.takes,
            thanked_hours=proposal.thanked_minutes,
        )
        offered = {TICKETS: tickets, PREPAID: prepaid}
        self.pays.choices = [
            SelectChoice(one, label) for one, label in PAYS_LABELS.items() if offered.get(one, True)
        ]
        self.takes.choices = [SelectChoice(one, label) for one, label in TAKES_LABELS.items()]
        gone = set[str]() if heard else {"heard"}
        gone |= set() if BY_RECEIVER in sides else {"pays", "numbers", "paid_hours"}
        gone |= set() if BY_GIVER in sides else {"takes", "thanked_hours"}
        gone |= set() if tickets else {"numbers"}
        for name in gone:
            del self[name]

    def answer(self) -> Answer:
        """Put together what the form says."""
        return Answer(
            pays=self.pays.data if "pays" in self else None,
            numbers=read_numbers(self.numbers.data or "") if "numbers" in self else (),
            paid_minutes=self.paid_hours.data if "paid_hours" in self else None,
            takes=self.takes.data if "takes" in self else None,
            thanked_minutes=self.thanked_hours.data if "thanked_hours" in self else None,
            once=not self.again.data,
        )


class NotRightForm(Form):
    """Why what somebody told of a visit is not right."""

    reason = TextAreaField(
        _("What is not right?"),
        [InputRequired(_("Please say why, so that others understand it later.")), Lines(LONGEST_REASON)],
    )
