"""Fields by which people choose members."""

from collections.abc import Sequence
from typing import Any

from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import StopValidation

from timebank.errors import Refusal
from timebank.i18n import say
from timebank.members.choosing import SeveralFound
from timebank.members.choosing import choose
from timebank.members.choosing import choose_all
from timebank.members.choosing import choose_by_number
from timebank.members.models import Member
from timebank.web import community
from timebank.web import session

_PICK = "-pick"


class PersonField(StringField):
    """A member by name, reading or number; where several may be meant, one of them is picked below it."""

    member: Member | None = None
    #: Whom to pick from.
    several: Sequence[Member] = ()
    picked: str | None = None

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        """Read what was typed and what was picked."""
        super().process(formdata, *args, **kwargs)
        self.picked = formdata.get(self.name + _PICK) if formdata else None

    def pre_validate(self, form: Any) -> None:
        """Find who is meant."""
        try:
            self.member = self.find(self.data or "")
        except Refusal as refusal:
            self.several = refusal.members if isinstance(refusal, SeveralFound) else ()
            raise StopValidation(say(refusal)) from refusal

    def find(self, typed: str) -> Member:
        """Find the one who is meant."""
        return choose(session(), community=community(), typed=typed, picked=self.picked)


class NumberField(PersonField):
    """A member by the number alone."""

    def find(self, typed: str) -> Member:
        """Find the one with this number."""
        return choose_by_number(session(), community=community(), typed=typed)


class PeopleField(TextAreaField):
    """Several members, a line for each."""

    members: Sequence[Member] = ()

    def pre_validate(self, form: Any) -> None:
        """Find who is meant."""
        try:
            self.members = choose_all(session(), community=community(), typed=self.data or "")
        except Refusal as refusal:
            raise StopValidation(say(refusal)) from refusal
