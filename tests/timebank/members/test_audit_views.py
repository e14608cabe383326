"""The audit trail on its page: what is on it, who reads it, and what never gets there."""

import pytest
from flask import Flask
from sqlalchemy import func
from sqlalchemy import select

from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import signed_in
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from timebank.acts import ACTS
from timebank.audit import AuditEvent
from timebank.web.guards import GUARD

#: What is done before anybody is known, or belongs to no community.
NOT_ON_THE_TRAIL = {"people.sign_in", "web.language"}


@pytest.fixture
def here(app: Flask) -> Kadoma:
    return found(app)


def count(here: Kadoma) -> int:
    return written(here.app, lambda session: session.scalar(select(func.count(AuditEvent.id))) or 0)


def test_every_page_that_changes_something_has_words_for_it(app: Flask) -> None:
    changing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and hasattr(app.view_functions[rule.endpoint], GUARD)
    }
    assert changing - NOT_ON_THE_TRAIL == ACTS.keys()


def test_what_was_done_is_told_with_who_and_about_what(here: Kadoma) -> None:
    exchange = here.proposes("hana", "mitsuko")
    before = count(here)
    assert here.as_("mitsuko").post(f"/kadoma/exchanges/{exchange.id}/confirm").status_code == 303
    assert count(here) == before + 1
    page = here.as_("auditor").get("/kadoma/audit")
    assert page.status_code == 200
    assert "Confirmed hours" in page.text
    assert f'href="/kadoma/exchanges/{exchange.id}"' in page.text
    assert here.member("mitsuko").number in page.text
    assert "127.0.0.1" in page.text


def test_what_is_answered_by_the_thing_itself_is_told_too(here: Kadoma) -> None:
    path = f"/kadoma/members/{here.mary.id}/sign-in-code"
    assert here.as_("ken").post(path).status_code == 200
    page = here.as_("auditor").get("/kadoma/audit")
    assert "Gave a member a one-time code" in page.text
    assert here.mary.name in page.text


def test_an_officer_who_is_no_member_is_told_by_how_they_sign_in(here: Kadoma) -> None:
    here.as_("auditor").post("/kadoma/account/language", data={"language": "en"})
    page = here.as_("auditor").get("/kadoma/audit")
    assert "Chose a language" in page.text
    assert here.people["auditor"].name in page.text


def test_what_was_refused_or_only_looked_at_is_not_on_it(here: Kadoma) -> None:
    exchange = here.proposes("hana", "mitsuko")
    here.as_("hana"), here.as_("mitsuko")
    before = count(here)
    assert here.as_("mitsuko").post(f"/kadoma/exchanges/{exchange.id}/decline").status_code == 422
    assert here.as_("hana").post(f"/kadoma/exchanges/{exchange.id}/confirm").status_code in {403, 404}
    assert here.as_("hana").get("/kadoma/statement").status_code == 200
    assert here.logs("hana").status_code == 422
    assert count(here) == before


def test_members_do_not_read_it_and_nobody_reads_anothers(here: Kadoma) -> None:
    assert here.as_("hana").get("/kadoma/audit").status_code == 403
    elsewhere = written(here.app, lambda session: a_neighbour(session, a_community(session)))
    path = f"/{elsewhere.community.slug}/account/language"
    assert signed_in(here.app, elsewhere).post(path, data={"language": "en"}).status_code == 303
    page = here.as_("auditor").get("/kadoma/audit")
    assert "Chose a language" not in page.text.partition("<table")[2]


def test_it_is_looked_through_by_member_act_and_day(here: Kadoma) -> None:
    for name in ("hana", "mitsuko"):
        here.as_(name).post("/kadoma/account/language", data={"language": "en"})

    def lines(**asked: str) -> int:
        page = here.as_("auditor").get("/kadoma/audit", query_string=asked)
        assert page.status_code == 200
        return page.text.partition("<tbody>")[2].count("Chose a language")

    assert lines() == 2
    assert lines(who=here.member("hana").number) == 1
    assert lines(act="people.change_language") == 2
    assert lines(act="exchanges.log") == 0
    assert lines(first="2999-01-01") == 0
    assert lines(last="2001-01-01") == 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"who": "nobody's"}, "No member has this number."),
        ({"first": "someday"}, "someday"),
        ({"first": "2026-04-02", "last": "2026-04-01"}, "The period ends before it begins."),
        ({"act": "fly"}, "Please choose one of these."),
        ({"before": "x"}, "Audit trail"),
    ],
)
def test_what_is_no_filter_is_said(here: Kadoma, asked: dict[str, str], said: str) -> None:
    page = here.as_("auditor").get("/kadoma/audit", query_string=asked)
    assert page.status_code == 200
    assert said in page.text
