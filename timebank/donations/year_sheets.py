"""Receipts for a whole calendar year: one for each giver who wished it so, issued once the year is over.

Each gift stands on one receipt. A sheet never grows: a gift that turns up later has a receipt of its own.
"""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from sqlalchemy import Text
from sqlalchemy import cast
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import true
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.donations.models import DONATION
from timebank.donations.models import Donation
from timebank.donations.models import DonationHandedBack
from timebank.donations.queries import Gift
from timebank.donations.queries import list_gifts
from timebank.donations.receipting import issue_receipt
from timebank.donations.receipting import send_later
from timebank.donations.receipting import source_of_gift
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.payments.booking import local_day
from timebank.payments.models import MOST_MINOR
from timebank.payments.models import Payment
from timebank.payments.models import StripeRefund
from timebank.queue import Task
from timebank.queue import enqueue
from timebank.receipts.issuer import issuer_of
from timebank.receipts.issuer import tax_words_on
from timebank.receipts.models import GIFT
from timebank.receipts.models import Receipt
from timebank.receipts.models import ReceiptLine
from timebank.receipts.service import Due
from timebank.receipts.service import NoReceiptsHere
from timebank.receipts.service import Part
from timebank.receipts.service import hold_numbers
from timebank.receipts.service import issue
from timebank.receipts.service import source_of_hand_back
from timebank.text import search_key

#: Issues what waits for the end of a year.
ISSUE_YEARS: Final = "issue-receipts-of-years"
#: Transfers of December are written down in January, too; whoever does not want to wait issues by hand.
BY_ITSELF_FROM: Final = (1, 16)
BY_ITSELF: Final = Actor(person_id=None, member_id=None, how="job")
#: Receipts are issued so many in one transaction.
AT_ONCE: Final = 200
#: More gifts than anybody reads on a sheet; the rest is on a further one.
MOST_LINES: Final = 500


class YearNotOver(Refusal):
    """The receipts of a year are asked for in which gifts may still come."""

    sentence = N_("The year is not over yet. Its receipts are issued after its last day.")
    status = 409


class NothingForYear(Refusal):
    """The receipts of a year are asked for, and nobody waits for one."""

    sentence = N_("Nobody waits for a receipt for this year. There is nothing to issue.")
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSheet:
    """What waits to be on one receipt: the gifts of one giver in a year, the oldest first."""

    gifts: Sequence[Gift]
    #: The giver has the receipt of that year already, so each of these has its own.
    late: bool

    @property
    def last(self) -> Donation:
        """Give the last gift: whoever gave is called as they were called there."""
        return self.gifts[-1].donation

    @property
    def amount_minor(self) -> int:
        """Tell how much counts of them together."""
        return sum(one.left for one in self.gifts)

    @property
    def address(self) -> str:
        """Tell where the giver lives, as they said it last."""
        return next((one.donation.address for one in reversed(self.gifts) if one.donation.address), "")


def is_over(community: Community, year: int) -> bool:
    """Say whether a calendar year is over where the community is."""
    return year < clock.today(community.time_zone).year


def by_itself_from(year: int) -> date:
    """Give the day from which the receipts of a year are issued by themselves."""
    return date(year + 1, *BY_ITSELF_FROM)


def waiting(session: Session, *, community: Community, year: int) -> Sequence[YearSheet]:
    """Put together what waits to be issued for a year; what was given back whole, or is disputed, is not."""
    wished = [
        one
        for one in list_gifts(session, community=community, year=year)[::-1]
        if one.donation.receipt_for_year and not one.taken_back
    ]
    there = _on_receipts(session, community, year)

    @cache
    def words_of(day: date) -> str:
        return tax_words_on(session, community=community, day=day)

    by_giver: dict[object, list[Gift]] = {}
    had: set[object] = set()
    for one in wished:
        row, source = one.donation, source_of_gift(one.donation, one.payment)
        assert row.given_on is not None
        # A sheet has one set of words for the tax office, which holds for all that is on it.
        key = who(row), row.currency, words_of(row.given_on)
        if there.get(source) == year:
            had.add(key)
        elif source not in there and one.left > 0 and not one.disputed:
            by_giver.setdefault(key, []).append(one)
    return [
        YearSheet(gifts=gifts, late=key in had)
        for key, of_giver in by_giver.items()
        for gifts in _fitting(of_giver)
    ]


def issue_year(
    session: Session, *, community: Community, year: int, actor: Actor, gift_id: int | None = None
) -> Sequence[Receipt]:
    """Issue the receipts of a year that is over, or the one on which a gift stands; the caller commits.

    So many at a time as one transaction takes.
    """
    if not is_over(community, year):
        raise YearNotOver
    if issuer_of(session, community=community) is None:
        raise NoReceiptsHere
    # Two who issue at once do so one after the other, and what is given back meanwhile waits for both.
    hold_numbers(session, community=community)
    found = waiting(session, community=community, year=year)
    if gift_id is not None:
        found = [one for one in found if gift_id in {gift.donation.id for gift in one.gifts}]
    issued: list[Receipt] = []
    for sheet in found:
        if len(issued) >= AT_ONCE:
            break
        issued += _each(session, sheet, actor) if sheet.late else _together(session, sheet, year, actor)
    if not issued:
        raise NothingForYear
    return issued


def issue_years(session: Session, task: Task) -> None:
    """Issue what waits for the end of a year, once its last transfers were written down, too."""
    community = session.get_one(Community, task.community_id)
    today = clock.today(community.time_zone)
    if issuer_of(session, community=community) is None:
        return
    for year in years_waiting(session, community=community):
        if today < by_itself_from(year):
            continue
        try:
            issue_year(session, community=community, year=year, actor=BY_ITSELF)
        except NothingForYear:
            # What is left is disputed, or was given back.
            continue
        # Another transaction looks whether that was all.
        enqueue(session, community_id=community.id, kind=ISSUE_YEARS)
        return


def years_waiting(session: Session, *, community: Community) -> Sequence[int]:
    """List the years that are over and of which a gift may wait for a receipt, the first one first."""
    by_hand = ReceiptLine.source == "gift:" + cast(Donation.id, Text)
    payment = select(Payment.id).where(
        Payment.community_id == community.id,
        Payment.purpose == DONATION,
        Payment.subject_id == Donation.id,
        ReceiptLine.source == "payment:" + cast(Payment.id, Text),
    )
    line = select(ReceiptLine.line).where(
        ReceiptLine.community_id == community.id, or_(by_hand, payment.exists())
    )
    year = func.substr(cast(Donation.given_on, Text), 1, 4)
    found = select(year).where(
        Donation.community_id == community.id,
        Donation.receipt_for_year == true(),
        Donation.given_on < date(clock.today(community.time_zone).year, 1, 1),
        ~line.exists(),
    )
    return sorted(map(int, session.scalars(found.distinct())))


def who(donation: Donation) -> object:
    """Say by what gifts are one giver's: the member, the address for mail or for letters, and the name.

    Never by a name alone, which two neighbours may have; and a receipt is made out to one name.
    """
    name = _key(donation.name)
    if donation.member_id is not None:
        return donation.member_id, name
    if donation.email:
        return "mail", donation.email.casefold(), name
    return ("letter", _key(donation.address), name) if donation.address else donation.id


# --- the leaves ---------------------------------------------------------------------------------------------


def _key(text: str) -> str:
    return search_key(text) or text


def _on_receipts(session: Session, community: Community, year: int) -> dict[str, int | None]:
    """Tell which of a year's gifts stand on receipts, and of which year those are."""
    found = (
        select(ReceiptLine.source, Receipt.of_year)
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .where(
            ReceiptLine.community_id == community.id,
            ReceiptLine.paid_on >= date(year, 1, 1),
            ReceiptLine.paid_on <= date(year, 12, 31),
        )
    )
    return {row.source: row.of_year for row in session.execute(found)}


def _fitting(gifts: Sequence[Gift]) -> Iterator[list[Gift]]:
    """Cut what is more than one sheet, or one sum, can hold."""
    sheet: list[Gift] = []
    there = 0
    for one in gifts:
        if len(sheet) == MOST_LINES or there + one.left > MOST_MINOR:
            yield sheet
            sheet, there = [], 0
        sheet.append(one)
        there += one.left
    yield sheet


def _each(session: Session, sheet: YearSheet, actor: Actor) -> list[Receipt]:
    issued = []
    for one in sheet.gifts:
        receipt = issue_receipt(session, donation=one.donation, payment=one.payment, actor=actor)
        assert receipt is not None
        send_later(session, receipt=receipt, donation_id=one.donation.id)
        issued.append(receipt)
    return issued


def _together(session: Session, sheet: YearSheet, year: int, actor: Actor) -> list[Receipt]:
    last = sheet.last
    community = session.get_one(Community, last.community_id)
    assert last.given_on is not None
    due = Due(
        kind=GIFT,
        source=f"year:{year}:{sheet.gifts[0].donation.id}",
        language=last.language,
        payer=last.name,
        address=sheet.address,
        member_id=last.member_id,
        amount_minor=sheet.amount_minor,
        currency=last.currency,
        paid_on=last.given_on,
        of_year=year,
        parts=[part for one in sheet.gifts for part in _parts(session, community, one)],
    )
    receipt = issue(session, community=community, due=due, actor=actor)
    assert receipt is not None
    by_mail = [one.donation for one in sheet.gifts if one.donation.email]
    # Where they said several, nobody knows which of them reads all of it: then it goes by post.
    if len({one.email.casefold() for one in by_mail}) == 1:
        send_later(session, receipt=receipt, donation_id=by_mail[-1].id)
    return [receipt]


def _parts(session: Session, community: Community, gift: Gift) -> Iterator[Part]:
    """Give the line of a gift, and what went back of it so far."""
    row, purpose = gift.donation, gift.fund.name if gift.fund else ""
    assert row.given_on is not None
    yield Part(
        source=source_of_gift(row, gift.payment),
        paid_on=row.given_on,
        amount_minor=row.amount_minor,
        purpose=purpose,
    )
    if not gift.back:
        return
    if gift.payment is not None:
        refunds = select(StripeRefund).where(
            StripeRefund.payment_id == gift.payment.id, StripeRefund.status == "succeeded"
        )
        for one in session.scalars(refunds.order_by(StripeRefund.id)):
            yield Part(
                source=f"refund:{one.id}",
                paid_on=local_day(community, one.made_at),
                amount_minor=-one.amount,
                purpose=purpose,
            )
    handed = session.get(DonationHandedBack, row.id)
    if handed is not None:
        yield Part(
            source=source_of_hand_back(source_of_gift(row, gift.payment)),
            paid_on=handed.handed_on,
            amount_minor=-handed.amount_minor,
            purpose=purpose,
        )
