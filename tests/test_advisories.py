"""What `make check` says of packages with known weaknesses."""

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from http.server import HTTPServer
from threading import Thread

import pytest

from tests.advisories import ASK
from tests.advisories import READ
from tests.advisories import ROOT
from tests.advisories import audit
from tests.servers import free_port


class _Service(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404 if "nowhere" in self.path else 200)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    """A service that answers, on this machine."""
    server = HTTPServer(("127.0.0.1", 0), _Service)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def ends_with(status: int) -> list[str]:
    return [sys.executable, "-c", f"raise SystemExit({status})"]


@pytest.mark.parametrize("status", [0, 1, 3])
def test_what_is_found_fails(service: str, status: int, capfd: pytest.CaptureFixture[str]) -> None:
    assert audit(service, ends_with(status)) == status
    assert "Skipped" not in capfd.readouterr().out


def test_where_nobody_can_be_asked_it_says_why(service: str, capfd: pytest.CaptureFixture[str]) -> None:
    for nobody in (f"http://127.0.0.1:{free_port()}", f"{service}/nowhere"):
        assert audit(nobody, ends_with(1)) == 0
        assert "Skipped: no advisory service can be reached (" in capfd.readouterr().out


def test_every_locked_package_would_be_asked_about() -> None:
    ask = [*ASK[: -len(READ)], "--dry-run", *READ]
    done = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "would have audited" in done.stderr
