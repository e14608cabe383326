"""A newcomer joins on paper, receives two hours, is away, comes back and leaves; another one is invited."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.journeys.eyes import Eyes
from tests.journeys.walking import balance_of
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.servers import LiveServer
from timebank import clock
from timebank.cli.demo_data import NAME
from timebank.cli.demo_data import SLUG

pytestmark = pytest.mark.browser

COORDINATOR, GIVER = "005", "001"
NEWCOMER = {"en": "Alma Berg", "ja": "高橋 キヨ"}
TELEPHONE = "06-0000-0077"
PASSWORD = "a-password-of-mine"


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, True, id="in Japanese on a small phone"),
        pytest.param("en", 320, False, id="in English without JavaScript"),
    ],
)
def test_a_newcomer_joins_on_paper_receives_two_hours_is_away_comes_back_and_leaves(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
    javascript: bool,
) -> None:
    _ = words(language)
    page = page_factory(width=width, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    come_in(page, demo_server, COORDINATOR, language)

    follow(page, _("Wants to join: %(number)s") % {"number": 2})
    number = enter_a_signed_form(page, eyes, language)
    newcomer = page.url

    # Two hours, of which they told on the telephone.
    page.goto(f"{demo_server.url}/{SLUG}/exchanges/for-others")
    eyes.look()
    page.get_by_role("textbox", name=_("Who gave?")).fill(GIVER)
    page.get_by_role("textbox", name=_("Who received?")).fill(number)
    page.get_by_label(_("How long?")).fill("2")
    page.get_by_label(_("By telephone"), exact=True).check()
    press(page, _("Save"))
    expect(page.get_by_role("status").first).to_be_visible()
    eyes.look()
    assert balance_of(demo_server, number) == -120

    page.goto(newcomer)
    eyes.look()
    be_away_and_come_back(page, eyes, language)

    # What was signed is read again.
    follow(page, _("Joining and consents"))
    eyes.look()
    follow(page, _("Back"))
    eyes.look()
    leave(page, eyes, language)
    assert balance_of(demo_server, number) == -120


def enter_a_signed_form(page: Page, eyes: Eyes, language: str) -> str:
    """Print the form, enter it once it is signed, and give the newcomer's number."""
    _, name = words(language), NEWCOMER[language]
    eyes.look()
    follow(page, _("Print the form"))
    eyes.look()
    expect(page.get_by_text(_("What your details are used for"))).to_be_visible()
    follow(page, _("Back"))
    eyes.look()
    follow(page, _("Enter a signed form"))
    eyes.look()
    number = page.get_by_label(_("Member number")).input_value()
    page.get_by_label(_("Name"), exact=True).fill(name)
    page.get_by_label(_("Telephone")).fill(TELEPHONE)
    yesterday = clock.today("Asia/Tokyo") - timedelta(days=1)
    page.get_by_label(_("Signed on"), exact=True).fill(yesterday.isoformat())
    page.get_by_label(_("The consent to this use is signed")).check()
    press(page, _("Enter"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    eyes.look()
    return number


def be_away_and_come_back(page: Page, eyes: Eyes, language: str) -> None:
    """Let a coordinator write down that somebody is away, and that they are back earlier."""
    _, until = words(language), clock.today("Asia/Tokyo") + timedelta(days=9)
    follow(page, _("Away for a while"))
    eyes.look()
    page.get_by_label(_("Away until")).fill(until.isoformat())
    press(page, _("Save"))
    expect(page.get_by_role("status").first).to_be_visible()
    eyes.look()
    follow(page, _("Away for a while"))
    eyes.look()
    press(page, _("Here again"))
    eyes.look()


def leave(page: Page, eyes: Eyes, language: str) -> None:
    """Let somebody leave; what they received stays as it is."""
    _ = words(language)
    follow(page, _("Leaving and coming back"))
    eyes.look()
    follow(page, _("They want to leave"))
    eyes.look()
    page.get_by_label(_("It stays as it is, in case of a return")).check()
    page.get_by_label(_("Reason")).fill("Moves away")
    press(page, _("Look at it first"))
    eyes.look()
    press(page, _("Let them leave"))
    expect(page.get_by_role("status").first).to_be_visible()
    eyes.look()


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 320, True, id="in English on a small phone"),
        pytest.param("ja", 1280, True, id="in Japanese on a desk"),
        pytest.param("ja", 320, False, id="in Japanese without JavaScript"),
    ],
)
def test_somebody_who_is_invited_on_paper_is_a_member_and_signed_in_at_once(
    demo_server: LiveServer,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
    width: int,
    javascript: bool,
) -> None:
    _ = words(language)
    name = NEWCOMER[language]
    desk, phone = (page_factory(width=width, javascript=javascript) for _page in range(2))
    eyes = {
        page: Eyes(page, language=language, accessible=assert_accessible if javascript else None)
        for page in (desk, phone)
    }
    come_in(desk, demo_server, COORDINATOR, language)
    desk.goto(f"{demo_server.url}/{SLUG}/invitations/")
    eyes[desk].look()
    follow(desk, _("New invitation"))
    eyes[desk].look()
    desk.get_by_label(_("For whom, or where it will hang")).fill("Poster")
    press(desk, _("Invite"))
    eyes[desk].look()
    code = desk.get_by_text(re.compile(r"^(?:[2-9A-Z]{4} ){3}[2-9A-Z]{4}$")).inner_text()

    # Typed from paper, by somebody without an e-mail address.
    phone.goto(f"{demo_server.url}/{SLUG}/sign-in")
    if phone.locator("html").get_attribute("lang") != language:
        press(phone, {"en": "English", "ja": "日本語"}[language])
    follow(phone, _("Join us"))
    eyes[phone].look()
    follow(phone, _("I have an invitation"))
    eyes[phone].look()
    phone.get_by_label(_("The code on the invitation")).fill(code.lower())
    press(phone, _("Go on"))
    eyes[phone].look()
    phone.get_by_label(_("Name"), exact=True).fill(name)
    phone.get_by_label(_("Telephone")).fill(TELEPHONE)
    phone.get_by_label(_("A password of your own")).fill(PASSWORD)
    press(phone, _("Become a member"))
    # Nothing happens without the consent, and nothing that was typed is lost but the password.
    expect(phone.get_by_role("alert")).to_be_visible()
    expect(phone.get_by_label(_("Name"), exact=True)).to_have_value(name)
    eyes[phone].look()
    agreed = _("I agree that %(community)s uses my details for this, and for nothing else.")
    phone.get_by_label(agreed % {"community": NAME}).check()
    phone.get_by_label(_("A password of your own")).fill(PASSWORD)
    press(phone, _("Become a member"))
    expect(phone.get_by_role("heading", level=1)).to_contain_text(name)
    eyes[phone].look()
