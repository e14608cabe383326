"""Handing back what was left of a gift to whoever gave it, in cash or by transfer."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.days import check_open_day
from timebank.communities.models import Community
from timebank.donations.by_hand import BoxHasLess
from timebank.donations.by_hand import WayUnknown
from timebank.donations.kept import owed
from timebank.donations.models import BY_HAND
from timebank.donations.models import CASH
from timebank.donations.models import TRANSFER
from timebank.donations.models import Donation
from timebank.donations.models import DonationHandedBack
from timebank.donations.models import DonationKept
from timebank.donations.receipting import handed_back
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.funds.models import Fund
from timebank.money import Money

#: What an entry is by which what was left of a gift goes back to whoever gave it.
GIFT_BACK: Final = "gift-back"
_WHERE: Final = {CASH: books.CASH, TRANSFER: books.BANK}


class NothingToHandBack(Refusal):
    """A gift is to be handed back of which nothing lies apart for that."""

    sentence = N_("Nothing of this gift waits to be given back.")
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedBack:
    """How and when it was handed back, as a form says it."""

    way: str
    handed_on: date


def hand_back(
    session: Session, *, community: Community, donation: Donation, handed: HandedBack, actor: Actor
) -> DonationHandedBack:
    """Book that all that lay apart of a gift was handed back; once, however often it is asked.

    Also of a gift that came through Stripe: an old card takes no refund any more.
    """
    kept = session.get(DonationKept, donation.id, with_for_update=True, populate_existing=True)
    if there := session.get(DonationHandedBack, donation.id):
        return there
    amount = owed(session, community=community, ids=[donation.id]).get(donation.id, 0)
    if kept is None or not amount:
        raise NothingToHandBack
    if handed.way not in BY_HAND:
        raise WayUnknown
    check_open_day(session, handed.handed_on, community=community, field="handed_on")
    try:
        with session.begin_nested():
            posted = ledger.post(session, _entry(session, community, donation, amount, handed, actor))
    except ledger.CeilingExceeded as refused:
        box = ledger.find_account(
            session, book_id=community.book_id, code=refused.code, commodity=donation.currency
        )
        left = Money(abs(ledger.balance(session, box).balance), donation.currency)
        raise BoxHasLess(left=left) from refused
    row = DonationHandedBack(
        donation_id=donation.id,
        community_id=community.id,
        amount_minor=amount,
        way=handed.way,
        handed_on=handed.handed_on,
        done_at=clock.now(),
        actor=str(actor),
        entry_id=posted.entry_id,
    )
    session.add(row)
    # So that no refund takes from there what is others'.
    kept.gone_minor += amount
    session.flush()
    handed_back(session, donation=donation, back=row, actor=actor)
    return row


def _entry(
    session: Session,
    community: Community,
    donation: Donation,
    amount: int,
    handed: HandedBack,
    actor: Actor,
) -> ledger.Entry:
    """Spell the entry: the income goes down, and so does what lay apart."""
    given = session.get_one(Fund, donation.fund_id)
    kept = session.get_one(Fund, session.get_one(DonationKept, donation.id).fund_id)

    def into(debit: str, credit: str) -> ledger.Transfer:
        accounts = [
            books.money(
                session, book_id=community.book_id, currency=donation.currency, code=code, actor=actor
            )
            for code in (debit, credit)
        ]
        return ledger.Transfer(debit=accounts[0], credit=accounts[1], amount=amount)

    return ledger.Entry(
        book_id=community.book_id,
        kind=GIFT_BACK,
        posted_on=handed.handed_on,
        key=f"{GIFT_BACK}:{donation.id}",
        actor=str(actor),
        transfers=(
            into(books.donations_code(given.slug), _WHERE[handed.way]),
            into(books.back_code(kept.slug), books.GENERAL),
        ),
        memo=f"fund {kept.id}",
    )
