"""Words that want to be more than words: scripts in pages, formulas in files, lines in headers."""

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.attacks.visitor import SIGN_IN
from tests.attacks.visitor import Answer
from tests.attacks.visitor import Attacked
from tests.attacks.visitor import somebody
from tests.builders import a_member
from tests.builders import an_exchange
from tests.builders import written
from tests.commands import answer
from tests.commands import timebank
from tests.filled_forms import FORMS
from tests.house import HERE
from tests.house import House
from tests.webpages import read_page
from timebank.communities.models import Community
from timebank.mail.models import Mail
from timebank.rates.models import EXTRAS
from timebank.web.safety import CONTENT_SECURITY_POLICY

pytestmark = pytest.mark.slow

#: Closes whatever it may stand in, and would then be an element, a handler or a template's expression.
SCRIPT = "</textarea></title>\"'><attack onerror=alert(1)>{{7919*7907}}<script>alert(1)</script>"
#: What fields of at most twenty signs take of it.
SHORT = '"><attack onload=x>'
#: Which fields hold somebody's words, form by form; what else a form asks for stays as it is filled in.
WORDS = {
    "exchanges.log": ("description",),
    "exchanges.joint": ("description",),
    "desk.for_others": ("description",),
    "exchanges.decline": ("reason",),
    "exchanges.dispute": ("reason",),
    "desk.answer": ("reason",),
    "desk.settle": ("reason",),
    "desk.close": ("reason",),
    "desk.withdraw": ("reason",),
    "desk.reverse": ("reason",),
    "joining.apply": (
        *("name", "reading", "other_way", "could_do", "would_help", "guardian_name", "guardian_reached_by"),
    ),
    "applicants.enter": ("name", "reading", "other_way", "could_do", "would_help", "guardian_name"),
    "applicants.guardian": ("guardian_name", "guardian_reached_by"),
    "applicants.decline": ("reason",),
    "invitations.new": ("note",),
    "members.enter": ("name", "reading", "district"),
    "members.limit": ("reason",),
    "members.suspend": ("reason",),
    "members.resume": ("reason",),
    "pools.open_one": ("name", "purpose"),
    "pools.give": ("note",),
    "pools.give_for": ("note",),
    "pools.grant": ("reason",),
    "pools.take_back": ("reason",),
    "between.give": ("note",),
    "between.give_for": ("note",),
    "between.take_back": ("reason",),
    "agreements.propose": ("words",),
    "presents.give": ("words",),
    "presents.give_for": ("words",),
    "presents.take_back": ("reason",),
    "fee_receipts.own": ("name", "address"),
    "gifts.receipt": ("name", "address"),
    "gifts.receipt_for_year": ("name", "address"),
    "donations.give": ("name", "reading", "message", "address", "dedicated_to"),
    "gifts.write_down": ("name", "reading", "message", "address", "dedicated_to"),
    "gifts.write_down_in_kind": ("what", "activity", "name", "reading", "address"),
    "gifts.take_back": ("reason",),
    "identify_gifts.identify": ("name", "reading", "address"),
    "gifts.take_back_in_kind": ("reason",),
    "donations.rule": ("words",),
    "payments.change": (
        *("seller", "responsible", "address", "telephone", "extra_costs", "ways_to_pay", "when_due"),
        *("when_delivered", "stepping_back"),
    ),
    "fees.take_back": ("reason",),
    "plans.open_one": ("name", "words", "refund"),
    "plans.change": ("words", "refund"),
    "plans.rule": ("bank", "post_office"),
    "visits.write_down": ("description",),
    "amending.visit": ("description", "reason"),
    "standing.new": ("words",),
    "standing.change": ("words",),
    "standing.end": ("reason",),
    "visits.take_back": ("reason",),
    "cancelled.take_back": ("reason",),
    "proposals.log": ("description",),
    "proposals.decline": ("reason",),
    "transfers.throw_away": ("reason",),
    "transfers.came_back": ("reason",),
    "expenses.write_down": ("what", "no_receipt_because", "note"),
    "expenses.decline": ("reason",),
    "expenses.take_back": ("reason",),
    "thanks.give": ("address",),
    "ticket_desk.give_back": ("reason",),
    "ticket_desk.take_back": ("reason",),
    "ticket_piles.take_back": ("reason",),
    "ticket_offers.open_one": ("name",),
    "prepaid_desk.give_back": ("reason",),
    "prepaid_desk.take_back": ("reason",),
    "rate_settings.set_terms": ("registration",),
    "rate_settings.keeping": ("words",),
    "rate_settings.set_rate": ("words",),
    "gift_receipts.show": ("name", "address"),
    "receipt_settings.change": ("name", "seat"),
    "receipt_settings.add_words": ("words",),
    "journal.write": ("words",),
    "journal.by_template": ("words",),
    "journal.take_back": ("reason",),
    "journal.accounts": ("name",),
    "funds.open_one": ("name", "purpose"),
    "funds.change": ("purpose",),
    "funds.spend": ("words",),
    "funds.take_back": ("reason",),
    "purposes.ask": ("decision", "decided_by"),
    "funds.end": ("reason",),
    "doubles.join": ("reason",),
    "licences.take_off": ("reason",),
    "licences.list_of_kinds": ("name",),
    "licences.write_down": ("note",),
    "licences.many": ("note",),
    "communities.kinds": ("name",),
    "communities.change": ("name", "legal_form", "address", "telephone"),
    "contacts.own": ("address", "other"),
    "contact_desk.write": ("value",),
    "sharing.change": ("words",),
    "households.settle": ("reason",),
    "hands.of_member": ("name",),
    "trust.name": ("name",),
    "trust.name_for": ("name",),
    "mydata.ask": ("words",),
    "data_requests.ask_for": ("words",),
    "data_requests.answer": ("answer",),
    "leaks.write": ("happened", "what", "cause", "harm", "measures"),
    "leaks.change": ("happened", "cause"),
    "leaks.tell": ("words",),
    "farewells.left": ("reason",),
    "farewells.take_back": ("reason",),
    "farewells.died": ("contact",),
}
#: Fields that no form lets hold just anything.
NO_WORDS = {
    *("every", "repeats", "rate_here", "rate_there", "offered", "most", "member"),
    *("starts_on", "provider", "late_hours", "wage", "standard", "reduced", "tax_number"),
    *("general_pays", "giver", "receiver", "begins", "km", "first", "second", "pays", "takes"),
    *("paid_hours", "thanked_hours", "numbers"),
    *("spent_on", "borne_by", "carrying", "second_officer", "month"),
    # Figures, and names in the few characters that banks write.
    *("bank_code", "branch_code", "holder", "consignor", "consignor_code"),
    *("pays_on", "looked", "paid_on", "accounts"),
    *("shown", "who", "wants_receipt", "name_hidden"),
    *("came_on", "weekdays", "nths", "first_on", "last_on"),
    *("buyer", "offer", "tickets", "face", "months", "on_paper", "given_on", "refunds", "limit", "days"),
    *("paid", "price", "thanks", "unit", "least", "evening_from", "evening_until", "way_by", "way"),
    *(f"{what}_{part}" for what in EXTRAS for part in ("price", "thanks")),
    *("tax_class", "is_business", "posted_on", "sort"),
    *(f"{what}_{line}" for what in ("account", "debit", "credit") for line in range(1, 13)),
    *("key", "hours", "date", "kind", "direction", "other", "others"),
    *("givers", "receivers", "shared", "word"),
    *("heard", "giver", "receiver", "since", "answer", "number", "limit", "ceiling", "email", "password"),
    *("old_password", "roles", "language", "time_zone", "year_begins_month", "currency", "started_on"),
    *("rounding_minutes", "answer_days", "kept", "until", "ends_on", "members", "who", "member", "ticks"),
    *("telephone_audience", "email_audience", "address_audience", "other_audience", "audience"),
    *("widest", "suggested", "version", "stays", "granted", "sure", "noticed_on"),
    *("unbooked_days", "reasons_days", "requests_days", "backups_days"),
    *("code", "secret", "password_or_code"),
    *("uses_agreed", "health_agreed", "under_18", "guardian_email", "signed_on", "guardian_signed_on"),
    *("agreed", "uses", "good_until", "takes"),
    *("amount", "fund", "open", "least", "konbini", "slug", "nature", "spent_on"),
    *("plan", "years", "way", "paid_on", "payer", "fee", "for_kind", "carries"),
    *("early_days", "grace_days", "days_before", "days_after"),
    *("way", "given_on", "dedication", "receipt_for"),
    *("valid_from", "valid_until"),
    *("to_fund", "decided_on", "answer_by", "handed_on"),
    *("how", "again"),
}


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)


def assert_only_words(page: Answer, where: str) -> None:
    """Nothing of what somebody wrote may have become a part of the page."""
    assert page.status != 500, where
    assert page.header("Content-Security-Policy") == CONTENT_SECURITY_POLICY, where
    if page.header("Content-Type").startswith("text/html"):
        reader = _Elements()
        reader.feed(page.text)
        assert "attack" not in reader.found, where
        assert read_page(page.text).inline == [], where
        assert "62615533" not in page.text, where


def pages_of(house: House) -> Iterator[str]:
    """Spell every address that can be opened, about everything that there is."""
    for endpoint in sorted(house.app.view_functions):
        if "GET" in house.methods(endpoint):
            ids = house.arguments(endpoint) & set(house.here)
            for on in [on for name in ids for on in house.here[name]] or [""]:
                yield house.address(endpoint, on)


def test_every_field_of_every_form_is_known() -> None:
    fields = {name for endpoint, form in FORMS.items() if endpoint != "people.sign_in" for name in form.data}
    words = {name for names in WORDS.values() for name in names}
    assert fields - words - NO_WORDS == set(), "Say in WORDS or NO_WORDS what these fields hold"
    assert set(WORDS) <= set(FORMS)


def test_a_script_in_any_field_stays_words_on_every_page(attacked: Attacked, tmp_path: Path) -> None:
    people = {
        role: somebody(attacked, role)
        for role in ("giver", "receiver", "other", "coordinator", "steward", "treasurer", "stranger")
    }
    for endpoint, names in WORDS.items():
        form, by = FORMS[endpoint], people[FORMS[endpoint].by]
        typed = {name: SHORT if name == "telephone" else f"{endpoint} {name} {SCRIPT}" for name in names}
        # Other tests may have logged the same hours.
        known = {**form.data, **(form.fresh(attacked.house) if form.fresh else {})}
        whole = {**known, **typed, **({"again": "y"} if "key" in form.data else {})}
        path = attacked.house.address(endpoint, form.on)
        sent = by.post(path, whole)
        seen = re.search(r'name="seen"[^>]*value="([^"]+)"', sent.text)
        if sent.status == 422 and seen:
            assert_only_words(sent, endpoint)
            sent = by.post(path, {**whole, "seen": seen[1]})
        if sent.status == 422:
            # A name or a kind may be shorter than that: it then stands in the form again.
            assert_only_words(sent, endpoint)
            sent = by.post(path, {**known, **dict.fromkeys(names, f"{SHORT}{len(names)}")})
        assert sent.status == 303, (endpoint, sent.text)
    shown = 0
    for role, visitor in people.items():
        for path in pages_of(attacked.house):
            page = visitor.get(path)
            assert_only_words(page, f"{path} as {role}")
            shown += page.text.count("&lt;attack on")
    assert shown > 100
    assert timebank(attacked.database_url, "worker", "--once", mail_folder=str(tmp_path)).exit_code == 0
    letters = written(attacked.house.app, lambda session: session.scalars(select(Mail)).all())
    assert letters
    assert [letter.subject for letter in letters if "<attack" in letter.html] == []


@pytest.mark.parametrize("role", ["stranger", "coordinator"])
def test_a_script_in_an_address_stays_words(attacked: Attacked, role: str) -> None:
    visitor = somebody(attacked, role)
    asked = "%3C/title%3E%22'%3E%3Cattack%20onerror=alert(1)%3E%7B%7B7919*7907%7D%7D"
    for name in ("q", "first", "last", "before", "after", "next", "date", "since", asked):
        for path in ("members/", "statement", "members/1/statement", "exchanges/slips", "sign-in", "nowhere"):
            assert_only_words(visitor.get(f"/{HERE}/{path}?{name}={asked}"), f"{path}?{name}")
    for path in (f"/{asked}", f"/{HERE}/{asked}", f"/{HERE}/members/{asked}", f"/static/{asked}"):
        assert_only_words(visitor.get(path), path)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
def test_a_cell_of_a_download_is_no_formula_and_a_command_writes_it_exactly(
    attacked: Attacked, sign: str
) -> None:
    formula = f'{sign}HYPERLINK("https://evil.example","x")|\' /C calc\'!A0'
    number = f"{sign}{ord(sign)}+2"

    def work(session: Session) -> tuple[int, str, str]:
        community = session.scalars(select(Community).where(Community.slug == HERE)).one()
        giver = a_member(session, community, number=f"{number}giver")
        receiver = a_member(session, community, number=number)
        an_exchange(session, community, giver, receiver, description=formula)
        # A full-width digit or sign is kept as a keyboard writes it.
        return giver.id, giver.number, receiver.number

    member_id, giver, receiver = written(attacked.house.app, work)
    file = somebody(attacked, "auditor").get(f"/{HERE}/members/{member_id}/statement.csv")
    assert file.status == 200
    assert re.fullmatch(r'attachment; filename="[a-z0-9.-]+"', file.header("Content-Disposition"))
    cells = [cell for row in csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))) for cell in row]
    assert {f"'{formula}", f"'{receiver}"} <= set(cells)
    assert [cell for cell in cells if cell.startswith(tuple("=+@＝＋－＠\t\r"))] == []
    assert [cell for cell in cells if cell.startswith("-") and not cell[1:].isdecimal()] == []
    exact = answer(attacked.database_url, "statement", "--community", HERE, "--", giver)
    assert {formula, receiver} <= {cell for row in csv.reader(io.StringIO(exact)) for cell in row}


#: Raw and spelt for an address.
BREAKS = ("\r\n", "\n", "\r", "\u2028", "\x85", "%0d%0a", "%250d%250a", "嘊嘍")


@pytest.mark.parametrize("broken", BREAKS, ids=ascii)
def test_no_word_begins_a_header(attacked: Attacked, broken: str) -> None:
    injected = f"/{HERE}/{broken}X-Injected: yes{broken}Set-Cookie: timebank=evil{broken}{broken}<attack>"
    steward, giver = somebody(attacked, "steward"), somebody(attacked, "giver")
    stranger = somebody(attacked, "stranger")
    facts = dict(FORMS["communities.change"].data)
    answers = [
        steward.post(f"/{HERE}/settings/facts", {**facts, "telephone": "06", "name": injected}),
        steward.post(f"/{HERE}/settings/kinds", {"name": injected}),
        giver.post("/language", {"language": "en", "next": injected}),
        giver.post("/language", {"language": injected}),
        giver.post(f"/{HERE}/exchanges/new", {"switch_language": injected}),
        giver.post(f"/{HERE}/go-on", {"kept": injected}),
        giver.post(
            f"/{HERE}/exchanges/{attacked.house.here['exchange_id']['declined']}/withdraw", {"next": injected}
        ),
        stranger.post(SIGN_IN, {"name": "x", "password": "x", "next": injected, "kept": injected}),
        stranger.post(SIGN_IN, {"name": "x", "password": "x"}, {"Referer": "http://x/%0d%0aX-Injected: yes"}),
    ]
    spelt = "".join(f"%{byte:02x}" for byte in injected.encode())
    answers += [
        stranger.get(f"{SIGN_IN}?next={spelt}"),
        stranger.get(f"/{HERE}/members/?q={spelt}"),
        stranger.get(f"/{spelt}"),
        giver.get(f"/{HERE}/statement.csv?first={spelt}"),
        giver.get(f"{SIGN_IN}?next={spelt}"),
    ]
    for number, one in enumerate(answers):
        assert one.status < 500, number
        assert one.header("X-Injected") == "", number
        assert [value for name, value in one.headers if name == "Set-Cookie" and "evil" in value] == [], (
            number
        )
        assert "X-Injected: yes" not in one.header("Location"), number


#: Where somebody might be led who follows a link of somebody else's.
ELSEWHERE = (
    *("https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example"),
    *("/\t/evil.example", "\t//evil.example", " //evil.example", "/%09/evil.example", "https:evil.example"),
    *(
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "http:/\\evil.example",
        "evil.example",
    ),
    *(
        "/../..//evil.example",
        "/.//evil.example",
        "//evil.example/%2e%2e",
        "／／evil.example",
        "/／evil.example",
    ),
    *(
        "/\u00a0/evil.example",
        "/\x00/evil.example",
        "@evil.example",
        "?next=//evil.example",
        "#//evil.example",
    ),
)


@pytest.mark.parametrize("target", ELSEWHERE, ids=ascii)
def test_no_link_leads_people_to_another_site(attacked: Attacked, target: str) -> None:
    giver, stranger = somebody(attacked, "giver"), somebody(attacked, "stranger")
    spelt = "".join(f"%{byte:02x}" for byte in target.encode())
    known = {"name": attacked.house.people["receiver"].name, "password": "a-password-for-tests"}
    led = [
        giver.get(f"{SIGN_IN}?next={spelt}"),
        giver.post("/language", {"language": "en", "next": target}),
        giver.post(f"/{HERE}/go-on", {"kept": target, "next": target}),
        stranger.post(SIGN_IN, {**known, "next": target}),
    ]
    for one in led:
        assert one.status in {303, 400, 422}
        assert stays_here(one.header("Location")), one.header("Location")


def stays_here(location: str) -> bool:
    """Say whether a browser stays on the site, as the URL standard reads an address."""
    cleaned = re.sub(r"[\t\n\r]", "", location).strip("".join(map(chr, range(33)))).replace("\\", "/")
    return not location or (cleaned.startswith("/") and not cleaned.startswith("//"))
