"""The pages of guardians, of invitations, of forms on paper, and of consents."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.builders import Neighbour
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import signed_in
from tests.builders import written
from tests.timebank.joining.asking import ASKS
from tests.timebank.joining.asking import MINOR
from tests.timebank.joining.asking import applications
from tests.timebank.joining.asking import carried
from tests.timebank.joining.asking import code_of
from tests.timebank.joining.asking import key
from tests.timebank.joining.asking import link_in
from tests.timebank.joining.asking import member
from timebank import clock
from timebank.members.guardians import guardian_of
from timebank.members.queries import person_of

# --- guardians ----------------------------------------------------------------------------------------------


def test_a_guardian_consents_by_mail_and_then_a_coordinator_accepts(
    app: Flask, hana: Neighbour, desk: FlaskClient, stranger: FlaskClient
) -> None:
    stranger.post("/kadoma/join", data=key() | ASKS | MINOR | {"health_agreed": "y"})
    asked = applications(app)[0]
    assert desk.post(f"/kadoma/applications/{asked.id}/accept").status_code == 422
    ((to, _subject, text),) = carried(app)
    assert to == "mother@example.org"
    address = link_in(text)
    page = stranger.get(address).text
    assert "I am the guardian of Sora" in page
    assert "health of Sora" in page
    assert stranger.post(address, data={}).status_code == 422
    assert stranger.post(address.replace("kadoma", "moriguchi"), data={"agreed": "y"}).status_code == 404
    assert stranger.post(address, data={"agreed": "y"}).status_code == 303
    assert stranger.get(address).status_code == 404
    assert desk.post(f"/kadoma/applications/{asked.id}/accept").status_code == 303
    sora = member(app, hana, "2")
    assert sora is not None
    guardian = written(app, lambda session: guardian_of(session, member=sora))
    assert guardian is not None
    assert guardian.wording.startswith("Coordinators use them")
    assert "I am the guardian of Sora" in guardian.wording
    assert guardian.consented_on == clock.today("Asia/Tokyo")


def test_a_guardian_signs_on_paper_and_another_one_later_until_the_member_is_of_age(
    app: Flask, hana: Neighbour, desk: FlaskClient, stranger: FlaskClient
) -> None:
    today = clock.today("Asia/Tokyo")
    stranger.post("/kadoma/join", data=key() | ASKS | MINOR | {"guardian_email": ""})
    asked = applications(app)[0]
    on_paper = f"/kadoma/applications/{asked.id}/guardian"
    tomorrow = (today + timedelta(days=1)).isoformat()
    assert desk.post(on_paper, data={"signed_on": tomorrow}).status_code == 422
    assert desk.post(on_paper, data={"signed_on": today.isoformat()}).status_code == 303
    desk.post(f"/kadoma/applications/{asked.id}/accept")
    sora = member(app, hana, "2")
    assert sora is not None
    page = desk.get(f"/kadoma/members/{sora.id}/joining").text
    assert "Mother of Sora" in page
    uncle = {"guardian_name": "Uncle", "guardian_reached_by": "next door", "signed_on": today.isoformat()}
    assert desk.post(f"/kadoma/members/{sora.id}/guardian", data=uncle).status_code == 303
    assert "Uncle" in desk.get(f"/kadoma/members/{sora.id}/joining").text
    assert "Uncle is asked and told nothing" in desk.get(f"/kadoma/members/{sora.id}/of-age").text
    assert desk.post(f"/kadoma/members/{sora.id}/of-age").status_code == 303
    assert written(app, lambda session: guardian_of(session, member=sora)) is None
    assert desk.get(f"/kadoma/members/{sora.id}/of-age").status_code == 303


# --- invitations --------------------------------------------------------------------------------------------


def test_an_invitation_on_paper_makes_a_member_who_has_signed_in(
    app: Flask, hana: Neighbour, desk: FlaskClient, stranger: FlaskClient
) -> None:
    good_until = clock.today("Asia/Tokyo") + timedelta(days=7)
    made = {"note": "Poster", "uses": "2", "good_until": good_until.isoformat(), "email": ""}
    paper = desk.post("/kadoma/invitations/new", data=key() | made)
    assert paper.status_code == 200
    assert "<svg" in paper.text
    printed = re.search(r"(?:[2-9A-Z]{4} ){3}[2-9A-Z]{4}", paper.text)
    assert printed
    assert desk.post("/kadoma/invitations/new", data=key() | made).status_code == 422
    answer = stranger.post("/kadoma/join/invitation", data={"code": printed[0].lower()})
    address = answer.headers["Location"]
    assert stranger.post(address, data=key(2) | ASKS).status_code == 422
    answer = stranger.post(address, data=key(2) | ASKS | {"password": "a-password-of-mine"})
    assert answer.headers["Location"] == "/kadoma/"
    assert "Your member number is 2" in stranger.get("/kadoma/").text
    # The same form from another tab.
    again = stranger.post(address, data=key(2) | ASKS | {"password": "a-password-of-mine"})
    assert again.status_code == 303
    assert "Used 1 of 2 times" in desk.get("/kadoma/invitations/").text
    assert "Wants to join" not in desk.get("/kadoma/").text


def test_an_invitation_by_mail_is_used_up_and_ended(
    app: Flask, hana: Neighbour, desk: FlaskClient, stranger: FlaskClient
) -> None:
    good_until = clock.today("Asia/Tokyo").isoformat()
    made = {"note": "Neighbour", "uses": "1", "good_until": good_until, "email": "sora@example.org"}
    assert desk.post("/kadoma/invitations/new", data=key() | made).status_code == 303
    ((to, _subject, text),) = carried(app)
    assert to == "sora@example.org"
    address = link_in(text)
    joined = stranger.post(address, data=key(2) | ASKS | {"email": "sora@example.org"})
    assert joined.headers["Location"] == "/kadoma/join/welcome"
    ((to, subject, _text),) = carried(app)
    assert (to, subject) == ("sora@example.org", "You are a member of Kadoma neighbours")
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, data=key(3) | ASKS | {"email": "other@example.org"}).status_code == 404


def test_a_code_that_is_none_is_counted(app: Flask, hana: Neighbour, stranger: FlaskClient) -> None:
    stranger.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    tried = [stranger.post("/kadoma/join/invitation", data={"code": "2345" * 4}) for _ in range(21)]
    assert [answer.status_code for answer in tried] == [422] * 20 + [429]
    assert "no longer good" in tried[0].text
    code = code_of(app, hana)
    assert stranger.post("/kadoma/join/invitation", data={"code": code}).status_code == 429


def test_an_invited_minor_waits_for_the_guardian(app: Flask, hana: Neighbour, stranger: FlaskClient) -> None:
    code = code_of(app, hana)
    sent = key() | ASKS | MINOR | {"password": "a-password-of-mine"}
    assert stranger.post(f"/kadoma/join/with/{code}", data=sent).headers["Location"] == "/kadoma/join/welcome"
    assert member(app, hana, "2") is None
    ((_to, _subject, text),) = carried(app)
    assert stranger.post(link_in(text), data={"agreed": "y"}).status_code == 303
    sora = member(app, hana, "2")
    assert sora is not None
    assert written(app, lambda session: person_of(session, member=sora)) is not None
    data = {"name": "2", "password": "a-password-of-mine"}
    assert stranger.post("/kadoma/sign-in", data=data).status_code == 303


# --- paper and consents -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "words"), [("en", "I would like to join"), ("ja", "入会申込書")])
def test_the_form_is_printed_in_the_readers_language(desk: FlaskClient, language: str, words: str) -> None:
    desk.post("/language", data={"language": language})
    page = desk.get("/kadoma/applications/paper").text
    assert words in page
    assert f'<html lang="{language}"' in page
    assert "<svg" in page


def test_a_signed_form_is_entered_in_the_words_of_the_paper(
    app: Flask, hana: Neighbour, desk: FlaskClient
) -> None:
    data = key() | ASKS | {"number": "2", "language": "ja", "signed_on": "2026-11-20", "health_agreed": "y"}
    minor = data | MINOR
    assert desk.post("/kadoma/applications/enter", data=minor).status_code == 422
    for _ in range(2):
        assert desk.post("/kadoma/applications/enter", data=data).status_code == 303
    entered = applications(app)
    assert len(entered) == 1
    assert "同意します" in entered[0].wording
    assert entered[0].consented_on.isoformat() == "2026-11-20"
    sora = member(app, hana, "2")
    assert sora is not None
    page = desk.get(f"/kadoma/members/{sora.id}/joining").text
    assert "They do not sign in" in page
    assert desk.post(f"/kadoma/members/{sora.id}/health-consent/withdraw").status_code == 303
    assert "No consent" in desk.get(f"/kadoma/members/{sora.id}/joining").text


def test_a_member_gives_and_withdraws_the_consent_to_notes_about_health(app: Flask, hana: Neighbour) -> None:
    def enter(session: Session) -> Neighbour:
        a_member(session, hana.community)
        return a_neighbour(session, hana.community, name="Taro")

    taro = signed_in(app, written(app, enter))
    assert "/kadoma/membership/consents" in taro.get("/kadoma/membership").text
    assert "You have not consented" in taro.get("/kadoma/membership/consents").text
    taro.post("/kadoma/membership/consents/health")
    assert "Withdraw this consent" in taro.get("/kadoma/membership/consents").text
    taro.post("/kadoma/membership/consents/health/withdraw")
    assert "You have not consented" in taro.get("/kadoma/membership/consents").text
