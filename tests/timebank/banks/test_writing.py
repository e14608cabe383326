"""Names as banks write them, codes as there are, and the file as its records have to stand."""

from datetime import date

import pytest
import zengin_code

from timebank.banks import zengin
from timebank.banks.codes import BankUnknown
from timebank.banks.codes import BranchUnknown
from timebank.banks.codes import SignUnknown
from timebank.banks.codes import branch_of_sign
from timebank.banks.codes import kana_of
from timebank.banks.codes import names_of
from timebank.banks.models import CHECKING
from timebank.banks.models import ORDINARY
from timebank.banks.writing import BankCharacters
from timebank.banks.writing import as_banks_write

DAY = date(2026, 12, 25)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("やまだ　はな", "ﾔﾏﾀﾞ ﾊﾅ"),
        ("ヤマダ ハナ", "ﾔﾏﾀﾞ ﾊﾅ"),
        ("ﾔﾏﾀﾞﾊﾅ", "ﾔﾏﾀﾞﾊﾅ"),
        ("パク・ショー", "ﾊﾟｸ ｼﾖ-"),
        ("ッャュョァィゥェォ", "ﾂﾔﾕﾖｱｲｳｴｵ"),
        ("ヲ", "ｵ"),
        ("ｶ)ﾃｽﾄ", "ｶ)ﾃｽﾄ"),
        ("Smith-Jones, jr.".replace(",", ""), "SMITH-JONES JR."),
        ("１２", "12"),
        ("ヴ", "ｳﾞ"),
        ("ヵヶヮヰヱ", "ｶｹﾜｲｴ"),
        ("か゛は゜", "ｶﾞﾊﾟ"),
        ("  ", ""),
    ],
)
def test_names_are_written_as_banks_do(name: str, written: str) -> None:
    assert as_banks_write(name, field="holder") == written
    assert len(written.encode("shift_jis")) == len(written)


@pytest.mark.parametrize(
    ("name", "strange"), [("山田", "山 田"), ("Ana María", "Í"), ("a,b", ","), ("ﾊﾅ!", "!")]
)
def test_what_no_bank_writes_is_named(name: str, strange: str) -> None:
    with pytest.raises(BankCharacters) as refused:
        as_banks_write(name, field="holder")
    assert refused.value.facts["characters"] == strange
    assert refused.value.field == "holder"


def test_every_bank_and_branch_of_the_list_can_be_written() -> None:
    count = 0
    for bank in zengin_code.Bank.all.values():
        for branch in bank.branches:
            for name in kana_of(bank.code, branch):
                assert 0 < len(name.encode("shift_jis")) <= 15
            count += 1
    assert count > 20_000


def test_banks_and_branches_are_looked_up() -> None:
    assert names_of("9900", "058") == ("ゆうちょ", "〇五八")
    with pytest.raises(BankUnknown, match="0000"):
        names_of("0000", "001")
    with pytest.raises(BranchUnknown, match="ゆうちょ"):
        names_of("9900", "001")


def test_sign_and_number_of_a_passbook_become_branch_and_account() -> None:
    assert branch_of_sign("10530", "12345671") == ("058", "1234567")
    assert branch_of_sign("10180", "2311") == ("018", "0000231")


@pytest.mark.parametrize(
    ("sign", "number"),
    [
        ("1053", "12345671"),
        ("00530", "12345671"),
        ("10531", "12345671"),
        ("10530", "12345672"),
        ("10530", ""),
        ("10530", "1"),
        ("10530", "123456711"),
    ],
)
def test_a_sign_and_number_that_are_none_are_refused(sign: str, number: str) -> None:
    with pytest.raises(SignUnknown):
        branch_of_sign(sign, number)


def an_account(number: str = "1234567", kind: str = ORDINARY) -> zengin.Account:
    bank, branch = kana_of("9900", "058")
    return zengin.Account(
        bank_code="9900", bank=bank, branch_code="058", branch=branch, kind=kind, number=number
    )


def a_line(amount: int = 600, **facts: object) -> zengin.Line:
    known: dict[str, object] = {
        "account": an_account(),
        "holder": "ﾔﾏﾀﾞ ﾊﾅ",
        "amount": amount,
        "first": False,
        "customer": "12",
    }
    return zengin.Line(**known | facts)  # type: ignore[arg-type]


SENDER = zengin.Sender(code="0123456789", name="ｶﾄﾞﾏ ﾀｽｹｱｲ", account=an_account("7654321", CHECKING))


def test_the_file_stands_to_the_byte() -> None:
    content = zengin.written(SENDER, [a_line(first=True), a_line(12_345, customer="9")], pays_on=DAY).decode(
        "shift_jis"
    )
    records = content.split("\r\n")
    assert records.pop() == ""
    assert [len(one) for one in records] == [120] * 5
    header, first, second, trailer, end = records
    assert header == (
        "1"
        "21"
        "0"
        "0123456789" + "ｶﾄﾞﾏ ﾀｽｹｱｲ".ljust(40) + "1225"
        "9900" + "ﾕｳﾁﾖ".ljust(15) + "058" + "ｾﾞﾛｺﾞﾊﾁ".ljust(15) + "2"
        "7654321" + " " * 17
    )
    assert first == (
        "2"
        "9900" + "ﾕｳﾁﾖ".ljust(15) + "058" + "ｾﾞﾛｺﾞﾊﾁ".ljust(15) + " " * 4 + "1"
        "1234567" + "ﾔﾏﾀﾞ ﾊﾅ".ljust(30) + "0000000600"
        "1" + "12".ljust(10) + " " * 10 + "7" + " " * 8
    )
    assert (second[79:80], second[80:90], second[90:91]) == (" ", "0000012345", "0")
    assert trailer == "8000002000000012945" + " " * 101
    assert end == "9" + " " * 119


@pytest.mark.parametrize(
    "line",
    [
        a_line(0),
        a_line(-1),
        a_line(10_000_000_000),
        a_line(holder="ｱ" * 31),
        a_line(customer="1" * 11),
        a_line(account=an_account("12345678")),
        a_line(account=an_account("12345a7")),
    ],
)
def test_what_does_not_fit_into_its_place_makes_no_file(line: zengin.Line) -> None:
    with pytest.raises(ValueError, match=r"here|pays"):
        zengin.written(SENDER, [line], pays_on=DAY)
