"""Later work about a community itself: to forget what is no longer needed."""

from datetime import timedelta

from sqlalchemy.orm import Session

from timebank import audit
from timebank import clock
from timebank import queue
from timebank.mail import forget_mails

#: Forgets work that was done and mail that was sent.
TIDY = "tidy"
_WORK_IS_KEPT = timedelta(days=30)
_MAIL_IS_KEPT = timedelta(days=90)
_ADDRESSES_ARE_KEPT = timedelta(days=90)


def tidy_up(session: Session, task: queue.Task) -> None:
    """Forget what was done and sent long ago; what was given up stays until somebody has looked."""
    now = clock.now()
    queue.tidy(session, community_id=task.community_id, before=now - _WORK_IS_KEPT)
    audit.forget_addresses(session, community_id=task.community_id, before=now - _ADDRESSES_ARE_KEPT)
    forget_mails(session, community_id=task.community_id, before=now - _MAIL_IS_KEPT)
