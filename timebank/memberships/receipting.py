"""Receipts for fees: issued when whoever paid asks for one, and told of when money goes back."""

from sqlalchemy.orm import Session

from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.memberships.models import FREE
from timebank.memberships.models import SUPPORTER
from timebank.memberships.models import Fee
from timebank.memberships.queries import FeeStory
from timebank.memberships.queries import story_of
from timebank.receipts.issuer import issuer_of
from timebank.receipts.models import FEE
from timebank.receipts.models import LONGEST_ADDRESS
from timebank.receipts.models import LONGEST_NAME
from timebank.receipts.models import SUPPORTER_FEE
from timebank.receipts.models import Receipt
from timebank.receipts.service import Due
from timebank.receipts.service import NameForReceipt
from timebank.receipts.service import NoReceiptsHere
from timebank.receipts.service import find_receipt
from timebank.receipts.service import issue
from timebank.receipts.service import note_earlier_refunds
from timebank.receipts.service import note_taken_back
from timebank.receipts.service import source_of
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import is_visible


class FeeWentBack(Refusal):
    """A receipt for a fee that was given back or taken back."""

    sentence = N_("This fee went back, so there is no receipt for it.")
    status = 409


def payer_of(story: FeeStory) -> Member:
    """Tell who paid a fee, and so has its receipt: the member, or whoever made it a gift."""
    return story.payer or story.member


def counts_for_receipt(fee: Fee) -> bool:
    """Say whether there is anything to issue a receipt for."""
    went_back = fee.taken_back_on is not None or fee.back_minor >= fee.amount_minor
    return fee.paid_on is not None and fee.way != FREE and not went_back


def receipt_of(session: Session, *, community: Community, story: FeeStory) -> Receipt | None:
    """Find the receipt of a fee."""
    return find_receipt(session, community=community, source=_source(story))


def ask_for_receipt(
    session: Session,
    *,
    community: Community,
    story: FeeStory,
    name: str,
    address: str,
    language: str,
    actor: Actor,
) -> Receipt:
    """Issue the receipt of a fee; asked for twice, it is the first one again. The caller commits."""
    if found := receipt_of(session, community=community, story=story):
        return found
    if issuer_of(session, community=community) is None:
        raise NoReceiptsHere
    if not counts_for_receipt(story.fee):
        raise FeeWentBack
    name = clean_line(name, longest=LONGEST_NAME)
    if not is_visible(name):
        raise NameForReceipt
    assert story.fee.paid_on is not None
    first, last = story.terms[0].begins_on, story.terms[-1].ends_on
    due = Due(
        kind=SUPPORTER_FEE if story.plan.carries == SUPPORTER else FEE,
        source=_source(story),
        language=language,
        payer=name,
        address=clean_text(address, longest=LONGEST_ADDRESS),
        member_id=payer_of(story).id,
        amount_minor=story.fee.amount_minor,
        currency=story.fee.currency,
        purpose=f"{story.plan.name} ({first} – {last})",
        paid_on=story.fee.paid_on,
    )
    receipt = issue(session, community=community, due=due, actor=actor)
    assert receipt is not None
    if story.payment is not None:
        note_earlier_refunds(session, payment=story.payment)
    return receipt


def taken_back(session: Session, *, community: Community, fee: Fee, actor: Actor) -> None:
    """Issue the note that a fee was taken back, where it has a receipt."""
    story = story_of(session, fee=fee)
    receipt = receipt_of(session, community=community, story=story)
    if receipt is not None:
        note_taken_back(session, community=community, receipt=receipt, source=_source(story), actor=actor)


def _source(story: FeeStory) -> str:
    return source_of(story.payment) if story.payment else f"fee:{story.fee.id}"
