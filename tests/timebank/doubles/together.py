"""Joining for tests, and what the books say of it."""

from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from timebank.communities.models import Community
from timebank.doubles.proof import check_joined
from timebank.doubles.service import Joining
from timebank.doubles.service import join
from timebank.exchanges.proof import check_exchanges
from timebank.members.models import Member
from timebank.members.queries import hours_of


def joined(session: Session, community: Community, old: Member, new: Member, **facts: object) -> Joining:
    known = {"reason": "She said so", "actor": COORDINATOR} | facts
    return join(session, community=community, stays=new, goes=old, **known)  # type: ignore[arg-type]


def minutes_of(session: Session, community: Community, member: Member) -> int:
    return ledger.balance(session, hours_of(member, community)).balance


def faults(session: Session) -> list[str]:
    session.flush()
    return [*ledger.prove(session).faults, *check_exchanges(session), *check_joined(session)]
