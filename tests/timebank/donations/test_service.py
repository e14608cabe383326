"""What somebody wishes to give: read, refused in a sentence, written down once."""

from typing import Any

import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import A_DAY
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from timebank.communities.models import Community
from timebank.communities.service import history
from timebank.donations import givers
from timebank.donations import service
from timebank.donations.models import Donation
from timebank.errors import Refusal
from timebank.funds.models import Fund
from timebank.funds.service import end_fund
from timebank.funds.service import open_fund
from timebank.members.guardians import AskYourGuardian
from timebank.members.guardians import GuardianConsent
from timebank.members.guardians import record_guardian
from timebank.money import MoneyTooMuch
from timebank.money import NoMoneyAtAll
from timebank.people.service import EmailRefused
from timebank.receipts.service import NameForReceipt
from timebank.text import TextTooLong

RULE = service.Rule(
    open=True, words="", suggested=(1000,), least_minor=300, fee_from_fund=False, konbini=False
)


@pytest.fixture
def community(session: Session) -> Community:
    found = a_community(session)
    service.change_rule(session, community=found, rule=RULE, actor=SOMEBODY)
    return found


def a_fund(session: Session, community: Community) -> Fund:
    return open_fund(
        session, community=community, slug="meal", name="Meals", purpose="Supper", actor=SOMEBODY
    )


def wishes(session: Session, community: Community, **facts: Any) -> Donation:
    known: dict[str, Any] = {"amount_minor": 3000, "fund": None, "language": "ja", "key": "form:gift"}
    wish = service.Wish(**known | facts)
    donation, payment = service.wish_to_give(session, community=community, wish=wish)
    assert (payment.amount_minor, payment.currency, payment.subject_id) == (
        donation.amount_minor,
        "JPY",
        donation.id,
    )
    return donation


def test_a_form_that_is_sent_twice_is_one_gift(session: Session, community: Community) -> None:
    fund = a_fund(session, community)
    first = wishes(session, community, fund=fund, name=" Hana ", email="HANA@example.org", message="Thanks")
    assert wishes(session, community, fund=fund) is first
    for other in ({"fund": fund, "amount_minor": 5000}, {"fund": None}):
        with pytest.raises(service.SentBefore):
            wishes(session, community, **other)
    assert (first.name, first.email, first.fund_id, first.given_on) == (
        "Hana",
        "hana@example.org",
        fund.id,
        None,
    )
    assert session.scalar(select(func.count(Donation.id))) == 1


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"amount_minor": 299}, service.TooLittle),
        ({"amount_minor": 10**11}, MoneyTooMuch),
        ({"wants_receipt": True, "email": "hana@example.org"}, NameForReceipt),
        ({"wants_receipt": True, "name": "\u3000", "address": "1-2"}, NameForReceipt),
        ({"wants_receipt": True, "name": "Hana"}, givers.AddressForReceipt),
        ({"email": "nobody"}, EmailRefused),
        ({"name": "x" * 101}, TextTooLong),
        ({"message": "x" * 501}, TextTooLong),
    ],
)
def test_what_cannot_be_given_is_refused(
    session: Session, community: Community, facts: dict[str, Any], refused: type[Refusal]
) -> None:
    with pytest.raises(refused) as told:
        wishes(session, community, **facts)
    assert told.value.english()
    assert session.scalar(select(func.count(Donation.id))) == 0


def test_nothing_is_given_to_what_has_stopped_or_is_closed(session: Session, community: Community) -> None:
    fund = a_fund(session, community)
    end_fund(session, community=community, fund=fund, reason="No cook", actor=SOMEBODY)
    with pytest.raises(service.FundEnded):
        wishes(session, community, fund=fund)
    with pytest.raises(service.NotAsking):
        wishes(session, a_community(session))


def test_nothing_is_paid_without_the_guardian_of_somebody_under_18(
    session: Session, community: Community
) -> None:
    minor, grown_up = a_member(session, community), a_member(session, community)
    consent = GuardianConsent(name="Her aunt", reached_by="next door", wording="Yes", consented_on=A_DAY)
    record_guardian(session, community=community, member=minor, consent=consent, actor=SOMEBODY)
    with pytest.raises(AskYourGuardian, match="Her aunt"):
        wishes(session, community, member_id=minor.id)
    assert wishes(session, community, member_id=grown_up.id).member_id == grown_up.id


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"suggested": ()}, service.NothingSuggested),
        ({"suggested": (1, 2, 3, 4, 5, 6, 7)}, service.NothingSuggested),
        ({"suggested": (0, 1000)}, NoMoneyAtAll),
        ({"least_minor": 0}, NoMoneyAtAll),
        ({"least_minor": 1001}, service.LeastAboveSuggested),
        ({"least_minor": 10**11}, MoneyTooMuch),
        ({"words": "x" * 1001}, TextTooLong),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    session: Session, community: Community, facts: dict[str, Any], refused: type[Refusal]
) -> None:
    known = {
        name: getattr(RULE, name)
        for name in ("open", "words", "suggested", "least_minor", "fee_from_fund", "konbini")
    }
    with pytest.raises(refused):
        service.change_rule(
            session, community=community, rule=service.Rule(**{**known, **facts}), actor=SOMEBODY
        )


def test_what_was_changed_about_asking_is_in_the_communitys_history(
    session: Session, community: Community
) -> None:
    closed = service.Rule(
        open=False, words="x", suggested=(500,), least_minor=100, fee_from_fund=True, konbini=True
    )
    service.change_rule(session, community=community, rule=closed, actor=SOMEBODY)
    assert service.rule_of(session, community=community).words == "x"
    told = [one.what for one in history(session, community=community)]
    assert told[:3] == ["fee-from-fund", "giving-closed", "giving-opened"]


@pytest.mark.parametrize(("currency", "least", "middle"), [("JPY", 300, 3000), ("EUR", 300, 3000)])
def test_until_a_steward_says_otherwise_the_page_is_closed_and_its_amounts_are_sensible(
    session: Session, currency: str, least: int, middle: int
) -> None:
    rule = service.rule_of(session, community=a_community(session, currency=currency))
    assert (rule.open, rule.least_minor, rule.suggested[1]) == (False, least, middle)
