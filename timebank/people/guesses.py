"""How often somebody may guess a password before they have to wait.

Strictest is what one network address may try for one name. All addresses together may try more for a name, so
that a stranger does not easily keep a member out; and a browser in which that name has signed in before is
counted apart from all others: whatever strangers do, it is let in.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from flask import request
from flask import session as browser

from timebank.limits import Limit
from timebank.text import half_width
from timebank.web import community_named
from timebank.web import is_this_machine
from timebank.web import key_of
from timebank.web import network

_MINUTE, _QUARTER, _DAY = timedelta(minutes=1), timedelta(minutes=15), timedelta(days=1)
#: Where a browser keeps who has signed in in it, also after signing out.
KNOWN_KEY = "known"
#: Where it keeps the token of a half sign-in, whose that is, and under which mark they will be known.
HALF_KEY = "half"
_MOST_KNOWN = 5


def sign_in_limits() -> Sequence[Limit]:
    """Limit how often a name and a password may be tried."""
    name = _spelt(request.form.get("name", ""))
    if not request.form.get("password"):
        return ()
    if _mark(name) in _known():
        return _slower(key_of("browser", browser[KNOWN_KEY][0], name))
    limits = _slower(key_of("here", network(), name))
    limits += [Limit(key_of("name", name), 30, _QUARTER)]
    if not is_this_machine():
        key = key_of("network", network())
        limits += [Limit(f"quarter:{key}", 60, _QUARTER), Limit(f"day:{key}", 500, _DAY)]
    return limits


def second_step_limits() -> Sequence[Limit]:
    """Limit how often codes may be tried by whoever knows a password: for a person, and from an address."""
    waiting = browser.get(HALF_KEY)
    if not waiting or not request.form.get("code"):
        return ()
    limits = _slower(key_of("second-step", str(waiting[1])))
    if not is_this_machine():
        key = key_of("network", network())
        limits += [Limit(f"quarter:{key}", 60, _QUARTER), Limit(f"day:{key}", 500, _DAY)]
    return limits


def old_password_limits() -> Sequence[Limit]:
    """Limit how often somebody may guess the password of whoever has left their browser signed in."""
    return _slower(key_of("old", str(browser.get("_user_id"))))


def link_limits() -> Sequence[Limit]:
    """Limit how often a link may be asked for: nobody's mailbox is filled, and no list of addresses tried."""
    typed = request.form.get("email", "").strip().casefold()
    limits = [
        Limit(f"quarter:{key_of('link', typed)}", 5, _QUARTER),
        Limit(f"day:{key_of('link', typed)}", 20, _DAY),
    ]
    if not is_this_machine():
        limits.append(Limit(key_of("links", network()), 20, _QUARTER))
    return limits if typed else ()


def mark_of(name: str) -> str:
    """Give the mark by which a browser knows a name, however it was typed."""
    return _mark(_spelt(name))


def remember_browser(mark: str) -> None:
    """Let this browser know who has signed in in it: a number made by chance, and names as marks."""
    kept = _known()
    number = browser[KNOWN_KEY][0] if kept else secrets.token_urlsafe(16)
    browser[KNOWN_KEY] = [number, *([one for one in kept if one != mark] + [mark])[-_MOST_KNOWN:]]


def _slower(key: str) -> list[Limit]:
    """A few tries at once, and then ever longer pauses."""
    return [
        Limit(f"minute:{key}", 5, _MINUTE, ends_with_success=True),
        Limit(f"quarter:{key}", 10, _QUARTER, ends_with_success=True),
        Limit(f"day:{key}", 40, _DAY, ends_with_success=True),
    ]


def _known() -> list[str]:
    return list(browser.get(KNOWN_KEY, [])[1:])


def _mark(name: str) -> str:
    return key_of("known", name)


def _spelt(name: str) -> str:
    """Spell what was typed as one name, however it was typed; a number is one in its community only."""
    typed = half_width(name).strip().casefold()
    return typed if "@" in typed else f"{community_named()} {typed}"
