"""What tests of prepaid balances are made of: that they are offered, and who has paid ahead."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.timebank.support.paying import Place
from timebank import books
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.prepaid import rules
from timebank.prepaid import topping
from timebank.prepaid.models import CASH
from timebank.prepaid.models import PrepaidTopup
from timebank.prepaid.proof import check_prepaid

PAID_ON = date(2026, 4, 1)


def offered(session: Session, community: Community, **facts: Any) -> None:
    known: dict[str, Any] = {"offered": True, "least_minor": 500, "most_minor": 20_000}
    rules.change_rule(session, community=community, rule=rules.Rule(**known | facts))


def topped_up(place: Place, amount: int = 2000, member: Member | None = None, **facts: Any) -> PrepaidTopup:
    """A sum that was paid ahead at the desk."""
    whose = member or place.receiver
    known: dict[str, Any] = {"way": CASH, "paid_on": PAID_ON, "key": f"form:topped-{amount}-{whose.id}"}
    paid = topping.AtDesk(member=whose, amount_minor=amount, **known | facts)
    return topping.top_up(place.session, community=place.community, paid=paid, actor=COORDINATOR)


def on_balance(place: Place, member: Member | None = None) -> int:
    """What is on a balance, by the books."""
    return -place.money().get(books.prepaid_code((member or place.receiver).id), 0)


def all_faults(place: Place) -> list[str]:
    return [*place.faults(), *check_prepaid(place.session)]
