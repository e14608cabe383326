"""Doing with a fund's money as its givers answered: one entry, which moves no more than the fund holds."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.donations.kept import Held
from timebank.donations.kept import held_in
from timebank.donations.kept import holds
from timebank.donations.kept import keep
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.funds.models import ASKED
from timebank.funds.models import SETTLED
from timebank.funds.models import Fund
from timebank.funds.models import PurposeChange
from timebank.purposes.models import AGREED
from timebank.purposes.models import BACK
from timebank.purposes.models import PurposeGift
from timebank.purposes.queries import gifts_asked
from timebank.purposes.service import can_settle

#: What an entry is by which money is for something else, or lies apart to be given back.
PURPOSE: Final = "purpose"


class TooEarlyToSettle(Refusal):
    """Somebody may still answer."""

    sentence = N_("It can be settled once everybody has answered, or after the last day to answer.")
    status = 409


class NewPurposeStopped(Refusal):
    """What the money is to be for has stopped meanwhile."""

    sentence = N_("“%(name)s” has stopped meanwhile. Please take it up again, or give up asking.")
    status = 409


class MovedMeanwhile(Refusal):
    """Money left the fund at the very moment in which it was to be settled."""

    sentence = N_("Money left the fund at this very moment, so nothing was settled. Please press once more.")
    status = 409


def settle(session: Session, *, community: Community, change: PurposeChange, actor: Actor) -> None:
    """Move what belongs to those who agreed, and lay apart what is to go back; once.

    What is left of each gift is counted now: what was spent or went back meanwhile is gone for all alike.
    Whoever has not answered has not agreed: theirs stays where it is, for what it was given for.
    """
    session.refresh(change, with_for_update=True)
    if change.state != ASKED:
        return
    if not can_settle(session, community=community, change=change):
        raise TooEarlyToSettle
    fund, to_fund = session.get_one(Fund, change.fund_id), session.get_one(Fund, change.to_fund_id)
    session.refresh(to_fund, with_for_update=True)
    if to_fund.ended_on is not None:
        raise NewPurposeStopped(name=to_fund.name)
    before = holds(session, community=community, fund=fund)
    held = {one.gift.donation.id: one for one in held_in(session, community=community, fund=fund)}
    sums = {AGREED: 0, BACK: 0}
    moves: list[tuple[Held, str]] = []
    for row, said in gifts_asked(session, change=change):
        one = held.get(row.donation_id)
        row.settled_minor = one.left if one else 0
        if one and one.left and said is not None:
            sums[said] += one.left
            moves.append((one, said))
    moved = (
        (books.fund_code(to_fund.slug), sums[AGREED]),
        (books.back_code(fund.slug), sums[BACK]),
    )
    entry_id = _post(session, community, change, books.fund_code(fund.slug), moved, actor)
    if holds(session, community=community, fund=fund) != before - sum(sums.values()):
        # Something was spent or went back between counting and booking: it is counted once more.
        raise MovedMeanwhile
    for one, said in moves:
        keep(session, held=one, fund=to_fund if said == AGREED else fund, to_give_back=said == BACK)
    change.entry_id, change.moved_minor, change.back_minor = entry_id, sums[AGREED], sums[BACK]
    change.state, change.ended_at, change.ended_by = SETTLED, clock.now(), str(actor)
    session.flush()


def parts(
    session: Session, *, community: Community, change: PurposeChange, fund: Fund
) -> list[tuple[PurposeGift, str | None, int]]:
    """Tell of each gift that was asked about the answer, and what is left of it now, or was once settled."""
    asked = gifts_asked(session, change=change)
    if change.state != ASKED:
        return [(row, said, row.settled_minor or 0) for row, said in asked]
    left = {one.gift.donation.id: one.left for one in held_in(session, community=community, fund=fund)}
    return [(row, said, left.get(row.donation_id, 0)) for row, said in asked]


# --- the leaves ---------------------------------------------------------------------------------------------


def _post(
    session: Session,
    community: Community,
    change: PurposeChange,
    source: str,
    moved: Sequence[tuple[str, int]],
    actor: Actor,
) -> int | None:
    """Book it, from the fund to the other one and to what lies apart; None where nothing moves."""

    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=change.currency, code=code, actor=actor
        )

    there = account(source)
    transfers = tuple(
        ledger.Transfer(debit=there, credit=account(code), amount=amount) for code, amount in moved if amount
    )
    if not transfers:
        return None
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=PURPOSE,
        posted_on=clock.today(community.time_zone),
        key=f"{PURPOSE}:{change.id}",
        actor=str(actor),
        transfers=transfers,
        memo=f"purpose {change.id}",
    )
    try:
        with session.begin_nested():
            return ledger.post(session, entry).entry_id
    except ledger.FloorExceeded as refused:
        raise MovedMeanwhile from refused
