"""Officers who press at one moment: an expense is told once, thanks go into one file, a month closes once."""

from datetime import date
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import written
from tests.pictures import a_png
from tests.timebank.banks.test_files import HANA
from tests.timebank.banks.test_files import PAYING
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from tests.timebank.tickets.test_at_once import MANY
from tests.timebank.tickets.test_at_once import at_once
from timebank import clock
from timebank.banks import accounts
from timebank.banks import files
from timebank.banks import queries
from timebank.banks.models import TransferFile
from timebank.banks.proof import check_banks
from timebank.exchanges.models import Exchange
from timebank.support import closing
from timebank.support import expenses
from timebank.support.models import BY_GROUP
from timebank.support.models import RECEIVER
from timebank.support.models import SupportExpense
from timebank.support.month_models import SupportSettled
from timebank.support.paid import LessIsOwedNow

Ids = tuple[int, int, int]


def ready(session: Session) -> Ids:
    place = a_place(session)
    place.visit()
    accounts.say_paying_account(
        session, community=place.community, consignor_code="0123456789", said=PAYING, actor=COORDINATOR
    )
    accounts.say_account(session, member=place.giver, said=HANA, actor=COORDINATOR)
    return place.community.id, place.giver.id, place.receiver.id


def the_visit(place: Place) -> Exchange:
    found = select(Exchange).where(Exchange.community_id == place.community.id)
    return place.session.scalars(found).one()


def tells(place: Place, key: str) -> None:
    facts = expenses.Facts(
        what="Bread",
        amount_minor=480,
        spent_on=FRIDAY,
        borne_by=RECEIVER,
        content=a_png(),
        no_receipt_because="",
        key=key,
    )
    expenses.tell(
        place.session,
        community=place.community,
        exchange=the_visit(place),
        facts=facts,
        actor=COORDINATOR,
    )


def makes(place: Place, key: str) -> None:
    order = files.Order(
        amounts=[(place.giver, 600)],
        pays_on=queries.next_bank_day(clock.today(place.community.time_zone)),
        looked=True,
        key=key,
    )
    files.make_file(place.session, community=place.community, order=order, actor=COORDINATOR)


def test_one_form_is_one_expense_and_it_is_decided_once(engine: Engine) -> None:
    ids = written(engine, ready)
    assert at_once(engine, ids, lambda place, _number: tells(place, "form:bread")) == [None] * MANY
    assert written(engine, lambda session: session.scalar(select(func.count(SupportExpense.id)))) == 1

    def decides(place: Place, number: int) -> None:
        told = place.session.scalars(select(SupportExpense)).one()
        bearer = BY_GROUP if number % 2 else RECEIVER
        expenses.book(
            place.session, community=place.community, expense=told, borne_by=bearer, actor=COORDINATOR
        )

    refused = at_once(engine, ids, decides)
    assert set(refused) == {None, expenses.DecidedMeanwhile}


def test_one_form_is_one_file_and_two_forms_do_not_pay_twice(engine: Engine) -> None:
    ids = written(engine, ready)
    assert at_once(engine, ids, lambda place, _number: makes(place, "form:a file")) == [None] * MANY
    assert written(engine, lambda session: session.scalar(select(func.count(TransferFile.id)))) == 1
    other = written(engine, ready)
    refused = at_once(engine, other, lambda place, number: makes(place, f"form:file {number}"))
    assert sorted(str(one) for one in refused) == sorted(
        str(one) for one in [None, *[LessIsOwedNow] * (MANY - 1)]
    )
    assert written(engine, lambda session: session.scalar(select(func.count(TransferFile.id)))) == 2
    assert written(engine, check_banks) == []


def test_a_month_is_closed_once(engine: Engine) -> None:
    ids = written(engine, ready)
    april = date(2026, 4, 1)
    assert april + timedelta(days=2) == FRIDAY

    def closes(place: Place, _number: int) -> None:
        assert closing.close_month(place.session, community=place.community, first=april, actor=COORDINATOR)

    assert at_once(engine, ids, closes) == [None] * MANY
    assert written(engine, lambda session: session.scalar(select(func.count(SupportSettled.id)))) == 1
