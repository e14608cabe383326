"""For whom somebody is here, on pages; and forms that were begun for somebody else."""

import re

from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_hand
from tests.builders import a_household
from tests.builders import a_member
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import typist_of
from timebank.hands.service import end_hand
from timebank.members.models import LEFT
from timebank.members.models import Hand
from timebank.members.models import Member
from timebank.people.models import Person


def chooses(here: Kadoma, name: str, member: Member | None, **more: str) -> int:
    wanted = {"member": str(member.id) if member else ""} | more
    return here.as_(name).post("/kadoma/for-whom", data=wanted).status_code


def ticks(app: Flask, here: Kadoma, may: str) -> None:
    def work(session: Session) -> None:
        hand = session.get_one(Hand, (here.people["keiko"].person.id, here.mary.id))
        hand.may = may

    written(app, work)


def test_a_member_acts_for_the_household_sees_so_on_every_page_and_goes_back(here: Kadoma) -> None:
    hana, household = here.as_("hana"), here.member("household")
    assert "You act for" not in hana.get("/kadoma/").text
    assert f'value="{household.id}"' in hana.get("/kadoma/for-whom").text
    assert chooses(here, "hana", household) == 303
    for page in ("", "exchanges/new", "statement", "account", "for-whom", "nowhere"):
        assert "You act for <strong><bdi>Yamada household</bdi></strong>" in hana.get(f"/kadoma/{page}").text
    # She is asked as the household, and is a coordinator nowhere.
    here.logs("hana", other="0003", direction="received")
    assert here.balances("hana", "household") == [0, -90]
    assert chooses(here, "hana", None) == 303
    assert "You act for" not in hana.get("/kadoma/").text
    here.logs("hana", other="0003", direction="received", hours="1")
    assert here.balances("hana", "household") == [-60, -90]


def test_offices_rest_while_somebody_acts_for_others(app: Flask, here: Kadoma) -> None:
    ken, household = here.people["ken"].person, here.member("household")
    written(app, lambda session: a_hand(session, household, ken, called="Ken"))
    assert here.as_("ken").get("/kadoma/exchanges/waiting").status_code == 200
    chooses(here, "ken", household)
    assert here.as_("ken").get("/kadoma/exchanges/waiting").status_code == 403
    chooses(here, "ken", None)
    assert here.as_("ken").get("/kadoma/exchanges/waiting").status_code == 200


def test_who_is_only_a_hand_comes_to_the_member_at_once_and_of_two_is_asked(app: Flask, here: Kadoma) -> None:
    assert "Hello, Yamada household" in here.as_("son").get("/kadoma/").text
    son = here.people["son"].person
    written(app, lambda session: a_household(session, here.community, son, name="Choir", number="0051"))
    answer = here.as_("son").get("/kadoma/")
    assert answer.headers["Location"] == "/kadoma/for-whom"
    page = here.as_("son").get("/kadoma/for-whom").text
    assert ("Act for Choir" in page, "Act for Yamada household" in page) == (True, True)
    assert here.as_("son").get("/kadoma/exchanges/new").status_code == 403
    assert chooses(here, "son", here.member("household")) == 303
    assert here.as_("son").get("/kadoma/exchanges/new").status_code == 200


def test_nobody_acts_for_whom_they_have_no_hand(app: Flask, here: Kadoma) -> None:
    mitsuko = here.member("mitsuko")
    elsewhere = written(app, lambda session: session.get_one(Member, here.stranger.giver_id))
    for member in (mitsuko, elsewhere):
        assert chooses(here, "hana", member) == 404
    for typed in ("-1", "0x1", "１", "9" * 30, "1 OR 1=1", "hana"):
        sent = here.as_("hana").post("/kadoma/for-whom", data={"member": typed})
        assert sent.status_code in (303, 404)
    assert "You act for" not in here.as_("hana").get("/kadoma/").text
    # What a session holds is a wish, and asked anew each time.
    with here.as_("hana").session_transaction() as cookie:
        cookie["acts_for"] = {"kadoma": mitsuko.id}
    assert "Hello, Hana Yamada" in here.as_("hana").get("/kadoma/").text
    with here.as_("hana").session_transaction() as cookie:
        cookie["acts_for"] = "nonsense"
    assert "Hello, Hana Yamada" in here.as_("hana").get("/kadoma/").text


def test_what_ended_is_over_at_the_next_request_of_an_open_session(app: Flask, here: Kadoma) -> None:
    household = here.member("household")
    chooses(here, "hana", household)
    form = here.as_("hana").get("/kadoma/exchanges/new")
    assert f'name="acts_for" value="{household.id}"' in form.text
    answer = here.as_("ken").post(f"/kadoma/members/{household.id}/hands/{here.people['hana'].person.id}/end")
    assert answer.status_code == 303
    refused = here.logs("hana", other="0003", acts_for=str(household.id))
    assert refused.status_code == 422
    assert "for whom you do not act now" in refused.text
    assert "Hello, Hana Yamada" in here.as_("hana").get("/kadoma/").text
    person = here.people["son"].person
    written(app, lambda session: end_hand(session, member=household, person=person, actor=SOMEBODY))
    assert here.as_("son").get("/kadoma/").status_code == 403
    assert here.count() == 1


def test_a_household_that_has_left_is_acted_for_no_more(app: Flask, here: Kadoma) -> None:
    chooses(here, "hana", here.member("household"))

    def work(session: Session) -> None:
        session.get_one(Member, here.member("household").id).state = LEFT

    written(app, work)
    assert "Hello, Hana Yamada" in here.as_("hana").get("/kadoma/").text
    assert here.as_("son").get("/kadoma/").status_code == 403


def test_a_form_that_another_tab_has_overtaken_is_booked_for_nobody(here: Kadoma) -> None:
    hana, household = here.as_("hana"), here.member("household")
    form = hana.get("/kadoma/exchanges/new")
    begun = {"acts_for": str(here.member("hana").id), "typed_by": typist_of(form)}
    chooses(here, "hana", household)
    refused = here.logs("hana", other="0003", direction="received", description="Bread", **begun)
    assert refused.status_code == 422
    assert "This form was begun for yourself" in refused.text
    assert here.count() == 1
    kept = re.search(r'name="kept" value="([^"]+)"', refused.text)
    assert kept
    led = hana.post("/kadoma/for-whom", data={"member": "", "kept": kept[1]})
    assert led.headers["Location"] == "/kadoma/exchanges/new"
    again = hana.get("/kadoma/exchanges/new")
    assert "Bread" in again.text
    assert "You act for" not in again.text
    # The other way round, and by a button as well as a form.
    exchange = here.proposes("mitsuko", "household")
    refused = hana.post(f"/kadoma/exchanges/{exchange.id}/confirm", data={"acts_for": str(household.id)})
    assert (refused.status_code, here.state(exchange)) == (422, "proposed")
    assert "This form was begun for Yamada household" in refused.text
    # Whom one's own sign-in concerns is oneself, whoever is acted for.
    assert hana.post("/kadoma/sign-out", data={"acts_for": "1"}).status_code == 303


def test_what_was_typed_for_one_member_is_not_shown_for_another(here: Kadoma) -> None:
    hana, household = here.as_("hana"), here.member("household")
    chooses(here, "hana", household)
    form = hana.get("/kadoma/exchanges/new")
    typed = {"acts_for": str(household.id), "typed_by": typist_of(form)}
    hana.post("/kadoma/sign-out")
    ended = here.logs("hana", other="0003", description="Bread for all", **typed)
    kept = re.search(r'name="kept"[^>]*value="([^"]+)"', ended.text)
    assert kept
    known = {"name": here.people["hana"].name, "password": "a-password-for-tests", "kept": kept[1]}
    assert hana.post("/kadoma/sign-in", data=known).status_code == 303
    page = hana.get("/kadoma/exchanges/new").text
    assert ("Bread for all" in page, "You act for" in page) == (True, True)
    chooses(here, "hana", None)
    assert "Bread for all" not in hana.get("/kadoma/exchanges/new").text


def test_the_record_tells_the_household_and_officers_who_it_was_and_others_do_not_know(
    here: Kadoma,
) -> None:
    exchange = here.proposes("mitsuko", "household")
    assert here.as_("son").post(f"/kadoma/exchanges/{exchange.id}/confirm").status_code == 303
    address = f"/kadoma/exchanges/{exchange.id}"
    assert "by Yamada household (Taro Yamada)" in here.as_("son").get(address).text
    for officer in ("ken", "auditor"):
        assert "by Yamada household (Taro Yamada)" in here.as_(officer).get(address).text
    seen = here.as_("mitsuko").get(address).text
    assert ("by Yamada household" in seen, "Taro" in seen) == (True, False)


def test_the_audit_trail_tells_who_it_was_and_for_whom(here: Kadoma) -> None:
    exchange = here.proposes("mitsuko", "household")
    assert here.as_("son").post(f"/kadoma/exchanges/{exchange.id}/confirm").status_code == 303
    trail = here.as_("auditor").get("/kadoma/audit?act=exchanges.confirm").text
    assert "Yamada household" in trail
    assert "(Taro Yamada)" in trail


def test_nobody_says_alone_what_two_have_to_say(here: Kadoma) -> None:
    hana, household = here.as_("hana"), here.member("household")
    # For the household she takes from herself, and the other way round.
    chooses(here, "hana", household)
    for direction in ("gave", "received"):
        refused = here.logs("hana", other="0001", direction=direction)
        assert refused.status_code == 422
        assert "So that two persons have said it" in refused.text
    several = here.logs("hana", "joint", others="0003\n0001", shared="whole")
    assert several.status_code == 422
    chooses(here, "hana", None)
    here.logs("hana", other="0050")
    (proposed,) = [one for one in here.exchanges() if one.giver_id == here.member("hana").id]
    chooses(here, "hana", household)
    refused = hana.post(f"/kadoma/exchanges/{proposed.id}/confirm")
    assert (refused.status_code, here.state(proposed)) == (422, "proposed")
    # Her son is somebody else.
    assert here.as_("son").post(f"/kadoma/exchanges/{proposed.id}/confirm").status_code == 303
    assert here.state(proposed) == "confirmed"


def test_who_has_logged_for_one_side_and_lost_that_hand_does_not_confirm_for_the_other(
    app: Flask, here: Kadoma
) -> None:
    keiko, mary, household = here.people["keiko"].person, here.mary, here.member("household")
    assert here.logs("keiko", other="0050").status_code == 303
    (proposed,) = [one for one in here.exchanges() if one.giver_id == mary.id]

    def work(session: Session) -> None:
        session.delete(session.get_one(Hand, (keiko.id, mary.id)))
        session.flush()
        a_hand(session, session.get_one(Member, household.id), session.get_one(Person, keiko.id), called="K")

    written(app, work)
    refused = here.as_("keiko").post(f"/kadoma/exchanges/{proposed.id}/confirm")
    assert "You have logged this for the other side" in refused.text
    assert here.state(proposed) == "proposed"


def test_a_trusted_person_sees_and_does_what_is_ticked_and_no_more(app: Flask, here: Kadoma) -> None:
    keiko = here.as_("keiko")
    asked = here.proposes("hana", "mary", description="Soup")
    booked = here.gives("mary", "hana", description="Letters")
    pages = ("statement", "exchanges/new", f"exchanges/{asked.id}/decline", f"exchanges/{booked.id}")
    for may, open_ in (
        ("read", (200, 403, 403, 200)),
        ("log", (403, 200, 403, 404)),
        ("answer", (403, 403, 200, 200)),
        ("", (403, 403, 403, 404)),
        ("answer log read", (200, 200, 200, 200)),
    ):
        ticks(app, here, may)
        assert tuple(keiko.get(f"/kadoma/{page}").status_code for page in pages) == open_, may
        home = keiko.get("/kadoma/").text
        assert ("Balance of hours" in home, "Letters" in home) == ("read" in may, "read" in may)
        assert ("Soup" in home) == ("answer" in may)
        assert ('href="/kadoma/exchanges/new"' in home) == ("log" in may)
    for page in ("membership", "membership/leave", "membership/hands", "pools/", "members/"):
        assert keiko.get(f"/kadoma/{page}").status_code == 403


def test_how_a_member_stands_and_whom_they_met_is_not_told_by_the_way(app: Flask, here: Kadoma) -> None:
    here.gives("hana", "mary")
    ticks(app, here, "answer log")
    form = here.as_("keiko").get("/kadoma/exchanges/new").text
    assert "balance" not in form
    assert form.index("(0003)") < form.index("Hana Yamada (0001)")
    sent = here.logs("keiko", other="0001", direction="received", hours="2")
    assert sent.status_code == 303
    assert "balance" not in here.as_("keiko").get(sent.headers["Location"]).text
    # What she has logged herself she may see, whatever is ticked.
    ticks(app, here, "log")
    assert here.as_("keiko").get(sent.headers["Location"]).status_code == 200


def test_a_coordinator_adds_and_removes_whoever_acts_and_they_see_each_other(here: Kadoma) -> None:
    address = f"/kadoma/members/{here.member('household').id}"
    assert "Who acts for it" in here.as_("ken").get(address).text
    typed = {"who": "mie@example.org", "name": "Mie Yamada"}
    assert here.as_("ken").post(f"{address}/hands", data=typed).status_code == 303
    refused = here.as_("ken").post(f"{address}/hands", data=typed)
    assert refused.status_code == 422
    assert "Mie Yamada acts for this member already." in refused.text
    seen = here.as_("son").get("/kadoma/membership/hands").text
    assert all(name in seen for name in ("Mie Yamada", "Taro Yamada", "Hana Yamada"))
    assert "mie@example.org" not in seen
    one = here.as_("ken").post(f"/kadoma/members/{here.mary.id}/hands", data=typed)
    assert "This member is one person" in one.text


def test_a_household_is_entered_and_nobody_signs_in_as_it(app: Flask, here: Kadoma) -> None:
    known = {"number": "0077", "name": "Sunflower school", "kind": "organisation"}
    entered = here.as_("ken").post("/kadoma/members/new", data=known)
    page = here.as_("ken").get(entered.headers["Location"]).text
    assert "An organisation" in page
    assert "Let them sign in" not in page
    code = here.as_("ken").post(f"{entered.headers['Location']}/sign-in-code")
    assert code.status_code == 422
    assert here.as_("ken").post("/kadoma/members/new", data=known | {"kind": "client"}).status_code == 422


def test_the_name_of_a_community_elsewhere_is_not_acted_in(app: Flask, here: Kadoma) -> None:
    household = here.member("household")
    chooses(here, "hana", household)
    member = written(app, lambda session: a_member(session, number="0050"))
    assert chooses(here, "hana", member) == 404
    assert here.as_("hana").get("/moriguchi/").status_code == 403
