"""How accounts, commodities and entries are called in other programs' books."""

import pytest
from beancount.core import account as beancount_account
from hypothesis import given
from hypothesis import strategies as st

from ledger.model import digest
from ledger.names import account_part
from ledger.names import beancount_currency
from ledger.names import hledger_symbol
from ledger.names import memo_or_key


@given(st.text(min_size=0, max_size=40))
def test_every_part_of_a_name_is_one_that_beancount_takes(part: str) -> None:
    assert beancount_account.is_valid(f"Liabilities:{account_part(part)}")


@given(*[st.text(st.sampled_from("AaXuF5-_: 門é"), max_size=8)] * 2)
def test_two_parts_of_names_never_become_one(one: str, other: str) -> None:
    assert (account_part(one) == account_part(other)) == (one == other)


@pytest.mark.parametrize(
    ("part", "written"),
    [
        ("0042", "0042"),
        ("A-1", "A-1"),
        ("A_1", "A-u5F-1"),
        ("a1", "X-a1"),
        ("門真", "X-門真"),
        ("A-u", "A-u2D-u"),
    ],
)
def test_names_stay_readable(part: str, written: str) -> None:
    assert account_part(part) == written


@pytest.mark.parametrize(
    ("code", "beancount", "hledger_"),
    [
        ("MIN", "MIN", "MIN"),
        ("時間", "X" + digest("時間").hex()[:20].upper(), "時間"),
        ('a"b', "X" + digest('a"b').hex()[:20].upper(), "\"a''b\""),
        ("A1", "A1", '"A1"'),
    ],
)
def test_a_commodity_has_the_same_name_every_time(code: str, beancount: str, hledger_: str) -> None:
    assert (beancount_currency(code), hledger_symbol(code)) == (beancount, hledger_)


def test_an_entry_without_a_memo_is_called_by_its_key_behind_the_first_colon() -> None:
    assert memo_or_key("import-batch:april:7", None) == "april:7"
    assert memo_or_key("key", None) == "key"
    assert memo_or_key("form:1", "soup") == "soup"
