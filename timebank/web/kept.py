"""A form whose session ended: what was typed travels, sealed, through the sign-in page to be shown once more.

A refused form writes nothing, so the sealed text is carried by the sign-in page itself. Only after
signing in is it kept in a row, which that person's form page shows and the form's next posting takes away.
Every form says by a mark who types in it: whoever else signs in next on the same machine is not shown it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask import g
from flask import request
from itsdangerous import BadData
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from timebank.web.here import person
from timebank.web.here import safe_next
from timebank.web.here import session
from timebank.web.hooks import Fields
from timebank.web.hooks import hooks
from timebank.web.standing import ACTS_FOR
from timebank.web.standing import acted_for
from timebank.web.standing import id_of

#: A form with more text than this is not carried along; no form of ours asks for as much.
LONGEST_FIELDS = 40_000
#: A sealed form is good for a day.
SECONDS = 24 * 60 * 60

#: Never carried along: what is secret, and what belongs to the ended session.
_LEFT_OUT = ("password", "code", "secret", "csrf_token", "kept", "typed_by")


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody had typed, where it was typed and where it was sent."""

    path: str
    target: str
    fields: Fields
    #: The mark of who typed it; empty where the form bore none.
    typed_by: str

    def is_by(self, someone: Any) -> bool:
        """Say whether it was this person who typed it."""
        return self.typed_by == _mark(someone)

    @property
    def acts_for(self) -> int | None:
        """Tell for which member it was typed; None where it was for nobody, or does not say."""
        return id_of(dict(self.fields).get(ACTS_FOR, ""))


def typist() -> str:
    """Say in a few letters who types on this page; nothing where nobody is signed in."""
    return _mark(person()) if person() else ""


def seal_request() -> str:
    """Seal what this request's form holds, as proof that it passed here; nothing where it is too much."""
    fields = list(_typed())
    if sum(len(name) + len(value) for name, value in fields) > LONGEST_FIELDS:
        fields = []
    return str(_sealer().dumps([_page_of_form(), request.path, fields, request.form.get("typed_by", "")]))


def unseal(sealed: str | None) -> Kept | None:
    """Open what seal_request() gave; None where it is another's, or too old."""
    try:
        path, target, fields, typed_by = _sealer().loads(sealed or "", max_age=SECONDS)
    except (BadData, ValueError, TypeError):
        return None
    return Kept(path=path, target=target, fields=[(name, value) for name, value in fields], typed_by=typed_by)


def kept(path: str | None = None) -> MultiDict[str, str]:
    """Read what was kept for a page, this one unless another is named; empty where nothing was.

    What was typed for one member is not shown to whoever acts for another now.
    """
    page = path or this_page()
    known: dict[str, Fields] = g.setdefault("kept", {})
    if page not in known:
        fields = hooks().kept_form(session(), person(), page) if person() else ()
        theirs = dict(fields).get(ACTS_FOR, acted_for()) == acted_for()
        known[page] = [one for one in fields if one[0] != ACTS_FOR] if theirs else ()
    return MultiDict(known[page])


def this_page() -> str:
    """Spell this page's own address, with its query."""
    return request.full_path if request.query_string else request.path


def _typed() -> Iterator[tuple[str, str]]:
    for name, value in request.form.items(multi=True):
        if not any(part in name for part in _LEFT_OUT):
            yield name, value


def _page_of_form() -> str:
    """Find the page the form stands on: where it was sent to, or else where the browser came from."""
    if _can_be_seen(request.path):
        return this_page()
    came_from = safe_next((request.referrer or "").removeprefix(request.host_url.rstrip("/")), "")
    if came_from and _can_be_seen(urlsplit(came_from).path):
        return came_from
    return f"/{g.community.slug}/"


def _can_be_seen(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and bool(adapter.match(path, method="GET"))
    except HTTPException:
        return False


def _mark(someone: Any) -> str:
    key = str(current_app.secret_key).encode()[:64]
    return blake2b(str(someone.id).encode(), digest_size=12, key=key, person=b"typed by").hexdigest()


def _sealer() -> Any:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="kept form")
