"""The column types give back on both engines what was put in."""

import time
from collections.abc import Iterator
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from typing import Any

import pytest
from sqlalchemy import Column
from sqlalchemy import Engine
from sqlalchemy import MetaData
from sqlalchemy import Table
from sqlalchemy import insert
from sqlalchemy import make_url
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from ledger import Day
from ledger import Flag
from ledger import Instant
from ledger import Whole

NOON = datetime(2026, 4, 3, 12, 0, 0, 1, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))

scrap = Table(
    "scrap",
    MetaData(),
    Column("id", Whole, primary_key=True),
    Column("number", Whole),
    Column("day", Day),
    Column("moment", Instant),
    Column("flag", Flag),
    sqlite_strict=True,
)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("number", 2**63 - 1),
        ("number", -(2**63)),
        ("day", date(1, 1, 1)),
        ("day", date(9999, 12, 31)),
        ("moment", NOON),
        ("moment", datetime(1, 1, 1, tzinfo=UTC)),
        ("moment", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        ("flag", True),
        ("flag", False),
        ("number", None),
        ("day", None),
        ("moment", None),
        ("flag", None),
    ],
)
def test_what_is_written_is_read(own_engine: Engine, column: str, value: Any) -> None:
    scrap.create(own_engine)
    with own_engine.begin() as connection:
        connection.execute(insert(scrap).values({column: value}))
        read, counted = connection.execute(select(scrap.c[column], scrap.c.id)).one()
    assert (read, type(read), counted) == (value, type(value), 1)


def test_a_driver_is_given_what_its_engine_keeps() -> None:
    dialects = [make_url(f"{name}://").get_dialect()() for name in ("sqlite", "postgresql+psycopg")]
    kinds: list[tuple[Any, Any]] = [(Day(), NOON.date()), (Instant(), NOON), (Flag(), True)]
    given = [[kind.process_bind_param(value, dialect) for dialect in dialects] for kind, value in kinds]
    assert given == [["2026-04-03", NOON.date()], ["2026-04-03T12:00:00.000001Z", NOON], [1, True]]
    assert [type(flag) for flag in given[-1]] == [int, bool]


@pytest.fixture
def in_tokyo(own_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this machine be in Japan, but not a PostgreSQL that is started for the first test that needs it."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
def test_moments_of_other_zones_are_the_same_moments(own_engine: Engine) -> None:
    scrap.create(own_engine)
    with own_engine.begin() as connection:
        connection.execute(insert(scrap).values(moment=NOON.astimezone(TOKYO)))
        read = connection.execute(select(scrap.c.moment)).scalar_one()
        found = connection.scalar(select(scrap.c.id).where(scrap.c.moment == NOON.astimezone(TOKYO)))
    assert read == NOON
    assert (read.utcoffset(), found) == (timedelta(0), 1)


def test_a_moment_without_its_zone_is_refused(own_engine: Engine) -> None:
    scrap.create(own_engine)
    with (
        own_engine.connect() as connection,
        pytest.raises(StatementError, match=" a moment needs its time zone\n"),
    ):
        connection.execute(insert(scrap).values(moment=NOON.replace(tzinfo=None)))


def test_moments_sort_as_time_does(own_engine: Engine) -> None:
    scrap.create(own_engine)
    moments = [NOON, NOON + timedelta(microseconds=1), NOON - timedelta(seconds=1), NOON.replace(year=999)]
    with own_engine.begin() as connection:
        connection.execute(insert(scrap), [{"moment": moment} for moment in moments])
        read = list(connection.scalars(select(scrap.c.moment).order_by(scrap.c.moment)))
    assert read == sorted(moments)


@pytest.mark.usefixtures("in_tokyo")
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_sqlite_keeps_a_moment_as_text_of_one_width(own_engine: Engine) -> None:
    scrap.create(own_engine)
    with own_engine.begin() as connection:
        connection.execute(
            insert(scrap).values(moment=datetime(26, 4, 3, tzinfo=UTC), day=date(26, 4, 3), flag=True)
        )
        row = connection.execute(text("SELECT moment, day, flag FROM scrap")).one()
    assert tuple(row) == ("0026-04-03T00:00:00.000000Z", "0026-04-03", 1)
