"""The same telephone number or address is found again, however it was written; another one is not."""

import pytest

from timebank.contacts.keys import key_of
from timebank.contacts.models import ADDRESS
from timebank.contacts.models import EMAIL
from timebank.contacts.models import LONGEST_KEY
from timebank.contacts.models import OTHER
from timebank.contacts.models import TELEPHONE


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("090-1234-5678", "09012345678"),
        ("０９０ー１２３４ー５６７８", "09012345678"),
        ("+81 90 1234 5678", "09012345678"),
        ("+81(0)90-1234-5678", "09012345678"),
        ("0081 90 1234 5678", "09012345678"),
        ("(06) 1234.5678", "0612345678"),
        ("+49 30 123456", "4930123456"),
        ("0811 2345", "08112345"),
    ],
)
def test_a_telephone_is_found_by_its_digits(written: str, key: str) -> None:
    assert key_of(TELEPHONE, written) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("門真市本町1丁目2番3号", "門真市本町１−２−３"),
        ("門真市本町一丁目2番地の3", "〒571-0000 門真市本町 1-2-3"),
        ("12 Long Lane, Oldtown", "12 long lane\nOLDTOWN"),
        ("ﾒｿﾞﾝ本町 201号", "メゾン本町201"),
    ],
)
def test_an_address_is_found_however_it_is_written(one: str, other: str) -> None:
    assert key_of(ADDRESS, one) == key_of(ADDRESS, other) != ""


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (ADDRESS, "本町1-23", "本町12-3"),
        (ADDRESS, "本町1丁目2", "本町12"),
        (TELEPHONE, "090-1234-5678", "080-1234-5678"),
        (TELEPHONE, "06-1234-5678", "1234-5678"),
    ],
)
def test_what_is_not_the_same_is_not_found(kind: str, one: str, other: str) -> None:
    assert key_of(kind, one) != key_of(kind, other)


def test_a_key_is_never_too_long_for_its_place() -> None:
    # One sign of Arabic is written as eighteen.
    assert len(key_of(ADDRESS, "\ufdfa" * 300)) == LONGEST_KEY
    assert key_of(EMAIL, "Hana@Example.org") == key_of(EMAIL, "hana@example.org")
    assert key_of(OTHER, "ハナ の となり") == "はなのとなり"
