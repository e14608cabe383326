"""Bills in both communities of the house: one that was sent by mail, and a part that was paid by card."""

from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import as_member
from tests.house_things import Things
from timebank import clock
from timebank.communities.models import Community
from timebank.days import month_bounds
from timebank.members.models import Member
from timebank.support.online import begin
from timebank.support.online import help_of
from timebank.support.sending import ToSend
from timebank.support.sending import list_bills
from timebank.support.sending import send


def send_bills(session: Session, community: Community, owes: Member) -> Things:
    """Send the bill of somebody who owes for help, and have them begin to pay a part of it."""
    first, last = month_bounds(clock.today(community.time_zone))
    bills = list_bills(session, community=community, first=first, last=last)
    found = next(one for one in bills if one.bill.member.id == owes.id)
    letter = send(
        session,
        community=community,
        one=ToSend(bill=found.bill, by_mail=True, last=None),
        first=first,
        by_link=True,
        actor=COORDINATOR,
    )
    assert letter
    payment = begin(session, community=community, member=owes, language="en", actor=as_member(owes))
    help_of(session, payment).amount_minor = payment.amount_minor = 100
    session.flush()
    return {"bill_token": {"sent": letter.token}, "payment_token": {"help": payment.token}}
