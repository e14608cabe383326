"""The pages in a browser: what they show, and what their buttons do."""

from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment
from jinja2 import FileSystemLoader
from jinja2 import StrictUndefined
from werkzeug.utils import redirect
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response

from timebank.devstripe import checkout
from timebank.devstripe import sessions
from timebank.devstripe.actions import Actions
from timebank.devstripe.errors import Impossible
from timebank.devstripe.money import WITHOUT_DECIMALS
from timebank.devstripe.payments import JAPAN_IS_AHEAD_BY
from timebank.devstripe.store import Thing
from timebank.devstripe.words import STATES
from timebank.devstripe.words import WORDS

FOLDER = Path(__file__).parent / "templates"
STYLE = (FOLDER / "rehearsal.css").read_text(encoding="utf-8")
TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
#: How each currency is written before an amount.
SIGNS = {"jpy": "¥", "usd": "$", "eur": "€", "gbp": "£"}
BUTTONS = {"donate": "donate", "book": "book", "subscribe": "subscribe"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page in somebody's language."""

    language: str

    def say(self, text: str, /, **facts: object) -> str:
        """Say something."""
        return WORDS[self.language][text].format(**facts)

    def state(self, name: str) -> str:
        """Say how something stands."""
        return STATES[self.language].get(name, name)

    def day(self, moment: int) -> str:
        """Write a day, as it is called in Japan."""
        day = datetime.fromtimestamp(moment + JAPAN_IS_AHEAD_BY, UTC)
        return f"{day.year}年{day.month}月{day.day}日" if self.language == "ja" else f"{day.day} {day:%B %Y}"

    def show(
        self, template: str, *, status: int = 200, leads_to: tuple[str, ...] = (), **facts: Any
    ) -> Response:
        """Make an answer of a template; its forms may lead to these addresses, too."""
        body = TEMPLATES.get_template(template).render(page=self, money=money, **facts)
        response = Response(body, status, content_type="text/html; charset=utf-8")
        # Chromium asks form-action about the place to which a form's answer sends on, too.
        forms = " ".join(["'self'", *sorted({origin(url) for url in leads_to if url})])
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'self'; img-src data:; form-action {forms}; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response


def language(request: Request, wanted: str | None = None) -> str:
    """Say in which language to speak: the session's, or the browser's."""
    if wanted in WORDS:
        return str(wanted)
    return request.accept_languages.best_match(list(WORDS), "en") or "en"


def money(amount: int, currency: str) -> str:
    """Write an amount."""
    sign = "−" if amount < 0 else ""
    whole, rest = (abs(amount), "") if currency in WITHOUT_DECIMALS else divmod(abs(amount), 100)
    return f"{sign}{SIGNS[currency]}{whole:,}" + (f".{rest:02d}" if rest != "" else "")


def origin(url: str) -> str:
    """Give the beginning of an address, as the Content-Security-Policy wants it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def style() -> Response:
    """Give the style sheet."""
    return Response(STYLE, content_type="text/css; charset=utf-8")


def missing(request: Request) -> Response:
    """Say that there is nothing here."""
    page = Page(language(request))
    return page.show(
        "message.html", status=404, title=page.say("missing_title"), text=page.say("missing"), link=None
    )


def pay(fake: Actions, request: Request, id_: str) -> Response:
    """The page of a checkout session, and its buttons."""
    owner = fake.store.owner(id_)
    session = fake.look(id_) if owner in fake.accounts else {}
    if session.get("object") != "checkout.session":
        return missing(request)
    page = Page(language(request, session["locale"]))
    if session["status"] == "open" and request.method == "POST":
        return _pressed(fake, request, page, session)
    return _checkout(fake, page, session)


def voucher(fake: Actions, request: Request, id_: str) -> Response:
    """What is to be shown at the counter."""
    owner = fake.store.owner(id_)
    session = fake.look(id_) if owner in fake.accounts else {}
    intent = fake.look(session["payment_intent"]) if session.get("payment_intent") else {}
    details = (intent.get("next_action") or {}).get("konbini_display_details")
    if details is None:
        return missing(request)
    page = Page(language(request, session["locale"]))
    name = _name(fake, page, session["id"])
    back = {"url": sessions.after_paying(session), "text": page.say("back", name=name)}
    return page.show("voucher.html", session=session, details=details, link=back)


def _pressed(fake: Actions, request: Request, page: Page, session: Thing) -> Response:
    try:
        return _do(fake, request, page, session)
    except Impossible:
        # Pressed twice at once: the first has paid, and the page says how it stands.
        return _checkout(fake, page, fake.look(session["id"]))


def _do(fake: Actions, request: Request, page: Page, session: Thing) -> Response:
    email = request.form.get("email", "").strip() or checkout.NOBODY
    match request.form.get("do"):
        case "pay":
            fake.pay(session["id"], email=email)
            return redirect(sessions.after_paying(session), 303)
        case "later" if sessions.allows_konbini(session):
            fake.pay_later(session["id"], email=email)
            return redirect(f"/c/voucher/{session['id']}", 303)
        case "decline":
            fake.decline(session["id"], email=email)
            return _checkout(fake, page, session, problem=page.say("was_declined"))
    return missing(request)


def _checkout(fake: Actions, page: Page, session: Thing, *, problem: str = "") -> Response:
    name = _name(fake, page, session["id"])
    if session["status"] == "complete":
        waits = session["payment_status"] == "unpaid"
        back = {"url": sessions.after_paying(session), "text": page.say("back", name=name)}
        title, text = (page.say("voucher_title"), page.say("waits")) if waits else _done(page)
        return page.show("message.html", title=title, text=text, link=back)
    if session["status"] == "expired":
        back = {"url": session["cancel_url"], "text": page.say("back", name=name)}
        link = back if session["cancel_url"] else None
        return page.show("message.html", title=page.say("expired_title"), text=page.say("expired"), link=link)
    amount = money(session["amount_total"], session["currency"])
    return page.show(
        "pay.html",
        status=422 if problem else 200,
        leads_to=(session["success_url"], session["cancel_url"] or ""),
        session=session,
        name=name,
        amount=amount,
        often=_often(fake, page, session),
        items=_items(fake, session),
        button=page.say(BUTTONS.get(session["submit_type"] or "", "pay"), amount=amount),
        konbini=sessions.allows_konbini(session),
        asks_email=not session["customer_email"] and not session["customer"],
        problem=problem,
    )


def _done(page: Page) -> tuple[str, str]:
    return page.say("done_title"), page.say("done")


def _name(fake: Actions, page: Page, id_: str) -> str:
    return fake.accounts[str(fake.store.owner(id_))].name or page.say("someone")


def _items(fake: Actions, session: Thing) -> list[Thing]:
    return list(_whole(fake, session)["_items"])


def _whole(fake: Actions, session: Thing) -> Thing:
    """Look at a session with what only the rehearsal knows of it."""
    account = fake.accounts[str(fake.store.owner(session["id"]))]
    with fake.work(account) as work:
        return dict(work.get("checkout.session", session["id"]))


def _often(fake: Actions, page: Page, session: Thing) -> str:
    whole = _whole(fake, session)
    recurring = [one["price"]["recurring"] for one in whole["_items"] if one["price"]["recurring"]]
    often = page.say(f"every_{recurring[0]['interval']}" if recurring else "once")
    trial_end = whole.get("_trial_end")
    if trial_end is None:
        return often
    return page.say("now_and_then", often=often, day=datetime.fromtimestamp(trial_end, UTC).date())
