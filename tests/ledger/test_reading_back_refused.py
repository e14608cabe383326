"""A file that was broken, cut off or changed is refused, whatever it is, and nothing of it stays."""

import re
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from ledger import ActorRefused
from ledger import FileRefused
from ledger import LedgerError
from ledger import errors
from ledger.directives import directives
from ledger.export import END
from tests.ledger.rereading import a_small_book
from tests.ledger.rereading import assert_same
from tests.ledger.rereading import ended
from tests.ledger.rereading import read
from tests.ledger.rereading import rehashed
from tests.ledger.rereading import written

TABLES = ("book", "account", "account_event", "entry", "transfer", "period_event")


@pytest.fixture
def book(session: Session) -> int:
    return a_small_book(session)


@pytest.fixture
def told(session: Session, book: int) -> str:
    return written(session, book)


def counted(session: Session) -> list[int]:
    return [session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES]


def changed(told: str, old: str, new: str) -> str:
    """Change the first place that a pattern finds."""
    found, places = re.subn(old, new, told, count=1, flags=re.MULTILINE)
    assert places
    assert found != told
    return found


def refused(session: Session, lines: str) -> LedgerError:
    """Give what a file is refused with, and see that nothing of it stays."""
    before = counted(session)
    with pytest.raises(LedgerError) as caught:
        read(session, lines)
    assert counted(session) == before
    assert str(caught.value).isprintable()
    return caught.value


def test_the_changes_of_these_tests_are_what_is_refused(session: Session, book: int, told: str) -> None:
    assert ended(told) == rehashed(told) == told
    assert_same(session, book, read(session, told))


# --- cut off and changed ------------------------------------------------------------------------------------


def test_a_file_that_was_cut_off_is_refused_wherever_that_was(session: Session, told: str) -> None:
    lines = told.splitlines(keepends=True)
    for rows in range(len(lines)):
        with pytest.raises(FileRefused, match=f"line {rows + 1}: the last line is missing"):
            list(directives(lines[:rows]))
    assert isinstance(refused(session, "".join(lines[:-1])), FileRefused)
    assert isinstance(refused(session, told[:-9]), FileRefused)
    assert isinstance(refused(session, ""), FileRefused)


def otherwise(told: str) -> list[tuple[int, str]]:
    """Change each word and each number once, and say where."""
    found = []
    for word in re.finditer(r"[^\W_]+", told):
        at = word.end() - 1
        sign = told[at]
        other = str((int(sign) + 1) % 10) if sign in "0123456789" else "y" if sign == "x" else "x"
        found.append((at, told[:at] + other + told[at + 1 :]))
    return found


def test_a_file_in_which_a_word_or_a_digit_was_changed_is_refused(told: str) -> None:
    changes = otherwise(told)
    assert len(changes) > 200
    for _, lines in changes:
        with pytest.raises(FileRefused):
            list(directives(lines))


def test_what_is_hashed_of_an_entry_and_what_is_held_cannot_be_changed_by_whoever_ends_the_file_anew(
    session: Session, told: str
) -> None:
    first = told.index(" * ") - 10
    # What people call an entry is no fact of it, and the last line is made anew.
    passed = {n for one in re.finditer('^.* "[a-z]+ (.*)"$|^; .*', told, re.MULTILINE) for n in span(one)}
    changes = [(at, lines) for at, lines in otherwise(told) if at >= first and at not in passed]
    assert len(changes) > 100
    for at, lines in changes:
        error = refused(session, ended(lines))
        assert isinstance(error, FileRefused), (error, told[max(0, at - 40) : at + 1])


def span(found: re.Match[str]) -> range:
    return range(*found.span(1 if found[1] else 0))


def test_a_last_line_is_the_last(session: Session, told: str) -> None:
    error = refused(session, f"{told}\n")
    assert isinstance(error, FileRefused)
    assert (error.line_number, error.what) == (told.count("\n") + 1, "something stands below the last line")


def test_a_file_of_its_last_line_alone_says_nothing(session: Session) -> None:
    nothing = f"{END}{sha256().hexdigest()}\n"
    assert list(directives(nothing)) == []
    assert isinstance(refused(session, nothing), FileRefused)


def test_a_file_that_was_changed_is_refused_at_its_last_line(session: Session, told: str) -> None:
    error = refused(session, changed(told, "exchange 7", "exchange 8"))
    assert isinstance(error, FileRefused)
    assert error.line_number == told.count("\n")
    assert error.what == "this is not the hash of the lines above, something was changed"


def test_what_stands_behind_the_last_line_is_counted_as_a_line(session: Session, told: str) -> None:
    error = refused(session, f"{told}x")
    assert isinstance(error, FileRefused)
    assert (error.line_number, error.what) == (told.count("\n") + 1, "something stands below the last line")


def test_a_sentence_shows_the_beginning_of_a_line(session: Session, told: str) -> None:
    error = refused(session, ended(changed(told, r"^.* commodity MIN$", f"2026-04-03 {'x' * 100}")))
    assert isinstance(error, FileRefused)
    assert error.what == f"this is nothing that an export writes: '2026-04-03 {'x' * 49}'"


def test_what_is_no_text_in_utf_8_is_refused(session: Session, told: str, tmp_path: Path) -> None:
    error = refused(session, told.replace("exchange 7", "\udcff", 1))
    assert isinstance(error, FileRefused)
    at = told[: told.index("exchange 7")].count("\n") + 1
    assert (error.line_number, error.what) == (at, "this is not UTF-8")
    path = tmp_path / "book"
    path.write_bytes(told.encode().replace(b"exchange 7", b"\xff", 1))
    with path.open(encoding="utf-8") as lines, pytest.raises(FileRefused, match="line 1: this is not UTF-8"):
        read(session, lines)


def test_whoever_reads_is_somebody(session: Session, told: str) -> None:
    with pytest.raises(ActorRefused):
        ledger.read_beancount(session, told, slug="nobody", actor="")


# --- broken -------------------------------------------------------------------------------------------------

#: What is changed, into what, in which line that is then found, and what is said of it.
BROKEN = [
    (r"^.* custom .*\n", "", "", "begins with one book"),
    (r"^(.* custom .*\n)", r"\1\1", "custom.*\n.*(custom)", "begins with one book"),
    (r"^.* commodity MIN$", "2026-04-03 price MIN", "price", "nothing that an export writes"),
    (r"^.* commodity MIN$", 'option "title" "x"', "option", "nothing that an export writes"),
    (r"^.* commodity MIN$", "2026-13-03 commodity MIN", "-13-", "no such day"),
    (r"^;", '  code: "x"\n;', "  code", "nothing that an export writes here"),
    (r"^(  Liab.*\n)", r'\1  memo: "x"\n', "  memo: .x", "nothing that an export writes here"),
    (r"^(.* balance .*\n)", r"\1  Liabilities:M:1  1 MIN\n", "  Liabilities:M:1  1 ", "here"),
    (r"^(  key: .*\n)", r"\1\1", '  key: "form:1"\n  (key)', "key is said twice"),
    (r"^  key: .*\n", "", r"\*", "lacks: key"),
    (r"^  key: ", "  kex: ", r"\*", "lacks: key"),
    (r"^(  key: .*\n)", r'\1  title: "x"\n', r"\*", "does not say here: title"),
    (
        r"^(.* commodity MIN\n(?:  .*\n)*)",
        r"\1\1",
        "commodity MIN(?=\n.*\n.*\n.* commodity USD)",
        "is there already",
    ),
    (r'code: "USD"', 'code: "MIN"', "commodity USD", "is there already"),
    (r'scale: "2"', 'scale: "10"', "commodity USD", "its scale is none"),
    (r'scale: "2"', 'scale: "²"', "commodity USD", "its scale is none"),
    (
        r"^(.* open .*M:1 MIN\n.*\n)",
        r"\1\1",
        "open .*M:1 MIN\n.*\n  floor",
        "opened twice: 'Liabilities:M:1'",
    ),
    (r"open Liabilities:Cash", "open Box:Cash", "open Box", "does not begin like this: 'Box'"),
    (r"open (\S+) MIN", r"open \1 MIN,EUR", "MIN,EUR", "no such commodity: 'MIN,EUR'"),
    (r"^  floor: ", '  firm: "EUR"\n  floor: ', "open", "firm is no commodity"),
    (r"-720 MIN", "-720", "open", "floor is no list"),
    (r"-720 MIN", "-720 USD", "open", "floor is no list"),
    (r"-720 MIN", "-720  MIN", "open", "floor is no list"),
    (r"-720 MIN", "-720 MIN -7 MIN", "open", "floor is no list"),
    (r"-720 MIN", "-720.0 MIN", "open", "amount of MIN is not written like this: '-720.0'"),
    (r"-720 MIN", "some MIN", "open", "not written like this: 'some'"),
    (r"floor: .*", 'closed: "2026-02-30 MIN"', "open", "no such day"),
    (r"floor: .*", 'closed: "20260403 MIN"', "open", "not written like this: '20260403'"),
    (r"^  Liab.*-90 MIN\n", "", r"\*", "one of them is missing"),
    (r"M:2  -90 MIN", "M:3  -90 MIN", "M:3", "no such account is open: 'Liabilities:M:3'"),
    (r"M:2  -90 MIN", "M:2  -90 USD", "-90", "no such account is open"),
    (r"-90 MIN", "-91 MIN", "-91", "not what is debited"),
    (r"-12.05 USD", "-12.5 USD", "-12.5", "amount of USD is not written like this: '-12.5'"),
    (r"90 MIN", "090 MIN", "090 MIN", "not written like this: '090'"),
    (r"90 MIN", f"{'9' * 41} MIN", "9999 MIN", "nothing that an export writes"),
    (r"90 MIN", "９０ MIN", "９０", "nothing that an export writes"),
    (r"hash: \"", 'hash: "0', r"\*", "is not what its hash says"),
    (r"entry: \"", 'entry: "１', r"\*", "has no such number"),
    (r"entry: \"", f'entry: "{"1" * 19}', r"\*", "has no such number"),
    (r'reverses: "', 'reverses: "-', "reversal", "has no such number"),
    (r'^(\n.*"reversal .*\n(?:  .*\n)+)(\n.*\n)', r"\2\1", '"reversal', "entry does not stand here"),
    (
        r"^(.*) balance",
        '\\1 open Assets:A MIN\n  code: "a"\n\\1 balance',
        "Assets:A",
        "open does not stand here",
    ),
    (r"(balance .*  )-?90", r"\g<1>91", "91 ~", "M:1 holds 90 MIN then, not 91"),
    (r"(balance .*  )90 ~ 0 MIN", r"\g<1>90 ~ 0 EUR", "EUR", "balance does not stand here"),
    (r"-01 balance", "-02 balance", "-02 balance", "does not stand here"),
    (r"2026-06-01 balance", "2026-07-01 balance", "2026-07-01 balance", "balance does not stand here"),
    (r"^.*-01 balance .*M:2 .*\n", "", "2026-06-01 balance", "balance does not stand here"),
    (r"^(2026-06.*M:2.*\n)", r"\1\1", "(2026-06.*M:2.*)\n;", "balance does not stand here"),
    (r"^2026-06-01 balance .*M:2.*\n", "", r"M:2  90 MIN(?=\n  Liabilities:M:1)", "is not in the file"),
    (r"^\n2026-06(?:.*\n)+?(?=;)", "", r"M:2  90 MIN(?=\n  Liabilities:M:1)", "is not in the file"),
    (r"balance \S+", "balance Liabilities:Nobody", "Nobody", "does not stand here"),
    (r"^(.* custom .*)$", r'\1\n  closed: "2026-04-29"', "custom", "no month ends on 2026-04-29"),
    (r"^(.* custom .*)$", r'\1\n  closed: "2026-02-30"', "custom", "no such day"),
]


@pytest.mark.parametrize(("old", "new", "where", "what"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_line_is_named(
    session: Session, told: str, old: str, new: str, where: str, what: str
) -> None:
    broken = ended(changed(told, old, new))
    error = refused(session, broken)
    assert isinstance(error, FileRefused)
    assert what in error.what
    found = re.search(where, broken)
    assert found
    at = found.start(1) if found.groups() else found.start()
    assert error.line_number == broken[:at].count("\n") + 1


#: What somebody could write who makes every hash anew.
FORGED = [
    (r'entry: ".*"', 'entry: "999999"', FileRefused, "does not stand here"),
    (r'limits: "waived"', 'limits: "none"', FileRefused, "nothing is known of such limits: 'none'"),
    (r"^  reverses: .*\n", "", FileRefused, "a reversal names what it reverses"),
    (r'"reversal ', '"exchange ', FileRefused, "a reversal names what it reverses"),
    (r'reverses: ".*"', 'reverses: "0"', FileRefused, "no entry 0 above"),
    (r'reverses: ".*"', 'reverses: "999999"', FileRefused, "no entry 999999 above"),
    (r"M:2  90 MIN\n(.*)-90", r"M:2  91 MIN\n\1-91", FileRefused, "is not the mirror image of entry"),
    (r"import:2", "form:1", errors.KeyReused, "was used for entry"),
    (r"90 MIN\n(.*)  -90", r"0 MIN\n\1  0", errors.AmountNotPositive, "above zero"),
    (r"90 MIN\n(.*)  -90", r"9007199254740992 MIN\n\1  -9007199254740992", errors.AmountTooLarge, "at most"),
    (r"M:2  -90", "M:1  -90", errors.SameAccount, "m:1 twice"),
    (r'"import ', '"exchange ', errors.PromiseBroken, "limits are waived|entry out of form"),
    (r'"import ', '"Import ', errors.KindRefused, "'Import'"),
    (r'key: "form:1"', 'key: ""', errors.KeyRefused, "1 to 300"),
    (r'actor: ".*"', 'actor: "\0"', errors.ActorRefused, "an actor"),
    (r'memo: ".*"', r'memo: "\\n"', errors.MemoRefused, "a memo"),
    (r"^((?:  Liab.*\n){4})", "", errors.EntryWithoutTransfer, "at least one"),
    (r'code: "m:1"', 'code: "m 1"', errors.CodeRefused, "a code"),
    (r'code: "m:1"', 'code: "m:2"', errors.AccountExists, "m:2"),
    (r"-720 MIN", "-9007199254740992 MIN", errors.LimitsRefused, "limits are"),
    (r"floor: .*", 'closed: "2026-04-03 MIN"', errors.AccountNotEmpty, "m:1 holds 30"),
]


@pytest.mark.parametrize(("old", "new", "kind", "what"), FORGED, ids=range(len(FORGED)))
def test_who_makes_every_hash_anew_is_refused_what_the_ledger_refuses(
    session: Session, told: str, old: str, new: str, kind: type[LedgerError], what: str
) -> None:
    error = refused(session, rehashed(changed(told, old, new)))
    assert type(error) is kind
    assert re.search(what, str(error))
    if isinstance(error, FileRefused):
        # Where an entry begins.
        assert " * " in told.splitlines()[error.line_number - 1]


#: What is changed, and the whole sentence that is then said.
SAID = [
    (r"-01 balance", "-02 balance", "this balance does not stand here in an export"),
    (r"balance \S+", "balance Liabilities:Nobody", "this balance does not stand here in an export"),
    (
        r"^2026-06-01 balance .*M:2.*\n",
        "",
        "what this account held when the month was over is not in the file",
    ),
    (r"^  Liab.*-90 MIN\n", "", "a line of an entry has two postings, and one of them is missing"),
    (r"-90 MIN", "-91 MIN", "what is credited is not what is debited in the line above"),
    (r"^  reverses: .*\n", "", "a reversal names what it reverses, and nothing else does"),
    (r"^  floor: ", '  firm: "EUR"\n  floor: ', "firm is no commodity of this account"),
]


@pytest.mark.parametrize(("old", "new", "said"), SAID, ids=range(len(SAID)))
def test_what_is_wrong_is_said_in_a_sentence(
    session: Session, told: str, old: str, new: str, said: str
) -> None:
    broken = changed(told, old, new)
    error = refused(session, rehashed(broken) if "reverses" in old else ended(broken))
    assert isinstance(error, FileRefused)
    assert error.what == said


def test_no_two_entries_have_one_number(session: Session, told: str) -> None:
    first, second = re.findall('^  entry: "(.*)"$', told, re.MULTILINE)[:2]
    error = refused(session, rehashed(told.replace(f'entry: "{second}"', f'entry: "{first}"')))
    assert isinstance(error, FileRefused)
    assert error.what == f"entry {first} does not stand here in an export"


def test_a_number_may_have_as_many_digits_as_a_database_counts(
    session: Session, book: int, told: str
) -> None:
    last = re.findall('^  entry: "(.*)"$', told, re.MULTILINE)[-1]
    read(session, rehashed(told.replace(f'entry: "{last}"', f'entry: "{"9" * 18}"')))


def test_a_balance_without_an_entry_is_refused(session: Session, told: str) -> None:
    none = re.sub(r"^\n.* \* .*\n(?:  .*\n)+", "", told, flags=re.MULTILINE)
    error = refused(session, ended(none))
    assert isinstance(error, FileRefused)
    assert error.what == "this balance does not stand here in an export"


@pytest.mark.parametrize("which", [0, 2])
def test_an_entry_that_comes_a_second_time_is_refused(session: Session, told: str, which: int) -> None:
    entry = re.findall(r"^\n.* \* .*\n(?:  .*\n)+", told, re.MULTILINE)[which]
    again = re.sub('entry: ".*"', 'entry: "999999"', entry)
    error = refused(
        session, rehashed(told.replace("\n2026-05-01 balance", f"{again}\n2026-05-01 balance", 1))
    )
    assert isinstance(error, FileRefused)
    assert ("the key was used before: 'form:1'", "not the mirror image")[which // 2] in error.what
    assert error.line_number > 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_file_whatever_raises_anything_but_refusals(
    session: Session, told: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(told)))
    length = data.draw(st.integers(0, 12))
    new = data.draw(
        st.text(max_size=6) | st.sampled_from(['"', "\\", "  ", "\n", "-", "0", "99999", "MIN", "USD"])
    )
    broken = told[:start] + new + told[start + length :]
    before = counted(session)
    try:
        with session.begin_nested():
            read(session, ended(broken) if data.draw(st.booleans()) else broken)
    except LedgerError:
        assert counted(session) == before
