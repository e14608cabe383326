"""What each community of the house has agreed with others beside it, and what crossed."""

from typing import Final

from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import as_member
from tests.house_things import Things
from timebank.between import agreements
from timebank.between.giving import Wish
from timebank.between.giving import give
from timebank.between.models import HoursAgreement
from timebank.between.sides import seen_from
from timebank.communities.models import Community
from timebank.members.models import Member

#: Who stands for what: the last part of the slug, and the name.
BESIDE: Final = {
    "holds": ("enshu", "Enshu"),
    "to accept": ("iwata", "Iwata"),
    "to decline": ("fukuroi", "Fukuroi"),
    "to take back": ("kakegawa", "Kakegawa"),
    "to end": ("kikugawa", "Kikugawa"),
}
#: The same, and who is given hours, where a page in Japanese is looked at.
JAPANESE: Final = ("遠州", "磐田", "袋井", "掛川", "菊川", "梅")


def agree_on_hours(
    session: Session, community: Community, giver: Member, *, japanese: bool = False
) -> Things:
    """Agree with one community, have proposals of three others, and one whose agreement can end."""
    names = JAPANESE if japanese else (*(name for _, name in BESIDE.values()), "Ume")
    beside = {
        what: a_community(session, slug=f"{community.slug}-{word}", name=name)
        for (what, (word, _)), name in zip(BESIDE.items(), names, strict=False)
    }
    made = {
        name: _proposed(session, other, community)
        if name != "to take back"
        else _proposed(session, community, other)
        for name, other in beside.items()
    }
    for name in ("holds", "to end"):
        agreements.accept(session, community=community, agreement=made[name], actor=COORDINATOR)
    a_member(session, beside["holds"], name=names[-1], number="001")
    between = seen_from(session, community=community, agreement=made["holds"])
    wish = Wish(giver=giver, number="001", name=names[-1], minutes=15, words="", key=f"form:{community.slug}")
    given = give(session, between=between, wish=wish, actor=as_member(giver))
    return {
        "agreement_id": {name: one.id for name, one in made.items()},
        "across_id": {"given": given.across.id},
    }


def _proposed(session: Session, by: Community, to: Community) -> HoursAgreement:
    terms = agreements.Terms(limit_minutes=600, rate_here=45, rate_there=60)
    return agreements.propose(session, community=by, slug=to.slug, terms=terms, actor=COORDINATOR)
