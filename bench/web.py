"""The pages that a member opens most, from one worker that serves a community with many exchanges."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from bench.figures import Figure
from bench.figures import milliseconds
from bench.importing import SECRET_KEY
from bench.importing import SLUG
from bench.importing import found_community
from bench.importing import timebank
from bench.importing import write_file
from bench.room import Room
from bench.room import say
from bench.room import vacuum
from timebank.actor import TERMINAL
from timebank.members.models import Member
from timebank.members.service import give_hand
from timebank.people.service import create_person
from timebank.settings import ROOT

EXCHANGES = 100_000
PART = f"Pages, median of one worker, in a community of {EXCHANGES:,} exchanges"
PAGES = {"a member's home": "", "the form to log hours": "exchanges/new", "the statement": "statement"}
_EMAIL, _PASSWORD = "somebody@example.org", "a-password-for-measuring"
_NUMBER = "0042"
_TIMES = 100
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def measure_pages(room: Room) -> list[Figure]:
    """Measure from the first byte asked to the last one answered, on the same machine, on both engines."""
    file = write_file(room.folder / "web.csv", EXCHANGES)
    figures = []
    for name, url in room.engines("web").items():
        say(f"pages on {name}: filling the community")
        found_community(url)
        timebank(url, "import", "hours", str(file), "--community", SLUG, "--no-limits", "--create-members")
        engine = ledger.connect(url)
        ledger.transaction(engine, _let_in)
        engine.dispose()
        vacuum(url)
        say(f"pages on {name}")
        with _served(url) as port:
            browser = _Browser(port)
            browser.sign_in()
            figures += [
                milliseconds(PART, f"{name}, {what}", _median(browser, f"/{SLUG}/{path}"), "(reach 30 ms)")
                for what, path in PAGES.items()
            ]
    return figures


def _let_in(session: Session) -> None:
    """Give one of the imported members a sign-in."""
    member = session.scalars(select(Member).where(Member.number == _NUMBER)).one()
    person = create_person(session, email=_EMAIL, password=_PASSWORD)
    give_hand(session, person=person, member=member, actor=TERMINAL)


@contextmanager
def _served(url: str) -> Iterator[int]:
    """Serve the application from one worker, as ``timebank serve`` does from several."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET_KEY,
        "BASE_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "gunicorn", "--workers=1", "--no-control-socket", "--log-level=warning"]
    with subprocess.Popen(
        [*command, f"--bind=127.0.0.1:{port}", "wsgi:app"], cwd=ROOT, env=env, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _wait(port)
            yield port
        finally:
            server.terminate()


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the application did not start within 30 seconds")


class _Browser:
    """Somebody who keeps their cookies."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Ask for a page, and tell the status and what came."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        connection.close()
        return answer.status, page

    def sign_in(self) -> None:
        """Sign in as a person does."""
        _, page = self.ask("GET", f"/{SLUG}/sign-in")
        token = _TOKEN.search(page)
        assert token, page
        form = {"csrf_token": unescape(token[1]), "name": _EMAIL, "password": _PASSWORD}
        status, page = self.ask("POST", f"/{SLUG}/sign-in", form)
        if status != http.HTTPStatus.SEE_OTHER:
            raise RuntimeError(f"signing in was answered with {status}:\n{page}")


def _median(browser: _Browser, path: str) -> float:
    took = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        status, _page = browser.ask("GET", path)
        took.append(time.perf_counter() - started)
        if status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path} was answered with {status}")
    return median(took)
