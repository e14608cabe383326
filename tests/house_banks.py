"""Accounts at banks, and files that pay them, in both communities of the house."""

from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.house_things import ELSEWHERE
from tests.house_things import Things
from timebank import clock
from timebank.banks import accounts
from timebank.banks import files
from timebank.banks import queries
from timebank.banks.models import ORDINARY
from timebank.banks.models import TransferFile
from timebank.communities.models import Community
from timebank.members.models import Member


def pay_by_files(session: Session, community: Community, giver: Member) -> Things:
    """Say accounts, and make files: one that the bank has paid, and two that are under way."""
    said = accounts.Said(
        bank_code="9900", branch_code="058", kind=ORDINARY, number="1234567", holder="ﾔﾏﾀﾞ ﾊﾅ"
    )
    accounts.say_account(session, member=giver, said=said, actor=COORDINATOR)
    accounts.say_paying_account(
        session, community=community, consignor_code="0123456789", said=said, actor=COORDINATOR
    )
    today = clock.today(community.time_zone)
    # Lines are counted from one in every file: of the one elsewhere the second is meant.
    lines = 2 if community.slug == ELSEWHERE else 1

    def made(what: str) -> TransferFile:
        order = files.Order(
            amounts=[(giver, 10)] * lines,
            pays_on=queries.next_bank_day(today),
            looked=True,
            key=f"form:file {what}",
        )
        return files.make_file(session, community=community, order=order, actor=COORDINATOR)

    found = {name: made(name) for name in ("paid", "under way", "to be thrown away")}
    files.bank_has_paid(session, community=community, file=found["paid"], paid_on=today, actor=COORDINATOR)
    return {
        "file_id": {name: one.id for name, one in found.items()},
        "line_number": {"the last": lines},
    }
