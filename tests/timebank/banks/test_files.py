"""Thanks that are sent by a file: under way, paid with the bank, and owed again where they come back."""

from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.timebank.banks.passbook import read
from tests.timebank.support.paying import FRIDAY
from tests.timebank.support.paying import Place
from tests.timebank.support.paying import a_place
from timebank import clock
from timebank.banks import accounts
from timebank.banks import content
from timebank.banks import files
from timebank.banks import queries
from timebank.banks.codes import BankUnknown
from timebank.banks.codes import BranchUnknown
from timebank.banks.codes import SignUnknown
from timebank.banks.codes import kana_of
from timebank.banks.content import MoreThanFits
from timebank.banks.models import CHECKING
from timebank.banks.models import DROPPED
from timebank.banks.models import MADE
from timebank.banks.models import ORDINARY
from timebank.banks.models import PAID
from timebank.banks.models import TransferFile
from timebank.banks.proof import check_banks
from timebank.banks.writing import BankCharacters
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.support import paid
from timebank.support.models import CASH
from timebank.support.models import THANKS

HANA = accounts.Said(
    bank_code="9900", branch_code="", kind=ORDINARY, number="１０５３０－12345671", holder="やまだ　はな"
)
PAYING = accounts.Said(
    bank_code="9900", branch_code="018", kind=CHECKING, number="7654321", holder="カドマ タスケアイ"
)


@pytest.fixture
def place(session: Session) -> Place:
    made = a_place(session)
    made.visit()
    accounts.say_account(session, member=made.giver, said=HANA, actor=COORDINATOR)
    accounts.say_paying_account(
        session, community=made.community, consignor_code="0123456789", said=PAYING, actor=COORDINATOR
    )
    return made


def today(place: Place) -> date:
    return clock.today(place.community.time_zone)


def makes(place: Place, amount: int = 600, **said: Any) -> TransferFile:
    known: dict[str, Any] = {
        "amounts": [(place.giver, amount)],
        "pays_on": queries.next_bank_day(today(place)),
        "looked": True,
        "key": f"form:file-{amount}",
    }
    order = files.Order(**known | said)
    return files.make_file(place.session, community=place.community, order=order, actor=COORDINATOR)


def is_paid(place: Place, file: TransferFile, day: date | None = None) -> None:
    files.bank_has_paid(
        place.session,
        community=place.community,
        file=file,
        paid_on=day or today(place),
        actor=COORDINATOR,
    )


def comes_back(place: Place, file: TransferFile, day: date | None = None, reason: str = "no account") -> None:
    (one,) = queries.lines_of(place.session, file=file)
    files.give_back(
        place.session,
        community=place.community,
        file=file,
        line=one.line,
        reason=reason,
        day=day or today(place),
        actor=COORDINATOR,
    )


def drops(place: Place, file: TransferFile, reason: str = "the bank refused it") -> None:
    files.throw_away(place.session, community=place.community, file=file, reason=reason, actor=COORDINATOR)


def faults(place: Place) -> list[str]:
    return [*place.faults(), *check_banks(place.session)]


def test_what_stands_in_a_file_is_under_way_until_the_bank_has_paid(place: Place) -> None:
    made = makes(place)
    assert place.money() == {
        "receivable:R": 800,
        "support": -800,
        "expenses:support:thanks": 600,
        "bank:transit": -600,
    }
    assert queries.list_due(place.session, community=place.community) == []
    again = paid.Payment(what=THANKS, amount_minor=1, way=CASH, paid_on=FRIDAY, key="form:again")
    with pytest.raises(paid.MoreThanIsOwed):
        paid.write_paid(
            place.session, community=place.community, member=place.giver, payment=again, actor=COORDINATOR
        )
    assert faults(place) == []
    is_paid(place, made)
    is_paid(place, made)
    assert (made.state, made.paid_on) == (PAID, today(place))
    assert place.money()["bank:main"] == -600
    assert "bank:transit" not in place.money()
    assert faults(place) == []


def test_a_bank_reads_the_file(place: Place) -> None:
    made = makes(place)
    found = read(made.content)
    assert found.head == {
        "kind": "1",
        "sort": "21",
        "code": "0",
        "consignor_code": "0123456789",
        "consignor": "ｶﾄﾞﾏ ﾀｽｹｱｲ",
        "day": f"{made.pays_on:%m%d}",
        "bank": "9900",
        "bank_name": "ﾕｳﾁﾖ",
        "branch": "018",
        "branch_name": "ｾﾞﾛｲﾁﾊﾁ",
        "account_kind": "2",
        "account": "7654321",
        "rest": "",
    }
    (line,) = found.lines
    assert line == {
        "kind": "2",
        "bank": "9900",
        "bank_name": "ﾕｳﾁﾖ",
        "branch": "058",
        "branch_name": "ｾﾞﾛｺﾞﾊﾁ",
        "clearing": "",
        "account_kind": "1",
        "account": "1234567",
        "holder": "ﾔﾏﾀﾞ ﾊﾅ",
        "amount": "0000000600",
        "new": "1",
        "customer_1": str(place.giver.id),
        "customer_2": "",
        "wire": "7",
        "edi": "",
        "rest": "",
    }


def test_the_first_time_somebody_has_to_look_again(place: Place) -> None:
    with pytest.raises(files.LookAgain, match=place.giver.name):
        makes(place, 100, looked=False)
    is_paid(place, makes(place, 100))
    (due,) = queries.list_due(place.session, community=place.community)
    assert not due.first
    second = makes(place, 200, looked=False)
    assert read(second.content).lines[0]["new"] == "0"
    # One figure less, and it is another account.
    said = accounts.Said(
        bank_code="9900", branch_code="058", kind=ORDINARY, number="1234568", holder="ﾔﾏﾀﾞ ﾊﾅ"
    )
    accounts.say_account(place.session, member=place.giver, said=said, actor=COORDINATOR)
    with pytest.raises(files.LookAgain):
        makes(place, 300, looked=False)
    assert faults(place) == []


def test_what_comes_back_is_in_the_account_again_and_owed_again(place: Place) -> None:
    made = makes(place)
    with pytest.raises(files.NotUnderWay):
        comes_back(place, made)
    is_paid(place, made)
    with pytest.raises(files.BeforeItWasMade):
        comes_back(place, made, today(place) - timedelta(days=1))
    with pytest.raises(paid.ReasonMissing):
        comes_back(place, made, reason=" ")
    comes_back(place, made)
    comes_back(place, made)
    assert place.money() == {
        "receivable:R": 800,
        "support": -800,
        "expenses:support:thanks": 600,
        "payable:G": -600,
    }
    (one,) = queries.lines_of(place.session, file=made)
    assert one.came_back
    assert one.paid.taken_back_because == "no account"
    # Nothing has stayed there, so somebody has to look again.
    with pytest.raises(files.LookAgain):
        makes(place, 600, looked=False, key="form:again")
    is_paid(place, makes(place, 600, key="form:again"))
    assert faults(place) == []


def test_a_file_that_the_bank_never_got_is_thrown_away_and_everything_is_owed_again(place: Place) -> None:
    made = makes(place)
    drops(place, made)
    drops(place, made, "once more")
    assert (made.state, made.dropped_because) == (DROPPED, "the bank refused it")
    assert place.money()["payable:G"] == -600
    for act in (is_paid, comes_back):
        with pytest.raises(files.NotUnderWay):
            act(place, made)
    later = makes(place, 600, key="form:later")
    is_paid(place, later)
    with pytest.raises(files.NotUnderWay):
        drops(place, later)
    assert faults(place) == []


def test_the_same_form_is_one_file(place: Place) -> None:
    made = makes(place)
    assert makes(place).id == made.id
    with pytest.raises(files.FileMadeBefore):
        makes(place, 500, key="form:file-600")


def test_what_stands_in_a_file_is_taken_back_there_and_nowhere_else(place: Place) -> None:
    (one,) = queries.lines_of(place.session, file=makes(place))
    with pytest.raises(paid.InAFile):
        paid.take_back(place.session, community=place.community, paid=one.paid, reason="x", actor=COORDINATOR)


def a_weekend(place: Place) -> date:
    day = today(place) + timedelta(days=1)
    while day.weekday() < 5:
        day += timedelta(days=1)
    return day


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        (lambda _place: {"amounts": []}, files.NobodyChosen),
        (lambda place: {"pays_on": today(place) - timedelta(days=1)}, files.DayTooFar),
        (lambda place: {"pays_on": today(place) + timedelta(days=31)}, files.DayTooFar),
        (lambda place: {"pays_on": a_weekend(place)}, files.NotABankDay),
        (lambda place: {"amounts": [(place.receiver, 5)]}, files.AccountGone),
        (lambda place: {"amounts": [(place.giver, 601)]}, paid.LessIsOwedNow),
        (lambda place: {"amounts": [(place.giver, 1)] * 1001}, files.TooManyLines),
        (lambda place: {"amounts": [(place.giver, 10**10)]}, MoreThanFits),
        (lambda place: {"amounts": [(place.giver, 10**10 - 1)] * 101}, MoreThanFits),
    ],
    ids=(
        "nobody",
        "over",
        "too far",
        "a weekend",
        "no account",
        "more than is owed",
        "too many",
        "too much",
        "too much in all",
    ),
)
def test_what_makes_no_file_is_refused(place: Place, said: Any, refusal: type[Refusal]) -> None:
    before = place.money()
    with pytest.raises(refusal), place.session.begin_nested():
        makes(place, **said(place))
    assert place.money() == before
    assert faults(place) == []


@pytest.mark.parametrize(("gone", "whose"), [("018", "ｶﾄﾞﾏ ﾀｽｹｱｲ"), ("058", "Hana")])
def test_a_bank_that_is_in_the_list_no_more_is_told_with_whose_account_it_is(
    place: Place, monkeypatch: pytest.MonkeyPatch, gone: str, whose: str
) -> None:
    def listed(bank_code: str, branch_code: str) -> tuple[str, str]:
        if branch_code == gone:
            raise BranchUnknown(bank=bank_code, code=branch_code)
        return kana_of(bank_code, branch_code)

    monkeypatch.setattr(content, "kana_of", listed)
    with pytest.raises(content.BankGone) as refused, place.session.begin_nested():
        makes(place)
    assert (refused.value.facts["name"], refused.value.facts["branch"]) == (whose, gone)


def test_without_an_account_to_pay_from_there_is_no_file(session: Session) -> None:
    place = a_place(session)
    place.visit()
    accounts.say_account(session, member=place.giver, said=HANA, actor=COORDINATOR)
    with pytest.raises(files.PayingAccountMissing):
        makes(place)


def test_banks_rest_at_weekends_and_at_the_turn_of_the_year() -> None:
    assert queries.next_bank_day(date(2026, 12, 30)) == date(2027, 1, 4)
    assert queries.next_bank_day(date(2026, 12, 25)) == date(2026, 12, 28)
    assert queries.next_bank_day(date(2026, 12, 28)) == date(2026, 12, 29)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"bank_code": "0000"}, BankUnknown),
        ({"bank_code": "990"}, BankUnknown),
        ({"branch_code": "001"}, BranchUnknown),
        ({"number": "12345678", "branch_code": "058"}, accounts.NumberIsNone),
        ({"number": "12a", "branch_code": "058"}, accounts.NumberIsNone),
        ({"number": "", "branch_code": "058"}, accounts.NumberIsNone),
        ({"number": "10530-12345672"}, SignUnknown),
        ({"holder": "山田 花"}, BankCharacters),
        ({"holder": " "}, accounts.HolderMissing),
        ({"holder": "が" * 16}, accounts.HolderTooLong),
    ],
)
def test_what_is_no_account_is_refused(place: Place, said: dict[str, str], refusal: type[Refusal]) -> None:
    known = {"bank_code": "9900", "branch_code": "", "kind": ORDINARY, "number": "10530-12345671"}
    with pytest.raises(refusal):
        accounts.say_account(
            place.session,
            member=place.giver,
            said=accounts.Said(**{**known, "holder": "ﾔﾏﾀﾞ ﾊﾅ", **said}),
            actor=COORDINATOR,
        )
    account = accounts.account_of(place.session, member=place.giver)
    assert account is not None
    assert (account.branch_code, account.number, account.holder) == ("058", "1234567", "ﾔﾏﾀﾞ ﾊﾅ")


def test_an_account_is_forgotten_and_stays_in_files_of_the_past(place: Place) -> None:
    made = makes(place)
    accounts.forget_account(place.session, member=place.giver)
    assert accounts.account_of(place.session, member=place.giver) is None
    (one,) = queries.lines_of(place.session, file=made)
    assert one.line.number == "1234567"


@pytest.mark.parametrize("change", ["amount_minor = 1", "content = NULL", "pays_on = '2020-01-01'"])
def test_a_file_stays_as_it_was_handed_in(place: Place, change: str) -> None:
    made = makes(place)
    with pytest.raises(DatabaseError), place.session.begin_nested():
        place.session.execute(text(f"UPDATE bank_file SET {change}"))
    with pytest.raises(DatabaseError), place.session.begin_nested():
        place.session.execute(text("DELETE FROM bank_file_line"))
    place.session.expire(made)
    assert (made.state, made.amount_minor) == (MADE, 600)


def test_the_proof_names_a_file_whose_state_is_not_that_of_its_lines(place: Place) -> None:
    made = makes(place)
    place.session.execute(
        text("UPDATE bank_file SET state = 'dropped', dropped_because = 'x' WHERE id = :id"), {"id": made.id}
    )
    found = check_banks(place.session)
    assert f"transfer file {made.id}, line 1: it is taken back or not, and the file says otherwise" in found
    assert any("are under way in files" in one for one in found)


def test_two_members_by_one_file(place: Place) -> None:
    other: Member = place.receiver
    place.visit(120, giver=other, receiver=place.giver, key="form:the other way")
    said = accounts.Said(bank_code="0001", branch_code="001", kind=ORDINARY, number="42", holder="たろう")
    accounts.say_account(place.session, member=other, said=said, actor=COORDINATOR)
    made = makes(place, amounts=[(place.giver, 600), (other, 1200)])
    found = read(made.content)
    assert [(one["account"], int(one["amount"])) for one in found.lines] == [
        ("1234567", 600),
        ("0000042", 1200),
    ]
    is_paid(place, made)
    assert place.money()["bank:main"] == -1800
    assert faults(place) == []


def test_an_account_that_was_changed_since_it_was_shown_is_not_paid(place: Place) -> None:
    account = accounts.account_of(place.session, member=place.giver)
    assert account
    seen = f"{place.giver.id}:{queries.mark_of(account)}"
    files.check_accounts(place.session, members=[place.giver], seen=seen)
    said = accounts.Said(bank_code="0001", branch_code="001", kind=ORDINARY, number="42", holder="ﾀﾞﾚｶ")
    accounts.say_account(place.session, member=place.giver, said=said, actor=COORDINATOR)
    with pytest.raises(files.AccountGone, match=place.giver.name):
        files.check_accounts(place.session, members=[place.giver], seen=seen)
    accounts.forget_account(place.session, member=place.giver)
    with pytest.raises(files.AccountGone):
        files.check_accounts(place.session, members=[place.giver], seen=seen)
