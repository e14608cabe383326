"""How many hours can be kept is told before it bites; statements say how far they can be counted on."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_member
from tests.builders import an_exchange
from tests.builders import as_member
from tests.builders import written
from tests.timebank.doubles.together import joined
from tests.timebank.support.desk import SLUG
from tests.timebank.support.desk import Desk
from tests.timebank.support.desk import text_of
from tests.timebank.support.paying import a_place
from timebank.communities.models import Community
from timebank.communities.service import find_community
from timebank.members.limits import near_ceiling
from timebank.members.models import Member
from timebank.members.service import change_limits
from timebank.presents.service import Wish
from timebank.presents.service import give
from timebank.rates.keeping import words_about_keeping
from timebank.rates.keeping import write_about_keeping
from timebank.support.models import HOURS
from timebank.support.queries import KeptOf
from timebank.support.queries import kept_of
from timebank.text import TextTooLong

USUAL = "kept as far as the group is able"


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app, on=True)


def here(session: Session) -> Community:
    found = find_community(session, SLUG)
    assert found
    return found


def at_most(desk: Desk, minutes: int, *, has: int) -> None:
    """Let members keep so much, and have Hana have some of it."""

    def work(session: Session) -> None:
        community = here(session)
        hana, jiro = (session.get_one(Member, desk.ids[name]) for name in ("Hana", "Jiro"))
        if has:
            an_exchange(session, community, hana, jiro, minutes=has)
        change_limits(
            session,
            community=community,
            credit_limit_minutes=720,
            ceiling_minutes=minutes,
            actor=COORDINATOR,
        )

    written(desk.app, work)


@pytest.mark.parametrize(
    ("minutes", "ceiling", "near"),
    [
        (539, 600, None),
        (540, 600, "near"),
        (600, 600, "reached"),
        (601, 600, "past"),
        (6_000, None, None),
        (0, 0, "reached"),
        (-60, 0, None),
    ],
)
def test_the_highest_balance_is_near_from_nine_tenths_of_it_on(
    minutes: int, ceiling: int | None, near: str | None
) -> None:
    assert near_ceiling(minutes, ceiling) == near


def test_a_member_is_told_on_the_first_page_and_on_the_statement(desk: Desk) -> None:
    at_most(desk, 600, has=525)
    for page in ("", "statement"):
        assert "You can keep" not in desk["Hana"].get(f"/{SLUG}/{page}").text
    at_most(desk, 600, has=15)
    for page in ("", "statement"):
        assert "You can keep 1 h more: the highest balance here is +10 h." in text_of(
            desk["Hana"].get(f"/{SLUG}/{page}").text
        )
    officers = text_of(desk["auditor"].get(f"/{SLUG}/members/{desk.ids['Hana']}/statement").text)
    assert "The highest balance here is +10 h." in officers
    at_most(desk, 600, has=60)
    assert "You have given as much as can be kept here" in desk["Hana"].get(f"/{SLUG}/statement").text


def test_who_plans_a_visit_reads_that_its_giver_comes_near_or_past(desk: Desk) -> None:
    at_most(desk, 600, has=480)
    taken = {"takes": "hours"}
    assert "the most that can be kept" not in desk.asks(**taken, hours="0:30").text
    near = text_of(desk.asks(**taken, hours="1").text)
    assert "Hana then has +9 h; +10 h is the most that can be kept." in near
    past = text_of(desk.asks(**taken, hours="3").text)
    assert "Hana would have +11 h, and +10 h is the most that can be kept: it cannot be booked so." in past
    assert "the most that can be kept" not in desk.asks(takes="thanks", hours="3").text
    desk.writes(**taken, hours="2")
    refused = desk.asks(**taken, hours="1")
    assert "Hana would have +11 h" in text_of(refused.text)


def test_a_statement_adds_up_what_was_kept_used_given_on_and_is_left(desk: Desk) -> None:
    assert "Kept through paid visits" not in desk["Hana"].get(f"/{SLUG}/statement").text
    at_most(desk, 6_000, has=30)
    desk.writes(takes="hours", hours="2")
    desk.writes(giver="Taro", receiver="Hana", pays="hours", takes="thanks", hours="1")

    def give_on(session: Session) -> None:
        hana, jiro = (session.get_one(Member, desk.ids[name]) for name in ("Hana", "Jiro"))
        wish = Wish(giver=hana, receiver=jiro, minutes=15, key="form:given-on-0000001")
        give(session, community=here(session), wish=wish, actor=as_member(hana))

    written(desk.app, give_on)
    page = text_of(desk["Hana"].get(f"/{SLUG}/statement").text)
    assert (
        "Kept through paid visits 2 h Used for paid visits 1 h Given on, to members and pools 15 min "
        "Other hours, given less received +30 min Left over +1 h 15 min"
    ) in page
    owed = text_of(desk["treasurer"].get(f"/{SLUG}/support/owed/").text)
    assert "2:00 1:00 1:00 ¥600 ¥600" in owed


def test_statements_say_how_far_kept_hours_can_be_counted_on(desk: Desk) -> None:
    pages = ("statement", "statement/print", "support/mine")
    for page in pages:
        assert USUAL in desk["Hana"].get(f"/{SLUG}/{page}").text
    written(
        desk.app,
        lambda session: write_about_keeping(
            session, community=here(session), words=" As the meeting of May said. ", actor=COORDINATOR
        ),
    )
    for page in pages:
        found = desk["Hana"].get(f"/{SLUG}/{page}").text
        assert "As the meeting of May said." in found
        assert USUAL not in found


def test_where_help_is_for_hours_only_nobody_reads_about_it(app: Flask) -> None:
    desk = Desk(app, on=False)
    assert USUAL not in desk["Hana"].get(f"/{SLUG}/statement").text
    assert written(desk.app, lambda session: words_about_keeping(session, community=here(session))) is None


def test_what_is_written_is_short_and_can_be_taken_away_again(desk: Desk) -> None:
    def write(words: str) -> None:
        written(
            desk.app,
            lambda session: write_about_keeping(
                session, community=here(session), words=words, actor=COORDINATOR
            ),
        )

    write("First")
    write("")
    assert written(desk.app, lambda session: words_about_keeping(session, community=here(session))) == ""
    with pytest.raises(TextTooLong):
        write("x" * 1_001)


def test_kept_hours_stay_with_who_was_entered_twice(session: Session) -> None:
    place = a_place(session)
    place.visit(takes=HOURS)
    new = a_member(place.session, place.community, name="Hana")
    joined(place.session, place.community, place.giver, new)
    assert kept_of(place.session, place.community, new) == KeptOf(kept=60, used=0)
