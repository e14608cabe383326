"""The letter of a bill: the sum, the month, the tax, and where it can be paid; never what the help was."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.days import month_bounds
from timebank.mail import send_letter
from timebank.members.models import Member
from timebank.members.reaching import addresses_of
from timebank.memberships.service import rule_of
from timebank.queue import Task
from timebank.rates.queries import tax_number_until
from timebank.support.models import HelpBill
from timebank.support.months import Tax


def send_bill(session: Session, task: Task) -> None:
    """Write a bill to everybody who acts for whoever it is for, in the language of each."""
    asked = task.payload
    bill = session.scalar(
        select(HelpBill).where(HelpBill.id == asked["bill"], HelpBill.community_id == task.community_id)
    )
    if bill is None:
        return
    community, member = session.get_one(Community, bill.community_id), session.get_one(Member, bill.member_id)
    first, last = month_bounds(bill.month)
    number = tax_number_until(session, community=community, day=last)
    reached = addresses_of(session, member=member, language=community.language, has_left=True)
    for address, language in reached:
        send_letter(
            session,
            "help_bill",
            community=community,
            to_address=address,
            language=language,
            member=member,
            bill=bill,
            first=first,
            last=last,
            price_minor=asked["price"],
            # Letters that wait since before there were any say nothing of them.
            cancelled_minor=asked.get("cancelled", 0),
            tickets_minor=asked["tickets"],
            # A letter that was waiting when tickets could not come in so says nothing of it.
            came_in_minor=asked.get("came_in", 0),
            # Letters that waited while the program was renewed say nothing of it.
            prepaid_minor=asked.get("prepaid", 0),
            laid_out_minor=asked["laid_out"],
            other_minor=asked["other"],
            taxes=[Tax(permille, of_minor) for permille, of_minor in asked["taxes"]],
            tax_number=number,
            link=asked["link"],
            rule=rule_of(session, community=community),
        )
