"""Later work about joining: to forget who was declined, and what opens nothing any more."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from timebank import clock
from timebank.joining.first_sign_ins import forget_first_sign_ins
from timebank.joining.models import DECLINED
from timebank.joining.models import Application
from timebank.joining.wordings import FORGOTTEN_AFTER_DAYS
from timebank.queue import Task

#: Forgets the details of who was declined.
FORGET_DECLINED = "forget-declined"
_LINKS_ARE_KEPT = timedelta(days=30)


def forget_declined(session: Session, task: Task) -> None:
    """Forget who was declined long enough ago, and links that are long over."""
    now = clock.now()
    old = delete(Application).where(
        Application.community_id == task.community_id,
        Application.state == DECLINED,
        Application.answered_at < now - timedelta(days=FORGOTTEN_AFTER_DAYS),
    )
    session.execute(old.execution_options(synchronize_session=False))
    forget_first_sign_ins(session, community_id=task.community_id, before=now - _LINKS_ARE_KEPT)
