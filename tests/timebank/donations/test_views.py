"""The page on which somebody gives: what is wrong is said, what was typed stays, and thanks go out once."""

import re
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_neighbour
from tests.builders import signed_in
from tests.builders import written
from tests.stripe_things import HERE
from tests.till import SLUG
from tests.till import Till
from tests.till import a_till
from timebank.cli.working import handlers_with
from timebank.communities.models import Community
from timebank.db import db
from timebank.donations import service
from timebank.donations.models import Donation
from timebank.donations.purpose import PURPOSE
from timebank.funds.models import Fund
from timebank.funds.service import end_fund
from timebank.mail import carrier_of
from timebank.mail.models import Mail
from timebank.queue import work_one
from timebank.receipts.issuer import change_issuer


@pytest.fixture
def till(database_url: str) -> Iterator[Till]:
    with a_till(database_url) as till:
        yield till


def send(till: Till, *, language: str = "en", **typed: Any) -> Any:
    """Send the form as a browser does that shows this language."""
    client = till.client()
    client.post("/language", data={"language": language})
    key = re.search(r'name="key"[^>]*value="([^"]+)"', client.get(f"/{SLUG}/give").text)
    assert key
    form = {"key": key[1], "amount": "3000", "every": "", "fund": "0"}
    return client.post(f"/{SLUG}/give", data=form | typed)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"amount": "another"}, "Please write an amount"),
        ({"amount": "another", "other": "lots"}, "cannot be read as an amount"),
        ({"amount": "another", "other": "30.5"}, "no such small coins"),
        ({"amount": "another", "other": "-5"}, "Please look at one thing."),
        ({"amount": "another", "other": "100,000,000"}, "At most ¥99,999,999"),
        ({"amount": "another", "other": "50"}, "Please give at least ¥100 here"),
        ({"amount": "7"}, "Please choose one of these"),
        ({"fund": "999"}, "Please choose one of these"),
        ({"wants_receipt": "y"}, "please write a name"),
        ({"wants_receipt": "y", "name": "Hana"}, "please write an e-mail address or a postal address"),
        ({"email": "nobody"}, "e-mail address"),
        ({"reading": "はな"}, "A reading belongs to a name"),
        ({"dedication": "memory"}, "in whose memory or honour"),
        ({"dedicated_to": "Taro"}, "in memory or in honour of them"),
        ({"dedication": "revenge", "dedicated_to": "Taro"}, "Please choose one of these"),
        ({"key": "mine"}, "incomplete"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    till: Till, typed: dict[str, str], sentence: str
) -> None:
    answer = send(till, message="For the cooks", **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "For the cooks" in answer.text


def test_an_amount_that_is_written_counts_before_one_that_is_chosen(till: Till) -> None:
    answer = send(till, other="４，５００円")
    assert "¥4,500" in till.client().get(answer.location).text


def test_a_link_from_a_fund_has_it_chosen(till: Till) -> None:
    page = till.client().get(f"/{SLUG}/give?fund=meal").text
    chosen = re.search(r'<input[^>]*checked[^>]*name="fund"[^>]*value="(\d+)"', page)
    assert chosen
    assert chosen[1] == str(till.fund_id)
    assert till.client().get(f"/{SLUG}/give?fund=nothing").status_code == 200


def test_the_last_page_says_what_is_given_to_whom_and_that_it_is_once(till: Till) -> None:
    answer = send(till, name="Hana", name_hidden="y", message="Thanks", fund=str(till.fund_id))
    page = till.client().get(answer.location)
    for told in ("¥3,000", "Meals", "Once. Nothing is taken again.", "Hana", "Thanks", "Nothing is owed"):
        assert told in page.text
    assert f"form-action 'self' {till.stripe.url}" in page.headers["Content-Security-Policy"]
    assert "form-action 'self';" in till.client().get(f"/{SLUG}/give").headers["Content-Security-Policy"]


def details(page: str) -> list[bool]:
    """Read which of the folded parts are open."""
    return [" open" in one for one in re.findall("<details[^>]*>", page)]


def test_what_few_need_is_folded_in_and_opens_where_something_stands_in_it(till: Till) -> None:
    # Where nobody issues receipts none is offered.
    assert details(till.client().get(f"/{SLUG}/give").text) == [False]

    def issues(session: Session) -> None:
        community = session.get_one(Community, till.community_id)
        change_issuer(session, community=community, name="An association", seat="1-2", actor=SOMEBODY)

    written(till.app, issues)
    assert details(till.client().get(f"/{SLUG}/give").text) == [False, False]
    assert details(send(till, dedication="memory").text) == [False, True]
    assert details(send(till, wants_receipt="y").text) == [True, False]


@pytest.mark.parametrize(("dedication", "words"), [("memory", "In memory of"), ("honour", "In honour of")])
def test_in_whose_memory_or_honour_is_told_to_the_giver_and_the_treasurer_and_nobody_else(
    till: Till, tmp_path: Any, dedication: str, words: str
) -> None:
    known = {"name": "Hana", "reading": "はな", "organisation": "y", "email": "hana@example.org"}
    answer = send(till, dedication=dedication, dedicated_to="O'Hara & Sons", fund=str(till.fund_id), **known)
    shown = till.client().get(answer.location).text
    for told in (words, "O&#39;Hara &amp; Sons", "はな", "Organisation"):
        assert told in shown
    token = str(answer.location).rsplit("/", 1)[1]
    till.stripe.fake.pay(till.at_stripe(token))
    till.come_back(token)
    till.tell_all()
    payment = till.payment(token)
    with till.app.app_context():
        handlers = handlers_with(carrier_of("", tmp_path, host="localhost"))
        while work_one(db.session, handlers):
            pass
        letter = db.session.scalars(select(Mail)).one()
        about = PURPOSE.about(db.session(), payment)
        db.session.remove()
    assert f"You gave it {words[0].lower()}{words[1:]} O'Hara & Sons." in letter.text
    assert "O&#39;Hara &amp; Sons" in letter.html
    assert {(words, "O'Hara & Sons"), ("Reading of the name", "はな")} <= set(about)
    for public in ("funds", "give", f"give/{token}/thanks"):
        assert "Hara" not in till.client().get(f"/{SLUG}/{public}").text


def test_everybody_is_told_the_currency_and_members_that_hours_can_be_given_too(till: Till) -> None:
    def member(session: Any) -> Neighbour:
        return a_neighbour(session, session.get_one(Community, till.community_id))

    pages = (till.client(), signed_in(till.app, written(till.app, member)))
    strangers, members = (unescape(one.get(f"/{SLUG}/give").text) for one in pages)
    for page in (strangers, members):
        assert "Amounts are in JPY" in page
        assert "we promise no deduction of tax anywhere" in page
    assert f'href="/{SLUG}/pools/"' in members.partition("Would you rather give hours?")[2]
    assert "Would you rather give hours?" not in strangers


def test_what_is_asked_for_no_longer_is_not_led_on_to_be_paid(till: Till) -> None:
    token = till.begin()
    with till.app.app_context():

        def end(session: Any, *, fund: bool) -> None:
            community = session.get_one(Community, till.community_id)
            if fund:
                meal = session.get_one(Fund, till.fund_id)
                end_fund(session, community=community, fund=meal, reason="No cook", actor=SOMEBODY)
            else:
                closed = replace(service.rule_of(session, community=community), open=False)
                service.change_rule(session, community=community, rule=closed, actor=SOMEBODY)

        ledger.transaction(db.session, lambda session: end(session, fund=True))
        db.session.remove()
    stopped = till.go_on(token)
    assert (stopped.status_code, "has stopped" in stopped.text) == (422, True)
    with till.app.app_context():
        ledger.transaction(db.session, lambda session: end(session, fund=False))
        db.session.remove()
    assert till.go_on(token).status_code == 409
    assert till.stripe.fake.all("checkout.session", account=HERE) == []


def test_anothers_token_and_a_made_up_one_are_not_there(till: Till) -> None:
    for path in ("nobody-knows-this-token", "x" * 64, "%00"):
        for method, end in (("GET", ""), ("POST", "/pay"), ("GET", "/thanks")):
            answer = till.client().open(f"/{SLUG}/give/{path}{end}", method=method)
            assert answer.status_code in {404, 400}, (path, method, end)


def test_whoever_has_paid_is_led_to_thanks_from_everywhere(till: Till) -> None:
    token = till.given()
    till.come_back(token)
    for method, end in (("GET", ""), ("POST", "/pay")):
        answer = till.client().open(f"/{SLUG}/give/{token}{end}", method=method)
        assert answer.location == f"/{SLUG}/give/{token}/thanks"


def blind_at_first(look: Callable[..., Any]) -> Callable[..., Any]:
    """Let the first look find nothing, as where the other request has not committed yet."""
    looks: list[int] = []

    def look_again(*facts: Any) -> Any:
        looks.append(1)
        return look(*facts) if len(looks) > 1 else None

    return look_again


def test_the_same_form_twice_at_one_moment_is_one_gift(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    with till.app.app_context():

        def twice(session: Any) -> tuple[int, int]:
            community = session.get_one(Community, till.community_id)
            wish = service.Wish(amount_minor=3000, fund=None, language="en", key="form:once")
            first, _payment = service.wish_to_give(session, community=community, wish=wish)
            monkeypatch.setattr(service, "_sent_before", blind_at_first(service._sent_before))
            second, _payment = service.wish_to_give(session, community=community, wish=wish)
            return first.id, second.id

        first, second = ledger.transaction(db.session, twice)
    assert first == second


def test_a_row_that_clashes_for_another_reason_is_no_gift_sent_before(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "violated", lambda _clash: "something_else")
    with till.app.app_context():

        def twice(session: Any) -> None:
            community = session.get_one(Community, till.community_id)
            wish = service.Wish(amount_minor=3000, fund=None, language="en", key="form:once")
            service.wish_to_give(session, community=community, wish=wish)
            monkeypatch.setattr(service, "_sent_before", lambda *_facts: None)
            service.wish_to_give(session, community=community, wish=wish)

        with pytest.raises(IntegrityError):
            ledger.transaction(db.session, twice)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Thank you for your gift of ¥3,000"), ("ja", "ありがとうございます")]
)
def test_thanks_go_out_once_in_the_givers_language(
    till: Till, tmp_path: Any, language: str, said: str
) -> None:
    answer = send(
        till, language=language, name="O'Brien & Sons", email="hana@example.org", fund=str(till.fund_id)
    )
    token = str(answer.location).rsplit("/", 1)[1]
    till.stripe.fake.pay(till.at_stripe(token))
    till.come_back(token)
    till.tell_all()
    with till.app.app_context():
        handlers = handlers_with(carrier_of("", tmp_path, host="localhost"))
        while work_one(db.session, handlers):
            pass
        letters = db.session.scalars(select(Mail)).all()
        gifts = db.session.scalars(select(Donation)).all()
        db.session.remove()
    (letter,) = letters
    assert said in letter.text
    assert "Meals" in letter.text
    # The text is no page, and its reader no browser.
    assert "O'Brien & Sons" in letter.text
    assert "O&#39;Brien &amp; Sons" in letter.html
    assert letter.to_address == "hana@example.org"
    assert [one.given_on is not None for one in gifts] == [True]


def test_a_closed_page_asks_to_call(till: Till) -> None:
    with till.app.app_context():

        def close(session: Any) -> None:
            community = session.get_one(Community, till.community_id)
            rule = service.rule_of(session, community=community)
            service.change_rule(session, community=community, rule=replace(rule, open=False), actor=SOMEBODY)

        ledger.transaction(db.session, close)
    page = till.client().get(f"/{SLUG}/give")
    assert "does not take gifts on this page" in page.text
    assert till.client().post(f"/{SLUG}/give", data={}).status_code == 422
