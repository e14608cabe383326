"""The file by which a bank in Japan pays many accounts at once: 総合振込 in the format of Zengin.

Records of 120 bytes: a header (1), a line for each payment (2), a trailer (8) with count and sum, and an end
(9). Figures stand right, filled with noughts, words left, filled with blanks; letters are half-width kana
and ASCII (JIS X 0201), each a byte. Source: the record layout of the Japanese Bankers Association, as banks
print it for customers; ends of lines are CR LF, which the banks' pages for uploads take.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from timebank.banks.models import FIGURES

RECORD_BYTES: Final = 120
#: 総合振込, of payments to several; codes are those of JIS.
_TRANSFERS, _JIS = "21", "0"
#: A first payment to an account, and any other.
_FIRST, _OTHER = "1", "0"
#: By wire, the only way that is left.
_WIRE: Final = "7"
#: As many figures as an amount has, and the sum of all of them.
MOST_A_LINE: Final = 9_999_999_999
MOST_A_FILE: Final = 999_999_999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account, with the names of bank and branch in kana as banks write them."""

    bank_code: str
    bank: str
    branch_code: str
    branch: str
    kind: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who pays, by which contract with the bank, and from where."""

    code: str
    name: str
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One payment."""

    account: Account
    holder: str
    amount: int
    first: bool
    #: Whose it is, by the community's own number; the bank gives it back as it came.
    customer: str


def written(sender: Sender, lines: Sequence[Line], *, pays_on: date) -> bytes:
    """Write the file. Raises ValueError where something is longer than its place."""
    records = [_header(sender, pays_on), *(_data(one) for one in lines)]
    total = sum(one.amount for one in lines)
    records += [_record("8", _figures(len(lines), 6), _figures(total, 12), _words("", 101))]
    records += [_record("9", _words("", 119))]
    return b"".join(one.encode("shift_jis") + b"\r\n" for one in records)


def _header(sender: Sender, pays_on: date) -> str:
    account = sender.account
    return _record(
        *("1", _TRANSFERS, _JIS),
        *(_figures(sender.code, 10), _words(sender.name, 40), pays_on.strftime("%m%d")),
        *(_figures(account.bank_code, 4), _words(account.bank, 15)),
        *(_figures(account.branch_code, 3), _words(account.branch, 15)),
        *(FIGURES[account.kind], _figures(account.number, 7), _words("", 17)),
    )


def _data(line: Line) -> str:
    account = line.account
    if not 0 < line.amount <= MOST_A_LINE:
        raise ValueError("an amount that no bank pays at once")
    return _record(
        *("2", _figures(account.bank_code, 4), _words(account.bank, 15)),
        *(_figures(account.branch_code, 3), _words(account.branch, 15)),
        # The clearing house's number: nobody asks for it any more.
        *(_words("", 4), FIGURES[account.kind], _figures(account.number, 7)),
        *(_words(line.holder, 30), _figures(line.amount, 10), _FIRST if line.first else _OTHER),
        *(_words(line.customer, 10), _words("", 10), _WIRE, _words("", 1), _words("", 7)),
    )


def _record(*fields: str) -> str:
    record = "".join(fields)
    if len(record.encode("shift_jis")) != RECORD_BYTES:
        raise ValueError("a record that is not 120 bytes long")
    return record


def _figures(value: int | str, width: int) -> str:
    figures = str(value)
    if not figures.isdecimal() or not figures.isascii() or len(figures) > width:
        raise ValueError(f"{width} figures at most have to stand here")
    return figures.rjust(width, "0")


def _words(text: str, width: int) -> str:
    if len(text.encode("shift_jis")) > width:
        raise ValueError(f"{width} characters at most can stand here")
    return text.ljust(width)
