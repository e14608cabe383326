"""Asking the givers of a fund whether what is left may be for something else, and doing as they answer."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.days import check_day
from timebank.communities.models import Community
from timebank.donations.kept import Held
from timebank.donations.kept import held_in
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.funds.models import ASKED
from timebank.funds.models import GIVEN_UP
from timebank.funds.models import LONGEST_DECIDERS
from timebank.funds.models import LONGEST_DECISION
from timebank.funds.models import Fund
from timebank.funds.models import PurposeChange
from timebank.funds.queries import open_change
from timebank.purposes.models import ANSWERS
from timebank.purposes.models import PAGE
from timebank.purposes.models import TO_OFFICERS
from timebank.purposes.models import PurposeGift
from timebank.purposes.models import PurposeGiver
from timebank.queue import enqueue
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import is_visible
from timebank.text import search_key

#: Asks a giver by mail, and once more some days before the last one.
ASK_GIVER, REMIND_GIVER = "ask-giver-about-purpose", "remind-giver-about-purpose"
REMIND_DAYS: Final = 5
_AT_HOUR: Final = time(9)
#: Nobody keeps others' money waiting for longer.
LONGEST_WAIT: Final = timedelta(days=366)


class StillGoesOn(Refusal):
    """What a fund is for goes on, so there is nothing else that its money could be for."""

    sentence = N_(
        "What this fund is for goes on. Only once it has stopped can its money be for something else."
    )
    status = 409


class AskedAlready(Refusal):
    """Givers are asked already, about something else."""

    sentence = N_("Those who gave for this are asked already. Please settle that or give it up first.")
    status = 409


class PurposeUnknown(Refusal):
    """Money is to be for something that takes no gifts, or for what it is for already."""

    sentence = N_("Please choose one of the other funds that are open.")
    field = "to_fund"


class DecisionMissing(Refusal):
    """Money is to be for something else, and nobody says what was decided."""

    sentence = N_("Please write what was decided: whoever gave reads it.")
    field = "decision"


class DecidersMissing(Refusal):
    """A decision of nobody."""

    sentence = N_("Please write who decided it, for example the yearly meeting.")
    field = "decided_by"


class AnswerDayPassed(Refusal):
    """Nobody could answer until then."""

    sentence = N_("Givers need time to answer: please write a day to come.")
    field = "answer_by"


class AnswerDayTooFar(Refusal):
    """A day so far away that it must be a slip."""

    sentence = N_("That is more than a year away. Please write an earlier day.")
    field = "answer_by"


class NobodyToAsk(Refusal):
    """Nothing is left, or nobody knows of whom it is."""

    sentence = N_("Nothing is left in this fund of a gift whose giver is known, so there is nobody to ask.")
    status = 409


class AnswersAreOver(Refusal):
    """Somebody answers when it is too late."""

    sentence = N_("The last day to answer is over. Please call us.")
    status = 409


class NotAskedAnyMore(Refusal):
    """Somebody answers when all was settled, or given up."""

    sentence = N_("It was settled in the meantime, so nothing can be changed any more. Please call us.")
    status = 409


class AnswerUnknown(Refusal):
    """An answer that is none."""

    sentence = N_("Please choose one of these.")
    field = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided, as a form says it."""

    to_fund: Fund | None
    decision: str
    decided_by: str
    decided_on: date
    answer_by: date


def ask(
    session: Session, *, community: Community, fund: Fund, decision: Decision, actor: Actor
) -> PurposeChange:
    """Write down the decision, and ask everybody who gave for their answer; the caller commits.

    The same once more is the same; another one has to wait.
    """
    session.refresh(fund, with_for_update=True)
    facts = _checked(session, community, fund, decision)
    if there := open_change(session, fund=fund):
        return _the_same(there, facts)
    asked = [one for one in held_in(session, community=community, fund=fund) if one.left and _is_known(one)]
    if not asked:
        raise NobodyToAsk
    change = PurposeChange(
        community_id=community.id,
        fund_id=fund.id,
        state=ASKED,
        asked_at=clock.now(),
        actor=str(actor),
        ended_at=None,
        ended_by=None,
        entry_id=None,
        currency=community.currency,
        moved_minor=0,
        back_minor=0,
        **facts,
    )
    # The fund is held, so that nobody else asks at this moment; the database refuses a second question, too.
    session.add(change)
    session.flush()
    for gifts in _by_giver(asked):
        _ask_one(session, community, change, gifts)
    return change


def give_up(session: Session, *, change: PurposeChange, actor: Actor) -> None:
    """Ask no longer: everything stays where it is."""
    session.refresh(change, with_for_update=True)
    if change.state == ASKED:
        change.state, change.ended_at, change.ended_by = GIVEN_UP, clock.now(), str(actor)
        session.flush()


def answer(
    session: Session,
    *,
    community: Community,
    giver: PurposeGiver,
    said: str,
    heard: str,
    actor: Actor,
) -> None:
    """Write down what somebody answers; it can be changed until the last day.

    What an officer was told in time can be written down until all is settled.
    """
    change = session.get_one(PurposeChange, giver.change_id, with_for_update=True, populate_existing=True)
    session.refresh(giver, with_for_update=True)
    if said not in ANSWERS or heard not in (PAGE, *TO_OFFICERS):
        raise AnswerUnknown
    over = clock.today(community.time_zone) > change.answer_by
    if change.state != ASKED:
        raise NotAskedAnyMore
    if over and heard == PAGE:
        raise AnswersAreOver
    giver.answer, giver.answered_at, giver.heard = said, clock.now(), heard
    giver.actor = str(actor)
    session.flush()


def can_settle(session: Session, *, community: Community, change: PurposeChange) -> bool:
    """Say whether it can be done as was answered: the last day is over, or everybody has answered."""
    if change.state != ASKED:
        return False
    if clock.today(community.time_zone) > change.answer_by:
        return True
    silent = select(PurposeGiver.id).where(PurposeGiver.change_id == change.id, PurposeGiver.answer.is_(None))
    return session.scalar(silent.limit(1)) is None


# --- the leaves ---------------------------------------------------------------------------------------------


def _checked(
    session: Session, community: Community, fund: Fund, decision: Decision
) -> dict[str, int | str | date]:
    """Give what the row keeps of a decision, by column; raises a refusal where it does not fit."""
    if fund.ended_on is None:
        raise StillGoesOn
    to_fund = decision.to_fund
    if to_fund is None or to_fund.id == fund.id or to_fund.community_id != community.id:
        raise PurposeUnknown
    session.refresh(to_fund)
    if to_fund.ended_on is not None:
        raise PurposeUnknown
    words = clean_text(decision.decision, longest=LONGEST_DECISION)
    if not is_visible(words):
        raise DecisionMissing
    deciders = clean_line(decision.decided_by, longest=LONGEST_DECIDERS)
    if not is_visible(deciders):
        raise DecidersMissing
    check_day(decision.decided_on, community=community, field="decided_on")
    today = clock.today(community.time_zone)
    if decision.answer_by <= today:
        raise AnswerDayPassed
    if decision.answer_by > today + LONGEST_WAIT:
        raise AnswerDayTooFar
    return {
        "to_fund_id": to_fund.id,
        "to_name": to_fund.name,
        "to_purpose": to_fund.purpose,
        "decision": words,
        "decided_by": deciders,
        "decided_on": decision.decided_on,
        "answer_by": decision.answer_by,
    }


def _the_same(there: PurposeChange, facts: dict[str, int | str | date]) -> PurposeChange:
    """Refuse another question while one is open; a double click is the same one."""
    if any(getattr(there, name) != fact for name, fact in facts.items()):
        raise AskedAlready
    return there


def _is_known(held: Held) -> bool:
    """Say whether somebody could be asked: who gave without a word about themselves cannot be."""
    donation = held.gift.donation
    return bool(donation.name or donation.email or donation.member_id)


def _by_giver(asked: Sequence[Held]) -> list[list[Held]]:
    """Put together gifts of one giver: the same member, or the same address for mail, or name and address.

    Two neighbours may have one name, so a name alone joins nothing.
    """
    found: dict[object, list[Held]] = {}
    for one in asked:
        donation = one.gift.donation
        who: tuple[object, ...] = ("gift", donation.id)
        if donation.member_id is not None:
            who = ("member", donation.member_id)
        elif donation.email:
            who = ("email", donation.email.casefold())
        elif donation.name and donation.address:
            who = ("name", search_key(donation.name), search_key(donation.address))
        found.setdefault(who, []).append(one)
    return list(found.values())


def _ask_one(session: Session, community: Community, change: PurposeChange, gifts: Sequence[Held]) -> None:
    giver = PurposeGiver(
        community_id=community.id,
        change_id=change.id,
        token=secrets.token_urlsafe(24),
        answer=None,
        answered_at=None,
        heard=None,
        actor=None,
    )
    session.add(giver)
    session.flush()
    for one in gifts:
        session.add(
            PurposeGift(
                community_id=community.id,
                change_id=change.id,
                giver_id=giver.id,
                donation_id=one.gift.donation.id,
                settled_minor=None,
            )
        )
    session.flush()
    _write_later(session, giver, ASK_GIVER, None)
    day = change.answer_by - timedelta(days=REMIND_DAYS)
    if day > clock.today(community.time_zone):
        due_at = datetime.combine(day, _AT_HOUR, tzinfo=ZoneInfo(community.time_zone))
        _write_later(session, giver, REMIND_GIVER, due_at)


def _write_later(session: Session, giver: PurposeGiver, kind: str, due_at: datetime | None) -> None:
    enqueue(
        session,
        community_id=giver.community_id,
        kind=kind,
        payload={"giver": giver.id},
        key=f"{kind}:{giver.id}",
        due_at=due_at,
    )
