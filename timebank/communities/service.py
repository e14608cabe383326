"""What may be done with a community: founding it, changing its facts, keeping its list of kinds of help."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import false
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import LONGEST_ADDRESS
from timebank.communities.models import LONGEST_KIND
from timebank.communities.models import LONGEST_NAME
from timebank.communities.models import LONGEST_SLUG
from timebank.communities.models import LONGEST_TELEPHONE
from timebank.communities.models import Community
from timebank.communities.models import CommunityEvent
from timebank.communities.models import HelpKind
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.settings import LANGUAGES
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import excerpt
from timebank.text import is_storable
from timebank.text import is_visible

#: First parts of addresses that are not, and never will be, a community's.
RESERVED_SLUGS = frozenset(
    {"about", "account", "admin", "api", "assets", "demo", "docs", "favicon", "health", "healthz", "help"}
    | {"language", "login", "logout", "metrics", "new", "robots", "settings", "sign-in", "sign-out"}
    | {"static", "status", "stripe", "timebank", "webhook", "well-known", "www"}
)
DEFAULT_CREDIT_LIMIT_MINUTES = 12 * 60

_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_CURRENCY = re.compile(r"[A-Z]{3}")


class SlugRefused(Refusal):
    """A slug that cannot stand in an address."""

    sentence = N_(
        "“%(typed)s” cannot be a community's address. Use 2 to %(longest)s lower-case letters, digits and "
        "hyphens, beginning with a letter."
    )
    field = "slug"


class SlugReserved(Refusal):
    """A slug that the program keeps for itself."""

    sentence = N_("“%(slug)s” is kept for the program. Please choose another address.")
    field = "slug"


class SlugTaken(Refusal):
    """A slug that another community has."""

    sentence = N_("A community “%(slug)s” already exists.")
    field = "slug"


class CommunityUnnamed(Refusal):
    """A community without a name."""

    sentence = N_("A community needs a name.")
    field = "name"


class LanguageUnknown(Refusal):
    """A language that the program does not speak."""

    sentence = N_("“%(typed)s” is not a language of this program.")
    field = "language"


class TimeZoneUnknown(Refusal):
    """A time zone that no clock knows."""

    sentence = N_("“%(typed)s” is not a time zone. Write it like Asia/Tokyo.")
    field = "time_zone"


class CurrencyRefused(Refusal):
    """A currency that is not three capital letters."""

    sentence = N_("“%(typed)s” is not a currency. Write its three capital letters, like JPY.")
    field = "currency"


class MonthUnknown(Refusal):
    """A month that the year does not have."""

    sentence = N_("A year begins in a month from 1 to 12.")
    field = "year_begins_month"


class StartInFuture(Refusal):
    """A community that has not begun yet."""

    sentence = N_("A community cannot begin after today.")
    field = "started_on"


class RoundingRefused(Refusal):
    """A step of rounding that does not fit into an hour."""

    sentence = N_("Hours are rounded to a step from 1 to 60 minutes.")
    field = "rounding_minutes"


class AnswerDaysRefused(Refusal):
    """A time to answer that is no time or far too long."""

    sentence = N_("Give people from 1 to 365 days to answer.")
    field = "answer_days"


class KindUnnamed(Refusal):
    """A kind of help without a name."""

    sentence = N_("A kind of help needs a name.")
    field = "name"


class KindThere(Refusal):
    """A kind of help that is on the list already."""

    sentence = N_("“%(name)s” is on the list already.")
    field = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityFacts:
    """What a steward writes about a community; the limits of hours are the members' business."""

    name: str
    legal_form: str = ""
    address: str = ""
    telephone: str = ""
    language: str = "en"
    time_zone: str = "Asia/Tokyo"
    #: The first month of the community's own year.
    year_begins_month: int = 4
    currency: str = "JPY"
    started_on: date
    rounding_minutes: int = 15
    answer_days: int = 7


def create_community(
    session: Session,
    *,
    slug: str,
    name: str,
    actor: Actor,
    language: str = "en",
    time_zone: str = "Asia/Tokyo",
    currency: str = "JPY",
    credit_limit_minutes: int = DEFAULT_CREDIT_LIMIT_MINUTES,
    started_on: date | None = None,
) -> Community:
    """Found a community and open its book; the caller commits."""
    _check_slug(slug)
    _check_time_zone(time_zone)
    if session.scalar(select(Community.id).where(Community.slug == slug)) is not None:
        raise SlugTaken(slug=slug)
    facts = _cleaned(
        CommunityFacts(
            name=name,
            language=language,
            time_zone=time_zone,
            currency=currency,
            started_on=started_on or clock.today(time_zone),
        )
    )
    try:
        book_id = books.open_books(session, slug=slug, actor=actor)
    except ledger.BookExists as clash:
        # Two founders at once: the book's name is unique, so the second finds it taken here.
        raise SlugTaken(slug=slug) from clash
    community = Community(
        slug=slug,
        book_id=book_id,
        credit_limit_minutes=credit_limit_minutes,
        created_at=clock.now(),
        **asdict(facts),
    )
    session.add(community)
    session.flush()
    record(session, community=community, what="created", before=None, after=slug, actor=actor)
    return community


def find_community(session: Session, slug: str) -> Community | None:
    """Find a community by the first part of its addresses."""
    return session.scalar(select(Community).where(Community.slug == slug)) if is_storable(slug) else None


def list_communities(session: Session) -> Sequence[Community]:
    """List every community, by name."""
    return session.scalars(select(Community).order_by(Community.name, Community.id)).all()


def facts_of(community: Community) -> CommunityFacts:
    """Read a community's facts, as a steward finds them in the form."""
    return CommunityFacts(**{name: getattr(community, name) for name in CommunityFacts.__slots__})


def change_settings(
    session: Session, *, community: Community, facts: CommunityFacts, actor: Actor
) -> list[str]:
    """Write down a community's facts anew and return the names of those that are different now."""
    new = asdict(_cleaned(facts))
    changed = [name for name, value in new.items() if value != getattr(community, name)]
    for name in changed:
        before, after = getattr(community, name), new[name]
        setattr(community, name, after)
        record(session, community=community, what=name, before=str(before), after=str(after), actor=actor)
    session.flush()
    return changed


def move_start_back(session: Session, *, community: Community, day: date, actor: Actor) -> None:
    """Let a community have begun on an older day, so that older exchanges may come in; never a later one."""
    if day < community.started_on:
        before, community.started_on = community.started_on, day
        record(
            session, community=community, what="started_on", before=str(before), after=str(day), actor=actor
        )


def list_kinds(session: Session, *, community: Community, retired: bool = False) -> Sequence[HelpKind]:
    """List a community's kinds of help in its own order; retired ones only where they are asked for."""
    kinds = select(HelpKind).where(HelpKind.community_id == community.id)
    if not retired:
        kinds = kinds.where(HelpKind.retired == false())
    return session.scalars(kinds.order_by(HelpKind.position, HelpKind.id)).all()


def find_kind(session: Session, *, community: Community, kind_id: int) -> HelpKind | None:
    """Find a kind of help of this community, retired or not."""
    return session.scalar(
        select(HelpKind).where(HelpKind.id == kind_id, HelpKind.community_id == community.id)
    )


def add_kind(session: Session, *, community: Community, name: str, actor: Actor) -> HelpKind:
    """Put a kind of help at the end of the list, or offer a retired one again."""
    name = clean_line(name, longest=LONGEST_KIND)
    if not is_visible(name):
        raise KindUnnamed
    kind = session.scalar(
        select(HelpKind).where(HelpKind.community_id == community.id, HelpKind.name == name)
    )
    if kind is not None and not kind.retired:
        raise KindThere(name=name)
    if kind is None:
        last = session.scalar(
            select(func.max(HelpKind.position)).where(HelpKind.community_id == community.id)
        )
        kind = HelpKind(community_id=community.id, name=name, position=(last or 0) + 1)
        session.add(kind)
    kind.retired = False
    try:
        session.flush()
    except IntegrityError as clash:
        # Two stewards at once: the list then has it, which is what both wanted to know.
        if violated(clash) == "uq_help_kind_community_id_name":
            raise KindThere(name=name) from clash
        raise
    record(session, community=community, what="kind-added", before=None, after=name, actor=actor)
    return kind


def retire_kind(session: Session, *, community: Community, kind: HelpKind, actor: Actor) -> None:
    """Offer a kind of help no longer; exchanges that name it keep it."""
    if not kind.retired:
        kind.retired = True
        record(session, community=community, what="kind-retired", before=kind.name, after=None, actor=actor)


def record(
    session: Session, *, community: Community, what: str, before: str | None, after: str | None, actor: Actor
) -> CommunityEvent:
    """Write down what was changed about a community."""
    event = CommunityEvent(
        community_id=community.id,
        happened_at=clock.now(),
        actor=str(actor),
        what=what,
        before=before,
        after=after,
    )
    session.add(event)
    session.flush()
    return event


def history(session: Session, *, community: Community, limit: int = 50) -> Sequence[CommunityEvent]:
    """List what was changed about a community, the newest first."""
    events = select(CommunityEvent).where(CommunityEvent.community_id == community.id)
    return session.scalars(events.order_by(CommunityEvent.id.desc()).limit(limit)).all()


def _check_slug(slug: str) -> None:
    if not 2 <= len(slug) <= LONGEST_SLUG or not _SLUG.fullmatch(slug):
        raise SlugRefused(typed=excerpt(slug), longest=LONGEST_SLUG)
    if slug in RESERVED_SLUGS:
        raise SlugReserved(slug=slug)


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError) as unknown:
        # A name that is a folder, climbs out of the database of zones, or is in none.
        raise TimeZoneUnknown(typed=excerpt(name)) from unknown


def _cleaned(facts: CommunityFacts) -> CommunityFacts:
    """Return the facts as they will be stored, or refuse the first that cannot be."""
    name = clean_line(facts.name, longest=LONGEST_NAME)
    if not is_visible(name):
        raise CommunityUnnamed
    if facts.language not in LANGUAGES:
        raise LanguageUnknown(typed=excerpt(facts.language))
    _check_time_zone(facts.time_zone)
    if not _CURRENCY.fullmatch(facts.currency):
        raise CurrencyRefused(typed=excerpt(facts.currency))
    if not 1 <= facts.year_begins_month <= 12:
        raise MonthUnknown
    if facts.started_on > clock.today(facts.time_zone):
        raise StartInFuture
    if not 1 <= facts.rounding_minutes <= 60:
        raise RoundingRefused
    if not 1 <= facts.answer_days <= 365:
        raise AnswerDaysRefused
    return CommunityFacts(
        **asdict(facts)
        | {
            "name": name,
            "legal_form": clean_line(facts.legal_form, longest=LONGEST_NAME),
            "address": clean_text(facts.address, longest=LONGEST_ADDRESS),
            "telephone": clean_line(facts.telephone, longest=LONGEST_TELEPHONE),
        }
    )
