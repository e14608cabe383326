"""The pages of a household: saying who it was, leaving, and what a coordinator settles."""

from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_hand
from tests.builders import a_member
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.test_letters import work_off
from tests.timebank.pools.test_views import told
from timebank.contacts.models import MEMBERS
from timebank.contacts.models import TELEPHONE
from timebank.contacts.service import set_detail
from timebank.members.models import Member

KEY = {"key": "form:00000000000000000042"}


def for_the_household(here: Kadoma, name: str = "hana") -> None:
    household = here.member("household")
    assert here.as_(name).post("/kadoma/for-whom", data={"member": household.id}).status_code == 303


def test_a_household_is_asked_who_it_was_and_nobody_else_reads_it(here: Kadoma) -> None:
    """Hana logs for the household what her son did; it stands on its statement, and not on Ken's."""
    for_the_household(here)
    page = here.as_("hana").get("/kadoma/exchanges/new").text
    assert "Who of you was it?" in page
    hana, son = here.people["hana"].person.id, here.people["son"].person.id
    assert f'<option selected value="{hana}">' in page
    assert "Taro Yamada" in page
    typed = {"other": "0002", "direction": "received", "who": str(son)}
    assert here.logs("hana", **typed).status_code == 303
    assert here.logs("hana", **typed | {"who": "987654", "hours": "2"}).status_code == 422
    (exchange,) = [one for one in here.exchanges() if one.giver_id == here.member("ken").id]
    shown = f"/kadoma/exchanges/{exchange.id}"
    assert "Taro Yamada" in here.as_("hana").get(shown).text
    assert "for Taro Yamada" in told(here.as_("hana").get("/kadoma/statement"))
    assert "for Taro Yamada" in told(here.as_("hana").get("/kadoma/statement/print"))
    assert "Taro" in here.as_("auditor").get(shown).text
    # Ken is a coordinator, and sees it as one; to Mitsuko it would be nobody's name.
    other = here.logs("hana", other="0003", direction="received", who=str(son))
    address = other.headers["Location"]
    assert "Taro" not in here.as_("mitsuko").get(address).text
    assert "Taro" not in told(here.as_("mitsuko").get("/kadoma/statement"))
    # A person is not asked.
    assert "Who of you" not in here.as_("mitsuko").get("/kadoma/exchanges/new").text


def test_who_it_was_is_said_later_by_the_household_or_a_coordinator(here: Kadoma) -> None:
    exchange = here.gives("household", "mitsuko")
    household, hana = here.member("household"), here.people["hana"].person
    page = f"/kadoma/exchanges/{exchange.id}/who/{household.id}"
    # Hana is here for herself.
    assert here.as_("hana").get(page).status_code == 404
    for_the_household(here)
    assert page in here.as_("hana").get(f"/kadoma/exchanges/{exchange.id}").text
    assert here.as_("hana").post(page, data={"who": str(hana.id)}).status_code == 303
    assert "by Hana Yamada" in told(here.as_("hana").get("/kadoma/statement"))
    assert here.as_("hana").post(page, data={"who": "4711"}).status_code == 422
    assert here.as_("ken").get(page).status_code == 200
    assert here.as_("ken").post(page, data={"who": "", "sent": "y"}).status_code == 303
    assert here.as_("mitsuko").get(page).status_code == 404
    assert here.as_("auditor").get(page).status_code == 403
    wrong = f"/kadoma/exchanges/{exchange.id}/who/{here.member('mitsuko').id}"
    assert here.as_("ken").get(wrong).status_code == 404


def test_somebody_leaves_with_their_hours_and_everybody_is_told(app: Flask, here: Kadoma) -> None:
    hana, household = here.people["hana"].person, here.member("household")
    here.gives("household", "mitsuko", minutes=180, who={household.id: hana.id})
    work_off(app)
    page = f"/kadoma/for-whom/{household.id}/leave"
    assert page in here.as_("hana").get("/kadoma/for-whom").text
    shown = here.as_("hana").get(page)
    assert "3 h" in told(shown)
    assert 'value="3:00"' in shown.text
    too_much = here.as_("hana").post(page, data={"hours": "4"})
    assert too_much.status_code == 422
    assert "no more can be taken along" in too_much.text
    assert 'value="4"' in too_much.text
    assert here.as_("hana").post(page, data={"hours": "2:30"}).status_code == 303
    assert here.as_("hana").get(page).status_code == 404
    # A second click finds that it is done, and asks for nothing more.
    again = here.as_("hana").post(page, data={"hours": "1"})
    assert (again.status_code, again.headers["Location"]) == (303, "/kadoma/for-whom")
    assert here.balances("hana", "household") == [0, 180]
    # It waits for a coordinator, who sees how it comes about.
    assert "hours to settle: 1" in told(here.as_("ken").get("/kadoma/"))
    listed = here.as_("ken").get("/kadoma/shares/").text
    settle = f"/kadoma/members/{household.id}/shares/{hana.id}"
    assert settle in listed
    assert "2 h 30 min" in told(here.as_("ken").get(settle))
    for hours in ("4", ""):
        assert here.as_("ken").post(settle, data=KEY | {"hours": hours, "reason": ""}).status_code == 422
    assert (
        here.as_("ken").post(settle, data=KEY | {"hours": "2", "reason": "As you agreed"}).status_code == 303
    )
    again = here.as_("ken").post(settle, data=KEY | {"hours": "1", "reason": "A second click"})
    assert again.status_code == 303
    assert here.balances("hana", "household") == [120, 60]
    assert "Share of a household's hours" in told(here.as_("hana").get("/kadoma/statement"))
    assert "from Yamada household" in told(here.as_("hana").get("/kadoma/statement"))
    letters = [one for one in work_off(app) if "takes along" in one.subject]
    assert {one.to_address for one in letters} == {here.people["hana"].name, here.people["son"].name}
    assert all("As you agreed" in one.text and "2 h" in one.text for one in letters)
    assert "Nobody waits" in here.as_("ken").get("/kadoma/shares/").text
    assert (
        "Hours came along from number"
        in here.as_("ken").get(f"/kadoma/members/{here.member('hana').id}").text
    )


def test_who_is_no_member_yet_is_entered_first(app: Flask, here: Kadoma) -> None:
    son, household = here.people["son"].person, here.member("household")
    here.gives("household", "mitsuko", minutes=60, who={household.id: son.id})
    page = f"/kadoma/for-whom/{household.id}/leave"
    assert "no member of your own" in here.as_("son").get(page).text
    left = here.as_("son").post(page, data={"hours": "1"})
    assert left.headers["Location"] == "/kadoma/for-whom/thanks"
    settle = f"/kadoma/members/{household.id}/shares/{son.id}"
    assert settle in here.as_("ken").get(f"/kadoma/members/{household.id}/shares/").text
    nobody = here.as_("ken").post(settle, data=KEY | {"hours": "1", "other": ""})
    assert nobody.status_code == 422
    assert "to whose account the hours go" in nobody.text
    entered = written(app, lambda session: a_member(session, here.community, name="Taro", number="0077"))
    assert here.as_("ken").post(settle, data=KEY | {"hours": "1", "other": "0001"}).status_code == 422
    assert here.as_("ken").post(settle, data=KEY | {"hours": "1", "other": "0077"}).status_code == 303
    assert "1 h" in told(here.as_("ken").get(f"/kadoma/members/{entered.id}"))


def test_whose_is_not_theirs_to_leave_or_to_settle_is_not_there(app: Flask, here: Kadoma) -> None:
    household, keiko = here.member("household"), here.people["keiko"].person
    assert here.as_("mitsuko").get(f"/kadoma/for-whom/{household.id}/leave").status_code == 404
    # Keiko is trusted by Mary, and lays that down elsewhere.
    assert here.as_("keiko").get(f"/kadoma/for-whom/{here.mary.id}/leave").status_code == 404
    assert here.as_("mitsuko").get("/kadoma/shares/").status_code == 403
    for path in (
        f"/kadoma/members/{household.id}/shares/{keiko.id}",
        f"/kadoma/members/{household.id}/shares/{here.people['son'].person.id}",
        f"/kadoma/members/{here.mary.id}/shares/{keiko.id}",
        f"/kadoma/members/{here.mary.id}/shares/",
        f"/kadoma/members/987654/shares/{keiko.id}",
    ):
        assert here.as_("ken").get(path).status_code == 404, path


def test_a_coordinator_does_not_settle_their_own(app: Flask, here: Kadoma) -> None:
    ken, household = here.people["ken"].person, here.member("household")

    def joins(session: Session) -> None:
        a_hand(session, session.get_one(Member, household.id), ken, called="Ken")

    written(app, joins)
    here.gives("household", "mitsuko", minutes=60, who={household.id: ken.id})
    here.as_("ken").post(f"/kadoma/for-whom/{household.id}/leave", data={"hours": "1"})
    settle = f"/kadoma/members/{household.id}/shares/{ken.id}"
    refused = here.as_("ken").post(settle, data=KEY | {"hours": "1"})
    assert refused.status_code == 422
    assert "ask another coordinator" in refused.text
    assert here.balance("ken") == 0


def test_somebody_who_has_left_stays_hidden_from_the_household(here: Kadoma) -> None:
    """Leaving by oneself hides as it does where a coordinator ends it."""
    hana, household = here.member("hana"), here.member("household")

    def tells(session: Session) -> None:
        whose = session.get_one(Member, hana.id)
        set_detail(
            session,
            community=here.community,
            member=whose,
            kind=TELEPHONE,
            value="06-1234-5678",
            audience=MEMBERS,
            actor=SOMEBODY,
        )

    written(here.app, tells)
    reach = f"/kadoma/members/{hana.id}/reach"
    assert "06-1234-5678" in here.as_("son").post(reach).text
    left = here.as_("hana").post(f"/kadoma/for-whom/{household.id}/leave", data={"hours": ""})
    assert left.status_code == 303
    assert "nothing here that you may see" in here.as_("son").post(reach).text
    assert "06-1234-5678" in here.as_("mitsuko").post(reach).text
