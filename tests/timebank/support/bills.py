"""What tests of bills that are paid online are made of: who was helped, and who pays how."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_member
from tests.builders import written
from tests.till import SLUG
from tests.till import Till
from timebank import clock
from timebank.communities.models import Community
from timebank.db import db
from timebank.exchanges.models import Exchange
from timebank.exchanges.service import reverse_exchange
from timebank.members.models import Member
from timebank.payments.proof import check_payments
from timebank.support.models import BILL
from timebank.support.models import CASH
from timebank.support.models import OWED
from timebank.support.models import HelpPayment
from timebank.support.paid import Payment as Paid
from timebank.support.paid import write_paid
from timebank.support.planning import THANKS
from timebank.support.planning import Wish
from timebank.support.planning import plan_of
from timebank.support.proof import check_support
from timebank.support.visits import write_down

MINE = f"/{SLUG}/support/mine"
PAY = f"/{SLUG}/support/pay"


def helped(till: Till, whom: Neighbour, *, hours: int = 3, again: str = "") -> int:
    """Have somebody be helped today, at 800 an hour; gives the id of the exchange."""

    def work(session: Session) -> int:
        community = session.get_one(Community, till.community_id)
        assert whom.member
        wish = Wish(
            giver=a_member(session, community, name="Taro"),
            receiver=session.get_one(Member, whom.member.id),
            kind=None,
            worked_on=clock.today(community.time_zone),
            minutes=hours * 60,
            pays=BILL,
            takes=THANKS,
            description="Shopping",
            key=f"form:helped-{hours}-{again}",
        )
        plan = plan_of(session, community=community, wish=wish)
        assert plan
        logged = write_down(session, community=community, plan=plan, actor=COORDINATOR)
        return logged.exchanges[0].id

    return written(till.app, work)


def pays_cash(till: Till, whom: Neighbour, amount: int) -> None:
    """Have somebody pay at the desk."""

    def work(session: Session) -> None:
        community = session.get_one(Community, till.community_id)
        assert whom.member
        payment = Paid(
            what=OWED,
            amount_minor=amount,
            way=CASH,
            paid_on=clock.today(community.time_zone),
            key=f"form:in cash-{amount}",
        )
        member = session.get_one(Member, whom.member.id)
        write_paid(session, community=community, member=member, payment=payment, actor=SOMEBODY)

    written(till.app, work)


def taken_back(till: Till, exchange_id: int) -> None:
    """Have a visit be taken back."""

    def work(session: Session) -> None:
        reverse_exchange(
            session,
            community=session.get_one(Community, till.community_id),
            exchange=session.get_one(Exchange, exchange_id),
            reason="A mistake",
            actor=COORDINATOR,
        )

    written(till.app, work)


def begins(client: FlaskClient) -> str:
    """Press the button of the page; gives the token of the payment."""
    answer = client.post(f"{MINE}/pay")
    assert answer.status_code == 303, answer.text
    return str(answer.location).rsplit("/", 1)[1]


def at_stripe(till: Till, token: str) -> str:
    """Go on to Stripe, and give the page's id there."""
    answer = till.client().post(f"{PAY}/{token}/go")
    assert answer.status_code == 303, answer.text
    return str(answer.location).rsplit("/", 1)[1]


def come_back(till: Till, token: str) -> Any:
    return till.client().get(f"{PAY}/{token}/paid", headers={"Accept-Language": "en"})


def charge_of(till: Till, token: str) -> str:
    return till.payment(token).charge_id or ""


def owed(till: Till, whom: Neighbour) -> tuple[int, int]:
    """What somebody owes for help, and what is owed back to whoever paid too much."""
    assert whom.member
    money = till.balances()
    return money.get(f"receivable:{whom.member.id}", 0), -money.get("refunds-owed", 0)


def payments(till: Till) -> list[HelpPayment]:
    with till.app.app_context():
        found = list(db.session.scalars(select(HelpPayment).order_by(HelpPayment.id)))
        db.session.expunge_all()
        db.session.remove()
    return found


def faults(till: Till) -> list[str]:
    """Everything that `timebank verify` would find."""
    with till.app.app_context():
        found = [fault for proof in (check_support, check_payments) for fault in proof(db.session())]
        db.session.remove()
    return [*found, *till.faults()]
