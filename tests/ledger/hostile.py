"""Statements that somebody with SQL at hand might try on the books, by what they try.

Names in braces stand for ids of the field that tests/ledger/test_promises.py prepares: accounts {a} {b}
{c} in {book} count MIN, {yen} counts JPY, {closed} is closed, {fund} is firm and empty, {x} is in {other};
entry {one} moved 30 from a to b and {back} reversed it, {three} has three lines, {free} moved 10.
The book's February 2026 is closed. Its first four entries are under its one seal, {new} is under none.
"""

import re
from collections.abc import Callable

Statements = list[str]

#: What was not there yet gets this id.
NEW = "7000000"
MOMENT = "'2999-01-01T00:00:00.000000Z'"
TABLES = (
    *("commodity", "book", "period_event", "account", "account_event", "entry", "transfer", "snapshot"),
    *("seal", "seal_leaf"),
)
SOME_COLUMN = {
    "commodity": "scale",
    "book": "slug",
    "period_event": "reason",
    "snapshot": "month",
    "seal": "leaves",
    "seal_leaf": "position",
    "account": "code",
    "account_event": "reason",
    "entry": "memo",
    "transfer": "amount",
}


def insert(table: str, values: dict[str, str], verb: str = "INSERT", conflict: str = "") -> str:
    """Write an INSERT of one row; ids of one's own choice are taken on PostgreSQL too."""
    return (
        f"{verb} INTO {table} ({', '.join(values)}) {{over}} VALUES ({', '.join(values.values())}) {conflict}"
    )


def entry(verb: str = "INSERT", conflict: str = "", **changed: str) -> str:
    """Write an INSERT of an entry that would be in order, but for what is changed."""
    values = {
        "id": "7000000",
        "book_id": "{book}",
        "kind": "'exchange'",
        "posted_on": "'2026-04-03'",
        "recorded_at": MOMENT,
        "key": "'hostile'",
        "fingerprint": "{blob}",
        "actor": "'mallory'",
        "last_line": "1",
    }
    return insert("entry", {**values, **changed}, verb, conflict)


def transfer(
    verb: str = "INSERT",
    conflict: str = "",
    debit: str = "{a}",
    credit: str = "{b}",
    amount: str = "5",
    **changed: str,
) -> str:
    """Write an INSERT of a transfer that would be in order, but for what is changed."""
    values = {
        "entry_id": "7000000",
        "line": "1",
        "book_id": "{book}",
        "commodity": "'MIN'",
        "debit_account_id": debit,
        "credit_account_id": credit,
        "amount": amount,
        "moved_at": MOMENT,
        "debit_version": f"(SELECT version + 1 FROM account WHERE id = {debit})",
        "credit_version": f"(SELECT version + 1 FROM account WHERE id = {credit})",
        "debit_balance_after": f"(SELECT credits - debits - ({amount}) FROM account WHERE id = {debit})",
        "credit_balance_after": f"(SELECT credits - debits + ({amount}) FROM account WHERE id = {credit})",
    }
    return insert("transfer", {**values, **changed}, verb, conflict).replace("{over}", "")


def account(verb: str = "INSERT", conflict: str = "", **changed: str) -> str:
    """Write an INSERT of an account that would be in order, but for what is changed."""
    values = {
        "id": "7000000",
        "book_id": "{book}",
        "code": "'m'",
        "commodity": "'MIN'",
        "type": "'asset'",
        "firm": "{no}",
    }
    return insert("account", {**values, **changed}, verb, conflict)


def event(verb: str = "INSERT", conflict: str = "", of: str = "7000000", **changed: str) -> str:
    """Write an INSERT of an account's event that would be in order, but for what is changed."""
    values = {"account_id": of, "version": "1", "kind": "'open'", "recorded_at": MOMENT, "actor": "'mallory'"}
    return insert("account_event", {**values, **changed}, verb, conflict).replace("{over}", "")


def period(verb: str = "INSERT", conflict: str = "", **changed: str) -> str:
    """Write an INSERT of a book's closing of March that would be in order, but for what is changed."""
    values = {
        "book_id": "{book}",
        "version": "2",
        "kind": "'close'",
        "closed_through": "'2026-03-31'",
        "recorded_at": MOMENT,
        "actor": "'mallory'",
    }
    return insert("period_event", {**values, **changed}, verb, conflict).replace("{over}", "")


def seal(verb: str = "INSERT", conflict: str = "", **changed: str) -> str:
    """Write an INSERT of the book's second seal, in order but for its hashes and what is changed."""
    values = {
        "book_id": "{book}",
        "number": "2",
        "previous": "(SELECT hash FROM seal WHERE book_id = {book} AND number = 1)",
        "root": "{hash}",
        "leaves": "1",
        "sealed_at": MOMENT,
        "hash": "{hash}",
    }
    return insert("seal", {**values, **changed}, verb, conflict).replace("{over}", "")


def leaf(verb: str = "INSERT", conflict: str = "", **changed: str) -> str:
    """Write an INSERT of that seal's leaf, in order but for its hash and what is changed."""
    values = {
        "book_id": "{book}",
        "number": "2",
        "position": "1",
        "entry_id": "{new}",
        "salt": "{salt}",
        "hash": "{hash}",
    }
    return insert("seal_leaf", {**values, **changed}, verb, conflict).replace("{over}", "")


_INSERT = re.compile(r"INSERT INTO (\w+) \((.*?)\)  *(?:\{over\} )?VALUES \((.*?)\) ?((?:ON .*)?)")
#: What only the tables' owner can bring on PostgreSQL, as the builders above write it.
_OWNERS = {"id": NEW, "recorded_at": MOMENT, "moved_at": MOMENT}
_COMPUTED = ("debit_version", "credit_version", "debit_balance_after", "credit_balance_after")


def as_program(statement: str) -> str:
    """Write a statement as a role would that may bring no ids, moments, versions or balances.

    What an attempt brings on purpose stays in it.
    """
    match = _INSERT.fullmatch(statement)
    if match is None:
        return statement
    table, names, given, conflict = match.groups()
    values = dict(zip(names.split(", "), given.split(", "), strict=True))
    for name in list(values):
        if table == "account" and name == "moved_at":
            continue
        if values[name] == _OWNERS.get(name) or (name in _COMPUTED and values[name].startswith("(SELECT ")):
            del values[name]
    for name, other in (("entry_id", "entry"), ("account_id", "account")):
        if values.get(name) == NEW:
            values[name] = f"(SELECT max(id) FROM {other})"
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())}) {conflict}"


#: What is in order, on both engines: if these were refused, the refusals below would prove nothing.
IN_ORDER: dict[str, Statements] = {
    "an entry": [entry(), transfer()],
    "two lines": [entry(last_line="2"), transfer(), transfer(line="2", credit="{c}")],
    "a reversal": [
        entry(kind="'reversal'", reverses_id="{free}"),
        transfer(debit="{c}", credit="{b}", amount="10"),
    ],
    "waived limits": [entry(kind="'import'", limits="'waived'"), transfer(amount="5000")],
    "an account": [account(), event()],
    "limits": [event(of="{a}", version="2", kind="'limit'", floor="-5", ceiling="5000")],
    "a month closed": [period()],
    "a month reopened": [period(kind="'reopen'", closed_through="'2026-01-31'", reason="'a slip was found'")],
    "a closing": [event(of="{fund}", version="2", kind="'close'", floor="0", closed_on="'2026-04-03'")],
}

#: What is there already, with a clause that says what to do about it.
AGAIN: dict[str, Callable[[str], str]] = {
    "commodity": lambda clause: f"INSERT INTO commodity (code, scale) VALUES ('MIN', 2) {clause}",
    "book": lambda clause: insert("book", {"id": "{book}", "slug": "'z'"}, conflict=clause),
    "period_event": lambda clause: period(version="1", conflict=clause),
    "account": lambda clause: account(id="{a}", conflict=clause),
    "account_event": lambda clause: event(of="{a}", conflict=clause),
    "entry": lambda clause: entry(key="'one'", conflict=clause),
    "transfer": lambda clause: transfer(entry_id="{free}", conflict=clause),
    "seal": lambda clause: seal(number="1", conflict=clause),
    "seal_leaf": lambda clause: leaf(number="1", conflict=clause),
}
CHANGED = {
    "commodity": "ON CONFLICT (code) DO UPDATE SET scale = 2",
    "book": "ON CONFLICT (id) DO UPDATE SET slug = 'z'",
    "period_event": "ON CONFLICT (book_id, version) DO UPDATE SET reason = 'z'",
    "account": "ON CONFLICT (id) DO UPDATE SET code = 'z'",
    "account_event": "ON CONFLICT (account_id, version) DO UPDATE SET floor = -5000",
    "entry": "ON CONFLICT (book_id, key) DO UPDATE SET posted_on = '2020-01-01'",
    "transfer": "ON CONFLICT (entry_id, line) DO UPDATE SET amount = 1",
    "seal": "ON CONFLICT (book_id, number) DO UPDATE SET leaves = 1",
    "seal_leaf": "ON CONFLICT (book_id, number, position) DO UPDATE SET words = NULL",
}
_REVERSAL = entry(kind="'reversal'", reverses_id="{free}")

ON_BOTH: dict[str, Statements] = {
    **{f"change {table}": [f"UPDATE {table} SET {some} = {some}"] for table, some in SOME_COLUMN.items()},
    **{f"empty {table}": [f"DELETE FROM {table}"] for table in TABLES},
    **{
        f"change an account's {column}": [f"UPDATE account SET {column} = {value} WHERE id = {{a}}"]
        for column, value in {
            "id": "7000000",
            "book_id": "{other}",
            "code": "'z'",
            "commodity": "'JPY'",
            "type": "'income'",
            "firm": "{yes}",
            "first_event": "1",
        }.items()
    },
    # Accounts
    **{
        f"an account born with {column}": [account(**{column: value}), event()]
        for column, value in {
            "debits": "5",
            "credits": "5",
            "version": "1",
            "events": "1",
            "floor": "-5",
            "ceiling": "5",
            "closed_on": "'2026-04-03'",
            "moved_at": MOMENT,
            "first_event": "2",
        }.items()
    },
    "an account without an event": [account()],
    "an account of no book": [account(book_id="999"), event()],
    "an account in no commodity": [account(commodity="'NONE'"), event()],
    "an account of no type": [account(type="'wish'"), event()],
    "an account without a code": [account(code="''"), event()],
    "an account's code again": [account(code="'a'"), event()],
    # Events
    "an event of no account": [event()],
    "an account opened twice": [event(of="{a}")],
    "an account opened at its second event": [event(of="{a}", version="2")],
    "an event that comes too early": [event(of="{a}", version="3", kind="'limit'")],
    "an event that came before": [event(of="{a}", version="0", kind="'limit'")],
    "an event of no kind": [event(of="{a}", version="2", kind="'wish'")],
    "an event that nobody did": [event(of="{a}", version="2", kind="'limit'", actor="''")],
    "a limit that closes": [event(of="{a}", version="2", kind="'limit'", closed_on="'2026-04-03'")],
    "a closing without a day": [event(of="{fund}", version="2", kind="'close'", floor="0")],
    "a closing that changes limits": [
        event(of="{fund}", version="2", kind="'close'", closed_on="'2026-04-03'"),
    ],
    "a closing of what is not empty": [
        event(of="{c}", version="2", kind="'close'", floor="-1000", ceiling="1000", closed_on="'2026-04-03'")
    ],
    "a limit of a closed account": [event(of="{closed}", version="3", kind="'limit'")],
    "a reopening of an open account": [event(of="{fund}", version="2", kind="'reopen'", floor="0")],
    "a floor above the ceiling": [event(of="{a}", version="2", kind="'limit'", floor="5", ceiling="4")],
    # Entries
    "an entry without a transfer": [entry()],
    "an entry of no lines": [entry(last_line="0")],
    "an entry with fewer lines than it says": [entry(last_line="2"), transfer()],
    "an entry in no book": [entry(book_id="999"), transfer(book_id="999")],
    "an entry that nobody did": [entry(actor="''"), transfer()],
    "an entry without a key": [entry(key="''"), transfer()],
    "an entry of no kind": [entry(kind="''"), transfer()],
    "an entry on no day": [entry(posted_on="'2026-02-30'"), transfer()],
    "an entry on some day": [entry(posted_on="'someday'"), transfer()],
    "an entry recorded at some time": [entry(recorded_at="'noon'"), transfer()],
    "an event at some time": [event(of="{a}", version="2", kind="'limit'", recorded_at="'noon'")],
    "a closing on no day": [
        event(of="{fund}", version="2", kind="'close'", floor="0", closed_on="'2026-02-30'"),
    ],
    "an entry's key again": [entry(key="'one'"), transfer()],
    "an entry's id again": [entry(id="{free}"), transfer(entry_id="{free}", line="2")],
    "limits that an exchange waives": [entry(limits="'waived'"), transfer()],
    "limits that are something else": [entry(kind="'import'", limits="'no'"), transfer()],
    # Months
    "an entry in a closed month": [entry(posted_on="'2026-02-28'"), transfer()],
    "an entry long before a closed month": [entry(posted_on="'1999-01-01'"), transfer()],
    "a month again": [period(closed_through="'2026-02-28'")],
    "a month left out": [period(closed_through="'2026-04-30'")],
    "a part of a month": [period(closed_through="'2026-03-30'")],
    "a month of no days": [period(closed_through="'2026-02-30'")],
    "a month closed at the first event": [period(version="1")],
    "a month closed at the third event": [period(version="3")],
    "a month of no book": [period(book_id="999", version="1")],
    "a month treated in no way": [period(kind="'wish'")],
    "a month that nobody closed": [period(actor="''")],
    "a month reopened for no reason": [period(kind="'reopen'", closed_through="'2026-01-31'")],
    "two months reopened": [period(kind="'reopen'", closed_through="'2025-12-31'", reason="'x'")],
    "a month reopened that is open": [period(kind="'reopen'", closed_through="'2026-02-28'", reason="'x'")],
    "a book born closed": ["INSERT INTO book (slug, closed_through) VALUES ('z', '2026-03-31')"],
    "a book born with totals": ["INSERT INTO book (slug, snapshot_through) VALUES ('z', '2026-03-31')"],
    "a book born with events": ["INSERT INTO book (slug, events) VALUES ('z', 1)"],
    "a month opened by hand": ["UPDATE book SET closed_through = NULL WHERE id = {book}"],
    "an event forgotten": ["UPDATE book SET events = events - 1 WHERE id = {book}"],
    "totals no longer kept": ["UPDATE book SET snapshot_through = NULL WHERE id = {book}"],
    # Lines
    "a late line": [transfer(entry_id="{free}", line="2")],
    "a line again": [transfer(entry_id="{free}")],
    "a line before the first": [transfer(entry_id="{free}", line="0")],
    "a gap between lines": [entry(last_line="3"), transfer(), transfer(line="3")],
    "lines that begin at the second": [entry(last_line="2"), transfer(line="2")],
    "lines in turned order": [entry(last_line="2"), transfer(line="2"), transfer(line="1")],
    "a line behind the last": [entry(), transfer(), transfer(line="2")],
    "a transfer of no entry": [transfer()],
    "a transfer of another book's entry": [entry(book_id="{other}"), transfer()],
    "a transfer in another book": [entry(), transfer(book_id="{other}")],
    "a transfer to another book": [entry(), transfer(credit="{x}")],
    "a transfer from another book": [entry(), transfer(debit="{x}")],
    "a transfer in another commodity": [entry(), transfer(commodity="'JPY'")],
    "a transfer between commodities": [entry(), transfer(credit="{yen}")],
    "a transfer to nobody": [entry(), transfer(credit="999")],
    "a transfer from nobody": [entry(), transfer(debit="999")],
    "a transfer to oneself": [entry(), transfer(credit="{a}")],
    **{
        f"an amount of {amount}": [entry(), transfer(amount=amount)]
        for amount in ("0", "-5", "NULL", "9007199254740992", "9223372036854775807", "'abc'", "'1.5'")
    },
    "a transfer below the floor": [entry(), transfer(amount="5000")],
    "a transfer above the ceiling": [entry(), transfer(debit="{b}", credit="{c}", amount="995")],
    "a firm account's floor waived": [entry(kind="'import'", limits="'waived'"), transfer(debit="{fund}")],
    "a transfer to a closed account": [entry(), transfer(credit="{closed}")],
    "a transfer from a closed account": [entry(), transfer(debit="{closed}")],
    # Reversals
    "a second reversal": [
        entry(kind="'reversal'", reverses_id="{one}"),
        transfer(debit="{b}", credit="{a}", amount="30"),
    ],
    "a reversal of a reversal": [
        entry(kind="'reversal'", reverses_id="{back}"),
        transfer(amount="30"),
    ],
    "a reversal of nothing": [entry(kind="'reversal'", reverses_id="999"), transfer()],
    "a reversal that names no entry": [entry(kind="'reversal'"), transfer()],
    "a reversal that is not called one": [
        entry(reverses_id="{free}"),
        transfer(debit="{c}", credit="{b}", amount="10"),
    ],
    "a reversal the same way round": [_REVERSAL, transfer(debit="{b}", credit="{c}", amount="10")],
    "a reversal of another amount": [_REVERSAL, transfer(debit="{c}", credit="{b}", amount="9")],
    "a reversal of other accounts": [_REVERSAL, transfer(debit="{c}", credit="{a}", amount="10")],
    "a reversal of fewer lines": [
        entry(kind="'reversal'", reverses_id="{three}"),
        transfer(debit="{b}", credit="{a}", amount="1"),
    ],
    "a reversal from another book": [
        entry(book_id="{other}", kind="'reversal'", reverses_id="{free}"),
        transfer(debit="{c}", credit="{b}", amount="10"),
    ],
    # Seals
    "a seal's number again": [seal(number="1"), leaf(number="1")],
    "a seal left out": [seal(number="3"), leaf(number="3")],
    "a second seal after none": [seal(previous="{nothing}"), leaf()],
    "a seal that follows no other": [seal(previous="{hash}"), leaf()],
    "a seal over nothing": [seal(leaves="0")],
    "a seal without its leaf": [seal()],
    "a seal with fewer leaves than it says": [seal(leaves="2"), leaf()],
    "a seal with more leaves than it says": [seal(), leaf(), leaf(position="2", entry_id="{free}")],
    "a seal that begins at the second leaf": [seal(leaves="2"), leaf(position="2")],
    "a seal of no book": [seal(book_id="999", number="1", previous="{nothing}"), leaf(book_id="999")],
    "a seal at some time": [seal(sealed_at="'noon'"), leaf()],
    "a seal with a short hash": [seal(root="{salt}"), leaf()],
    "a leaf of no seal": [leaf(number="7")],
    "a late leaf": [leaf(number="1", position="5")],
    "a leaf of what is sealed": [seal(), leaf(entry_id="{one}")],
    "a leaf of no entry": [seal(), leaf(entry_id="999")],
    "a leaf of another book's entry": [seal(), leaf(entry_id="{theirs}")],
    "a leaf with a short salt": [seal(), leaf(salt="{blob}")],
    "a leaf with short words": [seal(), leaf(words="{blob}")],
    # Conflicts
    **{
        f"{what} again, and {conflict} where it is there": [again(clause)]
        for what, again in AGAIN.items()
        for conflict, clause in (("nothing", "ON CONFLICT DO NOTHING"), ("changed", CHANGED[what]))
    },
    "a line, and again where it is there": [
        entry(last_line="2"),
        transfer(),
        transfer(conflict="ON CONFLICT DO NOTHING"),
    ],
}
