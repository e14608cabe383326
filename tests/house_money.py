"""The money in both communities of the house: gifts and fees, what was spent, and what was paid by hand."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import as_member
from tests.house_banks import pay_by_files
from tests.house_bills import send_bills
from tests.house_gifts import day_of_gifts
from tests.house_gifts import gifts_by_hand
from tests.house_prepaid import pay_ahead
from tests.house_proposals import tell_of_visits
from tests.house_purposes import ask_givers
from tests.house_rates import pay_for_help
from tests.house_rates import price_help
from tests.house_things import Things
from tests.house_tickets import sell_tickets
from timebank import clock
from timebank.app import HOOKS
from timebank.communities.models import Community
from timebank.donations import service as donations
from timebank.funds.service import end_fund
from timebank.funds.service import open_fund
from timebank.funds.spending import Spent
from timebank.funds.spending import spend
from timebank.journal.ready import TEMPLATES
from timebank.journal.writing import Line
from timebank.journal.writing import Writing
from timebank.journal.writing import write
from timebank.members.models import PERSON
from timebank.members.models import Member
from timebank.memberships import service as memberships
from timebank.memberships.by_hand import Taken
from timebank.memberships.by_hand import let_off
from timebank.memberships.by_hand import take_fee
from timebank.memberships.fees import FeeWish
from timebank.memberships.fees import wish_to_pay
from timebank.memberships.models import CASH
from timebank.memberships.models import VOTE
from timebank.payments.facts import Charge
from timebank.payments.facts import Checkout
from timebank.payments.facts import Movement
from timebank.payments.facts import Recurring
from timebank.payments.models import Payment
from timebank.payments.models import StripeSubscription
from timebank.payments.renewing import record_recurring
from timebank.payments.service import find_payment
from timebank.payments.service import fulfil
from timebank.payments.service import record_movement


def take_money(session: Session, community: Community, giver: Member, other: Member) -> Things:
    """Take gifts and fees."""
    gifts, fees = take_gifts(session, community), take_fees(session, community, giver, other)
    support = price_help(session, community) | pay_for_help(session, community, giver, other)
    told = tell_of_visits(session, community, giver, other)
    support["exchange_id"] = support["exchange_id"] | told["exchange_id"]
    banks = pay_by_files(session, community, giver)
    tickets = sell_tickets(session, community, giver, other)
    bought = find_payment(session, community=community, token=str(tickets["payment_token"]["tickets"]))
    assert bought
    pay(session, community, bought)
    ahead = pay_ahead(session, community, giver, other)
    topped_up = find_payment(session, community=community, token=str(ahead["payment_token"]["prepaid"]))
    assert topped_up
    pay(session, community, topped_up)
    bills = send_bills(session, community, other)
    owed = find_payment(session, community=community, token=str(bills["payment_token"]["help"]))
    assert owed
    pay(session, community, owed)
    tokens = gifts["payment_token"] | fees["payment_token"] | tickets["payment_token"]
    tokens |= ahead["payment_token"] | bills["payment_token"]
    return {**gifts, **fees, **support, **banks, **tickets, **ahead, **bills, "payment_token": tokens}


def take_gifts(session: Session, community: Community) -> Things:
    """Ask for gifts, open funds, and have somebody give to one of them."""
    made = {
        slug: open_fund(
            session, community=community, slug=slug, name=slug.title(), purpose="For all", actor=COORDINATOR
        )
        for slug in ("meal", "ended")
    }
    end_fund(session, community=community, fund=made["ended"], reason="no cook", actor=COORDINATOR)
    rule = replace(donations.rule_of(session, community=community), open=True)
    donations.change_rule(session, community=community, rule=rule, actor=COORDINATOR)
    wish = donations.Wish(
        amount_minor=3000, fund=made["meal"], name="A giver", language="en", key="form:gift"
    )
    _gift, payment = donations.wish_to_give(session, community=community, wish=wish)
    pay(session, community, payment)
    regular = repeats(session, community, payment)
    rice = Spent(
        amount_minor=500,
        nature="ingredients",
        spent_on=clock.today(community.time_zone),
        words="Rice",
        key="form:rice",
    )
    spent = spend(session, community=community, fund=made["meal"], spent=rice, actor=COORDINATOR)
    by_hand = gifts_by_hand(session, community, made["meal"])
    rent = write_rent(session, community)
    asked = ask_givers(session, community, made["meal"], day_of_gifts(community))
    return {
        **by_hand,
        **asked,
        "movement_id": {what: nobody_knows(session, community, what) for what in ("a gift", "a fee")},
        "gift_id": {**by_hand["gift_id"], **asked["gift_id"]},
        "spending_id": {"rice": spent.id},
        "journal_id": {"rent": rent},
        "fund_id": {**{name: fund.id for name, fund in made.items()}, **asked["fund_id"]},
        "payment_token": {"paid": payment.token},
        "payment_id": {"paid": payment.id},
        "regular_token": {"every month": regular.token},
        "regular_id": {"every month": regular.id},
    }


def write_rent(session: Session, community: Community) -> int:
    """Write an entry into the books by hand, and give its id."""
    template = TEMPLATES["rent"]
    rent = Writing(
        posted_on=clock.today(community.time_zone),
        words="家賃",
        lines=[Line(template.debit, debit_minor=300), Line(template.credit, credit_minor=300)],
        key="form:rent",
    )
    return write(session, community=community, writing=rent, actor=COORDINATOR).id


def take_fees(session: Session, community: Community, giver: Member, other: Member) -> Things:
    """Open plans, and have fees paid: by card, in cash, and one that is not asked."""
    plans = {
        slug: memberships.open_plan(
            session,
            community=community,
            slug=slug,
            facts=memberships.PlanFacts(
                name=slug.title(), words="For all", fee_minor=fee, for_kind=PERSON, carries=VOTE, refund=""
            ),
            actor=COORDINATOR,
        )
        for slug, fee in (("full", 3000), ("free", 0))
    }
    wish = FeeWish(
        member=giver, payer=giver, plan=plans["full"], years=1, language="en", key="form:fee by card"
    )
    by_card, payment = wish_to_pay(session, community=community, wish=wish, actor=as_member(giver))
    pay(session, community, payment)
    cash = Taken(
        member=other,
        plan=plans["full"],
        years=1,
        amount_minor=3000,
        way=CASH,
        paid_on=clock.today(community.time_zone),
        key="form:fee in cash",
    )
    return {
        "plan_id": {slug: plan.id for slug, plan in plans.items()},
        "fee_id": {
            "of a fee": by_card.id,
            "cash": take_fee(session, community=community, taken=cash, actor=COORDINATOR).id,
            "free": let_off(
                session,
                community=community,
                member=giver,
                plan=plans["free"],
                key="form:no fee",
                actor=COORDINATOR,
            ).id,
        },
        "payment_token": {"fee": payment.token},
    }


def repeats(session: Session, community: Community, payment: Payment) -> StripeSubscription:
    """Have a payment be taken again every month, as far as our books go."""
    now = clock.now()
    recurring = Recurring(
        id=f"sub_{community.slug}_{payment.id}",
        token=payment.token,
        status="active",
        every="month",
        amount=payment.amount_minor,
        currency=payment.currency,
        next_at=now + timedelta(days=30),
        made_at=now,
    )
    found = record_recurring(session, community=community, recurring=recurring, purposes=HOOKS.purposes)
    assert found is not None
    return found


def nobody_knows(session: Session, community: Community, what: str) -> int:
    """Let Stripe take something that nobody here has asked for; gives the number of its line."""
    name = what.replace(" ", "_")
    line = Movement(
        id=f"txn_{community.slug}_{name}",
        kind="charge",
        category="charge",
        amount=3000,
        fee=108,
        net=2892,
        currency=community.currency,
        made_at=clock.now(),
        charge_id=f"ch_{community.slug}_{name}",
        intent_id=f"pi_{community.slug}_{name}",
    )
    return record_movement(session, community=community, movement=line, purposes=HOOKS.purposes).id


def pay(session: Session, community: Community, payment: Payment) -> None:
    """Have a payment be paid at Stripe, as far as our books go."""
    now = clock.now()
    line = Movement(
        id=f"txn_{community.slug}_{payment.id}",
        kind="charge",
        category="charge",
        amount=payment.amount_minor,
        fee=108,
        net=payment.amount_minor - 108,
        currency=community.currency,
        made_at=now,
        token=payment.token,
    )
    charge = Charge(
        id=f"ch_{community.slug}_{payment.id}",
        paid=True,
        amount=payment.amount_minor,
        currency=community.currency,
        made_at=now,
        movements=(line,),
    )
    paid = Checkout(
        id=f"cs_{community.slug}_{payment.id}",
        token=payment.token,
        status="complete",
        paid=True,
        failed=False,
        amount=payment.amount_minor,
        currency=community.currency,
        made_at=now,
        ends_at=now,
        charge=charge,
    )
    fulfil(session, community=community, checkout=paid, purposes=HOOKS.purposes)
