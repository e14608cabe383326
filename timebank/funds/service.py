"""What may be done with funds: opening, changing their words, ending, taking up again."""

import re
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.funds.models import CHANGED
from timebank.funds.models import ENDED
from timebank.funds.models import LONGEST_NAME
from timebank.funds.models import LONGEST_PURPOSE
from timebank.funds.models import LONGEST_REASON
from timebank.funds.models import LONGEST_SLUG
from timebank.funds.models import OPENED
from timebank.funds.models import TAKEN_UP
from timebank.funds.models import Fund
from timebank.funds.models import FundEvent
from timebank.funds.queries import open_change
from timebank.queue import enqueue
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import excerpt
from timebank.text import is_visible

#: Stops gifts that repeat, for funds that have ended.
STOP_ENDED: Final = "stop-gifts-for-ended-funds"
_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class FundSlugRefused(Refusal):
    """A short name that cannot stand in an account's code."""

    sentence = N_(
        "“%(typed)s” cannot be a fund's short name. Use 2 to %(longest)s lower-case letters, digits and "
        "hyphens, beginning with a letter."
    )
    field = "slug"


class FundSlugKept(Refusal):
    """A short name that gifts for no purpose have."""

    sentence = N_("“general” stands for gifts without a purpose. Please choose another short name.")
    field = "slug"


class FundThere(Refusal):
    """A fund that the community has already."""

    sentence = N_("There is a fund of that name already.")
    field = "name"


class FundSlugThere(Refusal):
    """A short name that another fund has, or had."""

    sentence = N_("Another fund has the short name “%(slug)s”.")
    field = "slug"


class FundUnnamed(Refusal):
    """A fund without a name."""

    sentence = N_("A fund needs a name.")
    field = "name"


class FundPurposeMissing(Refusal):
    """A fund of which nobody knows what it is for."""

    sentence = N_("Please say what the money is for: whoever gives reads it.")
    field = "purpose"


class FundReasonMissing(Refusal):
    """An activity stops without a word."""

    sentence = N_("Please say in a line why: whoever gave reads it.")
    field = "reason"


class GiversAreAsked(Refusal):
    """A fund is to take gifts again while those who gave to it are asked about something else."""

    sentence = N_(
        "Those who gave are asked at the moment whether what is left may be for something else. Please give "
        "that up first."
    )
    status = 409


def open_fund(
    session: Session, *, community: Community, slug: str, name: str, purpose: str, actor: Actor
) -> Fund:
    """Open a fund with nothing in it, and its accounts; the caller commits."""
    slug = slug.strip()
    if not 2 <= len(slug) <= LONGEST_SLUG or not _SLUG.fullmatch(slug):
        raise FundSlugRefused(typed=excerpt(slug), longest=LONGEST_SLUG)
    if slug == books.GENERAL:
        raise FundSlugKept
    if slug == books.KEPT_FUND:
        raise FundSlugThere(slug=slug)
    name, purpose = _cleaned(name, purpose)
    fund = Fund(community_id=community.id, slug=slug, name=name, purpose=purpose, ended_on=None)
    session.add(fund)
    _flush(session, slug)
    for code in (books.donations_code(slug), books.fund_code(slug)):
        books.money(session, book_id=community.book_id, currency=community.currency, code=code, actor=actor)
    _record(session, fund=fund, what=OPENED, words=None, actor=actor)
    return fund


def change_fund(session: Session, *, fund: Fund, name: str, purpose: str, actor: Actor) -> None:
    """Write a fund's name and words anew; what stood there before stays in its history.

    These are words for the same purpose: another purpose for money that was given is a decision of its own.
    """
    session.refresh(fund, with_for_update=True)
    name, purpose = _cleaned(name, purpose)
    if (name, purpose) == (fund.name, fund.purpose):
        return
    before = f"{fund.name}\n{fund.purpose}"
    fund.name, fund.purpose = name, purpose
    _flush(session, fund.slug)
    _record(session, fund=fund, what=CHANGED, words=before, actor=actor)


def end_fund(session: Session, *, community: Community, fund: Fund, reason: str, actor: Actor) -> None:
    """Let a fund take no gifts any more, because what it is for has stopped; its money stays in it."""
    why = clean_line(reason, longest=LONGEST_REASON)
    if not is_visible(why):
        raise FundReasonMissing
    session.refresh(fund, with_for_update=True)
    if fund.ended_on is None:
        fund.ended_on = clock.today(community.time_zone)
        _record(session, fund=fund, what=ENDED, words=why, actor=actor)
        # At once, so that nothing more is taken; every morning looks for what was missed.
        enqueue(
            session,
            community_id=community.id,
            kind=STOP_ENDED,
            payload={},
            key=f"{STOP_ENDED}:{fund.id}:{clock.now().isoformat()}",
        )


def take_up_fund(session: Session, *, fund: Fund, actor: Actor) -> None:
    """Let a fund take gifts again."""
    session.refresh(fund, with_for_update=True)
    if fund.ended_on is not None:
        if open_change(session, fund=fund) is not None:
            raise GiversAreAsked
        fund.ended_on = None
        _record(session, fund=fund, what=TAKEN_UP, words=None, actor=actor)


# --- the leaves ---------------------------------------------------------------------------------------------


def _cleaned(name: str, purpose: str) -> tuple[str, str]:
    name = clean_line(name, longest=LONGEST_NAME)
    purpose = clean_text(purpose, longest=LONGEST_PURPOSE)
    if not is_visible(name):
        raise FundUnnamed
    if not is_visible(purpose):
        raise FundPurposeMissing
    return name, purpose


def _flush(session: Session, slug: str) -> None:
    """Write, and say in words which of two names another fund has."""
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as clash:
        broken = violated(clash)
        if broken == "uq_fund_community_id_slug":
            raise FundSlugThere(slug=slug) from clash
        if broken == "uq_fund_community_id_name":
            raise FundThere from clash
        raise


def _record(session: Session, *, fund: Fund, what: str, words: str | None, actor: Actor) -> None:
    session.add(
        FundEvent(
            fund_id=fund.id,
            community_id=fund.community_id,
            happened_at=clock.now(),
            actor=str(actor),
            what=what,
            words=words,
        )
    )
    session.flush()
