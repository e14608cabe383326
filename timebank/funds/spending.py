"""Spending what a fund holds, on what it was given for; the books refuse more than is in it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.days import check_open_day
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.funds.models import LONGEST_REASON
from timebank.funds.models import MOST_MINOR
from timebank.funds.models import NATURES
from timebank.funds.models import Fund
from timebank.funds.models import FundSpending
from timebank.money import Money
from timebank.money import MoneyTooMuch
from timebank.money import NoMoneyAtAll
from timebank.text import clean_line
from timebank.text import is_visible

#: What an entry is by which money leaves a fund for what it was given for.
SPENDING: Final = "spending"


class FundHasLess(Refusal):
    """More is to be spent than a fund holds."""

    sentence = N_("There is %(left)s in this fund, so no more can be spent of it.")
    field = "amount"


class NatureUnknown(Refusal):
    """Something of a sort that the books do not have."""

    sentence = N_("Please choose one of these.")
    field = "nature"


class WordsMissing(Refusal):
    """Money was spent, and nobody says on what."""

    sentence = N_("Please say in a line what it was spent on: whoever gave reads it.")
    field = "words"


class SpentAlready(Refusal):
    """The same form was saved before, with other content."""

    sentence = N_(
        "This form was saved before with other content. To write this down as well, please save once more."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was spent, as a form says it."""

    amount_minor: int
    nature: str
    spent_on: date
    words: str
    key: str


def spend(session: Session, *, community: Community, fund: Fund, spent: Spent, actor: Actor) -> FundSpending:
    """Book what was spent of a fund, from the bank, once for each form; the caller commits."""
    words = clean_line(spent.words, longest=LONGEST_REASON)
    _check(session, community, spent, words)
    if there := _saved_before(session, community, spent.key):
        return _the_same(there, fund, spent)

    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=community.currency, code=code, actor=actor
        )

    held, general, bank = map(account, (books.fund_code(fund.slug), books.GENERAL, books.BANK))
    expenses = account(books.expenses_code(fund.slug, spent.nature))
    entry = ledger.Entry(
        book_id=community.book_id,
        kind=SPENDING,
        posted_on=spent.spent_on,
        key=spent.key,
        actor=str(actor),
        transfers=(
            ledger.Transfer(debit=expenses, credit=bank, amount=spent.amount_minor),
            ledger.Transfer(debit=held, credit=general, amount=spent.amount_minor),
        ),
        memo=f"fund {fund.id}",
    )
    try:
        with session.begin_nested():
            posted = ledger.post(session, entry)
    except ledger.FloorExceeded as refused:
        left = ledger.balance(session, held).balance
        raise FundHasLess(left=Money(left, community.currency)) from refused
    except ledger.KeyReused as refused:
        raise SpentAlready from refused
    if posted.repeated and (there := _saved_before(session, community, spent.key)):
        # The same form twice at one moment: the other was first.
        return _the_same(there, fund, spent)
    row = FundSpending(
        community_id=community.id,
        fund_id=fund.id,
        amount_minor=spent.amount_minor,
        currency=community.currency,
        nature=spent.nature,
        spent_on=spent.spent_on,
        words=words,
        key=spent.key,
        done_at=clock.now(),
        actor=str(actor),
        entry_id=posted.entry_id,
        reversal_id=None,
        taken_back_because=None,
    )
    session.add(row)
    session.flush()
    return row


def take_back(
    session: Session, *, community: Community, spending: FundSpending, reason: str, actor: Actor
) -> None:
    """Take back what was written down by mistake; both lines stay, and the fund has its money again."""
    why = clean_line(reason, longest=LONGEST_REASON)
    if not is_visible(why):
        raise WordsMissing
    session.refresh(spending, with_for_update=True)
    if spending.reversal_id is not None:
        return
    reversed_ = ledger.reverse(
        session,
        book_id=community.book_id,
        entry_id=spending.entry_id,
        posted_on=clock.today(community.time_zone),
        key=f"reversal:{spending.entry_id}",
        actor=str(actor),
        memo=f"fund {spending.fund_id}",
    )
    spending.reversal_id, spending.taken_back_because = reversed_.entry_id, why
    session.flush()


def find_spending(session: Session, *, fund: Fund, spending_id: int) -> FundSpending | None:
    """Find what was spent of a fund; another's is not found."""
    return session.scalar(
        select(FundSpending).where(FundSpending.id == spending_id, FundSpending.fund_id == fund.id)
    )


# --- the leaves ---------------------------------------------------------------------------------------------


def _check(session: Session, community: Community, spent: Spent, words: str) -> None:
    if spent.amount_minor <= 0:
        raise NoMoneyAtAll
    if spent.amount_minor > MOST_MINOR:
        raise MoneyTooMuch(most=Money(MOST_MINOR, community.currency))
    if spent.nature not in NATURES:
        raise NatureUnknown
    if not is_visible(words):
        raise WordsMissing
    check_open_day(session, spent.spent_on, community=community, field="spent_on")


def _saved_before(session: Session, community: Community, key: str) -> FundSpending | None:
    return session.scalar(
        select(FundSpending).where(FundSpending.community_id == community.id, FundSpending.key == key)
    )


def _the_same(there: FundSpending, fund: Fund, spent: Spent) -> FundSpending:
    facts = (there.fund_id, there.amount_minor, there.nature, there.spent_on)
    if facts != (fund.id, spent.amount_minor, spent.nature, spent.spent_on):
        raise SpentAlready
    return there
