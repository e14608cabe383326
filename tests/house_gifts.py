"""Gifts that came by hand, for the house of everything."""

from datetime import date

from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.house_things import ELSEWHERE
from timebank.communities.models import Community
from timebank.donations import by_hand
from timebank.donations.by_hand import Brought
from timebank.donations.in_kind import BroughtInKind
from timebank.donations.in_kind import write_down_in_kind
from timebank.donations.models import CASH
from timebank.funds.models import Fund


def day_of_gifts(community: Community) -> date:
    """Give a day of a year in which nothing was given to any other community."""
    return date(2021 if community.slug == ELSEWHERE else 2020, 4, 3)


def gifts_by_hand(session: Session, community: Community, fund: Fund) -> dict[str, dict[str, int | str]]:
    """Have been given cash and rice."""
    day = day_of_gifts(community)
    cash = Brought(amount_minor=800, way=CASH, given_on=day, fund=fund, name="A giver", key="form:cash")
    rice = BroughtInKind(what="Rice", given_on=day, name="A giver", key="form:ten kilos")
    written = by_hand.write_down(session, community=community, gift=cash, actor=COORDINATOR)
    kept = write_down_in_kind(session, community=community, gift=rice, actor=COORDINATOR)
    others = {
        name: by_hand.write_down(
            session,
            community=community,
            gift=Brought(
                amount_minor=500,
                way=CASH,
                given_on=day,
                fund=None,
                name=name,
                address="3-4 Honmachi",
                receipt_for_year=name != "wishes none",
                key=f"form:{name}",
            ),
            actor=COORDINATOR,
        ).id
        for name in ("for the year", "for the year, too", "wishes none")
    }
    return {
        "gift_id": {"cash": written.id, **others},
        "kind_gift_id": {"rice": kept.id},
        "gift_year": {"of both": day.year},
    }
