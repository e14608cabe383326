"""Finding exchanges: one by one, what waits for whom, and what stands behind the lines of a statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlalchemy import Select
from sqlalchemy import and_
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm import aliased

import ledger
from timebank import clock
from timebank.between.queries import across_between
from timebank.between.queries import through_communities
from timebank.communities.models import Community
from timebank.exchanges.models import AGREED
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import DECLINED
from timebank.exchanges.models import DISPUTED
from timebank.exchanges.models import OPEN_STATES
from timebank.exchanges.models import PROPOSED
from timebank.exchanges.models import Exchange
from timebank.exchanges.models import ExchangeEvent
from timebank.exchanges.telling import Told
from timebank.exchanges.telling import told
from timebank.hands.queries import can_answer
from timebank.members.carrying import carried_over
from timebank.members.models import Hand
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.members.queries import names_to_suggest
from timebank.members.queries import spelled
from timebank.members.same_as import older_records
from timebank.members.taking_part import takes_part
from timebank.pools.queries import stands_between
from timebank.pools.queries import through_pools
from timebank.presents.queries import presented_between
from timebank.presents.queries import through_presents

_Giver = aliased(Member, name="giver")
_Receiver = aliased(Member, name="receiver")

#: How far back "people you met lately" looks, in lines of the statement.
_LATELY = 60
#: How long a refused word stays on the giver's first page.
_DECLINED_SHOWN = timedelta(days=60)

_WITH_MEMBERS = (
    select(Exchange, _Giver, _Receiver)
    .join(_Giver, _Giver.id == Exchange.giver_id)
    .join(_Receiver, _Receiver.id == Exchange.receiver_id)
)
# SQLite uses a partial index only where its very condition stands in the query.
_UNBOOKED = Exchange.entry_id.is_(None)


@dataclass(frozen=True, slots=True)
class Shown:
    """An exchange with its two members, as lists show it."""

    exchange: Exchange
    giver: Member
    receiver: Member


@dataclass(frozen=True, slots=True)
class Asked:
    """What one word of a receiver answers: an exchange, or what several gave them together."""

    lines: Sequence[Shown]

    @property
    def exchange(self) -> Exchange:
        """The exchange by which the question is answered."""
        return self.lines[0].exchange

    @property
    def minutes(self) -> int:
        """How long everybody gave together."""
        return sum(shown.exchange.minutes for shown in self.lines)


@dataclass(frozen=True, slots=True)
class Turnover:
    """What a member gave and received, and what passed between them and pools and other communities."""

    given: int
    received: int
    to_pools: int
    from_pools: int
    to_communities: int = 0
    from_communities: int = 0
    #: Given to other members as a present, and by them.
    presented: int = 0
    got: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of a member's statement, the newest line first."""

    lines: Sequence[Told]
    #: Ask for the page before this version; None on the last one.
    older: int | None


@dataclass(frozen=True, slots=True)
class Slips:
    """What a coordinator has entered from paper in one sitting."""

    count: int
    minutes: int
    latest: Sequence[Shown]


def find_exchange(session: Session, *, community: Community, exchange_id: int) -> Shown | None:
    """Find an exchange of this community with its members; another community's is not found."""
    rows = _shown(session, Exchange.id == exchange_id, Exchange.community_id == community.id)
    return rows[0] if rows else None


def is_party(shown: Shown, member: Member | None) -> bool:
    """Say whether a member gave, received or logged this, and so may see it."""
    ids = (shown.giver.id, shown.receiver.id, shown.exchange.logged_member_id)
    return member is not None and member.id in ids


def events_of(session: Session, *, exchange: Exchange) -> Sequence[ExchangeEvent]:
    """List what was done with an exchange, the first first."""
    events = select(ExchangeEvent).where(ExchangeEvent.exchange_id == exchange.id)
    return session.scalars(events.order_by(ExchangeEvent.id)).all()


def lines_of_joint(session: Session, *, exchange: Exchange) -> Sequence[Shown]:
    """List the exchanges that were logged together with this one, itself included."""
    if exchange.joint_id is None:
        return _shown(session, Exchange.id == exchange.id)
    return _shown(
        session, Exchange.joint_id == exchange.joint_id, Exchange.community_id == exchange.community_id
    )


def waiting_for(session: Session, *, member: Member) -> Sequence[Shown]:
    """List what waits for this member's word, the oldest first."""
    return _shown(session, Exchange.receiver_id == member.id, _UNBOOKED, Exchange.state == PROPOSED)


def asked_of(session: Session, *, member: Member) -> list[Asked]:
    """List what this member is asked to confirm, what was logged together as one question."""
    questions: dict[tuple[str, int], list[Shown]] = {}
    for shown in waiting_for(session, member=member):
        joint_id = shown.exchange.joint_id
        question = ("joint", joint_id) if joint_id is not None else ("one", shown.exchange.id)
        questions.setdefault(question, []).append(shown)
    return [Asked(lines) for lines in questions.values()]


def waiting_on_others(session: Session, *, member: Member) -> Sequence[Shown]:
    """List what this member gave and others have not settled, and what was declined lately.

    With it what they received and confirmed together with others, who have not answered yet.
    """
    since = clock.now() - _DECLINED_SHOWN
    declined = and_(Exchange.state == DECLINED, Exchange.logged_at >= since)
    open_ones = Exchange.state.in_(OPEN_STATES)
    given = _shown(session, Exchange.giver_id == member.id, _UNBOOKED, or_(open_ones, declined))
    agreed = _shown(session, Exchange.receiver_id == member.id, _UNBOOKED, Exchange.state == AGREED)
    return [*given, *agreed]


def waiting_for_coordinators(session: Session, *, community: Community) -> Sequence[Shown]:
    """List what needs a coordinator, the oldest first.

    Disputes; proposals that were not answered in the community's time; and proposals to members for
    whom nobody signs in, who can only be asked.
    """
    return _shown(session, *_for_coordinators(community))


def count_for_coordinators(session: Session, *, community: Community) -> int:
    """Count what needs a coordinator."""
    return session.scalars(select(func.count(Exchange.id)).where(*_for_coordinators(community))).one()


def _for_coordinators(community: Community) -> tuple[ColumnElement[bool], ...]:
    late = Exchange.logged_at <= clock.now() - timedelta(days=community.answer_days)
    signs_in = select(Hand.member_id).where(Hand.member_id == Exchange.receiver_id, can_answer()).exists()
    proposed = and_(Exchange.state == PROPOSED, or_(late, ~signs_in))
    # Of one by itself it is the giver who is asked, about the money.
    gives = select(Hand.member_id).where(Hand.member_id == Exchange.giver_id, can_answer()).exists()
    alone = and_(Exchange.joint_id.is_(None), ~gives)
    of_joint = and_(Exchange.state == AGREED, or_(late, alone))
    needs_one = or_(Exchange.state == DISPUTED, proposed, of_joint)
    return Exchange.community_id == community.id, _UNBOOKED, needs_one


def people_to_suggest(session: Session, *, community: Community, member: Member | None) -> list[str]:
    """Spell whom a form may offer while somebody types: whom they met lately first, then everybody.

    In a large community only those met lately; anybody may be typed.
    """
    lately = recent_partners(session, community=community, member=member) if member else []
    known = {one.id for one in lately} | ({member.id} if member else set())
    everybody = names_to_suggest(session, community=community)
    names = [spelled(one.name, one.number) for one in lately if takes_part(one)]
    names += [name for member_id, name in everybody if member_id not in known]
    return names


def recent_partners(
    session: Session, *, community: Community, member: Member, limit: int = 12
) -> list[Member]:
    """List whom a member exchanged hours with lately, the latest first."""
    page = ledger.statement(session, hours_of(member, community), limit=_LATELY)
    accounts = list(dict.fromkeys(line.other_account_id for line in page.lines))[:limit]
    found = {
        one.account_id: one for one in session.scalars(select(Member).where(Member.account_id.in_(accounts)))
    }
    return [found[account] for account in accounts if account in found]


def statement_of(
    session: Session,
    *,
    community: Community,
    member: Member,
    before: int | None = None,
    limit: int = 50,
    posted_from: date | None = None,
    posted_to: date | None = None,
) -> Statement:
    """Read a page of a member's statement with what stands behind each line."""
    account = hours_of(member, community)
    page = ledger.statement(
        session, account, before=before, limit=limit, posted_from=posted_from, posted_to=posted_to
    )
    return Statement(told(session, page.lines, member=member), page.older)


def still_open(*, community: Community, member: Member) -> Select[Exchange]:
    """Select what is open with a member, on either side: not booked, and waiting for somebody."""
    mine = or_(Exchange.giver_id == member.id, Exchange.receiver_id == member.id)
    unbooked = (Exchange.entry_id.is_(None), Exchange.state.in_(OPEN_STATES))
    found = select(Exchange).where(mine, *unbooked, Exchange.community_id == community.id)
    return found.order_by(Exchange.id)


def hours_between(
    session: Session, *, community: Community, member: Member, first: date, last: date
) -> Turnover:
    """Add up what a member gave and received from one day to another, both included.

    What was taken back does not count, nor what was carried over from an older record of the same member;
    and nobody helped for what pools, other members and other communities were given, or gave: that is told
    apart.
    """
    debited, credited = ledger.turnover(
        session, hours_of(member, community), posted_from=first, posted_to=last
    )
    to_pools, from_pools = stands_between(session, member=member, first=first, last=last)
    carried = carried_over(session, community=community, members=[member], first=first, last=last)
    out, into = carried.get(member.id, (0, 0))
    to_others, from_others = across_between(session, member=member, first=first, last=last)
    gifts = presented_between(session, member=member, first=first, last=last)
    return Turnover(
        given=credited - from_pools - into - from_others - gifts.got,
        received=debited - to_pools - out - to_others - gifts.given,
        to_pools=to_pools,
        from_pools=from_pools,
        to_communities=to_others,
        from_communities=from_others,
        presented=gifts.given,
        got=gifts.got,
    )


def hours_certified(
    session: Session, *, community: Community, records: Sequence[Member], first: date, last: date
) -> Turnover:
    """Add up what somebody gave and received between two days, under every number that they had."""
    parts = [
        hours_between(session, community=community, member=one, first=first, last=last) for one in records
    ]
    return Turnover(
        given=sum(one.given for one in parts),
        received=sum(one.received for one in parts),
        to_pools=sum(one.to_pools for one in parts),
        from_pools=sum(one.from_pools for one in parts),
        to_communities=sum(one.to_communities for one in parts),
        from_communities=sum(one.from_communities for one in parts),
        presented=sum(one.presented for one in parts),
        got=sum(one.got for one in parts),
    )


def hours_in_all(
    session: Session, *, community: Community, member: Member, balance: ledger.Balance
) -> Turnover:
    """Tell what a member gave and received in all, as the books hold it: with what was taken back."""
    debited, credited = through_pools(session, community=community, member=member).get(member.id, (0, 0))
    out, into = carried_over(session, community=community, members=[member]).get(member.id, (0, 0))
    went, came = through_communities(session, community=community, member=member).get(member.id, (0, 0))
    presents = through_presents(session, community=community, member=member)
    presented, got = presents.get(member.id, (0, 0))
    return Turnover(
        given=balance.credits - credited - into - came - got,
        received=balance.debits - debited - out - went - presented,
        to_pools=debited,
        from_pools=credited,
        to_communities=went,
        from_communities=came,
        presented=presented,
        got=got,
    )


def given_on(session: Session, *, member: Member) -> int:
    """Tell how many minutes a member gave on, to other members and to pools; what was taken back is not."""
    records = [member, *older_records(session, member=member)]
    to_pools = sum(stands_between(session, member=one)[0] for one in records)
    return to_pools + sum(presented_between(session, member=one).given for one in records)


def latest_id(session: Session) -> int:
    """Tell the id of the newest exchange: where a pile of slips begins."""
    return session.scalar(select(func.max(Exchange.id))) or 0


def slips_after(
    session: Session, *, community: Community, person_id: int | None, after: int, limit: int = 10
) -> Slips:
    """Count what a person has entered from paper slips after an exchange, and list the latest."""
    mine = (
        Exchange.id > after,
        Exchange.community_id == community.id,
        Exchange.logged_person_id == person_id,
        Exchange.logged_how == "slip",
        Exchange.state == CONFIRMED,
    )
    count, minutes = session.execute(
        select(func.count(), func.coalesce(func.sum(Exchange.minutes), 0)).where(*mine)
    ).one()
    return Slips(count, int(minutes), _shown(session, *mine, limit=limit, newest=True))


def _shown(
    session: Session, *conditions: ColumnElement[bool], limit: int = 500, newest: bool = False
) -> list[Shown]:
    rows = (
        _WITH_MEMBERS.where(*conditions).order_by(Exchange.id.desc() if newest else Exchange.id).limit(limit)
    )
    return [Shown(*row) for row in session.execute(rows)]
