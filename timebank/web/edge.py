"""The application class: one request is one transaction, and one line in the log."""

import logging
import secrets
from collections.abc import Iterable
from copy import deepcopy
from time import perf_counter
from typing import Any
from typing import NoReturn
from typing import TextIO
from typing import cast
from wsgiref.types import StartResponse
from wsgiref.types import WSGIEnvironment

from flask import Flask
from flask import Request
from flask import Response
from flask import abort
from flask import current_app
from flask import g
from flask import request
from flask import session as browser
from flask.globals import request_ctx
from flask.logging import wsgi_errors_stream
from flask_babel import refresh
from flask_wtf.csrf import CSRFError
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import DataError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import InternalServerError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect

import ledger
from timebank import audit
from timebank import i18n
from timebank.db import db
from timebank.errors import Refusal
from timebank.rights import HAND
from timebank.rights import TICKED
from timebank.settings import ROOT
from timebank.settings import SESSION_LASTS
from timebank.settings import Settings
from timebank.web import safety
from timebank.web import tries
from timebank.web import views
from timebank.web.guards import GUARD
from timebank.web.guards import stale_form
from timebank.web.here import actor
from timebank.web.here import switches_language
from timebank.web.hooks import Hooks
from timebank.web.hooks import hooks
from timebank.web.kept import typist
from timebank.web.phases import FROM_MACHINES
from timebank.web.phases import READS_FIRST
from timebank.web.phases import notes
from timebank.web.standing import Standing
from timebank.web.standing import acted_for
from timebank.web.standing import chosen

SEE_OTHER = 303
MEGABYTE = 1024 * 1024

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_REQUEST_ID = "timebank.request_id"
_RULE = "timebank.rule"

access_log = logging.getLogger("timebank.access")


class TimeBank(Flask):
    """The web application: everything a request does is committed together, or not at all."""

    def __init__(self, settings: Settings, table: Hooks) -> None:
        super().__init__("timebank", template_folder=str(ROOT / "templates"))
        self.config.from_mapping(_config(settings))
        self.extensions["timebank"] = table
        self.url_map.converters["int"] = safety.Id
        db.init_app(self)
        with self.app_context():
            ledger.prepare(db.engine)
        i18n.init_app(self)
        # Macros know of no context, only of what is global.
        self.jinja_env.globals["typist"] = typist
        self.jinja_env.globals["acted_for"] = acted_for
        self._csrf = CSRFProtect(self)
        self._wire(secure=settings.secure)
        if settings.trusted_proxies:
            # Whoever asks can write any address before those of the servers that are ours.
            proxies = settings.trusted_proxies
            self.wsgi_app = ProxyFix(self.wsgi_app, x_for=proxies, x_proto=0)  # type: ignore[method-assign]

    def _wire(self, *, secure: bool) -> None:
        self.url_value_preprocessor(_enter_community)
        self.url_defaults(_stay_in_community)
        if secure:
            self.before_request(safety.refuse_strange_host)
        self.before_request(safety.refuse_unreadable)
        self.before_request(_meet)
        self.before_request(self._check_token)
        self.before_request(_switch_language)
        self.before_request(self._let_go_of_kept_form)
        self.after_request(lambda response: safety.protect(response, secure=secure))
        self.after_request(tries.say_when)
        self.context_processor(views.on_every_page)
        self.register_error_handler(CSRFError, stale_form)
        self.register_error_handler(HTTPException, views.http_error)
        self.register_error_handler(InternalServerError, views.unwell)
        self.register_error_handler(Refusal, views.refusal_page)
        for kind in (DataError, OverflowError):
            self.register_error_handler(kind, views.unreadable)
        self.register_blueprint(views.bp)
        if not access_log.handlers:
            access_log.setLevel(logging.INFO)
            access_log.propagate = False
            handler = logging.StreamHandler(cast(TextIO, wsgi_errors_stream))
            handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
            access_log.addHandler(handler)

    def full_dispatch_request(self) -> Response:
        """Answer inside one transaction, committed below 400 and run again where the database asks for it."""
        request.environ[_RULE] = request.url_rule.rule if request.url_rule else "-"
        if request.endpoint == "static":
            return super().full_dispatch_request()
        tries.count_try()
        safety.read_whole()
        before = _Before()

        def answer(session: Session) -> Response:
            before.restore()
            response = super(TimeBank, self).full_dispatch_request()
            self._put_on_trail(session, response)
            if response.is_streamed and not response.direct_passthrough:
                # What is still to be read must be read before the transaction ends.
                response.make_sequence()
            if response.status_code >= 400:
                session.rollback()
            return response

        response = ledger.transaction(db.session, answer, read_only=self._begins_by_reading())
        self._write_notes()
        return response

    def _put_on_trail(self, session: Session, response: Response) -> None:
        """Put what was done on the audit trail; whoever did something is led on to another page."""
        who, writes = g.get("person"), not self._begins_by_reading() or g.get("writes", False)
        done = response.status_code == SEE_OTHER or (response.status_code < 400 and g.get("done", False))
        if who is None or not writes or not done or g.get("community") is None:
            return
        event_id = audit.record(
            session,
            community_id=g.community.id,
            actor=actor(),
            act=str(request.endpoint),
            # Numbers only: what else stands in an address may be a secret.
            about={name: one for name, one in (request.view_args or {}).items() if isinstance(one, int)},
            request=request.environ[_REQUEST_ID],
            address=request.remote_addr,
        )
        right = getattr(self.view_functions.get(request.endpoint or ""), GUARD, None)
        if HAND in g.roles and right in TICKED:
            hooks().acted_in_trust(session, g.community.id, event_id)

    def _write_notes(self) -> None:
        """Write what was to be noted afterwards; the answer stands where that fails, for it is done."""
        for note in notes():
            try:
                ledger.transaction(db.session, note)
            except OperationalError:
                self.logger.warning("%s: a note was not written", request.environ[_REQUEST_ID])

    def _begins_by_reading(self) -> bool:
        view = self.view_functions.get(request.endpoint or "")
        return request.method in _READING or hasattr(view, READS_FIRST)

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Say that there is no such address, or lead to the one that was meant."""
        if isinstance(request.routing_exception, RequestRedirect):
            safety.stay_here(request.routing_exception)
        super().raise_routing_exception(request)

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Give each request a number, and write one line about it that names nobody."""
        began = perf_counter()
        environ[_REQUEST_ID] = secrets.token_hex(8)
        statuses: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            statuses.append(status[:3])
            return start_response(status, [*headers, ("X-Request-ID", environ[_REQUEST_ID])], exc_info)

        try:
            return super().wsgi_app(environ, start)
        finally:
            access_log.info(
                "%s %s %s %s %d ms",
                environ[_REQUEST_ID],
                environ["REQUEST_METHOD"],
                environ.get(_RULE, "-"),
                statuses[-1] if statuses else "500",
                round(1000 * (perf_counter() - began)),
            )

    def log_exception(self, exc_info: Any) -> None:
        """Write what broke under the request's number, with its rule: an address may name somebody."""
        environ = request.environ
        self.logger.error("%s %s broke", environ[_REQUEST_ID], environ.get(_RULE, "-"), exc_info=exc_info)

    def _check_token(self) -> None:
        machine = hasattr(self.view_functions.get(request.endpoint or ""), FROM_MACHINES)
        if self.config["WTF_CSRF_ENABLED"] and request.endpoint is not None and not machine:
            try:
                self._csrf.protect()
            except ValueError:
                # Where somebody says they come from is no address at all.
                abort(400)

    def _let_go_of_kept_form(self) -> None:
        if g.person is not None and not self._begins_by_reading() and not switches_language():
            hooks().forget_form(db.session(), g.person, request.path)


class _Before:
    """What a request was before its first attempt, so that the next one begins alike."""

    def __init__(self) -> None:
        self.view_args = deepcopy(request.view_args)
        self.browser = deepcopy(dict(browser))
        self.again = False

    def restore(self) -> None:
        """Undo what the last attempt left behind; the first finds everything as it is."""
        if self.again:
            request.view_args = deepcopy(self.view_args)
            browser.clear()
            browser.update(deepcopy(self.browser))
            browser.modified = False
            request_ctx.flashes = None
            for name in list(g):
                g.pop(name)
        self.again = True


def _config(settings: Settings) -> dict[str, Any]:
    url = ledger.normal_url(settings.database_url)
    # What was typed stands in a statement's parameters, and must not get into a log.
    options: dict[str, Any] = {"hide_parameters": True}
    if url.get_backend_name() == "postgresql":
        options["pool_pre_ping"] = True
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": options,
        # A name of this kind browsers take from this host alone: none beside it can set the cookie.
        "SESSION_COOKIE_NAME": "__Host-timebank" if settings.secure else "timebank",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure,
        "PERMANENT_SESSION_LIFETIME": SESSION_LASTS,
        "MAX_CONTENT_LENGTH": MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": MEGABYTE,
        "MAX_FORM_PARTS": safety.MOST_FIELDS,
        "WTF_CSRF_CHECK_DEFAULT": False,
        # A page may stay open for as long as its session lasts.
        "WTF_CSRF_TIME_LIMIT": None,
        "TIMEBANK_DEMO": settings.demo,
        "TIMEBANK_BASE_URL": settings.base_url,
        "TIMEBANK_HOST": settings.host,
        "TIMEBANK_STRIPE": settings.stripe,
        # In the demo a page shows the mail that goes into a folder.
        "TIMEBANK_SHOWN_MAIL": settings.mail_folder if settings.demo and not settings.mail_url else None,
    }


def _enter_community(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Find the community that the address begins with; views never hear of it."""
    if endpoint == "static":
        return
    g.community = None
    named = bool(values and "community" in values)
    # An unknown address below a community's still belongs to it: its page shows whom to call.
    slug = values.pop("community") if values and named else request.path.split("/")[1]
    if named or request.routing_exception is not None:
        g.community = hooks().find_community(db.session(), slug)
    if named and g.community is None:
        abort(404)


def _stay_in_community(endpoint: str, values: dict[str, Any]) -> None:
    community = g.get("community")
    if (
        community is not None
        and "community" not in values
        and current_app.url_map.is_endpoint_expecting(endpoint, "community")
    ):
        values["community"] = community.slug


def _meet() -> None:
    """Find who is asking, and settle the language while the database can still be asked."""
    g.person = g.member = None
    g.standing, g.roles = Standing(), frozenset()
    if g.get("community") is not None:
        session = db.session()
        g.public_pages = hooks().public(session, g.community)
        g.telephone = g.community.telephone
        g.person = hooks().signed_in(session)
        if g.person is not None:
            g.standing = hooks().stand(session, g.person, g.community, chosen())
            g.member, g.roles = g.standing.member, g.standing.roles
    i18n.language()


def _switch_language() -> None:
    """Switch the language from within a form, whose view then shows it again as it was typed."""
    if switches_language():
        browser[i18n.LANGUAGE_KEY] = request.form["switch_language"]
        refresh()
