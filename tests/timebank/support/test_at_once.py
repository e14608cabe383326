"""Several press the button that pays what is owed at one moment: it is one payment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import written
from tests.timebank.support.paying import a_place
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.payments.models import Payment
from timebank.support.models import HelpPayment
from timebank.support.online import begin

MANY = 5


def test_a_button_pressed_several_times_at_one_moment_is_one_payment(engine: Engine) -> None:
    def made(session: Session) -> tuple[int, int]:
        place = a_place(session)
        place.visit(120)
        return place.community.id, place.receiver.id

    community_id, member_id = written(engine, made)
    ready = Barrier(MANY)

    def press(_number: int) -> str:
        ready.wait()

        def work(session: Session) -> str:
            community, member = session.get_one(Community, community_id), session.get_one(Member, member_id)
            return begin(session, community=community, member=member, language="en", actor=SOMEBODY).token

        return written(engine, work)

    with ThreadPoolExecutor(MANY) as pool:
        tokens = set(pool.map(press, range(MANY)))
    assert len(tokens) == 1

    def look(session: Session) -> None:
        assert len(session.scalars(select(HelpPayment)).all()) == 1
        assert session.scalars(select(Payment.token)).all() == list(tokens)

    written(engine, look)
