"""Amounts of money as people write them and read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank import money
from timebank.errors import Refusal


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("3000", "JPY", 3000),
        ("3,000", "JPY", 3000),
        ("３，０００円", "JPY", 3000),
        ("¥ 3 000", "JPY", 3000),
        ("￥500", "JPY", 500),
        ("500 yen", "JPY", 500),
        ("3000.00", "JPY", 3000),
        ("1,234,567", "JPY", 1_234_567),
        ("30", "EUR", 3000),
        ("30.50", "EUR", 3050),
        ("30,5", "EUR", 3050),
        ("€30", "EUR", 3000),
        ("1.234,50 €", "EUR", 123_450),
        ("1’234.50", "CHF", 123_450),
        ("1'234.50", "CHF", 123_450),
        ("1\u00a0000", "SEK", 100_000),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, currency: str, minor: int) -> None:
    assert money.parse_money(typed, currency) == minor


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ("", money.MoneyMissing),
        ("  ", money.MoneyMissing),
        ("three", money.MoneyNotRead),
        ("3e3", money.MoneyNotRead),
        ("-3000", money.MoneyNotRead),
        ("3,00,0", money.MoneyNotRead),
        ("1,23", money.MoneyBetween),
        ("0", money.NoMoneyAtAll),
        ("0.00", money.NoMoneyAtAll),
        ("100000001", money.MoneyTooMuch),
        ("9" * 41, money.MoneyNotRead),
        ("¥¥3000", money.MoneyNotRead),
        ("৩০০০", money.MoneyNotRead),
    ],
)
def test_what_is_no_amount_is_refused_in_a_sentence(typed: str, refused: type[Refusal]) -> None:
    with pytest.raises(refused) as told:
        money.parse_money(typed, "JPY")
    assert told.value.english()
    assert told.value.field == "amount"


def test_yen_are_never_multiplied_and_euros_are() -> None:
    assert money.to_minor(3000, "JPY") == 3000
    assert money.to_minor(30, "EUR") == 3000


def test_a_currency_of_unknown_coins_is_refused() -> None:
    with pytest.raises(money.CurrencyNotTaken, match="XAU"):
        money.decimals_of("XAU")


@pytest.mark.parametrize(
    ("minor", "currency", "english", "japanese"),
    [
        (3000, "JPY", "¥3,000", "3,000円"),
        (3050, "EUR", "€30.50", "€30.50"),
        (-5, "EUR", "−€0.05", "−€0.05"),
        (0, "JPY", "¥0", "0円"),
        (1_234_567_89, "USD", "$1,234,567.89", "$1,234,567.89"),
    ],
)
def test_amounts_are_told_in_both_languages(minor: int, currency: str, english: str, japanese: str) -> None:
    assert money.in_words(minor, currency, "en") == english
    assert money.in_words(minor, currency, "ja") == japanese


@given(st.integers(1, 10**8), st.sampled_from(sorted(money.DECIMALS)))
def test_what_is_written_plainly_is_read_back(minor: int, currency: str) -> None:
    assert money.parse_money(money.plain(minor, currency), currency) == minor
