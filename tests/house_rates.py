"""Paid support in both communities of the house: terms and rates that hold, and some that are to come."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.house_things import Things
from tests.pictures import a_png
from timebank import clock
from timebank.communities.models import Community
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.rates.models import BY_KM
from timebank.rates.models import DOOR
from timebank.rates.models import EVENING
from timebank.rates.models import FIRST
from timebank.rates.models import GROUP
from timebank.rates.models import LATE
from timebank.rates.models import SECOND
from timebank.rates.models import WEEKEND
from timebank.rates.rules import Extra
from timebank.rates.rules import Facts
from timebank.rates.rules import Terms
from timebank.rates.service import set_rate
from timebank.rates.service import set_terms
from timebank.support import cancelled
from timebank.support import cancelled_planning
from timebank.support import expenses
from timebank.support.models import BILL
from timebank.support.models import CASH
from timebank.support.models import OWED
from timebank.support.models import RECEIVER
from timebank.support.paid import Payment
from timebank.support.paid import write_paid
from timebank.support.planning import THANKS
from timebank.support.planning import Wish
from timebank.support.planning import plan_of
from timebank.support.visits import write_down

#: Half of it for whoever comes along, and more on Sundays.
EXTRAS = {
    EVENING: Extra(price_minor=200, thanks_minor=100, from_minute=18 * 60, until_minute=8 * 60),
    WEEKEND: Extra(price_minor=100, thanks_minor=100),
    SECOND: Extra(price_minor=400, thanks_minor=300),
    FIRST: Extra(price_minor=500),
    LATE: Extra(price_minor=400, thanks_minor=200),
    DOOR: Extra(price_minor=800, thanks_minor=600),
}


def price_help(session: Session, community: Community, words: str = "With a car that you know") -> Things:
    """Have help be paid from today on, and dearer in a month."""
    today = clock.today(community.time_zone)
    later = today + timedelta(days=30)
    terms = Terms(starts_on=today, provider=GROUP, standard_permille=100, reduced_permille=80, wage_minor=700)
    set_terms(session, community=community, terms=terms, actor=COORDINATOR)
    to_come = Terms(starts_on=later, provider=GROUP, wage_minor=750)
    facts = Facts(
        starts_on=today,
        price_minor=800,
        thanks_minor=600,
        least_minutes=60,
        way_by=BY_KM,
        way_minor=20,
        words=words,
        extras=EXTRAS,
    )
    set_rate(session, community=community, kind=None, facts=facts, actor=COORDINATOR)
    dearer = Facts(starts_on=later, price_minor=900, thanks_minor=700)
    return {
        "terms_id": {"to come": set_terms(session, community=community, terms=to_come, actor=COORDINATOR).id},
        "rate_id": {
            "to come": set_rate(session, community=community, kind=None, facts=dearer, actor=COORDINATOR).id
        },
    }


def pay_for_help(session: Session, community: Community, giver: Member, receiver: Member) -> Things:
    """Have a visit be paid for, and some of it be paid."""
    today = clock.today(community.time_zone)
    wish = Wish(
        giver=giver,
        receiver=receiver,
        kind=None,
        worked_on=today,
        minutes=120,
        begins=9 * 60,
        pays=BILL,
        takes=THANKS,
        key="form:a visit that is paid for",
    )

    def written_down(wish: Wish) -> Exchange:
        plan = plan_of(session, community=community, wish=wish)
        assert plan is not None
        return write_down(session, community=community, plan=plan, actor=COORDINATOR).exchanges[0]

    visit = written_down(wish)
    # Each of these is replaced by another one, once its form is sent.
    others = {
        name: written_down(replace(wish, minutes=minutes, key=f"form:{name}")).id
        for name, minutes in (("to be amended", 75), ("taken otherwise", 105))
    }
    some = Payment(what=OWED, amount_minor=300, way=CASH, paid_on=today, key="form:some of it")
    paid = write_paid(session, community=community, member=receiver, payment=some, actor=COORDINATOR)

    def laid_out(what: str, *, booked: bool) -> int:
        facts = expenses.Facts(
            what=what,
            amount_minor=150,
            spent_on=today,
            borne_by=RECEIVER,
            content=a_png(),
            no_receipt_because="",
            key=f"form:expense {what}",
        )
        write = expenses.write_down if booked else expenses.tell
        return write(session, community=community, exchange=visit, facts=facts, actor=COORDINATOR).id

    told: dict[str, int | str] = {"booked": laid_out("Milk", booked=True)}
    told |= {name: laid_out(name, booked=False) for name in ("waits", "waits, too")}
    return {
        "exchange_id": {"paid for": visit.id, **others},
        "paid_id": {"cash": paid.id},
        "expense_id": told,
        "cancelled_id": {"late": cancel_late(session, community, giver, receiver)},
    }


def cancel_late(session: Session, community: Community, giver: Member, receiver: Member) -> int:
    """Have a visit of today be cancelled late; gives its id."""
    called_off = cancelled_planning.Wish(
        giver=giver,
        receiver=receiver,
        kind=None,
        agreed_on=clock.today(community.time_zone),
        begins=9 * 60,
        how=LATE,
        key="form:a visit that was cancelled",
    )
    plan = cancelled_planning.plan_of(session, community=community, wish=called_off)
    written = cancelled.write_down(session, community=community, plan=plan, actor=COORDINATOR)
    return written.cancelled.id
