"""Statements that somebody might try on the books who knows PostgreSQL well; see tests/ledger/hostile.py."""

from tests.ledger.hostile import TABLES
from tests.ledger.hostile import Statements
from tests.ledger.hostile import account
from tests.ledger.hostile import entry
from tests.ledger.hostile import event
from tests.ledger.hostile import transfer


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
    given = ", ".join(f"{name} => {value}" for name, value in {**values, **changed}.items())
    return [f"SELECT ledger_post_many({given})"]


IN_ORDER_ON_POSTGRESQL = {"entries in bulk": bulk()}

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
