"""Reads a file for the bank as a bank would: from the published widths, knowing nothing of who wrote it."""

from dataclasses import dataclass

#: Names and widths of the fields of 総合振込, by the first figure of a record.
WIDTHS = {
    "1": [
        ("kind", 1),
        ("sort", 2),
        ("code", 1),
        ("consignor_code", 10),
        ("consignor", 40),
        ("day", 4),
        ("bank", 4),
        ("bank_name", 15),
        ("branch", 3),
        ("branch_name", 15),
        ("account_kind", 1),
        ("account", 7),
        ("rest", 17),
    ],
    "2": [
        ("kind", 1),
        ("bank", 4),
        ("bank_name", 15),
        ("branch", 3),
        ("branch_name", 15),
        ("clearing", 4),
        ("account_kind", 1),
        ("account", 7),
        ("holder", 30),
        ("amount", 10),
        ("new", 1),
        ("customer_1", 10),
        ("customer_2", 10),
        ("wire", 1),
        ("edi", 1),
        ("rest", 7),
    ],
    "8": [("kind", 1), ("count", 6), ("sum", 12), ("rest", 101)],
    "9": [("kind", 1), ("rest", 119)],
}


@dataclass(frozen=True)
class Read:
    """What stands in a file."""

    head: dict[str, str]
    lines: list[dict[str, str]]


def read(content: bytes) -> Read:
    """Read a file, and refuse it as a bank does where a record, the order, the count or the sum is wrong."""
    assert content.endswith(b"\r\n")
    records = [_fields(one) for one in content.split(b"\r\n")[:-1]]
    assert [one["kind"] for one in records] == ["1", *"2" * (len(records) - 3), "8", "9"]
    head, *lines, trailer, _end = records
    assert (head["sort"], head["code"]) == ("21", "0")
    assert int(trailer["count"]) == len(lines)
    assert int(trailer["sum"]) == sum(int(one["amount"]) for one in lines)
    return Read(head, lines)


def _fields(record: bytes) -> dict[str, str]:
    assert len(record) == 120
    at, found = 0, {}
    for name, width in WIDTHS[record[:1].decode()]:
        # A byte is a character here: half-width kana and ASCII.
        found[name] = record[at : at + width].decode("shift_jis").rstrip(" ")
        at += width
    assert at == 120
    return found
