"""What is known of a member's visits that are paid for, and of what they paid or were paid."""

from typing import Final

from sqlalchemy import Select
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank.errors import N_
from timebank.exchanges.models import Exchange
from timebank.known import Known
from timebank.known import Whom
from timebank.known import taken_away
from timebank.payments.models import Payment
from timebank.support.cancelled_models import SupportCancelled
from timebank.support.models import HelpBill
from timebank.support.models import HelpPayment
from timebank.support.models import SupportExpense
from timebank.support.models import SupportPaid
from timebank.support.models import SupportUsual
from timebank.support.models import SupportVisit
from timebank.support.online import HELP
from timebank.support.proposal_models import SupportProposal

_KEPT = N_("Who paid how much and when: for as long as the law wants books and receipts kept.")


def _exchanges(whom: Whom) -> Select[int]:
    return select(Exchange.id).where(
        Exchange.community_id == whom.community_id,
        (Exchange.giver_id == whom.member_id) | (Exchange.receiver_id == whom.member_id),
    )


def _forget(session: Session, _known: Known, whom: Whom) -> None:
    """Let go of addresses for mail; who paid what stays, as the books need it."""
    theirs = select(HelpPayment.id).where(HelpPayment.member_id == whom.member_id)
    gone = (
        update(Payment)
        .where(
            Payment.community_id == whom.community_id,
            Payment.purpose == HELP,
            Payment.subject_id.in_(theirs),
        )
        .values(email="")
    )
    session.execute(gone.execution_options(synchronize_session=False))


KNOWN: Final = (
    Known(
        label=N_("Visits that are paid for"),
        table=SupportVisit,
        about=lambda whom: SupportVisit.exchange_id.in_(_exchanges(whom)),
        told={
            "exchange_id": N_("Number of the exchange"),
            "pays_by": N_("How it is paid"),
            "paid_minutes": N_("Paid with money, in minutes"),
            "thanked_minutes": N_("Thanked with money, in minutes"),
            "begins_minute": N_("Begins, in minutes of the day"),
            "km": N_("Kilometres"),
            "first": N_("It is the first visit"),
            "second": N_("It is about a second giver who comes along"),
            "price_minor": N_("Price, in the smallest coin"),
            "tickets_minor": N_("Of it with tickets, in the smallest coin"),
            "prepaid_minor": N_("Of it from the prepaid balance, in the smallest coin"),
            "thanks_minor": N_("Thanks, in the smallest coin"),
            "way_minor": N_("The giver's way, in the smallest coin"),
            "currency": N_("Currency"),
        },
        untold=frozenset(
            {"community_id", "rate_id", "provider", "direct_minor", "to_fund_minor", "from_fund_minor"}
        ),
        kept=_KEPT,
    ),
    Known(
        label=N_("Visits that were told, and how they were to be paid"),
        table=SupportProposal,
        about=lambda whom: SupportProposal.exchange_id.in_(_exchanges(whom)),
        told={
            "exchange_id": N_("Number of the exchange"),
            "told_by": N_("Who told of it"),
            "pays": N_("How it is paid"),
            "takes": N_("What is taken"),
            "paid_minutes": N_("Paid with money, in minutes"),
            "thanked_minutes": N_("Thanked with money, in minutes"),
            "begins_minute": N_("Begins, in minutes of the day"),
            "km": N_("Kilometres"),
            "first": N_("It is the first visit"),
            "second": N_("It is about a second giver who comes along"),
            "numbers": N_("Numbers of tickets"),
            "answered_at": N_("When it was answered"),
        },
        untold=frozenset({"community_id"}),
        kept=_KEPT,
    ),
    Known(
        label=N_("Expenses of exchanges"),
        table=SupportExpense,
        about=lambda whom: SupportExpense.exchange_id.in_(_exchanges(whom)),
        told={
            "exchange_id": N_("Number of the exchange"),
            "what": N_("What it was for"),
            "kind": N_("What kind of cost it is"),
            "carrying": N_("It is what it cost to carry a person"),
            "note": N_("How the cost comes about"),
            "amount_minor": N_("Amount, in the smallest coin"),
            "currency": N_("Currency"),
            "spent_on": N_("When"),
            "borne_by": N_("Who pays it back"),
            "no_receipt_because": N_("Why there is no receipt"),
            "state": N_("What became of it"),
            "told_at": N_("When it was told"),
            "declined_because": N_("Why it is not paid back"),
            "taken_back_because": N_("Why it was taken back"),
        },
        untold=frozenset(
            {"id", "community_id", "voucher_id", "key", "actor", "decided_at", "entry_id", "reversal_id"}
        ),
        kept=_KEPT,
    ),
    Known(
        label=N_("Visits that were cancelled late or at the door"),
        table=SupportCancelled,
        about=lambda whom: (
            (SupportCancelled.community_id == whom.community_id)
            & (
                (SupportCancelled.giver_id == whom.member_id)
                | (SupportCancelled.receiver_id == whom.member_id)
            )
        ),
        told={
            "giver_id": N_("Who was to help"),
            "receiver_id": N_("Who was to be helped"),
            "agreed_on": N_("Day"),
            "begins_minute": N_("Begins, in minutes of the day"),
            "how": N_("How it was cancelled"),
            "currency": N_("Currency"),
            "price_minor": N_("Price, in the smallest coin"),
            "thanks_minor": N_("Thanks, in the smallest coin"),
            "thanks_left": N_("The thanks were left to the group"),
            "written_at": N_("When it was told"),
            "taken_back_because": N_("Why it was taken back"),
        },
        untold=frozenset(
            {"id", "community_id", "kind_id", "rate_id", "provider", "key", "actor", "entry_id"}
            | {"reversal_id"}
        ),
        kept=_KEPT,
    ),
    Known(
        label=N_("What you usually take for help"),
        table=SupportUsual,
        about=lambda whom: SupportUsual.member_id == whom.member_id,
        told={"takes": N_("What is taken"), "said_at": N_("When")},
        untold=frozenset({"member_id", "community_id", "actor"}),
        erase=taken_away,
    ),
    Known(
        label=N_("What you paid, or were paid, for help"),
        table=SupportPaid,
        about=lambda whom: SupportPaid.member_id == whom.member_id,
        told={
            "paid_on": N_("When"),
            "what": N_("Paid for help, or as thanks"),
            "amount_minor": N_("Amount, in the smallest coin"),
            "currency": N_("Currency"),
            "way": N_("How it was paid"),
            "taken_back_because": N_("Why it was taken back"),
        },
        untold=frozenset(
            {"id", "community_id", "member_id", "key", "done_at", "actor", "entry_id", "reversal_id"}
        ),
        kept=_KEPT,
    ),
    Known(
        label=N_("Bills for help that you were sent by mail"),
        table=HelpBill,
        about=lambda whom: HelpBill.member_id == whom.member_id,
        told={
            "month": N_("Month"),
            "sent_at": N_("When"),
            "bill_minor": N_("What the month came to, in the smallest coin"),
            "owes_minor": N_("What was to pay, in the smallest coin"),
            "currency": N_("Currency"),
            "ends_on": N_("Last day of its link"),
        },
        untold=frozenset({"id", "community_id", "member_id", "nth", "token", "actor"}),
        kept=_KEPT,
    ),
    Known(
        label=N_("What you paid for help by card or at a konbini"),
        table=HelpPayment,
        about=lambda whom: HelpPayment.member_id == whom.member_id,
        told={
            "made_at": N_("When"),
            "paid_on": N_("Paid on"),
            "amount_minor": N_("Amount, in the smallest coin"),
            "currency": N_("Currency"),
            "over_minor": N_("Owed no longer when it came, in the smallest coin"),
            "over_back_minor": N_("Of that, gone back, in the smallest coin"),
        },
        untold=frozenset({"id", "community_id", "member_id", "bill_id", "language", "actor"}),
        erase=_forget,
        kept=_KEPT,
    ),
)
