"""An amount, an entry or a name that is wrong cannot even be built."""

import hashlib
from dataclasses import FrozenInstanceError
from datetime import date
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import LARGEST_AMOUNT
from ledger import Account
from ledger import AccountType
from ledger import ActorRefused
from ledger import AmountNotPositive
from ledger import AmountNotWhole
from ledger import AmountTooLarge
from ledger import Balance
from ledger import CodeRefused
from ledger import DayRefused
from ledger import Entry
from ledger import EntryRefused
from ledger import EntryWithoutTransfer
from ledger import KeyRefused
from ledger import KindRefused
from ledger import LimitsRefused
from ledger import MemoRefused
from ledger import NewAccount
from ledger import SameAccount
from ledger import Transfer
from ledger import TransferRefused
from ledger import TrialLine
from ledger import WrongBook
from ledger import WrongCommodity
from tests.ledger.builders import DAY
from tests.ledger.builders import an_entry
from tests.ledger.builders import of_lines

ALICE = Account(1, 1, "alice", "MIN", AccountType.LIABILITY)
BOB = Account(2, 1, "bob", "MIN", AccountType.LIABILITY)
CAROL_IN_YEN = Account(3, 1, "carol", "JPY", AccountType.ASSET)
DAN_ELSEWHERE = Account(4, 2, "dan", "MIN", AccountType.LIABILITY)

#: Nothing of these can be printed on a line of its own: controls, line ends, half characters, turned text.
UNPRINTABLE = ["a\0b", "a\nb", "a\tb", "\x7f", "\ud800", "a\u202eb", "\u200b", "\u2028"]


@pytest.mark.parametrize("amount", [1, 90, LARGEST_AMOUNT])
def test_an_amount_is_a_whole_number_above_zero(amount: int) -> None:
    assert Transfer(ALICE, BOB, amount).amount == amount


@pytest.mark.parametrize(
    ("amount", "refused"),
    [
        (0, AmountNotPositive),
        (-1, AmountNotPositive),
        (-(2**70), AmountNotPositive),
        (LARGEST_AMOUNT + 1, AmountTooLarge),
        (1.0, AmountNotWhole),
        (1.5, AmountNotWhole),
        (float("nan"), AmountNotWhole),
        (True, AmountNotWhole),
        ("90", AmountNotWhole),
        (None, AmountNotWhole),
    ],
)
def test_an_amount_that_cannot_be_counted_is_refused(amount: Any, refused: type[TransferRefused]) -> None:
    with pytest.raises(refused) as caught:
        Transfer(ALICE, BOB, amount)
    assert caught.value.amount is amount  # type: ignore[attr-defined]
    assert str(amount) in str(caught.value)
    assert vars(caught.value).get("largest", LARGEST_AMOUNT) == LARGEST_AMOUNT


def test_a_transfer_has_two_accounts() -> None:
    with pytest.raises(SameAccount, match="alice"):
        Transfer(ALICE, ALICE, 1)


def test_a_transfer_stays_in_one_book() -> None:
    with pytest.raises(WrongBook, match="dan belongs to book 2, not to book 1"):
        Transfer(ALICE, DAN_ELSEWHERE, 1)


def test_a_transfer_stays_in_one_commodity() -> None:
    with pytest.raises(WrongCommodity, match="alice counts MIN and carol counts JPY"):
        Transfer(ALICE, CAROL_IN_YEN, 1)


def test_an_entry_stays_in_one_book() -> None:
    with pytest.raises(WrongBook, match="alice belongs to book 1, not to book 2"):
        Entry(2, "exchange", DAY, "k", "me", (Transfer(ALICE, BOB, 1),))


def test_an_entry_moves_something() -> None:
    with pytest.raises(EntryWithoutTransfer):
        Entry(1, "exchange", DAY, "k", "me", ())


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        *[
            ({"kind": kind}, KindRefused)
            for kind in ("", "Exchange", "two words", "a" * 41, "ü", "reversal", 5, None)
        ],
        *[({"key": key}, KeyRefused) for key in ("", "k" * 301, 5, None, *UNPRINTABLE)],
        *[({"actor": actor}, ActorRefused) for actor in ("", "a" * 201, 5, None, *UNPRINTABLE)],
        *[({"memo": memo}, MemoRefused) for memo in ("m" * 201, 5, *UNPRINTABLE)],
        *[({"posted_on": day}, DayRefused) for day in (None, "2026-04-03", 20260403)],
        ({"posted_on": datetime(2026, 4, 3)}, DayRefused),  # noqa: DTZ001 (a moment is no day)
    ],
)
def test_what_an_entry_may_not_be_called_is_refused(
    values: dict[str, Any], refused: type[EntryRefused]
) -> None:
    with pytest.raises(refused) as caught:
        an_entry(ALICE, BOB, **values)
    assert str(caught.value).isprintable()
    ((name, value),) = values.items()
    facts = vars(caught.value)
    assert facts["day" if name == "posted_on" else name] is value
    assert facts.get("longest") == {"key": 300, "memo": 200}.get(name)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "a"},
        {"kind": "thank-you-money"},
        {"kind": "a" * 40},
        {"key": "k" * 300},
        {"key": "import:令和8年 № 1"},
        {"actor": "a" * 200},
        {"memo": None},
        {"memo": ""},
        {"memo": "m" * 200},
        {"posted_on": date.min},
        {"posted_on": date.max},
    ],
)
def test_what_an_entry_may_be_called(values: dict[str, Any]) -> None:
    entry = an_entry(ALICE, BOB, **values)
    assert {name: getattr(entry, name) for name in values} == values


@pytest.mark.parametrize("code", ["", "c" * 121, "two words", 5, None, *UNPRINTABLE, "\u3000", "\u00a0"])
def test_a_code_that_is_no_name_is_refused(code: Any) -> None:
    with pytest.raises(CodeRefused) as caught:
        NewAccount(code, "MIN", AccountType.ASSET)
    assert caught.value.code is code


@pytest.mark.parametrize(
    ("floor", "ceiling"),
    [(1, 0), (1.5, None), (None, True), ("0", None), (LARGEST_AMOUNT + 1, None), (None, -LARGEST_AMOUNT - 1)],
)
def test_limits_that_contradict_each_other_or_are_not_whole_are_refused(floor: Any, ceiling: Any) -> None:
    with pytest.raises(LimitsRefused) as caught:
        NewAccount("alice", "MIN", AccountType.ASSET, floor=floor, ceiling=ceiling)
    assert (caught.value.floor, caught.value.ceiling) == (floor, ceiling)


@pytest.mark.parametrize("limit", [-LARGEST_AMOUNT, LARGEST_AMOUNT])
def test_limits_may_be_the_same_and_as_large_as_an_amount(limit: int) -> None:
    NewAccount("alice", "MIN", AccountType.ASSET, floor=limit, ceiling=limit)


@pytest.mark.parametrize("code", ["c", "c" * 120, "hours:member:7", "利用者"])
def test_a_code_is_a_short_name_without_blanks(code: str) -> None:
    assert NewAccount(code, "MIN", AccountType.ASSET).code == code


def test_nothing_of_a_built_entry_can_be_changed() -> None:
    entry = an_entry(ALICE, BOB)
    with pytest.raises(FrozenInstanceError):
        entry.transfers[0].amount = 5  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        entry.key = "another"  # type: ignore[misc]


def test_a_fingerprint_goes_by_what_is_asked_and_not_by_who_asks() -> None:
    entry = an_entry(ALICE, BOB, 90, key="a", actor="alice", memo="by form")
    assert len(entry.fingerprint()) == 16
    assert entry.fingerprint() == an_entry(ALICE, BOB, 90, key="b", actor="bob", memo=None).fingerprint()


def test_a_fingerprint_that_was_written_down_is_compared_for_ever() -> None:
    told = b"exchange|2026-04-03|1>2:90;2>1:5"
    entry = of_lines((ALICE, BOB, 90), (BOB, ALICE, 5))
    assert entry.fingerprint() == hashlib.blake2b(told, digest_size=16).digest()


@pytest.mark.parametrize(
    "other",
    [
        an_entry(ALICE, BOB, 91),
        an_entry(BOB, ALICE, 90),
        an_entry(ALICE, BOB, 90, kind="gift"),
        an_entry(ALICE, BOB, 90, posted_on=date(2026, 4, 4)),
        of_lines((ALICE, BOB, 90), (ALICE, BOB, 90)),
    ],
    ids=["amount", "direction", "kind", "day", "lines"],
)
def test_another_request_has_another_fingerprint(other: Entry) -> None:
    assert an_entry(ALICE, BOB, 90).fingerprint() != other.fingerprint()


LINES = st.lists(st.tuples(st.booleans(), st.integers(1, LARGEST_AMOUNT)), min_size=1, max_size=4)


@given(LINES, LINES)
def test_two_requests_share_a_fingerprint_only_when_they_are_the_same(
    one: list[tuple[bool, int]], other: list[tuple[bool, int]]
) -> None:
    def asked(lines: list[tuple[bool, int]]) -> bytes:
        pairs = [(ALICE, BOB, amount) if there else (BOB, ALICE, amount) for there, amount in lines]
        return of_lines(*pairs).fingerprint()

    assert (asked(one) == asked(other)) == (one == other)


def test_a_balance_is_credits_less_debits_and_a_trial_balance_the_other_way_round() -> None:
    assert Balance(30, 90, 2, None, None, None).balance == 60
    assert TrialLine("alice", "MIN", AccountType.LIABILITY, 30, 90).balance == -60
