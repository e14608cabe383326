"""What is known of a member by the receipts that they were given."""

from typing import Final

from sqlalchemy import select

from timebank.errors import N_
from timebank.known import Known
from timebank.receipts.models import Receipt
from timebank.receipts.models import ReceiptLine

KNOWN: Final = (
    Known(
        label=N_("Receipts"),
        table=Receipt,
        about=lambda whom: Receipt.member_id == whom.member_id,
        told={
            "year": N_("Year"),
            "number": N_("Number"),
            "kind": N_("What it is"),
            "issued_on": N_("Issued on"),
            "payer": N_("Name"),
            "address": N_("Postal address"),
            "amount_minor": N_("Amount, in the smallest coin"),
            "currency": N_("Currency"),
            "purpose": N_("For"),
            "paid_on": N_("Paid on"),
            "tax_words": N_("Words for tax"),
            "of_year": N_("For the gifts of the year"),
        },
        untold=frozenset(
            {
                *("id", "community_id", "member_id", "source", "language", "issued_at", "issuer", "seat"),
                *("stamp_id", "about_id", "actor", "last_line"),
            }
        ),
        kept=N_("Receipts, with the name and address on them: for as long as the law wants them kept."),
    ),
    Known(
        label=N_("What stands on receipts"),
        table=ReceiptLine,
        about=lambda whom: ReceiptLine.receipt_id.in_(
            select(Receipt.id).where(Receipt.member_id == whom.member_id)
        ),
        told={
            "paid_on": N_("Paid on"),
            "amount_minor": N_("Amount, in the smallest coin"),
            "purpose": N_("For"),
        },
        untold=frozenset({"receipt_id", "line", "community_id", "source"}),
        kept=N_("Receipts, with the name and address on them: for as long as the law wants them kept."),
    ),
)
