"""The dashboard of an account: everything that somebody does who is not the application, as buttons."""

from collections.abc import Callable

from werkzeug.utils import redirect
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response

from timebank.devstripe.accounts import DevAccount
from timebank.devstripe.actions import Actions
from timebank.devstripe.courier import arrived
from timebank.devstripe.errors import Impossible
from timebank.devstripe.errors import Refusal
from timebank.devstripe.money import WITHOUT_DECIMALS
from timebank.devstripe.pages import Page
from timebank.devstripe.pages import language
from timebank.devstripe.pages import missing
from timebank.devstripe.store import Thing

#: How many of a kind are shown, the newest first.
SHOWN = 30
#: What Stripe takes when the button is pressed.
FEE = 500

#: Presses a button for the object with this id.
Press = Callable[[Actions, str, DevAccount], object]

BUTTONS: dict[str, Press] = {
    "open_dispute": lambda fake, id_, _: fake.open_dispute(id_),
    "open_inquiry": lambda fake, id_, _: fake.open_dispute(id_, inquiry=True),
    "warn_of_fraud": lambda fake, id_, _: fake.warn_of_fraud(id_),
    "win": lambda fake, id_, _: fake.close_dispute(id_, won=True),
    "lose": lambda fake, id_, _: fake.close_dispute(id_, won=False),
    "pay_voucher": lambda fake, id_, _: fake.pay_voucher(id_),
    "expire_voucher": lambda fake, id_, _: fake.expire_voucher(id_),
    "take_back": lambda fake, id_, _: fake.take_back(id_),
    "fail_refund": lambda fake, id_, _: fake.fail_refund(id_),
    "complete_refund": lambda fake, id_, _: fake.complete_refund(id_),
    "next_month": lambda fake, id_, _: fake.next_month(id_),
    "next_declined": lambda fake, id_, _: fake.next_month(id_, declined=True),
    "pay_invoice": lambda fake, id_, _: fake.pay_invoice(id_),
    "stop": lambda fake, id_, _: fake.stop_subscription(id_),
    "expire": lambda fake, id_, _: fake.expire_session(id_),
    "arrive_payout": lambda fake, id_, _: fake.arrive_payout(id_),
    "fail_payout": lambda fake, id_, _: fake.fail_payout(id_),
    "cancel_payout": lambda fake, id_, _: fake.cancel_payout(id_),
    "make_payout": lambda fake, _, account: fake.payout(account=account),
    "settle": lambda fake, _, account: fake.settle(account=account),
    "stripe_fee": lambda fake, _, account: fake.charge_fee(FEE, account=account),
    "advance_day": lambda fake, _, __: fake.advance(days=1),
}


def front(fake: Actions, request: Request) -> Response:
    """The accounts there are; where there is one, its dashboard."""
    if len(fake.accounts) == 1:
        return redirect(f"/dashboard/{next(iter(fake.accounts))}", 303)
    return Page(language(request)).show("accounts.html", accounts=list(fake.accounts.values()))


def dashboard(fake: Actions, request: Request, id_: str) -> Response:
    """The dashboard, and its buttons."""
    account = fake.accounts.get(id_)
    if account is None:
        return missing(request)
    page = Page(language(request))
    if request.method == "GET":
        return _show(fake, page, account)
    try:
        said = _press(fake, page, request, account)
    except (Impossible, Refusal) as problem:
        return _show(fake, page, account, problem=page.say("not_possible", problem=str(problem).rstrip(".")))
    if said:
        return _show(fake, page, account, problem=said)
    return redirect(request.path, 303)


def _press(fake: Actions, page: Page, request: Request, account: DevAccount) -> str:
    """Press a button; gives what is to be said where that was in vain."""
    do, id_ = request.form.get("do", ""), request.form.get("id", "")
    if id_ and fake.store.owner(id_) != account.id:
        raise Impossible("it is not in this account")
    if do == "send_all":
        fake.deliver_pending(account=account)
    elif do == "send_again":
        status = fake.deliver(id_)[0]
        return "" if arrived(status) else page.say("not_taken", status=status)
    elif do == "refund":
        fake.refund(id_, amount=_amount(request.form.get("amount", ""), account.currency))
    elif do in BUTTONS:
        BUTTONS[do](fake, id_, account)
    else:
        raise Impossible("there is no such button")
    return ""


def _amount(typed: str, currency: str) -> int | None:
    """Read an amount as people type it; nothing means all of it."""
    plain = typed.strip().lstrip("¥￥$€£").replace(",", "")
    if not plain:
        return None
    whole, _, rest = plain.partition(".")
    digits = 0 if currency in WITHOUT_DECIMALS else 2
    if not whole.isdecimal() or len(rest) > digits or (rest and not rest.isdecimal()):
        raise Impossible(f"{typed} is no amount")
    return int(whole + rest.ljust(digits, "0"))


def _show(fake: Actions, page: Page, account: DevAccount, *, problem: str = "") -> Response:
    def newest(kind: str, where: Callable[[Thing], bool] = lambda _: True) -> list[Thing]:
        return fake.all(kind, account=account, where=where)[:SHOWN]

    charges = {charge["id"]: charge for charge in fake.all("charge", account=account)}
    balance = fake.balance(account=account)
    return page.show(
        "dashboard.html",
        status=422 if problem else 200,
        account=account,
        name=account.name or account.id,
        problem=problem,
        now=fake.now(),
        sums=[
            (side, one["amount"], one["currency"])
            for side in ("available", "pending")
            for one in balance[side]
        ],
        late=fake.late_balance,
        sessions=newest("checkout.session", lambda one: one["status"] == "open"),
        payments=[(intent, charges.get(intent["latest_charge"])) for intent in newest("payment_intent")],
        refunds=newest("refund"),
        disputes=newest("dispute"),
        subscriptions=newest("subscription"),
        payouts=newest("payout"),
        events=fake.pending(account=account)[-SHOWN:],
    )
