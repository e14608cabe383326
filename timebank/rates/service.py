"""What may be done about paid support: terms and rates from a day on, and taking back what has not begun."""

from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import fields
from datetime import date

from sqlalchemy import Select
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.rates.models import SupportExtra
from timebank.rates.models import SupportRate
from timebank.rates.models import SupportTerms
from timebank.rates.pricing import Rate
from timebank.rates.rules import BegunAlready
from timebank.rates.rules import Extra
from timebank.rates.rules import Facts
from timebank.rates.rules import NotTakenBack
from timebank.rates.rules import PaidBySince
from timebank.rates.rules import Terms
from timebank.rates.rules import check_rate
from timebank.rates.rules import check_terms

# --- terms --------------------------------------------------------------------------------------------------


def set_terms(session: Session, *, community: Community, terms: Terms, actor: Actor) -> SupportTerms:
    """Say who provides the help from a day on; what held before stays, and holds for the days before."""
    terms = check_terms(community, terms)
    known = select(SupportTerms).where(SupportTerms.community_id == community.id)
    _make_room(session, community, known, terms.starts_on)
    row = SupportTerms(
        **asdict(terms),
        community_id=community.id,
        entered_at=clock.now(),
        actor=str(actor),
    )
    session.add(row)
    session.flush()
    return row


def drop_terms(session: Session, *, community: Community, terms: SupportTerms) -> None:
    """Take back terms that have not begun; what held before goes on."""
    _check_to_come(community, terms.starts_on)
    session.delete(terms)
    session.flush()


# --- rates --------------------------------------------------------------------------------------------------


def set_rate(
    session: Session, *, community: Community, kind: HelpKind | None, facts: Facts, actor: Actor
) -> SupportRate:
    """Say what an hour of a kind of help costs from a day on; the days before keep what held then."""
    facts = check_rate(community, facts)
    kind_id = kind.id if kind else None
    known = select(SupportRate).where(SupportRate.community_id == community.id)
    known = known.where(SupportRate.kind_id.is_(None) if kind is None else SupportRate.kind_id == kind_id)
    _make_room(session, community, known, facts.starts_on)
    values = {name: value for name, value in asdict(facts).items() if name != "extras"}
    row = SupportRate(
        **values,
        community_id=community.id,
        kind_id=kind_id,
        entered_at=clock.now(),
        actor=str(actor),
    )
    session.add(row)
    session.flush()
    for what, extra in facts.extras.items():
        session.add(
            SupportExtra(
                rate_id=row.id,
                what=what,
                community_id=community.id,
                unit_minutes=facts.unit_minutes,
                **asdict(extra),
            )
        )
    session.flush()
    return row


def facts_of(rate: Rate) -> Facts:
    """Give what a rate says, as it would be said once more."""
    names = {one.name for one in fields(Facts)} - {"extras"}
    extras = {
        what: Extra(**{one.name: getattr(row, one.name) for one in fields(Extra)})
        for what, row in rate.extras.items()
    }
    return Facts(**{name: getattr(rate.row, name) for name in names}, extras=extras)


def drop_rate(session: Session, *, community: Community, rate: SupportRate) -> None:
    """Take back a rate that has not begun; what held before goes on."""
    _check_to_come(community, rate.starts_on)
    _remove(session, rate)


# --- the leaves ---------------------------------------------------------------------------------------------


def _make_room(
    session: Session,
    community: Community,
    known: Select[SupportTerms] | Select[SupportRate],
    starts_on: date,
) -> None:
    """Refuse a day on which another one held already; take away what was entered for the very same day.

    The first one may begin in the past: help that was given before the program came has its price, too.
    """
    # Two who save at one moment follow each other.
    session.refresh(community, with_for_update=True)
    today = clock.today(community.time_zone)
    there: Sequence[SupportTerms | SupportRate] = session.scalars(known).all()
    if starts_on < today and any(one.starts_on <= today for one in there):
        raise BegunAlready(day=starts_on)
    for one in there:
        if one.starts_on == starts_on:
            _remove(session, one)


def _remove(session: Session, row: SupportTerms | SupportRate) -> None:
    try:
        with session.begin_nested():
            if isinstance(row, SupportRate):
                session.execute(delete(SupportExtra).where(SupportExtra.rate_id == row.id))
            session.delete(row)
            session.flush()
    except IntegrityError as clash:
        # A foreign key holds it: a visit of today, or one of tomorrow that was cancelled, costs what it says.
        raise PaidBySince(day=row.starts_on) from clash


def _check_to_come(community: Community, starts_on: date) -> None:
    if starts_on <= clock.today(community.time_zone):
        raise NotTakenBack(day=starts_on)
