"""What is still to pay of a letter's bill: what was paid since went to it first; new help does not count."""

from datetime import datetime

from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.support.models import HelpBill


def left_of(session: Session, *, community: Community, member: Member, bill: HelpBill) -> int:
    """Tell what of a letter's sum nothing has paid since it was sent; never below nought."""
    return max(0, bill.owes_minor - max(0, _paid_since(session, community, member, bill.sent_at)))


def _paid_since(session: Session, community: Community, member: Member, moment: datetime) -> int:
    """Add up what went onto a debt after a moment, less what was taken back or gave money back."""
    try:
        account = ledger.find_account(
            session,
            book_id=community.book_id,
            code=books.receivable_code(member.id),
            commodity=community.currency,
        )
    except ledger.AccountUnknown:
        return 0
    lines, before = list[ledger.StatementLine](), None
    while True:
        page = ledger.statement(session, account, before=before)
        found = [one for one in page.lines if one.recorded_at > moment]
        lines += found
        if page.older is None or len(found) < len(page.lines):
            break
        before = page.older
    new = {one.entry_id for one in lines}
    # What was owed since and was taken back again is neither; what pays and was taken back is nothing.
    return sum(one.change for one in lines if _is_of_it(one, new))


def _is_of_it(line: ledger.StatementLine, new: set[int]) -> bool:
    if line.change > 0:
        return line.reverses_id not in new
    return line.reverses_id is not None or line.kind.startswith("stripe-")
