"""Funds whose givers are asked about another purpose, for the house of everything."""

from datetime import date
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from timebank import clock
from timebank.communities.models import Community
from timebank.donations import by_hand
from timebank.donations.by_hand import Brought
from timebank.donations.models import CASH
from timebank.funds.models import Fund
from timebank.funds.models import PurposeChange
from timebank.funds.service import end_fund
from timebank.funds.service import open_fund
from timebank.purposes import service
from timebank.purposes.models import AGREED
from timebank.purposes.models import BACK
from timebank.purposes.models import PAGE
from timebank.purposes.models import PurposeGiver
from timebank.purposes.settling import settle

#: What is written down of it: the name of whoever gave, what funds are for, the decision, and who decided.
ENGLISH = ("A giver", "A car for all", "Let it be for meals", "The yearly meeting")
JAPANESE = ("森 花", "みんなの車", "食事に使う", "総会")
Found = dict[str, dict[str, int | str]]


def ask_givers(
    session: Session, community: Community, meal: Fund, day: date, words: tuple[str, ...] = ENGLISH
) -> Found:
    """Have funds stop: one of whose givers nobody has asked, others whose givers were asked or answered."""
    funds, gifts, changes, givers = {}, {}, {}, {}
    for name in ("sold", "asked", "answered", "to be handed back"):
        fund, gift = _stopped(session, community, name, day, words)
        funds[name], gifts[name] = fund.id, gift
        if name != "sold":
            changes[name] = change = _asked(session, community, fund, meal, words)
            givers[name] = session.scalars(
                select(PurposeGiver).where(PurposeGiver.change_id == change.id)
            ).one()
    for name, said in (("answered", AGREED), ("to be handed back", BACK)):
        service.answer(
            session, community=community, giver=givers[name], said=said, heard=PAGE, actor=COORDINATOR
        )
    settle(session, community=community, change=changes["to be handed back"], actor=COORDINATOR)
    return {
        "fund_id": {**funds},
        "gift_id": {"to be handed back": gifts["to be handed back"]},
        "change_id": {name: change.id for name, change in changes.items()},
        "purpose_giver_id": {name: giver.id for name, giver in givers.items()},
        "purpose_token": {name: giver.token for name, giver in givers.items()},
    }


def _stopped(
    session: Session, community: Community, name: str, day: date, words: tuple[str, ...]
) -> tuple[Fund, int]:
    fund = open_fund(
        session,
        community=community,
        slug=name.replace(" ", "-"),
        name=name.title() if words is ENGLISH else f"{words[1]}{len(name)}",
        purpose=words[1],
        actor=COORDINATOR,
    )
    gift = Brought(amount_minor=600, way=CASH, given_on=day, fund=fund, name=words[0], key=f"form:{name}")
    given = by_hand.write_down(session, community=community, gift=gift, actor=COORDINATOR)
    end_fund(session, community=community, fund=fund, reason=words[2], actor=COORDINATOR)
    return fund, given.id


def _asked(
    session: Session, community: Community, fund: Fund, meal: Fund, words: tuple[str, ...]
) -> PurposeChange:
    today = clock.today(community.time_zone)
    decision = service.Decision(
        to_fund=meal,
        decision=words[2],
        decided_by=words[3],
        decided_on=today,
        answer_by=today + timedelta(days=30),
    )
    return service.ask(session, community=community, fund=fund, decision=decision, actor=COORDINATOR)
