"""The rehearsal on a port of this machine, and of no other."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from werkzeug.serving import WSGIRequestHandler
from werkzeug.serving import make_server

from timebank.devstripe.rehearsal import DevStripe

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Handler(WSGIRequestHandler):
    """Answers one request for each connection, so that no thread waits for a second one."""

    protocol_version = "HTTP/1.0"

    def log(self, *_: object) -> None:
        """Say nothing on the terminal."""


@contextmanager
def serve(fake: DevStripe, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve it until the block ends; gives the address, without a slash at the end."""
    if host not in LOOPBACK:
        raise ValueError(f"a rehearsal is for this machine only, not for {host}")
    server = make_server(host, port, fake.wsgi, threaded=True, request_handler=Handler)
    # The threads of requests are waited for, so that none outlives the block.
    server.daemon_threads = False  # type: ignore[attr-defined]
    thread = Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="rehearsal", daemon=True
    )
    fake.closing.clear()
    thread.start()
    try:
        yield f"http://{host}:{server.port}"
    finally:
        fake.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
        fake.courier.stop()
