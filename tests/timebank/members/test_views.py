"""The officers' pages about members."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

import ledger
from tests.builders import PASSWORD
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import signed_in
from tests.builders import written
from timebank.members.models import Member
from timebank.members.queries import find_by_number
from timebank.members.queries import hours_of
from timebank.people.service import roles_of


@pytest.fixture
def hana(app: Flask) -> Neighbour:
    def work(session: Session) -> Neighbour:
        community = a_community(session, slug="kadoma")
        return a_neighbour(session, community, "coordinator", "steward", number="1", name="Hana")

    return written(app, work)


@pytest.fixture
def desk(app: Flask, hana: Neighbour) -> FlaskClient:
    """The browser of a coordinator who is the steward, too."""
    return signed_in(app, hana)


@pytest.fixture
def taro(app: Flask, hana: Neighbour) -> Member:
    return written(
        app,
        lambda session: a_member(
            session, hana.community, number="2", name="山田 太郎", reading="やまだ たろう", district="北"
        ),
    )


def again(app: Flask, member: Member) -> Member:
    return written(app, lambda session: session.get_one(Member, member.id))


def test_members_are_listed_and_found(desk: FlaskClient, taro: Member) -> None:
    everybody = desk.get("/kadoma/members/").text
    assert "Hana" in everybody
    assert "やまだ" in everybody
    found = desk.get("/kadoma/members/?q=タロウ").text
    assert f"/kadoma/members/{taro.id}" in found
    assert 'value="タロウ"' in found
    assert "Nobody was found" in desk.get("/kadoma/members/?q=nobody").text


def test_a_long_list_goes_on_on_the_next_page(app: Flask, desk: FlaskClient, hana: Neighbour) -> None:
    def crowd(session: Session) -> list[Member]:
        return [a_member(session, hana.community, name="Crowd", number=f"C{n:03}") for n in range(101)]

    members = written(app, crowd)
    first = desk.get("/kadoma/members/")
    assert f"after={members[99].id}" in first.text
    second = desk.get(f"/kadoma/members/?after={members[99].id}")
    assert "C100" in second.text
    assert "C099" not in second.text
    assert "Hana" in second.text


def test_a_member_is_entered_with_the_next_number(app: Flask, desk: FlaskClient, taro: Member) -> None:
    assert 'value="3"' in desk.get("/kadoma/members/new").text
    data = {"number": "3", "name": "Jiro", "reading": "じろう", "district": ""}
    answer = desk.post("/kadoma/members/new", data=data)
    assert answer.status_code == 303
    assert "Jiro is a member now" in desk.get(answer.headers["Location"]).text
    twice = desk.post("/kadoma/members/new", data=data)
    assert twice.status_code == 422
    assert "Another member has the number 3" in twice.text
    assert 'value="Jiro"' in twice.text


def test_a_member_without_a_name_or_number_is_not_entered(desk: FlaskClient) -> None:
    answer = desk.post("/kadoma/members/new", data={"number": "", "name": ""})
    assert answer.status_code == 422
    assert 'id="number-error"' in answer.text
    assert 'id="name-error"' in answer.text


def test_a_members_page_shows_how_their_hours_stand(desk: FlaskClient, taro: Member) -> None:
    page = desk.get(f"/kadoma/members/{taro.id}").text
    assert "−12 h" in page
    assert "北" in page
    assert "a coordinator does it on their behalf" in page
    assert "Entered as a member" in page


def test_a_limit_is_set_with_a_reason(app: Flask, desk: FlaskClient, hana: Neighbour, taro: Member) -> None:
    address = f"/kadoma/members/{taro.id}/limit"
    assert desk.get(address).status_code == 200
    refused = desk.post(address, data={"limit": "20", "reason": ""})
    assert refused.status_code == 422
    assert 'value="20"' in refused.text
    assert desk.post(address, data={"limit": "x", "reason": "After an operation"}).status_code == 422
    assert desk.post(address, data={"limit": "20", "reason": "After an operation"}).status_code == 303
    standing = written(app, lambda session: ledger.balance(session, hours_of(taro, hana.community)))
    assert standing.floor == -20 * 60
    assert "After an operation" in desk.get(f"/kadoma/members/{taro.id}").text
    assert 'value="20:00"' in desk.get(address).text
    desk.post(address, data={"limit": "", "reason": "Well again"})
    assert again(app, taro).own_limit_minutes is None


def test_a_member_is_suspended_and_resumed(app: Flask, desk: FlaskClient, taro: Member) -> None:
    for verb, before, after in (("suspend", "active", "suspended"), ("resume", "suspended", "active")):
        address = f"/kadoma/members/{taro.id}/{verb}"
        assert again(app, taro).state == before
        assert desk.get(address).status_code == 200
        assert desk.post(address, data={"reason": " "}).status_code == 422
        assert desk.post(address, data={"reason": "Asked for a rest"}).status_code == 303
        assert again(app, taro).state == after
        assert desk.get(f"/kadoma/members/{taro.id}").status_code == 200
        assert desk.post(address, data={"reason": "Once more"}).status_code == 422
        assert "<textarea" not in desk.get(address).text


def test_a_member_is_given_a_sign_in_once(app: Flask, desk: FlaskClient, taro: Member) -> None:
    address = f"/kadoma/members/{taro.id}/sign-in"
    assert desk.get(address).status_code == 200
    for data in (
        {"password": "short"},
        {"email": "taro", "password": PASSWORD},
        {"email": "", "password": ""},
    ):
        assert desk.post(address, data=data).status_code == 422
    assert desk.post(address, data={"email": "taro@example.org", "password": PASSWORD}).status_code == 303
    again_refused = desk.post(address, data={"email": "", "password": PASSWORD})
    assert again_refused.status_code == 422
    assert "can sign in already" in again_refused.text
    for name in ("2", "taro@example.org"):
        answer = app.test_client().post("/kadoma/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303


def test_a_steward_gives_offices(app: Flask, desk: FlaskClient, hana: Neighbour) -> None:
    jiro = written(app, lambda session: a_neighbour(session, hana.community, name="Jiro"))
    assert jiro.member
    address = f"/kadoma/members/{jiro.member.id}/offices"
    assert desk.get(address).status_code == 200
    assert desk.post(address, data={"roles": ["treasurer", "auditor"]}).status_code == 303
    held = written(app, lambda session: roles_of(session, person=jiro.person, community=hana.community))
    assert held == {"treasurer", "auditor"}
    assert "Treasurer" in desk.get(f"/kadoma/members/{jiro.member.id}").text
    assert desk.post(address, data={"roles": ["emperor"]}).status_code == 422


def test_the_last_steward_cannot_leave_the_office_empty(desk: FlaskClient, hana: Neighbour) -> None:
    assert hana.member
    answer = desk.post(f"/kadoma/members/{hana.member.id}/offices", data={"roles": ["coordinator"]})
    assert answer.status_code == 422
    assert "needs a steward" in answer.text


def test_offices_are_for_those_who_sign_in(desk: FlaskClient, taro: Member) -> None:
    assert desk.get(f"/kadoma/members/{taro.id}/offices").status_code == 404


def test_the_limits_of_all_are_set_in_one_place(
    app: Flask, desk: FlaskClient, hana: Neighbour, taro: Member
) -> None:
    assert 'value="12:00"' in desk.get("/kadoma/settings/limits").text
    assert desk.post("/kadoma/settings/limits", data={"limit": ""}).status_code == 422
    assert desk.post("/kadoma/settings/limits", data={"limit": "200000"}).status_code == 422
    assert desk.post("/kadoma/settings/limits", data={"limit": "0", "ceiling": "100"}).status_code == 303
    standing = written(app, lambda session: ledger.balance(session, hours_of(taro, hana.community)))
    assert (standing.floor, standing.ceiling) == (0, 6000)
    assert "Credit limit (minutes)" in desk.get("/kadoma/settings").text


def test_what_was_entered_can_be_found_by_its_number(app: Flask, hana: Neighbour, taro: Member) -> None:
    found = written(app, lambda session: find_by_number(session, community=hana.community, number="2"))
    assert found
    assert found.id == taro.id


def test_ones_own_page_leads_home_and_that_of_others_stays_closed(
    app: Flask, hana: Neighbour, taro: Member
) -> None:
    jiro = written(app, lambda session: a_neighbour(session, hana.community))
    assert jiro.member
    client = signed_in(app, jiro)
    answer = client.get(f"/kadoma/members/{jiro.member.id}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kadoma/")
    for member_id in (taro.id, 999_999):
        assert client.get(f"/kadoma/members/{member_id}").status_code == 404


@pytest.mark.parametrize("nothing", ["\u0301", "\u3164", "\u200d\ufe0f"], ids=ascii)
def test_a_name_or_a_number_that_shows_nothing_is_none(desk: FlaskClient, nothing: str) -> None:
    for typed, sentence in (
        ({"name": nothing}, "A member needs a name"),
        ({"number": nothing}, "A member number has 1 to"),
    ):
        answer = desk.post("/kadoma/members/new", data={"number": "77", "name": "Jiro"} | typed)
        assert answer.status_code == 422
        assert sentence in answer.text


def test_an_office_that_is_none_is_refused_in_our_words(
    app: Flask, desk: FlaskClient, hana: Neighbour
) -> None:
    jiro = written(app, lambda session: a_neighbour(session, hana.community))
    assert jiro.member
    answer = desk.post(f"/kadoma/members/{jiro.member.id}/offices", data={"roles": ["emperor", "king"]})
    assert answer.status_code == 422
    assert "Please choose only from these" in answer.text
