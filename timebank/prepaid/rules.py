"""What a community says about prepaid balances: whether they are offered, and how much is paid at once."""

from dataclasses import asdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.money import Money
from timebank.prepaid.models import MOST_MINOR
from timebank.prepaid.models import PrepaidRule
from timebank.prepaid.models import PrepaidTopup
from timebank.rates.queries import may_issue_tickets
from timebank.rates.queries import terms_today


class BalancesNotHere(Refusal):
    """Money is to be taken ahead where nobody may take any."""

    sentence = N_(
        "No money is taken ahead here: the help is not the group's own, and no registration is entered. A "
        "steward says so under “Paid support”."
    )
    status = 409


class BalancesAreOff(Refusal):
    """A balance is to be topped up where that is not offered."""

    sentence = N_("Balances cannot be topped up here, unless a steward offers it in the settings.")
    status = 409


class SumsOutOfReach(Refusal):
    """The smallest sum is none, or above the largest."""

    sentence = N_("Please write a smallest sum above nought, and a largest one that is not below it.")
    field = "most"


class SumOutOfReach(Refusal):
    """More or less is to be topped up than is offered."""

    sentence = N_("A balance is topped up with %(least)s to %(most)s at once.")
    field = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds for the prepaid balances of a community."""

    offered: bool = False
    least_minor: int = 1_000
    most_minor: int = 50_000
    refunds: bool = False
    konbini: bool = False


def rule_of(session: Session, *, community: Community) -> Rule:
    """Give what holds for prepaid balances, also where nobody has said anything yet: none are offered."""
    row = session.get(PrepaidRule, community.id)
    if row is None:
        return Rule()
    return Rule(
        offered=row.offered,
        least_minor=row.least_minor,
        most_minor=row.most_minor,
        refunds=row.refunds,
        konbini=row.konbini,
    )


def change_rule(session: Session, *, community: Community, rule: Rule) -> None:
    """Say what holds for prepaid balances; the caller commits."""
    if not 1 <= rule.least_minor <= rule.most_minor <= MOST_MINOR:
        raise SumsOutOfReach
    if rule.offered and not may_be_offered(session, community=community):
        raise BalancesNotHere
    row = session.get(PrepaidRule, community.id)
    if row is None:
        session.add(PrepaidRule(community_id=community.id, **asdict(rule)))
    else:
        for name, value in asdict(rule).items():
            setattr(row, name, value)
    session.flush()


def may_be_offered(session: Session, *, community: Community) -> bool:
    """Say whether money may be taken ahead here today, which is so where tickets may be sold."""
    terms = terms_today(session, community=community)
    return terms is not None and may_issue_tickets(terms)


def are_offered(session: Session, *, community: Community) -> bool:
    """Say whether a balance can be topped up here today."""
    return rule_of(session, community=community).offered and may_be_offered(session, community=community)


def were_ever_offered(session: Session, *, community: Community) -> bool:
    """Say whether a balance can be, or ever was, topped up here: until then there are no pages about them."""
    if rule_of(session, community=community).offered:
        return True
    found = select(PrepaidTopup.id).where(PrepaidTopup.community_id == community.id)
    return session.scalar(found.limit(1)) is not None


def check_sum(session: Session, *, community: Community, amount_minor: int) -> None:
    """Refuse a top-up where none is offered, or of another sum than is."""
    if not may_be_offered(session, community=community):
        raise BalancesNotHere
    rule = rule_of(session, community=community)
    if not rule.offered:
        raise BalancesAreOff
    if not rule.least_minor <= amount_minor <= rule.most_minor:
        currency = community.currency
        raise SumOutOfReach(least=Money(rule.least_minor, currency), most=Money(rule.most_minor, currency))
