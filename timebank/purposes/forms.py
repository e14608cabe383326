"""The forms about another purpose: the decision, an answer that an officer was told, and handing back."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms import SelectField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.donations.gift_forms import WAY_LABELS
from timebank.donations.models import CASH
from timebank.donations.models import TRANSFER
from timebank.funds.models import LONGEST_DECIDERS
from timebank.funds.models import LONGEST_DECISION
from timebank.funds.models import Fund
from timebank.purposes.models import AGREED
from timebank.purposes.models import BACK
from timebank.purposes.service import Decision
from timebank.web import DayField
from timebank.web import Form
from timebank.web import Line
from timebank.web import Lines
from timebank.web import SelectChoice
from timebank.web import Written

#: What givers answer.
ANSWER_LABELS = {
    AGREED: _("Agrees: it may be for the new purpose"),
    BACK: _("Has back what is left of theirs"),
}
#: By which way an answer came.
HEARD_LABELS = {
    "web": _("On their own page"),
    "slip": _("On a signed paper"),
    "telephone": _("By telephone"),
    "in-person": _("In person"),
}


class AskForm(Form):
    """What was decided about the money of a fund, and until when givers are asked."""

    to_fund = SelectField(_("What is it to be for?"))
    decision = TextAreaField(
        _("What was decided?"),
        [
            InputRequired(_("Please write what was decided: whoever gave reads it.")),
            Lines(LONGEST_DECISION),
        ],
        description=_("Why, too. Everybody can read it, so no names of people who are helped."),
    )
    decided_by = StringField(
        _("Who decided it?"),
        [
            InputRequired(_("Please write who decided it, for example the yearly meeting.")),
            Line(LONGEST_DECIDERS),
        ],
        description=_("For example the yearly meeting."),
    )
    decided_on = DayField(
        _("When was it decided?"), [Written(_("Please write the day, for example 2026-04-03."))]
    )
    answer_by = DayField(
        _("Until when can givers answer?"),
        [Written(_("Please write the day, for example 2026-04-03."))],
        description=_("A letter by post takes its time: a month is good."),
    )

    def __init__(self, *, funds: Sequence[Fund], **known: Any) -> None:
        self._funds = {str(one.id): one for one in funds}
        super().__init__(**known)
        self.to_fund.choices = [SelectChoice(number, one.name) for number, one in self._funds.items()]

    def decided(self) -> Decision:
        """Put together what the form says."""
        return Decision(
            to_fund=self._funds.get(self.to_fund.data),
            decision=self.decision.data or "",
            decided_by=self.decided_by.data or "",
            decided_on=self.decided_on.data,
            answer_by=self.answer_by.data,
        )


class ToldForm(Form):
    """What a giver has told an officer."""

    answer = RadioField(
        _("What is the answer?"),
        choices=[SelectChoice(code, label) for code, label in ANSWER_LABELS.items()],
        validators=[InputRequired(_("Please choose one of these."))],
    )
    heard = RadioField(
        _("How did you hear it?"),
        choices=[SelectChoice(code, label) for code, label in HEARD_LABELS.items() if code != "web"],
        validators=[InputRequired(_("Please say how you heard it."))],
    )


class HandBackForm(Form):
    """How what was left of a gift was handed back."""

    way = RadioField(
        _("How did it go back?"),
        choices=[SelectChoice(way, WAY_LABELS[way]) for way in (CASH, TRANSFER)],
        validators=[InputRequired(_("Please choose one of these."))],
    )
    handed_on = DayField(
        _("When was it handed back?"), [Written(_("Please write the day, for example 2026-04-03."))]
    )
