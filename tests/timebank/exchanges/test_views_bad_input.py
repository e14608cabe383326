"""Whatever is typed: one sentence on the same form, what was typed still there, and nothing written."""

from html import escape

import pytest
from flask import Flask

from tests.builders import at
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found

BAD = [
    ("hours", "0", "above zero"),
    ("hours", "-1", "cannot be below zero"),
    ("hours", "−1:30", "cannot be below zero"),
    ("hours", "24:01", "at most 24 h"),
    ("hours", "1.5.2", "“1.5.2” cannot be read as a time"),
    ("hours", "１：９０", "more than 59 minutes"),
    ("hours", "", "how long it took"),
    ("hours", "   ", "how long it took"),
    ("hours", "0.001", "whole number of minutes"),
    ("hours", "9" * 5_000, "cannot be read as a time"),
    ("date", "2026-11-25", "has not come yet"),
    ("date", "2019-03-31", "before this community began"),
    ("date", "2026-02-30", "not in the calendar"),
    ("date", "tomorrow", "cannot be read as a day"),
    ("date", "", "Please write the day"),
    ("date", " ", "Please write the day"),
    ("other", "0001", "This is you"),
    ("other", "Hana", "This is you"),
    ("other", "0005", "does not take part"),
    ("other", "9999", "Nobody was found"),
    ("other", "Mary Smith (0002)", "Nobody was found"),
    ("other", "・", "Nobody was found"),
    ("other", "x " * 20_000, "Nobody was found"),
    ("other", "%", "Nobody was found"),
    ("other", "", "Please choose the other person"),
    ("description", "x" * 2_001, "At most 2000 characters"),
    ("description", "\u202eevil", "turns the direction of writing"),
    ("description", "a\x07b", "that nobody can see"),
    ("direction", "sideways", "Please choose one of these"),
]


@pytest.fixture
def here(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Kadoma:
    at(monkeypatch, 2026, 11, 23, 3)
    return found(app)


def test_each_bad_input_is_one_sentence_on_the_same_form(here: Kadoma) -> None:
    before = here.count()
    for field, typed, sentence in BAD:
        good = {"other": "0002", "description": "What was good stays"}
        answer = here.logs("hana", **good | {field: typed})
        assert answer.status_code == 422, (field, typed[:20])
        assert sentence in answer.text, (field, typed[:20])
        assert "Please look at one thing" in answer.text, (field, typed[:20])
        if field != "direction":
            assert str(escape(typed)) in answer.text, (field, typed[:20])
        if field != "description":
            assert "What was good stays" in answer.text
    assert here.count() == before


def test_what_no_database_keeps_is_refused_in_every_field(here: Kadoma) -> None:
    for field in ("other", "hours", "date", "description", "direction", "key", "seen"):
        assert here.logs("hana", **{"other": "0002", field: "a\0b"}).status_code == 422, field
    for field in ("others", "shared"):
        assert here.logs("hana", "joint", **{"others": "0002", field: "0002\0"}).status_code == 422, field
    assert here.exchanges() == []


def test_half_of_a_character_is_no_error_of_ours(here: Kadoma) -> None:
    for field in ("other", "hours", "date", "description", "other-pick", "key", "seen"):
        answer = here.as_("hana").post(
            "/kadoma/exchanges/new",
            data=f"other=Tanaka&hours=1&date=2026-04-03&direction=gave&{field}=%ED%A0%80",
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == 422, field
    assert here.exchanges() == []


def test_what_is_typed_in_one_language_is_refused_in_the_readers(here: Kadoma) -> None:
    here.as_("hana").post("/language", data={"language": "ja", "next": "/"})
    assert "1.5.2" in here.logs("hana", other="0002", hours="1.5.2").text


def test_past_the_limit_it_is_said_by_how_much(here: Kadoma) -> None:
    answer = here.logs("hana", other="0002", hours="12:30", direction="received")
    assert answer.status_code == 422
    assert "30 min past your limit of 12 h" in answer.text
    assert here.exchanges() == []


def test_a_suspended_member_cannot_log(here: Kadoma) -> None:
    key = "form:a-key-of-their-own-making"
    answer = here.as_("paused").post(
        "/kadoma/exchanges/new",
        data={"key": key, "other": "0002", "hours": "1", "date": "2026-04-03", "description": "Driving"}
        | {"direction": "received"},
    )
    assert answer.status_code == 422
    assert "Your membership is paused" in answer.text
    assert "Driving" in answer.text
    assert here.as_("paused").get("/kadoma/statement").status_code == 200


def test_a_note_of_two_megabytes_is_too_much(here: Kadoma) -> None:
    assert here.logs("hana", other="0002", description="x" * 2_000_000).status_code == 413
    assert here.exchanges() == []


def test_wrong_methods_and_numbers_are_no_error_of_ours(here: Kadoma) -> None:
    hana = here.as_("hana")
    assert hana.get("/kadoma/exchanges/1/confirm").status_code == 405
    for number in ("0", "99999", "9" * 30, "x"):
        assert hana.get(f"/kadoma/exchanges/{number}").status_code == 404
        assert hana.post(f"/kadoma/exchanges/{number}/confirm").status_code == 404


@pytest.mark.parametrize("name", ["key", "direction"])
def test_a_form_without_one_of_its_parts_is_refused_in_words(here: Kadoma, name: str) -> None:
    typed = {
        "other": "0002",
        "hours": "1",
        "date": "2026-04-03",
        "direction": "gave",
        "key": "form:" + "k" * 20,
    }
    del typed[name]
    answer = here.as_("hana").post("/kadoma/exchanges/new", data=typed)
    assert answer.status_code == 422
    assert ("save once more" if name == "key" else "Please choose one of these") in answer.text
    assert here.exchanges() == []


@pytest.mark.parametrize("name", ["shared", "word", "heard"])
def test_a_coordinators_form_without_a_choice_is_refused_in_words(here: Kadoma, name: str) -> None:
    typed = {"givers": "1", "receivers": "6", "word": "both", "heard": "slip", "shared": "whole"}
    del typed[name]
    answer = here.logs("ken", "for-others", **typed)
    assert answer.status_code == 422
    assert "Please" in answer.text
    assert here.exchanges() == []


def test_a_choice_that_is_none_is_refused_in_the_readers_language(here: Kadoma) -> None:
    here.as_("hana").post("/language", data={"language": "ja"})
    page = here.logs("hana", other="0002", direction="sideways").text
    assert "この中から1つ選んでください" in page
    assert "choice" not in page


def test_a_reason_that_shows_nothing_is_none(here: Kadoma) -> None:
    exchange = here.proposes("hana", "ken")
    for reason in ("\u0301", "\u3164", "\u200d\ufe0f"):
        answer = here.as_("ken").post(f"/kadoma/exchanges/{exchange.id}/decline", data={"reason": reason})
        assert answer.status_code == 422, ascii(reason)
        assert "Please say why" in answer.text
    assert here.state(exchange) == "proposed"
