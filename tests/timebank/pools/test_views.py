"""The pages of pools: who sees what, what is shown before it is booked, and what is refused."""

import re
from dataclasses import dataclass
from itertools import count

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from tests.timebank.exchanges.kadoma import seen_of
from tests.timebank.pools.sharing import a_gift
from tests.timebank.pools.sharing import a_pool
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.pools import queries
from timebank.pools.models import Pool
from timebank.pools.models import PoolTransfer

_counted = count(1)


@dataclass
class Pooled:
    """Kadoma with a pool, and another community's pool with a gift."""

    kadoma: Kadoma
    pool: Pool
    elsewhere: PoolTransfer

    @property
    def address(self) -> str:
        return f"/kadoma/pools/{self.pool.id}"

    @property
    def minutes(self) -> int:
        return written(
            self.kadoma.app, lambda session: queries.minutes_in(session, self.kadoma.community, self.pool)
        )

    def gift(self, name: str, minutes: int = 60, **facts: object) -> PoolTransfer:
        giver = self.kadoma.member(name)
        return written(
            self.kadoma.app,
            lambda session: a_gift(
                session, self.kadoma.community, self.pool, giver, minutes=minutes, **facts
            ),
        )

    def sends(self, name: str, page: str, **typed: str) -> TestResponse:
        """Send a form as it is, once."""
        known = {"key": f"form:{next(_counted):020}", "hours": "1"}
        return self.kadoma.as_(name).post(f"{self.address}/{page}", data=known | typed)

    def books(self, name: str, page: str, **typed: str) -> TestResponse:
        """Send a form, look at what it would do, and send it again."""
        known = {"key": f"form:{next(_counted):020}"} | typed
        shown = self.sends(name, page, **known)
        assert shown.status_code == 422, shown.text
        return self.sends(name, page, **known, seen=seen_of(shown))


@pytest.fixture
def here(app: Flask) -> Pooled:
    kadoma = found(app)

    def work(session: Session) -> tuple[Pool, PoolTransfer]:
        giver = session.get_one(Member, kadoma.stranger.giver_id)
        other = session.get_one(Community, giver.community_id)
        gift = a_gift(session, other, a_pool(session, other, name="Elsewhere"), giver)
        return a_pool(session, kadoma.community), gift

    return Pooled(kadoma, *written(app, work))


def told(answer: TestResponse) -> str:
    """Read a page as its words, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_everybody_sees_the_pools_and_how_much_is_in_them(here: Pooled) -> None:
    here.gift("hana", 90)
    for name in ("mitsuko", "auditor", "paused"):
        page = here.kadoma.as_(name).get("/kadoma/pools/").text
        assert "For hard times" in page
        assert "1 h 30 min" in page
        assert "Elsewhere" not in page
    assert "Open a pool" in here.kadoma.as_("ken").get("/kadoma/pools/").text
    assert "Open a pool" not in here.kadoma.as_("hana").get("/kadoma/pools/").text


def test_where_there_is_no_pool_the_page_says_what_to_do(app: Flask) -> None:
    kadoma = found(app)
    assert "Ask the coordinators to open one" in kadoma.as_("hana").get("/kadoma/pools/").text
    assert "say what it is for" in kadoma.as_("ken").get("/kadoma/pools/").text


def test_a_coordinator_opens_a_pool(here: Pooled) -> None:
    ken = here.kadoma.as_("ken")
    assert ken.post("/kadoma/pools/new", data={"name": " ", "purpose": "x"}).status_code == 422
    again = ken.post("/kadoma/pools/new", data={"name": "For hard times", "purpose": "the same"})
    assert again.status_code == 422
    assert "There is a pool “For hard times” already" in again.text
    answer = ken.post("/kadoma/pools/new", data={"name": "For rides", "purpose": "to the doctor"})
    assert answer.status_code == 303
    assert "Nothing yet" in ken.get(answer.headers["Location"]).text


def test_a_gift_is_shown_before_it_is_booked(here: Pooled) -> None:
    typed = {"hours": "1.5", "note": "we all need it", "key": "form:00000000000000000abc"}
    shown = here.sends("hana", "give", **typed)
    assert shown.status_code == 422
    assert "The pool will be given 1 h 30 min. Your balance becomes −1 h 30 min." in told(shown)
    assert here.minutes == 0
    answer = here.sends("hana", "give", **typed, seen=seen_of(shown))
    assert answer.status_code == 303
    page = here.kadoma.as_("hana").get(answer.headers["Location"])
    assert "“For hard times” was given 1 h 30 min. Your balance is now −1 h 30 min." in told(page)
    assert "we all need it" in page.text
    assert "Hana Yamada gave" in page.text
    again = here.sends("hana", "give", **typed, seen=seen_of(shown))
    assert again.status_code == 303
    assert "once is enough" in here.kadoma.as_("hana").get(again.headers["Location"]).text
    assert here.minutes == 90


def test_what_was_changed_after_it_was_shown_is_shown_again(here: Pooled) -> None:
    seen = seen_of(here.sends("hana", "give"))
    changed = here.sends("hana", "give", hours="2", seen=seen)
    assert changed.status_code == 422
    assert "will be given 2 h" in told(changed)
    assert here.minutes == 0


def test_a_refusal_comes_before_the_question(here: Pooled) -> None:
    answer = here.sends("hana", "give", hours="12:01", note="typed before")
    assert answer.status_code == 422
    assert "1 min past your limit" in answer.text
    assert "typed before" in answer.text
    assert "Nothing is booked yet" not in answer.text


@pytest.mark.parametrize("hours", ["", "0", "-1", "soon", "9999999", "1:75", "\x00"])
def test_hours_that_make_no_sense_are_refused(here: Pooled, hours: str) -> None:
    assert here.sends("hana", "give", hours=hours).status_code == 422
    assert here.sends("ken", "grant", hours=hours, other="0001", reason="x").status_code == 422


def test_a_form_saved_again_with_other_content_gets_a_new_key(here: Pooled) -> None:
    key = "form:00000000000000000abc"
    assert here.books("hana", "give", key=key).status_code == 303
    answer = here.sends("hana", "give", key=key, hours="2")
    assert answer.status_code == 422
    assert "saved before with other content" in answer.text
    assert key not in answer.text


def test_a_name_that_shall_not_be_shown_is_seen_by_coordinators_auditors_and_oneself(here: Pooled) -> None:
    assert here.books("hana", "give", hide_name="y", note="from me").status_code == 303
    for name, sees in (("mitsuko", False), ("hana", True), ("ken", True), ("auditor", True)):
        page = here.kadoma.as_(name).get(here.address).text.partition("</main>")[0]
        assert ("Hana Yamada gave" in page) is sees, name
        assert ("A member gave" in page) is not sees, name
        assert "from me" in page


def test_a_suspended_member_reads_and_does_not_give(here: Pooled) -> None:
    page = here.kadoma.as_("paused").get(here.address)
    assert page.status_code == 200
    assert "Give to this pool" not in page.text
    assert "Your membership is paused" in here.kadoma.as_("paused").get(f"{here.address}/give").text
    assert here.sends("paused", "give").status_code == 422


def test_a_coordinator_grants_for_a_reason_and_both_statements_show_it(here: Pooled) -> None:
    here.gift("hana", 120)
    known = {"other": "Mary", "reason": "after an operation"}
    assert here.sends("ken", "grant", other="Mary", reason="").status_code == 422
    shown = here.sends("ken", "grant", **known)
    assert "Mary Smith (0006) will be granted 1 h, and their balance becomes +1 h. " in told(shown)
    assert "The pool then has 1 h." in told(shown)
    assert here.books("ken", "grant", **known).status_code == 303
    page = here.kadoma.as_("mitsuko").get(here.address).text
    assert "Granted to Mary Smith" in page
    assert "after an operation" in page
    assert "entered by" not in page
    assert "entered by Ken Sato" in here.kadoma.as_("auditor").get(here.address).text
    statement = here.kadoma.as_("ken").get(f"/kadoma/members/{here.kadoma.mary.id}/statement")
    assert "from the pool “For hard times”" in told(statement)
    assert "after an operation" in statement.text
    assert "From pools 1 h" in told(statement)


def test_more_than_is_there_is_not_granted_nor_to_oneself(here: Pooled) -> None:
    here.gift("hana", 30)
    answer = here.sends("ken", "grant", other="Mary", reason="needs it")
    assert answer.status_code == 422
    assert "There is 30 min too little in this pool" in answer.text
    answer = here.sends("ken", "grant", other="Ken", reason="needs it", hours="0:30")
    assert "Nobody grants hours to themself" in answer.text
    assert here.sends("ken", "grant", other="nobody at all", reason="needs it").status_code == 422


def test_a_coordinator_gives_for_somebody_who_told_them(here: Pooled) -> None:
    typed = {"giver": "Mary", "heard": "telephone"}
    assert "The balance of Mary Smith becomes −1 h." in told(here.sends("ken", "give-for", **typed))
    assert here.sends("ken", "give-for", giver="Mary").status_code == 422
    assert here.books("ken", "give-for", **typed).status_code == 303
    assert "entered by Ken Sato" in here.kadoma.as_("ken").get(here.address).text
    assert here.kadoma.balance("mary") == -60


def test_what_was_entered_by_mistake_is_taken_back(here: Pooled) -> None:
    gift = here.gift("hana", 60)
    page = f"transfers/{gift.id}/take-back"
    assert here.kadoma.as_("ken").get(f"{here.address}/{page}").status_code == 200
    assert here.sends("ken", page, reason=" ").status_code == 422
    assert here.sends("ken", page, reason="it was meant for another one").status_code == 303
    assert here.kadoma.as_("ken").get(f"{here.address}/{page}").status_code == 303
    told_to_all = here.kadoma.as_("mitsuko").get(here.address)
    assert "Taken back: Hana Yamada gave" in told(told_to_all)
    assert "it was meant for another one" in told_to_all.text
    assert here.kadoma.balances("hana") == [0]


def test_a_pool_is_closed_when_empty_and_opened_again(here: Pooled) -> None:
    ken = here.kadoma.as_("ken")
    gift = here.gift("hana", 60)
    assert "There are still 1 h in this pool" in ken.get(f"{here.address}/close").text
    assert here.sends("ken", "close").status_code == 422
    here.sends("ken", f"transfers/{gift.id}/take-back", reason="an example")
    assert here.sends("ken", "close").status_code == 303
    assert "was closed on" in here.kadoma.as_("hana").get(here.address).text
    assert "was closed on" in ken.get(f"{here.address}/close").text
    assert "This pool is closed" in here.kadoma.as_("hana").get(f"{here.address}/give").text
    assert "This pool is closed" in here.sends("hana", "give").text
    assert here.sends("ken", "reopen").status_code == 303
    assert here.books("hana", "give").status_code == 303


def test_each_page_is_for_those_who_have_the_right(here: Pooled) -> None:
    gift = here.gift("hana")
    pages = ("grant", "give-for", "close", f"transfers/{gift.id}/take-back")
    for name in ("hana", "auditor"):
        for page in pages:
            assert here.kadoma.as_(name).get(f"{here.address}/{page}").status_code == 403
            assert here.sends(name, page).status_code == 403
        assert here.kadoma.as_(name).get("/kadoma/pools/new").status_code == 403
    assert here.kadoma.as_("auditor").get(f"{here.address}/give").status_code == 403


def test_another_communitys_pools_and_gifts_are_not_there(here: Pooled) -> None:
    ken, strange = here.kadoma.as_("ken"), here.elsewhere
    for page in ("", "/give", "/give-for", "/grant", "/close", f"/transfers/{strange.id}/take-back"):
        assert ken.get(f"/kadoma/pools/{strange.pool_id}{page}").status_code == 404
    assert ken.get(f"{here.address}/transfers/{strange.id}/take-back").status_code == 404
    assert ken.post(f"/kadoma/pools/{strange.pool_id}/reopen").status_code == 404


def test_a_long_statement_is_read_page_by_page(here: Pooled) -> None:
    for number in range(52):
        here.gift("hana", 1, words=f"gift number {number};")
    newest = here.kadoma.as_("mitsuko").get(here.address).text
    assert "gift number 51;" in newest
    assert "gift number 1;" not in newest
    assert "before=3" in newest
    older = here.kadoma.as_("mitsuko").get(f"{here.address}?before=3").text
    assert "gift number 1;" in older
    assert ">Newer<" in older
    assert here.kadoma.as_("mitsuko").get(f"{here.address}?before=x").status_code == 200


def test_statements_show_gifts_apart_from_help(here: Pooled) -> None:
    here.kadoma.gives("hana", "mitsuko", minutes=90, description="Shopping")
    here.gift("hana", 60, words="for somebody")
    hana = here.kadoma.as_("hana")
    page = told(hana.get("/kadoma/statement"))
    assert "Given in all 1 h 30 min" in page
    assert "Given to pools 1 h" in page
    assert "to the pool “For hard times”" in page
    assert "−1:00" in page
    paper = told(hana.get("/kadoma/statement/print"))
    assert "Through pools on this statement −1:00" in paper
    days = "first=2026-01-01&last=2026-11-23"
    assert "1 h 30 min (1:30)" in hana.get(f"/kadoma/statement/certificate?{days}").text
    rows = hana.get("/kadoma/statement.csv").text.splitlines()
    assert "Pool,From the pool (minutes),Carried over (minutes)," in rows[0]
    assert rows[0].endswith("Other community,From the other community (minutes),As a present (minutes)")
    assert rows[-1].endswith("for somebody,0,0,30,For hard times,-60,0,,0,0")
    assert f"{here.address}" in hana.get("/kadoma/").text
