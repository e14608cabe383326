"""Everything the ledger refuses, each refusal with its own class, facts and sentence.

LedgerError
├── TransferRefused
│   ├── AmountNotWhole  AmountNotPositive  AmountTooLarge
│   └── SameAccount  WrongBook  WrongCommodity
├── EntryRefused
│   ├── EntryWithoutTransfer  KindRefused  KeyRefused  MemoRefused  ActorRefused  DayRefused
│   ├── KeyReused  PeriodClosed
│   └── EntryUnknown  AlreadyReversed  NotReversible  EntryNotSealed
├── AccountRefused
│   ├── AccountUnknown  AccountExists  AccountClosed  AccountNotEmpty
│   └── CodeRefused  LimitsRefused
├── LimitExceeded
│   └── FloorExceeded  CeilingExceeded
├── BookExists  BookUnknown  CommodityClash  TotalTooLarge
├── MonthOutOfTurn  ReasonMissing  ProofRefused  FileRefused
└── PromiseBroken
"""

from datetime import date
from typing import Any


def excerpt(text: str) -> str:
    """Show the beginning of what stands somewhere, so that a sentence about it stays one."""
    return repr(text[:60])


class LedgerError(Exception):
    """Something the ledger refuses; nothing was written."""


class TransferRefused(LedgerError):
    """A transfer that cannot be written down."""


class AmountNotWhole(TransferRefused):
    """An amount that is not an integer: a float, a bool, a text."""

    def __init__(self, amount: object) -> None:
        super().__init__(f"an amount is a whole number, not {type(amount).__name__} {amount!r}")
        self.amount = amount


class AmountNotPositive(TransferRefused):
    """An amount of zero or less."""

    def __init__(self, amount: int) -> None:
        super().__init__(f"an amount is above zero, not {amount}")
        self.amount = amount


class AmountTooLarge(TransferRefused):
    """An amount above what every program can count exactly."""

    def __init__(self, amount: int, largest: int) -> None:
        super().__init__(f"an amount is at most {largest}, not {amount}")
        self.amount, self.largest = amount, largest


class SameAccount(TransferRefused):
    """A transfer from an account to itself."""

    def __init__(self, code: str) -> None:
        super().__init__(f"a transfer has two accounts, not {code} twice")
        self.code = code


class WrongBook(TransferRefused):
    """An account that belongs to another book."""

    def __init__(self, code: str, book_id: int, expected: int) -> None:
        super().__init__(f"{code} belongs to book {book_id}, not to book {expected}")
        self.code, self.book_id, self.expected = code, book_id, expected


class WrongCommodity(TransferRefused):
    """Two accounts that count different things."""

    def __init__(
        self, debit_code: str, debit_commodity: str, credit_code: str, credit_commodity: str
    ) -> None:
        super().__init__(
            f"{debit_code} counts {debit_commodity} and {credit_code} counts {credit_commodity}: "
            "a transfer stays in one commodity"
        )
        self.debit_code, self.debit_commodity = debit_code, debit_commodity
        self.credit_code, self.credit_commodity = credit_code, credit_commodity


class EntryRefused(LedgerError):
    """An entry that cannot be written down."""


class EntryWithoutTransfer(EntryRefused):
    """An entry that moves nothing."""

    def __init__(self) -> None:
        super().__init__("an entry needs at least one transfer")


class KindRefused(EntryRefused):
    """A kind that is not a short lower-case word, or that only reversals carry."""

    def __init__(self, kind: object) -> None:
        super().__init__(
            f"a kind is a lower-case word of at most 40 letters and hyphens, not {excerpt(str(kind))}"
        )
        self.kind = kind


class KeyRefused(EntryRefused):
    """A key that is empty, too long or not printable."""

    def __init__(self, key: object, longest: int) -> None:
        super().__init__(f"a key is 1 to {longest} printable characters, not {excerpt(str(key))}")
        self.key, self.longest = key, longest


class MemoRefused(EntryRefused):
    """A memo that is too long or holds characters that cannot be printed."""

    def __init__(self, memo: object, longest: int) -> None:
        super().__init__(f"a memo is at most {longest} printable characters, not {excerpt(str(memo))}")
        self.memo, self.longest = memo, longest


class ActorRefused(EntryRefused):
    """An act that nobody answers for."""

    def __init__(self, actor: object) -> None:
        super().__init__(f"an actor is 1 to 200 printable characters, not {excerpt(str(actor))}")
        self.actor = actor


class DayRefused(EntryRefused):
    """A posting date that is not a calendar day."""

    def __init__(self, day: object) -> None:
        super().__init__(f"a posting date is a day without a time, not {day!r}")
        self.day = day


class KeyReused(EntryRefused):
    """A key that was used for an entry with other content."""

    def __init__(self, key: str, entry_id: int) -> None:
        super().__init__(f"the key {key!r} was used for entry {entry_id}, whose content is another")
        self.key, self.entry_id = key, entry_id


class PeriodClosed(EntryRefused):
    """A posting date inside a month that is closed."""

    def __init__(self, day: date, closed_through: date) -> None:
        super().__init__(
            f"the books are closed through {closed_through.isoformat()}: "
            f"nothing can be posted on {day.isoformat()}"
        )
        self.day, self.closed_through = day, closed_through


class EntryUnknown(EntryRefused):
    """An entry that is not in this book."""

    def __init__(self, entry_id: int) -> None:
        super().__init__(f"there is no entry {entry_id} in this book")
        self.entry_id = entry_id


class AlreadyReversed(EntryRefused):
    """An entry that was reversed before; once is all there is."""

    def __init__(self, entry_id: int) -> None:
        super().__init__(f"entry {entry_id} was reversed already")
        self.entry_id = entry_id


class NotReversible(EntryRefused):
    """A reversal, which itself cannot be reversed: post the entry anew instead."""

    def __init__(self, entry_id: int) -> None:
        super().__init__(f"entry {entry_id} is a reversal; post anew instead of reversing it")
        self.entry_id = entry_id


class EntryNotSealed(EntryRefused):
    """An entry that is under no seal yet, or that is not there."""

    def __init__(self, entry_id: int) -> None:
        super().__init__(f"entry {entry_id} is under no seal yet")
        self.entry_id = entry_id


class AccountRefused(LedgerError):
    """Something an account does not allow."""


class AccountUnknown(AccountRefused):
    """An account that is not in this book."""

    def __init__(self, code: str, commodity: str | None = None) -> None:
        super().__init__(f"there is no account {code}" + (f" in {commodity}" if commodity else ""))
        self.code, self.commodity = code, commodity


class AccountExists(AccountRefused):
    """A code that another account of the book has already."""

    def __init__(self, code: str, commodity: str) -> None:
        super().__init__(f"there is an account {code} in {commodity} already")
        self.code, self.commodity = code, commodity


class AccountClosed(AccountRefused):
    """An account that takes no more transfers."""

    def __init__(self, code: str, closed_on: date | None = None) -> None:
        super().__init__(f"{code} is closed" + (f" since {closed_on.isoformat()}" if closed_on else ""))
        self.code, self.closed_on = code, closed_on


class AccountNotEmpty(AccountRefused):
    """An account that cannot be closed because it still holds something."""

    def __init__(self, code: str, balance: int) -> None:
        super().__init__(f"{code} holds {balance} and can be closed at 0 only")
        self.code, self.balance = code, balance


class CodeRefused(AccountRefused):
    """A code that cannot name an account, a book or a commodity."""

    def __init__(self, code: object) -> None:
        super().__init__(f"a code is 1 to 120 printable characters without blanks, not {excerpt(str(code))}")
        self.code = code


class LimitsRefused(AccountRefused):
    """Limits that contradict each other."""

    def __init__(self, floor: object, ceiling: object) -> None:
        super().__init__(
            f"limits are whole numbers with the floor at or below the ceiling, not {floor} and {ceiling}"
        )
        self.floor, self.ceiling = floor, ceiling


class LimitExceeded(LedgerError):
    """An account would go outside its limits, and further out than it is.

    ``limit`` is what may not be passed and ``would_be`` what the balance would have been; both in
    the commodity's smallest unit.
    """

    word = "limit"

    def __init__(self, code: str, account_id: int, limit: int, would_be: int) -> None:
        side = "below" if would_be < limit else "above"
        super().__init__(f"{code} would be {would_be}, {side} its {self.word} of {limit}")
        self.code, self.account_id, self.limit, self.would_be = code, account_id, limit, would_be

    @property
    def beyond(self) -> int:
        """By how much the limit would be passed."""
        return abs(self.would_be - self.limit)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.code, self.account_id, self.limit, self.would_be)


class FloorExceeded(LimitExceeded):
    """An account would fall below its floor."""

    word = "floor"


class CeilingExceeded(LimitExceeded):
    """An account would rise above its ceiling."""

    word = "ceiling"


class BookExists(LedgerError):
    """A book of that name is open already."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"there is a book {slug!r} already")
        self.slug = slug


class BookUnknown(LedgerError):
    """A book that is not there."""

    def __init__(self, book_id: int) -> None:
        super().__init__(f"there is no book {book_id}")
        self.book_id = book_id


class MonthOutOfTurn(LedgerError):
    """A month that is not the next to close, or not the newest closed one."""

    def __init__(self, month: date, closed_through: date | None) -> None:
        stands = (
            f"the books are closed through {closed_through.isoformat()}"
            if closed_through
            else "none is closed"
        )
        super().__init__(
            f"months close in order and reopen in reverse: it is not the turn of {month:%Y-%m}, {stands}"
        )
        self.month, self.closed_through = month, closed_through


class ReasonMissing(LedgerError):
    """A month that is reopened for no reason."""

    def __init__(self) -> None:
        super().__init__("a month is reopened for a reason, in words")


class ProofRefused(LedgerError):
    """A file that does not prove that an entry is under a seal."""

    def __init__(self, what: str) -> None:
        super().__init__(f"this proves nothing: {what}")
        self.what = what


class FileRefused(LedgerError):
    """A file that is not a whole and unchanged export of a book."""

    def __init__(self, line_number: int, what: str) -> None:
        super().__init__(f"line {line_number}: {what}")
        self.line_number, self.what = line_number, what


class CommodityClash(LedgerError):
    """A commodity is there with another scale, which cannot be changed."""

    def __init__(self, code: str, scale: int, there: int) -> None:
        super().__init__(f"{code} is kept with {there} decimals, not {scale}")
        self.code, self.scale, self.there = code, scale, there


class TotalTooLarge(LedgerError):
    """An account's running total would pass what can be counted exactly."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the totals of {code} would become too large to count")
        self.code = code


class PromiseBroken(LedgerError):
    """The database refused a row by a rule that the ledger's own calls cannot break."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"the books refuse this: {rule.replace('_', ' ')}")
        self.rule = rule
