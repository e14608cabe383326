"""A month of paid support to its end: three visits, shopping, bills, a file for the bank, an envelope.

The hours that were kept by it are used in Enshu; a time bank for hours alone beside it sees none of this.
"""

from collections.abc import Callable
from datetime import date
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import written
from tests.journeys.across import ENSHU
from tests.journeys.across import gives
from tests.journeys.across import owed
from tests.journeys.across import two_agree
from tests.journeys.across import uses
from tests.journeys.booklets import buys
from tests.journeys.booklets import sells_tickets
from tests.journeys.eyes import Eyes
from tests.journeys.walking import balance_of
from tests.journeys.walking import come_in
from tests.journeys.walking import follow
from tests.journeys.walking import press
from tests.journeys.walking import words
from tests.servers import LiveServer
from tests.timebank.banks.passbook import read
from tests.timebank.documents.test_vouchers import a_photograph
from timebank import books
from timebank import clock
from timebank.banks.proof import check_banks
from timebank.between.proof import check_between
from timebank.cli.demo_data import SLUG
from timebank.communities.service import find_community
from timebank.devstripe import DevStripe
from timebank.documents.proof import check_documents
from timebank.exchanges.proof import check_exchanges
from timebank.members.models import Member
from timebank.support.proof import check_support
from timebank.tickets.proof import check_tickets

pytestmark = pytest.mark.browser

COORDINATES, TREASURER = "005", "006"
#: Who receives; who keeps hours and shops, who takes money, and who gives it away.
RECEIVER, SHOPS, EARNS, GIVES = "010", "014", "011", "013"
MONEY = {
    "en": ("¥2,080", "¥480", "¥600"),
    "ja": ("2,080円", "480円", "600円"),
}


class Month:
    """The journey's way through the pages."""

    def __init__(self, page: Page, eyes: Eyes, server: LiveServer, language: str) -> None:
        self.page, self.eyes, self.server, self.language = page, eyes, server, language
        self.word = words(language)
        self.main = page.get_by_role("main")

    def comes(self, name: str) -> None:
        self.page.context.clear_cookies()
        come_in(self.page, self.server, name, self.language)
        self.eyes.look()

    def opens(self, path: str) -> None:
        self.page.goto(f"{self.server.url}/{SLUG}/support/{path}")
        self.eyes.look()

    def reads(self, *texts: str) -> None:
        for one in texts:
            expect(self.main).to_contain_text(one)

    def fills(self, **typed: str) -> None:
        """Fill in fields by the name that the form sends."""
        for name, value in typed.items():
            self.page.locator(f"[name='{name}']").first.fill(value)

    def ticks(self, **chosen: str) -> None:
        for name, value in chosen.items():
            self.page.locator(f"[name='{name}'][value='{value}']").check()

    def presses(self, label: str) -> None:
        press(self.page, self.word(label))
        self.eyes.look()

    def follows(self, label: str) -> None:
        follow(self.page, self.word(label))
        self.eyes.look()


def id_of(server: LiveServer, number: str) -> int:
    def asked(session: Session) -> int:
        community = find_community(session, SLUG)
        assert community
        found = select(Member.id).where(Member.community_id == community.id, Member.number == number)
        return session.scalars(found).one()

    return written(server.app, asked)


def balances(session: Session) -> dict[str, int]:
    community = find_community(session, SLUG)
    assert community
    return {
        one.code: one.balance
        for one in ledger.trial_balance(session, community.book_id)
        if one.commodity == "JPY" and one.balance
    }


def faults(session: Session) -> list[str]:
    found = [*ledger.prove(session).faults, *check_exchanges(session), *check_support(session)]
    found += [*check_tickets(session), *check_banks(session), *check_documents(session)]
    return [*found, *check_between(session)]


@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [
        pytest.param("en", 1280, True, id="in English on a desk"),
        pytest.param("ja", 320, False, id="in Japanese on a small phone without JavaScript"),
    ],
)
def test_a_month_of_paid_support_is_lived_through_and_settled(
    rehearsed: tuple[LiveServer, DevStripe],
    page_factory: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
    language: str,
    width: int,
    javascript: bool,
) -> None:
    server, fake = rehearsed
    today = clock.today("Asia/Tokyo")
    last_month = today.replace(day=1) - timedelta(days=5)
    written(server.app, lambda session: sells_tickets(session, last_month.replace(day=1)))
    page = page_factory(width=width, javascript=javascript)
    eyes = Eyes(page, language=language, accessible=assert_accessible if javascript else None)
    month = Month(page, eyes, server, language)
    month.comes(RECEIVER)
    month.opens("mine")
    before = written(server.app, balances)
    stripe = server.app.config["TIMEBANK_STRIPE"].checkout
    fake.pay_voucher(buys(page, eyes, language, stripe=stripe, told=fake.wait_until_idle))
    assert fake.wait_until_idle()
    month.comes(COORDINATES)
    visits(month, today, last_month, tmp_path)
    month.comes(TREASURER)
    closes(month, last_month)
    pays_out(month)
    after, receiver = written(server.app, balances), id_of(server, RECEIVER)
    moved = {code: after.get(code, 0) - before.get(code, 0) for code in after.keys() | before.keys()}
    assert {code: amount for code, amount in moved.items() if amount and not code.startswith("stripe")} == {
        books.CASH: 2080 - 480,
        books.BANK: -600,
        books.SUPPORT: -2400,
        "expenses:support:thanks": 1200,
        # Given away; nothing is owed any more, and of five tickets one is used.
        "donations:general": -600,
        books.tickets_code(receiver): -3200,
        # Two hours are kept, and one that was is given out: what stands for the other is still laid apart.
        books.fund_code(books.KEPT_FUND): -600,
        books.GENERAL: 600,
    }
    assert sum(after.values()) == 0
    written(server.app, two_agree)
    month.comes(SHOPS)
    kept = balance_of(server, SHOPS)
    gives(page, eyes, language, "2:00", booked=lambda: balance_of(server, SHOPS) == kept - 120)
    uses(page, eyes, server, language, arrived="1:30", left="0:30")
    assert written(server.app, owed) == (-120, 90)
    sees_nothing(month)
    assert written(server.app, faults) == []


def sees_nothing(month: Month) -> None:
    """Look around in Enshu, where nothing was ever paid for: no page and no word tells of it."""
    for path in ("mine", "visits/", "tickets/", "months/", "owed/"):
        answer = month.page.goto(f"{month.server.url}/{ENSHU}/support/{path}")
        assert answer
        assert answer.status in {403, 404}
    month.page.goto(f"{month.server.url}/{ENSHU}/")
    for label in ("What help costs", "What I owe and get"):
        expect(month.page.get_by_role("link", name=month.word(label))).to_have_count(0)


def visits(month: Month, today: date, last_month: date, folder: Path) -> None:
    """Write three visits down: with shopping, for hours, and with a ticket."""
    photograph = folder / "IMG_0001.jpg"
    photograph.write_bytes(a_photograph())
    known = {"receiver": RECEIVER, "hours": "1:00"}
    # Two hours on the bill; whoever gave keeps them, and has shopped.
    month.opens("visits/new")
    month.fills(giver=SHOPS, date=last_month.isoformat(), **known | {"hours": "2:00"})
    month.ticks(pays="bill", takes="hours", heard="slip")
    month.presses("Look at it first")
    month.presses("Save")
    exchange = month.page.url.rsplit("/", 1)[1]
    month.opens(f"visits/{exchange}/expenses")
    month.follows("Write an expense down")
    month.fills(what="パン", amount="480", spent_on=last_month.isoformat())
    month.ticks(borne_by="receiver")
    month.page.locator("[name='file']").set_input_files(photograph)
    month.presses("Write it down")
    month.reads(MONEY[month.language][1])
    # An hour is paid with an hour, and thanked from what was laid apart.
    month.opens("visits/new")
    month.fills(giver=EARNS, date=last_month.isoformat(), **known)
    month.ticks(pays="hours", takes="thanks", heard="telephone")
    month.presses("Look at it first")
    month.reads(MONEY[month.language][2])
    month.presses("Save")
    # And one with a ticket.
    month.opens("visits/new")
    month.fills(giver=GIVES, date=today.isoformat(), **known)
    month.ticks(pays="tickets", takes="thanks", heard="in-person")
    month.presses("Look at it first")
    month.presses("Save")


def closes(month: Month, last_month: date) -> None:
    """Read the month, print its bill, close it, and take the money for it."""
    month.opens(f"months/?month={last_month:%Y-%m}")
    bill, laid_out, _thanks = MONEY[month.language]
    month.reads(bill, laid_out)
    month.follows("Bills for paper")
    month.reads(bill, "パン")
    month.follows("Back")
    month.presses("Close this month")
    expect(month.page.get_by_role("button", name=month.word("Close this month"))).to_have_count(0)
    month.opens(f"owed/{id_of(month.server, RECEIVER)}")
    month.follows("Write down that it was paid")
    month.ticks(way="cash")
    month.presses("Write it down")


def pays_out(month: Month) -> None:
    """Give thanks away for one, send them to another by the bank, and put the shopping into an envelope."""
    gives, earns = id_of(month.server, GIVES), id_of(month.server, EARNS)
    month.opens(f"owed/{gives}/gives")
    month.presses("Give it")
    month.opens(f"owed/{earns}/bank")
    month.fills(bank_code="9900", number="10530-12345671", holder="かとう だいすけ")
    month.presses("Save")
    month.opens("transfers/")
    month.follows("Say from which account the group pays")
    month.fills(consignor_code="0123456789", consignor="カドマ タスケアイ", bank_code="9900")
    month.fills(branch_code="018", number="7654321")
    month.presses("Save")
    month.follows("Make a file")
    month.presses("Make the file")
    month.reads("1234567")
    month.page.locator("[name='looked']").check()
    month.presses("Make the file")
    with month.page.expect_download() as taken:
        month.page.get_by_role("link", name=month.word("Take the file along")).click()
    found = read(taken.value.path().read_bytes())
    assert [(one["holder"], int(one["amount"])) for one in found.lines] == [("ｶﾄｳ ﾀﾞｲｽｹ", 600)]
    month.follows("The bank has paid")
    month.presses("Write it down")
    month.opens("envelopes")
    month.reads(MONEY[month.language][1])
    month.presses("Write it down")
