"""Terms and rates: each from a day on, what held stays, and what cannot be is refused in a sentence."""

from dataclasses import replace
from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.house_rates import EXTRAS
from timebank import clock
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.communities.service import add_kind
from timebank.communities.service import retire_kind
from timebank.errors import Refusal
from timebank.money import MoneyTooMuch
from timebank.money import NoMoneyAtAll
from timebank.rates import queries
from timebank.rates import rules
from timebank.rates import service
from timebank.rates.models import BY_KM
from timebank.rates.models import EVENING
from timebank.rates.models import FIRST
from timebank.rates.models import GROUP
from timebank.rates.models import MEMBER
from timebank.rates.models import NOBODY
from timebank.rates.models import WEEKEND
from timebank.rates.models import SupportExtra
from timebank.rates.models import SupportRate
from timebank.rates.models import SupportTerms
from timebank.rates.rules import Extra
from timebank.rates.rules import Facts
from timebank.rates.rules import Terms


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session, currency="JPY")


@pytest.fixture
def today(community: Community) -> date:
    return clock.today(community.time_zone)


def days(number: int) -> timedelta:
    return timedelta(days=number)


def terms(session: Session, community: Community, starts_on: date, **facts: Any) -> SupportTerms:
    known: dict[str, Any] = {"starts_on": starts_on, "provider": GROUP}
    return service.set_terms(session, community=community, terms=Terms(**known | facts), actor=SOMEBODY)


def a_rate(
    session: Session, community: Community, starts_on: date, kind: HelpKind | None = None, **facts: Any
) -> SupportRate:
    known: dict[str, Any] = {"starts_on": starts_on, "price_minor": 800, "thanks_minor": 600}
    return service.set_rate(
        session, community=community, kind=kind, facts=Facts(**known | facts), actor=SOMEBODY
    )


def costs(session: Session, community: Community, day: date, kind: HelpKind | None = None) -> int | None:
    found = queries.rate_on(session, community=community, kind=kind, day=day)
    return found.row.price_minor if found else None


def test_nothing_is_paid_until_somebody_turns_it_on_and_from_the_day_it_is_turned_off(
    session: Session, community: Community, today: date
) -> None:
    assert queries.terms_today(session, community=community) is None
    terms(session, community, today)
    terms(session, community, today + days(10), provider=MEMBER)
    terms(session, community, today + days(20), provider=NOBODY)
    told = []
    for number in (-1, 0, 9, 10, 19, 20, 400):
        found = queries.terms_on(session, community=community, day=today + days(number))
        told.append(found.provider if found else None)
    assert told == [None, GROUP, GROUP, MEMBER, MEMBER, None, None]
    assert queries.terms_today(session, community=a_community(session)) is None


def test_the_day_of_the_visit_counts_where_a_rate_changes(
    session: Session, community: Community, today: date
) -> None:
    a_rate(session, community, today - days(40))
    a_rate(session, community, today + days(3), price_minor=900)
    assert [costs(session, community, today + days(one)) for one in (-41, -40, 0, 2, 3, 30)] == [
        *(None, 800, 800, 800, 900, 900)
    ]


def test_a_kind_with_a_rate_of_its_own_goes_by_it_and_may_be_for_hours_only(
    session: Session, community: Community, today: date
) -> None:
    driving, letters = (
        add_kind(session, community=community, name=name, actor=SOMEBODY) for name in ("Driving", "Letters")
    )
    a_rate(session, community, today)
    a_rate(session, community, today + days(5), driving, price_minor=1000, extras=EXTRAS)
    a_rate(session, community, today, letters, price_minor=None)
    assert [costs(session, community, today + days(one), driving) for one in (0, 4, 5)] == [800, 800, 1000]
    assert costs(session, community, today, letters) is None
    assert costs(session, community, today) == 800
    retire_kind(session, community=community, kind=letters, actor=SOMEBODY)
    listed = queries.list_rates(session, community=community)
    told = [(one.kind.name if one.kind else "", bool(one.now), len(one.later)) for one in listed]
    assert told == [("", True, 0), ("Driving", False, 1), ("Letters", True, 0)]
    found = listed[1].later[0]
    assert service.facts_of(found) == Facts(
        starts_on=today + days(5), price_minor=1000, thanks_minor=600, extras=EXTRAS
    )
    assert found.stays_minor == 400
    assert found.most_thanks_minor == 600 + 100 + 100


def test_what_is_entered_for_the_same_day_takes_the_place_of_what_was(
    session: Session, community: Community, today: date
) -> None:
    for starts_on in (today, today + days(3)):
        a_rate(session, community, starts_on, extras=EXTRAS)
        a_rate(session, community, starts_on, price_minor=820)
        terms(session, community, starts_on)
        terms(session, community, starts_on, provider=MEMBER)
    assert [one.provider for one in queries.list_terms(session, community=community)] == [MEMBER, MEMBER]
    (listed,) = queries.list_rates(session, community=community)
    assert listed.now
    assert [one.row.price_minor for one in (listed.now, *listed.later)] == [820, 820]
    assert listed.now.extras == {}


def test_days_that_are_over_keep_what_held_then(session: Session, community: Community, today: date) -> None:
    # The first one may reach back: help that was given before has its price, too.
    a_rate(session, community, today - days(9))
    terms(session, community, today - days(9))
    with pytest.raises(rules.BegunAlready):
        a_rate(session, community, today - days(1), price_minor=900)
    with pytest.raises(rules.BegunAlready):
        terms(session, community, today - days(9), provider=MEMBER)
    rate = a_rate(session, community, today, price_minor=900)
    for drop, known in (
        (service.drop_terms, {"terms": queries.list_terms(session, community=community)[0]}),
        (service.drop_rate, {"rate": rate}),
    ):
        with pytest.raises(rules.NotTakenBack):
            drop(session, community=community, **known)
    assert costs(session, community, today - days(1)) == 800


def test_what_has_not_begun_can_be_taken_back(session: Session, community: Community, today: date) -> None:
    a_rate(session, community, today)
    dearer = a_rate(session, community, today + days(1), price_minor=900, extras=EXTRAS)
    gone = terms(session, community, today + days(1))
    service.drop_rate(session, community=community, rate=dearer)
    service.drop_terms(session, community=community, terms=gone)
    assert costs(session, community, today + days(1)) == 800
    assert queries.list_terms(session, community=community) == []
    assert session.query(SupportExtra).count() == 0


def test_the_database_keeps_what_held(session: Session, community: Community, today: date) -> None:
    terms(session, community, today)
    a_rate(session, community, today, extras=EXTRAS)
    for table in ("support_terms", "support_rate", "support_extra"):
        with (
            pytest.raises(DBAPIError, match=r"support_\w+_stays|never changed|final"),
            session.begin_nested(),
        ):
            session.execute(text(f"UPDATE {table} SET community_id = community_id"))


@pytest.mark.parametrize(
    ("table", "facts"),
    [
        (SupportRate, {"thanks_minor": 801}),
        (SupportRate, {"price_minor": None}),
        (SupportRate, {"price_minor": 801}),
        (SupportRate, {"thanks_minor": 601}),
        (SupportRate, {"least_minutes": 45}),
        (SupportRate, {"unit_minutes": 45}),
        (SupportRate, {"way_by": "km"}),
        (SupportRate, {"way_minor": 5}),
        (SupportRate, {"tax_class": "none"}),
        (SupportExtra, {"what": "noon"}),
        (SupportExtra, {"what": EVENING}),
        (SupportExtra, {"thanks_minor": 101}),
        (SupportExtra, {"price_minor": 101}),
        (SupportExtra, {"unit_minutes": 15}),
        (SupportExtra, {"what": EVENING, "from_minute": 5, "until_minute": 5}),
        (SupportExtra, {"what": WEEKEND, "from_minute": 5, "until_minute": 6}),
        (SupportTerms, {"provider": "the state"}),
        (SupportTerms, {"wage_minor": 0}),
        (SupportTerms, {"late_hours": 73}),
    ],
)
def test_the_database_refuses_what_no_rate_can_be(
    session: Session, community: Community, today: date, table: Any, facts: dict[str, Any]
) -> None:
    rate = a_rate(session, community, today)
    common = {"community_id": community.id}
    entered = {"entered_at": clock.now(), "actor": "somebody"}
    known: dict[Any, dict[str, Any]] = {
        SupportRate: common
        | entered
        | {"starts_on": today + days(1), "price_minor": 800, "thanks_minor": 600, "unit_minutes": 30}
        | {"least_minutes": 0, "way_by": "none", "way_minor": 0, "tax_class": "outside"}
        | {"is_business": False, "words": ""},
        SupportExtra: common
        | {"rate_id": rate.id, "what": WEEKEND, "unit_minutes": 30, "price_minor": 100, "thanks_minor": 0},
        SupportTerms: common
        | entered
        | {"starts_on": today, "provider": GROUP, "registration": "", "tax_number": ""}
        | {"standard_permille": 100, "reduced_permille": 80, "late_hours": 24},
    }
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(table).values(known[table] | facts))
    session.execute(insert(table).values(known[table]))


@pytest.mark.parametrize(
    ("facts", "refused", "field"),
    [
        ({"price_minor": 0}, rules.PriceMissing, "price"),
        ({"price_minor": -800}, NoMoneyAtAll, "price"),
        ({"price_minor": 20_000_000}, MoneyTooMuch, "price"),
        ({"thanks_minor": 900}, rules.MoreThanIsPaid, "thanks"),
        ({"price_minor": 801}, rules.PartsOfACoin, "price"),
        ({"thanks_minor": 599}, rules.PartsOfACoin, "thanks"),
        ({"unit_minutes": 20}, rules.NoSuchAnswer, "unit"),
        ({"least_minutes": 45}, rules.NotWholeUnits, "least"),
        ({"least_minutes": 600}, rules.NotWholeUnits, "least"),
        ({"way_by": "miles"}, rules.NoSuchAnswer, "way_by"),
        ({"way_by": BY_KM}, NoMoneyAtAll, "way"),
        ({"way_minor": 20}, rules.NoSuchAnswer, "way_by"),
        ({"tax_class": "much"}, rules.NoSuchAnswer, "tax_class"),
        ({"extras": {"noon": Extra(price_minor=2)}}, rules.NoSuchAnswer, "noon"),
        (
            {"extras": {WEEKEND: Extra(price_minor=0, thanks_minor=100)}},
            rules.ExtraPriceMissing,
            "weekend_price",
        ),
        ({"extras": {WEEKEND: Extra(price_minor=2, thanks_minor=4)}}, rules.MoreThanIsPaid, "weekend_thanks"),
        ({"extras": {WEEKEND: Extra(price_minor=101)}}, rules.PartsOfACoin, "weekend_price"),
        ({"extras": {EVENING: Extra(price_minor=100)}}, rules.HoursOfDayMissing, "evening_from"),
        (
            {"extras": {EVENING: Extra(price_minor=100, from_minute=60, until_minute=60)}},
            rules.HoursOfDayMissing,
            "evening_from",
        ),
        (
            {"extras": {EVENING: Extra(price_minor=100, from_minute=60, until_minute=1440)}},
            rules.HoursOfDayMissing,
            "evening_from",
        ),
    ],
)
def test_what_cannot_be_a_rate_is_refused_where_it_stood(
    session: Session,
    community: Community,
    today: date,
    facts: dict[str, Any],
    refused: type[Refusal],
    field: str,
) -> None:
    with pytest.raises(refused) as told:
        a_rate(session, community, today, **facts)
    assert told.value.field == field
    assert queries.list_rates(session, community=community) == []


def test_what_is_paid_once_need_not_go_up_into_units(
    session: Session, community: Community, today: date
) -> None:
    a_rate(session, community, today, extras={FIRST: Extra(price_minor=501, thanks_minor=1)})
    assert costs(session, community, today) == 800


@pytest.mark.parametrize(
    ("facts", "refused", "field"),
    [
        ({"provider": "the state"}, rules.NoSuchAnswer, "provider"),
        ({"late_hours": 73}, rules.OutOfReach, "late_hours"),
        ({"late_hours": -1}, rules.OutOfReach, "late_hours"),
        ({"standard_permille": 501}, rules.OutOfReach, "standard"),
        ({"reduced_permille": 990}, rules.OutOfReach, "reduced"),
        ({"wage_minor": 0}, NoMoneyAtAll, "wage"),
        ({"wage_minor": 20_000_000}, MoneyTooMuch, "wage"),
        ({"tax_number": "T123"}, rules.TaxNumberNotRead, "tax_number"),
    ],
)
def test_what_cannot_be_terms_is_refused_where_it_stood(
    session: Session,
    community: Community,
    today: date,
    facts: dict[str, Any],
    refused: type[Refusal],
    field: str,
) -> None:
    with pytest.raises(refused) as told:
        terms(session, community, today, **facts)
    assert told.value.field == field
    assert queries.list_terms(session, community=community) == []


def test_a_number_is_read_as_people_write_it_and_elsewhere_as_it_is(
    session: Session, community: Community, today: date
) -> None:
    assert terms(session, community, today, tax_number="ｔ１２３４-567890123 ").tax_number == "T1234567890123"
    elsewhere = a_community(session, currency="EUR")
    assert terms(session, elsewhere, today, tax_number="DE 123").tax_number == "DE123"


@pytest.mark.parametrize(
    ("provider", "registration", "allowed"),
    [(GROUP, "", True), (MEMBER, "", False), (MEMBER, "Number 5", True), (NOBODY, "Number 5", False)],
)
def test_tickets_are_for_the_service_of_the_group_or_by_a_registration(
    session: Session, community: Community, today: date, provider: str, registration: str, allowed: bool
) -> None:
    found = terms(session, community, today, provider=provider, registration=registration)
    assert queries.may_issue_tickets(found) is allowed


@pytest.mark.parametrize(("wage", "near"), [(None, False), (890, False), (888, True), (500, True)])
def test_thanks_come_near_a_wage_at_nine_tenths_of_it(
    session: Session, community: Community, today: date, wage: int | None, near: bool
) -> None:
    a_rate(session, community, today, extras=EXTRAS)
    rate = queries.rate_on(session, community=community, kind=None, day=today)
    assert rate
    assert queries.is_near(terms(session, community, today, wage_minor=wage), rate) is near
    assert not queries.is_near(None, rate)


def test_what_is_another_communitys_is_not_found(session: Session, community: Community, today: date) -> None:
    other = a_community(session)
    rate, found = a_rate(session, community, today), terms(session, community, today)
    assert queries.find_rate(session, community=other, rate_id=rate.id) is None
    assert queries.find_terms(session, community=other, terms_id=found.id) is None
    assert costs(session, other, today) is None
    kind = add_kind(session, community=other, name="Driving", actor=SOMEBODY)
    with pytest.raises(IntegrityError), session.begin_nested():
        a_rate(session, community, today, kind)


def test_for_hours_only_nothing_else_is_kept() -> None:
    facts = Facts(
        starts_on=date(2026, 4, 1), price_minor=None, thanks_minor=999, unit_minutes=7, extras=EXTRAS
    )
    cleaned = rules.check_rate(Community(currency="JPY"), facts)
    assert cleaned == replace(Facts(starts_on=date(2026, 4, 1), price_minor=None))
