"""The pages of my data: taken along, asked about, answered, erased; and what to do after a leak."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import an_exchange
from tests.builders import an_officer
from tests.builders import as_member
from tests.builders import signed_in
from tests.builders import written
from timebank.communities.models import Community
from timebank.contacts.models import COORDINATORS
from timebank.contacts.models import NOBODY
from timebank.contacts.models import OTHER
from timebank.contacts.models import TELEPHONE
from timebank.contacts.service import set_detail
from timebank.farewells.service import Parting
from timebank.farewells.service import leave
from timebank.mail.models import Mail
from timebank.members.models import Member
from timebank.mydata.leaks import TELL_OF_LEAK
from timebank.mydata.letters import tell_of_leak
from timebank.mydata.models import LeakTold
from timebank.mydata.service import retention_of
from timebank.queue import Task

NUMBER = "06-0000-4321"


@pytest.fixture
def app(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def community(app: Flask) -> Community:
    return written(app, lambda session: a_community(session, slug="kadoma"))


@pytest.fixture
def hana(app: Flask, community: Community) -> Neighbour:
    return written(app, lambda session: a_neighbour(session, community, name="Hana", number="001"))


@pytest.fixture
def desk(app: Flask, community: Community) -> FlaskClient:
    return signed_in(app, written(app, lambda session: an_officer(session, community, "coordinator")))


@pytest.fixture
def steward(app: Flask, community: Community) -> FlaskClient:
    return signed_in(app, written(app, lambda session: an_officer(session, community, "steward")))


def of(neighbour: Neighbour) -> Member:
    assert neighbour.member is not None
    return neighbour.member


def live(app: Flask, who: Neighbour) -> None:
    """Let somebody write down details and receive something, with noise of others beside it."""

    def work(session: Session) -> None:
        ken, mary = (a_member(session, who.community, name=name) for name in ("Ken", "Mary"))
        an_exchange(session, who.community, ken, of(who), description="Letters")
        an_exchange(session, who.community, ken, mary, description="Somebody else's")
        an_exchange(session, who.community, of(who), ken, minutes=300)
        for kind, value, audience in ((TELEPHONE, NUMBER, COORDINATORS), (OTHER, "mine alone", NOBODY)):
            set_detail(
                session,
                community=who.community,
                member=of(who),
                kind=kind,
                value=value,
                audience=audience,
                actor=as_member(of(who)),
            )

    written(app, work)


def let_leave(app: Flask, who: Neighbour) -> None:
    parting = Parting(reason="moved", withdrawn_because="has left", key="form:leave")
    written(
        app,
        lambda session: leave(
            session,
            community=session.get_one(Community, who.community.id),
            member=session.get_one(Member, of(who).id),
            parting=parting,
            actor=COORDINATOR,
        ),
    )


def test_a_member_takes_along_everything_and_nothing_of_others(app: Flask, hana: Neighbour) -> None:
    live(app, hana)
    client = signed_in(app, hana)
    assert "/membership/my-data" in client.get("/kadoma/membership").text
    answer = client.post("/kadoma/membership/my-data/file")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    known = json.loads(answer.text)
    rows = {part["table"]: part["rows"] for part in known["parts"]}
    assert known["member"] == "001"
    assert rows["member"][0]["name"] == "Hana"
    assert {one["value"] for one in rows["contact_detail"]} == {NUMBER, "mine alone"}
    assert [one["description"] for one in rows["exchange"]] == ["Letters", ""]
    assert rows["exchange"][0]["giver_id"].startswith("Ken (")
    assert rows["person"][0]["email"] == hana.name
    assert "Somebody else's" not in answer.text
    assert "argon2" not in answer.text
    page = client.post("/kadoma/membership/my-data/page")
    assert page.headers["Content-Disposition"] == 'attachment; filename="my-data.html"'
    for told in ("Letters", NUMBER, "mine alone", "1 h 30 min", "Coordinators", "Took along what is known"):
        assert told in page.text, told
    assert "<link" not in page.text
    assert "<script" not in page.text


def test_a_page_to_keep_reads_in_the_members_language(app: Flask, hana: Neighbour) -> None:
    live(app, hana)
    client = signed_in(app, hana)
    client.post("/language", data={"language": "ja"})
    page = client.post("/kadoma/membership/my-data/page").text
    assert '<html lang="ja">' in page
    assert "1時間30分" in page


def test_a_member_asks_and_withdraws(app: Flask, hana: Neighbour) -> None:
    client = signed_in(app, hana)
    assert "What stays when somebody is erased" in client.get("/kadoma/membership/my-data").text
    asked = client.get("/kadoma/membership/my-data/ask").text
    assert "has to leave first" in asked
    assert "30 days" in asked
    told = {"kind": "erase", "words": "Please"}
    assert client.post("/kadoma/membership/my-data/ask", data=told).status_code == 303
    again = client.post("/kadoma/membership/my-data/ask", data=told)
    assert again.status_code == 422
    assert "asked already" in again.text
    for wrong in ({"kind": ""}, {"kind": "sell"}, {"words": "x" * 10_000}, {"words": "a\x00b"}):
        assert client.post("/kadoma/membership/my-data/ask", data=told | wrong).status_code == 422
    page = client.get("/kadoma/membership/my-data").text
    way = re.search(r'action="([^"]+/withdraw)"', page)
    assert way
    assert client.post(way[1]).status_code == 303
    assert client.post(way[1]).status_code == 409
    assert 'action="' + way[1] not in client.get("/kadoma/membership/my-data").text


def test_a_request_is_written_down_answered_and_read(
    app: Flask, hana: Neighbour, desk: FlaskClient, steward: FlaskClient
) -> None:
    path = f"/kadoma/members/{of(hana).id}/data"
    assert "Nothing waits" in desk.get("/kadoma/data-requests").text
    told = {"kind": "correct", "words": "It is Hanna", "heard": "telephone"}
    assert desk.post(f"{path}/ask", data=told | {"heard": ""}).status_code == 422
    assert desk.post(f"{path}/ask", data=told).status_code == 303
    assert "It is Hanna" not in desk.get("/kadoma/data-requests").text
    waiting = re.search(r'href="(/kadoma/data-requests/\d+)"', desk.get("/kadoma/data-requests").text)
    assert waiting
    assert "It is Hanna" in desk.get(waiting[1]).text
    assert desk.post(waiting[1], data={"granted": "yes", "answer": ""}).status_code == 422
    assert steward.post(waiting[1], data={"granted": "yes", "answer": "It is Hanna now"}).status_code == 303
    late = desk.post(waiting[1], data={"granted": "no", "answer": "No"})
    assert late.status_code == 409
    own = signed_in(app, hana).get("/kadoma/membership/my-data").text
    assert "It is Hanna now" in own


def test_an_officer_prints_what_is_known_and_the_member_reads_it(
    app: Flask, hana: Neighbour, desk: FlaskClient
) -> None:
    live(app, hana)
    path = f"/kadoma/members/{of(hana).id}/data"
    assert NUMBER not in desk.get(path).text
    printed = desk.post(f"{path}/print").text
    assert NUMBER in printed
    assert "mine alone" not in printed
    looks = signed_in(app, hana).get("/kadoma/membership/reach/looks").text
    assert "an officer who is no member" in looks


def test_a_member_is_erased_after_what_has_to_be_settled(
    app: Flask, community: Community, hana: Neighbour, desk: FlaskClient
) -> None:
    live(app, hana)
    path = f"/kadoma/members/{of(hana).id}/data/erase"
    page = desk.get(path).text
    assert "has to leave first" in page
    assert 'name="sure"' not in page
    assert desk.post(path, data={"sure": "y"}).status_code == 409
    let_leave(app, hana)
    assert "gone from backups after 30 days" in desk.get(path).text
    assert desk.post(path, data={}).status_code == 422
    assert desk.post(path, data={"sure": "y"}).status_code == 303
    shown = desk.get(f"/kadoma/members/{of(hana).id}").text
    assert "Former member 1" in shown
    assert "Hana" not in shown
    assert NUMBER not in desk.post(f"/kadoma/members/{of(hana).id}/contact").text
    desk.post("/language", data={"language": "ja"})
    assert "元会員 1" in desk.get(f"/kadoma/members/{of(hana).id}").text
    assert "消されました" in desk.get(path).text
    name = written(app, lambda session: session.get_one(Member, of(hana).id).name)
    assert name == "Former member 1"
    (letter,) = written(app, lambda session: session.scalars(select(Mail)).all())
    assert letter.to_address == hana.name
    assert "30 days" in letter.text
    signing_in = app.test_client().post("/kadoma/sign-in", data={"name": hana.name, "password": "x"})
    assert signing_in.status_code == 422
    back = desk.post(f"/kadoma/members/{of(hana).id}/farewell/return", data={"reason": "is back"})
    assert back.status_code == 409


def test_a_steward_decides_how_long_words_are_kept(
    app: Flask, community: Community, steward: FlaskClient
) -> None:
    days = {"unbooked_days": "90", "reasons_days": "365", "requests_days": "1095", "backups_days": "14"}
    for wrong in ("", "x", "1", "-90", "9" * 30, "９０日"):
        answer = steward.post("/kadoma/settings/retention", data=days | {"unbooked_days": wrong})
        assert answer.status_code == 422, wrong
    assert steward.post("/kadoma/settings/retention", data=days).status_code == 303
    kept = written(app, lambda session: retention_of(session, community_id=community.id))
    assert (kept.unbooked_days, kept.backups_days) == (90, 14)
    assert 'value="14"' in steward.get("/kadoma/settings/retention").text


def test_a_leak_is_written_down_and_those_concerned_are_told(
    app: Flask, community: Community, hana: Neighbour, steward: FlaskClient
) -> None:
    written(app, lambda session: a_member(session, community, name="Ken", number="002"))
    assert "72 hours" in steward.get("/kadoma/leaks/").text
    facts = {"noticed_on": "2026-04-10", "happened": "A list was left on the train", "people": "12"}
    for wrong in ({"noticed_on": ""}, {"noticed_on": "3026-01-01"}, {"happened": ""}, {"people": "-1"}):
        assert steward.post("/kadoma/leaks/new", data=facts | wrong).status_code == 422, wrong
    answer = steward.post("/kadoma/leaks/new", data=facts)
    assert answer.status_code == 303
    path = answer.headers["Location"]
    page = steward.get(path).text
    assert "Wed 15 April 2026" in page
    assert "Sun 10 May 2026" in page
    assert "not yet known" in page
    later = facts | {"on_purpose": "y", "reported_on": "2026-04-12", "closed_on": "2026-06-01"}
    assert steward.post(f"{path}/change", data=later).status_code == 303
    assert "Tue 9 June 2026" in steward.get(path).text
    told = {"others": "001\n002", "words": "A list with your name was lost."}
    assert steward.post(f"{path}/tell", data=told | {"others": "nobody"}).status_code == 422
    sent = steward.post(f"{path}/tell", data=told, follow_redirects=True)
    assert "Written to: 1. To be called: 1." in sent.text

    def letter(session: Session) -> Mail:
        leak = session.scalars(select(LeakTold.leak_id)).first()
        for member_id in (of(hana).id, 9_999):
            payload = {"leak": leak, "member": member_id}
            tell_of_leak(session, Task(1, community.id, TELL_OF_LEAK, payload, 1))
        return session.scalars(select(Mail)).one()

    mail = written(app, letter)
    assert mail.to_address == hana.name
    assert mail.subject == "Something about your data"
    assert "A list with your name was lost." in mail.text
