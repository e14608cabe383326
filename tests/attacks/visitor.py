"""Somebody at a server who does not keep to what browsers do: over HTTP, or by writing into the socket."""

import re
import socket
from collections.abc import Iterable
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from html import unescape
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.builders import PASSWORD
from tests.builders import as_with_second_factor
from tests.builders import written
from tests.house import HERE
from tests.house import House

SECONDS = 20
SIGN_IN = f"/{HERE}/sign-in"
FORM = "application/x-www-form-urlencoded"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

Fields = Mapping[str, str | list[str]] | Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        """The body as letters."""
        return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str:
        """Give a header, or nothing."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")


@dataclass(slots=True)
class Attacked:
    """The program as it is served, what is in its database, and where its log is written."""

    port: int
    house: House
    database_url: str
    #: Who has signed in before, with cookies and token.
    known: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)

    def says(self, sent: bytes) -> bytes:
        """Write bytes into a socket and read what comes until the server ends it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS) as line:
            try:
                line.sendall(sent)
                # The server may have hung up already.
                with suppress(OSError):
                    line.shutdown(socket.SHUT_WR)
                found = b""
                while piece := line.recv(65536):
                    found += piece
            except (ConnectionResetError, BrokenPipeError):
                # A server may well hang up on what it does not want to hear.
                return b""
        return found


@dataclass(slots=True)
class Visitor:
    """A browser without a browser's manners; it keeps cookies, and tokens as the sign-in page gives them."""

    server: Attacked
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def send(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request, and keep the cookies of the answer."""
        line = HTTPConnection("127.0.0.1", self.server.port, timeout=SECONDS)
        carried = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        try:
            line.request(method, path, body, {**(carried if self.cookies else {}), **(headers or {})})
            found = line.getresponse()
            answer = Answer(found.status, found.getheaders(), found.read())
        finally:
            line.close()
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                for morsel in SimpleCookie(value).values():
                    self.cookies[morsel.key] = morsel.value
        return answer

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self.send("GET", path)

    def post(self, path: str, fields: Fields = (), headers: Mapping[str, str] | None = None) -> Answer:
        """Send a form with its token."""
        known = list(fields.items() if isinstance(fields, Mapping) else fields)
        if not any(name == "csrf_token" for name, _ in known):
            known.append(("csrf_token", self.token or self.fetch_token()))
        return self.send(
            "POST", path, urlencode(known, doseq=True), {"Content-Type": FORM, **(headers or {})}
        )

    def fetch_token(self, path: str = SIGN_IN) -> str:
        """Take the token from a page that has a form."""
        page = self.get(path)
        found = _TOKEN.search(page.text)
        assert found, page.text
        self.token = unescape(found[1])
        return self.token


def somebody(server: Attacked, role: str) -> Visitor:
    """Open a browser with the session of somebody of the house, or of nobody ("stranger")."""
    if role not in server.known:
        visitor = signed_in_anew(server, role)
        server.known[role] = visitor.cookies, visitor.token
    cookies, token = server.known[role]
    return Visitor(server, dict(cookies), token)


def signed_in_anew(server: Attacked, role: str) -> Visitor:
    """Open a browser and sign in: for a session that is to be ended, or to be told from another."""
    visitor = Visitor(server)
    visitor.fetch_token()
    if role != "stranger":
        known = {"name": server.house.people[role].name, "password": PASSWORD}
        assert visitor.post(SIGN_IN, known).status == 303
        # Offices of the house open, as if a second step had been taken.
        person_id = server.house.people[role].person.id
        written(server.house.app, lambda session: as_with_second_factor(session, person_id))
        visitor.fetch_token(f"/{HERE}/account")
    return visitor


def status_of(answer: bytes) -> int:
    """Read the status of an answer; 0 where the server hung up without a word."""
    first = answer.partition(b"\r\n")[0].split()
    return int(first[1]) if len(first) > 1 else 0
