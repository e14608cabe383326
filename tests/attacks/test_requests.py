"""Requests that no browser sends: too large, broken, for other methods, other files, other sites."""

import json
from urllib.parse import urlencode

import pytest

from tests.attacks.visitor import FORM
from tests.attacks.visitor import SIGN_IN
from tests.attacks.visitor import Attacked
from tests.attacks.visitor import Visitor
from tests.attacks.visitor import somebody
from tests.attacks.visitor import status_of
from tests.filled_forms import FORMS
from tests.house import HERE
from tests.rows import changed
from tests.rows import marks
from timebank.settings import ROOT

pytestmark = pytest.mark.slow

KINDS = f"/{HERE}/settings/kinds"
#: The beginning of a form that is sent by hand.
POST = f"POST {SIGN_IN} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {FORM}\r\n"
MULTIPART = "multipart/form-data; boundary=x"
#: Refused, in whichever words; 0 is a line that was cut.
REFUSED = {0, 400, 404, 405, 408, 411, 413, 414, 415, 421, 422, 431, 501, 505}


def part(name: str, value: bytes, more: str = "") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"


#: A body, and what it says that it is.
BODIES: dict[str, tuple[bytes, str]] = {
    "too large": (b"name=" + b"x" * 2_000_000, FORM),
    "too large in parts": (part("name", b"x" * 2_000_000) + b"--x--\r\n", MULTIPART),
    "too large a file": (part("name", b"x" * 2_000_000, '; filename="a"') + b"--x--\r\n", MULTIPART),
    "thousands of fields": (b"name=a&" * 5000, FORM),
    "thousands of parts": (part("name", b"a") * 5000 + b"--x--\r\n", MULTIPART),
    "thousands of names": ("&".join(f"f{number}=a" for number in range(20_000)).encode(), FORM),
    "no end": (part("name", b"a"), MULTIPART),
    "no boundary": (part("name", b"a") + b"--x--\r\n", "multipart/form-data"),
    "another boundary": (part("name", b"a") + b"--x--\r\n", "multipart/form-data; boundary=y"),
    "a boundary without end": (b"--" + b"x" * 100_000, f"multipart/form-data; boundary={'x' * 3000}"),
    "parts in parts": (part("name", part("name", part("name", b"a"))) * 50 + b"--x--\r\n", MULTIPART),
    "headers of a part without end": (b"--x\r\n" + b"A: b\r\n" * 50_000, MULTIPART),
    "nonsense in parts": (b"--x\r\nnonsense", MULTIPART),
    "a part without a name": (b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n", MULTIPART),
    "NUL in a name": (b"na%00me=a&na\0me=b", FORM),
    "NUL in a value": (b"name=Dri%00ving", FORM),
    "bare NUL": (b"\0" * 5000, FORM),
    "no letters": (b"name=\xff\xfe\xfd", FORM),
    "half a letter": (b"name=%ED%A0%80%E3%81", FORM),
    "long nesting": (b"name" + b"[a]" * 50_000 + b"=x", FORM),
    "percent signs": (b"name=" + b"%" * 100_000, FORM),
    "JSON": (json.dumps({"name": "Driving"}).encode(), "application/json"),
    "deep JSON": (b"[" * 100_000, "application/json"),
    "XML with an entity": (
        b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><name>&y;</name>',
        "application/xml",
    ),
    "plain text": (b"name=Driving", "text/plain"),
    "another charset": (b"name=+AGE-", "application/x-www-form-urlencoded; charset=utf-7"),
    "a kind that is none": (b"name=a", "x" * 2000),
    "an empty body": (b"", FORM),
    "pickle": (b"cos\nsystem\n(S'true'\ntR.", "application/octet-stream"),
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("role", ["stranger", "steward"])
def test_a_body_that_is_no_form_changes_nothing(attacked: Attacked, role: str, body: str) -> None:
    visitor = somebody(attacked, role)
    sent, kind = BODIES[body]
    before = marks(attacked.house.app)
    for path in (KINDS, SIGN_IN, "/language", f"/{HERE}/nowhere"):
        # With the right token, so that it is not the token that is missed.
        token = f"csrf_token={visitor.token}".encode()
        whole = sent + b"&" + token if kind == FORM else part("csrf_token", visitor.token.encode()) + sent
        try:
            answer = visitor.send("POST", path, whole, {"Content-Type": kind})
        except (ConnectionResetError, BrokenPipeError):
            continue
        assert answer.status in REFUSED, (path, answer.status)
    assert changed(before, marks(attacked.house.app)) == []


@pytest.mark.parametrize(
    "framing",
    [
        *("Content-Length: -1", "Content-Length: abc", "Content-Length: 5\r\nContent-Length: 7"),
        *("Content-Length: 99999999999999999999", "Content-Length: +5", "Content-Length: 0x5"),
        *("Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked, identity"),
        *("Transfer-Encoding: xchunked", "Transfer-Encoding : chunked", "Content-Length: 5\r\n Folded: x"),
        *(
            "X: " + "x" * 100_000,
            "\r\n".join(f"X{number}: x" for number in range(500)),
            "Na\0me: x",
            "Ümläut",
        ),
    ],
    ids=lambda framing: ascii(framing[:40]),
)
def test_a_request_that_can_be_read_in_two_ways_is_refused(attacked: Attacked, framing: str) -> None:
    """Of two requests in one nobody may see the second: it would be answered to the next in line."""
    second = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    sent = f"{POST}{framing}\r\n\r\n0\r\n\r\n{second}"
    answer = attacked.says(sent.encode())
    assert status_of(answer) in REFUSED
    assert b"\r\n\r\nok\n" not in answer


def test_more_than_is_taken_is_refused_in_pieces_too(attacked: Attacked) -> None:
    pieces = b"".join(b"10000\r\n" + b"x" * 65536 + b"\r\n" for _ in range(40)) + b"0\r\n\r\n"
    assert status_of(attacked.says(f"{POST}Transfer-Encoding: chunked\r\n\r\n".encode() + pieces)) in {0, 413}


@pytest.mark.parametrize(
    "first",
    [
        *(
            "GET",
            "GET /",
            "GET / HTTP/9.9",
            "GET / FTP/1.1",
            "\0\0\0",
            "GET\t/\tHTTP/1.1",
            "G\u00e9T / HTTP/1.1",
        ),
        *("GET /" + "a" * 20_000 + " HTTP/1.1", "GET /?" + "a=b&" * 5000 + " HTTP/1.1"),
    ],
    ids=lambda first: ascii(first[:20]),
)
def test_a_first_line_that_is_none_is_refused(attacked: Attacked, first: str) -> None:
    assert status_of(attacked.says(f"{first}\r\nHost: 127.0.0.1\r\n\r\n".encode())) in REFUSED


@pytest.mark.parametrize(
    "method",
    ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "BREW", "DEBUG", "get", "GET/POST"],
)
def test_a_method_that_a_route_does_not_have_does_nothing(attacked: Attacked, method: str) -> None:
    visitor = somebody(attacked, "steward")
    before = marks(attacked.house.app)
    for endpoint in sorted(FORMS):
        path = attacked.house.address(endpoint, FORMS[endpoint].on)
        head = f"Host: 127.0.0.1\r\nCookie: timebank={visitor.cookies['timebank']}\r\nX-Mark: seen"
        answer = attacked.says(f"{method} {path} HTTP/1.1\r\n{head}\r\nConnection: close\r\n\r\n".encode())
        assert status_of(answer) in REFUSED, endpoint
        # TRACE would tell a script the cookie.
        assert b"X-Mark" not in answer
    assert changed(before, marks(attacked.house.app)) == []


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_in_a_header_is_not_listened_to(attacked: Attacked, header: str) -> None:
    visitor = somebody(attacked, "steward")
    before = marks(attacked.house.app)
    assert visitor.send("GET", KINDS, headers={header: "POST"}).status == 200
    assert visitor.send("POST", KINDS, urlencode({"_method": "DELETE"}), {header: "GET"}).status in REFUSED
    assert changed(before, marks(attacked.house.app)) == []


#: What would lead out of the folder of static files, and what lies there.
WAYS_OUT = (
    *("../settings.py", "..%2fsettings.py", "%2e%2e/settings.py", "%2e%2e%2fsettings.py", "..\\settings.py"),
    *("..%5csettings.py", "%252e%252e%252fsettings.py", "....//settings.py", "./../settings.py"),
    *("/etc/passwd", "%2fetc%2fpasswd", "//etc/passwd", "../../../../../../../../etc/passwd", "~/.profile"),
    *("timebank.css%00.txt", "timebank.css/../../settings.py", "..;/settings.py", "%c0%ae%c0%ae/settings.py"),
    *("../../var/secret_key", "../../wsgi.py", "../__pycache__", "", ".", "..", "C:/windows/win.ini", "CON"),
)


@pytest.mark.parametrize("way", WAYS_OUT, ids=ascii)
def test_no_path_leads_out_of_the_static_files(attacked: Attacked, way: str) -> None:
    for begin in ("/static/", f"/{HERE}/static/", "/static/x/../"):
        raw = f"GET {begin}{way} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        answer = attacked.says(raw)
        assert status_of(answer) in REFUSED | {308}
        for secret in (b"root:", b"class Settings", b"create_app", b"only-for-tests"):
            assert secret not in answer


def test_the_static_files_are_those_of_the_repository(attacked: Attacked) -> None:
    visitor = Visitor(attacked)
    for file in sorted((ROOT / "timebank" / "static").iterdir()):
        assert visitor.get(f"/static/{file.name}").body == file.read_bytes()
    for secret in (
        ".git/config",
        ".env",
        "wsgi.py",
        "var/secret_key",
        "timebank.sqlite3",
        "requirements.lock",
    ):
        assert visitor.get(f"/{secret}").status in {308, 404}


@pytest.mark.parametrize(
    "head",
    [
        "GET {path} HTTP/1.1\r\nHost: evil.example",
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Host: evil.example",
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nForwarded: host=evil.example;proto=https",
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1@evil.example",
        "GET {path} HTTP/1.1\r\nHost: evil.example#127.0.0.1",
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example",
        "GET http://evil.example{path} HTTP/1.1\r\nHost: 127.0.0.1",
        "GET //evil.example{path} HTTP/1.1\r\nHost: 127.0.0.1",
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Original-URL: //evil.example",
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Rewrite-URL: /evil.example",
        "GET {path} HTTP/1.0",
    ],
    ids=lambda head: ascii(head[11:60]),
)
def test_the_name_of_another_site_is_in_no_answer(attacked: Attacked, head: str) -> None:
    for path in ("/", f"/{HERE}", f"/{HERE}/", SIGN_IN, "/nowhere/x"):
        answer = attacked.says(f"{head.format(path=path)}\r\nConnection: close\r\n\r\n".encode())
        assert status_of(answer) in {200, 303, 308, *REFUSED}
        headers = answer.partition(b"\r\n\r\n")[0].lower()
        if head.startswith("GET //"):
            # It is a path of ours that begins so; nobody is led there.
            assert b"location: //" not in headers
        else:
            assert b"evil" not in headers
        assert b"http://evil.example" not in answer
