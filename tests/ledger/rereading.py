"""A book with everything in it that an export carries, and how two books are compared."""

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.orm import Session

import ledger
from ledger import Account
from ledger import AccountType
from ledger import NewAccount
from ledger.directives import directives
from ledger.export import END
from ledger.names import ROOTS
from ledger.schema import account as account_table
from tests.ledger.builders import ACTOR
from tests.ledger.builders import a_book
from tests.ledger.builders import an_account
from tests.ledger.builders import an_entry
from tests.ledger.builders import of_lines

READER = "person:2/web"


def a_rich_book(session: Session) -> int:
    """Open a book with limits, firm and closed accounts, parts, reversals, waivers and a closed month."""
    ledger.open_commodity(session, "USD", scale=2)
    ledger.open_commodity(session, "時", scale=1)
    book = a_book(session)
    a = an_account(session, book, "m:1", floor=-720, ceiling=5_000)
    part, b, odd = (an_account(session, book, code) for code in ("m:1:part", "m:2", 'it"s\\'))
    hours = an_account(session, book, "m:1", "時", floor=0)
    left = an_account(session, book, "m:2", "時")
    new = [
        NewAccount("cash", "USD", AccountType.ASSET, ceiling=100, firm=True),
        NewAccount("cash", "MIN", AccountType.EQUITY),
        NewAccount("gifts", "USD", AccountType.INCOME),
        NewAccount("costs", "USD", AccountType.EXPENSE),
    ]
    cash, _, gifts, costs = ledger.open_accounts(session, book_id=book, new=new, actor=ACTOR)
    of_march: dict[str, Any] = {"posted_on": date(2026, 3, 31)}
    ledger.post(session, of_lines((a, b, 90), (part, b, 1), (b, a, 5), memo='say "so"; \\n \\', key='k:"\\'))
    wrong = ledger.post(session, of_lines((a, odd, 600), (odd, b, 7), **of_march, memo="", key="form:門真"))
    ledger.post(session, an_entry(cash, gifts, 1_205, kind="gift", posted_on=date(2027, 1, 1)))
    reversed_by: dict[str, Any] = {
        "posted_on": date(2026, 4, 1),
        "key": "form:back",
        "actor": ACTOR,
        "memo": "exchange 1",
    }
    ledger.reverse(session, book_id=book, entry_id=wrong.entry_id, **reversed_by, waive_limits=True)
    ledger.post(session, an_entry(a, b, 5_000, waive_limits=True))
    ledger.post_many(session, [an_entry(left, hours, 3), an_entry(hours, left, 3), an_entry(costs, cash, 5)])
    ledger.close_account(session, left, closed_on=date(2026, 5, 2), actor=ACTOR)
    ledger.set_limits(session, a, floor=-10, ceiling=None, actor=ACTOR)
    ledger.close_month(session, book_id=book, month=date(2026, 3, 1), actor=ACTOR)
    return book


def a_small_book(session: Session) -> int:
    """Open a book with three entries, of which the last reverses the first."""
    ledger.open_commodity(session, "USD", scale=2)
    book = a_book(session)
    a, b = (an_account(session, book, code, floor=-720) for code in ("m:1", "m:2"))
    cash, gifts = (an_account(session, book, code, "USD") for code in ("cash", "gifts"))
    by = {"actor": ACTOR, "memo": "exchange 7"}
    first = ledger.post(session, of_lines((a, b, 90), (cash, gifts, 1_205), key="form:1", **by))
    ledger.post(session, an_entry(b, a, 30, waive_limits=True, key="import:2", posted_on=date(2026, 5, 1)))
    back: dict[str, Any] = {"entry_id": first.entry_id, "posted_on": date(2026, 5, 2), "key": "form:3", **by}
    ledger.reverse(session, book_id=book, **back)
    return book


def written(session: Session, book: int, **named: Any) -> str:
    return "".join(ledger.export_beancount(session, book, **named))


def read(session: Session, lines: Any) -> int:
    return ledger.read_beancount(session, lines, slug=f"again-{uuid4().hex}", actor=READER)


def stated(session: Session, book: int) -> list[tuple[Any, ...]]:
    """Give what holds of a book's accounts."""
    columns = account_table.c
    query = select(columns.code, columns.commodity, columns.type, columns.debits, columns.credits)
    query = query.add_columns(
        columns.version, columns.firm, columns.floor, columns.ceiling, columns.closed_on
    )
    found = session.execute(query.where(columns.book_id == book).order_by(columns.code, columns.commodity))
    return [tuple(row) for row in found]


def lines_of(session: Session, book: int) -> Iterator[tuple[Any, ...]]:
    """Give every line of every statement, by the key of its entry and of what that reverses."""
    query = text("SELECT id, key, actor, limits FROM entry WHERE book_id = :book")
    entries = {row.id: tuple(row[1:]) for row in session.execute(query, {"book": book})}
    columns = account_table.c
    some = select(columns.id, columns.code, columns.commodity, columns.type).where(columns.book_id == book)
    accounts = {row.id: Account(row.id, book, *row[1:]) for row in session.execute(some)}
    for one in sorted(accounts.values(), key=lambda account: (account.code, account.commodity)):
        for line in ledger.statement(session, one, limit=10_000).lines:
            other, reverses = accounts[line.other_account_id], entries.get(line.reverses_id or 0)
            yield (
                *(one.code, one.commodity, other.code, line.version, line.line, line.kind, line.memo),
                *(line.posted_on, line.change, line.balance_after, entries[line.entry_id], reverses),
            )


def assert_same(session: Session, one: int, other: int) -> None:
    """Fail where two books differ in more than ids and moments."""
    assert stated(session, other) == stated(session, one)
    assert list(lines_of(session, other)) == list(lines_of(session, one))
    for on in (None, date(2026, 3, 31), date(2026, 4, 2), date(2026, 12, 31)):
        assert ledger.trial_balance(session, other, on=on) == ledger.trial_balance(session, one, on=on)
    assert ledger.closed_through(session, other) == ledger.closed_through(session, one)
    assert bare(written(session, other)) == bare(written(session, one))


def bare(told: str) -> str:
    """Leave out of an export what no other book can have: its name and moments; entries count from 1."""
    numbers = count(1)
    ids = {entry: str(next(numbers)) for entry in re.findall('^  entry: "(.*)"$', told, re.MULTILINE)}
    told = re.sub(
        '^(  (?:entry|reverses): )"(.*)"$', lambda one: one[1] + ids[one[2]], told, flags=re.MULTILINE
    )
    told = re.sub("^(  (?:hash|recorded): ).*$", r"\1", told, flags=re.MULTILINE)
    return re.sub('^(.* custom "book" |; SHA-256).*$', r"\1", told, flags=re.MULTILINE)


def ended(told: str) -> str:
    """Write the last line of a text anew, as somebody would who changed it and knows how it is made."""
    above = told.rpartition(END)[0]
    return f"{above}{END}{hashlib.sha256(above.encode()).hexdigest()}\n"


def rehashed(told: str) -> str:
    """Write every entry's hash anew, and the last line's, as somebody would who knows how they are made."""
    lines, found = told.splitlines(keepends=True), list(directives(ended(told)))
    slug = next(one.words[0] for one in found if one.kind == "book")
    units = {one.words[0]: one.facts["code"] for one in found if one.kind == "commodity"}
    codes = {one.words[0]: one.facts["code"] for one in found if one.kind == "open"}
    kinds = {root: str(kind) for kind, root in ROOTS.items()}
    for one in found:
        if one.kind != "entry":
            continue
        facts: list[Any] = [
            "entry",
            slug,
            one.facts["entry"],
            one.words[0].split(" ")[0],
            one.day.isoformat(),
        ]
        facts += [one.facts.get(key) for key in ("recorded", "key", "actor", "memo", "reverses", "limits")]
        facts.append(len(one.postings) // 2)
        for number, (debit, credit) in enumerate(zip(one.postings[::2], one.postings[1::2], strict=True), 1):
            facts += [number, units[debit.currency], int(debit.amount.replace(".", ""))]
            for side in (debit, credit):
                facts += [codes[side.account], kinds[side.account.partition(":")[0]]]
        (at,) = [n for n, line in enumerate(lines) if one.facts["hash"] in line and n >= one.line][:1]
        lines[at] = f'  hash: "{ledger.sha256(ledger.spelt(facts)).hex()}"\n'
    return ended("".join(lines))
