"""The register of givers: who gave in a year, what went back, and what counts."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.till import SLUG
from tests.till import Till
from tests.till import a_till
from tests.timebank.payments.test_going_back import disputed
from timebank import clock
from timebank.communities.models import Community
from timebank.db import db
from timebank.donations import by_hand
from timebank.donations import queries
from timebank.donations.in_kind import BroughtInKind
from timebank.donations.in_kind import take_back_in_kind
from timebank.donations.in_kind import write_down_in_kind
from timebank.donations.models import Donation
from timebank.donations.register import Register
from timebank.donations.register import register_of
from timebank.rights import TREASURER

YEAR = 2025


@pytest.fixture
def community(session: Session) -> Community:
    brought(session, a_community(session), name="Somebody elsewhere")
    return a_community(session)


def brought(session: Session, community: Community, **facts: Any) -> Donation:
    known: dict[str, Any] = {"amount_minor": 1000, "way": "cash", "given_on": date(YEAR, 5, 1), "fund": None}
    key = {"key": f"form:{len(session.identity_map)}-{facts}"[:300]}
    gift = by_hand.Brought(**known | key | facts)
    return by_hand.write_down(session, community=community, gift=gift, actor=SOMEBODY)


def the_register(session: Session, community: Community, year: int = YEAR) -> Register:
    found = register_of(session, community=community, year=year)
    assert found
    return found


def told(register: Register) -> list[tuple[str, list[int], int]]:
    return [
        (one.name, [gift.left for gift in one.gifts], sum(money.amount_minor for money in one.sums))
        for one in register.givers
    ]


def test_gifts_are_one_givers_where_member_or_name_and_address_are_the_same(
    session: Session, community: Community
) -> None:
    hana = a_member(session, community, name="Hana", reading="はな")
    for facts in (
        {"member": hana, "amount_minor": 300, "given_on": date(YEAR, 12, 31)},
        {"member": hana, "amount_minor": 500, "given_on": date(YEAR, 1, 1)},
        {"name": "ABE", "address": "１－２", "amount_minor": 700},
        {"name": "Abe", "address": "1-2", "amount_minor": 800},
        {"name": "Abe", "address": "3-4", "amount_minor": 900},
        {"amount_minor": 40},
        {"amount_minor": 2, "given_on": date(YEAR, 6, 1)},
    ):
        brought(session, community, **facts)
    register = the_register(session, community)
    assert told(register) == [("Abe", [700, 800], 1500), ("Abe", [900], 900), ("Hana", [500, 300], 800)]
    assert [one.left for one in register.nameless] == [40, 2]
    assert [one.amount_minor for one in register.nameless_sums] == [42]
    assert [one.amount_minor for one in register.totals] == [3242]


def test_the_year_ends_at_its_end_and_one_without_a_gift_has_no_register(
    session: Session, community: Community
) -> None:
    brought(session, community, name="Hana", given_on=date(YEAR, 12, 31))
    brought(session, community, name="Taro", given_on=date(YEAR - 2, 1, 1))
    assert [one.name for one in the_register(session, community).givers] == ["Hana"]
    assert [one.name for one in the_register(session, community, YEAR - 2).givers] == ["Taro"]
    assert register_of(session, community=community, year=YEAR - 1) is None
    assert queries.years_of_gifts(session, community=community) == [YEAR, YEAR - 2]


def test_a_mistake_never_was_a_gift(session: Session, community: Community) -> None:
    gift = brought(session, community, name="Hana")
    by_hand.take_back(session, community=community, donation=gift, reason="Twice", actor=SOMEBODY)
    rice = BroughtInKind(what="Rice", given_on=date(YEAR, 5, 1), key="form:rice")
    kind = write_down_in_kind(session, community=community, gift=rice, actor=SOMEBODY)
    assert [one.gift for one in the_register(session, community).in_kind] == [kind]
    take_back_in_kind(session, gift=kind, reason="Twice")
    assert register_of(session, community=community, year=YEAR) is None
    (one,) = queries.list_gifts(session, community=community, year=YEAR)
    assert (one.taken_back, one.left) == (True, 0)
    assert queries.sums_by_way([one]) == []


def test_a_giver_is_described_by_what_was_said_last(session: Session, community: Community) -> None:
    hana = a_member(session, community, name="Hana", reading="はな")
    brought(session, community, member=hana, name="Old name", address="1-2", given_on=date(YEAR, 1, 1))
    brought(session, community, member=hana)
    (giver,) = the_register(session, community).givers
    assert (giver.name, giver.reading, giver.address) == ("Hana", "はな", "1-2")


# --- gifts through Stripe -----------------------------------------------------------------------------------


@pytest.fixture
def till(database_url: str) -> Iterator[Till]:
    with a_till(database_url) as till:
        yield till


def of_this_year(till: Till) -> Register:
    with till.app.app_context():

        def read(session: Session) -> Register:
            community = session.get_one(Community, till.community_id)
            found = register_of(session, community=community, year=clock.today("Asia/Tokyo").year)
            assert found
            for giver in found.givers:
                assert giver.gifts
            session.expunge_all()
            return found

        return ledger.transaction(db.session, read, read_only=True)


def test_what_was_given_back_is_shown_and_counts_for_the_rest(till: Till) -> None:
    part, whole = till.given(3000, name="Abe"), till.given(2000, name="Baba")
    till.given(1000, name="Chiba")
    till.tell_all()
    till.stripe.fake.refund(str(till.payment(part).checkout_id), amount=500)
    till.stripe.fake.refund(str(till.payment(whole).checkout_id))
    till.tell_all()
    register = of_this_year(till)
    assert told(register) == [("Abe", [2500], 2500), ("Baba", [0], 0), ("Chiba", [1000], 1000)]
    assert [gift.back for giver in register.givers for gift in giver.gifts] == [500, 2000, 0]
    assert [one.amount_minor for one in register.totals] == [3500]


def test_what_nobody_has_paid_is_no_gift(till: Till) -> None:
    till.begin(3000, name="Abe")
    till.given(1000, name="Baba")
    till.tell_all()
    assert [one.name for one in of_this_year(till).givers] == ["Baba"]


def test_what_is_disputed_counts_until_it_is_lost(till: Till) -> None:
    token = till.given(3000, name="Abe")
    till.tell_all()
    dispute = disputed(till, token)
    till.tell_all()
    ((gift,),) = [giver.gifts for giver in of_this_year(till).givers]
    assert (gift.disputed, gift.left) == (True, 3000)
    till.stripe.fake.close_dispute(dispute, won=False)
    till.tell_all()
    ((gift,),) = [giver.gifts for giver in of_this_year(till).givers]
    assert (gift.disputed, gift.back, gift.left) == (False, 3000, 0)


def test_the_treasurer_sees_gifts_at_stripe_beside_the_others_and_gives_them_back_there(till: Till) -> None:
    token, _kept = till.given(3000, name="Abe", dedication="memory", dedicated_to="Taro"), till.given(1000)
    till.tell_all()
    till.stripe.fake.refund(str(till.payment(token).checkout_id), amount=500)
    till.tell_all()

    def officer(session: Session) -> Neighbour:
        return an_officer(session, session.get_one(Community, till.community_id), TREASURER)

    treasurer = signed_in(till.app, written(till.app, officer))
    listed = treasurer.get(f"/{SLUG}/money/gifts?way=stripe").text
    for words in ("Abe", "Partly given back", "Given back: ¥500", "Without a name", "¥3,500"):
        assert words in listed
    page = re.search(rf'href="(/{SLUG}/money/gifts/\d+)">Abe', listed)
    assert page
    gift = treasurer.get(page[1]).text
    for words in ("Of it ¥500 went back, so ¥2,500 counts.", "In memory of", "Taro"):
        assert words in gift
    payment = re.search(rf'href="(/{SLUG}/money/payments/\d+)"', gift)
    assert payment
    assert treasurer.get(payment[1]).status_code == 200
    assert "take-back" not in gift
    for method in ("GET", "POST"):
        refused = treasurer.open(f"{page[1]}/take-back", method=method, data={"reason": "Typed twice"})
        assert refused.status_code == 409
        assert "This gift came through Stripe" in refused.text
