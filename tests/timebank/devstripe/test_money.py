"""Each kind of movement on the balance, as the treasurer's books expect it, and their sum."""

import pytest
import stripe

from tests.stripe_things import KEY
from tests.stripe_things import Rehearsal
from tests.stripe_things import a_gift
from tests.stripe_things import a_monthly_gift
from tests.stripe_things import rehearsal
from timebank.devstripe import DevAccount
from timebank.devstripe import Impossible
from timebank.devstripe.errors import NotThere

HERE = DevAccount(KEY)
Row = tuple[str, str, int, int, int]


def movements(rehearsed: Rehearsal) -> list[Row]:
    """List all movements, the oldest first, after adding them up and comparing that with the balance."""
    found = list(rehearsed.client.v1.balance_transactions.list({"limit": 100}).auto_paging_iter())
    balance = rehearsed.client.v1.balance.retrieve()
    for side, status in ((balance.available, "available"), (balance.pending, "pending")):
        assert side[0].amount == sum(one.net for one in found if one.status == status)
    assert all(one.net == one.amount - one.fee for one in found)
    assert all(one.fee == sum(detail.amount for detail in one.fee_details) for one in found)
    return [(one.type, one.reporting_category, one.amount, one.fee, one.net) for one in reversed(found)]


def a_paid_gift(rehearsed: Rehearsal, amount: int = 3000) -> str:
    session = a_gift(rehearsed.client, amount)
    rehearsed.fake.pay(session.id)
    return session.id


def a_gift_paid_at_a_store(rehearsed: Rehearsal, amount: int = 3000) -> str:
    session = a_gift(rehearsed.client, amount, payment_method_types=["konbini"])
    rehearsed.fake.pay_later(session.id, email="mitsuko@example.org")
    rehearsed.fake.pay_voucher(session.id)
    return session.id


CHARGE: Row = ("charge", "charge", 3000, 108, 2892)


@pytest.mark.parametrize(("amount", "fee"), [(50, 2), (125, 5), (1000, 36), (1014, 37), (3000, 108)])
def test_the_fee_is_rounded_half_up(rehearsed: Rehearsal, amount: int, fee: int) -> None:
    a_paid_gift(rehearsed, amount)
    assert movements(rehearsed) == [("charge", "charge", amount, fee, amount - fee)]


def test_money_is_on_its_way_for_four_days(rehearsed: Rehearsal) -> None:
    a_paid_gift(rehearsed)
    assert rehearsed.client.v1.balance.retrieve().pending[0].amount == 2892
    rehearsed.fake.advance(days=4)
    assert rehearsed.client.v1.balance.retrieve().available[0].amount == 2892
    movements(rehearsed)


def test_money_from_a_store_is_a_payment(rehearsed: Rehearsal) -> None:
    session = a_gift_paid_at_a_store(rehearsed)
    assert movements(rehearsed) == [("payment", "charge", 3000, 108, 2892)]
    assert rehearsed.fake.look(session)["payment_status"] == "paid"


def test_a_refund_gives_no_fee_back(rehearsed: Rehearsal) -> None:
    session = a_paid_gift(rehearsed)
    intent = str(rehearsed.client.v1.checkout.sessions.retrieve(session).payment_intent)
    rehearsed.kinds()
    part = rehearsed.client.v1.refunds.create({"payment_intent": intent, "amount": 1000})
    assert part.status == "succeeded"
    assert rehearsed.kinds() == ["refund.created", "charge.refunded"]
    charge = rehearsed.client.v1.charges.list({"expand": ["data.refunds"]}).data[0]
    assert (charge.amount_refunded, charge.refunded) == (1000, False)
    assert [one.id for one in charge.refunds.data] == [part.id]  # type: ignore[union-attr]
    rehearsed.client.v1.refunds.create({"charge": charge.id, "reason": "requested_by_customer"})
    assert rehearsed.client.v1.charges.retrieve(charge.id).refunded
    assert movements(rehearsed) == [
        CHARGE,
        ("refund", "refund", -1000, 0, -1000),
        ("refund", "refund", -2000, 0, -2000),
    ]
    refunds = rehearsed.client.v1.refunds
    assert (
        len(refunds.list({"payment_intent": intent}).data)
        == len(refunds.list({"charge": charge.id}).data)
        == 2
    )
    assert refunds.retrieve(part.id, {"expand": ["balance_transaction"]}).amount == 1000


def test_no_more_is_refunded_than_was_paid(rehearsed: Rehearsal) -> None:
    session = a_paid_gift(rehearsed)
    rehearsed.fake.refund(session, amount=2500)
    charge = rehearsed.client.v1.charges.list().data[0].id
    with pytest.raises(stripe.InvalidRequestError, match=r"greater than unrefunded amount on charge \(500\)"):
        rehearsed.client.v1.refunds.create({"charge": charge, "amount": 501})
    with pytest.raises(stripe.InvalidRequestError, match="positive"):
        rehearsed.client.v1.refunds.create({"charge": charge, "amount": 0})
    rehearsed.fake.refund(session)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        rehearsed.client.v1.refunds.create({"charge": charge})
    assert refused.value.code == "charge_already_refunded"
    with pytest.raises(stripe.InvalidRequestError, match="payment_intent or charge"):
        rehearsed.client.v1.refunds.create({"amount": 1})
    intent = rehearsed.client.v1.payment_intents.list().data[0].id
    with pytest.raises(stripe.InvalidRequestError, match=f"No such charge: '{intent}'"):
        rehearsed.client.v1.refunds.create({"charge": intent})
    with pytest.raises(stripe.InvalidRequestError, match="No such charge"):
        rehearsed.client.v1.refunds.create({"charge": "ch_nowhere"})


def test_a_declined_charge_cannot_be_refunded(rehearsed: Rehearsal) -> None:
    session = a_gift(rehearsed.client)
    rehearsed.fake.decline(session.id)
    charge = rehearsed.client.v1.charges.list().data[0].id
    with pytest.raises(stripe.InvalidRequestError, match="did not succeed"):
        rehearsed.client.v1.refunds.create({"charge": charge})


def test_a_refund_that_comes_back_is_a_movement_of_its_own(rehearsed: Rehearsal) -> None:
    refund = rehearsed.fake.refund(a_paid_gift(rehearsed), amount=1000)
    rehearsed.kinds()
    failed = rehearsed.fake.fail_refund(refund["id"], reason="expired_or_canceled_card")
    assert rehearsed.kinds() == ["refund.updated", "charge.refund.updated", "refund.failed"]
    assert movements(rehearsed)[-1] == ("refund_failure", "refund_failure", 1000, 0, 1000)
    shown = rehearsed.client.v1.refunds.retrieve(refund["id"])
    assert (shown.status, shown.failure_reason) == ("failed", "expired_or_canceled_card")
    assert shown.failure_balance_transaction == failed["failure_balance_transaction"]
    assert rehearsed.client.v1.charges.list().data[0].amount_refunded == 0
    with pytest.raises(Impossible, match="failed already"):
        rehearsed.fake.fail_refund(refund["id"])


def test_a_refund_to_a_stores_payer_waits_for_a_bank_account(rehearsed: Rehearsal) -> None:
    session = a_gift_paid_at_a_store(rehearsed)
    intent = str(rehearsed.client.v1.checkout.sessions.retrieve(session).payment_intent)
    with pytest.raises(stripe.InvalidRequestError, match="instructions_email"):
        rehearsed.client.v1.refunds.create({"payment_intent": intent})
    rehearsed.kinds()
    refund = rehearsed.client.v1.refunds.create(
        {"payment_intent": intent, "instructions_email": "mitsuko@example.org"}
    )
    assert (refund.status, refund.balance_transaction) == ("requires_action", None)
    assert refund.next_action is not None
    assert refund.next_action.type == "display_details"
    assert rehearsed.kinds() == ["refund.created"]
    assert len(movements(rehearsed)) == 1
    rehearsed.fake.complete_refund(refund.id)
    assert rehearsed.kinds() == ["refund.updated", "charge.refunded"]
    assert movements(rehearsed)[-1] == ("payment_refund", "refund", -3000, 0, -3000)
    with pytest.raises(Impossible, match="waits for nothing"):
        rehearsed.fake.complete_refund(refund.id)


def test_a_refund_nobody_says_a_bank_account_for_moves_nothing(rehearsed: Rehearsal) -> None:
    refund = rehearsed.fake.refund(a_gift_paid_at_a_store(rehearsed))
    assert refund["instructions_email"] == "mitsuko@example.org"
    failed = rehearsed.fake.fail_refund(refund["id"])
    assert "failure_balance_transaction" not in failed
    assert len(movements(rehearsed)) == 1


def test_a_dispute_takes_the_money_and_a_fee(rehearsed: Rehearsal) -> None:
    session = a_paid_gift(rehearsed, 5000)
    rehearsed.kinds()
    dispute = rehearsed.fake.open_dispute(session)
    assert rehearsed.kinds() == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    assert movements(rehearsed)[-1] == ("adjustment", "dispute", -5000, 1500, -6500)
    charge = dispute["charge"]
    assert rehearsed.client.v1.charges.retrieve(charge).disputed
    with pytest.raises(stripe.InvalidRequestError) as refused:
        rehearsed.client.v1.refunds.create({"charge": charge})
    assert refused.value.code == "charge_disputed"
    with pytest.raises(Impossible, match="already"):
        rehearsed.fake.open_dispute(session)
    disputes = rehearsed.client.v1.disputes
    assert disputes.retrieve(dispute["id"]).balance_transactions[0].net == -6500
    assert [one.id for one in disputes.list({"charge": charge}).data] == [dispute["id"]]


def test_a_dispute_that_is_won_brings_the_money_back_without_the_fee(rehearsed: Rehearsal) -> None:
    a_paid_gift(rehearsed)
    session = a_paid_gift(rehearsed, 5000)
    with pytest.raises(Impossible, match="is not disputed"):
        rehearsed.fake.close_dispute(session, won=True)
    dispute = rehearsed.fake.open_dispute(session)
    rehearsed.kinds()
    rehearsed.fake.close_dispute(session, won=True)
    assert rehearsed.kinds() == [
        "charge.dispute.updated",
        "charge.updated",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]
    assert movements(rehearsed)[-1] == ("adjustment", "dispute_reversal", 5000, 0, 5000)
    rehearsed.client.v1.refunds.create({"charge": dispute["charge"]})


def test_a_dispute_that_is_lost_moves_nothing_more(rehearsed: Rehearsal) -> None:
    dispute = rehearsed.fake.open_dispute(a_paid_gift(rehearsed))
    before = movements(rehearsed)
    rehearsed.kinds()
    assert rehearsed.client.v1.disputes.close(dispute["id"]).status == "lost"
    assert rehearsed.kinds() == ["charge.dispute.updated", "charge.dispute.closed"]
    assert movements(rehearsed) == before
    with pytest.raises(stripe.InvalidRequestError, match="closed already"):
        rehearsed.client.v1.disputes.close(dispute["id"])
    with pytest.raises(stripe.InvalidRequestError, match="charged back"):
        rehearsed.client.v1.refunds.create({"charge": dispute["charge"]})


def test_an_inquiry_moves_nothing_and_can_be_refunded(rehearsed: Rehearsal) -> None:
    dispute = rehearsed.fake.open_dispute(a_paid_gift(rehearsed), inquiry=True)
    assert dispute["status"] == "warning_needs_response"
    assert movements(rehearsed) == [CHARGE]
    rehearsed.client.v1.refunds.create({"charge": dispute["charge"]})
    assert rehearsed.fake.close_dispute(dispute["id"], won=True)["status"] == "warning_closed"


def test_a_dispute_can_come_before_the_payment_has_succeeded(rehearsed: Rehearsal) -> None:
    session = a_gift(rehearsed.client)
    rehearsed.kinds()
    rehearsed.fake.pay(session.id, disputed=True)
    assert rehearsed.kinds() == [
        "payment_intent.created",
        "charge.succeeded",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_a_monthly_gift_is_refunded_by_its_checkout_too(rehearsed: Rehearsal) -> None:
    session = a_monthly_gift(rehearsed.client, 3000)
    with pytest.raises(NotThere, match="No such charge"):
        rehearsed.fake.refund(session.id)
    rehearsed.fake.pay(session.id)
    rehearsed.fake.refund(session.id)
    assert movements(rehearsed) == [CHARGE, ("refund", "refund", -3000, 0, -3000)]


def test_only_what_was_paid_by_card_is_disputed(rehearsed: Rehearsal) -> None:
    with pytest.raises(Impossible, match="by card"):
        rehearsed.fake.open_dispute(a_gift_paid_at_a_store(rehearsed))
    with pytest.raises(Impossible, match="not by card"):
        rehearsed.fake.take_back(a_paid_gift(rehearsed))


def test_a_payment_that_fails_after_all_is_taken_back(rehearsed: Rehearsal) -> None:
    session = a_gift_paid_at_a_store(rehearsed)
    rehearsed.kinds()
    charge = rehearsed.fake.take_back(session)
    assert rehearsed.kinds() == ["charge.failed", "payment_intent.payment_failed"]
    assert movements(rehearsed)[-1] == ("payment_failure_refund", "charge_failure", -3000, 0, -3000)
    assert rehearsed.client.v1.charges.retrieve(charge["id"]).status == "failed"


def test_a_payout_says_what_is_in_it(rehearsed: Rehearsal) -> None:
    session = a_paid_gift(rehearsed)
    a_paid_gift(rehearsed, 5000)
    rehearsed.fake.refund(session, amount=1000)
    rehearsed.kinds()
    payout = rehearsed.fake.payout(account=HERE)
    assert rehearsed.kinds() == ["payout.created", "payout.reconciliation_completed"]
    assert payout["amount"] == 2892 + 4820 - 1000
    assert movements(rehearsed)[-1] == ("payout", "payout", -6712, 0, -6712)
    inside = rehearsed.client.v1.balance_transactions.list({"payout": payout["id"], "limit": 100}).data
    assert sum(one.net for one in inside if one.type != "payout") == payout["amount"]
    a_paid_gift(rehearsed)
    rehearsed.kinds()
    rehearsed.fake.arrive_payout(payout["id"])
    assert rehearsed.kinds() == ["payout.updated", "payout.paid"]
    shown = rehearsed.client.v1.payouts.retrieve(payout["id"])
    assert (shown.status, shown.reconciliation_status, shown.automatic) == ("paid", "completed", True)
    assert shown.trace_id is not None
    assert shown.trace_id.status == "supported"
    assert [one.id for one in rehearsed.client.v1.payouts.list({"status": "paid"}).data] == [payout["id"]]
    assert movements(rehearsed)[-1] == CHARGE
    with pytest.raises(Impossible, match="is paid"):
        rehearsed.fake.arrive_payout(payout["id"])


@pytest.mark.parametrize("arrives_first", [False, True])
def test_a_payout_that_fails_goes_out_with_the_next_one(rehearsed: Rehearsal, arrives_first: bool) -> None:
    a_paid_gift(rehearsed)
    payout = rehearsed.fake.payout(account=HERE)
    if arrives_first:
        rehearsed.fake.arrive_payout(payout["id"])
    rehearsed.kinds()
    rehearsed.fake.fail_payout(payout["id"])
    assert rehearsed.kinds() == ["payout.failed"]
    assert movements(rehearsed)[-1] == ("payout_failure", "payout_reversal", 2892, 0, 2892)
    again = rehearsed.fake.payout(account=HERE)
    inside = rehearsed.client.v1.balance_transactions.list({"payout": again["id"]}).data
    assert [one.type for one in inside] == ["payout", "payout_failure"]
    with pytest.raises(Impossible, match="is failed"):
        rehearsed.fake.fail_payout(payout["id"])


def test_a_payout_is_called_back(rehearsed: Rehearsal) -> None:
    a_paid_gift(rehearsed)
    rehearsed.kinds()
    payout = rehearsed.fake.payout(account=HERE)
    rehearsed.fake.cancel_payout(payout["id"])
    assert rehearsed.kinds()[::2] == ["payout.created", "payout.canceled"]
    assert movements(rehearsed)[-1] == ("payout_cancel", "payout_reversal", 2892, 0, 2892)
    with pytest.raises(Impossible, match="is canceled"):
        rehearsed.fake.cancel_payout(payout["id"])


def test_what_is_in_a_payout_by_hand_stripe_does_not_know(rehearsed: Rehearsal) -> None:
    a_paid_gift(rehearsed)
    payout = rehearsed.fake.payout(account=HERE, amount=1000)
    assert (payout["automatic"], payout["reconciliation_status"]) == (False, "not_applicable")
    assert rehearsed.client.v1.balance_transactions.list({"payout": payout["id"]}).data == []
    with pytest.raises(Impossible, match="balance is 1892"):
        rehearsed.fake.payout(account=HERE, amount=1893)
    movements(rehearsed)


def test_an_empty_balance_is_not_paid_out(rehearsed: Rehearsal) -> None:
    for whose in (HERE, HERE.id, KEY):
        with pytest.raises(Impossible, match="balance is 0"):
            rehearsed.fake.payout(account=whose)


def test_stripe_takes_fees_of_its_own_and_things_there_is_no_button_for(rehearsed: Rehearsal) -> None:
    rehearsed.fake.charge_fee(250, account=HERE)
    rehearsed.fake.book("topup", 10_000, account=HERE)
    rehearsed.fake.book("reserve_hold", -500, account=HERE, category="risk_reserved_funds")
    assert movements(rehearsed) == [
        ("stripe_fee", "fee", -250, 0, -250),
        ("topup", "topup", 10_000, 0, 10_000),
        ("reserve_hold", "risk_reserved_funds", -500, 0, -500),
    ]


def test_the_balance_can_come_later_than_the_payment() -> None:
    with rehearsal(late_balance=True) as late:
        session = a_gift(late.client)
        late.fake.pay(session.id)
        expand = {"expand": ["payment_intent.latest_charge.balance_transaction"]}
        paid = late.client.v1.checkout.sessions.retrieve(session.id, expand)  # type: ignore[arg-type]
        assert paid.payment_status == "paid"
        assert paid.payment_intent.latest_charge.balance_transaction is None  # type: ignore[union-attr]
        assert movements(late) == []
        late.kinds()
        assert len(late.fake.settle(account=HERE)) == 1
        assert late.kinds() == ["charge.updated"]
        assert movements(late) == [CHARGE]
        assert late.fake.settle(account=HERE) == []


def test_a_bank_warns_early_of_a_stolen_card(rehearsed: Rehearsal) -> None:
    session = a_paid_gift(rehearsed)
    rehearsed.kinds()
    warning = rehearsed.fake.warn_of_fraud(session)
    assert rehearsed.kinds() == ["radar.early_fraud_warning.created"]
    warnings = rehearsed.client.v1.radar.early_fraud_warnings
    assert warnings.retrieve(warning["id"]).actionable
    assert [one.id for one in warnings.list({"charge": warning["charge"]}).data] == [warning["id"]]
    assert movements(rehearsed) == [CHARGE]


def test_payouts_are_listed_by_the_day_they_arrive(rehearsed: Rehearsal) -> None:
    a_paid_gift(rehearsed)
    payout = rehearsed.fake.payout(account=HERE)
    arrives = payout["arrival_date"]
    payouts = rehearsed.client.v1.payouts
    assert [one.id for one in payouts.list({"arrival_date": {"gte": arrives}}).data] == [payout["id"]]
    assert payouts.list({"arrival_date": {"gt": arrives}}).data == []
