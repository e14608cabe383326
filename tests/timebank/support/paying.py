"""What tests of visits that are paid for are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from timebank import books
from timebank.communities.models import Community
from timebank.exchanges.models import Exchange
from timebank.exchanges.proof import check_exchanges
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.rates.models import GROUP
from timebank.rates.rules import Extra
from timebank.rates.rules import Facts
from timebank.rates.rules import Terms
from timebank.rates.service import set_rate
from timebank.rates.service import set_terms
from timebank.support.models import BILL
from timebank.support.planning import THANKS
from timebank.support.planning import Wish
from timebank.support.planning import plan_of
from timebank.support.proof import check_support
from timebank.support.visits import write_down

FRIDAY = date(2026, 4, 3)


@dataclass(frozen=True, slots=True)
class Place:
    """A community in which help is paid, with somebody who gives and somebody who receives."""

    session: Session
    community: Community
    giver: Member
    receiver: Member

    def visit(self, minutes: int = 60, **facts: Any) -> Exchange:
        """Write down a visit, paid and thanked with money unless something else is said."""
        known: dict[str, Any] = {
            "giver": self.giver,
            "receiver": self.receiver,
            "kind": None,
            "worked_on": FRIDAY,
            "minutes": minutes,
            "pays": BILL,
            "takes": THANKS,
            "key": f"form:visit-{len(facts)}-{minutes}-{facts.get('pays', '')}{facts.get('takes', '')}",
        }
        plan = plan_of(self.session, community=self.community, wish=Wish(**known | facts))
        assert plan is not None
        logged = write_down(self.session, community=self.community, plan=plan, actor=COORDINATOR)
        return logged.exchanges[0]

    def money(self) -> dict[str, int]:
        """Every account of money that is not at nought, debits less credits, with G and R for the two."""
        names = {
            books.payable_code(self.giver.id): "payable:G",
            books.receivable_code(self.receiver.id): "receivable:R",
        }
        lines = ledger.trial_balance(self.session, self.community.book_id)
        return {
            names.get(one.code, one.code): one.balance
            for one in lines
            if one.commodity == self.community.currency and one.balance
        }

    def hours(self) -> tuple[int, int, int]:
        """The hours of giver and receiver, and those that are kept, in minutes."""
        lines = {one.code: one for one in ledger.trial_balance(self.session, self.community.book_id)}
        kept = lines.get(books.HOURS_KEPT)
        giver, receiver = (
            ledger.balance(self.session, hours_of(one, self.community)).balance
            for one in (self.giver, self.receiver)
        )
        return giver, receiver, kept.balance if kept else 0

    def faults(self) -> list[str]:
        """Everything that does not agree."""
        return [
            *ledger.prove(self.session).faults,
            *check_exchanges(self.session),
            *check_support(self.session),
        ]


def a_place(
    session: Session, *, provider: str = GROUP, extras: Mapping[str, Extra] | None = None, **terms: Any
) -> Place:
    """Have an hour cost 800, of which 600 are thanks, in units of half an hour."""
    community = a_community(session, currency="JPY", rounding_minutes=15)
    since = date(2026, 1, 1)
    set_terms(
        session,
        community=community,
        terms=Terms(starts_on=since, provider=provider, **terms),
        actor=SOMEBODY,
    )
    set_rate(
        session,
        community=community,
        kind=None,
        facts=Facts(starts_on=since, price_minor=800, thanks_minor=600, extras=extras or {}),
        actor=SOMEBODY,
    )
    giver, receiver = (a_member(session, community, name=name) for name in ("Hana", "Taro"))
    return Place(session, community, giver, receiver)
