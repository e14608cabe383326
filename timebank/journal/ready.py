"""Templates for those who know no bookkeeping: what happened, and the two accounts that it moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from timebank import books
from timebank.errors import N_

_OFFICE: Final = "office"


@dataclass(frozen=True, slots=True)
class Template:
    """Something that happens again and again, in the words of whoever did it."""

    #: English, marked with N_, as the button says it.
    label: str
    debit: str
    credit: str


def _cost(nature: str) -> str:
    return books.expenses_code(_OFFICE, nature)


TEMPLATES: Final[Mapping[str, Template]] = {
    "rent": Template(N_("Rent was paid, from the bank"), _cost("rent"), books.BANK),
    "postage": Template(N_("Stamps or telephone were paid, from the box"), _cost("postage"), books.CASH),
    "insurance": Template(N_("Insurance was paid, from the bank"), _cost("insurance"), books.BANK),
    "equipment": Template(N_("Something was bought, from the bank"), _cost("equipment"), books.BANK),
    "bought-in-cash": Template(N_("Something was bought, from the box"), _cost("equipment"), books.CASH),
    "meeting": Template(N_("A room or tea was paid, from the box"), _cost("meeting"), books.CASH),
    "bank-fees": Template(N_("The bank took a fee"), _cost("bank-fees"), books.BANK),
    "float": Template(N_("Cash was fetched from the bank for the box"), books.CASH, books.BANK),
    "paid-in": Template(N_("Cash was brought to the bank"), books.BANK, books.CASH),
    "payout": Template(N_("Stripe's payout has come to the bank"), books.BANK, books.STRIPE_TRANSIT),
    "interest": Template(N_("The bank paid interest"), books.BANK, books.income_code("interest")),
    "other-income": Template(
        N_("Something else came in, to the bank"), books.BANK, books.income_code("other")
    ),
}
