"""Letters about fees: until when it is paid, and that a membership ends or has ended."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.mail import send_letter
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.reaching import addresses_of
from timebank.memberships.later import AFTER
from timebank.memberships.models import Fee
from timebank.memberships.models import Plan
from timebank.memberships.models import Term
from timebank.memberships.queries import FeeStory
from timebank.memberships.queries import standing_of
from timebank.memberships.queries import story_of
from timebank.memberships.service import rule_of
from timebank.payments.models import StripeSubscription
from timebank.payments.renewing import subscription_of
from timebank.queue import Task


def tell_paid(session: Session, task: Task) -> None:
    """Tell whoever a fee was paid for, and whoever made it a gift, until when it is paid now."""
    fee = session.scalar(
        select(Fee).where(Fee.id == task.payload["fee"], Fee.community_id == task.community_id)
    )
    if fee is None or fee.paid_on is None or fee.taken_back_on is not None:
        return
    community, story = session.get_one(Community, task.community_id), story_of(session, fee=fee)
    regular = _regular(session, story)
    for member in (story.member, *([story.payer] if story.payer else [])):
        for address, language in addresses_of(session, member=member, language=fee.language):
            send_letter(
                session,
                "fee_paid",
                community=community,
                to_address=address,
                language=language,
                member=member,
                story=story,
                paid_until=_paid_until(story),
                regular=regular,
                # Whoever pays may stop it, and nobody else.
                link=member.id == (story.payer or story.member).id,
            )


def remind_of_fee(session: Session, task: Task) -> None:
    """Remind a member that their membership ends, or has ended, unless it was paid meanwhile."""
    community = session.get_one(Community, task.community_id)
    term = session.scalar(
        select(Term).where(Term.id == task.payload["term"], Term.community_id == community.id)
    )
    if term is None or term.given_back_on is not None:
        return
    member = session.get_one(Member, term.member_id)
    standing = standing_of(session, community=community, member=member)
    if member.state == LEFT or standing.paid_until != term.ends_on:
        return
    plan = session.get_one(Plan, session.get_one(Fee, term.fee_id).plan_id)
    language_then = session.get_one(Fee, term.fee_id).language
    for address, language in addresses_of(session, member=member, language=language_then):
        send_letter(
            session,
            "fee_reminder",
            community=community,
            to_address=address,
            language=language,
            member=member,
            plan=plan,
            standing=standing,
            over=task.payload["when"] == AFTER,
            today=clock.today(community.time_zone),
            rule=rule_of(session, community=community),
        )


def _regular(session: Session, story: FeeStory) -> StripeSubscription | None:
    """Find what takes the fee again; None where nothing does any more."""
    found = subscription_of(session, payment=story.payment) if story.payment else None
    return found if found is not None and found.ended_at is None else None


def _paid_until(story: FeeStory) -> object:
    return max((one.ends_on for one in story.terms if one.given_back_on is None), default=None)
