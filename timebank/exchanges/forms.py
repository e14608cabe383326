"""The forms by which hours are logged, answered, settled and looked up."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import HiddenField
from wtforms import RadioField
from wtforms import SelectField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.communities.models import HelpKind
from timebank.exchanges.models import LONGEST_DESCRIPTION
from timebank.exchanges.models import LONGEST_REASON
from timebank.exchanges.rules import Said
from timebank.hands.queries import Acting
from timebank.members.fields import NumberField
from timebank.members.fields import PeopleField
from timebank.members.fields import PersonField
from timebank.members.models import Member
from timebank.web import DayField
from timebank.web import Form
from timebank.web import HoursField
from timebank.web import KeyedForm
from timebank.web import Lines
from timebank.web import PeriodForm
from timebank.web import SelectChoice
from timebank.web import Written

#: How a day may be written.
_AS_A_DAY = _("For example 2026-04-03 or 2026/4/3")


# --- fields -------------------------------------------------------------------------------------------------


def _hours() -> HoursField:
    return HoursField(
        _("How long?"),
        [Written(_("Please write how long it took, for example 1.5 or 1:30."))],
        description=_("1.5 or 1:30 or 90 min"),
    )


def _day(label: Any, description: Any = "") -> DayField:
    written = Written(_("Please write the day, for example 2026-04-03."))
    return DayField(label, [written], description=description)


def _description() -> TextAreaField:
    return TextAreaField(
        _("What for?"), [Lines(LONGEST_DESCRIPTION)], description=_("A few words, for both of you.")
    )


def _kind() -> SelectField:
    return SelectField(_("Kind of help"), coerce=int, default=0)


def _who() -> SelectField:
    return SelectField(
        _("Who of you was it?"), description=_("It need not be said. Only you and officers read it.")
    )


def choices_of(persons: Mapping[int, str]) -> list[SelectChoice]:
    """Offer those who act for a household or an organisation, and to leave it open."""
    named = [SelectChoice(str(person_id), name) for person_id, name in persons.items()]
    return [SelectChoice("", _("several, or not to be said")), *named]


def _shared() -> RadioField:
    return RadioField(
        _("Where there are several people, how does the time count?"),
        choices=[
            SelectChoice("whole", _("The whole time for each of them")),
            SelectChoice("shared", _("The time is shared among them")),
        ],
        default="whole",
    )


def _heard() -> RadioField:
    return RadioField(
        _("How did you hear it?"),
        choices=[
            SelectChoice("telephone", _("By telephone")),
            SelectChoice("slip", _("On a signed slip")),
            SelectChoice("in-person", _("In person")),
        ],
        validators=[InputRequired(_("Please say how you heard it."))],
    )


def _reason(label: Any, description: Any = "") -> TextAreaField:
    return TextAreaField(label, [Lines(LONGEST_REASON)], description=description)


# --- logging ------------------------------------------------------------------------------------------------


class HoursForm(KeyedForm):
    """A form of hours, which are logged again only where somebody says so."""

    #: Drawn only where the same is logged already.
    again = BooleanField(_("Yes, it happened once more: log it again"))


class ExchangeForm(HoursForm):
    """What was given: how long, when, and what for."""

    hours: HoursField
    date: DayField
    description: TextAreaField
    kind: SelectField
    who: SelectField

    def __init__(
        self,
        *,
        kinds: Sequence[HelpKind],
        whose: Member | None = None,
        persons: Sequence[Acting] = (),
        **known: Any,
    ) -> None:
        super().__init__(**known)
        self._kinds = {kind.id: kind for kind in kinds}
        self._whose = whose
        # Of one nobody has to ask who it was.
        if whose is not None and len(persons) > 1:
            self.who.choices = choices_of({one.person.id: one.name for one in persons})
        elif "who" in self:
            del self.who
        if kinds:
            choices = [SelectChoice(str(kind.id), kind.name) for kind in kinds]
            self.kind.choices = [SelectChoice("0", _("None of these")), *choices]
        else:
            del self.kind

    def said(self, givers: Sequence[Member], receivers: Sequence[Member], *, shared: bool = False) -> Said:
        """Put together what the form says."""
        return Said(
            givers=givers,
            receivers=receivers,
            minutes=self.hours.data or 0,
            worked_on=self.date.data,
            description=self.description.data or "",
            kind=self._kinds.get(self.kind.data) if "kind" in self else None,
            shared=shared,
            who=self._who_it_was(),
            once=not self.again.data,
            key=self.key.data or "",
        )

    def _who_it_was(self) -> dict[int, int]:
        if self._whose is None or "who" not in self or not self.who.data:
            return {}
        return {self._whose.id: int(self.who.data)}


class LogForm(ExchangeForm):
    """Hours between oneself and one other."""

    direction = RadioField(
        _("What happened?"),
        choices=[SelectChoice("gave", _("I gave time")), SelectChoice("received", _("I received time"))],
        default="gave",
        description=_(
            "What you gave waits until the other person confirms it. What you received is booked at once."
        ),
    )
    other = PersonField(_("With whom?"))
    hours = _hours()
    date = _day(_("When?"))
    description = _description()
    kind = _kind()
    who = _who()


class JointForm(ExchangeForm):
    """Hours between oneself and several others."""

    direction = RadioField(
        _("What happened?"),
        choices=[
            SelectChoice("gave", _("I gave time to several people")),
            SelectChoice("received", _("I received time from several people")),
        ],
        default="gave",
        description=_(
            "What you gave is booked when everybody has answered. What you received is booked at once."
        ),
    )
    others = PeopleField(
        _("With whom?"), description=_("A line for each person: the name or the member number.")
    )
    hours = _hours()
    shared = _shared()
    date = _day(_("When?"))
    description = _description()
    kind = _kind()
    who = _who()


class ForOthersForm(ExchangeForm):
    """Hours between others, as a coordinator heard of them."""

    givers = PeopleField(
        _("Who gave?"), description=_("A line for each person: the name or the member number.")
    )
    receivers = PeopleField(
        _("Who received?"), description=_("A line for each person: the name or the member number.")
    )
    hours = _hours()
    shared = _shared()
    date = _day(_("When?"))
    description = _description()
    kind = _kind()
    word = RadioField(
        _("Who told you?"),
        choices=[
            SelectChoice("both", _("Both sides")),
            SelectChoice("giver", _("Only who gave")),
            SelectChoice("receiver", _("Only who received")),
        ],
        default="both",
        description=_(
            "Where only the giver told you, the receiver is asked to confirm. Otherwise it is booked at once."
        ),
    )
    heard = _heard()


class SlipForm(HoursForm):
    """One paper slip of a pile."""

    date = _day(_("Day"))
    giver = NumberField(_("Giver's number"))
    receiver = NumberField(_("Receiver's number"))
    hours = _hours()
    #: The newest exchange when the pile was begun.
    since = HiddenField()

    def said(self) -> Said:
        """Put together what the slip says."""
        people = (self.giver.member, self.receiver.member)
        giver, receiver = ([member] if member else [] for member in people)
        return Said(
            givers=giver,
            receivers=receiver,
            minutes=self.hours.data or 0,
            worked_on=self.date.data,
            once=not self.again.data,
            key=self.key.data or "",
        )


# --- answering and settling ---------------------------------------------------------------------------------


class DeclineForm(Form):
    """Why something is not right."""

    reason = _reason(_("What is not right?"), _("The other person reads this."))


class ReasonForm(Form):
    """Why something is done."""

    reason = _reason(_("Reason"), _("Both sides read this."))


class AnswerForm(Form):
    """What a receiver told a coordinator."""

    answer = RadioField(
        _("What do they say?"),
        choices=[SelectChoice("right", _("It is right")), SelectChoice("wrong", _("It is not right"))],
        validators=[InputRequired(_("Please choose what they say."))],
    )
    heard = _heard()
    reason = _reason(_("What is not right?"), _("Only where it is not right. The other person reads this."))


class SettleForm(Form):
    """What both sides agreed on with a coordinator."""

    hours = _hours()
    date = _day(_("When?"))
    heard = _heard()
    reason = _reason(_("What was agreed?"), _("Both sides read this."))


# --- looking up ---------------------------------------------------------------------------------------------


class CertificateForm(PeriodForm):
    """What a certificate of hours is about."""

    first = _day(_("From"), _AS_A_DAY)
    last = _day(_("Until"), _AS_A_DAY)
    received = BooleanField(_("Say also how much was received"))


class WhoForm(Form):
    """Which person it was who gave or received for a household or an organisation."""

    who = _who()

    def __init__(self, *, persons: Mapping[int, str], **known: Any) -> None:
        super().__init__(data=known)
        self.who.choices = choices_of(persons)
