"""What a balance pays: how much of a price it holds, and that this is used for an exchange."""

from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges.models import Exchange
from timebank.members.models import Member
from timebank.members.same_as import record_ids
from timebank.prepaid.models import PrepaidUse


class NothingPrepaid(Refusal):
    """A balance is to pay, and nothing is on it."""

    sentence = N_("%(name)s has nothing on the prepaid balance. Please choose another way to pay.")
    field = "pays"


class BalanceHoldsLess(Refusal):
    """What was to pay was used by somebody else meanwhile."""

    sentence = N_(
        "The prepaid balance does not hold so much any more: it was used meanwhile. Please look at it "
        "once more."
    )
    field = "pays"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What comes from a balance: by the record on which it stands, and how much from each."""

    parts: Mapping[int, int] = field(default_factory=dict)

    @property
    def amount_minor(self) -> int:
        """What it comes to."""
        return sum(self.parts.values())

    @property
    def codes(self) -> dict[str, int]:
        """From which accounts that comes, and how much from each."""
        return {books.prepaid_code(member_id): amount for member_id, amount in self.parts.items()}


def draw(session: Session, *, community: Community, member: Member, price_minor: int) -> Drawn:
    """Tell what of a price the balance of a member pays: as much as it holds.

    It can stand on several records, where some were joined into theirs; the oldest comes first.
    """
    left, parts = price_minor, dict[int, int]()
    for member_id in whose_balances(session, member=member):
        held = balance_of_record(session, community=community, member_id=member_id)
        if (part := min(left, held)) > 0:
            parts[member_id] = part
            left -= part
    if not parts:
        raise NothingPrepaid(name=member.name)
    return Drawn(parts)


def whose_balances(session: Session, *, member: Member) -> list[int]:
    """Tell on which records money of a member stands: also on those that were joined into theirs."""
    return sorted(record_ids(session, member=member))


def balance_of_record(session: Session, *, community: Community, member_id: int, currency: str = "") -> int:
    """Tell what is on the balance of one record."""
    try:
        account = ledger.find_account(
            session,
            book_id=community.book_id,
            code=books.prepaid_code(member_id),
            commodity=currency or community.currency,
        )
    except ledger.AccountUnknown:
        return 0
    return ledger.balance(session, account).balance


def used_for(session: Session, *, exchange_id: int) -> Drawn:
    """Give what an exchange was paid with from balances, also where it was taken back since."""
    found = select(PrepaidUse).where(PrepaidUse.exchange_id == exchange_id).order_by(PrepaidUse.member_id)
    return Drawn({one.member_id: one.amount_minor for one in session.scalars(found)})


def use(session: Session, *, exchange: Exchange, drawn: Drawn) -> None:
    """Use what was drawn for an exchange that is being booked: that the balance holds it, its entry tells."""
    if not drawn.parts:
        return
    hold_balances(session, member_ids=drawn.parts)
    session.add_all(
        PrepaidUse(
            exchange_id=exchange.id,
            member_id=member_id,
            community_id=exchange.community_id,
            amount_minor=amount,
        )
        for member_id, amount in drawn.parts.items()
    )
    session.flush()


def hold_balances(session: Session, *, member_ids: Collection[int]) -> None:
    """Let nobody else move these balances before this transaction ends; in one order, so that none waits."""
    held = select(Member.id).where(Member.id.in_(member_ids)).order_by(Member.id)
    session.execute(held.with_for_update(key_share=True))
