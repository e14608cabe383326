"""What moves on the balance: one balance transaction for each movement, in minor units."""

from collections import defaultdict

from timebank.devstripe.store import Thing
from timebank.devstripe.work import Work

DAY = 24 * 60 * 60
#: What Stripe takes of a payment, in thousandths: the rate it publishes for Japan.
FEE_PER_MILLE = 36
#: What Stripe takes for a dispute, whoever wins it.
DISPUTE_FEE = 1500
#: How long the money of a payment is on its way to the balance.
PENDING_FOR = 4 * DAY
#: Currencies whose smallest unit is the unit.
WITHOUT_DECIMALS = frozenset({"jpy"})


def fee_of(amount: int) -> int:
    """Say what Stripe takes of a payment, rounded half up."""
    return (amount * FEE_PER_MILLE + 500) // 1000


def book(
    work: Work,
    kind: str,
    amount: int,
    *,
    category: str,
    currency: str,
    source: str | None = None,
    fee: int = 0,
    fee_for: str = "Stripe processing fees",
    pending_for: int = 0,
    description: str | None = None,
) -> Thing:
    """Make a balance transaction."""
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": fee_for,
        "type": "stripe_fee",
    }
    return work.new(
        "balance_transaction",
        "txn",
        amount=amount,
        available_on=work.now + pending_for,
        balance_type="payments",
        currency=currency,
        description=description,
        exchange_rate=None,
        fee=fee,
        fee_details=[details] if fee else [],
        net=amount - fee,
        reporting_category=category,
        source=source,
        status="pending",
        type=kind,
        _payout=None,
    )


def balance(work: Work) -> Thing:
    """Add everything up: what is available, and what is on its way."""
    sums: dict[str, dict[str, int]] = {"available": defaultdict(int), "pending": defaultdict(int)}
    for side in sums.values():
        side[work.account.currency] += 0
    for movement in work.all("balance_transaction"):
        where = "available" if movement["available_on"] <= work.now else "pending"
        sums[where][movement["currency"]] += movement["net"]
    return {"object": "balance", "livemode": False} | {
        side: [
            {"amount": amount, "currency": currency, "source_types": {"card": amount}}
            for currency, amount in sorted(by_currency.items())
        ]
        for side, by_currency in sums.items()
    }
