"""What an account, a transfer and an entry are: frozen, and checked when built."""

import hashlib
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from ledger.errors import ActorRefused
from ledger.errors import AmountNotPositive
from ledger.errors import AmountNotWhole
from ledger.errors import AmountTooLarge
from ledger.errors import CodeRefused
from ledger.errors import DayRefused
from ledger.errors import EntryWithoutTransfer
from ledger.errors import KeyRefused
from ledger.errors import KindRefused
from ledger.errors import MemoRefused
from ledger.errors import SameAccount
from ledger.errors import WrongBook
from ledger.errors import WrongCommodity

#: 2^53 − 1: above it JavaScript and spreadsheets no longer count exactly.
LARGEST_AMOUNT = 9_007_199_254_740_991
LONGEST_KEY = 300
LONGEST_MEMO = 200
LONGEST_ACTOR = 200
LONGEST_KIND = 40
LONGEST_CODE = 120

#: The kind that only a reversal carries.
REVERSAL = "reversal"

_KIND_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz-")


class AccountType(StrEnum):
    """The five kinds of account that accountants know."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


@dataclass(frozen=True, slots=True)
class Account:
    """A place in a book where one commodity is counted."""

    id: int
    book_id: int
    code: str
    commodity: str
    type: AccountType


@dataclass(frozen=True, slots=True)
class Transfer:
    """One line of an entry: an amount that leaves one account and reaches another."""

    debit: Account
    credit: Account
    #: In the commodity's smallest unit; always above zero.
    amount: int

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise AmountNotWhole(self.amount)
        if self.amount <= 0:
            raise AmountNotPositive(self.amount)
        if self.amount > LARGEST_AMOUNT:
            raise AmountTooLarge(self.amount, LARGEST_AMOUNT)
        debit, credit = self.debit, self.credit
        if debit.id == credit.id:
            raise SameAccount(debit.code)
        if debit.book_id != credit.book_id:
            raise WrongBook(credit.code, credit.book_id, debit.book_id)
        if debit.commodity != credit.commodity:
            raise WrongCommodity(debit.code, debit.commodity, credit.code, credit.commodity)


@dataclass(frozen=True, slots=True)
class Entry:
    """Transfers that stand or fall together, as somebody asks for them to be posted."""

    book_id: int
    #: What sort of fact this is, in one lower-case word: ``exchange``, ``import``, ``gift``.
    kind: str
    #: The day it happened, which reports go by.
    posted_on: date
    #: Made by whoever asks, with a prefix for the source (``form:``, ``import:``); books once for ever.
    key: str
    #: Who answers for it; ids, never words of people.
    actor: str
    transfers: tuple[Transfer, ...]
    #: A fixed phrase and a reference, never words of people.
    memo: str | None = None
    #: Let accounts without firm limits go outside them; for imports only (reversals say so themselves).
    waive_limits: bool = False

    def __post_init__(self) -> None:
        if not self.transfers:
            raise EntryWithoutTransfer
        if type(self.posted_on) is not date:
            raise DayRefused(self.posted_on)
        check_kind(self.kind)
        check_key(self.key)
        check_actor(self.actor)
        check_memo(self.memo)
        for transfer in self.transfers:
            if transfer.debit.book_id != self.book_id:
                raise WrongBook(transfer.debit.code, transfer.debit.book_id, self.book_id)

    def fingerprint(self) -> bytes:
        """Say in 16 bytes what this entry asks for, so that a key used again can be compared.

        The kind, the day and the lines count; the actor and the memo do not, because the same
        request may come again by another way.
        """
        lines = ";".join([f"{line.debit.id}>{line.credit.id}:{line.amount}" for line in self.transfers])
        return digest(f"{self.kind}|{self.posted_on.isoformat()}|{lines}")


@dataclass(frozen=True, slots=True)
class PostedLine:
    """What one transfer did to its two accounts."""

    line: int
    debit_version: int
    credit_version: int
    debit_balance_after: int
    credit_balance_after: int


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry that stands in the book."""

    entry_id: int
    lines: tuple[PostedLine, ...]
    #: True where the key had been used for the same content before: nothing was written now.
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """How an account stands now; amounts in the commodity's smallest unit."""

    debits: int
    credits: int
    #: How many transfers have touched the account.
    version: int
    floor: int | None
    ceiling: int | None
    closed_on: date | None

    @property
    def balance(self) -> int:
        """Credits less debits: above zero where the book owes the account's holder."""
        return self.credits - self.debits


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer as one account sees it."""

    version: int
    entry_id: int
    line: int
    kind: str
    memo: str | None
    key: str
    posted_on: date
    #: Never earlier than the line before it; ``as_of`` this moment counts the line.
    recorded_at: datetime
    other_account_id: int
    #: Above zero where the account was credited, below where it was debited.
    change: int
    balance_after: int
    reverses_id: int | None
    reversed_by_id: int | None


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Some lines of a statement, the newest first, and where the next page begins."""

    lines: tuple[StatementLine, ...]
    #: Ask for the page ``before`` this version for older lines; None at the first line of all.
    older: int | None


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One account's totals in a trial balance."""

    code: str
    commodity: str
    type: AccountType
    debits: int
    credits: int

    @property
    def balance(self) -> int:
        """Debits less credits, as accountants print it."""
        return self.debits - self.credits


def digest(text: str) -> bytes:
    """Hash a text to the 16 bytes that a fingerprint has."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def check_kind(kind: str) -> None:
    """Refuse a kind that is not a short lower-case word; ``reversal`` is kept for reversals."""
    if not isinstance(kind, str) or not _is_kind(kind):
        raise KindRefused(kind)


def check_key(key: str) -> None:
    """Refuse a key that is empty, too long or not printable."""
    if not isinstance(key, str) or not 1 <= len(key) <= LONGEST_KEY or not _printable(key):
        raise KeyRefused(key, LONGEST_KEY)


def check_actor(actor: str) -> None:
    """Refuse an actor that is empty, too long or not printable."""
    if not isinstance(actor, str) or not 1 <= len(actor) <= LONGEST_ACTOR or not _printable(actor):
        raise ActorRefused(actor)


def check_memo(memo: str | None) -> None:
    """Refuse a memo that is too long or not printable."""
    if memo is None:
        return
    if not isinstance(memo, str) or len(memo) > LONGEST_MEMO or not _printable(memo):
        raise MemoRefused(memo, LONGEST_MEMO)


def check_code(code: str) -> None:
    """Refuse a code that is empty, too long, not printable or has blanks in it."""
    if not isinstance(code, str) or not 1 <= len(code) <= LONGEST_CODE or not _printable(code) or " " in code:
        raise CodeRefused(code)


@lru_cache(maxsize=100)
def _is_kind(kind: str) -> bool:
    return 1 <= len(kind) <= LONGEST_KIND and _KIND_LETTERS.issuperset(kind) and kind != REVERSAL


def _printable(text: str) -> bool:
    # str.isprintable refuses controls, surrogates and line ends, and allows the blank.
    return text.isprintable()
