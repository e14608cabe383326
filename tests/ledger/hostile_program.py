"""Statements that the program's own role on PostgreSQL might try, and must not; see tests/ledger/hostile.py.

The role may read everything and insert what tests/ledger/hostile.py inserts; it owns nothing.
"""

from tests.ledger.hostile import MOMENT
from tests.ledger.hostile import TABLES
from tests.ledger.hostile import Statements
from tests.ledger.hostile import account
from tests.ledger.hostile import as_program
from tests.ledger.hostile import entry
from tests.ledger.hostile import event
from tests.ledger.hostile import leaf
from tests.ledger.hostile import period
from tests.ledger.hostile import seal
from tests.ledger.hostile import transfer

_BROUGHT = {
    "moved_at": MOMENT,
    "debit_version": "99",
    "credit_version": "99",
    "debit_balance_after": "0",
    "credit_balance_after": "0",
}
_LONG_AGO = "'2001-01-01T00:00:00Z'"
_EMPTY = {"debits": "0", "credits": "5", "version": "0", "floor": "NULL", "moved_at": "NULL"}
_ACCOUNT = (
    "INSERT INTO account (book_id, code, commodity, type, firm, {0}) "
    "VALUES ({{book}}, 'm', 'MIN', 'asset', false, {1})"
)
_DO_NOTHING = "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.amount := 1; RETURN NEW; END'"
_RAISE_TOTALS = (
    "RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN UPDATE public.account SET credits = credits + 500; RETURN NEW; END'"
)
_ON_CONFLICT = "ON CONFLICT (key, book_id) DO UPDATE SET memo = 'x'"


def _each(form: str) -> dict[str, Statements]:
    return {form.format(table=table).lower(): [form.format(table=table)] for table in TABLES}


BY_THE_PROGRAM: dict[str, Statements] = {
    # What it may not do to rows
    **_each("TRUNCATE {table} CASCADE"),
    **_each("DELETE FROM {table}"),
    **_each("SELECT * FROM {table} FOR UPDATE"),
    **_each("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"),
    "raise a total": ["UPDATE account SET credits = credits + 500 WHERE id = {a}"],
    "move a version": ["UPDATE account SET version = version + 1 WHERE id = {a}"],
    "lift a floor": ["UPDATE account SET floor = NULL WHERE id = {a}"],
    "open what is closed": ["UPDATE account SET closed_on = NULL WHERE id = {closed}"],
    "move by a join": ["UPDATE account a SET debits = 0 FROM entry e WHERE e.id = {one}"],
    "move by a merge": [
        "MERGE INTO account a USING entry e ON e.id = {one} WHEN MATCHED THEN UPDATE SET debits = 0"
    ],
    "change on a conflict": [
        entry(key="'one'", conflict="ON CONFLICT (key, book_id) DO UPDATE SET kind = 'x'")
    ],
    # What it may not bring
    "an entry's own id": [entry(id="8000000"), as_program(transfer(entry_id="8000000"))],
    "an account's own id": [account(id="8000000"), as_program(event(of="8000000"))],
    "an entry of long ago": [entry(recorded_at=_LONG_AGO)],
    "an event of long ago": [event(of="{a}", version="2", kind="'limit'", recorded_at=_LONG_AGO)],
    **{
        f"a transfer's own {name}": [as_program(entry()), as_program(transfer(**{name: value}))]
        for name, value in _BROUGHT.items()
        if name != "moved_at"
    },
    "everything of a transfer's own": [as_program(entry()), transfer(**_BROUGHT)],
    "a moment of a transfer's own": [as_program(entry()), as_program(transfer(moved_at="'2001-01-01'"))],
    **{f"an account's own {name}": [_ACCOUNT.format(name, value)] for name, value in _EMPTY.items()},
    "month totals of its own": ["INSERT INTO snapshot VALUES ({a}, '2026-02-01', 5, 5)"],
    "month totals raised": ["UPDATE snapshot SET credits = credits + 1"],
    "months kept that are not": ["UPDATE book SET snapshot_through = '2026-12-31' WHERE id = {book}"],
    "a closing of long ago": [period(recorded_at=_LONG_AGO)],
    "a seal of its own": [seal(), leaf()],
    **{
        f"a seal made of {what}": [f"SELECT ledger_seal({asked})"]
        for what, asked in {
            "what is sealed": "{book}, ARRAY[{one}], ARRAY[NULL::bytea]",
            "another book's entry": "{book}, ARRAY[{new}, {theirs}], ARRAY[NULL::bytea, NULL]",
            "an entry twice": "{book}, ARRAY[{new}, {new}], ARRAY[NULL::bytea, NULL]",
            "nothing": "{book}, ARRAY[]::bigint[], ARRAY[]::bytea[]",
            "no list": "{book}, NULL, NULL",
            "no entry": "{book}, ARRAY[NULL::bigint], ARRAY[NULL::bytea]",
            "more words than entries": "{book}, ARRAY[{new}], ARRAY[NULL, {hash}::bytea]",
            "short words": "{book}, ARRAY[{new}], ARRAY[{blob}::bytea]",
            "no book": "NULL, ARRAY[{new}], ARRAY[NULL::bytea]",
        }.items()
    },
    # What is the owner's
    **_each("DROP TABLE {table} CASCADE"),
    **_each("ALTER TABLE {table} DISABLE TRIGGER ALL"),
    **_each("ALTER TABLE {table} OWNER TO CURRENT_USER"),
    **_each("CREATE INDEX ON {table} ((1))"),
    **_each("CREATE RULE quiet AS ON INSERT TO {table} DO INSTEAD NOTHING"),
    **_each("CREATE POLICY mine ON {table}"),
    "a trigger of its own": [
        f"CREATE FUNCTION pg_temp.f() {_DO_NOTHING}",
        "CREATE TRIGGER a BEFORE INSERT ON transfer FOR EACH ROW EXECUTE FUNCTION pg_temp.f()",
    ],
    "totals, by a trigger on a temporary table of its own": [
        "CREATE TEMP TABLE mine (id int)",
        f"CREATE FUNCTION pg_temp.f() {_RAISE_TOTALS}",
        "CREATE TRIGGER mine AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION pg_temp.f()",
        "INSERT INTO mine VALUES (1)",
    ],
    "drop a trigger": ["DROP TRIGGER transfer_enters ON transfer"],
    "drop a constraint": ["ALTER TABLE transfer DROP CONSTRAINT pk_transfer CASCADE"],
    "drop a domain's rule": ["ALTER DOMAIN transfer_amount DROP CONSTRAINT transfer_moves_something"],
    "another function in its place": [f"CREATE OR REPLACE FUNCTION ledger_is_final() {_DO_NOTHING}"],
    "a function without its rights": ["ALTER FUNCTION transfer_enters() SECURITY INVOKER"],
    "a function with another path": ["ALTER FUNCTION transfer_enters() SET search_path = pg_temp"],
    "a table in the books' schema": ["CREATE TABLE public.period2 (id int)"],
    "a schema of its own": ["CREATE SCHEMA mine"],
    "triggers off for all": ["SET session_replication_role = replica"],
    "somebody else's role": ["SET ROLE timebank_owner"],
    "somebody else's session": ["SET SESSION AUTHORIZATION timebank_owner"],
    "a role that may more": ["ALTER ROLE CURRENT_USER SUPERUSER"],
    "the numbers of entries turned back": ["SELECT setval('entry_id_seq', 1)"],
    "a number of an entry taken": ["SELECT nextval('entry_id_seq')"],
    "a table's file": ["COPY transfer TO '/tmp/transfer'"],
    "a program": ["COPY transfer FROM PROGRAM 'true'"],
    "rows of other columns copied in": ["COPY transfer (entry_id, line, debit_version) FROM '/dev/null'"],
}
