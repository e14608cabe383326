"""What is read of paid support: which terms and which rates hold on a day, what comes, and what was."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.communities.models import HelpKind
from timebank.communities.service import list_kinds
from timebank.rates.models import EXTRAS
from timebank.rates.models import GROUP
from timebank.rates.models import MEMBER
from timebank.rates.models import NOBODY
from timebank.rates.models import SupportExtra
from timebank.rates.models import SupportRate
from timebank.rates.models import SupportTerms
from timebank.rates.pricing import Rate

#: Of a hundred parts of the figure that a steward entered: from here on thanks come near it.
NEAR = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A kind of help and what it costs: today, and from later days on."""

    #: None: every kind that has no rate of its own, and help without a kind.
    kind: HelpKind | None
    now: Rate | None
    #: In the order of their days.
    later: Sequence[Rate]
    #: The newest first, without the one that holds.
    before: Sequence[Rate]


def terms_on(session: Session, *, community: Community, day: date) -> SupportTerms | None:
    """Tell by which terms help is paid on a day; None where it is not."""
    found = session.scalar(
        select(SupportTerms)
        .where(SupportTerms.community_id == community.id, SupportTerms.starts_on <= day)
        .order_by(SupportTerms.starts_on.desc())
        .limit(1)
    )
    return None if found is None or found.provider == NOBODY else found


def terms_today(session: Session, *, community: Community) -> SupportTerms | None:
    """Tell by which terms help is paid today; None where it is not."""
    return terms_on(session, community=community, day=clock.today(community.time_zone))


def list_terms(session: Session, *, community: Community) -> Sequence[SupportTerms]:
    """List all terms there were and will be, the newest first."""
    found = select(SupportTerms).where(SupportTerms.community_id == community.id)
    return session.scalars(found.order_by(SupportTerms.starts_on.desc())).all()


def tax_number_until(session: Session, *, community: Community, day: date) -> str:
    """Give the number for tax that stands on bills of a day, also where help is paid for no longer since."""
    found = select(SupportTerms.tax_number).where(
        SupportTerms.community_id == community.id,
        SupportTerms.starts_on <= day,
        SupportTerms.provider != NOBODY,
    )
    return session.scalar(found.order_by(SupportTerms.starts_on.desc()).limit(1)) or ""


def find_terms(session: Session, *, community: Community, terms_id: int) -> SupportTerms | None:
    """Find terms of this community; another community's are not found."""
    return session.scalar(
        select(SupportTerms).where(SupportTerms.id == terms_id, SupportTerms.community_id == community.id)
    )


def may_issue_tickets(terms: SupportTerms) -> bool:
    """Say whether tickets may be sold: for the group's own service, or where a registration is stated."""
    return terms.provider == GROUP or (terms.provider == MEMBER and bool(terms.registration))


def rate_on(session: Session, *, community: Community, kind: HelpKind | None, day: date) -> Rate | None:
    """Tell what help of a kind costs on a day; None where it is for hours only.

    A kind that has ever had a rate of its own by that day goes by it; every other by the one for all.
    """
    for kind_id in dict.fromkeys((kind.id if kind else None, None)):
        of_kind = SupportRate.kind_id.is_(None) if kind_id is None else SupportRate.kind_id == kind_id
        row = session.scalar(
            select(SupportRate)
            .where(SupportRate.community_id == community.id, of_kind, SupportRate.starts_on <= day)
            .order_by(SupportRate.starts_on.desc())
            .limit(1)
        )
        if row is not None:
            return None if row.price_minor is None else _with_extras(session, [row])[0]
    return None


def find_rate(session: Session, *, community: Community, rate_id: int) -> Rate | None:
    """Find a rate of this community; another community's is not found."""
    row = session.scalar(
        select(SupportRate).where(SupportRate.id == rate_id, SupportRate.community_id == community.id)
    )
    return None if row is None else _with_extras(session, [row])[0]


def list_rates(session: Session, *, community: Community) -> Sequence[Priced]:
    """List what every kind of help costs that has a rate of its own; what is for all others comes first."""
    today = clock.today(community.time_zone)
    rows = select(SupportRate).where(SupportRate.community_id == community.id)
    found = _with_extras(session, session.scalars(rows.order_by(SupportRate.starts_on)).all())
    rates: dict[int | None, list[Rate]] = {None: []}
    for one in found:
        rates.setdefault(one.row.kind_id, []).append(one)
    kinds: list[HelpKind | None] = [None, *list_kinds(session, community=community, retired=True)]
    return [
        _priced(kind, theirs, today) for kind in kinds if (theirs := rates.get(kind.id if kind else None))
    ]


def is_near(terms: SupportTerms | None, rate: Rate) -> bool:
    """Say whether thanks come near what an hour of work has to be paid with, as far as that was entered."""
    wage = terms.wage_minor if terms else None
    return wage is not None and rate.most_thanks_minor * 100 >= wage * NEAR


# --- the leaves ---------------------------------------------------------------------------------------------


def _priced(kind: HelpKind | None, rates: Sequence[Rate], today: date) -> Priced:
    begun = [one for one in rates if one.row.starts_on <= today]
    return Priced(
        kind=kind,
        now=begun[-1] if begun else None,
        later=[one for one in rates if one.row.starts_on > today],
        before=begun[-2::-1],
    )


def _with_extras(session: Session, rows: Sequence[SupportRate]) -> Sequence[Rate]:
    found: Mapping[int, dict[str, SupportExtra]] = {row.id: {} for row in rows}
    extras = select(SupportExtra).where(SupportExtra.rate_id.in_(found))
    for one in session.scalars(extras):
        found[one.rate_id][one.what] = one
    return [Rate(row=row, extras=_in_order(found[row.id])) for row in rows]


def _in_order(extras: Mapping[str, SupportExtra]) -> dict[str, SupportExtra]:
    return {what: extras[what] for what in EXTRAS if what in extras}
