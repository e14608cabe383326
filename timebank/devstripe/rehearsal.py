"""The rehearsal's Stripe as a whole: its interface and its pages, on one address."""

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from werkzeug.utils import redirect
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response

from timebank.devstripe import api
from timebank.devstripe import dashboard
from timebank.devstripe import pages
from timebank.devstripe.actions import Actions


class DevStripe(Actions):
    """A small Stripe of one's own, in which no real money moves."""

    def wsgi(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as a WSGI application."""
        request = Request(environ)
        return _answer(self, request)(environ, start_response)


def _answer(fake: DevStripe, request: Request) -> Response:
    if request.path.startswith("/v1/"):
        return api.answer(fake, request)
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        # Another page of the same browser has no business with these buttons.
        return Response("The form is not from here.\n", 403, content_type="text/plain")
    return _page(fake, request)


def _page(fake: DevStripe, request: Request) -> Response:
    match request.path.strip("/").split("/"):
        case [""]:
            return redirect("/dashboard", 303)
        case ["rehearsal.css"]:
            return pages.style()
        case ["dashboard"]:
            return dashboard.front(fake, request)
        case ["dashboard", account]:
            return dashboard.dashboard(fake, request, account)
        case ["c", "pay", session]:
            return pages.pay(fake, request, session)
        case ["c", "voucher", session]:
            return pages.voucher(fake, request, session)
    return pages.missing(request)
