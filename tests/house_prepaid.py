"""Prepaid balances in both communities of the house: what was topped up, a mistake, and one by card."""

from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import as_member
from tests.house_things import Things
from timebank import clock
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.prepaid import rules
from timebank.prepaid import topping
from timebank.prepaid.models import CASH


def pay_ahead(session: Session, community: Community, giver: Member, other: Member) -> Things:
    """Offer balances, and have some be topped up."""
    rule = rules.Rule(offered=True, refunds=True, konbini=True)
    rules.change_rule(session, community=community, rule=rule)

    def topped_up(member: Member, amount: int, what: str) -> int:
        paid = topping.AtDesk(
            member=member,
            amount_minor=amount,
            way=CASH,
            paid_on=clock.today(community.time_zone),
            key=f"form:ahead {what}",
        )
        return topping.top_up(session, community=community, paid=paid, actor=COORDINATOR).id

    wished = topping.Wished(member=giver, amount_minor=2000, language="en", key="form:ahead by card")
    _topup, payment = topping.wish_to_top_up(
        session, community=community, wished=wished, actor=as_member(giver)
    )
    return {
        "topup_id": {"cash": topped_up(giver, 5000, "in cash"), "a mistake": topped_up(other, 1000, "wrong")},
        "payment_token": {"prepaid": payment.token},
    }
