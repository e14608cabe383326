"""What neighbours of the demo pay for help, beside the hours; every text reads in both languages.

It began with a month's first day, about two months ago: the first month is closed, what came since is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.banks import accounts
from timebank.banks.models import ORDINARY
from timebank.cli import demo_data as data
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.days import month_bounds
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.rates.models import BY_KM
from timebank.rates.models import DOOR
from timebank.rates.models import EVENING
from timebank.rates.models import GROUP
from timebank.rates.models import LATE
from timebank.rates.models import STANDARD
from timebank.rates.rules import Extra
from timebank.rates.rules import Facts
from timebank.rates.rules import Terms
from timebank.rates.service import set_rate
from timebank.rates.service import set_terms
from timebank.support import cancelled
from timebank.support import cancelled_planning
from timebank.support import expenses
from timebank.support import paid
from timebank.support.closing import close_month
from timebank.support.models import BILL
from timebank.support.models import CASH
from timebank.support.models import NOTHING
from timebank.support.models import OWED
from timebank.support.models import PARKING
from timebank.support.models import RECEIVER
from timebank.support.models import THANKS
from timebank.support.models import TICKETS
from timebank.support.models import USUAL
from timebank.support.planning import HOURS
from timebank.support.planning import Wish
from timebank.support.planning import plan_of
from timebank.support.usual import say_usual
from timebank.support.visits import write_down
from timebank.tickets.offers import Booklet
from timebank.tickets.offers import open_offer
from timebank.tickets.selling import Sold
from timebank.tickets.selling import sell

#: Long enough ago that the month is over, whatever the day.
_FIRST_DAYS_AGO: Final = 55
BOOKLET: Final = "利用券10枚つづり / Ten hours of help"
_LOST: Final = "レシートをなくしました / The receipt was lost"
#: Who keeps hours unless they say something else.
KEEPS: Final = "012"
#: Who is paid by the bank, and an account that nobody has.
BY_BANK: Final = "002"
_ACCOUNT: Final = accounts.Said(
    bank_code="9900", branch_code="", kind=ORDINARY, number="10530-12345671", holder="タナカ ケンイチ"
)
_PAYING: Final = accounts.Said(
    bank_code="9900", branch_code="018", kind=ORDINARY, number="7654321", holder="カドマ タスケアイ"
)


@dataclass(frozen=True, slots=True)
class Paid:
    """A visit that was paid for."""

    days_ago: int
    giver: str
    receiver: str
    kind: str
    minutes: int
    begins: int
    text: str
    pays: str = BILL
    takes: str = USUAL
    km: int = 0


VISITS: Final = (
    Paid(52, "011", "008", data.GARDEN, 120, 9 * 60, "草取り / Weeding"),
    Paid(45, "002", "010", data.RIDES, 60, 10 * 60, "病院まで / To the hospital", km=6),
    Paid(38, KEEPS, "010", data.SHOPPING, 90, 14 * 60, "食料品と薬 / Groceries and medicine"),
    Paid(24, "011", "008", data.GARDEN, 120, 9 * 60, "庭木の手入れ / Trimming the hedge"),
    Paid(17, "002", "010", data.RIDES, 60, 10 * 60, "病院まで / To the hospital", pays=TICKETS, km=6),
    Paid(12, "013", "003", data.GARDEN, 60, 13 * 60, "雨戸の修理 / Mending the shutters", takes=NOTHING),
    Paid(9, KEEPS, "010", data.SHOPPING, 90, 14 * 60, "食料品 / Groceries", pays=TICKETS),
    Paid(4, "011", "008", data.GARDEN, 60, 18 * 60, "夕方の水やり / Watering in the evening"),
)


def pay_for_help(
    session: Session,
    *,
    community: Community,
    members: Mapping[str, Member],
    kinds: Mapping[str, HelpKind],
    actor: Actor,
) -> None:
    """Have help be paid for, with all that comes of it; a month of it is closed."""
    today = clock.today(community.time_zone)
    began = month_bounds(today - timedelta(days=_FIRST_DAYS_AGO))[0]
    _say_what_it_costs(session, community, kinds, began, actor)
    say_usual(session, member=members[KEEPS], takes=HOURS, actor=actor)
    _sell_booklet(session, community, members["010"], today - timedelta(days=20), actor)
    written = [_visit(session, community, members, kinds, one, actor) for one in VISITS]
    _lay_out(session, community, written, actor)
    _call_off(session, community, members, kinds, actor)
    # Whoever received pays what it was, and whoever gave gets their thanks, in cash.
    for member, what, amount, days_ago in (("008", OWED, 1600, 21), ("011", THANKS, 1200, 15)):
        payment = paid.Payment(
            what=what,
            amount_minor=amount,
            way=CASH,
            paid_on=today - timedelta(days=days_ago),
            key=f"demo:paid {what}",
        )
        paid.write_paid(session, community=community, member=members[member], payment=payment, actor=actor)
    accounts.say_account(session, member=members[BY_BANK], said=_ACCOUNT, actor=actor)
    accounts.say_paying_account(
        session, community=community, consignor_code="0123456789", said=_PAYING, actor=actor
    )
    close_month(session, community=community, first=began, actor=actor)


# --- the leaves ---------------------------------------------------------------------------------------------


def _say_what_it_costs(
    session: Session, community: Community, kinds: Mapping[str, HelpKind], began: date, actor: Actor
) -> None:
    """Turn it on, with a price for every help; lessons stay for hours only."""
    terms = Terms(starts_on=began, provider=GROUP, standard_permille=100, reduced_permille=80)
    set_terms(session, community=community, terms=terms, actor=actor)
    usual = Facts(
        starts_on=began,
        price_minor=800,
        thanks_minor=600,
        way_by=BY_KM,
        way_minor=20,
        tax_class=STANDARD,
        extras={
            EVENING: Extra(price_minor=200, thanks_minor=200, from_minute=18 * 60, until_minute=22 * 60),
            LATE: Extra(price_minor=400, thanks_minor=400),
            DOOR: Extra(price_minor=800, thanks_minor=600),
        },
    )
    set_rate(session, community=community, kind=None, facts=usual, actor=actor)
    lessons = Facts(starts_on=began, price_minor=None)
    set_rate(session, community=community, kind=kinds[data.TEACHING], facts=lessons, actor=actor)


def _sell_booklet(session: Session, community: Community, member: Member, day: date, actor: Actor) -> None:
    """Sell a booklet that stands on the account, for cash."""
    booklet = Booklet(name=BOOKLET, tickets=10, face_minor=800, valid_months=6, on_paper=False)
    offer = open_offer(session, community=community, booklet=booklet, actor=actor)
    sold = Sold(member=member, offer=offer, way=CASH, paid_on=day, key="demo:booklet")
    sell(session, community=community, sold=sold, actor=actor)


def _visit(
    session: Session,
    community: Community,
    members: Mapping[str, Member],
    kinds: Mapping[str, HelpKind],
    one: Paid,
    actor: Actor,
) -> Exchange:
    wish = Wish(
        giver=members[one.giver],
        receiver=members[one.receiver],
        kind=kinds[one.kind],
        worked_on=clock.today(community.time_zone) - timedelta(days=one.days_ago),
        minutes=one.minutes,
        description=one.text,
        begins=one.begins,
        km=one.km,
        pays=one.pays,
        takes=one.takes,
        key=f"demo:visit {one.days_ago}",
    )
    plan = plan_of(session, community=community, wish=wish)
    if plan is None:
        raise ValueError(f"{one} is for hours alone")
    return write_down(session, community=community, plan=plan, actor=actor).exchanges[0]


def _call_off(
    session: Session,
    community: Community,
    members: Mapping[str, Member],
    kinds: Mapping[str, HelpKind],
    actor: Actor,
) -> None:
    """Have a visit be cancelled on its morning."""
    wish = cancelled_planning.Wish(
        giver=members["011"],
        receiver=members["008"],
        kind=kinds[data.GARDEN],
        agreed_on=clock.today(community.time_zone) - timedelta(days=6),
        begins=14 * 60,
        how=LATE,
        key="demo:cancelled",
    )
    plan = cancelled_planning.plan_of(session, community=community, wish=wish)
    cancelled.write_down(session, community=community, plan=plan, actor=actor)


def _lay_out(session: Session, community: Community, visits: list[Exchange], actor: Actor) -> None:
    """Have what was laid out be paid back for one visit, and be told for another."""
    shopping, ride = visits[2], visits[4]
    groceries = expenses.Facts(
        what="食料品 / Groceries",
        amount_minor=1280,
        spent_on=shopping.worked_on,
        borne_by=RECEIVER,
        content=b"",
        no_receipt_because=_LOST,
        key="demo:groceries",
    )
    expenses.write_down(session, community=community, exchange=shopping, facts=groceries, actor=actor)
    parking = expenses.Facts(
        what="病院の駐車場 / Parking at the hospital",
        amount_minor=300,
        spent_on=ride.worked_on,
        borne_by=RECEIVER,
        kind=PARKING,
        content=b"",
        no_receipt_because=_LOST,
        key="demo:parking",
    )
    expenses.tell(session, community=community, exchange=ride, facts=parking, actor=actor)
