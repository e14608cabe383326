"""What somebody does on the page of a checkout session: pays, is declined, takes a voucher."""

from timebank.devstripe import catalogue
from timebank.devstripe import disputes
from timebank.devstripe import payments
from timebank.devstripe import sessions
from timebank.devstripe import subscriptions
from timebank.devstripe.errors import Impossible
from timebank.devstripe.store import Thing
from timebank.devstripe.work import Work

NOBODY = "someone@example.com"


def pay(work: Work, session: Thing, *, email: str = "", name: str = "", disputed: bool = False) -> Thing:
    """Pay by card; where the bank disputes it at once, it does so before the payment has succeeded."""
    _must_be_open(session)
    payer = _payer(work, session, email, name)
    if session["mode"] == "subscription":
        return _subscribe(work, session, payer)
    _make_customer_where_wanted(work, session, payer)
    between = (lambda charge: _dispute(work, charge)) if disputed else payments.nothing
    payments.succeed(work, _intent(work, session), payer=payer, between=between)
    return _complete(work, session, payer, "paid")


def decline(work: Work, session: Thing, *, email: str = "", name: str = "") -> Thing:
    """Let the card be declined; the session stays open."""
    _must_be_open(session)
    if session["mode"] == "subscription":
        # Nothing of a subscription is there before its first payment has succeeded.
        intent = _first_intent_of_subscription(work, session)
    else:
        intent = _intent(work, session)
    payments.decline(work, intent, payer=_payer(work, session, email, name))
    return session


def pay_later(work: Work, session: Thing, *, email: str = "", name: str = "") -> Thing:
    """Take a voucher for the convenience store."""
    _must_be_open(session)
    if not sessions.allows_konbini(session):
        raise Impossible("this session cannot be paid at a convenience store")
    payer = _payer(work, session, email, name)
    _make_customer_where_wanted(work, session, payer)
    intent = _intent(work, session)
    base_url = session["url"].removesuffix(f"/c/pay/{session['id']}")
    payments.give_voucher(work, intent, base_url=base_url, session=session["id"])
    return _complete(work, session, payer, "unpaid")


def pay_voucher(work: Work, session: Thing) -> Thing:
    """Pay the voucher at the counter."""
    intent = _intent(work, session)
    payments.voucher_of(intent)
    payer = session["customer_details"]
    payments.succeed(work, intent, method="konbini", payer=payer)
    work.save(session, payment_status="paid")
    work.tell("checkout.session.async_payment_succeeded", session)
    return session


def expire_voucher(work: Work, session: Thing) -> Thing:
    """Let the voucher's last day pass."""
    payments.expire_voucher(work, _intent(work, session))
    work.tell("checkout.session.async_payment_failed", session)
    return session


def _must_be_open(session: Thing) -> None:
    if session["status"] != "open":
        raise Impossible(f"{session['id']} is {session['status']}, not open")


def _payer(work: Work, session: Thing, email: str, name: str) -> Thing:
    known = work.find(session["customer"] or "") or {"email": None, "name": None}
    return {
        "email": session["customer_email"] or known["email"] or email or NOBODY,
        "name": known["name"] or name or None,
    }


def _make_customer_where_wanted(work: Work, session: Thing, payer: Thing) -> None:
    if session["customer_creation"] == "always" and session["customer"] is None:
        work.save(session, customer=catalogue.make_customer(work, payer)["id"])


def _intent(work: Work, session: Thing) -> Thing:
    if session["_intent"]:
        intent = work.get("payment_intent", session["_intent"])
        return work.save(intent, customer=session["customer"])
    konbini = session["payment_method_options"].get("konbini", {})
    intent = payments.intend(
        work,
        amount=session["amount_total"],
        currency=session["currency"],
        methods=session["payment_method_types"],
        customer=session["customer"],
        notes=session["_notes"],
        description=session["_description"],
        konbini_days=konbini.get("expires_after_days"),
        receipt_email=session["_receipt_email"],
    )
    work.save(session, _intent=intent["id"])
    return intent


def _first_intent_of_subscription(work: Work, session: Thing) -> Thing:
    if session["_intent"]:
        return work.get("payment_intent", session["_intent"])
    intent = payments.intend(
        work,
        amount=session["amount_total"],
        currency=session["currency"],
        methods=["card"],
        description="Subscription creation",
    )
    work.save(session, _intent=intent["id"])
    return intent


def _complete(work: Work, session: Thing, payer: Thing, payment_status: str) -> Thing:
    details = dict.fromkeys(("address", "business_name", "individual_name", "phone"))
    work.save(
        session,
        status="complete",
        payment_status=payment_status,
        payment_intent=None if session["mode"] == "subscription" else session["_intent"],
        customer_details={**details, **payer, "tax_exempt": "none", "tax_ids": []},
        url=None,
    )
    work.tell("checkout.session.completed", session)
    return session


def _subscribe(work: Work, session: Thing, payer: Thing) -> Thing:
    customer = session["customer"] or catalogue.make_customer(work, payer)["id"]
    intent = _first_intent_of_subscription(work, session)
    work.save(intent, customer=customer)
    item = next(one for one in session["_items"] if one["price"]["type"] == "recurring")
    subscription = subscriptions.begin(
        work,
        customer=customer,
        price=item["price"],
        quantity=item["quantity"],
        notes=session["_subscription_notes"],
        description=session["_description"],
        intent=intent,
        payer=payer,
        once=[one for one in session["_items"] if one["id"] != item["id"]],
        trial_end=session.get("_trial_end"),
    )
    work.save(
        session, customer=customer, subscription=subscription["id"], invoice=subscription["latest_invoice"]
    )
    return _complete(work, session, payer, "paid")


def _dispute(work: Work, charge: Thing) -> None:
    disputes.open_dispute(work, charge)
