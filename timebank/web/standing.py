"""As whom somebody is here: for themselves, or for a member for whom they act; and forms begun as another."""

from dataclasses import dataclass
from typing import Any

from flask import g
from flask import request
from flask import session as browser

#: The hidden field by which every form of ours says for whom it was begun.
ACTS_FOR = "acts_for"
#: What that field holds where it is no member.
NOBODY = "0"


@dataclass(frozen=True, slots=True)
class Standing:
    """The member for whom somebody acts, and what they may."""

    #: None for an officer who is no member, and for whoever has not said yet for whom they are here.
    member: Any | None = None
    roles: frozenset[str] = frozenset()
    #: What a trusted person may, by the names of what can be ticked.
    ticks: frozenset[str] = frozenset()
    #: The member that they are themselves.
    own: Any | None = None
    #: Every member that they are or act for, by id.
    reach: frozenset[int] = frozenset()

    #: Offices that they hold as well, but that sleep because no second factor was given in this browser.
    asleep: frozenset[str] = frozenset()

    #: They are a member, or hold an office: they are here for more than others.
    has_own_part: bool = False

    @property
    def for_other(self) -> bool:
        """Say whether it is another member than they themselves."""
        return self.member is not None and self.member is not self.own

    @property
    def has_choice(self) -> bool:
        """Say whether there is anybody else for whom they could be here."""
        return bool(self.reach - ({self.own.id} if self.own else set()))


def standing() -> Standing:
    """Tell as whom somebody is here."""
    found: Standing = g.get("standing") or Standing()
    return found


def chosen() -> int | None:
    """Tell for whom this browser was last said to be used in this community."""
    known = browser.get(ACTS_FOR)
    found = known.get(g.community.slug) if isinstance(known, dict) else None
    return found if isinstance(found, int) else None


def choose(member_id: int | None) -> None:
    """Let this browser be used for a member in this community, or for oneself, from the next request on."""
    known = browser.get(ACTS_FOR)
    others = {slug: one for slug, one in known.items() if slug != g.community.slug} if known else {}
    browser[ACTS_FOR] = others if member_id is None else {**others, g.community.slug: member_id}


def acted_for() -> str:
    """Spell for whom somebody is here, as every form carries it; nothing where nobody is signed in."""
    if g.get("person") is None:
        return ""
    member = standing().member
    return NOBODY if member is None else str(member.id)


def begun_for() -> int | None:
    """Tell for whom the form that was sent was begun; None for nobody, or where it does not say."""
    return id_of(request.form.get(ACTS_FOR, ""))


def id_of(spelt: str) -> int | None:
    """Read for whom a form says that it was begun."""
    digits = spelt if spelt.isascii() and spelt.isdecimal() and len(spelt) < 19 else NOBODY
    return int(digits) or None


def was_begun_for_another() -> bool:
    """Say whether the form that was sent was begun for somebody else than it would be done for now."""
    return request.method == "POST" and request.form.get(ACTS_FOR, acted_for()) != acted_for()
