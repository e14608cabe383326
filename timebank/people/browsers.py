"""Who has signed in in the browser that asks: what its cookie holds, begun and ended."""

from datetime import datetime
from functools import partial
from typing import Any
from typing import cast

from flask import request
from flask import session as browser
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login import current_user
from flask_login import login_user
from sqlalchemy.orm import Session

from timebank.i18n import LANGUAGE_KEY
from timebank.people import guesses
from timebank.people import half_sign_ins
from timebank.people import sign_ins
from timebank.people.devices import device_of
from timebank.people.models import HalfSignIn
from timebank.people.models import Person
from timebank.people.models import SignIn
from timebank.rights import NEED_SECOND_FACTOR
from timebank.web import afterwards
from timebank.web import community
from timebank.web import session

login = LoginManager()
# Binding a session to an address and a browser signs people out who walk out of their house.
login.session_protection = None


class SignedIn(UserMixin):  # type: ignore[misc]
    """A person as Flask-Login knows them."""

    def __init__(self, token: str, sign_in: SignIn, person: Person) -> None:
        self.token, self.sign_in, self.person = token, sign_in, person

    def get_id(self) -> str:
        """Give what the cookie holds: a token by which the table knows this browser, and nobody else does."""
        return self.token


@login.user_loader
def _load(token: str) -> SignedIn | None:
    found = sign_ins.find(session(), token=token)
    # A sign-in by an officer's code is none in another community.
    if found is None or found[0].community_id not in {None, community().id}:
        return None
    return SignedIn(token, *found)


def signed_in(_session: Session) -> Person | None:
    """Tell who has signed in in this browser, and note now and then that they are still there."""
    if not current_user.is_authenticated:
        return None
    if sign_ins.is_worth_noting(this_sign_in()):
        afterwards(partial(sign_ins.note_seen, sign_in_id=this_sign_in().id))
    return cast(SignedIn, current_user).person


def this_sign_in() -> SignIn:
    """Give the sign-in of this browser, in which somebody has signed in."""
    return cast(SignedIn, current_user).sign_in


def sleeping() -> frozenset[str]:
    """Tell which offices do not count in this sign-in, whoever holds them: no second factor was given."""
    return frozenset() if this_sign_in().second_factor_at else NEED_SECOND_FACTOR


def begin(
    found: Person,
    *,
    begun_by: str,
    community_id: int | None = None,
    second_factor_at: datetime | None = None,
) -> None:
    """Sign somebody in here; what the browser kept before goes, since anybody may have prepared it."""
    clear()
    token = sign_ins.begin(
        session(),
        person=found,
        begun_by=begun_by,
        device=device_of(request.user_agent.string),
        community_id=community_id,
        second_factor_at=second_factor_at,
    )
    browser.permanent = True
    known = sign_ins.find(session(), token=token)
    assert known
    login_user(SignedIn(token, *known))


def begin_half(found: Person, *, name: str, **facts: Any) -> None:
    """Remember that the first half of a sign-in is done here; the database knows it by a token."""
    clear()
    token = half_sign_ins.begin(session(), person=found, **facts)
    browser[guesses.HALF_KEY] = [token, found.id, guesses.mark_of(name)]


def half_here() -> tuple[HalfSignIn, Person] | None:
    """Find the half sign-in that waits in this browser, also where it has waited for too long."""
    token = (browser.get(guesses.HALF_KEY) or [""])[0]
    return half_sign_ins.find(session(), token=token) if token else None


def clear() -> None:
    """Sign out here, whoever it was; the language and who is known here stay."""
    sign_ins.end_token(session(), token=browser.get("_user_id"))
    kept = {name: browser[name] for name in (LANGUAGE_KEY, guesses.KNOWN_KEY) if name in browser}
    browser.clear()
    browser.update(kept)
    # Who comes back in a week shall find it known.
    browser.permanent = guesses.KNOWN_KEY in kept
