"""A till whose community issues receipts, and those who look after them."""

from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from typing import Any
from typing import TypeVar

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import an_officer
from tests.till import Till
from tests.timebank.mail.mailing import Porter
from timebank import clock
from timebank import queue
from timebank.cli.working import handlers_with
from timebank.communities.models import Community
from timebank.db import db
from timebank.people import sign_ins
from timebank.people.devices import Device
from timebank.people.models import PASSWORD
from timebank.people.models import Person
from timebank.receipts.issuer import change_issuer
from timebank.receipts.models import Receipt
from timebank.receipts.proof import check_receipts
from timebank.receipts.service import Due

Result = TypeVar("Result")

#: What whoever gives types, who wishes a receipt by mail.
WISHED: dict[str, Any] = {
    "wants_receipt": "y",
    "name": "山田 花",
    "email": "hana@example.org",
    "address": "門真市末広町1-2",
}


def done(till: Till, work: Callable[[Session, Community], Result]) -> Result:
    """Do something about the community in a transaction of its own."""
    with till.app.app_context():
        found = ledger.transaction(
            db.session, lambda session: work(session, session.get_one(Community, till.community_id))
        )
        db.session.remove()
    return found


def set_up(till: Till) -> None:
    """Say who issues receipts."""

    def work(session: Session, community: Community) -> None:
        change_issuer(
            session, community=community, name="門真たすけあい", seat="門真市末広町9-9", actor=SOMEBODY
        )

    done(till, work)


def work_off(till: Till) -> list[EmailMessage]:
    """Do all later work, and give the mail that is carried by it."""
    porter = Porter()
    with till.app.app_context():
        while queue.work_one(db.session, handlers_with(porter)):
            pass
        db.session.remove()
    return [message for _place, message in porter.carried]


def receipts(till: Till) -> list[Receipt]:
    """List what was issued, in its order."""

    def work(session: Session, _here: Community) -> list[Receipt]:
        found = list(session.scalars(select(Receipt).order_by(Receipt.id)))
        session.expunge_all()
        return found

    return done(till, work)


def faults(till: Till) -> list[str]:
    """What `timebank verify` says of receipts."""
    return done(till, lambda session, _here: check_receipts(session))


def officer(till: Till, role: str) -> FlaskClient:
    """Open a browser in which an officer has signed in, with a second step."""

    def begin(session: Session, community: Community) -> str:
        someone = an_officer(session, community, role)
        return sign_ins.begin(
            session,
            person=session.get_one(Person, someone.person.id),
            begun_by=PASSWORD,
            device=Device("Firefox", "Linux"),
            second_factor_at=clock.now(),
        )

    token, client = done(till, begin), till.client()
    with client.session_transaction() as cookie:
        cookie.permanent = True
        cookie["_user_id"] = token
    return client


def due(**facts: Any) -> Due:
    """Say what was paid: a gift of ¥3,000."""
    known: dict[str, Any] = {
        "kind": "gift",
        "source": "fee:1",
        "language": "en",
        "payer": "Hana",
        "amount_minor": 3000,
        "currency": "JPY",
        "paid_on": date(2026, 4, 3),
    }
    return Due(**{**known, **facts})
