"""What every answer says to the browser, and what no request may hold."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import signed_in
from tests.builders import written
from tests.servers import application
from timebank.communities.models import HelpKind
from timebank.web.safety import CONTENT_SECURITY_POLICY


@pytest.fixture
def hana(app: Flask) -> Neighbour:
    return written(app, lambda session: a_neighbour(session, a_community(session, slug="kadoma"), "steward"))


def test_every_answer_carries_the_headers(client: FlaskClient, hana: Neighbour) -> None:
    for address in ("/kadoma/sign-in", "/nowhere/x", "/healthz", "/static/timebank.css"):
        answer = client.get(address)
        assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in answer.headers
        answer.close()
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in CONTENT_SECURITY_POLICY


def test_no_cache_keeps_what_somebody_saw(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    assert signed_in(app, hana).get("/kadoma/account").headers["Cache-Control"] == "no-store"
    assert "no-store" not in client.get("/kadoma/sign-in").headers["Cache-Control"]
    # The answer to a form whose session ended carries what was typed.
    assert client.post("/kadoma/members/new").headers["Cache-Control"] == "no-store"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, hana: Neighbour) -> None:
    data = {"name": hana.name, "password": "a-password-for-tests"}
    cookie = client.post("/kadoma/sign-in", data=data).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_by_https_browsers_are_told_to_stay_with_it(database_url: str) -> None:
    with application(database_url, BASE_URL="https://hours.example.org") as app:
        for address in ("/healthz", "/nowhere/x", "/static/timebank.css"):
            answer = app.test_client().get(address, base_url="https://hours.example.org")
            assert answer.headers["Strict-Transport-Security"] == f"max-age={365 * 24 * 60 * 60}"
            answer.close()


def test_by_https_the_cookie_is_this_hosts_alone(database_url: str) -> None:
    with application(database_url, BASE_URL="https://hours.example.org") as app:
        app.config["WTF_CSRF_ENABLED"] = False
        answer = app.test_client().post(
            "/language", data={"language": "ja"}, base_url="https://hours.example.org"
        )
    cookie = answer.headers["Set-Cookie"]
    name, _, rest = cookie.partition("=")
    assert name == "__Host-timebank"
    # What browsers ask of a cookie of this name, and what it is out of reach of.
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(rest.split("; "))
    assert "Domain" not in rest


@pytest.mark.parametrize(("referrer", "status"), [("https://[x", 400), ("https://evil.example/", 422)])
def test_a_form_that_says_it_comes_from_elsewhere_does_nothing(
    app: Flask, hana: Neighbour, referrer: str, status: int
) -> None:
    client = signed_in(app, hana)
    app.config["WTF_CSRF_ENABLED"] = True
    page = client.get("/kadoma/settings/kinds", base_url="https://localhost")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token
    answer = client.post(
        "/kadoma/settings/kinds",
        data={"name": "Driving", "csrf_token": token[1]},
        base_url="https://localhost",
        headers={"Referer": referrer},
    )
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/%00", 400),
        ("/kadoma/%00", 400),
        ("/kadoma/sign-in?next=%00", 400),
        ("/kadoma/sign-in?%00=1", 400),
        ("/kadoma/members/?q=%00", 400),
        ("/kadoma/%ff%fe", 404),
        ("/kadoma/%ED%A0%80", 404),
        ("/kadoma/%E2%80%AE", 404),
        ("/kadoma/%zz", 404),
        ("/kadoma/sign-in?%zz=%", 200),
        ("/kadoma/sign-in?next=%ED%A0%80", 200),
        ("/kadoma/members/99999999999999999999999", 404),
        ("/kadoma/members/9223372036854775807", 303),
        ("/kadoma/members/-1", 404),
        ("/kadoma//sign-in", 308),
        ("/kadoma/../etc/passwd", 404),
    ],
)
def test_a_strange_address_is_answered(
    client: FlaskClient, hana: Neighbour, address: str, status: int
) -> None:
    assert client.get(address).status_code == status


@pytest.mark.parametrize("after", ["x", "-1", "99999999999999999999", "1e3", "%00", ""])
def test_a_strange_page_of_a_list_is_answered(app: Flask, hana: Neighbour, after: str) -> None:
    assert signed_in(app, hana).get(f"/kadoma/members/?after={after}").status_code in {200, 400}


def test_a_wrong_method_is_told_which_are_right(client: FlaskClient, hana: Neighbour) -> None:
    answer = client.get("/kadoma/sign-out")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
    assert client.open("/kadoma/sign-in", method="BREW").status_code == 405


@pytest.mark.parametrize("size", [1_100_000, 2_000_000])
def test_more_than_a_page_can_take_is_refused_in_words(app: Flask, hana: Neighbour, size: int) -> None:
    client = signed_in(app, hana)
    answer = client.post("/kadoma/settings/kinds", data={"name": "x" * size})
    assert answer.status_code == 413
    assert "shorten the text" in answer.text


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_more_fields_than_any_form_has_are_refused(app: Flask, hana: Neighbour, kind: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nDriving\r\n'
    body = part * 1001 + b"--x--\r\n" if "boundary" in kind else b"name=Driving&" * 1001
    answer = signed_in(app, hana).post("/kadoma/settings/kinds", data=body, content_type=kind)
    assert answer.status_code == 413
    assert written(app, lambda session: session.scalars(select(HelpKind)).all()) == []


@pytest.mark.parametrize("name", ["Dri\0ving", "Dri\u202eving", "Dri\x1bving"], ids=ascii)
def test_a_text_that_cannot_be_kept_is_refused_on_its_form(app: Flask, hana: Neighbour, name: str) -> None:
    answer = signed_in(app, hana).post("/kadoma/settings/kinds", data={"name": name})
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"name=%E3%81", "application/x-www-form-urlencoded"),
        (b"name=\x93\xfa\x96{", "application/x-www-form-urlencoded"),
        (
            b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\x93\xfa\x96{\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
    ids=["half a letter", "Shift JIS", "in parts"],
)
def test_bytes_that_are_no_letters_are_refused_and_not_kept(
    app: Flask, hana: Neighbour, body: bytes, content_type: str
) -> None:
    answer = signed_in(app, hana).post("/kadoma/settings/kinds", data=body, content_type=content_type)
    assert answer.status_code == 422
    assert "Your browser sent letters that cannot be read" in answer.text
    kinds = written(app, lambda session: session.scalars(select(HelpKind)).all())
    assert kinds == []


def test_a_part_without_a_name_is_refused(app: Flask, hana: Neighbour) -> None:
    body = b"--x\r\nContent-Disposition: form-data\r\n\r\nDriving\r\n--x--\r\n"
    for path in ("/kadoma/settings/kinds", "/kadoma/sign-in", "/language"):
        answer = signed_in(app, hana).post(path, data=body, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 400


def test_what_comes_in_pieces_is_not_cut_off_but_refused(app: Flask, hana: Neighbour) -> None:
    """A server hands on pieces without saying how many there will be."""
    sent = io.BytesIO(b"name=Driving&more=" + b"x" * 1_100_000)
    answer = signed_in(app, hana).open(
        "/kadoma/settings/kinds",
        method="POST",
        input_stream=sent,
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert answer.status_code == 413
    assert written(app, lambda session: session.scalars(select(HelpKind)).all()) == []


def test_a_slow_line_makes_nobody_else_wait(app: Flask, hana: Neighbour) -> None:
    class Slow(io.BytesIO):
        """What somebody sends while others go on writing."""

        def readinto(self, buffer: Any, /) -> int:
            if not others:
                others.append(written(app, lambda session: a_community(session, slug="enshu").id))
            return super().readinto(buffer)

    others, body = list[int](), b"name=Driving"
    answer = signed_in(app, hana).open(
        "/kadoma/settings/kinds",
        method="POST",
        input_stream=Slow(body),
        content_length=len(body),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 303
    assert len(others) == 1


def test_letters_of_any_kind_are_read(app: Flask, hana: Neighbour) -> None:
    client = signed_in(app, hana)
    assert client.post("/kadoma/settings/kinds", data={"name": "買い物 + 100 % 🛒"}).status_code == 303
    parts = {"name": "手紙", "file": (io.BytesIO(b"x"), "")}
    assert client.post("/kadoma/settings/kinds", data=parts).status_code == 303
    page = client.get("/kadoma/settings/kinds").text
    assert "買い物 + 100 % 🛒" in page
    assert "手紙" in page


def test_half_characters_and_broken_bytes_do_not_break_a_form(app: Flask, hana: Neighbour) -> None:
    client = signed_in(app, hana)
    for body in (
        b"name=%ED%A0%80",
        b"name=\xff\xfe",
        b"name=%",
        b"%00=x",
        b"name=" + b"&" * 5000,
        b"\x00\x01",
    ):
        answer = client.post(
            "/kadoma/settings/kinds", data=body, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code in {303, 400, 413, 422}


def test_what_is_no_form_is_refused(app: Flask, hana: Neighbour) -> None:
    client = signed_in(app, hana)
    assert client.post("/kadoma/settings/kinds", json={"name": "\ud800"}).status_code == 415
    broken = client.post(
        "/kadoma/settings/kinds", data=b"--x\r\nnonsense", content_type="multipart/form-data; boundary=x"
    )
    assert broken.status_code in {400, 422}


def test_a_doubled_slash_leads_to_no_other_site(client: FlaskClient, hana: Neighbour) -> None:
    for path in ("//evil.example", "//evil.example/", "/\\evil.example", "//evil.example/%2e%2e"):
        answer = client.get("/", environ_overrides={"PATH_INFO": path})
        assert not answer.headers.get("Location", "/").startswith(("//", "http://evil", "/\\"))
