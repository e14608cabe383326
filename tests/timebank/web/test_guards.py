"""Who may see a page or send a form, and what becomes of a form whose session ended."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.builders import PASSWORD
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import a_person
from tests.builders import an_office
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from timebank.communities.models import HelpKind
from timebank.people.models import KeptForm
from timebank.web import needs
from timebank.web import safe_next
from timebank.web.guards import GUARD

TYPED = {"number": "77", "name": "佐藤 一郎", "reading": "", "district": ""}


@pytest.fixture
def hana(app: Flask) -> Neighbour:
    return written(
        app,
        lambda session: a_neighbour(session, a_community(session, slug="kadoma"), "coordinator", "steward"),
    )


@pytest.fixture
def strict(app: Flask) -> Flask:
    """The application with its forms' tokens checked, as people meet it."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app


def hidden(answer: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', answer.text)
    assert found, answer.text
    return found[1]


def sign_in(client: FlaskClient, who: Neighbour, page: TestResponse | None = None) -> TestResponse:
    page = page or client.get("/kadoma/sign-in")
    carried = {name: hidden(page, name) for name in ("csrf_token", "next", "kept")}
    return client.post("/kadoma/sign-in", data={"name": who.name, "password": PASSWORD} | carried)


def typed(app: Flask, who: Neighbour, **more: str) -> dict[str, str]:
    """What somebody sends who typed into the form of a session that has ended."""
    client = app.test_client()
    sign_in(client, who)
    mark = hidden(client.get("/kadoma/members/new"), "typed_by")
    return TYPED | {"csrf_token": "old", "typed_by": mark} | more


def rows(app: Flask, table: type) -> int:
    return written(app, lambda session: session.scalar(select(func.count()).select_from(table))) or 0


def test_every_view_says_whom_it_is_for(app: Flask) -> None:
    silent = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint != "static" and not hasattr(view, GUARD)
    ]
    assert silent == []


def test_a_right_that_nobody_knows_cannot_guard_a_view() -> None:
    with pytest.raises(KeyError):
        needs("fly")


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page_and_back(app: Flask, hana: Neighbour) -> None:
    client = app.test_client()
    answer = client.get("/kadoma/members/?q=花")
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    back = client.post(
        "/kadoma/sign-in",
        data={"name": hana.name, "password": PASSWORD, "next": hidden(page, "next").replace("&amp;", "&")},
    )
    assert back.headers["Location"] == "/kadoma/members/?q=%E8%8A%B1"


def test_a_page_that_is_not_ones_own_is_refused_in_words(app: Flask, hana: Neighbour) -> None:
    taro = written(app, lambda session: a_neighbour(session, hana.community))
    auditor = written(app, lambda session: an_officer(session, hana.community, "auditor"))
    for who, address, status in (
        (taro, "/kadoma/members/", 403),
        (auditor, "/kadoma/members/", 200),
        (auditor, "/kadoma/members/new", 403),
        (auditor, "/kadoma/settings/limits", 403),
        (hana, "/kadoma/settings/limits", 200),
    ):
        answer = signed_in(app, who).get(address)
        assert answer.status_code == status
    assert "office" in signed_in(app, taro).get("/kadoma/members/").text


def test_an_office_is_worth_nothing_in_another_community(app: Flask, hana: Neighbour) -> None:
    written(app, lambda session: a_community(session, slug="moriguchi"))
    client = signed_in(app, hana)
    assert client.get("/moriguchi/members/").status_code == 403
    assert client.get("/moriguchi/account").status_code == 403


def test_who_strays_into_another_community_is_shown_the_way_home(app: Flask, hana: Neighbour) -> None:
    elsewhere = written(app, lambda session: a_community(session, slug="moriguchi", name="Moriguchi"))
    written(app, lambda session: a_community(session, slug="noise", name="Noise"))
    client = signed_in(app, hana)
    page = client.get("/moriguchi/").text
    assert "You have no part in Moriguchi" in page
    assert re.search(r'<a [^>]*href="/kadoma/">Kadoma neighbours</a>', page)
    assert "Noise" not in page
    written(app, lambda session: an_office(session, hana.person, elsewhere, "auditor"))
    assert client.get("/moriguchi/").status_code == 200
    assert "You have no part" not in client.get("/moriguchi/members/new").text
    assert 'href="/moriguchi/"' in client.get("/noise/").text


def test_who_takes_part_nowhere_is_told_so(app: Flask, hana: Neighbour) -> None:
    person = written(app, lambda session: a_person(session, email="nobody@example.org"))
    nobody = signed_in(app, Neighbour(hana.community, person, None))
    assert nobody.get("/kadoma/").status_code == 403


def test_a_form_without_its_token_does_nothing(strict: Flask, hana: Neighbour) -> None:
    client = strict.test_client()
    assert sign_in(client, hana).status_code == 303
    answer = client.post("/kadoma/settings/kinds", data={"name": "Driving"})
    assert answer.status_code == 422
    assert "came without the mark" in answer.text
    assert "signed in again" not in answer.text
    assert rows(strict, HelpKind) == 0
    assert rows(strict, KeptForm) == 0


def test_a_form_whose_session_ended_is_shown_again_after_signing_in(strict: Flask, hana: Neighbour) -> None:
    client = strict.test_client()
    asked = client.post("/kadoma/members/new", data=typed(strict, hana, new_password="secret-1"))
    assert asked.status_code == 422
    assert "session has ended" in asked.text
    assert rows(strict, KeptForm) == 0
    back = sign_in(client, hana, asked)
    assert (back.status_code, back.headers["Location"]) == (303, "/kadoma/members/new")
    page = client.get("/kadoma/members/new")
    assert 'value="77"' in page.text
    assert 'value="佐藤 一郎"' in page.text
    assert "secret-1" not in page.text
    assert "What you had typed is still here" in page.text
    assert rows(strict, KeptForm) == 1
    sent = client.post("/kadoma/members/new", data=TYPED | {"csrf_token": hidden(page, "csrf_token")})
    assert sent.status_code == 303
    assert rows(strict, KeptForm) == 0
    assert 'value="77"' not in client.get("/kadoma/members/new").text


def test_what_was_kept_stays_when_the_form_is_refused(strict: Flask, hana: Neighbour) -> None:
    client = strict.test_client()
    asked = client.post("/kadoma/members/new", data=typed(strict, hana, name=""))
    sign_in(client, hana, asked)
    page = client.get("/kadoma/members/new")
    token = hidden(page, "csrf_token")
    refused = client.post("/kadoma/members/new", data=TYPED | {"name": "", "csrf_token": token})
    assert refused.status_code == 422
    assert 'value="77"' in refused.text
    assert rows(strict, KeptForm) == 1


def test_a_form_is_kept_for_whoever_typed_it_and_for_nobody_else(strict: Flask, hana: Neighbour) -> None:
    taro = written(strict, lambda session: a_neighbour(session, hana.community, "coordinator"))
    client = strict.test_client()
    sign_in(client, hana, client.post("/kadoma/members/new", data=typed(strict, hana)))
    other = strict.test_client()
    sign_in(other, taro)
    assert 'value="77"' not in other.get("/kadoma/members/new").text


@pytest.mark.parametrize("way", ["signing in", "going on"])
def test_what_somebody_else_typed_is_not_shown(strict: Flask, hana: Neighbour, way: str) -> None:
    taro = written(strict, lambda session: a_neighbour(session, hana.community, "coordinator"))
    client = strict.test_client()
    if way == "signing in":
        back = sign_in(client, taro, client.post("/kadoma/members/new", data=typed(strict, hana)))
    else:
        sign_in(client, taro)
        asked = client.post("/kadoma/members/new", data=typed(strict, hana))
        sealed = {"csrf_token": hidden(asked, "csrf_token"), "kept": hidden(asked, "kept")}
        back = client.post("/kadoma/go-on", data=sealed)
    assert (back.status_code, back.headers["Location"]) == (303, "/kadoma/")
    assert "is somebody else&#39;s" in client.get("/kadoma/").text
    assert 'value="77"' not in client.get("/kadoma/members/new").text
    assert rows(strict, KeptForm) == 0


@pytest.mark.parametrize("mark", ["", "0" * 24, "é"], ids=ascii)
def test_a_form_that_does_not_say_who_typed_is_not_shown(strict: Flask, hana: Neighbour, mark: str) -> None:
    client = strict.test_client()
    sign_in(client, hana, client.post("/kadoma/members/new", data=typed(strict, hana, typed_by=mark)))
    assert 'value="77"' not in client.get("/kadoma/members/new").text
    assert rows(strict, KeptForm) == 0


def test_the_password_may_be_mistyped_on_the_way(strict: Flask, hana: Neighbour) -> None:
    client = strict.test_client()
    asked = client.post("/kadoma/members/new", data=typed(strict, hana))
    carried = {name: hidden(asked, name) for name in ("csrf_token", "next", "kept")}
    wrong = client.post("/kadoma/sign-in", data={"name": hana.name, "password": "wrong"} | carried)
    assert wrong.status_code == 422
    assert sign_in(client, hana, wrong).headers["Location"] == "/kadoma/members/new"


def test_a_sealed_form_that_is_not_ours_is_not_kept(strict: Flask, hana: Neighbour) -> None:
    client = strict.test_client()
    page = client.get("/kadoma/sign-in")
    data = {
        "name": hana.name,
        "password": PASSWORD,
        "csrf_token": hidden(page, "csrf_token"),
        "kept": "WyIvZXZpbCIsICIvZXZpbCIsIFtdXQ.x.y",
    }
    assert client.post("/kadoma/sign-in", data=data).headers["Location"] != "/evil"
    assert rows(strict, KeptForm) == 0


def test_a_button_whose_session_ended_leads_back_to_its_page(strict: Flask, hana: Neighbour) -> None:
    client = strict.test_client()
    asked = client.post(
        "/kadoma/settings/kinds/1/retire",
        data={"csrf_token": "old"},
        headers={"Referer": "http://localhost/kadoma/settings/kinds?x=1"},
    )
    assert sign_in(client, hana, asked).headers["Location"] == "/kadoma/settings/kinds?x=1"
    assert rows(strict, KeptForm) == 0


@pytest.mark.parametrize(
    "referrer", ["http://evil.example/kadoma/settings", "http://localhost/x", "//", "", "http://[x"]
)
def test_a_button_that_came_from_elsewhere_leads_to_the_first_page(
    strict: Flask, hana: Neighbour, referrer: str
) -> None:
    client = strict.test_client()
    asked = client.post(
        "/kadoma/settings/kinds/1/retire", data={"csrf_token": "old"}, headers={"Referer": referrer}
    )
    assert sign_in(client, hana, asked).headers["Location"] == "/kadoma/"


def test_more_than_a_form_holds_is_not_carried_along(strict: Flask, hana: Neighbour) -> None:
    client = strict.test_client()
    asked = client.post("/kadoma/members/new", data=typed(strict, hana, name="x" * 50_000))
    assert len(asked.text) < 10_000
    assert sign_in(client, hana, asked).headers["Location"] == "/kadoma/members/new"
    assert rows(strict, KeptForm) == 0


def test_who_signed_in_anew_in_another_window_decides_about_the_old_one(
    strict: Flask, hana: Neighbour
) -> None:
    client = strict.test_client()
    sign_in(client, hana)
    asked = client.post("/kadoma/members/new", data=typed(strict, hana, csrf_token="of the other window"))
    assert asked.status_code == 422
    assert "You have signed in again" in asked.text
    assert "go on" in asked.text
    sealed = {"csrf_token": hidden(asked, "csrf_token"), "kept": hidden(asked, "kept")}
    back = client.post("/kadoma/go-on", data=sealed)
    assert (back.status_code, back.headers["Location"]) == (303, "/kadoma/members/new")
    assert 'value="77"' in client.get("/kadoma/members/new").text


def test_going_on_with_nothing_leads_home(app: Flask, hana: Neighbour) -> None:
    answer = signed_in(app, hana).post("/kadoma/go-on", data={"kept": "nonsense"})
    assert answer.status_code == 303


def test_a_sign_in_page_that_was_open_too_long_asks_once_more(strict: Flask, hana: Neighbour) -> None:
    client = strict.test_client()
    asked = client.post(
        "/kadoma/sign-in", data={"name": hana.name, "password": PASSWORD, "csrf_token": "old"}
    )
    assert asked.status_code == 422
    assert hana.name in asked.text
    assert PASSWORD not in asked.text
    assert sign_in(client, hana, asked).status_code == 303


def test_outside_of_a_community_a_stale_form_is_unreadable(strict: Flask) -> None:
    answer = strict.test_client().post("/language", data={"language": "ja", "csrf_token": "old"})
    assert answer.status_code == 400


def test_a_sent_form_that_needs_somebody_asks_who_it_is(app: Flask, hana: Neighbour) -> None:
    answer = app.test_client().post("/kadoma/members/new", data=TYPED)
    assert answer.status_code == 422
    assert "session has ended" in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "kadoma/",
        "",
        "/x\ny",
        "/\t/evil.example",
        None,
    ],
)
def test_nobody_is_led_to_another_site(target: str | None) -> None:
    assert safe_next(target, "/home") == "/home"


@pytest.mark.parametrize("target", ["/", "/kadoma/members/?q=%E8%8A%B1", "/kadoma/x#y", "/a:b"])
def test_our_own_pages_are_led_to(target: str) -> None:
    assert safe_next(target, "/home") == target
