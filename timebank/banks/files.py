"""Paying thanks by a file: made, handed to the bank, paid, thrown away, or given back line by line.

What stands in a file is booked as under way (``payable`` to ``bank:transit``) when it is made, so that
nobody pays it a second time. When the bank has paid, one entry takes the whole sum out of the account, as the
bank's statement shows it. What comes back is booked into the account again, and is owed again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.banks.accounts import paying_account
from timebank.banks.content import content_of
from timebank.banks.models import DROPPED
from timebank.banks.models import LONGEST_REASON
from timebank.banks.models import MADE
from timebank.banks.models import MOST_LINES
from timebank.banks.models import PAID
from timebank.banks.models import BankAccount
from timebank.banks.models import TransferFile
from timebank.banks.models import TransferLine
from timebank.banks.queries import banks_pay_on
from timebank.banks.queries import is_first
from timebank.banks.queries import lines_of
from timebank.banks.queries import mark_of
from timebank.communities.days import check_open_day
from timebank.communities.models import Community
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.support import paid
from timebank.support.models import FILE
from timebank.support.models import THANKS
from timebank.support.models import SupportPaid
from timebank.text import clean_line
from timebank.text import is_visible

#: What an entry is by which the bank has paid a file, or has given a line of it back.
TRANSFERRED, CAME_BACK = "transfer-file", "transfer-back"
#: The only currency that the format knows.
YEN: Final = "JPY"
_LATEST_DAYS: Final = 30


class PayingAccountMissing(Refusal):
    """Nobody has said from which account the community pays."""

    sentence = N_("Please write down first from which account the group pays.")


class NobodyChosen(Refusal):
    """A file for nobody."""

    sentence = N_("Please choose at least one member.")
    field = "who"


class TooManyLines(Refusal):
    """A file for more members than fit."""

    sentence = N_("At most %(most)s members fit into a file. Please make several.")
    field = "who"


class AccountGone(Refusal):
    """Somebody has no account any more, or another one than was shown."""

    sentence = N_("The account of %(name)s was changed meanwhile. Please look at it and send the form again.")
    field = "who"


class LookAgain(Refusal):
    """Somebody is paid to an account for the first time, and nobody says that they have looked again."""

    sentence = N_(
        "To these accounts nothing was ever sent: %(names)s. Nobody can see from its figures whether a "
        "number is right. Please compare each with the passbook or the slip once more, and tick it."
    )
    field = "looked"


class NotABankDay(Refusal):
    """A day on which banks do not pay."""

    sentence = N_("Banks do not pay on that day. Please choose a working day.")
    field = "pays_on"


class DayTooFar(Refusal):
    """A day that is over, or further away than banks take files for."""

    sentence = N_("Please choose a day from today on, at most %(days)s days away.")
    field = "pays_on"


class FileMadeBefore(Refusal):
    """The same form was saved before, with other content."""

    sentence = N_(
        "This form was saved before with other content. To make this file as well, please save once more."
    )


class NotUnderWay(Refusal):
    """Something became of a file meanwhile."""

    sentence = N_("Something became of this file meanwhile. Please open its page anew.")


class BeforeItWasMade(Refusal):
    """A day before the file was there."""

    sentence = N_("The file was made on %(day)s. Please check the day.")
    field = "paid_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A file as a form asks for it: whom to pay how much, as it was shown."""

    amounts: Sequence[tuple[Member, int]]
    pays_on: date
    #: Somebody has compared the accounts to which nothing was ever sent.
    looked: bool
    key: str


def make_file(session: Session, *, community: Community, order: Order, actor: Actor) -> TransferFile:
    """Make a file for the bank, and book what stands in it as under way, once for each form."""
    if (there := _saved(session, community, order.key)) is not None:
        return _the_same(session, there, order)
    if (sender := paying_account(session, community=community)) is None:
        raise PayingAccountMissing
    _check(community, order)
    accounts = {member: session.get(BankAccount, member.id) for member, _amount in order.amounts}
    lines = []
    for member, amount in order.amounts:
        account = accounts[member]
        if account is None:
            raise AccountGone(name=member.name)
        lines.append((member, amount, account, is_first(session, community, account)))
    strange = [member.name for member, _amount, _account, first in lines if first]
    if strange and not order.looked:
        raise LookAgain(names=", ".join(strange))
    made = TransferFile(
        community_id=community.id,
        pays_on=order.pays_on,
        amount_minor=sum(amount for _member, amount in order.amounts),
        content=content_of(sender, lines, order.pays_on),
        state=MADE,
        key=order.key,
        made_at=clock.now(),
        actor=str(actor),
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as clash:
        # The same form twice at the same moment: the other one was first.
        there = _saved(session, community, order.key)
        if violated(clash) != "uq_bank_file_community_id_key" or there is None:
            raise
        return _the_same(session, there, order)
    for number, (member, amount, account, first) in enumerate(lines, start=1):
        session.add(
            TransferLine(
                file_id=made.id,
                line=number,
                community_id=community.id,
                member_id=member.id,
                bank_code=account.bank_code,
                branch_code=account.branch_code,
                kind=account.kind,
                number=account.number,
                holder=account.holder,
                first=first,
                paid_id=_under_way(
                    session, community, member, amount, f"transfer-file:{made.id}:{number}", actor
                ).id,
            )
        )
    session.flush()
    return made


def check_accounts(session: Session, *, members: Sequence[Member], seen: str) -> None:
    """Refuse a file for somebody whose account is another one than was shown and compared."""
    marks = dict(one.split(":", maxsplit=1) for one in seen.split() if ":" in one)
    for member in (one for one in members if str(one.id) in marks):
        account = session.get(BankAccount, member.id)
        if account is None or mark_of(account) != marks[str(member.id)]:
            raise AccountGone(name=member.name)


def bank_has_paid(
    session: Session, *, community: Community, file: TransferFile, paid_on: date, actor: Actor
) -> None:
    """Book that the bank has paid a file, on a day: the whole sum at once, as its statement says."""
    session.refresh(file, with_for_update=True)
    if file.state == PAID and file.paid_on == paid_on:
        return
    if file.state != MADE:
        raise NotUnderWay
    made_on = file.made_at.astimezone(ZoneInfo(community.time_zone)).date()
    if paid_on < made_on:
        raise BeforeItWasMade(day=made_on)
    check_open_day(session, paid_on, community=community, field="paid_on")
    entry = _between_bank_and_transit(
        session,
        community,
        kind=TRANSFERRED,
        out=True,
        amount=file.amount_minor,
        day=paid_on,
        key=f"transfer-file:{file.id}",
        memo=f"transfer file {file.id}",
        actor=actor,
    )
    file.state, file.paid_on, file.entry_id = PAID, paid_on, entry
    session.flush()


def throw_away(
    session: Session, *, community: Community, file: TransferFile, reason: str, actor: Actor
) -> None:
    """Throw a file away that the bank never got: everything in it is owed again."""
    why = _reason(reason)
    session.refresh(file, with_for_update=True)
    if file.state == DROPPED:
        return
    if file.state != MADE:
        raise NotUnderWay
    for one in lines_of(session, file=file):
        paid.reverse_paid(session, community=community, paid=one.paid, why=why, actor=actor)
    file.state, file.dropped_because = DROPPED, why
    session.flush()


def give_back(
    session: Session,
    *,
    community: Community,
    file: TransferFile,
    line: TransferLine,
    reason: str,
    day: date,
    actor: Actor,
) -> None:
    """Book that the bank has given a line back: the money is in the account again, and is owed again."""
    why = _reason(reason)
    session.refresh(line, with_for_update=True)
    if line.entry_id is not None:
        return
    if file.state != PAID or file.paid_on is None:
        raise NotUnderWay
    if day < file.paid_on:
        raise BeforeItWasMade(day=file.paid_on)
    check_open_day(session, day, community=community, field="paid_on")
    row = session.get_one(SupportPaid, line.paid_id)
    paid.reverse_paid(session, community=community, paid=row, why=why, actor=actor)
    line.entry_id = _between_bank_and_transit(
        session,
        community,
        kind=CAME_BACK,
        out=False,
        amount=row.amount_minor,
        day=day,
        key=f"transfer-back:{file.id}:{line.line}",
        memo=f"line {line.line} of transfer file {file.id}",
        actor=actor,
    )
    session.flush()


# --- the leaves ---------------------------------------------------------------------------------------------


def _check(community: Community, order: Order) -> None:
    if not order.amounts:
        raise NobodyChosen
    if len(order.amounts) > MOST_LINES:
        raise TooManyLines(most=MOST_LINES)
    today = clock.today(community.time_zone)
    if not today <= order.pays_on <= today + timedelta(days=_LATEST_DAYS):
        raise DayTooFar(days=_LATEST_DAYS)
    if not banks_pay_on(order.pays_on):
        raise NotABankDay


def _under_way(
    session: Session, community: Community, member: Member, amount: int, key: str, actor: Actor
) -> SupportPaid:
    payment = paid.Payment(
        what=THANKS,
        amount_minor=amount,
        way=FILE,
        paid_on=clock.today(community.time_zone),
        key=key,
    )
    try:
        return paid.write_paid(session, community=community, member=member, payment=payment, actor=actor)
    except paid.MoreThanIsOwed as refused:
        raise paid.LessIsOwedNow(name=member.name, **refused.facts) from refused


def _between_bank_and_transit(
    session: Session,
    community: Community,
    *,
    kind: str,
    out: bool,
    amount: int,
    day: date,
    key: str,
    memo: str,
    actor: Actor,
) -> int:
    """Book what has left the bank's account, or is in it again; return the entry."""
    bank, transit = (
        books.money(session, book_id=community.book_id, currency=YEN, code=code, actor=actor)
        for code in (books.BANK, books.BANK_TRANSIT)
    )
    debit, credit = (transit, bank) if out else (bank, transit)
    posted = ledger.post(
        session,
        ledger.Entry(
            book_id=community.book_id,
            kind=kind,
            posted_on=day,
            key=key,
            actor=str(actor),
            transfers=(ledger.Transfer(debit=debit, credit=credit, amount=amount),),
            memo=memo,
        ),
    )
    return posted.entry_id


def _saved(session: Session, community: Community, key: str) -> TransferFile | None:
    return session.scalar(
        select(TransferFile).where(TransferFile.community_id == community.id, TransferFile.key == key)
    )


def _the_same(session: Session, there: TransferFile, order: Order) -> TransferFile:
    known = [(one.member.id, one.paid.amount_minor) for one in lines_of(session, file=there)]
    if (known, there.pays_on) != ([(member.id, amount) for member, amount in order.amounts], order.pays_on):
        raise FileMadeBefore
    return there


def _reason(typed: str) -> str:
    why = clean_line(typed, longest=LONGEST_REASON)
    if not is_visible(why):
        raise paid.ReasonMissing
    return why
