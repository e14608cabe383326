"""What a broken constraint is called, the same on both engines."""

import pytest
from sqlalchemy import Engine
from sqlalchemy import insert
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import a_community
from tests.builders import a_person
from timebank.communities.models import HelpKind
from timebank.db import Base
from timebank.db import violated
from timebank.people.models import Office
from timebank.people.models import Person


def refused(session: Session, row: Base) -> str | None:
    session.flush()
    with pytest.raises(IntegrityError) as clash, session.begin_nested() as savepoint:
        savepoint.session.add(row)
    return violated(clash.value)


def test_a_unique_constraint_is_named(session: Session) -> None:
    person = a_person(session, email="hana@example.org")
    twin = Person(email=person.email, created_at=person.created_at)
    assert refused(session, twin) == "uq_person_email"


def test_a_unique_constraint_of_two_columns_is_named(session: Session) -> None:
    community = a_community(session)
    session.add(HelpKind(community_id=community.id, name="Driving", position=1))
    twin = HelpKind(community_id=community.id, name="Driving", position=2)
    assert refused(session, twin) == "uq_help_kind_community_id_name"


def test_a_primary_key_is_named(session: Session) -> None:
    community, person = a_community(session), a_person(session)
    row = {"person_id": person.id, "community_id": community.id, "role": "auditor"}
    session.execute(insert(Office), row)
    with pytest.raises(IntegrityError) as clash, session.begin_nested():
        session.execute(insert(Office), row)
    assert violated(clash.value) == "pk_office"


def test_a_check_is_named(session: Session) -> None:
    community = a_community(session)
    nameless = HelpKind(community_id=community.id, name="", position=1)
    assert refused(session, nameless) == "help_kind_name_is_short"


def test_what_sqlite_does_not_name_is_not_guessed(session: Session, engine: Engine) -> None:
    homeless = HelpKind(community_id=999, name="Driving", position=1)
    names = {"sqlite": None, "postgresql": "fk_help_kind_community_id_community"}
    assert refused(session, homeless) in {names[engine.name], "fk_help_kind_community_id"}


def test_a_table_that_is_not_ours_has_no_name_for_its_constraints(session: Session, engine: Engine) -> None:
    session.execute(text("CREATE TEMP TABLE stray (a INTEGER, UNIQUE (a))"))
    session.execute(text("INSERT INTO stray VALUES (1)"))
    with pytest.raises(IntegrityError) as clash, session.begin_nested():
        session.execute(text("INSERT INTO stray VALUES (1)"))
    assert violated(clash.value) == {"sqlite": None, "postgresql": "stray_a_key"}[engine.name]


def test_sqlite_keeps_numbers_in_columns_of_numbers() -> None:
    strict = [table.name for table in Base.metadata.tables.values() if not table.kwargs.get("sqlite_strict")]
    assert strict == []
