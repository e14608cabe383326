"""Everything that is known of a member is listed, told, and erased or kept for a reason that is said."""

import re

import pytest
from sqlalchemy.orm import Session

from tests.rows import tables
from timebank.app import HOOKS
from timebank.db import Base
from timebank.known import Known
from timebank.known import Whom

#: Columns that say whose row it is.
_WHOSE = re.compile(r"(^|_)(person|member|giver|receiver)_id$")
#: Whose words stand beside, though no column says so: found through another table, or by an address.
_BESIDE = {
    *("audit_address", "mail", "purpose_giver", "receipt_line", "sealed_words", "support_visit"),
    *("support_expense", "support_proposal", "ticket_back"),
}
SOMEBODY = Whom(community_id=1, member_id=2, person_id=3, email="a@example.org", only_here=True)


def listed() -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = {}
    for one in HOOKS.known:
        found.setdefault(one.table.__tablename__, []).append(one)
    return found


def test_every_table_that_names_somebody_is_listed() -> None:
    naming = {
        table.name
        for table in tables()
        if table.name in {"person", "member"} or any(_WHOSE.search(one.name) for one in table.columns)
    }
    missing = sorted(naming - set(listed()))
    assert not missing, (
        f"Say in KNOWN of the feature's known.py what {', '.join(missing)} know of a member and "
        "what of it is erased; app.py puts the lists together."
    )
    assert set(listed()) - naming == _BESIDE


@pytest.mark.parametrize("known", HOOKS.known, ids=lambda one: f"{one.table.__tablename__} {one.label}")
def test_every_column_is_told_or_said_to_be_ours(known: Known) -> None:
    columns = {column.name for column in Base.metadata.tables[known.table.__tablename__].columns}
    assert set(known.told) | known.untold == columns
    assert set(known.told) & known.untold == set()


@pytest.mark.parametrize("known", HOOKS.known, ids=lambda one: f"{one.table.__tablename__} {one.label}")
def test_what_is_not_erased_has_a_reason(known: Known) -> None:
    assert known.erase is not None or known.kept
    assert known.label


def test_everything_can_be_asked_of_an_empty_database(session: Session) -> None:
    for one in HOOKS.known:
        assert one.rows(session, SOMEBODY) == []
        if one.erase:
            one.erase(session, one, SOMEBODY)
