"""The forms of requests about one's data, of erasing, of how long words are kept, and of leaks."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import IntegerField
from wtforms import RadioField
from wtforms import TextAreaField
from wtforms.validators import InputRequired
from wtforms.validators import NumberRange
from wtforms.validators import Optional

from timebank.contacts.forms import heard_field
from timebank.members.fields import PeopleField
from timebank.mydata.models import CORRECT
from timebank.mydata.models import ERASE
from timebank.mydata.models import LONGEST_PART
from timebank.mydata.models import LONGEST_WORDS
from timebank.mydata.models import SEE
from timebank.mydata.models import STOP
from timebank.web import DayField
from timebank.web import Form
from timebank.web import Lines
from timebank.web import SelectChoice
from timebank.web import Written

REQUEST_LABELS = {
    SEE: _("To see what is known"),
    CORRECT: _("To correct something"),
    STOP: _("To stop using something"),
    ERASE: _("To be erased"),
}
DAY_WANTED = _("Please write the day, for example 2026-04-03.")


class PlainForm(Form):
    """Nothing but the wish."""


class AskForm(Form):
    """What somebody asks about their data."""

    kind = RadioField(
        _("What do you ask?"), choices=[SelectChoice(kind, label) for kind, label in REQUEST_LABELS.items()]
    )
    words = TextAreaField(
        _("In your words"),
        [Lines(LONGEST_WORDS)],
        description=_(
            "What is wrong, or what shall no longer be used; the more exactly, the sooner it is done."
        ),
    )


class AskForForm(AskForm):
    """What a member asked a coordinator."""

    heard = heard_field()


class AnswerForm(Form):
    """What a member is answered."""

    granted = RadioField(
        _("Was it done?"),
        choices=[SelectChoice("yes", _("Yes, it is done")), SelectChoice("no", _("No, for this reason"))],
    )
    answer = TextAreaField(
        _("Answer"),
        [
            InputRequired(_("Please write what you answer, so that others understand it later.")),
            Lines(LONGEST_WORDS),
        ],
        description=_("The member reads this. Say, too, that they can complain to the authority."),
    )


class EraseForm(Form):
    """That a member is to be erased."""

    sure = BooleanField(
        _("It cannot be taken back: erase this member"),
        [InputRequired(_("Please tick this, if you are sure."))],
    )


class RetentionForm(Form):
    """How long words about people are kept."""

    unbooked_days = IntegerField(
        _("Words of hours that were declined or withdrawn (days)"),
        [InputRequired(_("Please write a number of days.")), NumberRange(0, 100_000)],
    )
    reasons_days = IntegerField(
        _("Why something was done about a member (days)"),
        [InputRequired(_("Please write a number of days.")), NumberRange(0, 100_000)],
        description=_("What was done, and when, stays."),
    )
    requests_days = IntegerField(
        _("Requests that were answered (days)"),
        [InputRequired(_("Please write a number of days.")), NumberRange(0, 100_000)],
    )
    backups_days = IntegerField(
        _("Backups (days)"),
        [InputRequired(_("Please write a number of days.")), NumberRange(0, 100_000)],
        description=_(
            "As whoever runs the program has set it up; here it is only told to members. "
            "What is erased is still in backups for so long."
        ),
    )

    def days(self) -> dict[str, int]:
        """Give the days by their names."""
        names = ("unbooked_days", "reasons_days", "requests_days", "backups_days")
        return {name: self[name].data for name in names}


class LeakForm(Form):
    """What is known of a leak."""

    noticed_on = DayField(
        _("Noticed on"), [Written(DAY_WANTED)], description=_("From this day the time for reporting runs.")
    )
    happened = TextAreaField(
        _("What happened"), [InputRequired(_("Please write what happened.")), Lines(LONGEST_PART)]
    )
    what = TextAreaField(
        _("Which data"), [Lines(LONGEST_PART)], description=_("For example names and telephone numbers")
    )
    people = IntegerField(_("How many people"), [Optional(), NumberRange(0, 1_000_000_000)])
    cause = TextAreaField(_("Why it happened"), [Lines(LONGEST_PART)])
    harm = TextAreaField(_("What may come of it"), [Lines(LONGEST_PART)])
    measures = TextAreaField(_("What was done, and will be done"), [Lines(LONGEST_PART)])
    on_purpose = BooleanField(_("Somebody did it on purpose"))
    reported_on = DayField(_("First report to the authority on"))
    completed_on = DayField(_("Whole report to the authority on"))
    closed_on = DayField(_("Settled on"))

    def facts(self) -> dict[str, Any]:
        """Give what is written, by its names."""
        names = ("noticed_on", "happened", "what", "people", "cause", "harm", "measures", "on_purpose")
        return {name: self[name].data for name in (*names, "reported_on", "completed_on", "closed_on")}


class TellForm(Form):
    """Who is told of a leak."""

    others = PeopleField(
        _("Who is concerned?"), description=_("A name or a number on each line, at most 100 at once")
    )
    words = TextAreaField(
        _("What they are told"),
        [InputRequired(_("Please write what they are told.")), Lines(LONGEST_WORDS)],
        description=_(
            "What happened, which data of theirs, what may come of it, what was done, and whom they can ask. "
            "It is sent as you write it."
        ),
    )
