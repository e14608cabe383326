"""What a membership of the demo community costs, and who has paid; every text reads in both languages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import TERMINAL
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.members.models import A_HOUSEHOLD
from timebank.members.models import AN_ORGANISATION
from timebank.members.models import PERSON
from timebank.members.models import Member
from timebank.members.queries import find_by_number
from timebank.memberships.by_hand import Taken
from timebank.memberships.by_hand import let_off
from timebank.memberships.by_hand import take_fee
from timebank.memberships.models import CASH
from timebank.memberships.models import SUPPORTER
from timebank.memberships.models import TRANSFER
from timebank.memberships.models import VOTE
from timebank.memberships.queries import story_of
from timebank.memberships.receipting import ask_for_receipt
from timebank.memberships.service import PlanFacts
from timebank.memberships.service import change_rule
from timebank.memberships.service import open_plan
from timebank.memberships.service import rule_of

_REFUND: Final = "まだ始まっていない年の分はお返しします。 / Years that have not begun are given back."
#: Short name, name, words, fee, for whom, what it carries.
PLANS: Final = (
    ("full", "正会員 / Full", "", 3000, PERSON, VOTE),
    (
        "reduced",
        "正会員（減額） / Reduced",
        "どなたでも選べます。理由は聞きません。 / Anybody may choose it, and nobody is asked why.",
        1000,
        PERSON,
        VOTE,
    ),
    ("free", "会費免除 / No fee", "", 0, PERSON, VOTE),
    ("household", "世帯会員 / Household", "", 5000, A_HOUSEHOLD, VOTE),
    ("supporter", "賛助会員 / Supporter", "", 10_000, AN_ORGANISATION, SUPPORTER),
)
BANK: Final = """かどま信用金庫 本町支店（見本） / Kadoma Shinkin Bank, Honmachi (no real account)
普通 1234567 カドマタスケアイ"""
POST_OFFICE: Final = """記号番号 00900-0-123456（見本） / (no real account)
カドマ タスケアイ"""
#: By their numbers: who has paid in cash, who by transfer (one of them for two years), and who was let off.
IN_CASH: Final = ("001", "003", "004", "008")
BY_TRANSFER: Final = (("002", 1), ("007", 2))
LET_OFF: Final = "009"
#: Who asked for a receipt.
RECEIPTS: Final = ("001", "007")


def charge_fees(session: Session, *, community: Community, coordinator: Actor) -> None:
    """Open plans, say where fees can be sent, and have some members pay."""
    plans = {
        slug: open_plan(
            session,
            community=community,
            slug=slug,
            facts=PlanFacts(
                name=name,
                words=words,
                fee_minor=fee,
                for_kind=kind,
                carries=carries,
                refund=_REFUND if fee else "",
            ),
            actor=TERMINAL,
        )
        for slug, name, words, fee, kind, carries in PLANS
    }
    rule = replace(rule_of(session, community=community), bank=BANK, post_office=POST_OFFICE, konbini=True)
    change_rule(session, community=community, rule=rule, actor=TERMINAL)
    today = clock.today(community.time_zone)
    paid: Sequence[tuple[str, int, str]] = (
        *((number, 1, CASH) for number in IN_CASH),
        *((number, years, TRANSFER) for number, years in BY_TRANSFER),
    )
    for turn, (number, years, way) in enumerate(paid):
        taken = Taken(
            member=_member(session, community, number),
            plan=plans["full"],
            years=years,
            amount_minor=plans["full"].fee_minor * years,
            way=way,
            paid_on=today - timedelta(days=10 * (len(paid) - turn)),
            key=f"demo:fee-{number}",
        )
        fee = take_fee(session, community=community, taken=taken, actor=TERMINAL)
        if number in RECEIPTS:
            ask_for_receipt(
                session,
                community=community,
                story=story_of(session, fee=fee),
                name=taken.member.name,
                address="",
                language=community.language,
                actor=TERMINAL,
            )
    let_off(
        session,
        community=community,
        member=_member(session, community, LET_OFF),
        plan=plans["free"],
        key=f"demo:fee-{LET_OFF}",
        actor=coordinator,
    )


def _member(session: Session, community: Community, number: str) -> Member:
    found = find_by_number(session, community=community, number=number)
    assert found is not None, number
    return found
