"""Every page of the demo community that can be opened, as everybody who may sign in, in both languages."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.builders import written
from tests.databases import SQLite
from tests.demo import demo_copy
from tests.demo import passwords
from tests.demo_more import asked_about_purpose
from tests.demo_more import asked_as_guardian
from tests.demo_more import first_sign_in
from tests.demo_more import help_is_paid
from tests.demo_more import hours_cross
from tests.demo_more import invited
from tests.demo_more import regular
from tests.demo_more import the_demo
from tests.demo_more import written_by_hand
from tests.house_money import nobody_knows
from tests.servers import application
from tests.webpages import WebPage
from tests.webpages import read_page
from tests.webpages import without
from timebank.cli.demo_data import SLUG
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.contacts.models import ContactDetail
from timebank.contacts.models import SharingRules
from timebank.donations.models import Donation
from timebank.donations.models import DonationByHand
from timebank.donations.models import GiftInKind
from timebank.donations.models import GivingRule
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import ExchangeEvent
from timebank.funds.models import Fund
from timebank.funds.models import PurposeChange
from timebank.hands.models import TrustOffer
from timebank.joining.models import Application
from timebank.joining.models import Invitation
from timebank.licences.models import Licence
from timebank.licences.models import LicenceKind
from timebank.members.models import TRUSTED
from timebank.members.models import Guardian
from timebank.members.models import Hand
from timebank.members.models import HandEvent
from timebank.members.models import Member
from timebank.memberships.models import MembershipRule
from timebank.memberships.models import Plan
from timebank.mydata.models import DataRequest
from timebank.payments.particulars import LONGEST_PARTICULARS
from timebank.payments.particulars import Particulars
from timebank.people.models import Person
from timebank.people.models import ShownSignIn
from timebank.pools.models import Pool
from timebank.pools.models import PoolEvent
from timebank.pools.models import PoolTransfer
from timebank.presents.models import Present
from timebank.purposes.models import PurposeGiver
from timebank.receipts.models import Receipt
from timebank.receipts.models import TaxWords
from timebank.settings import LANGUAGES
from timebank.standing.models import Arrangement
from timebank.support.models import SupportExpense
from timebank.support.proposal_models import SupportProposal
from timebank.tickets.models import TicketOffer

#: One of each role, and somebody who has not signed in.
WHO = {
    "a member": "001",
    "the coordinator": "005",
    "the treasurer": "006",
    "the steward": "007",
    "the auditor": "auditor@kadoma.example",
    "one of a household": "naoki@kadoma.example",
    "whoever is trusted": "keiko@kadoma.example",
    "a stranger": "",
}
#: What an address is about, of which some were opened that stand for all.
STAND_FOR_ALL = {
    *("exchange_id", "member_id", "kind_id", "pool_id", "transfer_id", "present_id", "request_id", "leak_id"),
    *("filename", "application_id", "fund_id", "gift_id", "kind_gift_id", "arrangement_id"),
}
#: Here, elsewhere, not yours, not there: nothing else happens to somebody who only looks.
ANSWERS = {200, 303, 403, 404}

#: Latin words that are Japanese, too, are somebody's own name for something, or show what can be typed.
LATIN_IN_JAPANESE = re.compile(
    r"\b([A-Z]\w+/\w+|docs/stripe\.md|Stripe|UTC|CSV|JSON|PDF|PNG|JPEG|kB|MB|A4|JPY|ID|English|Enter|h|m|min)\b",
    re.ASCII,
)
#: A word that somebody forgot to mark or to translate.
ENGLISH = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody found at an address."""

    path: str
    status: int
    #: None where it is no page: a file, or a way to another page.
    page: WebPage | None


@pytest.fixture(scope="module")
def demo(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application with the demo community; its forms ask for their tokens, and nobody has mail."""
    mail_folder = str(tmp_path_factory.mktemp("mail"))
    with (
        demo_copy(sqlite, paid_for=True) as url,
        application(url, TIMEBANK_DEMO="1", MAIL_FOLDER=mail_folder) as app,
    ):
        yield app


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def walks() -> dict[tuple[str, str], list[Seen]]:
    """What was seen already: tests come in any order, and one walk is enough for all of them."""
    return {}


@pytest.fixture(params=WHO)
def seen(
    request: pytest.FixtureRequest, demo: Flask, language: str, walks: dict[tuple[str, str], list[Seen]]
) -> list[Seen]:
    """Everything that somebody finds who opens every address and follows every link."""
    walk = (WHO[request.param], language)
    if walk not in walks:
        walks[walk] = _walk(demo, *walk)
    return walks[walk]


def _walk(app: Flask, name: str, language: str) -> list[Seen]:
    client = _signed_in(app, name, language)
    waiting, seen = written(app, lambda session: _addresses(app, session)), dict[str, Seen]()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen[path] = _open(client, path)
            page = seen[path].page
            waiting += [link for link in page.links if _is_new(app, link, seen)] if page else []
    return list(seen.values())


def _signed_in(app: Flask, name: str, language: str) -> FlaskClient:
    client = app.test_client()
    page = read_page(client.get(f"/{SLUG}/sign-in").text)
    switched = client.post("/language", data={"language": language, "csrf_token": page.token})
    assert switched.status_code == 303
    if name:
        password = passwords(create_engine(app.config["SQLALCHEMY_DATABASE_URI"]))[name]
        known = {"name": name, "password": password, "csrf_token": page.token}
        answer = client.post(f"/{SLUG}/sign-in", data=known)
        assert answer.status_code == 303
        if answer.headers["Location"].endswith("/second-step"):
            asked = client.get(answer.headers["Location"]).text
            code = re.findall(r"\b\d{6}\b", asked)[0]
            known = {"code": code, "csrf_token": read_page(asked).token}
            assert client.post(answer.headers["Location"], data=known).status_code == 303
    return client


def _addresses(app: Flask, session: Session) -> list[str]:
    """List every address that can be opened: with two members, and an exchange in each of its states."""
    told = select(SupportProposal.exchange_id)
    first = select(Exchange.id).where(Exchange.joint_id.is_(None), Exchange.id.not_in(told))
    first = first.order_by(Exchange.id.desc())
    known: dict[str, list[object]] = {
        "community": [SLUG],
        "member_id": [1, 8, 9_999],
        "other_id": [2, 8],
        "exchange_id": [
            *(
                session.scalars(first.where(Exchange.state == state)).first() or 0
                for state in _states(session)
            ),
            session.scalars(select(Exchange.id).where(Exchange.joint_id.is_not(None))).first() or 0,
            *session.scalars(told),
        ],
        "kind_id": [1],
        "person_id": [*session.scalars(select(Hand.person_id).where(Hand.acts_as == TRUSTED)), 9_999],
        "token": ["nobodys"],
        "trust_token": ["nobodys"],
        "licence_kind_id": [1, 9_999],
        "licence_id": [1, 9_999],
        "pool_id": [1, 9_999],
        "application_id": [*session.scalars(select(Application.id)), 9_999],
        "invitation_id": [1, 9_999],
        "code": ["nobodys", invited(session)],
        "guardian_token": ["nobodys", asked_as_guardian(session)],
        "first_token": ["nobodys", first_sign_in(session)],
        "transfer_id": [1, 4, 9_999],
        "present_id": [1, 9_999],
        "request_id": [1, 9_999],
        "leak_id": [1, 9_999],
        "fund_id": [1, 9_999],
        "spending_id": [9_999],
        "journal_id": [written_by_hand(session), 9_999],
        "payment_token": ["nobodys"],
        "regular_token": ["nobodys", regular(session)],
        "regular_id": [9_999],
        "movement_id": [nobody_knows(session, the_demo(session), "a gift"), 9_999],
        "plan_id": [1, 9_999],
        "fee_id": [1, 9_999],
        "payment_id": [9_999],
        "purpose_token": ["nobodys", *asked_about_purpose(session)],
        "change_id": [*session.scalars(select(PurposeChange.id)), 9_999],
        "purpose_giver_id": [*session.scalars(select(PurposeGiver.id)), 9_999],
        "gift_id": [*session.scalars(select(DonationByHand.donation_id)), 9_999],
        "gift_year": [2026, 1999],
        "kind_gift_id": [*session.scalars(select(GiftInKind.id)), 9_999],
        "receipt_id": [*session.scalars(select(Receipt.id)), 9_999],
        "gift_token": ["nobodys"],
        "printing_id": [9_999],
        "words_id": [*session.scalars(select(TaxWords.id)), 9_999],
        "stamp_id": [9_999],
        "arrangement_id": [*session.scalars(select(Arrangement.id)), 9_999],
        **help_is_paid(session),
        **hours_cross(session),
    }
    adapter = app.url_map.bind("localhost")
    found = ["/nowhere/", "/nowhere/at/all", f"/{SLUG}/nowhere-at-all"]
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            values = [{}] if not rule.arguments else _combined(known, sorted(rule.arguments))
            found += [adapter.build(rule.endpoint, one) for one in values]
    return found


def _states(session: Session) -> list[str]:
    return list(session.scalars(select(Exchange.state).distinct()))


def _combined(known: dict[str, list[object]], names: list[str]) -> list[dict[str, object]]:
    """Combine every known value of one name with the first of the others."""
    usual = {name: known[name][0] for name in names}
    return [usual | {name: value} for name in names for value in known[name]]


def _open(client: FlaskClient, path: str) -> Seen:
    answer = client.get(path)
    is_page = answer.mimetype == "text/html" and not 300 <= answer.status_code < 400
    return Seen(path, answer.status_code, read_page(answer.text) if is_page else None)


def _is_new(app: Flask, link: str, seen: dict[str, Seen]) -> bool:
    """Say whether a link leads to a page of ours that no address of the list is like."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path or link in seen:
        return False
    try:
        _endpoint, values = app.url_map.bind("localhost").match(parts.path)
    except RequestRedirect:
        return True
    except HTTPException:
        pytest.fail(f"a page has a link to {link}, where nothing is")
    return not STAND_FOR_ALL & set(values)


def test_no_page_leads_to_where_its_reader_may_not_go(seen: list[Seen], demo: Flask) -> None:
    """What the right is missing for is not offered; a page of the same kind tells that it is."""
    adapter = demo.url_map.bind("localhost")

    def kind(path: str) -> str:
        return str(adapter.match(urlsplit(path).path)[0])

    answers: dict[str, set[int]] = defaultdict(set)
    for one in seen:
        if not one.path.startswith("/nowhere") and "/nowhere" not in one.path:
            answers[kind(one.path)].add(one.status)
    closed = {name for name, found in answers.items() if found == {403}}
    pages = [(one.path, one.page) for one in seen if one.page is not None and one.status == 200]
    links = {(path, link) for path, page in pages for link in page.links if link.startswith("/")}
    assert {(path, link) for path, link in links if kind(link) in closed} == set()


def test_every_page_can_be_opened_or_says_why_not(seen: list[Seen]) -> None:
    assert len(seen) > 30
    assert [(one.path, one.status) for one in seen if one.status not in ANSWERS] == []


def test_every_page_says_its_language_its_title_and_one_heading(seen: list[Seen], language: str) -> None:
    pages = [one for one in seen if one.page]
    wrong = [
        (one.path, one.page.lang, one.page.title, one.page.first_headings)
        for one in pages
        if one.page
        if one.page.lang != language or not one.page.title.strip(" ·\n") or one.page.first_headings != 1
    ]
    assert pages
    assert wrong == []


def test_every_form_that_changes_something_carries_its_token(seen: list[Seen]) -> None:
    forms = [(one.path, form) for one in seen if one.page for form in one.page.forms]
    assert forms
    assert [(path, form.action) for path, form in forms if not form.has_token] == []


def test_no_page_has_a_script_or_style_inside(seen: list[Seen]) -> None:
    assert [(one.path, one.page.inline) for one in seen if one.page and one.page.inline] == []


@pytest.mark.parametrize("language", ["ja"], indirect=True)
def test_nothing_is_left_in_english_on_a_japanese_page(seen: list[Seen], demo: Flask) -> None:
    own = written(demo, _written_by_people)
    left = {
        text: one.path
        for one in seen
        if one.page
        for text in (one.page.title, *one.page.texts)
        if ENGLISH.search(LATIN_IN_JAPANESE.sub(" ", without(text, own)))
    }
    assert left == {}


def _written_by_people(session: Session) -> list[str]:
    """List every text of the demo's people, which stays as they wrote it; the longest first."""
    columns = (
        *(Community.name, Community.legal_form, Community.address, Community.slug),
        *(Member.name, Member.reading, Member.district, HelpKind.name, Person.email),
        *(LicenceKind.name, Licence.note),
        *(Arrangement.words, ContactDetail.value, SharingRules.words, DataRequest.words),
        *(Exchange.description, ExchangeEvent.reason, HandEvent.called, TrustOffer.called),
        *(Application.name, Application.reading, Application.other_way, Application.could_do),
        *(Application.would_help, Application.reason, Application.guardian_name, Invitation.note),
        *(Application.email, Application.guardian_email),
        *(Guardian.name, Guardian.reached_by),
        *(Pool.name, Pool.purpose, PoolTransfer.words, PoolEvent.reason, Present.words),
        *(Fund.name, Fund.slug, Fund.purpose, GivingRule.words),
        *(Donation.name, Donation.message, Donation.dedicated_to, Donation.address),
        *(GiftInKind.name, GiftInKind.what, GiftInKind.activity),
        *(getattr(Particulars, name) for name in LONGEST_PARTICULARS),
        *(SupportExpense.what, SupportExpense.no_receipt_because, SupportExpense.note),
        TicketOffer.name,
        *(Plan.name, Plan.words, Plan.refund, MembershipRule.bank, MembershipRule.post_office),
        *(ShownSignIn.label, ShownSignIn.sign_in_name, ShownSignIn.password),
    )
    # Each line of a text stands by itself on a page.
    texts = {
        " ".join(line.split())
        for column in columns
        for text in session.scalars(select(column))
        for line in (text or "").split("\n")
        if line
    }
    return sorted(texts, key=len, reverse=True)


@pytest.mark.parametrize(
    ("text", "is_left"), [("Save", True), ("保存する Save", True), ("CSV（表計算）", False)]
)
def test_english_would_be_noticed(text: str, is_left: bool) -> None:
    assert bool(ENGLISH.search(LATIN_IN_JAPANESE.sub(" ", text))) is is_left
