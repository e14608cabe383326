"""Presents in both communities of the house: hours that the giver has earned and gives to the receiver."""

from sqlalchemy.orm import Session

from tests.builders import an_exchange
from tests.builders import as_member
from tests.house_things import Things
from timebank.communities.models import Community
from timebank.members.models import Member
from timebank.presents.service import Wish
from timebank.presents.service import give


def give_hours(
    session: Session, community: Community, giver: Member, receiver: Member, other: Member
) -> Things:
    """Have the giver help for a while, and give some of it away."""
    an_exchange(session, community, giver, other, minutes=300, key="form:earned before")
    wish = Wish(giver=giver, receiver=receiver, minutes=10, words="Thank you", key="form:present")
    given = give(session, community=community, wish=wish, actor=as_member(giver))
    return {"present_id": {"to the receiver": given.present.id}}
