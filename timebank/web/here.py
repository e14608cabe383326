"""Who is asking, in which community, and what they may: plain functions over this request."""

import re
from typing import Any
from typing import cast

from flask import g
from flask import request
from sqlalchemy.orm import Session

from timebank import rights
from timebank.actor import Actor
from timebank.actor import How
from timebank.db import db
from timebank.settings import LANGUAGES
from timebank.web.standing import standing


def session() -> Session:
    """Give the session of this request's one transaction."""
    return cast(Session, db.session())


def community() -> Any:
    """Give the community that the address names."""
    return g.community


def person() -> Any:
    """Give the person who is signed in, or None."""
    return g.get("person")


def member() -> Any:
    """Give the member for whom the signed-in person is here: mostly themselves, or None."""
    return g.get("member")


def may(right: str) -> bool:
    """Say whether whoever is signed in has this right in this community, as whom they are here."""
    if rights.allows(right, standing().roles, standing().ticks):
        return True
    return right in rights.OPEN_ASLEEP and bool(asleep())


def asleep() -> frozenset[str]:
    """Name the offices that whoever is signed in holds here, and that sleep without a second factor."""
    return standing().asleep


def actor(how: How = "web") -> Actor:
    """Tell who answers for what this request does."""
    return Actor(
        person_id=g.person.id if g.get("person") else None,
        member_id=g.member.id if g.get("member") else None,
        how=how,
    )


def switches_language() -> bool:
    """Say whether a form was sent only to be shown again in another language."""
    return request.form.get("switch_language") in LANGUAGES


def safe_next(target: str | None, otherwise: str) -> str:
    """Give the page to go on to: only an address of ours, so that no link leads people elsewhere."""
    # Browsers take a backslash for a slash and skip a tab, and two slashes begin another site's name.
    if target and re.match(r"/(?!/)", target) and target.isprintable() and "\\" not in target:
        return target
    return otherwise
