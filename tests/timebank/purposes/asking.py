"""A fund that has stopped, gifts in it, and what is asked about it, for tests."""

from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from timebank import clock
from timebank.donations import by_hand
from timebank.donations.models import Donation
from timebank.donations.proof import check_gifts
from timebank.funds.models import Fund
from timebank.funds.models import PurposeChange
from timebank.funds.proof import check_funds
from timebank.funds.service import end_fund
from timebank.funds.service import open_fund
from timebank.funds.spending import Spent
from timebank.funds.spending import spend
from timebank.payments.proof import check_payments
from timebank.purposes import service
from timebank.purposes.models import PurposeGift
from timebank.purposes.models import PurposeGiver
from timebank.purposes.proof import check_purposes
from timebank.purposes.settling import settle
from timebank.receipts.proof import check_receipts

TODAY = clock.today("Asia/Tokyo")


class Asking:
    """A community with two funds: the car, which has stopped, and meals, which go on."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.community = a_community(session, currency="JPY", time_zone="Asia/Tokyo")
        self.car = self.fund("car", "Car")
        self.meal = self.fund("meal", "Meals")

    def fund(self, slug: str, name: str) -> Fund:
        return open_fund(
            self.session,
            community=self.community,
            slug=slug,
            name=name,
            purpose=f"{name} for all",
            actor=SOMEBODY,
        )

    def given(self, amount: int, name: str = "", *, fund: Fund | None = None, **facts: Any) -> Donation:
        known: dict[str, Any] = {"way": "cash", "given_on": TODAY, "fund": fund or self.car, "name": name}
        key = f"form:{name}-{amount}-{len(self.session.scalars(select(Donation.id)).all())}"
        gift = by_hand.Brought(**known | {"amount_minor": amount, "key": key} | facts)
        return by_hand.write_down(self.session, community=self.community, gift=gift, actor=SOMEBODY)

    def spent(self, amount: int, *, fund: Fund | None = None) -> None:
        what = Spent(
            amount_minor=amount, nature="fuel", spent_on=TODAY, words="Petrol", key=f"form:spent-{amount}"
        )
        spend(self.session, community=self.community, fund=fund or self.car, spent=what, actor=SOMEBODY)

    def stop(self, fund: Fund | None = None) -> None:
        end_fund(self.session, community=self.community, fund=fund or self.car, reason="Sold", actor=SOMEBODY)

    def decision(self, **facts: Any) -> service.Decision:
        known: dict[str, Any] = {
            "to_fund": self.meal,
            "decision": "The car is sold: let it be for meals.",
            "decided_by": "The yearly meeting",
            "decided_on": TODAY,
            "answer_by": TODAY + timedelta(days=30),
        }
        return service.Decision(**known | facts)

    def ask(self, *, fund: Fund | None = None, **facts: Any) -> PurposeChange:
        return service.ask(
            self.session,
            community=self.community,
            fund=fund or self.car,
            decision=self.decision(**facts),
            actor=SOMEBODY,
        )

    def giver(self, change: PurposeChange, donation: Donation) -> PurposeGiver:
        found = (
            select(PurposeGiver)
            .join(PurposeGift, PurposeGift.giver_id == PurposeGiver.id)
            .where(PurposeGiver.change_id == change.id, PurposeGift.donation_id == donation.id)
        )
        return self.session.scalars(found).one()

    def answer(self, change: PurposeChange, donation: Donation, said: str, heard: str = "web") -> None:
        service.answer(
            self.session,
            community=self.community,
            giver=self.giver(change, donation),
            said=said,
            heard=heard,
            actor=SOMEBODY,
        )

    def settle(self, change: PurposeChange) -> None:
        settle(self.session, community=self.community, change=change, actor=SOMEBODY)

    def settled(self, change: PurposeChange) -> list[int | None]:
        rows = self.session.scalars(
            select(PurposeGift).where(PurposeGift.change_id == change.id).order_by(PurposeGift.donation_id)
        )
        return [one.settled_minor for one in rows]

    def balances(self) -> dict[str, int]:
        lines = ledger.trial_balance(self.session, self.community.book_id)
        return {one.code: one.balance for one in lines if one.commodity == "JPY" and one.balance}

    def faults(self) -> list[str]:
        return faults(self.session)


def faults(session: Session) -> list[str]:
    return [
        *(*check_gifts(session), *check_funds(session), *check_payments(session)),
        *(*check_purposes(session), *check_receipts(session), *ledger.prove(session).faults),
    ]


def later(monkeypatch: Any, day: date) -> None:
    """Let it be noon of that day where the communities are."""
    moment = datetime.combine(day, time(3), tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
