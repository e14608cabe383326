"""Gifts in kind: what somebody gave that is no money, kept in words and booked nowhere."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.days import check_day
from timebank.communities.models import Community
from timebank.db import violated
from timebank.donations.by_hand import WrittenBefore
from timebank.donations.by_hand import clean_reason
from timebank.donations.givers import NameForReading
from timebank.donations.givers import clean_name
from timebank.donations.models import LONGEST_ADDRESS
from timebank.donations.models import LONGEST_MESSAGE
from timebank.donations.models import GiftInKind
from timebank.donations.service import FundEnded
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.funds.models import Fund
from timebank.members.models import AN_ORGANISATION
from timebank.members.models import Member
from timebank.text import clean_text
from timebank.text import is_visible


class WhatMissing(Refusal):
    """A gift in kind of which nobody says what it is."""

    sentence = N_("Please say in a line what was given, for example 10 kg of rice.")
    field = "what"


class FundAndActivity(Refusal):
    """A gift in kind is for a fund and for something else at once."""

    sentence = N_("Please choose a fund, or write an activity, but not both.")
    field = "activity"


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtInKind:
    """A gift in kind, as the treasurer's form says it."""

    what: str
    given_on: date
    fund: Fund | None = None
    #: What it is for, where no fund is kept for that.
    activity: str = ""
    name: str = ""
    reading: str = ""
    name_hidden: bool = False
    organisation: bool = False
    address: str = ""
    member: Member | None = None
    key: str


def write_down_in_kind(
    session: Session, *, community: Community, gift: BroughtInKind, actor: Actor
) -> GiftInKind:
    """Write down a gift in kind, once for each form; the caller commits."""
    facts = _facts(gift)
    if there := _written_before(session, community, gift.key):
        return _the_same(there, facts)
    if not facts["what"]:
        raise WhatMissing
    if gift.fund is not None and facts["activity"]:
        raise FundAndActivity
    if gift.fund is not None and gift.fund.ended_on is not None:
        raise FundEnded
    check_day(gift.given_on, community=community, field="given_on")
    row = GiftInKind(
        community_id=community.id,
        made_at=clock.now(),
        actor=str(actor),
        key=gift.key,
        taken_back_because=None,
        **facts,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as clash:
        # The same form twice at one moment: the other was first.
        there = _written_before(session, community, gift.key)
        if violated(clash) != "uq_gift_in_kind_community_id_key" or there is None:
            raise
        return _the_same(there, facts)
    return row


def take_back_in_kind(session: Session, *, gift: GiftInKind, reason: str) -> None:
    """Take back what was written down by mistake; the line stays, and it counts no longer."""
    why = clean_reason(reason)
    session.refresh(gift, with_for_update=True)
    if gift.taken_back_because is None:
        gift.taken_back_because = why
        session.flush()


# --- the leaves ---------------------------------------------------------------------------------------------


def _facts(gift: BroughtInKind) -> dict[str, object]:
    """Give what the row keeps of it, by column; a member's name stands in for one that is not written."""
    what = clean_text(gift.what, longest=LONGEST_MESSAGE)
    name, reading, organisation = clean_name(gift.name), clean_name(gift.reading), gift.organisation
    if gift.member is not None and not name:
        name, reading = gift.member.name, reading or gift.member.reading or ""
        organisation = organisation or gift.member.kind == AN_ORGANISATION
    if reading and not name:
        raise NameForReading
    return {
        "what": what if is_visible(what) else "",
        "given_on": gift.given_on,
        "fund_id": gift.fund.id if gift.fund else None,
        "activity": clean_name(gift.activity),
        "name": name,
        "reading": reading,
        "name_hidden": gift.name_hidden,
        "organisation": organisation,
        "address": clean_text(gift.address, longest=LONGEST_ADDRESS),
        "member_id": gift.member.id if gift.member else None,
    }


def _written_before(session: Session, community: Community, key: str) -> GiftInKind | None:
    return session.scalar(
        select(GiftInKind).where(GiftInKind.community_id == community.id, GiftInKind.key == key)
    )


def _the_same(there: GiftInKind, facts: dict[str, object]) -> GiftInKind:
    """Refuse a form that is saved again with other content; a double click has the same."""
    if any(getattr(there, name) != fact for name, fact in facts.items()):
        raise WrittenBefore
    return there
