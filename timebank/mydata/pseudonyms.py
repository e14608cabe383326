"""Who was erased is called “Former member 12” in the reader's language, on every page that names them."""

from typing import Any

from flask import has_request_context
from flask_babel import gettext
from sqlalchemy import event
from sqlalchemy.orm.attributes import set_committed_value

from timebank.members.models import Member
from timebank.members.queries import is_erased
from timebank.mydata.service import PSEUDONYM


def _call(member: Member, _context: Any, _names: Any = None) -> None:
    """Say the pseudonym as the reader reads it; the row keeps the English one, which files show."""
    if has_request_context() and is_erased(member):
        number = member.number.removeprefix(PSEUDONYM)
        set_committed_value(member, "name", gettext("Former member %(number)s", number=number))


def say_them() -> None:
    """Have pseudonyms said wherever a member is read."""
    for name in ("load", "refresh"):
        if not event.contains(Member, name, _call):
            event.listen(Member, name, _call)
