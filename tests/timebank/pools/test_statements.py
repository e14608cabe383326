"""Pools on the members' statements, in exports and on certificates: neither help given nor help received."""

from datetime import date

from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import an_exchange
from tests.timebank.pools.sharing import Sharing
from timebank import books
from timebank.exchanges.exports import AccountNames
from timebank.exchanges.exports import balances
from timebank.exchanges.exports import statement_rows
from timebank.exchanges.queries import Turnover
from timebank.exchanges.queries import hours_between
from timebank.exchanges.queries import hours_in_all
from timebank.exchanges.queries import statement_of
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.pools import queries
from timebank.pools.service import take_back


def lived(here: Sharing) -> None:
    """Hana helps Ken and gives to the pool, Ken is granted some; a gift and a grant are taken back."""
    an_exchange(here.session, here.community, here.hana, here.ken, minutes=90)
    here.gives(here.hana, 60, "for somebody")
    gift, granted = here.gives(here.hana, 5).transfer, here.grants(here.ken, 7).transfer
    for transfer, member in ((granted, here.ken), (gift, here.hana)):
        take_back(
            here.session,
            community=here.community,
            pool=here.pool,
            transfer=transfer,
            member=member,
            reason="not meant",
            actor=SOMEBODY,
        )
    here.grants(here.ken, 20, "after an injury")


def between(here: Sharing, member: Member) -> Turnover:
    return hours_between(
        here.session, community=here.community, member=member, first=date(2020, 1, 1), last=date(9999, 12, 31)
    )


def test_a_certificate_counts_help_between_people_and_not_pools(here: Sharing) -> None:
    lived(here)
    assert between(here, here.hana) == Turnover(given=90, received=0, to_pools=60, from_pools=0)
    assert between(here, here.ken) == Turnover(given=0, received=90, to_pools=0, from_pools=20)


def test_what_was_given_in_all_leaves_pools_out(here: Sharing, session: Session) -> None:
    lived(here)
    balance = ledger.balance(session, hours_of(here.hana, here.community))
    total = hours_in_all(session, community=here.community, member=here.hana, balance=balance)
    assert total == Turnover(given=90, received=0, to_pools=65, from_pools=5)
    assert total.given - total.received - total.to_pools + total.from_pools == balance.balance == 30


def test_balances_and_statements_add_up_with_a_column_for_pools(here: Sharing, session: Session) -> None:
    lived(here)
    rows = {row.name: row[2:] for row in balances(session, here.community)}
    assert rows == {"Hana": (90, 0, 30, -60, 0, 0, 0), "Ken": (0, 90, -70, 20, 0, 0, 0)}
    told = [row[4:] for row in statement_rows(session, here.community, here.ken)]
    assert told == [
        ("", 0, 90, -90, "", 0, 0, "", 0, 0),
        ("after an injury", 0, 0, -83, here.pool.name, 7, 0, "", 0, 0),
        ("after an injury", 0, 0, -90, here.pool.name, -7, 0, "", 0, 0),
        ("after an injury", 0, 0, -70, here.pool.name, 20, 0, "", 0, 0),
    ]


def test_a_line_of_a_members_statement_knows_its_pool(here: Sharing, session: Session) -> None:
    lived(here)
    lines = statement_of(session, community=here.community, member=here.hana).lines
    assert [(one.pool.name if one.pool else None, one.description) for one in lines] == [
        (here.pool.name, ""),
        (here.pool.name, ""),
        (here.pool.name, "for somebody"),
        (None, ""),
    ]


def test_exports_call_a_pool_by_its_name(here: Sharing, session: Session) -> None:
    names = AccountNames(session, here.community)
    code = books.pool_hours_code(here.pool.id)
    assert names.path(code) == "hours:pool:For hard times"
    assert list(names.capitals(code)) == ["Hours", "Pool", "For hard times"]
    assert names.holder(code) == "For hard times"
    assert names.holder("hours:pool:999999999") is None
    lines = "".join(
        ledger.export_beancount(session, here.community.book_id, name=names.capitals, title=names.holder)
    )
    assert "Liabilities:Hours:Pool:For-u20-hard-u20-times" in lines


def test_the_pools_own_statement_tells_whose_it_is_and_why_it_was_taken_back(
    here: Sharing, session: Session
) -> None:
    lived(here)
    page = queries.statement_of(session, community=here.community, pool=here.pool, limit=3)
    told = [(one.member.name, one.line.change, one.transfer.words, one.reason) for one in page.lines]
    assert told == [
        ("Ken", -20, "after an injury", None),
        ("Hana", -5, "", "not meant"),
        ("Ken", 7, "after an injury", "not meant"),
    ]
    assert page.older is not None
    assert (
        len(queries.statement_of(session, community=here.community, pool=here.pool, before=page.older).lines)
        == 3
    )
