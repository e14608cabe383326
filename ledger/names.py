"""How accounts, commodities and entries are called in other programs' books."""

import re
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ledger.model import AccountType
from ledger.model import digest

#: From an account's code to the parts of the name that people know it by.
Naming = Callable[[str], Sequence[str]]
#: From an entry's key and memo to what people call it.
Referring = Callable[[str, str | None], str]
#: From an account's code to what else should stand beside its name; None where there is nothing.
Titling = Callable[[str], str | None]

#: What an account's name begins with in beancount and hledger.
ROOTS = {
    AccountType.ASSET: "Assets",
    AccountType.LIABILITY: "Liabilities",
    AccountType.EQUITY: "Equity",
    AccountType.INCOME: "Income",
    AccountType.EXPENSE: "Expenses",
}

_CURRENCY = re.compile(r"[A-Z][A-Z0-9]{1,11}")
_FIRST = re.compile(r"[A-Z0-9]")
_MARK = "X-"


@dataclass(frozen=True, slots=True)
class Unit:
    """A commodity as it is shown elsewhere."""

    code: str
    scale: int

    def amount(self, smallest: int) -> str:
        """Write an amount with the commodity's decimals."""
        if not self.scale:
            return str(smallest)
        whole, part = divmod(abs(smallest), 10**self.scale)
        return f"{'-' if smallest < 0 else ''}{whole}.{part:0{self.scale}}"


def in_parts(code: str) -> Sequence[str]:
    """Name an account by its own code, whose parts colons set apart."""
    return code.split(":")


def in_capitals(code: str) -> Sequence[str]:
    """Name an account by its own code, each part with a capital, as beancount likes it."""
    return [part[:1].upper() + part[1:] for part in in_parts(code)]


def memo_or_key(key: str, memo: str | None) -> str:
    """Refer to an entry by its memo or, where it has none, by its key without the source before the colon."""
    return memo or key.partition(":")[2] or key


def rooted(name: Naming) -> Callable[[str, AccountType], str]:
    """Give what names an account in full, from what names its parts."""
    return lambda code, kind: ":".join([ROOTS[kind], *map(account_part, name(code))])


def above(name: str) -> Iterator[str]:
    """Name the accounts that an account would be part of, the nearest first."""
    while ":" in name:
        name = name.rpartition(":")[0]
        yield name


def account_part(part: str) -> str:
    """Write a part of an account's name so that both programs take it, and no two parts become one.

    Letters, digits and most hyphens stay; what else there is becomes its number between ``-u`` and
    ``-``, and so does a hyphen that could be taken for the beginning of that. beancount wants a
    capital or a digit first: before anything else stands ``X-``.
    """
    written = "".join(
        sign if _stays(sign, after) else f"-u{ord(sign):X}-" for sign, after in pairwise(f"{part} ")
    )
    return _MARK + written if not _FIRST.match(part) or part.startswith(_MARK) else written


def beancount_currency(code: str) -> str:
    """Write a commodity's code so that beancount takes it: another one becomes the same one every time."""
    return code if _CURRENCY.fullmatch(code) else f"X{digest(code).hex()[:20].upper()}"


def hledger_symbol(code: str) -> str:
    """Write a commodity's code so that hledger takes it."""
    return code if code.isalpha() else '"' + code.replace('"', "''") + '"'


def _stays(sign: str, after: str) -> bool:
    return sign.isalpha() or sign.isdecimal() or (sign == "-" and after != "u")
