"""Writing an entry into the books by hand, with as many lines as it needs, and taking one back."""

from collections.abc import Sequence
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
from timebank.journal.chart import READY
from timebank.journal.chart import own_names
from timebank.journal.models import LONGEST_REASON
from timebank.journal.models import LONGEST_WORDS
from timebank.journal.models import MOST_MINOR
from timebank.journal.models import JournalEntry
from timebank.journal.models import JournalLine
from timebank.money import Money
from timebank.money import MoneyTooMuch
from timebank.money import poured
from timebank.text import clean_line
from timebank.text import is_visible

#: What an entry is that a treasurer wrote.
JOURNAL: Final = "journal"


class WordsMissing(Refusal):
    """An entry without words."""

    sentence = N_("Please say in a line what this is: the auditor reads it, and you in a year.")
    field = "words"


class LinesMissing(Refusal):
    """An entry of one line, or of none."""

    sentence = N_("An entry has at least one line on each side: where it comes from, and where it goes.")


class LineHalf(Refusal):
    """A line that lacks its account or its amount, or has an amount on both sides."""

    sentence = N_("Line %(line)s needs an account and one amount, on the debit side or on the credit side.")


class AccountNotHere(Refusal):
    """An account that the journal does not book to."""

    sentence = N_("Line %(line)s names an account to which nothing is written by hand.")


class NotBalanced(Refusal):
    """Debits and credits that do not come to the same."""

    sentence = N_(
        "The debit side comes to %(debit)s and the credit side to %(credit)s. Both have to be the same."
    )


class ToItself(Refusal):
    """An account on both sides of one entry, which would say nothing."""

    sentence = N_("“%(name)s” stands on both sides. Please write each account on one side only.")


class BoxHasLess(Refusal):
    """More cash is to leave the box than lies in it."""

    sentence = N_("There is less in the cash box. Please check the amount, or write down first what came in.")


class WrittenBefore(Refusal):
    """The same form was saved before, with other content."""

    sentence = N_(
        "This form was saved before with other content. To write this down as well, please save once more."
    )


class ReasonMissing(Refusal):
    """Something is taken back, and nobody says why."""

    sentence = N_("Please say why, so that others understand it later.")
    field = "reason"


@dataclass(frozen=True, slots=True)
class Line:
    """A line as a form says it: what stands on one of its two sides."""

    code: str
    debit_minor: int = 0
    credit_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """An entry as a form says it."""

    posted_on: date
    words: str
    #: As they stand on the form; those without anything are left out by it.
    lines: Sequence[Line]
    key: str


def write(session: Session, *, community: Community, writing: Writing, actor: Actor) -> JournalEntry:
    """Book what a treasurer wrote, once for each form; the caller commits."""
    words = clean_line(writing.words, longest=LONGEST_WORDS)
    if there := _saved(session, community, writing.key):
        return _the_same(session, there, writing)
    _check(session, community, writing, words)
    try:
        with session.begin_nested():
            posted = ledger.post(session, _entry(session, community, writing, actor))
    except ledger.LimitExceeded as refused:
        raise BoxHasLess from refused
    except ledger.KeyReused as refused:
        raise WrittenBefore from refused
    if posted.repeated and (there := _saved(session, community, writing.key)):
        # The same form twice at one moment: the other was first.
        return _the_same(session, there, writing)
    row = JournalEntry(
        community_id=community.id,
        posted_on=writing.posted_on,
        currency=community.currency,
        words=words,
        key=writing.key,
        done_at=clock.now(),
        actor=str(actor),
        entry_id=posted.entry_id,
    )
    session.add(row)
    session.flush()
    for number, one in enumerate(writing.lines, start=1):
        line = JournalLine(journal_id=row.id, line=number, community_id=community.id, code=one.code)
        line.debit_minor, line.credit_minor = one.debit_minor, one.credit_minor
        session.add(line)
    session.flush()
    return row


def take_back(
    session: Session, *, community: Community, written: JournalEntry, reason: str, actor: Actor
) -> None:
    """Take back what was written by mistake: both entries stay; the caller commits."""
    why = clean_line(reason, longest=LONGEST_REASON)
    if not is_visible(why):
        raise ReasonMissing
    session.refresh(written, with_for_update=True)
    if written.reversal_id is not None:
        return
    try:
        with session.begin_nested():
            reversed_ = ledger.reverse(
                session,
                book_id=community.book_id,
                entry_id=written.entry_id,
                posted_on=clock.today(community.time_zone),
                key=f"reversal:{written.entry_id}",
                actor=str(actor),
                memo=f"journal {written.id}",
            )
    except ledger.LimitExceeded as refused:
        raise BoxHasLess from refused
    written.reversal_id, written.taken_back_because = reversed_.entry_id, why
    session.flush()


# --- the leaves ---------------------------------------------------------------------------------------------


def _check(session: Session, community: Community, writing: Writing, words: str) -> None:
    if not is_visible(words):
        raise WordsMissing
    check_open_day(session, writing.posted_on, community=community, field="posted_on")
    named = {**READY, **own_names(session, community=community)}
    for number, one in enumerate(writing.lines, start=1):
        if not one.code or (one.debit_minor > 0) == (one.credit_minor > 0):
            raise LineHalf(line=number)
        if one.code not in named:
            raise AccountNotHere(line=number)
        if max(one.debit_minor, one.credit_minor) > MOST_MINOR:
            raise MoneyTooMuch(most=Money(MOST_MINOR, community.currency))
    debits = {one.code for one in writing.lines if one.debit_minor}
    credits_ = {one.code for one in writing.lines if one.credit_minor}
    if not debits or not credits_:
        raise LinesMissing
    if both := debits & credits_:
        raise ToItself(name=named[min(both)])
    debit, credit = (sum(side) for side in _sides(writing))
    if debit != credit:
        currency = community.currency
        raise NotBalanced(debit=Money(debit, currency), credit=Money(credit, currency))


def _sides(writing: Writing) -> tuple[list[int], list[int]]:
    return [one.debit_minor for one in writing.lines], [one.credit_minor for one in writing.lines]


def _entry(session: Session, community: Community, writing: Writing, actor: Actor) -> ledger.Entry:
    def account(code: str) -> ledger.Account:
        return books.money(
            session, book_id=community.book_id, currency=community.currency, code=code, actor=actor
        )

    debits = [(one.code, one.debit_minor) for one in writing.lines if one.debit_minor]
    credits_ = [(one.code, one.credit_minor) for one in writing.lines if one.credit_minor]
    return ledger.Entry(
        book_id=community.book_id,
        kind=JOURNAL,
        posted_on=writing.posted_on,
        key=writing.key,
        actor=str(actor),
        transfers=tuple(
            ledger.Transfer(debit=account(debit), credit=account(credit), amount=amount)
            for debit, credit, amount in poured(debits, credits_)
        ),
        memo="journal",
    )


def _saved(session: Session, community: Community, key: str) -> JournalEntry | None:
    return session.scalar(
        select(JournalEntry).where(JournalEntry.community_id == community.id, JournalEntry.key == key)
    )


def _the_same(session: Session, there: JournalEntry, writing: Writing) -> JournalEntry:
    found = select(JournalLine).where(JournalLine.journal_id == there.id).order_by(JournalLine.line)
    lines = [(one.code, one.debit_minor, one.credit_minor) for one in session.scalars(found)]
    asked = [(one.code, one.debit_minor, one.credit_minor) for one in writing.lines]
    if (there.posted_on, lines) != (writing.posted_on, asked):
        raise WrittenBefore
    return there
