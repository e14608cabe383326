"""The pages in a browser: a payer's, and the dashboard with everybody else's buttons."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from playwright.sync_api import Page
from werkzeug.test import Client
from werkzeug.test import TestResponse

from tests.pages import assert_nothing_is_cut_off
from tests.stripe_things import KEY
from tests.stripe_things import Rehearsal
from tests.stripe_things import a_gift
from tests.stripe_things import a_monthly_gift
from timebank.devstripe import DevAccount
from timebank.devstripe import DevStripe
from timebank.devstripe.dashboard import BUTTONS
from timebank.devstripe.pages import money
from timebank.devstripe.words import STATES
from timebank.devstripe.words import WORDS

HERE = DevAccount(KEY)
DASHBOARD = f"/dashboard/{HERE.id}"
KONBINI: Any = {"payment_method_types": ["card", "konbini"]}


class Outline(HTMLParser):
    """What of a page matters to somebody who does not see it."""

    def __init__(self, page: TestResponse) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[str] = []
        self.language = ""
        self.feed(page.get_data(as_text=True))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.ids += [facts["id"]] if "id" in facts else []
        if tag == "html":
            self.language = facts["lang"]
        if tag == "label":
            self.labels.add(facts["for"])
        if tag == "input" and facts.get("type") != "hidden":
            self.fields.append(facts["id"])


@pytest.fixture
def payer(rehearsed: Rehearsal) -> Client:
    return Client(rehearsed.fake.wsgi)


def pay_page(session_id: str) -> str:
    return f"/c/pay/{session_id}"


def words_of(page: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.get_data(as_text=True)))


def test_the_page_says_what_is_paid_to_whom_and_that_no_real_money_moves(
    rehearsed: Rehearsal, payer: Client
) -> None:
    session = a_gift(rehearsed.client, 12_000, submit_type="donate", locale="en")
    page = payer.get(pay_page(session.id))
    words = words_of(page)
    assert "This is a rehearsal. No real money moves." in words
    assert "Paying Keyaki Time Bank" in words
    assert "Donate ¥12,000" in words
    assert "once" in words
    assert "convenience store" not in words
    assert 'href="http://localhost:9/back"' in page.get_data(as_text=True)


def test_the_page_speaks_japanese_where_the_session_or_the_browser_does(
    rehearsed: Rehearsal, payer: Client
) -> None:
    session = a_monthly_gift(rehearsed.client, locale="ja", submit_type="subscribe")
    page = payer.get(pay_page(session.id), headers={"Accept-Language": "en"})
    assert "これは練習です。実際のお金は動きません。" in words_of(page)
    assert "毎月" in words_of(page)
    assert Outline(page).language == "ja"
    session = a_gift(rehearsed.client, locale="auto")
    assert (
        Outline(payer.get(pay_page(session.id), headers={"Accept-Language": "ja,en;q=0.5"})).language == "ja"
    )
    assert Outline(payer.get(pay_page(session.id))).language == "en"


def test_paying_leads_back_to_the_community(rehearsed: Rehearsal, payer: Client) -> None:
    session = a_gift(rehearsed.client)
    answer = payer.post(pay_page(session.id), data={"do": "pay", "email": "mitsuko@example.org"})
    assert (answer.status_code, answer.location) == (303, f"http://localhost:9/thanks?session={session.id}")
    paid = rehearsed.client.v1.checkout.sessions.retrieve(session.id)
    assert paid.customer_details.email == "mitsuko@example.org"  # type: ignore[union-attr]
    again = payer.post(pay_page(session.id), data={"do": "pay"})
    assert "paid for already" in words_of(again)
    assert len(rehearsed.client.v1.charges.list().data) == 1


def test_who_is_known_is_not_asked_for_an_address(rehearsed: Rehearsal, payer: Client) -> None:
    assert Outline(payer.get(pay_page(a_gift(rehearsed.client).id))).fields == ["email"]
    known = a_gift(rehearsed.client, customer_email="mitsuko@example.org")
    assert Outline(payer.get(pay_page(known.id))).fields == []


def test_a_declined_card_stays_on_the_page_and_says_so(rehearsed: Rehearsal, payer: Client) -> None:
    session = a_gift(rehearsed.client)
    answer = payer.post(pay_page(session.id), data={"do": "decline"})
    assert answer.status_code == 422
    assert "The card was declined. Nothing was paid" in words_of(answer)
    assert payer.post(pay_page(session.id), data={"do": "pay"}).status_code == 303


def test_a_voucher_shows_its_number_and_its_last_day(rehearsed: Rehearsal, payer: Client) -> None:
    session = a_gift(rehearsed.client, **KONBINI)
    assert "Pay at a convenience store later" in words_of(payer.get(pay_page(session.id)))
    answer = payer.post(pay_page(session.id), data={"do": "later"})
    assert (answer.status_code, answer.location) == (303, f"/c/voucher/{session.id}")
    page = payer.get(f"/c/voucher/{session.id}")
    assert re.search(r"Confirmation number \d{11}", words_of(page))
    assert "Last day" in words_of(page)
    assert f'href="http://localhost:9/thanks?session={session.id}"' in page.get_data(as_text=True)
    assert "waiting to be paid" in words_of(payer.get(pay_page(session.id)))


def test_a_page_that_expired_says_so(rehearsed: Rehearsal, payer: Client) -> None:
    session = a_gift(rehearsed.client)
    rehearsed.fake.expire_session(session.id)
    assert "has expired" in words_of(payer.get(pay_page(session.id)))


@pytest.mark.parametrize(
    "path", ["/c/pay/cs_nowhere", "/c/voucher/cs_nowhere", "/dashboard/acct_nobody", "/nowhere"]
)
def test_where_nothing_is_a_page_says_so(payer: Client, path: str) -> None:
    answer = payer.get(path)
    assert (answer.status_code, Outline(answer).tags.count("h1")) == (404, 1)


def test_a_button_that_is_not_on_the_page_does_nothing(rehearsed: Rehearsal, payer: Client) -> None:
    session = a_gift(rehearsed.client)
    for do in ("later", "steal"):
        assert payer.post(pay_page(session.id), data={"do": do}).status_code == 404
    answer = payer.post(pay_page(session.id), data={"do": "pay"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert rehearsed.client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_pages_carry_a_strict_policy_that_lets_the_payer_go_back(rehearsed: Rehearsal, payer: Client) -> None:
    session = a_gift(rehearsed.client)
    policy = payer.get(pay_page(session.id)).headers["Content-Security-Policy"]
    assert (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' http://localhost:9;"
        in policy
    )
    assert "form-action 'self';" in payer.get(DASHBOARD).headers["Content-Security-Policy"]
    assert payer.get("/rehearsal.css").content_type == "text/css; charset=utf-8"


def everything(rehearsed: Rehearsal) -> dict[str, str]:
    """Make one of each, and tell the ids."""
    fake, client = rehearsed.fake, rehearsed.client
    paid, disputed, voucher, counter = (a_gift(client, **KONBINI).id for _ in range(4))
    fake.pay(paid, email="mitsuko@example.org")
    dispute = fake.open_dispute(fake.pay(disputed)["payment_intent"])
    fake.pay_later(voucher)
    fake.pay_later(counter)
    fake.pay_voucher(counter)
    monthly = a_monthly_gift(client).id
    subscription = fake.pay(monthly)["subscription"]
    refund = fake.refund(counter, amount=1000)
    payout = fake.payout(account=HERE, amount=100)
    return {
        "charge": fake.look(fake.look(paid)["payment_intent"])["latest_charge"],
        "dispute": dispute["id"],
        "voucher": fake.look(voucher)["payment_intent"],
        "counter": fake.look(fake.look(counter)["payment_intent"])["latest_charge"],
        "subscription": subscription,
        "refund": refund["id"],
        "payout": payout["id"],
        "session": a_gift(client).id,
        "event": fake.pending(account=HERE)[0]["id"],
    }


@pytest.mark.parametrize("language", ["en", "ja"])
def test_each_page_has_what_somebody_needs_who_does_not_see_it(
    rehearsed: Rehearsal, payer: Client, language: str
) -> None:
    made = everything(rehearsed)
    paths = [pay_page(made["session"]), DASHBOARD, "/dashboard", "/nowhere"]
    for path in paths:
        page = payer.get(path, headers={"Accept-Language": language})
        outline = Outline(page)
        assert outline.language == language
        assert [outline.tags.count(tag) for tag in ("title", "main", "h1", "script", "style")] == [
            1,
            1,
            1,
            0,
            0,
        ]
        assert set(outline.fields) <= outline.labels
        assert len(outline.ids) == len(set(outline.ids))
        assert " style=" not in page.get_data(as_text=True)


def test_every_button_is_on_the_dashboard_when_there_is_something_for_it(
    rehearsed: Rehearsal, payer: Client
) -> None:
    made = everything(rehearsed)
    rehearsed.fake.next_month(made["subscription"], declined=True)
    rehearsed.fake.late_balance = True
    shown = payer.get(DASHBOARD).get_data(as_text=True)
    assert [
        name for name in (*BUTTONS, "refund", "send_again", "send_all") if f'value="{name}"' not in shown
    ] == [
        "pay_voucher",
        "expire_voucher",
        "expire",
    ]
    again = everything(rehearsed)
    shown = payer.get(DASHBOARD).get_data(as_text=True)
    assert [
        name for name in (*BUTTONS, "refund", "send_again", "send_all") if f'value="{name}"' not in shown
    ] == []
    assert again["charge"] in shown
    assert "mitsuko@example.org" in shown


#: What is pressed, for which object, and what that becomes.
PRESSED = [
    ("open_dispute", "charge", "disputed", True),
    ("open_inquiry", "charge", "disputed", True),
    ("win", "dispute", "status", "won"),
    ("lose", "dispute", "status", "lost"),
    ("pay_voucher", "voucher", "status", "succeeded"),
    ("expire_voucher", "voucher", "status", "requires_payment_method"),
    ("take_back", "counter", "status", "failed"),
    ("complete_refund", "refund", "status", "succeeded"),
    ("fail_refund", "refund", "status", "failed"),
    ("next_declined", "subscription", "status", "past_due"),
    ("next_month", "subscription", "status", "active"),
    ("stop", "subscription", "status", "canceled"),
    ("arrive_payout", "payout", "status", "paid"),
    ("fail_payout", "payout", "status", "failed"),
    ("cancel_payout", "payout", "status", "canceled"),
    ("expire", "session", "status", "expired"),
    ("refund", "charge", "refunded", True),
]


@pytest.mark.parametrize(("button", "kind", "name", "value"), PRESSED)
def test_a_button_does_what_it_says(
    rehearsed: Rehearsal, payer: Client, button: str, kind: str, name: str, value: object
) -> None:
    made = everything(rehearsed)
    answer = payer.post(DASHBOARD, data={"do": button, "id": made[kind]})
    assert (answer.status_code, answer.location) == (303, DASHBOARD)
    assert rehearsed.fake.look(made[kind])[name] == value


def test_buttons_for_the_whole_account(rehearsed: Rehearsal, payer: Client) -> None:
    everything(rehearsed)
    before = rehearsed.fake.now()
    for button in ("stripe_fee", "settle", "advance_day", "make_payout"):
        assert payer.post(DASHBOARD, data={"do": button}).status_code == 303
    assert rehearsed.fake.now() >= before + 86_400
    assert rehearsed.client.v1.balance.retrieve().available[0].amount == 0


def test_a_part_is_refunded_and_what_is_no_amount_is_not(rehearsed: Rehearsal, payer: Client) -> None:
    charge = everything(rehearsed)["charge"]
    for typed in ("¥1,000", "500"):
        assert payer.post(DASHBOARD, data={"do": "refund", "id": charge, "amount": typed}).status_code == 303
    assert rehearsed.fake.look(charge)["amount_refunded"] == 1500
    for typed in ("half", "1.5", "9999"):
        answer = payer.post(DASHBOARD, data={"do": "refund", "id": charge, "amount": typed})
        assert answer.status_code == 422
        assert "That was not possible" in words_of(answer)


def test_what_is_not_possible_is_said(rehearsed: Rehearsal, payer: Client) -> None:
    made = everything(rehearsed)
    rehearsed.fake.close_dispute(made["dispute"], won=True)
    answer = payer.post(DASHBOARD, data={"do": "win", "id": made["dispute"]})
    assert "is closed already" in words_of(answer)
    assert "no such button" in words_of(payer.post(DASHBOARD, data={"do": "steal"}))
    assert payer.post(DASHBOARD, data={"do": "send_all"}).status_code == 303
    elsewhere = next(account for account in rehearsed.fake.accounts if account != HERE.id)
    answer = payer.post(f"/dashboard/{elsewhere}", data={"do": "lose", "id": made["dispute"]})
    assert "not in this account" in words_of(answer)
    answer = payer.post(DASHBOARD, data={"do": "send_again", "id": made["event"]})
    assert "not taken (status 0)" in words_of(answer)


def test_the_first_page_leads_to_the_dashboards(rehearsed: Rehearsal, payer: Client) -> None:
    assert payer.get("/").location == "/dashboard"
    assert "Keyaki Time Bank" in words_of(payer.get("/dashboard"))
    assert "Hinoki" in words_of(payer.get("/dashboard"))


def test_where_there_is_one_account_the_first_page_is_its_dashboard() -> None:
    with DevStripe(None, [HERE]) as fake:
        assert Client(fake.wsgi).get("/dashboard").location == DASHBOARD


def test_both_languages_say_the_same_things() -> None:
    assert WORDS["en"].keys() == WORDS["ja"].keys()
    assert STATES["en"].keys() == STATES["ja"].keys()
    for key, text in WORDS["en"].items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", WORDS["ja"][key]))


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [(3000, "jpy", "¥3,000"), (-1500, "jpy", "−¥1,500"), (123_405, "usd", "$1,234.05")],
)
def test_an_amount_is_written_as_people_write_it(amount: int, currency: str, written: str) -> None:
    assert money(amount, currency) == written


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_gift_is_paid_in_a_browser_and_followed_to_the_dashboard(
    rehearsed: Rehearsal,
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    language: str,
) -> None:
    # Another origin than the page's, as the application is: a policy that is too strict would stay here.
    thanks = rehearsed.url.replace("127.0.0.1", "localhost") + "/thanks"
    session = a_gift(rehearsed.client, success_url=thanks, locale=language, **KONBINI)
    everything(rehearsed)
    page = page_factory(width=320, language=language)
    page.goto(str(session.url))
    assert_accessible(page)
    assert_nothing_is_cut_off(page)
    page.click("button[value=decline]")
    assert_accessible(page)
    page.click("button[value=later]")
    assert_accessible(page)
    page.click("a.button")
    assert page.url == thanks
    page.goto(rehearsed.url + DASHBOARD)
    page.click("button[value=pay_voucher] >> nth=0")
    assert page.url == f"{rehearsed.url}{DASHBOARD}#payments"
    assert_accessible(page)
    assert_nothing_is_cut_off(page)
    again = a_gift(rehearsed.client, success_url=thanks)
    page.goto(str(again.url))
    page.fill("#email", "mitsuko@example.org")
    page.click("button[value=pay]")
    assert page.url == thanks
