"""The letters that ask givers about another purpose, and remind those who have not answered."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.funds.models import ASKED
from timebank.funds.models import Fund
from timebank.funds.models import PurposeChange
from timebank.mail import send_letter
from timebank.purposes.models import PurposeGiver
from timebank.purposes.queries import giver_of
from timebank.purposes.queries import reached_at
from timebank.purposes.service import REMIND_GIVER
from timebank.purposes.settling import parts
from timebank.queue import Task


def ask_giver(session: Session, task: Task) -> None:
    """Ask a giver, where they are reached by mail, as long as there is something to answer."""
    _write(session, task, reminds=False)


def remind_giver(session: Session, task: Task) -> None:
    """Remind a giver who has not answered."""
    _write(session, task, reminds=task.kind == REMIND_GIVER)


def _write(session: Session, task: Task, *, reminds: bool) -> None:
    community = session.get_one(Community, task.community_id)
    row = session.scalar(
        select(PurposeGiver).where(
            PurposeGiver.id == task.payload["giver"], PurposeGiver.community_id == community.id
        )
    )
    if row is None or row.answer is not None:
        return
    change = session.get_one(PurposeChange, row.change_id)
    if change.state != ASKED or clock.today(community.time_zone) > change.answer_by:
        return
    giver = giver_of(session, community=community, row=row)
    reached = reached_at(session, community=community, giver=giver)
    if reached is None:
        return
    fund = session.get_one(Fund, change.fund_id)
    left = sum(
        part
        for one, _said, part in parts(session, community=community, change=change, fund=fund)
        if one.giver_id == row.id
    )
    address, language = reached
    send_letter(
        session,
        "purpose_asked",
        community=community,
        to_address=address,
        language=language,
        name=giver.name,
        reminds=reminds,
        fund=fund,
        change=change,
        left_minor=left,
        token=row.token,
    )
