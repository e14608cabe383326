"""Statements that somebody might try on the books who knows PostgreSQL well; see tests/ledger/hostile.py."""

from tests.ledger.hostile import TABLES
from tests.ledger.hostile import Statements
from tests.ledger.hostile import account
from tests.ledger.hostile import entry
from tests.ledger.hostile import event
from tests.ledger.hostile import leaf
from tests.ledger.hostile import seal
from tests.ledger.hostile import transfer

#: What whoever may write entries by hand may fill; on PostgreSQL the program's role may not even do that.
FILLED = {
    "entry": (
        *("book_id", "kind", "posted_on", "memo", "key", "fingerprint", "reverses_id", "limits", "actor"),
        "last_line",
    ),
    "transfer": (
        *("entry_id", "line", "book_id", "commodity", "debit_account_id", "credit_account_id", "amount"),
    ),
}


def _call(function: str, values: dict[str, str]) -> Statements:
    return [f"SELECT {function}({', '.join(f'{name} => {value}' for name, value in values.items())})"]


_HEAD = {
    "the_book": "{book}",
    "the_kind": "'exchange'",
    "the_day": "'2026-04-03'",
    "the_memo": "NULL",
    "the_key": "'hostile'",
    "the_print": "{blob}",
    "the_limits": "NULL",
    "the_actor": "'mallory'",
}


def one(**changed: str) -> Statements:
    """Write a call of the function for one line that would be in order, but for what is changed."""
    line = {"the_commodity": "'MIN'", "the_debit": "{a}", "the_credit": "{b}", "the_amount": "5"}
    return _call("ledger_post", {**_HEAD, **line, **changed})


def lines(**changed: str) -> Statements:
    """Write a call of the function for several lines that would be in order, but for what is changed."""
    values = {
        "the_original": "NULL",
        "the_commodities": "ARRAY['MIN','MIN']",
        "the_debits": "ARRAY[{a},{b}]",
        "the_credits": "ARRAY[{b},{c}]",
        "the_amounts": "ARRAY[5,5]",
    }
    return _call("ledger_post_lines", {**_HEAD, **values, **changed})


def bulk(**changed: str) -> Statements:
    """Write a call of PostgreSQL's bulk function that would be in order, but for what is changed."""
    values = {
        "the_book": "{book}",
        "kinds": "ARRAY['import','import']",
        "days": "ARRAY['2026-04-03','2026-04-04']::date[]",
        "keys": "ARRAY['bulk:1','bulk:2']",
        "prints": r"ARRAY['\x00','\x01']::bytea[]",
        "actors": "ARRAY['mallory','mallory']",
        "memos": "ARRAY[NULL,NULL]::text[]",
        "waivers": "ARRAY[false,false]",
        "the_ords": "ARRAY[1,2]",
        "the_debits": "ARRAY[{a},{b}]",
        "the_credits": "ARRAY[{b},{c}]",
        "the_amounts": "ARRAY[5,5]",
    }
    return _call("ledger_post_many", {**values, **changed})


_MIRROR = {"the_kind": "'reversal'", "the_original": "{free}", "the_commodities": "ARRAY['MIN']"}
_MIRROR |= {"the_debits": "ARRAY[{c}]", "the_credits": "ARRAY[{b}]", "the_amounts": "ARRAY[10]"}

IN_ORDER_ON_POSTGRESQL: dict[str, tuple[Statements, int]] = {
    "an entry": (one(), 1),
    "an entry with its accounts the other way round": (one(the_debit="{b}", the_credit="{a}"), 1),
    "waived limits": (one(the_kind="'import'", the_limits="'waived'", the_amount="5000"), 1),
    "several lines": (lines(), 1),
    "a reversal": (lines(**_MIRROR), 1),
    "entries in bulk": (bulk(), 2),
}

#: What the tables' owner might write by hand, where the functions' own rows are not looked at again.
BY_THE_OWNER: dict[str, Statements] = {
    "an entry without a transfer": [entry()],
    "an entry with fewer lines than it says": [entry(last_line="2"), transfer()],
    "a transfer of no entry": [transfer()],
    "a transfer of another book's entry": [entry(book_id="{other}"), transfer()],
    "a transfer to another book": [entry(), transfer(credit="{x}")],
    "a transfer from another book": [entry(), transfer(debit="{x}")],
    "a transfer in another commodity": [entry(), transfer(commodity="'JPY'")],
    "a transfer between commodities": [entry(), transfer(credit="{yen}")],
    "a transfer to nobody": [entry(), transfer(credit="999", credit_version="1", credit_balance_after="5")],
    "a transfer from nobody": [entry(), transfer(debit="999", debit_version="1", debit_balance_after="-5")],
    "a leaf of another book's entry": [seal(), leaf(entry_id="{theirs}")],
    "a leaf of no entry": [seal(), leaf(entry_id="999")],
    "an account taken away": ["DELETE FROM account"],
    "an account renumbered": ["UPDATE account SET id = 7000000 WHERE id = {a}"],
    "an account in another book": ["UPDATE account SET book_id = {other} WHERE id = {a}"],
    "an entry renumbered": ["UPDATE entry SET id = 7000000 WHERE id = {free}"],
}

ON_POSTGRESQL: dict[str, Statements] = {
    **{f"truncate {table}": [f"TRUNCATE {table} CASCADE"] for table in TABLES},
    **{
        f"delete from {table} on the side": [f"WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT 1"]
        for table in TABLES
    },
    "merge an entry away": ["MERGE INTO entry e USING entry o ON o.id = e.id WHEN MATCHED THEN DELETE"],
    "merge a transfer to another amount": [
        "MERGE INTO transfer t USING entry o ON o.id = t.entry_id WHEN MATCHED THEN UPDATE SET amount = 1"
    ],
    "a transfer before its entry": ["SET CONSTRAINTS ALL DEFERRED", transfer(), entry()],
    "a transfer to nobody, later": ["SET CONSTRAINTS ALL DEFERRED", entry(), transfer(credit="999")],
    "an account born rich, by an operator of one's own": [
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine.no(bigint, int) RETURNS bool LANGUAGE sql AS 'SELECT false'",
        "CREATE OPERATOR mine.<> (LEFTARG = bigint, RIGHTARG = int, FUNCTION = mine.no)",
        "SET LOCAL search_path = mine, pg_catalog, public",
        account(debits="5", credits="5"),
        event(),
    ],
    # By the function for one line
    "an entry posted in no book": one(the_book="999"),
    "an entry posted in another book": one(the_book="{other}"),
    "an entry posted in no commodity": one(the_commodity="NULL"),
    "an entry posted in another commodity": one(the_commodity="'JPY'"),
    "an entry posted between commodities": one(the_credit="{yen}"),
    "an entry posted to another book": one(the_credit="{x}"),
    "an entry posted from another book": one(the_debit="{x}"),
    "an entry posted to nobody": one(the_credit="999"),
    "an entry posted from nobody": one(the_debit="NULL"),
    "an entry posted to oneself": one(the_credit="{a}"),
    "an entry posted on no day": one(the_day="NULL"),
    "an entry posted in a closed month": one(the_day="'2026-02-28'"),
    "an entry posted in a closed month by a later transaction": [
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        *one(the_day="'2026-02-28'"),
    ],
    **{
        f"an entry posted of {amount}": one(the_amount=amount, the_kind="'import'", the_limits="'waived'")
        for amount in ("0", "-5", "NULL", "9007199254740992", "9223372036854775807")
    },
    "an entry posted to a closed account": one(the_credit="{closed}"),
    "an entry posted from a closed account": one(the_debit="{closed}"),
    "an entry posted below the floor": one(the_amount="5000"),
    "an entry posted below the floor, the other way round": one(
        the_debit="{b}", the_credit="{a}", the_amount="5000"
    ),
    "an entry posted above the ceiling": one(the_debit="{b}", the_credit="{c}", the_amount="995"),
    "an entry posted below a firm floor": one(the_kind="'import'", the_limits="'waived'", the_debit="{fund}"),
    "an entry posted that waives limits": one(the_limits="'waived'"),
    "an entry posted that says something else of limits": one(the_kind="'import'", the_limits="'no'"),
    "an entry posted as a reversal": one(the_kind="'reversal'"),
    "an entry posted of no kind": one(the_kind="''"),
    "an entry posted without a key": one(the_key="''"),
    "an entry posted by nobody": one(the_actor="NULL"),
    "an entry posted whose key was used": one(the_key="'one'"),
    # By the function for several lines
    "no lines": lines(the_debits="ARRAY[]::bigint[]"),
    "lines without sides": lines(the_debits="ARRAY[{a}]"),
    "lines without amounts": lines(the_amounts="ARRAY[5]"),
    "lines in a closed month": lines(the_day="'2026-02-28'"),
    "lines below the floor": lines(the_amounts="ARRAY[5,5000]"),
    "lines to nobody": lines(the_credits="ARRAY[{b},999]"),
    "lines in another book": lines(the_book="{other}"),
    "lines between commodities": lines(the_credits="ARRAY[{b},{yen}]"),
    "lines that waive limits": lines(the_limits="'waived'"),
    "lines whose key was used": lines(the_key="'one'"),
    "lines that reverse nothing": lines(**{**_MIRROR, "the_original": "999"}),
    "lines that reverse another book's entry": lines(**{**_MIRROR, "the_original": "{theirs}"}),
    "lines that reverse what was reversed": lines(**{**_MIRROR, "the_original": "{one}"}),
    "lines that reverse the same way round": lines(
        **{**_MIRROR, "the_debits": "ARRAY[{b}]", "the_credits": "ARRAY[{c}]"}
    ),
    "month totals of part of a month": ["SELECT ledger_take_snapshots({book}, '2026-03-30')"],
    # In bulk
    "a bulk entry in a closed month": bulk(days="ARRAY['2026-04-03','2026-02-03']::date[]"),
    "a bulk amount of nothing": bulk(the_amounts="ARRAY[0,5]"),
    "a bulk amount below nothing": bulk(the_amounts="ARRAY[-5,5]"),
    "a bulk amount that is missing": bulk(the_amounts="ARRAY[5]"),
    "a bulk amount that is too large": bulk(
        the_amounts="ARRAY[9007199254740992,5]", waivers="ARRAY[true,true]"
    ),
    "a bulk transfer to oneself": bulk(the_credits="ARRAY[{a},{c}]"),
    "a bulk transfer to nobody": bulk(the_credits="ARRAY[999,{c}]"),
    "a bulk transfer to another book": bulk(the_credits="ARRAY[{x},{c}]"),
    "a bulk transfer in another book": bulk(the_book="{other}"),
    "a bulk transfer between commodities": bulk(the_credits="ARRAY[{yen},{c}]"),
    "a bulk transfer of no entry": bulk(the_ords="ARRAY[1,3]"),
    "a bulk transfer of an entry that is missing": bulk(the_ords="ARRAY[1,NULL]::int[]"),
    "a bulk transfer to a closed account": bulk(the_credits="ARRAY[{closed},{c}]"),
    "a bulk transfer below the floor": bulk(the_amounts="ARRAY[5000,5]"),
    "a bulk transfer that says nothing of limits": bulk(
        the_amounts="ARRAY[5000,5]", waivers="ARRAY[NULL,NULL]::bool[]"
    ),
    "a bulk transfer that has too few words on limits": bulk(
        the_amounts="ARRAY[5,5000]", waivers="ARRAY[false]"
    ),
    "a bulk firm account's floor waived": bulk(the_debits="ARRAY[{fund},{b}]", waivers="ARRAY[true,true]"),
    "a bulk exchange that waives limits": bulk(
        kinds="ARRAY['exchange','import']", waivers="ARRAY[true,true]"
    ),
    "a bulk reversal": bulk(kinds="ARRAY['reversal','import']"),
    "a bulk key again": bulk(keys="ARRAY['one','bulk:2']"),
    "a bulk key twice": bulk(keys="ARRAY['bulk:1','bulk:1']"),
    "a bulk actor that is missing": bulk(actors="ARRAY['mallory',NULL]"),
}
