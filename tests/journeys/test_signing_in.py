"""Signing in without a password: by a link that comes by mail, or a code from a coordinator."""

import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.databases import SQLite
from tests.demo import demo_copy
from tests.journeys.eyes import Eyes
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import open_sign_in
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.servers import LiveServer
from tests.servers import served
from timebank.cli.working import handlers_with
from timebank.db import db
from timebank.mail.carriers import Folder
from timebank.queue import work_one

pytestmark = pytest.mark.browser


def link_in_mail(server: LiveServer, folder: Path) -> str:
    """Do the later work, and find the one link to sign in with among the mail that it carried."""
    with server.app.app_context():
        while work_one(db.session, handlers_with(Folder(folder, "hours@example.org"))):
            db.session.remove()
        db.session.remove()
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in folder.glob("*/*.eml")]
    bodies = [body.get_content() for mail in mails if (body := mail.get_body(("plain",)))]
    (link,) = re.findall(r"http://[^/]+(/kadoma/sign-in/link/\S+)", "".join(bodies))
    return server.url + str(link)


@pytest.mark.parametrize(
    ("language", "javascript"),
    [pytest.param("en", False, id="in English"), pytest.param("ja", True, id="in Japanese")],
)
def test_a_link_comes_by_mail_and_signs_in_once(
    sqlite: SQLite,
    tmp_path: Path,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    javascript: bool,
) -> None:
    _ = words(language)
    page = page_factory(width=320, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    with demo_copy(sqlite) as url, served(url, TIMEBANK_DEMO="1") as server:
        open_sign_in(page, server, language)
        follow(page, _("Send me a link by e-mail"))
        eyes.look()
        page.get_by_label(_("E-mail address")).fill("hanako@kadoma.example")
        press(page, _("Send me a link"))
        expect(page.get_by_role("heading", level=1)).to_have_text(_("Please look into your mail"))
        eyes.look()
        link = link_in_mail(server, tmp_path)

        page.goto(link)
        eyes.look()
        press(page, _("Sign in"))
        expect(page.get_by_role("heading", level=1)).to_have_text(_("Choose a new password, if you like"))
        eyes.look()
        follow(page, _("Go on without one"))
        expect(page.get_by_text("中村 花子").first).to_be_visible()

        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text(_("This link is no longer good"))
        eyes.look()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_coordinator_reads_out_a_code_and_it_signs_in_once(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
) -> None:
    _ = words(language)
    desk, phone = page_factory(width=320), page_factory(width=320)
    eyes = {page: Eyes(page, language=language, accessible=assert_accessible) for page in (desk, phone)}
    come_in(desk, demo_server, "005", language)
    desk.goto(f"{demo_server.url}/kadoma/members/8")
    follow(desk, _("Give a one-time code"))
    eyes[desk].look()
    press(desk, _("Give a code"))
    expect(desk.get_by_role("heading", level=1)).to_have_text(_("Your one-time code"))
    eyes[desk].look()
    code = desk.get_by_text(re.compile(r"^\d{4} \d{4}$")).inner_text()

    for often in range(2):
        open_sign_in(phone, demo_server, language)
        phone.get_by_label(_("E-mail address or member number")).fill("008")
        phone.get_by_label(_("Password"), exact=True).fill(code)
        press(phone, _("Sign in"))
        if often:
            expect(phone.get_by_role("alert")).to_be_visible()
        else:
            expect(phone.get_by_role("heading", level=1)).to_have_text(
                _("Choose a new password, if you like")
            )
            eyes[phone].look()
            follow(phone, _("Go on without one"))
            expect(phone.get_by_text("伊藤 正").first).to_be_visible()
            press(phone, _("Sign out"))
