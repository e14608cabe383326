"""Bills of a month that are sent by mail: once for each member, and again only where the sum has changed."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.members.reaching import addresses_of
from timebank.queue import enqueue
from timebank.support.models import HelpBill
from timebank.support.months import Bill
from timebank.support.months import month_of

#: The kind of work that writes the letter of a bill.
SEND_BILL: Final = "send-bill"
#: So many days a bill can be paid by its link.
LINK_LASTS_DAYS: Final = 60

#: How a bill stands: nothing is to pay any more, it was sent as it is, it was sent and has changed, or never.
NOTHING, SENT, CHANGED, NEW = "nothing", "sent", "changed", "new"


@dataclass(frozen=True, slots=True)
class ToSend:
    """A bill of a month, whether it can be sent by mail, and when it last was."""

    bill: Bill
    by_mail: bool
    last: HelpBill | None

    @property
    def state(self) -> str:
        """Say how it stands."""
        if self.bill.owes_minor <= 0:
            return NOTHING
        if self.last is None:
            return NEW
        return SENT if self.last.bill_minor == self.bill.bill_minor else CHANGED

    @property
    def can_be_sent(self) -> bool:
        """Say whether there is a letter to send."""
        return self.by_mail and self.state in {NEW, CHANGED}


def list_bills(session: Session, *, community: Community, first: date, last: date) -> Sequence[ToSend]:
    """List the bills of a month, each with its last letter."""
    found = month_of(session, community=community, first=first, last=last).bills
    sent = select(HelpBill).where(HelpBill.community_id == community.id, HelpBill.month == first)
    letters = {one.member_id: one for one in session.scalars(sent.order_by(HelpBill.nth))}
    return [
        ToSend(
            bill=one,
            by_mail=_is_reached(session, community, one.member),
            last=letters.get(one.member.id),
        )
        for one in found
    ]


def send(
    session: Session, *, community: Community, one: ToSend, first: date, by_link: bool, actor: Actor
) -> HelpBill | None:
    """Have a bill be sent by mail, and write that down; None where there is nothing to send.

    Of two who send it at one moment the second finds it sent. The caller commits.
    """
    bill = one.bill
    session.execute(select(Member.id).where(Member.id == bill.member.id).with_for_update(key_share=True))
    last = session.scalar(
        select(HelpBill)
        .where(HelpBill.member_id == bill.member.id, HelpBill.month == first)
        .order_by(HelpBill.nth.desc())
        .limit(1)
    )
    if not ToSend(bill=bill, by_mail=one.by_mail, last=last).can_be_sent:
        return None
    row = HelpBill(
        community_id=community.id,
        member_id=bill.member.id,
        month=first,
        nth=last.nth + 1 if last else 1,
        bill_minor=bill.bill_minor,
        owes_minor=bill.owes_minor,
        currency=community.currency,
        token=secrets.token_urlsafe(24),
        ends_on=clock.today(community.time_zone) + timedelta(days=LINK_LASTS_DAYS),
        sent_at=clock.now(),
        actor=str(actor),
    )
    session.add(row)
    session.flush()
    enqueue(
        session,
        community_id=community.id,
        kind=SEND_BILL,
        # What the letter says is what was seen when it was sent, whatever is written down meanwhile.
        payload={
            "bill": row.id,
            "price": bill.price_minor,
            "cancelled": bill.cancelled_minor,
            "tickets": bill.tickets_minor,
            "prepaid": bill.prepaid_minor,
            "laid_out": bill.expenses_minor,
            "came_in": bill.came_in_minor,
            "other": bill.other_minor,
            "taxes": [[tax.permille, tax.of_minor] for tax in bill.taxes],
            "link": by_link,
        },
        key=f"help-bill:{row.id}",
    )
    return row


def _is_reached(session: Session, community: Community, member: Member) -> bool:
    found = addresses_of(session, member=member, language=community.language, has_left=True)
    return next(found, None) is not None
