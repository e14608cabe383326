"""The pages of leaving, of a death and of a return, and what is seen of somebody who is away."""

from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.builders import PASSWORD
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from tests.timebank.exchanges.kadoma import seen_of
from tests.timebank.pools.sharing import a_gift
from tests.timebank.pools.sharing import a_pool
from tests.timebank.pools.test_views import told
from timebank import clock
from timebank.pools.models import Pool

KEY = "form:00000000000000000abc"


@pytest.fixture
def here(app: Flask) -> Kadoma:
    return found(app)


@pytest.fixture
def pool(here: Kadoma) -> Pool:
    return written(here.app, lambda session: a_pool(session, here.community))


def sends(here: Kadoma, name: str, address: str, **typed: str) -> TestResponse:
    return here.as_(name).post(f"/kadoma/{address}", data={"key": KEY} | typed)


def does(here: Kadoma, name: str, address: str, **typed: str) -> TestResponse:
    """Send a form, look at what it would do, and send it again."""
    shown = sends(here, name, address, **typed)
    assert shown.status_code == 422, shown.text
    assert "Nothing has happened yet" in shown.text, shown.text
    return sends(here, name, address, **typed, seen=seen_of(shown))


def farewell(here: Kadoma, name: str, page: str = "") -> str:
    return f"members/{here.member(name).id}/farewell{page}"


def test_a_member_leaves_gives_the_hours_to_a_pool_and_can_no_longer_sign_in(
    here: Kadoma, pool: Pool
) -> None:
    here.gives("hana", "mitsuko", minutes=90)
    here.proposes("hana", "other", description="not answered yet")
    first = here.as_("hana").get("/kadoma/membership/leave")
    assert "What is still open" in first.text
    assert "You can come back" in first.text
    known = {"hours": "pool", "pool": str(pool.id), "words": "with thanks", "other": "nobody at all"}
    shown = sends(here, "hana", "membership/leave/hours", **known)
    assert "The pool “For hard times” will be given 1 h 30 min" in told(shown)
    assert "One exchange that is open is withdrawn" in told(shown)
    assert here.balance("hana") == 90
    answer = does(here, "hana", "membership/leave/hours", **known)
    assert answer.headers["Location"] == "/kadoma/goodbye"
    assert "Thank you for everything" in here.as_("hana").get("/kadoma/goodbye").text
    assert here.as_("hana").get("/kadoma/").status_code == 403
    assert here.balance("hana") == 0
    assert [one.state for one in here.exchanges()] == ["confirmed", "withdrawn"]
    again = here.app.test_client().post("/kadoma/sign-in", data={"name": "0001", "password": PASSWORD})
    assert again.status_code == 422


def test_hours_go_to_a_named_member_through_the_pool(here: Kadoma, pool: Pool) -> None:
    here.gives("hana", "mitsuko", minutes=90)
    known = {"hours": "member", "pool": str(pool.id), "words": "for you"}
    for other, said in (("", "Please choose the other person"), ("0001", "Please choose the member")):
        answer = sends(here, "hana", "membership/leave/hours", other=other, **known)
        assert answer.status_code == 422
        assert said in told(answer)
    assert does(here, "hana", "membership/leave/hours", other="Mary", **known).status_code == 303
    assert here.balances("hana", "mary") == [0, 90]
    page = told(here.as_("mitsuko").get(f"/kadoma/pools/{pool.id}"))
    assert "Hana Yamada gave" in page
    assert "Granted to Mary Smith" in page


def test_without_a_pool_hours_are_kept(here: Kadoma) -> None:
    here.gives("hana", "mitsuko", minutes=90)
    assert sends(here, "hana", "membership/leave/hours").status_code == 422
    assert sends(here, "hana", "membership/leave/hours", hours="pool").status_code == 422
    assert does(here, "hana", "membership/leave/hours", hours="keep").status_code == 303
    assert here.balance("hana") == 90


def test_who_has_received_more_is_asked_to_call(here: Kadoma) -> None:
    here.gives("hana", "mitsuko", minutes=90)
    page = here.as_("mitsuko").get("/kadoma/membership/leave").text
    assert "nothing to worry about" in page
    assert "Go on" not in page
    assert here.as_("mitsuko").get("/kadoma/membership/leave/hours").status_code == 303


def test_a_coordinator_lets_somebody_leave_whom_a_pool_settles(here: Kadoma, pool: Pool) -> None:
    here.gives("hana", "mitsuko", minutes=60)
    address = farewell(here, "mitsuko", "/left")
    known = {
        "hours": "pool",
        "pool": str(pool.id),
        "words": "With many thanks",
        "reason": "moves",
    }
    short = sends(here, "ken", address, **known)
    assert short.status_code == 422
    assert "1 h too little in this pool" in short.text
    written(here.app, lambda session: a_gift(session, here.community, pool, here.member("hana"), minutes=60))
    assert "Please say why" in sends(here, "ken", address, **known | {"reason": ""}).text
    assert does(here, "ken", address, hide_name="y", **known).status_code == 303
    page = here.as_("hana").get(f"/kadoma/pools/{pool.id}").text
    assert "Granted to a member" in page
    assert "With many thanks" in page
    assert here.balance("mitsuko") == 0
    assert "Has left on" in here.as_("ken").get(f"/kadoma/members/{here.member('mitsuko').id}").text


def test_somebody_is_taken_back(here: Kadoma) -> None:
    assert does(here, "ken", farewell(here, "hana", "/left"), reason="moves away").status_code == 303
    assert here.as_("hana").get("/kadoma/").status_code == 403
    assert "Take them back" in here.as_("ken").get(f"/kadoma/{farewell(here, 'hana')}").text
    address = farewell(here, "hana", "/return")
    assert sends(here, "ken", address, reason="").status_code == 422
    assert sends(here, "ken", address, reason="is back").status_code == 303
    assert here.as_("hana").get("/kadoma/").status_code == 200
    assert here.as_("ken").get(f"/kadoma/{address}").status_code == 303


def test_a_death_is_written_down_in_gentle_words(here: Kadoma) -> None:
    address = farewell(here, "mary", "/died")
    assert "We are sorry" in here.as_("ken").get(f"/kadoma/{address}").text
    known = {"reason": "Has died", "contact": "her daughter, 06-1111-1111"}
    assert does(here, "ken", address, **known).status_code == 303
    assert "06-1111-1111" in here.as_("ken").get(f"/kadoma/{farewell(here, 'mary')}").text
    page = here.as_("auditor").get(f"/kadoma/members/{here.mary.id}").text
    assert "Mary Smith has died" in page
    assert "06-1111-1111" not in page
    assert here.as_("auditor").get(f"/kadoma/{farewell(here, 'mary')}").status_code == 403
    answer = here.logs("hana", other="Mary")
    assert "Nobody was found" in answer.text
    assert "is no member any more" in here.logs("hana", other="0006").text


def test_what_is_sent_for_somebody_who_has_left_is_answered_in_words(here: Kadoma) -> None:
    address = farewell(here, "mary", "/left")
    does(here, "ken", address, reason="moves away")
    assert "This member has left already" in sends(here, "ken", address, reason="again").text
    assert sends(here, "ken", farewell(here, "hana", "/return"), reason="is here").status_code == 409


def test_these_pages_are_for_coordinators_and_for_members_of_this_community(here: Kadoma) -> None:
    for page in ("", "/left", "/died", "/return"):
        assert here.as_("hana").get(f"/kadoma/{farewell(here, 'mary', page)}").status_code == 403
        strange = f"/kadoma/members/{here.stranger.giver_id}/farewell{page}"
        assert here.as_("ken").get(strange).status_code == 404
    assert here.as_("ken").get(f"/kadoma/members/{here.stranger.giver_id}/away").status_code == 404
    assert here.as_("ken").post(f"/kadoma/members/{here.stranger.giver_id}/back").status_code == 404
    assert here.as_("hana").get(f"/kadoma/members/{here.mary.id}/away").status_code == 403
    assert here.as_("auditor").get("/kadoma/membership").status_code == 403


# --- away ---------------------------------------------------------------------------------------------------


def test_a_member_goes_away_others_see_it_and_they_come_back(here: Kadoma) -> None:
    last = clock.today("Asia/Tokyo") + timedelta(days=10)
    for until in ("", "soon", "2020-01-01", "2999-01-01"):
        assert here.as_("mitsuko").post("/kadoma/membership", data={"until": until}).status_code == 422
    answer = here.as_("mitsuko").post("/kadoma/membership", data={"until": last.isoformat()})
    assert answer.status_code == 303
    assert "Others see that you are away until" in here.as_("mitsuko").get("/kadoma/").text
    assert "田中 光子 (0003) · Away until" in here.as_("hana").get("/kadoma/exchanges/new").text
    several = here.logs("hana", other="田中")
    assert "Honmachi · Away until" in " ".join(several.text.split())
    logged = here.logs("hana", other="0003")
    page = here.as_("hana").get(logged.headers["Location"]).text
    assert "so an answer may take a while" in page
    assert "Away until" in here.as_("ken").get("/kadoma/members/").text
    assert here.as_("mitsuko").post("/kadoma/membership/back").status_code == 303
    assert "Others see that you are away" not in here.as_("mitsuko").get("/kadoma/").text


def test_who_is_away_is_told_wherever_hours_are_logged_or_granted_by_hand(here: Kadoma, pool: Pool) -> None:
    last = clock.today("Asia/Tokyo") + timedelta(days=10)
    assert here.as_("mitsuko").post("/kadoma/membership", data={"until": last.isoformat()}).status_code == 303
    joint = here.logs("hana", "joint", others="0003\n0002", hours="2", shared="whole").text
    assert "田中 光子 is away until" in joint
    assert "Ken Sato is away until" not in joint
    for_others = here.logs(
        "ken",
        "for-others",
        givers="0003\n0001",
        receivers="0002",
        shared="whole",
        word="both",
        heard="telephone",
    )
    assert "田中 光子 is away until" in for_others.text
    for page in ("grant", "give-for"):
        form = here.as_("ken").get(f"/kadoma/pools/{pool.id}/{page}").text
        assert "田中 光子 (0003) · Away until" in form


def test_a_coordinator_enters_an_absence_and_its_end(here: Kadoma) -> None:
    last = clock.today("Asia/Tokyo") + timedelta(days=10)
    address = f"/kadoma/members/{here.mary.id}"
    assert here.as_("ken").post(f"{address}/away", data={"until": last.isoformat()}).status_code == 303
    assert "Away until" in here.as_("ken").get(address).text
    assert "Here again" in here.as_("ken").get(f"{address}/away").text
    assert here.as_("ken").post(f"{address}/back").status_code == 303
    assert "not active now" in here.as_("ken").get(f"/kadoma/members/{here.member('paused').id}/away").text
    paused = here.as_("paused").get("/kadoma/membership").text
    assert "Your membership is paused" in paused
