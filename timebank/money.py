"""Money as people write it and read it; inside it is a whole number of the currency's smallest unit."""

import re
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from babel.numbers import format_currency

from timebank.errors import N_
from timebank.errors import Refusal
from timebank.text import excerpt
from timebank.text import half_width

#: How many decimals each currency that we can take has: the one table by which anything is multiplied.
#: Yen have none, so ¥3,000 is 3000 and never 300000.
DECIMALS: Final = {
    "JPY": 0,
    "KRW": 0,
    "AUD": 2,
    "CAD": 2,
    "CHF": 2,
    "DKK": 2,
    "EUR": 2,
    "GBP": 2,
    "NOK": 2,
    "NZD": 2,
    "SEK": 2,
    "USD": 2,
}
#: Larger than any gift that is typed rather than talked about; in whole units of the currency.
MOST_UNITS: Final = 100_000_000

_LONGEST_TYPED = 40
_UNITS = re.compile(r"^(?:jpy|eur|usd|gbp|[¥￥€$£])\s*|\s*(?:円|yen|jpy|eur|usd|gbp|[¥￥€$£])$")
_PLAIN = re.compile(r"(?P<whole>[0-9]{1,12})(?:[.,](?P<part>[0-9]{1,2}))?")
_PERCENT = re.compile(r"(?P<whole>[0-9]{1,2})(?:[.,](?P<part>[0-9]))?\s*%?")
_GROUPED = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:(?P<mark>[,. ’])[0-9]{3})(?:(?P=mark)[0-9]{3})*)(?:[.,](?P<part>[0-9]{1,2}))?"
)


class MoneyMissing(Refusal):
    """No amount was written."""

    sentence = N_("Please write an amount, for example 3000.")
    field = "amount"


class MoneyNotRead(Refusal):
    """What was written is no amount of money."""

    sentence = N_("“%(typed)s” cannot be read as an amount. Please write it like 3000 or 3,000.")
    field = "amount"


class MoneyBetween(Refusal):
    """An amount has more decimals than its currency."""

    sentence = N_("“%(typed)s” falls between two amounts: %(currency)s has no such small coins.")
    field = "amount"


class MoneyTooMuch(Refusal):
    """An amount is beyond what anybody types."""

    sentence = N_("At most %(most)s can be written here.")
    field = "amount"


class NoMoneyAtAll(Refusal):
    """An amount of zero was written."""

    sentence = N_("The amount must be above zero.")
    field = "amount"


class PercentNotRead(Refusal):
    """What was written is no part of a hundred."""

    sentence = N_("“%(typed)s” cannot be read as a percentage. Please write it like 10 or 8.1.")


class CurrencyNotTaken(Refusal):
    """A currency of which the program does not know the coins."""

    sentence = N_("Money in %(currency)s cannot be kept here yet.")
    field = "currency"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency's smallest unit, to be told in a sentence."""

    amount_minor: int
    currency: str

    def __str__(self) -> str:
        return in_words(self.amount_minor, self.currency, "en")


def decimals_of(currency: str) -> int:
    """Tell how many decimals a currency has; raises CurrencyNotTaken."""
    try:
        return DECIMALS[currency]
    except KeyError:
        raise CurrencyNotTaken(currency=excerpt(currency)) from None


def to_minor(units: int, currency: str) -> int:
    """Turn whole units into the smallest unit: 30 euros are 3000, 30 yen are 30."""
    return units * int(10 ** decimals_of(currency))


def parse_money(text: str, currency: str) -> int:
    """Read an amount as people write it (3000, 3,000, ３０００円, 30.50), in the smallest unit."""
    typed = half_width(text[: _LONGEST_TYPED + 1]).replace("\u00a0", " ").replace("'", "’").strip().lower()
    if not text.strip():
        raise MoneyMissing
    found = _PLAIN.fullmatch(bare := _UNITS.sub("", typed)) or _GROUPED.fullmatch(bare)
    if not found or len(text) > _LONGEST_TYPED:
        raise MoneyNotRead(typed=excerpt(text))
    decimals = decimals_of(currency)
    whole, part = re.sub("[^0-9]", "", found["whole"]), found["part"] or ""
    if part.strip("0") and len(part) > decimals:
        raise MoneyBetween(typed=excerpt(text), currency=currency)
    minor = int(whole + part.ljust(decimals, "0")[:decimals])
    if minor == 0:
        raise NoMoneyAtAll
    if minor > (most := to_minor(MOST_UNITS, currency)):
        raise MoneyTooMuch(most=Money(most, currency))
    return minor


def parse_percent(text: str) -> int:
    """Read a part of a hundred as people write it (10, 8.1, １０％), in tenths."""
    found = _PERCENT.fullmatch(half_width(text[: _LONGEST_TYPED + 1]).strip())
    if not found or len(text) > _LONGEST_TYPED:
        raise PercentNotRead(typed=excerpt(text))
    return int(found["whole"]) * 10 + int(found["part"] or 0)


def in_words(amount_minor: int, currency: str, language: str) -> str:
    """Tell an amount: ¥3,000 and €30.50; in Japanese 3,000円."""
    decimals = DECIMALS.get(currency, 2)
    sign, whole = ("−" if amount_minor < 0 else ""), abs(amount_minor)
    if language.startswith("ja") and currency == "JPY":
        return f"{sign}{whole:,}円"
    # Whole numbers are told by a whole number and its coins: no float comes near money.
    units, coins = divmod(whole, int(10**decimals))
    told = format_currency(units, currency, format="¤#,##0", currency_digits=False, locale=language)
    return f"{sign}{told}.{coins:0{decimals}}" if decimals else f"{sign}{told}"


def plain(amount_minor: int, currency: str) -> str:
    """Write an amount for a form or a table: 3000, 30.50."""
    units, coins = divmod(amount_minor, int(10 ** decimals_of(currency)))
    return f"{units}.{coins:0{decimals_of(currency)}}" if decimals_of(currency) else f"{units}"


def poured(
    sources: Sequence[tuple[str, int]], sinks: Sequence[tuple[str, int]]
) -> Iterator[tuple[str, str, int]]:
    """Lead what comes from some accounts to others, in their order: lines from one to one."""
    waiting = list(sinks)
    for source, amount in sources:
        left = amount
        while left:
            sink, wanted = waiting.pop(0)
            part = min(left, wanted)
            left -= part
            if wanted > part:
                waiting.insert(0, (sink, wanted - part))
            yield source, sink, part
