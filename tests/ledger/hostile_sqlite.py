"""Statements that somebody might try on the books who knows SQLite well; see tests/ledger/hostile.py."""

from tests.ledger.hostile import MOMENT
from tests.ledger.hostile import Statements
from tests.ledger.hostile import account
from tests.ledger.hostile import entry
from tests.ledger.hostile import event
from tests.ledger.hostile import insert
from tests.ledger.hostile import leaf
from tests.ledger.hostile import seal
from tests.ledger.hostile import transfer

ON_SQLITE: dict[str, Statements] = {
    **{
        f"an account's {column} by hand": [f"UPDATE account SET {column} = {value} WHERE id = {{a}}"]
        for column, value in {
            "debits": "debits + 5",
            "credits": "0",
            "version": "version + 1",
            "moved_at": MOMENT,
            "floor": "-5000",
            "ceiling": "NULL",
            "closed_on": "'2026-04-03'",
            "events": "events + 1",
        }.items()
    },
    "totals as another transfer moved them": [
        "UPDATE account SET debits = debits + 30, version = 1 WHERE id = {a}"
    ],
    "limits with a count of events": ["UPDATE account SET floor = -5000, events = events + 1 WHERE id = {a}"],
    **{
        f"{verb} {table}": [again.replace("INSERT", f"INSERT OR {verb}")]
        for verb in ("REPLACE", "IGNORE", "FAIL", "ROLLBACK")
        for table, again in {
            "commodity": insert("commodity", {"code": "'MIN'", "scale": "2"}),
            "book": insert("book", {"id": "{book}", "slug": "'z'"}),
            "book's slug": insert("book", {"slug": "'ours'"}),
            "account": account(id="{a}"),
            "account's code": account(code="'a'"),
            "account_event": event(of="{a}"),
            "entry": entry(id="{free}"),
            "entry's key": entry(key="'one'"),
            "transfer": transfer(entry_id="{free}"),
            "seal": seal(number="1"),
            "seal after the same": seal(previous="{nothing}"),
            "leaf": leaf(number="1"),
            "leaf of a sealed entry": leaf(number="1", position="5", entry_id="{one}"),
        }.items()
    },
    **{
        f"{verb} a transfer of {what}": [entry(), transfer(verb=f"INSERT OR {verb}", **changed)]
        for verb in ("REPLACE", "IGNORE")
        for what, changed in {
            "nothing": {"amount": "0"},
            "too much": {"amount": "9007199254740992"},
            "text": {"amount": "'abc'"},
            "a half": {"amount": "1.5"},
            "an old version": {"debit_version": "1"},
            "a version to come": {"credit_version": "99"},
            "another balance": {"debit_balance_after": "0"},
            "another balance there": {"credit_balance_after": "0"},
            "an earlier moment": {"moved_at": "'2001-01-01T00:00:00.000000Z'"},
            "no moment": {"moved_at": "NULL"},
            "no time": {"moved_at": "'noon'"},
            "no day": {"moved_at": "'2999-02-30T00:00:00.000000Z'"},
            "a time of another width": {"moved_at": "'2999-01-01T00:00:00Z'"},
        }.items()
    },
    "IGNORE a second reversal": [
        entry(verb="INSERT OR IGNORE", kind="'reversal'", reverses_id="{one}"),
        transfer(debit="{b}", credit="{a}", amount="30"),
    ],
    **{
        f"{verb} what is there": [f"UPDATE OR {verb} {table} SET {change}"]
        for verb, table, change in (
            ("REPLACE", "account", "id = {b} WHERE id = {a}"),
            ("IGNORE", "transfer", "amount = amount + 1"),
            ("FAIL", "entry", "key = 'z' || key"),
        )
    },
    "a half of an amount": [entry(), transfer(amount="1.5")],
    "a blob for an amount": [entry(), transfer(amount="X'05'")],
    "an amount with checks off": ["PRAGMA ignore_check_constraints = ON", entry(), transfer(amount="-5")],
    "a transfer before its entry": ["PRAGMA defer_foreign_keys = ON", transfer(), entry()],
    "a transfer to nobody, later": ["PRAGMA defer_foreign_keys = ON", entry(), transfer(credit="999")],
    "a row that a trigger of one's own drops": [
        "CREATE TEMP TRIGGER mine BEFORE INSERT ON transfer BEGIN SELECT RAISE(IGNORE); END",
        entry(),
        transfer(),
    ],
    "totals that a trigger of one's own holds": [
        "CREATE TEMP TRIGGER mine BEFORE UPDATE ON account BEGIN SELECT RAISE(IGNORE); END",
        entry(),
        transfer(),
    ],
    "limits that a trigger of one's own holds": [
        "CREATE TEMP TRIGGER mine BEFORE UPDATE ON account BEGIN SELECT RAISE(IGNORE); END",
        event(of="{a}", version="2", kind="'limit'"),
    ],
    "totals that a trigger of one's own moves": [
        "CREATE TEMP TRIGGER mine AFTER INSERT ON transfer BEGIN UPDATE account SET credits = 5; END",
        entry(),
        transfer(),
    ],
}
