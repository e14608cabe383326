"""Statements and certificates, on the screen, on paper and for spreadsheets."""

import csv
import io
from datetime import date

import pytest
from flask import Flask

from tests.builders import as_member
from tests.builders import at
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from timebank.exchanges.models import Exchange
from timebank.exchanges.service import reverse_exchange


@pytest.fixture
def here(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Kadoma:
    at(monkeypatch, 2026, 11, 23, 3)
    return found(app)


def table(here: Kadoma, address: str, name: str = "hana") -> list[list[str]]:
    answer = here.as_(name).get(address)
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf"), "Excel in Japan takes it for Shift-JIS otherwise"
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_both_statements_show_it_with_the_balance_after_it(here: Kadoma) -> None:
    here.gives("hana", "mitsuko", description="Shopping")
    for name, other, after in (
        ("hana", "to 田中 光子", ">1:30<"),
        ("mitsuko", "from Hana Yamada", ">−1:30<"),
    ):
        page = here.as_(name).get("/kadoma/statement").text
        assert "Shopping" in page
        assert other in page
        assert after in page
        assert "recorded " in page


def test_an_empty_statement_says_what_will_be_here(here: Kadoma) -> None:
    assert "No hours yet" in here.as_("hana").get("/kadoma/statement").text


def test_what_was_taken_back_shows_both_lines(here: Kadoma) -> None:
    exchange = here.gives("hana", "mitsuko", description="Shopping")
    written(
        here.app,
        lambda session: reverse_exchange(
            session,
            community=here.community,
            exchange=session.get_one(Exchange, exchange.id),
            reason="Entered twice",
            actor=as_member(here.member("ken")),
        ),
    )
    page = here.as_("hana").get("/kadoma/statement").text
    assert "Reversal" in page
    assert "Reversed" in page
    assert page.count(f"/kadoma/exchanges/{exchange.id}") == 2
    assert "0 min</strong>" in page


def test_a_long_statement_is_read_page_by_page(here: Kadoma) -> None:
    for number in range(53):
        giver, receiver = ("hana", "mitsuko") if number % 2 else ("mitsuko", "hana")
        here.gives(giver, receiver, description=f"help number {number};")
    newest = here.as_("hana").get("/kadoma/statement").text
    assert "help number 52;" in newest
    assert "help number 2;" not in newest
    assert ">Newer<" not in newest
    older = here.as_("hana").get("/kadoma/statement?before=4").text
    assert "before=4" in newest
    assert "help number 2;" in older
    assert "help number 3;" not in older
    assert ">Newer<" in older
    assert ">Older<" not in older
    for before in ("0", "9" * 18):
        assert here.as_("hana").get(f"/kadoma/statement?before={before}").status_code == 200


def test_the_days_can_be_chosen(here: Kadoma) -> None:
    for day in (1, 2, 3):
        here.gives("hana", "mitsuko", worked_on=date(2026, 4, day), description=f"on day {day};")
    page = here.as_("hana").get("/kadoma/statement?first=令和8年4月2日&last=2026/4/2").text
    assert [f"on day {day};" in page for day in (1, 2, 3)] == [False, True, False]
    assert "on day 3;" in here.as_("hana").get("/kadoma/statement?first=R8.4.3").text
    assert "Nothing in this period" in here.as_("hana").get("/kadoma/statement?last=2020-01-01").text


def test_days_that_are_none_are_refused_on_the_form(here: Kadoma) -> None:
    for address, sentence in (
        ("?first=soon", "cannot be read as a day"),
        ("?first=2026-04-03&last=2026-04-02", "ends before it begins"),
        (".csv?first=soon", "cannot be read as a day"),
        ("/print?last=2026-02-30", "not in the calendar"),
        ("/certificate?first=2026-04-01", "Please write the day"),
        ("/certificate?first=2026-04-01&last=2027-03-31", "has not come yet"),
    ):
        answer = here.as_("hana").get("/kadoma/statement" + address)
        assert answer.status_code == 422, address
        assert sentence in answer.text, address
    assert 'value="soon"' in here.as_("hana").get("/kadoma/statement?first=soon").text


def test_a_spreadsheet_gets_every_line_and_no_formula(here: Kadoma) -> None:
    here.gives("hana", "mitsuko", description='=HYPERLINK("evil")', worked_on=date(2026, 4, 1))
    here.gives("ken", "hana", minutes=150, description="Driving, and more")
    header, first, second = table(here, "/kadoma/statement.csv")
    # Through no pool, carried over from nobody, from no other community, and no present.
    nothing_else = ["", "0", "0", "", "0", "0"]
    assert header[-9:-6] == ["Given (minutes)", "Received (minutes)", "Balance (minutes)"]
    assert first[1:] == ["2026-04-01", "", "0003", '\'=HYPERLINK("evil")', "90", "0", "90", *nothing_else]
    assert second[3:] == ["0002", "Driving, and more", "0", "150", "-60", *nothing_else]
    assert len(table(here, "/kadoma/statement.csv?first=2026-04-02")) == 2


def test_the_paper_begins_with_the_oldest_line_and_adds_up(here: Kadoma) -> None:
    here.gives("hana", "mitsuko", minutes=60, description="first")
    here.gives("hana", "ken", minutes=30, description="second")
    page = here.as_("hana").get("/kadoma/statement/print").text
    assert page.index(">first") < page.index(">second")
    assert "1:30</td>" in page.split("<tfoot>")[1]
    assert "Balance today: +1 h 30 min" in page


def test_a_certificate_says_how_much_was_given_between_two_days(here: Kadoma) -> None:
    here.gives("hana", "mitsuko", worked_on=date(2026, 4, 1))
    here.gives("ken", "hana", worked_on=date(2026, 4, 30), minutes=30)
    here.gives("hana", "mitsuko", worked_on=date(2026, 5, 1), minutes=600)
    assert "Show the certificate" in here.as_("hana").get("/kadoma/statement/certificate").text
    page = here.as_("hana").get("/kadoma/statement/certificate?first=2026-04-01&last=2026-04-30").text
    assert "1 h 30 min (1:30)" in page
    assert "Hana Yamada" in page
    assert "Kadoma neighbours" in page
    assert "received from others" not in page
    both = here.as_("hana").get("/kadoma/statement/certificate?first=2026-04-01&last=2026-04-30&received=y")
    assert "30 min (0:30)" in both.text


def test_officers_see_others_statements_and_members_do_not(here: Kadoma) -> None:
    here.gives("hana", "mitsuko", description="Shopping")
    address = f"/kadoma/members/{here.member('hana').id}/statement"
    for page in ("", "/print", "/certificate?first=2026-04-01&last=2026-04-30"):
        assert "0001" in here.as_("auditor").get(address + page).text
        assert here.as_("mitsuko").get(address + page).status_code == 403
    assert len(table(here, f"{address}.csv", "auditor")) == 2
    assert here.as_("auditor").get("/kadoma/statement").status_code == 403
    assert address in here.as_("auditor").get(f"/kadoma/members/{here.member('hana').id}").text


def test_another_communitys_members_are_not_there(here: Kadoma) -> None:
    for page in ("", ".csv", "/print", "/certificate"):
        address = f"/kadoma/members/{here.stranger.giver_id}/statement{page}"
        assert here.as_("auditor").get(address).status_code == 404


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("from=2026-04-01", "from=2026-04-01"),
        ("first=2026-04-01&until=2026-04-30", "until=2026-04-30"),
        ("before=x", "before=x"),
        ("before=-1", "before=-1"),
        ("before=99999999999999999999", "before=99999999999999999999"),
        ("<b>=1", "&lt;b&gt;=1"),
    ],
)
@pytest.mark.parametrize("page", ["statement", "statement.csv", "statement/print", "statement/certificate"])
def test_an_address_that_asks_for_something_unknown_is_answered_in_words(
    here: Kadoma, query: str, asked: str, page: str
) -> None:
    here.gives("hana", "mitsuko", description="Shopping")
    answer = here.as_("hana").get(f"/kadoma/{page}?{query}")
    assert answer.status_code == 422
    assert f"This address asks for “{asked}”, which is not known here" in answer.text
    assert "Shopping" not in answer.text


def test_the_days_say_how_they_are_written(here: Kadoma) -> None:
    for page in ("statement", "statement/certificate"):
        assert here.as_("hana").get(f"/kadoma/{page}").text.count("For example 2026-04-03") == 2
