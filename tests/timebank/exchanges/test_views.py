"""What members do on their pages: log hours, look at them, and answer."""

import pytest
from flask import Flask

from tests.builders import PASSWORD
from tests.builders import as_member
from tests.builders import said
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from tests.timebank.exchanges.kadoma import key_of
from tests.timebank.exchanges.kadoma import seen_of
from tests.timebank.exchanges.kadoma import typist_of
from timebank.communities.service import add_kind
from timebank.exchanges.service import log_exchange


@pytest.fixture
def here(app: Flask) -> Kadoma:
    return found(app)


class TestHome:
    def test_a_stranger_is_asked_to_sign_in(self, here: Kadoma) -> None:
        answer = here.app.test_client().get("/kadoma/")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/kadoma/sign-in?next=/kadoma/")

    def test_the_balance_is_said_in_words(self, here: Kadoma) -> None:
        assert "You can receive 12 h more." in here.as_("hana").get("/kadoma/").text
        here.gives("ken", "hana", description="Driving")
        page = here.as_("hana").get("/kadoma/").text
        assert "−1 h 30 min" in page
        assert "You can receive 10 h 30 min more." in page
        assert "You are trusted up to −12 h." in page
        assert "Driving" in page

    def test_what_waits_for_ones_word_can_be_confirmed_by_one_tap(self, here: Kadoma) -> None:
        exchange = here.proposes("hana", "ken", description="Shopping")
        page = here.as_("ken").get("/kadoma/").text
        assert "says they gave you" in page
        assert "Shopping" in page
        assert "your balance becomes −1 h 30 min" in page
        address = f"/kadoma/exchanges/{exchange.id}/confirm"
        assert f'action="{address}"' in page
        answer = here.as_("ken").post(address, data={"next": "/kadoma/"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/kadoma/")
        assert "Your balance is now −1 h 30 min" in here.as_("ken").get("/kadoma/").text
        assert here.balances("hana", "ken") == [90, -90]

    def test_what_several_gave_together_is_one_question(self, here: Kadoma) -> None:
        giving = [here.member("hana"), here.member("mitsuko")]
        joint = said(giving, here.member("ken"), minutes=60)
        written(
            here.app,
            lambda session: log_exchange(
                session, community=here.community, said=joint, by=giving[0], actor=as_member(giving[0])
            ),
        )
        page = here.as_("ken").get("/kadoma/").text
        assert page.count("That is not right") == 1
        assert "your balance becomes −2 h" in page

    def test_what_waits_for_others_can_be_withdrawn(self, here: Kadoma) -> None:
        exchange = here.proposes("hana", "ken")
        address = f"/kadoma/exchanges/{exchange.id}/withdraw"
        assert address in here.as_("hana").get("/kadoma/").text
        assert here.as_("hana").post(address, data={"next": "/kadoma/"}).status_code == 303
        assert here.state(exchange) == "withdrawn"
        assert here.as_("hana").post(address).status_code == 303, "a second press changes nothing"

    def test_coordinators_see_what_needs_them(self, here: Kadoma) -> None:
        here.proposes("hana", "mary")
        assert "One exchange needs a coordinator" in here.as_("ken").get("/kadoma/").text
        assert "needs a coordinator" not in here.as_("hana").get("/kadoma/").text

    def test_an_officer_who_is_no_member_sees_where_to_look(self, here: Kadoma) -> None:
        page = here.as_("auditor").get("/kadoma/")
        assert page.status_code == 200
        assert "/kadoma/members/" in page.text
        assert here.as_("auditor").get("/kadoma/exchanges/new").status_code == 403

    def test_a_suspended_member_reads_but_finds_no_form(self, here: Kadoma) -> None:
        page = here.as_("paused").get("/kadoma/").text
        assert "Your membership is paused" in page
        assert "Log hours</a></p>" not in page
        assert 'name="hours"' not in here.as_("paused").get("/kadoma/exchanges/new").text


class TestLogging:
    def test_what_was_given_waits_for_the_other(self, here: Kadoma) -> None:
        answer = here.logs("hana", other="Ken Sato (0002)")
        (exchange,) = here.exchanges()
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/kadoma/exchanges/{exchange.id}")
        assert (exchange.state, exchange.minutes, exchange.description) == ("proposed", 90, "Shopping")
        page = here.as_("hana").get(answer.headers["Location"]).text
        assert "Ken Sato is asked to confirm it" in page
        assert "Waits for confirmation" in page

    def test_what_was_received_is_booked_at_once(self, here: Kadoma) -> None:
        answer = here.logs("hana", other="0002", direction="received")
        assert here.balances("hana", "ken") == [-90, 90]
        page = here.as_("hana").get(answer.headers["Location"]).text
        assert "Your balance is now −1 h 30 min" in page

    def test_the_other_is_found_as_people_type(self, here: Kadoma) -> None:
        for typed in ("0002", "０００２", "Ken Sato (0002)", "ken sato", "sato", "Ken　Sato（0002）"):
            assert here.logs("hana", other=typed, again="y").status_code == 303, typed
        assert {exchange.receiver_id for exchange in here.exchanges()} == {here.member("ken").id}

    def test_the_other_is_found_by_kana_and_oneself_never(self, here: Kadoma) -> None:
        assert here.logs("ken", other="ハナ").status_code == 303
        assert here.exchanges()[0].receiver_id == here.member("hana").id

    def test_two_of_one_name_are_told_apart(self, here: Kadoma) -> None:
        first = here.logs("hana", other="みつこ")
        assert first.status_code == 422
        assert "can be several people" in first.text
        assert "(0003) たなか みつこ, Honmachi" in first.text
        assert "(0004) たなか みつこ, Hayami" in first.text
        assert 'value="みつこ"' in first.text
        assert here.exchanges() == []
        assert here.logs("hana", other="みつこ", **{"other-pick": "0004"}).status_code == 303
        assert here.exchanges()[0].receiver_id == here.member("other").id

    def test_a_pick_counts_only_for_the_name_it_was_picked_for(self, here: Kadoma) -> None:
        assert here.logs("hana", other="Ken", **{"other-pick": "0004"}).status_code == 303
        assert here.exchanges()[0].receiver_id == here.member("ken").id

    def test_those_met_lately_are_suggested_first(self, here: Kadoma) -> None:
        here.gives("hana", "mary")
        page = here.as_("hana").get("/kadoma/exchanges/new").text
        assert page.index("Mary Smith (0006)") < page.index("Ken Sato (0002)")
        assert "Susumu (0005)" not in page
        assert "Hana Yamada (0001)" not in page

    def test_rounding_is_shown_before_it_is_saved(self, here: Kadoma) -> None:
        first = here.logs("hana", other="0002", hours="1:20")
        assert first.status_code == 422
        assert "1 h 20 min is rounded to 1 h 15 min here" in first.text
        assert "your balance becomes +1 h 15 min" in first.text
        assert 'value="1:20"' in first.text
        assert here.exchanges() == []
        changed = here.logs("hana", other="0002", hours="1:40", seen=seen_of(first))
        assert "1 h 40 min is rounded to 1 h 45 min here" in changed.text
        assert here.logs("hana", other="0002", hours="1:20", seen=seen_of(first)).status_code == 303
        assert here.exchanges()[0].minutes == 75

    def test_a_kind_of_help_may_be_chosen(self, here: Kadoma) -> None:
        kind = written(
            here.app,
            lambda session: add_kind(
                session, community=here.community, name="Driving", actor=as_member(here.mary)
            ),
        )
        assert here.logs("hana", other="0002", kind=str(kind.id)).status_code == 303
        assert here.logs("hana", other="0002", kind="0", hours="2").status_code == 303
        assert here.logs("hana", other="0002", kind="999").status_code == 422
        assert [exchange.kind_id for exchange in here.exchanges()] == [kind.id, None]
        assert "Driving" in here.as_("hana").get(f"/kadoma/exchanges/{here.exchanges()[0].id}").text

    def test_a_double_click_books_once_and_shows_the_same(self, here: Kadoma) -> None:
        key = key_of(here.as_("hana").get("/kadoma/exchanges/new"))
        first, second = (here.logs("hana", other="0002", direction="received", key=key) for _ in range(2))
        assert first.headers["Location"] == second.headers["Location"]
        assert here.balance("hana") == -90
        assert "once is enough" in here.as_("hana").get(second.headers["Location"]).text

    def test_a_form_saved_with_other_content_gets_a_new_key(self, here: Kadoma) -> None:
        key = key_of(here.as_("hana").get("/kadoma/exchanges/new"))
        here.logs("hana", other="0002", key=key)
        again = here.logs("hana", other="0002", hours="2", key=key)
        assert again.status_code == 422
        assert "saved before with other content" in again.text
        assert key_of(again) != key
        assert here.logs("hana", other="0002", hours="2", key=key_of(again)).status_code == 303
        assert [exchange.minutes for exchange in here.exchanges()] == [90, 120]

    def test_a_key_that_is_none_of_ours_is_replaced(self, here: Kadoma) -> None:
        for key in ("", "import:1", "reversal:1", "form:short", "form:" + "x" * 500):
            answer = here.logs("hana", other="0002", key=key)
            assert answer.status_code == 422
            assert key_of(answer) != key
            assert here.logs("hana", other="0002", key=key_of(answer), again="y").status_code == 303

    def test_a_form_of_an_ended_session_is_shown_again(self, here: Kadoma) -> None:
        client = here.as_("hana")
        shown = client.get("/kadoma/exchanges/new")
        key = key_of(shown)
        client.post("/kadoma/sign-out")
        typed = {
            "key": key,
            "typed_by": typist_of(shown),
            "other": "0002",
            "hours": "2",
            "date": "2026-04-03",
            "direction": "received",
        }
        sealed = client.post("/kadoma/exchanges/new", data=typed | {"description": "Driving Ken"})
        assert sealed.status_code == 422
        kept = sealed.text.split('name="kept"')[1].split('value="')[1].split('"')[0]
        back = client.post(
            "/kadoma/sign-in", data={"name": here.people["hana"].name, "password": PASSWORD, "kept": kept}
        )
        page = client.get(back.headers["Location"])
        assert "Driving Ken" in page.text
        assert key_of(page) == key
        assert here.exchanges() == []


class TestLanguage:
    def test_a_half_filled_form_keeps_what_was_typed(self, here: Kadoma) -> None:
        assert (
            'form="form" name="switch_language" value="ja"'
            in here.as_("hana").get("/kadoma/exchanges/new").text
        )
        key = "form:typed-before-the-switch"
        typed = {"other": "Ken", "hours": "", "direction": "received", "date": "someday", "key": key}
        answer = here.logs("hana", **typed, switch_language="ja")
        assert answer.status_code == 200
        assert '<html lang="ja">' in answer.text
        for kept in ('value="Ken"', 'value="someday"', "Shopping", key, "checked"):
            assert kept in answer.text
        assert 'role="alert"' not in answer.text
        assert here.exchanges() == []
        assert '<html lang="ja">' in here.as_("hana").get("/kadoma/").text

    @pytest.mark.parametrize("page", ["joint", "slips", "for-others"])
    def test_no_form_is_saved_by_switching(self, here: Kadoma, page: str) -> None:
        typed = {
            "giver": "1",
            "receiver": "6",
            "others": "0006",
            "givers": "1",
            "receivers": "6",
            "heard": "slip",
        }
        answer = here.logs("ken", page, **typed, switch_language="ja")
        assert answer.status_code == 200
        assert '<html lang="ja">' in answer.text
        assert here.exchanges() == []

    def test_a_language_that_nobody_speaks_here_switches_nothing(self, here: Kadoma) -> None:
        answer = here.logs("hana", other="0002", switch_language="xx")
        assert answer.status_code == 303

    @pytest.mark.parametrize("who", ["hana", "paused"])
    def test_where_there_is_no_form_the_page_is_opened_again(self, here: Kadoma, who: str) -> None:
        page = "/kadoma/exchanges/new" if who == "paused" else "/kadoma/statement"
        assert "switch_language" not in here.as_(who).get(page).text


class TestJoint:
    def test_what_each_gets_is_shown_before(self, here: Kadoma) -> None:
        people = {"others": "0002\n\nMary Smith\n0003", "hours": "1h15", "shared": "shared"}
        first = here.logs("hana", "joint", **people)
        assert first.status_code == 422
        assert first.text.count("25 min") == 3
        assert "In all: 1 h 15 min" in first.text
        assert here.exchanges() == []
        second = here.logs("hana", "joint", seen=seen_of(first), **people)
        assert second.status_code == 303
        assert [exchange.minutes for exchange in here.exchanges()] == [25, 25, 25]
        page = here.as_("hana").get(second.headers["Location"]).text
        assert "Everybody is asked to confirm it" in page
        assert "Logged together" in page

    def test_how_a_remainder_falls_is_said(self, here: Kadoma) -> None:
        people = {"others": "0002\n0003\n0004\n0006", "hours": "15m", "shared": "shared"}
        first = here.logs("hana", "joint", **people)
        assert "the first 3 have a minute more" in first.text

    def test_from_several_it_is_booked_at_once(self, here: Kadoma) -> None:
        people = {"others": "0002\n0003", "direction": "received", "shared": "whole", "hours": "1"}
        first = here.logs("hana", "joint", **people)
        assert "your balance becomes −2 h" in first.text
        assert here.logs("hana", "joint", seen=seen_of(first), **people).status_code == 303
        assert here.balances("hana", "ken", "mitsuko") == [-120, 60, 60]

    def test_lines_that_are_not_clear_are_named_in_one_sentence(self, here: Kadoma) -> None:
        answer = here.logs("hana", "joint", others="0002\nたなか\nnobody at all", shared="whole")
        assert answer.status_code == 422
        assert "“たなか” (0003, 0004), “nobody at all”" in answer.text
        assert "nobody at all</textarea>" in answer.text
        assert here.exchanges() == []

    def test_a_list_that_cannot_be_is_refused(self, here: Kadoma) -> None:
        for others, sentence in (
            ("", "Please choose the other person"),
            ("0002\n0002", "on the list twice"),
            ("0002\n0001", "This is you"),
            ("0002\n0005", "does not take part"),
            ("\n".join(["0002"] * 101), "At most 100 people"),
        ):
            answer = here.logs("hana", "joint", others=others, shared="whole")
            assert answer.status_code == 422
            assert sentence in answer.text
        assert here.exchanges() == []
