"""Later work about people: to forget where they were signed in long ago."""

from datetime import timedelta

from sqlalchemy.orm import Session

from timebank import clock
from timebank.people import sign_ins
from timebank.queue import Task

#: Forgets sign-ins that are long over.
FORGET_SIGN_INS = "forget-sign-ins"
_SIGN_INS_ARE_KEPT = timedelta(days=90)


def forget_sign_ins(session: Session, _task: Task) -> None:
    """Forget sign-ins that ended long ago: of everybody, since a person is of no one community."""
    sign_ins.forget(session, before=clock.now() - _SIGN_INS_ARE_KEPT)
