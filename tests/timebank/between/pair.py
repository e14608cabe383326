"""Two communities that have agreed, and a third as noise, for tests of hours between them."""

from itertools import count
from typing import Any
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import an_exchange
from tests.builders import as_member
from timebank.between import agreements
from timebank.between import giving
from timebank.between.models import ON
from timebank.between.models import HoursAcross
from timebank.between.models import HoursAgreement
from timebank.between.proof import check_between
from timebank.between.sides import Between
from timebank.between.sides import hours_with
from timebank.between.sides import seen_from
from timebank.between.taking_back import take_back
from timebank.communities.models import Community
from timebank.exchanges.proof import check_exchanges
from timebank.members.models import Member
from timebank.members.queries import hours_of

_counted = count(1)


def agreed(session: Session, here: Community, there: Community, **facts: Any) -> HoursAgreement:
    """Propose in one, accept in the other: ten hours, one for one, unless told otherwise."""
    terms = agreements.Terms(**{"limit_minutes": 600} | facts)
    row = agreements.propose(session, community=here, slug=there.slug, terms=terms, actor=SOMEBODY)
    agreements.accept(session, community=there, agreement=row, actor=SOMEBODY)
    return row


def a_wish(giver: Member, receiver: Member, minutes: int = 60, **facts: Any) -> giving.Wish:
    known: dict[str, Any] = {
        "number": receiver.number,
        "name": receiver.name,
        "key": f"form:across-{next(_counted):020}",
    }
    return giving.Wish(giver=giver, minutes=minutes, **known | facts)


class Pair:
    """Kadoma with Hana and Ken, Enshu with Ume and Taro, and what the two have agreed."""

    def __init__(self, session: Session, **facts: Any) -> None:
        self.session = session
        noise, self.kadoma = a_community(session), a_community(session, name="Kadoma")
        self.enshu = a_community(session, name="Enshu")
        self.hana, self.ken = (a_member(session, self.kadoma, name=name) for name in ("Hana", "Ken"))
        self.ume = a_member(session, self.enshu, name="梅 花子", reading="うめ はなこ")
        self.taro = a_member(session, self.enshu, name="Taro")
        someone, friend = (a_member(session, noise) for _ in range(2))
        an_exchange(session, noise, someone, friend)
        agreed(session, noise, self.kadoma)
        self.gives_from(noise, self.kadoma, someone, self.ken, 20)
        self.agreement = agreed(session, self.kadoma, self.enshu, **facts)

    @classmethod
    def again(cls, session: Session, ids: tuple[int, ...]) -> Self:
        """The same, in another session."""
        pair = cls.__new__(cls)
        pair.session = session
        pair.kadoma, pair.enshu = (session.get_one(Community, one) for one in ids[:2])
        pair.hana, pair.ken, pair.ume, pair.taro = (session.get_one(Member, one) for one in ids[2:6])
        pair.agreement = session.get_one(HoursAgreement, ids[6])
        return pair

    @property
    def ids(self) -> tuple[int, ...]:
        members = (self.hana, self.ken, self.ume, self.taro)
        return (self.kadoma.id, self.enshu.id, *(one.id for one in members), self.agreement.id)

    def seen(self, community: Community, agreement: HoursAgreement | None = None) -> Between:
        return seen_from(self.session, community=community, agreement=agreement or self.agreement)

    def gives_from(
        self,
        here: Community,
        there: Community,
        giver: Member,
        receiver: Member,
        minutes: int = 60,
        **facts: Any,
    ) -> giving.Given:
        """Give by what holds between two communities, as the giver does."""
        ids = sorted((here.id, there.id))
        agreement = self.session.scalars(
            select(HoursAgreement).where(
                HoursAgreement.first_id == ids[0],
                HoursAgreement.second_id == ids[1],
                HoursAgreement.state == ON,
            )
        ).one()
        return self.gives(self.seen(here, agreement), giver, receiver, minutes, **facts)

    def gives(
        self, between: Between, giver: Member, receiver: Member, minutes: int = 60, **facts: Any
    ) -> giving.Given:
        wish = a_wish(giver, receiver, minutes, **facts)
        # As the web does: what is refused leaves nothing.
        with self.session.begin_nested():
            return giving.give(self.session, between=between, wish=wish, actor=as_member(giver))

    def out(self, minutes: int = 60, **facts: Any) -> HoursAcross:
        """From Hana in Kadoma to Ume in Enshu."""
        return self.gives(self.seen(self.kadoma), self.hana, self.ume, minutes, **facts).across

    def back(self, minutes: int = 60, **facts: Any) -> HoursAcross:
        """From Taro in Enshu to Ken in Kadoma."""
        return self.gives(self.seen(self.enshu), self.taro, self.ken, minutes, **facts).across

    def takes_back(self, across: HoursAcross, community: Community | None = None) -> None:
        take_back(
            self.session,
            community=community or self.kadoma,
            across=across,
            reason="not meant",
            actor=SOMEBODY,
        )

    def balance(self, member: Member) -> int:
        community = self.session.get_one(Community, member.community_id)
        return ledger.balance(self.session, hours_of(member, community)).balance

    @property
    def owed(self) -> tuple[int, int]:
        """What Kadoma's book says that it owes Enshu, and Enshu's that it owes Kadoma."""
        sides = ((self.kadoma, self.enshu), (self.enshu, self.kadoma))
        accounts = [hours_with(self.session, community=here, other=there) for here, there in sides]
        kadoma, enshu = (ledger.balance(self.session, one).balance for one in accounts)
        return kadoma, enshu

    def faults(self) -> list[str]:
        """What does not hold, in the books or between them."""
        self.session.flush()
        return [
            *ledger.prove(self.session).faults,
            *check_exchanges(self.session),
            *check_between(self.session),
        ]
