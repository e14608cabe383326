"""The web's own few addresses, and the pages for what went wrong."""

from collections.abc import Iterator

from flask import Blueprint
from flask import abort
from flask import g
from flask import redirect
from flask import render_template
from flask import request
from flask import session as browser
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import text
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import InternalServerError

import ledger
from timebank import i18n
from timebank.errors import Refusal
from timebank.settings import LANGUAGES
from timebank.web.guards import open_to_all
from timebank.web.here import asleep
from timebank.web.here import may
from timebank.web.here import safe_next
from timebank.web.here import session
from timebank.web.hooks import hooks
from timebank.web.standing import Standing

bp = Blueprint("web", __name__)

#: The statuses that have a page of their own; others share one.
OWN_PAGES = frozenset({400, 403, 404, 405, 413})
FORBIDDEN = 403


@bp.get("/healthz")
@open_to_all
def healthz() -> ResponseReturnValue:
    """Say that the program runs and reaches its database."""
    session().execute(text("SELECT 1"))
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}


@bp.post("/language")
@open_to_all
def language() -> ResponseReturnValue:
    """Switch the language for as long as this browser is used, and go back."""
    chosen = request.form.get("language")
    if chosen not in LANGUAGES:
        abort(400)
    browser[i18n.LANGUAGE_KEY] = chosen
    return redirect(safe_next(request.form.get("next"), "/"), 303)


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Show the page of a refusal that HTTP has a number for; Flask itself lets redirects pass."""
    status = error.code or 500
    name = str(status) if status in OWN_PAGES else "error"
    # A wrong method is told which ones are right.
    headers = [(key, value) for key, value in error.get_headers() if key == "Allow"]
    return render_template(f"errors/{name}.html", own=_own_communities(status)), status, headers


def _own_communities(status: int) -> list[dict[str, str]]:
    """Name the communities of whoever has no part in this one, so that they find their way."""
    if status != FORBIDDEN or g.get("person") is None or g.get("roles") or asleep():
        return []
    own = hooks().communities_of(session(), g.person)
    return [{"name": one.name, "href": url_for(hooks().home, community=one.slug)} for one in own]


def refusal_page(refusal: Refusal) -> ResponseReturnValue:
    """Show a refusal that no form was there to show."""
    return render_template("errors/error.html", sentence=i18n.say(refusal)), refusal.status


def unreadable(_error: Exception) -> ResponseReturnValue:
    """Answer for a value that the database cannot even compare with."""
    return render_template("errors/400.html"), 400


def unwell(error: InternalServerError) -> ResponseReturnValue:
    """Show that something broke; asks nothing of the database, which may be what broke."""
    g.person = g.member = g.community = None
    g.standing = Standing()
    busy = ledger.is_transient(error.original_exception)
    page = render_template(
        f"errors/{503 if busy else 500}.html",
        telephone=g.get("telephone"),
        request_id=request.environ.get("timebank.request_id"),
    )
    return (page, 503, {"Retry-After": "10"}) if busy else (page, 500)


def on_every_page() -> dict[str, object]:
    """Give the templates what base.html draws around every page."""
    reader = i18n.language()
    inside = g.get("community") is not None
    return {
        "language": reader,
        "languages": [(code, i18n.LANGUAGE_NAMES[code]) for code in LANGUAGES],
        "navigation": list(_navigation()) if inside else [],
        "home_href": url_for(hooks().home) if inside else "/",
        "may": may,
        "asleep": asleep,
        "public_pages": g.get("public_pages", ()),
    }


def _navigation() -> Iterator[dict[str, object]]:
    if g.get("person") is None:
        return
    for place in hooks().navigation:
        if may(place.right):
            yield {
                "href": url_for(place.endpoint),
                "label": gettext(place.label),
                "current": request.endpoint == place.endpoint,
            }
