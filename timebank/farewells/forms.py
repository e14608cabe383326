"""The forms by which a member leaves, and by which somebody is taken back."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms import RadioField
from wtforms import SelectField
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from timebank.farewells.service import KEEP
from timebank.farewells.service import TO_MEMBER
from timebank.farewells.service import TO_POOL
from timebank.farewells.service import Parting
from timebank.members.fields import PersonField
from timebank.members.models import LONGEST_CONTACT
from timebank.members.models import LONGEST_REASON
from timebank.pools.models import LONGEST_WORDS
from timebank.pools.models import Pool
from timebank.web import Form
from timebank.web import KeyedForm
from timebank.web import Lines
from timebank.web import SelectChoice


class HeirField(PersonField):
    """The member who is to have the hours; asked only where hours go to a member."""

    def pre_validate(self, form: Any) -> None:
        """Find who is meant, where somebody is to be."""
        if "hours" in form and form.hours.data == TO_MEMBER:
            super().pre_validate(form)


class LeaveForm(KeyedForm):
    """How a member leaves; what will happen is always shown before it does."""

    hours = RadioField(
        _("What shall become of the hours?"), validators=[InputRequired(_("Please choose one of these."))]
    )
    pool = SelectField(_("Which pool?"), coerce=int)
    other = HeirField(
        _("Which member?"),
        description=_("Only where a member is to have them: part of the name, or the number."),
    )
    words = TextAreaField(
        _("A word about it"), [Lines(LONGEST_WORDS)], description=_("All members can read this.")
    )
    hide_name = BooleanField(
        _("Do not show the name to other members"), description=_("Coordinators and auditors see it.")
    )
    reason = TextAreaField(_("Reason"), [Lines(LONGEST_REASON)], description=_("Officers can read this."))

    def __init__(self, *, balance: int, pools: Sequence[Pool], **known: Any) -> None:
        # What a pool settles is nobody's business, unless somebody decides that it is.
        usual = {"words": gettext("At the farewell, with thanks"), "hide_name": balance < 0}
        super().__init__(**usual | known)
        self._pools = {pool.id: pool for pool in pools}
        if balance == 0:
            del self.hours
        elif not pools:
            self.hours.choices = [SelectChoice(KEEP, _("They stay here, in case of a return"))]
        elif balance > 0:
            self.hours.choices = [
                SelectChoice(TO_POOL, _("They go to a pool, for whoever needs them")),
                SelectChoice(TO_MEMBER, _("They go to a member")),
                SelectChoice(KEEP, _("They stay here, in case of a return")),
            ]
        else:
            self.hours.label.text = gettext("What shall become of the balance?")
            self.hours.choices = [
                SelectChoice(TO_POOL, _("A pool settles it")),
                SelectChoice(KEEP, _("It stays as it is, in case of a return")),
            ]
        self.pool.choices = [SelectChoice(str(pool.id), pool.name) for pool in pools]
        if balance == 0 or not pools:
            del self.pool, self.words, self.hide_name
        if balance <= 0 or not pools:
            del self.other

    def parting(self, *, died: bool = False, family_contact: str = "", withdrawn_because: str) -> Parting:
        """Put together what the form says."""
        return Parting(
            hours=self.hours.data if "hours" in self else KEEP,
            pool=self._pools.get(self.pool.data) if "pool" in self else None,
            heir=self.other.member if "other" in self else None,
            words=(self.words.data or "") if "words" in self else "",
            name_hidden=bool(self.hide_name.data) if "hide_name" in self else False,
            reason=self.reason.data or "",
            withdrawn_because=withdrawn_because,
            died=died,
            family_contact=family_contact,
            key=self.key.data or "",
        )

    def was_shown(self, parting: Parting, balance: int) -> bool:
        """Say whether this very farewell was shown before; from now on it was."""
        heir, pool = (one.id if one else 0 for one in (parting.heir, parting.pool))
        mark = sha256(f"{balance} {parting.hours} {pool} {heir}".encode()).hexdigest()[:32]
        shown = bool(self.seen.data == mark)
        self.seen.data = mark
        return shown


class DiedForm(LeaveForm):
    """That a member has died, and whom of the family to call."""

    contact = TextAreaField(
        _("Whom of the family can be called or written to?"),
        [Lines(LONGEST_CONTACT)],
        description=_("Only coordinators see this."),
    )


class ReturnForm(Form):
    """Why somebody is taken back."""

    reason = TextAreaField(
        _("Reason"),
        [InputRequired(_("Please say why, so that others understand it later.")), Lines(LONGEST_REASON)],
        description=_("Officers can read this."),
    )
