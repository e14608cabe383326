"""The pages of the journal: by a template, line by line, taken back, and what is wrong."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import a_community
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.timebank.support.desk import text_of
from timebank import clock

SLUG = "with-a-journal"
TODAY = clock.today("Asia/Tokyo").isoformat()


@pytest.fixture
def treasurer(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False

    def make(session: Session) -> object:
        return an_officer(session, a_community(session, slug=SLUG, currency="JPY"), "treasurer")

    client = signed_in(app, written(app, make))  # type: ignore[arg-type]
    client.post("/language", data={"language": "en"})
    return client


def sends(client: FlaskClient, page: str, **typed: str) -> TestResponse:
    address = f"/{SLUG}/journal/{page}"
    key = re.search(r'name="key"[^>]*value="([^"]+)"', client.get(address).text)
    known = {"key": key[1]} if key else {}
    return client.post(address, data={"posted_on": TODAY, "words": "Rent of April"} | known | typed)


def test_a_template_knows_the_accounts(treasurer: FlaskClient) -> None:
    told = text_of(treasurer.get(f"/{SLUG}/journal/").text)
    assert "Nothing was written by hand yet." in told
    assert "Cash was fetched from the bank for the box" in told
    assert '<option selected value="float">' in treasurer.get(f"/{SLUG}/journal/by-template?what=float").text
    answer = sends(treasurer, "by-template", what="float", amount="5,000", words="Float")
    assert answer.status_code == 303
    told = text_of(treasurer.get(str(answer.location)).text)
    assert "Cash box ¥5,000" in told
    assert "Bank account" in told
    assert "Float" in text_of(treasurer.get(f"/{SLUG}/journal/").text)


def test_line_by_line_with_what_is_wrong_and_what_was_typed(treasurer: FlaskClient) -> None:
    typed = {
        "account_1": "expenses:office:rent",
        "debit_1": "300",
        "account_6": "bank:main",
        "credit_6": "299",
    }
    answer = sends(treasurer, "new", **typed)
    assert answer.status_code == 422
    assert "The debit side comes to ¥300 and the credit side to ¥299." in text_of(answer.text)
    # The sixth line is open, because something stands in it.
    before_more = answer.text.split("<details>")[0]
    assert 'name="credit_6"' in before_more
    assert 'value="299"' in before_more
    done = sends(treasurer, "new", **typed | {"credit_6": "300"})
    assert done.status_code == 303
    back = sends(treasurer, f"{str(done.location).rsplit('/', 1)[1]}/take-back", reason="It was tea")
    assert back.status_code == 303
    assert "It was taken back: It was tea" in text_of(treasurer.get(str(done.location)).text)
    assert treasurer.get(f"{done.location}/take-back").status_code == 303


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"words": ""}, "Please say in a line what this is"),
        ({"posted_on": ""}, "Please write the day"),
        ({"posted_on": "31 February"}, "31 February"),
        ({"debit_1": "much"}, "much"),
        ({"account_1": "receivable:1"}, "choose one of these"),
        ({"account_1": ""}, "Line 1 needs an account and one amount"),
    ],
    ids=("no words", "no day", "no such day", "no amount", "a member's account", "no account"),
)
def test_what_cannot_be_is_said(treasurer: FlaskClient, typed: dict[str, str], words: str) -> None:
    lines = {"account_1": "expenses:office:rent", "debit_1": "5", "account_2": "bank:main", "credit_2": "5"}
    answer = sends(treasurer, "new", **lines | typed)
    assert answer.status_code == 422
    assert words.lower() in text_of(answer.text).lower()
    assert "Nothing was written by hand yet." in text_of(treasurer.get(f"/{SLUG}/journal/").text)


def test_an_account_of_ones_own_can_be_written_to(treasurer: FlaskClient) -> None:
    page = f"/{SLUG}/journal/accounts"
    opened = treasurer.post(page, data={"name": "Van", "slug": "van", "sort": "assets"})
    assert opened.status_code == 303
    assert treasurer.post(page, data={"name": "Van", "slug": "van", "sort": "assets"}).status_code == 422
    assert ">Van<" in treasurer.get(f"/{SLUG}/journal/new").text
    lines = {"account_1": "assets:own-van", "debit_1": "5", "account_2": "bank:main", "credit_2": "5"}
    answer = sends(treasurer, "new", **lines, words="A van")
    assert "Van ¥5" in text_of(treasurer.get(str(answer.location)).text)


def test_it_is_in_japanese_too(treasurer: FlaskClient) -> None:
    treasurer.post("/language", data={"language": "ja"})
    for page in ("", "new", "by-template", "accounts"):
        told = text_of(treasurer.get(f"/{SLUG}/journal/{page}").text)
        assert not re.search(r"\b(debit|credit|account|entry|journal|rent|cash)\b", told, re.IGNORECASE), page
