"""Later work about people's data: to forget words after as long as the community has decided."""

from datetime import datetime
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank import clock
from timebank.exchanges.models import DECLINED
from timebank.exchanges.models import WITHDRAWN
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import ExchangeEvent
from timebank.members.models import MemberEvent
from timebank.mydata.models import OPEN
from timebank.mydata.models import DataRequest
from timebank.mydata.service import retention_of
from timebank.mydata.without_a_part import forget_people
from timebank.queue import Task

#: Forgets words about people that are kept long enough.
FORGET_WORDS = "forget-words"
_PEOPLE_ARE_KEPT = timedelta(days=90)


def forget_words(session: Session, task: Task) -> None:
    """Forget what was said about hours that were never booked, why something was done, and old requests.

    With them whoever has no part anywhere any more.
    """
    kept, now = retention_of(session, community_id=task.community_id), clock.now()
    _forget_unbooked(session, task.community_id, now - timedelta(days=kept.unbooked_days))
    _forget_reasons(session, task.community_id, now - timedelta(days=kept.reasons_days))
    old = delete(DataRequest).where(
        DataRequest.community_id == task.community_id,
        DataRequest.state != OPEN,
        DataRequest.answered_at < now - timedelta(days=kept.requests_days),
    )
    session.execute(old.execution_options(synchronize_session=False))
    forget_people(session, before=now - _PEOPLE_ARE_KEPT)


def _forget_unbooked(session: Session, community_id: int, before: datetime) -> None:
    which = (
        (Exchange.community_id == community_id)
        & Exchange.entry_id.is_(None)
        & Exchange.state.in_((DECLINED, WITHDRAWN))
        & (Exchange.logged_at < before)
    )
    reasons = update(ExchangeEvent).where(
        ExchangeEvent.exchange_id.in_(select(Exchange.id).where(which)),
        ExchangeEvent.happened_at < before,
    )
    session.execute(reasons.values(reason=None).execution_options(synchronize_session=False))
    words = update(Exchange).where(which, Exchange.description != "").values(description="")
    session.execute(words.execution_options(synchronize_session=False))


def _forget_reasons(session: Session, community_id: int, before: datetime) -> None:
    old = update(MemberEvent).where(
        MemberEvent.community_id == community_id,
        MemberEvent.happened_at < before,
        MemberEvent.reason.is_not(None),
    )
    session.execute(old.values(reason=None).execution_options(synchronize_session=False))
