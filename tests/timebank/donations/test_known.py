"""What is forgotten of somebody's gifts when they are erased, and what the books need."""

import pytest
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from timebank import clock
from timebank.communities.models import Community
from timebank.donations import by_hand
from timebank.donations.in_kind import BroughtInKind
from timebank.donations.in_kind import write_down_in_kind
from timebank.donations.known import KNOWN
from timebank.donations.models import Donation
from timebank.donations.models import GiftInKind
from timebank.donations.proof import check_gifts
from timebank.known import Whom
from timebank.members.models import Member

pytestmark = pytest.mark.usefixtures("the_same_day")

TODAY = clock.today("Asia/Tokyo")


def gave(session: Session, community: Community, member: Member) -> tuple[Donation, GiftInKind]:
    money = by_hand.Brought(
        amount_minor=3000,
        way="cash",
        given_on=TODAY,
        fund=None,
        member=member,
        email="hana@example.org",
        address="1-2",
        message="For my aunt's cooks",
        dedication="memory",
        dedicated_to="My aunt",
        key=f"form:money-{member.id}",
    )
    rice = BroughtInKind(
        what="Rice", given_on=TODAY, member=member, address="1-2", key=f"form:rice-{member.id}"
    )
    return (
        by_hand.write_down(session, community=community, gift=money, actor=SOMEBODY),
        write_down_in_kind(session, community=community, gift=rice, actor=SOMEBODY),
    )


@pytest.fixture
def community(session: Session) -> Community:
    return a_community(session)


def test_words_and_whom_it_was_for_are_forgotten_and_what_the_books_need_stays(
    session: Session, community: Community
) -> None:
    hana, taro = (a_member(session, community, name=name, reading=name) for name in ("Hana", "Taro"))
    (money, rice), (others_money, others_rice) = (gave(session, community, one) for one in (hana, taro))
    whom = Whom(community_id=community.id, member_id=hana.id)
    for known in KNOWN:
        assert len(known.rows(session, whom)) == 1
        assert known.erase
        known.erase(session, known, whom)
    session.expire_all()
    assert (money.email, money.message, money.dedication, money.dedicated_to) == ("", "", "", "")
    assert (money.name, money.address, money.amount_minor) == ("Hana", "1-2", 3000)
    assert (rice.what, rice.name, rice.reading, rice.address) == ("Rice", "", "", "")
    assert (others_money.dedicated_to, others_rice.name) == ("My aunt", "Taro")
    assert check_gifts(session) == []
