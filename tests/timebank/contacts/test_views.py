"""The pages of how members are reached: opened by a button, put on the trail, and standing nowhere else."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import an_exchange
from tests.builders import an_officer
from tests.builders import as_member
from tests.builders import signed_in
from tests.builders import written
from timebank import clock
from timebank.communities.models import Community
from timebank.contacts import views
from timebank.contacts.models import AGREED
from timebank.contacts.models import KINDS
from timebank.contacts.models import MEMBERS
from timebank.contacts.models import TELEPHONE
from timebank.contacts.models import ContactDetail
from timebank.contacts.service import set_detail
from timebank.contacts.sharing import rules_of
from timebank.contacts.sharing import write_rules
from timebank.members.models import Member
from timebank.members.service import suspend_member

NUMBER = "06-0000-4321"
SAID = {
    "telephone": NUMBER,
    "telephone_audience": "agreed",
    "email": "Hana@Example.org",
    "email_audience": "members",
    "address": "1-2-3 Honmachi\nOldtown",
    "address_audience": "coordinators",
    "other": "",
    "other_audience": "nobody",
}


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
def ken(app: Flask, community: Community) -> Neighbour:
    return written(app, lambda session: a_neighbour(session, community, name="Ken", number="002"))


@pytest.fixture
def coordinator(app: Flask, community: Community) -> Neighbour:
    return written(
        app, lambda session: a_neighbour(session, community, "coordinator", name="Cora", number="009")
    )


def of(neighbour: Neighbour) -> Member:
    assert neighbour.member is not None
    return neighbour.member


def tell(app: Flask, who: Neighbour, **facts: str) -> None:
    known: dict[str, Any] = {"kind": TELEPHONE, "value": NUMBER, "audience": AGREED} | facts
    written(
        app,
        lambda session: set_detail(
            session, community=who.community, member=of(who), actor=as_member(of(who)), **known
        ),
    )


def kept(app: Flask, member: Member) -> dict[str, tuple[str, str]]:
    def read(session: Session) -> dict[str, tuple[str, str]]:
        found = (session.get(ContactDetail, (member.id, kind)) for kind in KINDS)
        return {one.kind: (one.value, one.audience) for one in found if one}

    return written(app, read)


def reach(client: FlaskClient, who: Neighbour, page: str = "reach") -> str:
    return client.post(f"/kadoma/members/{of(who).id}/{page}").text


def test_a_member_says_how_they_are_reached_and_reads_who_sees_it(app: Flask, hana: Neighbour) -> None:
    client = signed_in(app, hana)
    assert "/membership/reach" in client.get("/kadoma/membership").text
    answer = client.post("/kadoma/membership/reach", data=SAID, follow_redirects=True)
    assert "Saved." in answer.text
    assert kept(app, of(hana)) == {
        "telephone": (NUMBER, "agreed"),
        "email": ("hana@example.org", "members"),
        "address": ("1-2-3 Honmachi\nOldtown", "coordinators"),
    }
    for sentence in (
        "people with whom you have agreed an exchange",
        "All members see it who open your page",
        "Coordinators see it, and nobody else",
    ):
        assert sentence in answer.text
    assert "when both of you have said yes" in answer.text
    client.post("/kadoma/membership/reach", data=SAID | {"telephone": "", "address_audience": "nobody"})
    assert sorted(kept(app, of(hana))) == ["address", "email"]
    assert "Only you see it." in client.get("/kadoma/membership/reach").text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"telephone": "in the evening"}, "telephone number in digits"),
        ({"email": "hana at home"}, "is not an e-mail address"),
        ({"telephone_audience": "the world"}, "choose"),
        ({"address": "a" * 10_000}, "At most 300 characters"),
        ({"other": "a\x00b"}, "cannot"),
        ({"telephone": "９" * 41}, "At most 40 characters"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_lost(
    app: Flask, hana: Neighbour, typed: dict[str, str], told: str
) -> None:
    answer = signed_in(app, hana).post("/kadoma/membership/reach", data=SAID | typed)
    assert answer.status_code == 422
    assert told in answer.text
    assert "1-2-3 Honmachi" in answer.text or "address" in typed
    assert kept(app, of(hana)) == {}


def test_nothing_is_shown_before_the_button_is_pressed(
    app: Flask, community: Community, hana: Neighbour, ken: Neighbour
) -> None:
    tell(app, hana)
    client = signed_in(app, ken)
    path = f"/kadoma/members/{of(hana).id}/reach"
    assert NUMBER not in client.get(path).text
    assert "nothing here that you may see" in reach(client, hana)
    exchange = written(app, lambda session: an_exchange(session, community, of(ken), of(hana)))
    assert NUMBER not in client.get(path).text
    shown = client.get(f"/kadoma/exchanges/{exchange.id}").text
    assert f'action="{path}"' in shown
    assert f"members/{of(ken).id}/reach" not in shown
    assert NUMBER in reach(client, hana)
    assert "no-store" in client.post(path).headers["Cache-Control"]


def test_nobody_reads_off_the_whole_neighbourhood_in_a_day(
    app: Flask, hana: Neighbour, ken: Neighbour, coordinator: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(app, hana, audience=MEMBERS)
    monkeypatch.setattr(views, "LOOKS_A_DAY", 2)
    path = f"/kadoma/members/{of(hana).id}/reach"
    client = signed_in(app, ken)
    assert [client.post(path).status_code for _ in range(4)] == [200, 200, 429, 429]
    refused = client.post(path).text
    assert "many times today" in refused
    assert NUMBER not in refused
    # Another browser is not another reader; another member is.
    assert signed_in(app, ken).post(path).status_code == 429
    assert signed_in(app, coordinator).post(path).status_code == 200
    later = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert NUMBER in reach(signed_in(app, ken), hana)


def test_the_address_for_signing_in_is_shown_to_coordinators_by_a_button_only(
    app: Flask, ken: Neighbour, coordinator: Neighbour
) -> None:
    """Nothing else is written down of how Ken is reached."""
    desk, address = signed_in(app, coordinator), ken.person.email
    assert address
    assert "an e-mail address" in desk.get(f"/kadoma/members/{of(ken).id}").text
    for page in ("", "/contact"):
        assert address not in desk.get(f"/kadoma/members/{of(ken).id}{page}").text
    assert address in reach(desk, ken, "contact")
    assert "Cora (009)" in signed_in(app, ken).get("/kadoma/membership/reach/looks").text


def test_a_member_finds_whom_they_want_to_reach_by_name_or_number(
    app: Flask, hana: Neighbour, ken: Neighbour
) -> None:
    tell(app, hana, audience=MEMBERS)
    client = signed_in(app, ken)
    assert "Reach a neighbour" in client.get("/kadoma/").text
    for typed in ("hana", "001", "Hana (001)"):
        answer = client.get("/kadoma/reach", query_string={"who": typed})
        assert answer.headers["Location"] == f"/kadoma/members/{of(hana).id}/reach"
    assert "Nobody was found" in client.get("/kadoma/reach?who=zz").text
    assert "choose the other person" in client.get("/kadoma/reach?who=").text
    written(app, lambda session: a_member(session, hana.community, name="Hana", number="008"))
    several = client.get("/kadoma/reach?who=hana")
    assert 'name="who-pick"' in several.text
    picked = client.get("/kadoma/reach?who=hana&who-pick=001")
    assert picked.headers["Location"] == f"/kadoma/members/{of(hana).id}/reach"


def test_who_is_paused_sees_nobody(app: Flask, hana: Neighbour, ken: Neighbour) -> None:
    tell(app, hana, audience=MEMBERS)

    def pause(session: Session) -> None:
        suspend_member(session, member=session.get_one(Member, of(ken).id), reason="pause", actor=SOMEBODY)

    written(app, pause)
    page = reach(signed_in(app, ken), hana)
    assert "paused" in page
    assert NUMBER not in page


def test_a_coordinators_look_is_on_the_trail_and_the_member_reads_it(
    app: Flask, community: Community, hana: Neighbour, ken: Neighbour, coordinator: Neighbour
) -> None:
    tell(app, hana)
    tell(app, ken, value="06-0000-9999")
    desk, own = signed_in(app, coordinator), signed_in(app, hana)
    assert "No officer has looked" in own.get("/kadoma/membership/reach/looks").text
    page = desk.get(f"/kadoma/members/{of(hana).id}/contact").text
    assert "audit trail" in page
    assert NUMBER not in page
    assert NUMBER in reach(desk, hana, "contact")
    reach(desk, ken, "contact")
    looked = own.get("/kadoma/membership/reach/looks").text
    assert looked.count("Cora (009)") == 1
    printed = desk.get(f"/kadoma/members/{of(hana).id}/contact/looks").text
    assert printed.count("Cora (009)") == 1
    assert NUMBER not in printed
    auditor = written(app, lambda session: an_officer(session, community, "auditor"))
    trail = signed_in(app, auditor).get("/kadoma/audit?act=contact_desk.look").text
    assert trail.count("Looked up how a member is reached, as a coordinator") >= 2
    # A member who looks is no officer.
    reach(signed_in(app, ken), hana)
    assert own.get("/kadoma/membership/reach/looks").text.count("<li>") == looked.count("<li>")


def test_an_officer_who_is_no_member_stands_on_the_list_without_an_address(
    app: Flask, community: Community, hana: Neighbour
) -> None:
    tell(app, hana)
    officer = written(app, lambda session: an_officer(session, community, "coordinator"))
    assert NUMBER in reach(signed_in(app, officer), hana, "contact")
    looks = signed_in(app, hana).get("/kadoma/membership/reach/looks").text
    assert "an officer who is no member" in looks
    assert officer.name not in looks


def test_a_coordinator_does_not_see_what_is_kept_back(
    app: Flask, hana: Neighbour, coordinator: Neighbour
) -> None:
    tell(app, hana, audience="nobody")
    desk = signed_in(app, coordinator)
    page = reach(desk, hana, "contact")
    assert NUMBER not in page
    assert "Nothing is written down that you may see" not in page
    ken = written(app, lambda session: a_member(session, hana.community, name="Ken", number="008"))
    page = desk.get(f"/kadoma/members/{ken.id}/contact").text
    assert "Nothing is written down that you may see" in page


def test_a_coordinator_writes_down_what_they_were_told(
    app: Flask, hana: Neighbour, coordinator: Neighbour
) -> None:
    desk = signed_in(app, coordinator)
    path = f"/kadoma/members/{of(hana).id}/contact/write"
    told = {"kind": "telephone", "value": NUMBER, "audience": "agreed", "heard": "telephone"}
    assert desk.post(path, data=told).status_code == 303
    assert kept(app, of(hana)) == {"telephone": (NUMBER, "agreed")}
    assert NUMBER not in desk.get(path).text
    assert NUMBER not in desk.get(f"/kadoma/members/{of(hana).id}").text
    for wrong in ({"heard": ""}, {"kind": "fax"}, {"value": "evenings"}, {"audience": "nobody"}):
        assert desk.post(path, data=told | wrong).status_code == 422
    nothing = desk.post(path, data=told | {"kind": "address", "value": ""})
    assert nothing.status_code == 422
    assert "Nothing of this kind is written down yet" in nothing.text
    assert desk.post(path, data=told | {"gone": "y"}).status_code == 303
    assert kept(app, of(hana)) == {}


def test_rules_are_written_read_asked_and_agreed_to(
    app: Flask, community: Community, hana: Neighbour, ken: Neighbour
) -> None:
    tell(app, hana, audience=MEMBERS)
    steward = signed_in(app, written(app, lambda session: an_officer(session, community, "steward")))
    own, other = signed_in(app, hana), signed_in(app, ken)
    assert "no rules of its own yet" in own.get("/kadoma/sharing-rules").text
    assert "asked whether you agree" not in own.get("/kadoma/").text
    rules = {"words": "Numbers are for neighbours.", "widest": "members", "suggested": "agreed"}
    assert steward.post("/kadoma/settings/sharing-rules", data=rules).status_code == 303
    assert "Numbers are for neighbours." in steward.get("/kadoma/settings/sharing-rules").text
    assert "asked whether you agree" in own.get("/kadoma/").text
    assert NUMBER not in reach(other, hana)
    page = own.get("/kadoma/membership/reach").text
    assert "Numbers are for neighbours." in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    for wrong in ("", "x", "-1", "９", "9" * 30):
        assert own.post("/kadoma/membership/reach/agree", data={"version": wrong}).status_code == 409
    assert own.post("/kadoma/membership/reach/agree", data={"version": version[1]}).status_code == 303
    assert "asked whether you agree" not in own.get("/kadoma/").text
    assert NUMBER in reach(other, hana)
    assert own.post("/kadoma/membership/reach/end-consent").status_code == 303
    assert NUMBER not in reach(other, hana)
    too_wide = steward.post(
        "/kadoma/settings/sharing-rules", data=rules | {"widest": "agreed", "suggested": "members"}
    )
    assert too_wide.status_code == 422
    steward.post(
        "/kadoma/settings/sharing-rules", data=rules | {"widest": "coordinators", "suggested": "nobody"}
    )
    assert "As they were before" in own.get("/kadoma/sharing-rules").text


def test_a_coordinator_writes_down_a_consent_heard_by_telephone(
    app: Flask, community: Community, hana: Neighbour, ken: Neighbour, coordinator: Neighbour
) -> None:
    tell(app, hana, audience=MEMBERS)
    desk = signed_in(app, coordinator)
    path = f"/kadoma/members/{of(hana).id}/sharing-rules"
    assert "no rules of its own yet" in desk.get(path).text
    assert "no rules of its own yet" in desk.get("/kadoma/members/sharing-rules").text
    for words in ("Old words.", "New words."):
        written(
            app,
            lambda session, words=words: write_rules(  # type: ignore[misc]
                session,
                community=community,
                words=words,
                widest=AGREED,
                suggested=AGREED,
                actor=as_member(of(ken)),
            ),
        )
    assert "Hana" in desk.get("/kadoma/members/sharing-rules").text
    assert "New words." in desk.get(path).text
    assert "has not agreed" in desk.get(f"/kadoma/members/{of(hana).id}/contact").text
    said = {"answer": "yes", "heard": "telephone", "version": "1"}
    assert desk.post(path, data=said).status_code == 409
    assert desk.post(path, data=said | {"heard": ""}).status_code == 422
    assert desk.post(path, data=said | {"version": "2"}).status_code == 303
    assert "Everybody who shares something" in desk.get("/kadoma/members/sharing-rules").text
    assert "at most to people who have agreed" in desk.get(f"/kadoma/members/{of(hana).id}/contact").text
    assert written(app, lambda session: rules_of(session, community_id=community.id)) is not None
    assert desk.post(path, data=said | {"answer": "no", "version": "2"}).status_code == 303
    assert "Hana" in desk.get("/kadoma/members/sharing-rules").text
