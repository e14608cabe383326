"""What is read of files for the bank: who is owed thanks and where they go, and what stands in a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import exists
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.banks.models import PAID
from timebank.banks.models import BankAccount
from timebank.banks.models import TransferFile
from timebank.banks.models import TransferLine
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.support.models import SupportPaid
from timebank.support.queries import list_owed

_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a member is owed, and where it can be sent."""

    member: Member
    amount_minor: int
    account: BankAccount | None
    #: Nothing has ever been sent there.
    first: bool


@dataclass(frozen=True, slots=True)
class Paid:
    """A line of a file with its member and what was written down for it."""

    line: TransferLine
    member: Member
    paid: SupportPaid

    @property
    def came_back(self) -> bool:
        """The bank has given it back."""
        return self.line.entry_id is not None


def list_due(session: Session, *, community: Community) -> list[Due]:
    """List who is owed thanks, with their accounts, by name."""
    found = []
    for owed in list_owed(session, community=community):
        if owed.is_owed_minor > 0:
            account = session.get(BankAccount, owed.member.id)
            first = account is not None and is_first(session, community, account)
            found.append(
                Due(member=owed.member, amount_minor=owed.is_owed_minor, account=account, first=first)
            )
    return found


def is_first(session: Session, community: Community, account: BankAccount) -> bool:
    """Say whether nothing was ever sent to an account that stayed there."""
    sent = exists().where(
        TransferLine.community_id == community.id,
        TransferLine.member_id == account.member_id,
        TransferLine.bank_code == account.bank_code,
        TransferLine.branch_code == account.branch_code,
        TransferLine.kind == account.kind,
        TransferLine.number == account.number,
        TransferLine.holder == account.holder,
        TransferLine.entry_id.is_(None),
        TransferFile.id == TransferLine.file_id,
        TransferFile.state == PAID,
    )
    return not session.scalar(select(sent))


def find_file(session: Session, *, community: Community, file_id: int) -> TransferFile | None:
    """Find a file of this community; another's is not found."""
    return session.scalar(
        select(TransferFile).where(TransferFile.id == file_id, TransferFile.community_id == community.id)
    )


def list_files(session: Session, *, community: Community) -> Sequence[TransferFile]:
    """List the files that were made, the newest first."""
    found = select(TransferFile).where(TransferFile.community_id == community.id)
    return session.scalars(found.order_by(TransferFile.id.desc())).all()


def lines_of(session: Session, *, file: TransferFile) -> list[Paid]:
    """List what stands in a file, in its order."""
    found = (
        select(TransferLine, Member, SupportPaid)
        .join(Member, Member.id == TransferLine.member_id)
        .join(SupportPaid, SupportPaid.id == TransferLine.paid_id)
        .where(TransferLine.file_id == file.id)
        .order_by(TransferLine.line)
    )
    return [Paid(*row) for row in session.execute(found)]


def next_bank_day(after: date) -> date:
    """Give the next day on which banks pay, as far as weekends and the turn of the year tell."""
    day = after + timedelta(days=1)
    while not banks_pay_on(day):
        day += timedelta(days=1)
    return day


def banks_pay_on(day: date) -> bool:
    """Say whether banks work; public holidays are not known here, and the bank's own page refuses them.

    Banks of Japan rest on Saturdays, Sundays, and from 31 December to 3 January (銀行法施行令 第5条).
    """
    turn = (day.month, day.day) == (12, 31) or (day.month == 1 and day.day <= 3)
    return day.weekday() < _SATURDAY and not turn


def mark_of(account: BankAccount) -> str:
    """Spell an account short, so that a form can tell whether it was this one that was shown."""
    facts = (account.bank_code, account.branch_code, account.kind, account.number, account.holder)
    return sha256(repr(facts).encode()).hexdigest()[:16]
