"""What every answer says to the browser, and what no request may hold."""

from contextlib import suppress
from urllib.parse import unquote_to_bytes

from flask import Response
from flask import abort
from flask import current_app
from flask import g
from flask import request
from flask import session as browser
from werkzeug.exceptions import ClientDisconnected
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.routing import IntegerConverter
from werkzeug.routing import Map
from werkzeug.routing import RequestRedirect
from werkzeug.sansio.utils import host_is_trusted

from timebank.errors import N_
from timebank.errors import Refusal
from timebank.text import is_storable
from timebank.web.phases import FROM_MACHINES
from timebank.web.phases import TAKES_FILES

#: Our own files and nothing else: no script or style inside a page, no plugin, no frame.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # For browsers that do not know frame-ancestors.
    "X-Frame-Options": "DENY",
    # Our own pages are told where somebody came from; others are not.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
ONE_YEAR = 365 * 24 * 60 * 60


class Id(IntegerConverter):
    """A number in an address, as large as the databases count; a larger one is simply not there."""

    def __init__(self, url_map: Map, fixed_digits: int = 0, *, signed: bool = False) -> None:
        super().__init__(url_map, fixed_digits=fixed_digits, max=2**63 - 1, signed=signed)


def stay_here(way: RequestRedirect) -> None:
    """Lead to another spelling of an address without naming the host, which may be made up."""
    path = way.new_url.removeprefix(request.host_url.rstrip("/"))
    way.new_url = f"/{path.lstrip('/')}" if path.startswith("/") else "/"


#: No form of ours has as many fields: each costs time and memory.
MOST_FIELDS = 1000
#: How browsers send forms; an empty form may come without a word about its kind.
FORM_KINDS = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data"})


class StrangeHost(Refusal):
    """A request that asks for a site which this is not."""

    sentence = N_("This is not our address. Please use %(address)s.")
    status = 421


def refuse_strange_host() -> None:
    """Refuse a request for another host than BASE_URL's; what watches over the program may come by any."""
    ours = host_is_trusted(request.host.lower(), [current_app.config["TIMEBANK_HOST"]])
    if not ours and request.endpoint != "web.healthz":
        raise StrangeHost(address=current_app.config["TIMEBANK_BASE_URL"])


def read_whole() -> None:
    """Read what is posted to its end before anything is held: a slow line makes nobody else wait.

    What is too large, or breaks off, is refused afterwards, where a page can say so.
    """
    _let_files_in()
    with suppress(ClientDisconnected, RequestEntityTooLarge):
        request.get_data()


def refuse_unreadable() -> None:
    """Refuse what is no form, and NUL and half characters in the address; forms see to their own fields."""
    machine = hasattr(current_app.view_functions.get(request.endpoint or ""), FROM_MACHINES)
    if request.method == "POST" and request.mimetype not in FORM_KINDS and not machine:
        abort(415)
    # Kept since it was read whole, so that the form is read from it. What comes in pieces Werkzeug cuts off
    # at the limit.
    sent = request.get_data()
    if request.max_content_length is not None and len(sent) >= request.max_content_length:
        abort(413)
    # In parts, Werkzeug counts them itself.
    if request.mimetype != "multipart/form-data" and sent.count(b"&") >= MOST_FIELDS:
        abort(413)
    # Only a form can say it where it was typed.
    g.broken_letters = _has_lost_letters() if request.files else not _is_unicode(sent)
    parts = [request.path, *request.args.keys(), *(value for _, value in request.args.items(multi=True))]
    # A part of a form may come without a name.
    names_are_good = all(name is not None and is_storable(name) for name in request.form)
    if not all(map(is_storable, parts)) or not names_are_good:
        abort(400)


def _let_files_in() -> None:
    """Take larger requests where a form brings a file, from whoever has signed in and from nobody else."""
    most = getattr(current_app.view_functions.get(request.endpoint or ""), TAKES_FILES, None)
    if most is not None and browser.get("_user_id"):
        request.max_content_length = most


def _has_lost_letters() -> bool:
    """Say whether bytes beside an uploaded file were no letters: a mark stands for each that was lost."""
    return any("\ufffd" in value for _name, value in request.form.items(multi=True))


def _is_unicode(sent: bytes) -> bool:
    """Say whether what was posted is UTF-8; else percent signs, or marks of what was lost, stand for it."""
    try:
        (sent if request.mimetype == "multipart/form-data" else unquote_to_bytes(sent)).decode()
    except UnicodeDecodeError:
        return False
    return True


def lead_to(origin: str) -> None:
    """Let forms of this answer end on another site, too: browsers check where a form leads on to."""
    g.leads_to = origin


def protect(response: Response, *, secure: bool) -> Response:
    """Put the headers on an answer; what is somebody's, or answers what somebody typed, no cache keeps."""
    if origin := g.get("leads_to"):
        policy = CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action 'self' {origin}")
        response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}")
    if request.endpoint != "static":
        own = g.get("person") is not None or request.method == "POST"
        response.headers["Cache-Control"] = "no-store" if own else "no-cache, private"
    return response
