"""Sessions that somebody else prepared, hidden fields that were changed, guessed numbers, and two tabs."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from tests.attacks.visitor import SIGN_IN
from tests.attacks.visitor import Attacked
from tests.attacks.visitor import Visitor
from tests.attacks.visitor import signed_in_anew
from tests.attacks.visitor import somebody
from tests.builders import PASSWORD
from tests.filled import DAY
from tests.house import HERE
from tests.rows import changed
from tests.rows import marks
from tests.rows import rows

pytestmark = pytest.mark.slow

COOKIE = "timebank"
HOME = f"/{HERE}/"
NEW = f"/{HERE}/exchanges/new"
TYPED = {"direction": "gave", "other": "002", "hours": "1", "date": DAY, "description": "Letters"}


def is_in(visitor: Visitor) -> bool:
    return visitor.get(HOME).status == 200


def known(attacked: Attacked, role: str) -> dict[str, str]:
    return {"name": attacked.house.people[role].name, "password": PASSWORD}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, page
    return unescape(found[1])


# --- sessions -----------------------------------------------------------------------------------------------


def test_a_session_that_somebody_prepared_is_not_the_one_that_is_signed_in(attacked: Attacked) -> None:
    attacker = somebody(attacked, "stranger")
    prepared = attacker.cookies[COOKIE]
    victim = Visitor(attacked, {COOKIE: prepared}, attacker.token)
    assert victim.post(SIGN_IN, known(attacked, "giver")).status == 303
    assert is_in(victim)
    assert victim.cookies[COOKIE] != prepared
    assert not is_in(Visitor(attacked, {COOKIE: prepared}))
    # The token that the attacker knows is not the new session's either.
    before = marks(attacked.house.app)
    answer = victim.post(NEW, {**TYPED, "key": "form:prepared-by-somebody", "csrf_token": attacker.token})
    assert answer.status == 422
    assert changed(before, marks(attacked.house.app)) == []


def test_a_cookie_that_was_changed_or_signed_by_others_lets_nobody_in(attacked: Attacked) -> None:
    cookie = somebody(attacked, "giver").cookies[COOKIE]
    content, moment, mark = cookie.rsplit(".", 2)
    other = Flask("other")
    other.secret_key = "a key of somebody else's, as long as ours is"
    serializer = SecureCookieSessionInterface().get_signing_serializer(other)
    assert serializer
    forged = serializer.dumps({"_user_id": f"{attacked.house.people['giver'].person.id}.x", "_fresh": True})
    for tried in (
        *(f"{content}x.{moment}.{mark}", f"{content}.{moment}x.{mark}", f"{content}.{moment}.{mark[:-2]}"),
        *(
            f"{content}.{moment}.",
            content,
            "",
            "x",
            "." * 50,
            "x" * 3000,
            forged,
            f"{content}.{moment}.{'A' * 27}",
        ),
    ):
        visitor = Visitor(attacked, {COOKIE: tried})
        assert visitor.get(HOME).status == 303, tried
    assert is_in(Visitor(attacked, {COOKIE: cookie}))


def test_two_cookies_of_one_name_are_not_two_people(attacked: Attacked) -> None:
    giver, steward = (somebody(attacked, role).cookies[COOKIE] for role in ("giver", "steward"))
    for first, second in ((giver, steward), (steward, giver)):
        page = Visitor(attacked).send("GET", HOME, headers={"Cookie": f"{COOKIE}={first}; {COOKIE}={second}"})
        assert page.status == 200
        assert not ("Giver" in page.text and "/settings" in page.text)


def test_a_new_password_ends_every_other_session(attacked: Attacked) -> None:
    here, there = signed_in_anew(attacked, "leaving"), signed_in_anew(attacked, "leaving")
    old, new = PASSWORD, "another-password-1"
    for before, after in ((old, new), (new, old)):
        changes = {"old_password": before, "password": after}
        assert here.post(f"/{HERE}/account/password", changes).status == 303
        assert is_in(here)
        assert not is_in(there)
        here.fetch_token(f"/{HERE}/account")


# --- hidden fields ------------------------------------------------------------------------------------------

#: What a hidden field holds that was changed: nothing, nonsense, very much, and somebody else's.
CHANGED = (
    "",
    "x",
    "form:",
    "form:short",
    "import:0001-of-a-file-of-hours",
    "x" * 5000,
    "\0",
    "../..",
    "[]",
    "1'--",
)


@pytest.mark.parametrize("name", ["key", "seen", "typed_by", "csrf_token", "kept"])
@pytest.mark.parametrize("value", CHANGED, ids=lambda value: ascii(value[:30]))
def test_a_hidden_field_that_was_changed_books_nothing_that_was_not_asked(
    attacked: Attacked, name: str, value: str
) -> None:
    giver = somebody(attacked, "giver")
    page = giver.get(NEW).text
    whole = {**TYPED, "key": hidden(page, "key"), "typed_by": hidden(page, "typed_by"), "other": "nobody"}
    before = marks(attacked.house.app)
    assert giver.post(NEW, {**whole, name: value}).status in {400, 422}
    if name in {"key", "csrf_token"}:
        # Everything else is right: this alone is why nothing is logged.
        assert giver.post(NEW, {**whole, "other": "002", name: value}).status in {400, 422}
    assert changed(before, marks(attacked.house.app)) == []


def test_a_key_that_is_somebody_elses_gives_nothing_away(attacked: Attacked) -> None:
    giver, third = somebody(attacked, "giver"), somebody(attacked, "suspended")
    key = hidden(giver.get(NEW).text, "key")
    logged = giver.post(NEW, {**TYPED, "key": key, "description": "Secret words", "again": "y"})
    assert logged.status == 303
    before = rows(attacked.house.app, of={"exchange", "entry", "transfer"})
    answer = third.post(NEW, {**TYPED, "key": key, "again": "y"})
    assert answer.status == 422
    assert "Secret words" not in answer.text
    assert third.get(logged.header("Location")).status == 404
    assert changed(before, rows(attacked.house.app, of={"exchange", "entry", "transfer"})) == []


def test_a_token_of_another_session_is_none(attacked: Attacked) -> None:
    giver, receiver = somebody(attacked, "giver"), somebody(attacked, "receiver")
    before = marks(attacked.house.app)
    sent = {**TYPED, "key": hidden(giver.get(NEW).text, "key"), "csrf_token": receiver.token}
    assert giver.post(NEW, sent).status == 422
    assert changed(before, marks(attacked.house.app)) == []


def test_a_sealed_form_of_somebody_elses_is_shown_to_nobody_else(attacked: Attacked) -> None:
    giver = somebody(attacked, "giver")
    mark = hidden(giver.get(NEW).text, "typed_by")
    asked = somebody(attacked, "stranger").post(
        NEW, {**TYPED, "description": "Secret words", "typed_by": mark}
    )
    sealed = hidden(asked.text, "kept")
    receiver = somebody(attacked, "receiver")
    receiver.post(f"/{HERE}/go-on", {"kept": sealed})
    assert "Secret words" not in receiver.get(NEW).text
    for broken in (sealed[:-1], f"x{sealed}", sealed.replace(".", "..", 1), sealed.swapcase()):
        assert giver.post(f"/{HERE}/go-on", {"kept": broken}).header("Location") == HOME


# --- numbers ------------------------------------------------------------------------------------------------

STRANGE = (
    "0",
    "-1",
    "1.0",
    "1e3",
    "01",
    "9223372036854775807",
    "9223372036854775808",
    "9" * 400,
    "0x1",
    "1%00",
)
STRANGER = ("%EF%BC%91", "%D9%A1", "1;", "1'", "1%20OR%201=1", "*", "null", "%2e", "1%2fseal", "true")


def test_whoever_counts_through_the_numbers_finds_nothing(attacked: Attacked) -> None:
    third = somebody(attacked, "suspended")
    for number in range(1, 40):
        for page in ("", "/seal", "/seal.json", "/seal-of-reversal", "/decline", "/dispute"):
            assert third.get(f"/{HERE}/exchanges/{number}{page}").status == 404, (number, page)
        for page in ("", "/statement", "/statement.csv", "/limit", "/offices"):
            own = number == attacked.house.here["member_id"]["suspended"] and not page
            answer = third.get(f"/{HERE}/members/{number}{page}")
            assert answer.status == (303 if own else 403 if page else 404), (number, page)


@pytest.mark.parametrize("number", STRANGE + STRANGER)
def test_a_number_that_is_none_is_not_there(attacked: Attacked, number: str) -> None:
    coordinator = somebody(attacked, "coordinator")
    for path in (
        "exchanges/{}",
        "exchanges/{}/settle",
        "members/{}",
        "members/{}/statement.csv",
        "later-work/{}/again",
    ):
        answer = coordinator.get(f"/{HERE}/{path.format(number)}")
        # Full-width and Arabic digits are digits to Python, too: the same page, and the same rights.
        assert answer.status in {200, 303, 308, 400, 404, 405}, path
        if number not in {"01", "%EF%BC%91", "%D9%A1", "1%2fseal"}:
            assert answer.status in {400, 404, 405}, path


# --- two tabs -----------------------------------------------------------------------------------------------


def test_a_form_that_is_sent_from_many_tabs_at_once_is_logged_once(attacked: Attacked) -> None:
    giver = somebody(attacked, "giver")
    sent = {**TYPED, "key": hidden(giver.get(NEW).text, "key"), "description": "At once", "again": "y"}
    before = len(rows(attacked.house.app, of={"exchange"})["exchange"])
    with ThreadPoolExecutor(6) as tabs:
        answers = list(
            tabs.map(lambda _: Visitor(attacked, dict(giver.cookies), giver.token).post(NEW, sent), range(6))
        )
    assert {one.status for one in answers} == {303}
    assert len({one.header("Location") for one in answers}) == 1
    assert len(rows(attacked.house.app, of={"exchange"})["exchange"]) == before + 1


def test_a_tab_that_was_open_while_somebody_signed_in_anew_does_nothing_by_itself(attacked: Attacked) -> None:
    tab = signed_in_anew(attacked, "giver")
    old = tab.token
    page = tab.get(NEW).text
    tab.post(f"/{HERE}/sign-out")
    tab.fetch_token()
    assert tab.post(SIGN_IN, known(attacked, "giver")).status == 303
    before = marks(attacked.house.app)
    typed_by = hidden(page, "typed_by")
    answer = tab.post(NEW, {**TYPED, "key": hidden(page, "key"), "typed_by": typed_by, "csrf_token": old})
    assert answer.status == 422
    assert "go on" in answer.text
    assert changed(before, marks(attacked.house.app)) == []
