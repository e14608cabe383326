"""Receipts of a house: one that is made and waits for the post, what was printed, and who issues them."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.house_things import Things
from tests.pictures import a_png
from timebank import clock
from timebank.app import HOOKS
from timebank.communities.models import Community
from timebank.donations import service as donations
from timebank.memberships.models import Fee
from timebank.memberships.queries import story_of
from timebank.memberships.receipting import ask_for_receipt
from timebank.payments.facts import Charge
from timebank.payments.facts import Checkout
from timebank.payments.models import Payment
from timebank.payments.service import fulfil
from timebank.queue import Task
from timebank.receipts.handing import print_one
from timebank.receipts.issuer import add_tax_words
from timebank.receipts.issuer import change_issuer
from timebank.receipts.issuer import put_stamp
from timebank.receipts.models import Receipt
from timebank.receipts.papers import make_paper
from timebank.tickets import receipting as tickets
from timebank.tickets.models import TicketSale
from timebank.tickets.queries import find_booklet


def issue_receipts(session: Session, community: Community) -> Things:
    """Say who issues receipts, and have two give who wish one, and one who does not."""
    here: dict[str, Any] = {"community": community, "actor": COORDINATOR}
    change_issuer(session, name="Kadoma neighbours, an association", seat="1-2 Honmachi", **here)
    put_stamp(session, picture=a_png(), **here)
    first, last = clock.today(community.time_zone), date(2027, 3, 31)
    words = add_tax_words(session, words="By certification 1", valid_from=first, valid_until=last, **here)
    receipts = {}
    for name in ("of a gift", "printed"):
        payment = a_paid_gift(session, community, name, wants_receipt=True)
        receipts[name] = _made(session, payment)
    receipts["of a fee"] = _of_a_fee(session, community)
    receipts["on the account"] = _of_tickets(session, community)
    printing = print_one(session, receipt=receipts["printed"], actor=COORDINATOR)
    without = a_paid_gift(session, community, "without")
    with_stamp = receipts["printed"].stamp_id
    assert with_stamp
    with_one = session.get_one(Payment, int(receipts["of a gift"].source.partition(":")[2]))
    return {
        "receipt_id": {name: receipt.id for name, receipt in receipts.items()},
        "printing_id": {"one": printing.id},
        "words_id": {"for tax": words.id},
        "stamp_id": {"on receipts": with_stamp},
        "gift_token": {"with a receipt": with_one.token, "without a receipt": without.token},
    }


def a_paid_gift(
    session: Session, community: Community, key: str, *, wants_receipt: bool = False, amount: int = 2000
) -> Payment:
    """Have somebody give, and Stripe tell that it is paid."""
    wish = donations.Wish(
        amount_minor=amount,
        fund=None,
        name="A giver",
        address="3-4 Honmachi" if wants_receipt else "",
        wants_receipt=wants_receipt,
        language="en",
        key=f"form:gift {key}",
    )
    _gift, payment = donations.wish_to_give(session, community=community, wish=wish)
    now, currency = clock.now(), community.currency
    charge = Charge(
        id=f"ch_{community.slug}_{key}",
        paid=True,
        amount=amount,
        currency=currency,
        made_at=now,
        movements=(),
    )
    paid = Checkout(
        id=f"cs_{community.slug}_{key}",
        token=payment.token,
        status="complete",
        paid=True,
        failed=False,
        amount=amount,
        currency=currency,
        made_at=now,
        ends_at=now,
        charge=charge,
    )
    return fulfil(session, community=community, checkout=paid, purposes=HOOKS.purposes)


def _made(session: Session, payment: Payment) -> Receipt:
    """Do the later work that makes the sheet of a payment's receipt."""
    receipt = session.scalars(select(Receipt).where(Receipt.source == f"payment:{payment.id}")).one()
    make_paper(session, Task(0, payment.community_id, "", {"receipt": receipt.id}, 1))
    return receipt


def _of_tickets(session: Session, community: Community) -> Receipt:
    """Have the giver ask for the receipt of the booklet that stands on the account."""
    sale = session.scalars(
        select(TicketSale).where(
            TicketSale.community_id == community.id, TicketSale.key == "form:booklet on the account"
        )
    ).one()
    booklet = find_booklet(session, community=community, sale_id=sale.id)
    assert booklet
    receipt = tickets.ask_for_receipt(
        session,
        community=community,
        booklet=booklet,
        name="A giver",
        address="",
        language="en",
        actor=COORDINATOR,
    )
    make_paper(session, Task(0, community.id, "", {"receipt": receipt.id}, 1))
    return receipt


def _of_a_fee(session: Session, community: Community) -> Receipt:
    """Have the giver ask for the receipt of the fee that was paid by card."""
    fee = session.scalars(
        select(Fee).where(Fee.community_id == community.id, Fee.key == "form:fee by card")
    ).one()
    receipt = ask_for_receipt(
        session,
        community=community,
        story=story_of(session, fee=fee),
        name="A giver",
        address="",
        language="en",
        actor=COORDINATOR,
    )
    make_paper(session, Task(0, community.id, "", {"receipt": receipt.id}, 1))
    return receipt
