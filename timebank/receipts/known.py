"""What is known of a member by the receipts that they were given."""

from typing import Final

from timebank.errors import N_
from timebank.known import Known
from timebank.receipts.models import Receipt

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
        },
        untold=frozenset(
            {
                *("id", "community_id", "member_id", "source", "language", "issued_at", "issuer", "seat"),
                *("stamp_id", "about_id", "actor"),
            }
        ),
        kept=N_("Receipts, with the name and address on them: for as long as the law wants them kept."),
    ),
)
