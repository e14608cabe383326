"""Later work about people: to forget where they were signed in long ago, and what was asked for or tried."""

from datetime import timedelta

from sqlalchemy.orm import Session

from timebank import clock
from timebank.limits import forget_tries
from timebank.people import half_sign_ins
from timebank.people import sign_ins
from timebank.people.codes import forget_codes
from timebank.people.links import forget_links
from timebank.queue import Task

#: Forgets sign-ins that are long over.
FORGET_SIGN_INS = "forget-sign-ins"
_SIGN_INS_ARE_KEPT = timedelta(days=90)
_LINKS_ARE_KEPT = timedelta(days=7)
_HALVES_ARE_KEPT = timedelta(days=1)


def forget_sign_ins(session: Session, _task: Task) -> None:
    """Forget what ended long ago: sign-ins, whole and half, links and codes that open nothing, old tries.

    Everybody's, since a person is of no one community: what one has done the next one finds done.
    """
    sign_ins.forget(session, before=clock.now() - _SIGN_INS_ARE_KEPT)
    half_sign_ins.forget(session, before=clock.now() - _HALVES_ARE_KEPT)
    forget_tries(session, before=clock.now())
    forget_codes(session, before=clock.now())
    forget_links(session, before=clock.now() - _LINKS_ARE_KEPT)
