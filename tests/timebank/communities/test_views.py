"""The pages about communities."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import signed_in
from tests.builders import written
from timebank.communities.service import find_community
from timebank.rights import RIGHT_LABELS

FACTS = {
    "name": "門真の会",
    "legal_form": "任意団体",
    "address": "大阪府\r\n門真市",
    "telephone": "06-1234-5678",
    "language": "en",
    "time_zone": "Asia/Tokyo",
    "year_begins_month": "4",
    "currency": "JPY",
    "started_on": "平成31年4月1日",
    "rounding_minutes": "30",
    "answer_days": "14",
}


@pytest.fixture
def hana(app: Flask) -> Neighbour:
    return written(app, lambda session: a_neighbour(session, a_community(session, slug="kadoma"), "steward"))


@pytest.fixture
def steward(app: Flask, hana: Neighbour) -> FlaskClient:
    return signed_in(app, hana)


def test_without_a_community_the_first_page_says_how_to_begin(client: FlaskClient) -> None:
    assert "timebank community create" in client.get("/").text


def test_the_only_community_is_entered_at_once(client: FlaskClient, hana: Neighbour) -> None:
    assert client.get("/").headers["Location"].startswith("/kadoma/")


def test_of_several_communities_one_is_chosen(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    written(app, lambda session: a_community(session, slug="moriguchi", name="Moriguchi"))
    page = client.get("/")
    assert "/kadoma/sign-in" in page.text
    assert "Moriguchi" in page.text


def test_a_steward_changes_the_settings(app: Flask, steward: FlaskClient) -> None:
    assert 'value="2019-04-01"' in steward.get("/kadoma/settings/facts").text
    assert steward.post("/kadoma/settings/facts", data=FACTS).status_code == 303
    community = written(app, lambda session: find_community(session, "kadoma"))
    assert community
    assert (community.name, community.address) == ("門真の会", "大阪府\n門真市")
    assert (community.rounding_minutes, community.answer_days) == (30, 14)
    page = steward.get("/kadoma/settings").text
    assert "The settings are saved" in page
    assert "任意団体" in page
    assert "06-1234-5678" in steward.get("/kadoma/account").text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("time_zone", "Asia/Nowhere"),
        ("currency", "¥"),
        ("started_on", "someday"),
        ("started_on", ""),
        ("started_on", "2999-01-01"),
        ("rounding_minutes", "x"),
        ("rounding_minutes", "0"),
        ("rounding_minutes", "99999999999999999999"),
        ("answer_days", "-1"),
        ("address", "x" * 301),
        ("language", "xx"),
        ("year_begins_month", "13"),
    ],
)
def test_a_setting_that_cannot_be_is_said_in_its_field(
    app: Flask, steward: FlaskClient, field: str, typed: str
) -> None:
    answer = steward.post("/kadoma/settings/facts", data=FACTS | {field: typed})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "門真の会" in answer.text or field == "name"
    community = written(app, lambda session: find_community(session, "kadoma"))
    assert community
    assert community.name == "Kadoma neighbours"


def test_kinds_of_help_come_and_go(steward: FlaskClient) -> None:
    assert "None yet" in steward.get("/kadoma/settings").text
    assert steward.post("/kadoma/settings/kinds", data={"name": "送迎"}).status_code == 303
    assert "送迎" in steward.get("/kadoma/settings").text
    assert steward.post("/kadoma/settings/kinds", data={"name": "送迎"}).status_code == 422
    page = steward.get("/kadoma/settings/kinds").text
    (retire,) = {line.split('"')[0] for line in page.split('action="') if "/retire" in line.split('"')[0]}
    assert steward.post(retire).status_code == 303
    assert "no longer offered" in steward.get("/kadoma/settings/kinds").text
    assert steward.post("/kadoma/settings/kinds/999/retire").status_code == 404


def test_everybody_here_reads_who_may_do_what(app: Flask, client: FlaskClient, hana: Neighbour) -> None:
    page = signed_in(app, hana).get("/kadoma/rights")
    assert page.status_code == 200
    for label in RIGHT_LABELS.values():
        assert label in page.text
    assert 'href="/kadoma/rights"' in signed_in(app, hana).get("/kadoma/").text
    assert client.get("/kadoma/rights").status_code == 303
    assert 'href="/kadoma/rights"' not in client.get("/kadoma/sign-in").text


def test_another_communitys_kind_is_not_there(app: Flask, steward: FlaskClient, hana: Neighbour) -> None:
    other = written(
        app, lambda session: a_neighbour(session, a_community(session, slug="moriguchi"), "steward")
    )
    signed_in(app, other).post("/moriguchi/settings/kinds", data={"name": "Noise"})
    answers = [steward.post(f"/kadoma/settings/kinds/{number}/retire").status_code for number in range(1, 50)]
    assert set(answers) == {404}
