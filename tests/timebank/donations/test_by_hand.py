"""Gifts in cash and by transfer: booked at once, kept for their fund, taken back whole or not at all."""

from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from timebank import clock
from timebank.communities.days import MonthIsClosed
from timebank.communities.models import Community
from timebank.days import DayInFuture
from timebank.donations import by_hand
from timebank.donations import givers
from timebank.donations import service
from timebank.donations.models import Donation
from timebank.donations.models import DonationByHand
from timebank.donations.proof import check_gifts
from timebank.errors import Refusal
from timebank.funds.models import Fund
from timebank.funds.queries import show_funds
from timebank.funds.service import end_fund
from timebank.funds.service import open_fund
from timebank.funds.spending import Spent
from timebank.funds.spending import spend
from timebank.money import MoneyTooMuch
from timebank.money import NoMoneyAtAll
from timebank.payments.proof import check_payments
from timebank.people.service import EmailRefused
from timebank.queue.models import Job
from timebank.receipts.service import NameForReceipt
from timebank.text import TextTooLong

pytestmark = pytest.mark.usefixtures("the_same_day")

TODAY = clock.today("Asia/Tokyo")


@pytest.fixture
def community(session: Session) -> Community:
    brought(session, noise := a_community(session), fund=a_fund(session, noise), key="form:noise")
    return a_community(session)


def a_fund(session: Session, community: Community) -> Fund:
    return open_fund(
        session, community=community, slug="meal", name="Meals", purpose="Supper", actor=SOMEBODY
    )


def brought(session: Session, community: Community, **facts: Any) -> Donation:
    known: dict[str, Any] = {"amount_minor": 3000, "way": "cash", "given_on": TODAY, "fund": None}
    gift = by_hand.Brought(**known | {"key": "form:gift"} | facts)
    return by_hand.write_down(session, community=community, gift=gift, actor=SOMEBODY)


def take_back(
    session: Session, community: Community, donation: Donation, reason: str = "Typed twice"
) -> None:
    by_hand.take_back(session, community=community, donation=donation, reason=reason, actor=SOMEBODY)


def balances(session: Session, community: Community) -> dict[str, int]:
    lines = ledger.trial_balance(session, community.book_id)
    return {one.code: one.balance for one in lines if one.commodity == "JPY" and one.balance}


def faults(session: Session) -> list[str]:
    return [*check_gifts(session), *check_payments(session), *ledger.prove(session).faults]


def spent(session: Session, community: Community, fund: Fund, amount: int) -> None:
    rice = Spent(amount_minor=amount, nature="ingredients", spent_on=TODAY, words="Rice", key="form:rice")
    spend(session, community=community, fund=fund, spent=rice, actor=SOMEBODY)


@pytest.mark.parametrize(("way", "account"), [("cash", "cash:main"), ("transfer", "bank:main")])
def test_a_gift_for_a_fund_is_booked_at_once_and_kept_for_it(
    session: Session, community: Community, way: str, account: str
) -> None:
    gift = brought(session, community, fund=a_fund(session, community), way=way)
    assert balances(session, community) == {
        account: 3000,
        "donations:meal": -3000,
        "general": 3000,
        "fund:meal": -3000,
    }
    (shown,) = show_funds(session, community=community)
    assert [(one.given, one.left) for one in shown.standings] == [(3000, 3000)]
    assert (gift.given_on, gift.currency, gift.language) == (TODAY, "JPY", community.language)
    assert faults(session) == []


def test_a_coin_box_has_no_name_and_no_purpose(session: Session, community: Community) -> None:
    gift = brought(session, community)
    assert balances(session, community) == {"cash:main": 3000, "donations:general": -3000}
    assert (gift.name, gift.address, gift.member_id, gift.fund_id) == ("", "", None, None)
    assert faults(session) == []


def test_the_same_form_twice_is_one_gift_and_another_under_its_key_is_refused(
    session: Session, community: Community
) -> None:
    fund = a_fund(session, community)
    first = brought(session, community, fund=fund, name=" Hana ", email="HANA@example.org")
    assert brought(session, community, fund=fund, name="Hana", email="hana@example.org") is first
    for other in (
        {"fund": None},
        {"amount_minor": 5000},
        {"way": "transfer"},
        {"given_on": TODAY - timedelta(days=1)},
        {"name": "Taro"},
        {"dedication": "memory", "dedicated_to": "Taro"},
    ):
        with pytest.raises(by_hand.WrittenBefore):
            brought(session, community, **{"fund": fund, "name": "Hana", "email": "hana@example.org"} | other)
    assert balances(session, community)["cash:main"] == 3000
    here = select(func.count(Donation.id)).where(Donation.community_id == community.id)
    assert session.scalar(here) == 1


def test_a_key_that_booked_something_else_is_refused(session: Session, community: Community) -> None:
    fund = a_fund(session, community)
    brought(session, community, fund=fund)
    spent(session, community, fund, 100)
    with pytest.raises(by_hand.WrittenBefore):
        brought(session, community, key="form:rice")


def test_the_same_form_twice_at_one_moment_is_one_gift(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = brought(session, community)
    look, looks = by_hand._written_before, list[int]()

    def blind_at_first(*facts: Any) -> Donation | None:
        looks.append(1)
        return look(*facts) if len(looks) > 1 else None

    monkeypatch.setattr(by_hand, "_written_before", blind_at_first)
    assert brought(session, community) is first


def test_a_key_of_one_way_of_giving_is_none_of_the_others(session: Session, community: Community) -> None:
    brought(session, community, key="form:both")
    wish = service.Wish(amount_minor=3000, fund=None, language="en", key="form:both")
    with pytest.raises(service.SentBefore):
        service.wish_to_give(session, community=community, wish=wish)
    rule = service.Rule(
        open=True, words="", suggested=(1000,), least_minor=300, fee_from_fund=False, konbini=False
    )
    service.change_rule(session, community=community, rule=rule, actor=SOMEBODY)
    wish = service.Wish(amount_minor=3000, fund=None, language="en", key="form:online")
    service.wish_to_give(session, community=community, wish=wish)
    with pytest.raises(by_hand.WrittenBefore):
        brought(session, community, key="form:online")


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"amount_minor": 0}, NoMoneyAtAll),
        ({"amount_minor": 10**11}, MoneyTooMuch),
        ({"way": "cheque"}, by_hand.WayUnknown),
        ({"given_on": date(2100, 1, 1)}, DayInFuture),
        ({"email": "nobody"}, EmailRefused),
        ({"name": "x" * 101}, TextTooLong),
        ({"address": "x" * 301}, TextTooLong),
        ({"reading": "はな"}, givers.NameForReading),
        ({"wants_receipt": True, "address": "1-2"}, NameForReceipt),
        ({"wants_receipt": True, "name": "Hana"}, givers.AddressForReceipt),
        ({"dedication": "memory"}, givers.DedicationUnnamed),
        ({"dedication": "honour", "dedicated_to": "\u3000"}, givers.DedicationUnnamed),
        ({"dedicated_to": "Taro"}, givers.DedicationUnclear),
        ({"dedication": "fun", "dedicated_to": "Taro"}, givers.DedicationUnclear),
    ],
)
def test_what_cannot_be_written_down_is_refused_and_nothing_is_booked(
    session: Session, community: Community, facts: dict[str, Any], refused: type[Refusal]
) -> None:
    with pytest.raises(refused) as told:
        brought(session, community, **facts)
    assert told.value.english()
    assert balances(session, community) == {}


def test_nothing_is_written_down_for_what_has_stopped(session: Session, community: Community) -> None:
    fund = a_fund(session, community)
    end_fund(session, community=community, fund=fund, reason="No cook", actor=SOMEBODY)
    with pytest.raises(service.FundEnded):
        brought(session, community, fund=fund)


def test_a_closed_month_takes_nothing_but_knows_what_it_has(session: Session, community: Community) -> None:
    last_month = TODAY.replace(day=1) - timedelta(days=1)
    first = brought(session, community, given_on=last_month)
    ledger.close_month(session, book_id=community.book_id, month=last_month, actor="test")
    assert brought(session, community, given_on=last_month) is first
    with pytest.raises(MonthIsClosed) as refused:
        brought(session, community, given_on=last_month, key="form:late")
    assert refused.value.field == "given_on"
    # It is taken back in the month that is open.
    take_back(session, community, first)
    assert balances(session, community) == {}
    assert faults(session) == []


def test_a_members_name_is_taken_over_where_none_is_written(session: Session, community: Community) -> None:
    member = a_member(session, community, name="門真 花", reading="かどま はな")
    gift = brought(session, community, member=member)
    assert (gift.member_id, gift.name, gift.reading) == (member.id, "門真 花", "かどま はな")
    other = brought(session, community, member=member, name="The Kadoma family", key="form:other")
    assert (other.name, other.reading) == ("The Kadoma family", "")


def test_whoever_left_an_address_is_thanked_once(session: Session, community: Community) -> None:
    gift = brought(session, community, email="hana@example.org")
    assert brought(session, community, email="hana@example.org") is gift
    brought(session, community, key="form:quiet")
    kinds = select(Job.key).where(Job.community_id == community.id, Job.kind == service.THANK)
    assert session.scalars(kinds).all() == [f"{service.THANK}:{gift.id}"]


def test_what_was_a_mistake_is_taken_back_once_with_a_reason(session: Session, community: Community) -> None:
    gift = brought(session, community, fund=a_fund(session, community))
    with pytest.raises(by_hand.ReasonMissing):
        take_back(session, community, gift, "\u3000")
    for _twice in range(2):
        take_back(session, community, gift)
    row = session.get_one(DonationByHand, gift.id)
    assert (row.reversal_id is not None, row.taken_back_because) == (True, "Typed twice")
    assert balances(session, community) == {}
    assert faults(session) == []


def test_what_the_fund_has_spent_is_not_taken_back_and_nothing_is_half_done(
    session: Session, community: Community
) -> None:
    fund = a_fund(session, community)
    gift = brought(session, community, fund=fund)
    spent(session, community, fund, 1000)
    before = balances(session, community)
    with pytest.raises(by_hand.FundHasSpentIt) as refused:
        take_back(session, community, gift)
    assert str(refused.value.facts["left"]) == "¥2,000"
    assert balances(session, community) == before
    assert session.get_one(DonationByHand, gift.id).reversal_id is None
    assert faults(session) == []
    # Another gift fills the fund, and then it can be.
    brought(session, community, fund=fund, way="transfer", amount_minor=1000, key="form:more")
    take_back(session, community, gift)
    assert faults(session) == []


def test_no_more_is_taken_out_of_the_cash_box_than_lies_in_it(session: Session, community: Community) -> None:
    gift = brought(session, community)

    def account(code: str) -> ledger.Account:
        return ledger.find_account(session, book_id=community.book_id, code=code, commodity="JPY")

    carried = ledger.Entry(
        book_id=community.book_id,
        kind="carried",
        posted_on=TODAY,
        key="test:carried",
        actor="test",
        transfers=(
            ledger.Transfer(debit=account("donations:general"), credit=account("cash:main"), amount=2500),
        ),
        memo="test",
    )
    ledger.post(session, carried)
    with pytest.raises(by_hand.BoxHasLess) as refused:
        take_back(session, community, gift)
    assert str(refused.value.facts["left"]) == "¥500"
    assert session.get_one(DonationByHand, gift.id).reversal_id is None


def test_what_came_through_stripe_is_not_taken_back_by_hand(session: Session, community: Community) -> None:
    rule = service.Rule(
        open=True, words="", suggested=(1000,), least_minor=300, fee_from_fund=False, konbini=False
    )
    service.change_rule(session, community=community, rule=rule, actor=SOMEBODY)
    wish = service.Wish(amount_minor=3000, fund=None, language="en", key="form:online")
    gift, _payment = service.wish_to_give(session, community=community, wish=wish)
    with pytest.raises(by_hand.NotByHand):
        take_back(session, community, gift)


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("UPDATE donation SET amount_minor = amount_minor + 1", "does not bring its 3001 into cash:main"),
        ("UPDATE donation SET given_on = '2020-01-01'", "on its day"),
        ("UPDATE donation SET fund_id = NULL", "for no fund"),
        ("UPDATE donation_by_hand SET way = 'transfer'", "into bank:main"),
        ("DELETE FROM donation_by_hand", "but no row tells of it"),
        (
            "UPDATE donation_by_hand SET reversal_id = entry_id, taken_back_because = 'x'",
            "does not reverse its entry",
        ),
    ],
)
def test_what_does_not_agree_with_the_books_is_named(
    session: Session, community: Community, broken: str, fault: str
) -> None:
    brought(session, community, fund=a_fund(session, community))
    assert faults(session) == []
    session.execute(text(broken))
    session.expire_all()
    assert any(fault in one for one in check_gifts(session))


def test_a_reversal_that_the_row_does_not_know_is_named(session: Session, community: Community) -> None:
    take_back(session, community, brought(session, community))
    session.execute(text("UPDATE donation_by_hand SET reversal_id = NULL, taken_back_because = NULL"))
    assert any("does not say so" in one for one in check_gifts(session))


def test_a_gift_without_its_row_counts_for_nothing_and_is_named(
    session: Session, community: Community
) -> None:
    brought(session, community)
    session.execute(text("DELETE FROM donation_by_hand"))
    assert any("no payment of it counts" in one for one in check_payments(session))


def test_a_payment_of_what_came_by_hand_is_named(session: Session, community: Community) -> None:
    gift = brought(session, community)
    service.pay_again(session, community=community, donation=gift)
    assert any("payment" in one and "is of it, too" in one for one in check_gifts(session))


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE donation_by_hand SET way = 'cheque'",
        "UPDATE donation_by_hand SET taken_back_because = 'x'",
        "UPDATE donation_by_hand SET actor = ''",
        "UPDATE donation SET dedication = 'memory'",
        "UPDATE donation SET dedicated_to = 'Taro'",
        "UPDATE donation SET dedication = 'fun', dedicated_to = 'Taro'",
    ],
)
def test_the_database_refuses_what_is_not_whole(session: Session, community: Community, broken: str) -> None:
    brought(session, community)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(broken))
