"""The register of givers of a year: who gave, when, how much and what for, as books of gifts are kept."""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.donations.models import Donation
from timebank.donations.queries import Gift
from timebank.donations.queries import InKind
from timebank.donations.queries import list_gifts
from timebank.donations.queries import list_in_kind
from timebank.donations.queries import sums
from timebank.money import Money
from timebank.text import search_key
from timebank.text import sort_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Giver:
    """Somebody who gave under a name, with all of their gifts of the year, the oldest first."""

    name: str
    reading: str
    address: str
    organisation: bool
    gifts: Sequence[Gift]
    #: What counts of them, by currency.
    sums: Sequence[Money]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Everything that was given in a year."""

    year: int
    givers: Sequence[Giver]
    #: Given without a name: a coin box, or somebody who wished it so.
    nameless: Sequence[Gift]
    nameless_sums: Sequence[Money]
    in_kind: Sequence[InKind]
    #: What counts of all gifts of money, by currency.
    totals: Sequence[Money]

    def gifts(self) -> Iterator[tuple[Giver, Gift]]:
        """Give every gift of money that has a name, giver by giver."""
        for giver in self.givers:
            for gift in giver.gifts:
                yield giver, gift


def register_of(session: Session, *, community: Community, year: int) -> Register | None:
    """Put together the register of a year; None where nothing was given in it.

    What was written down by mistake never was a gift, and stands nowhere here. What was given back was one:
    it is shown, with what went back, and counts for the rest.
    """
    # The oldest first, as one reads a register.
    gifts = [one for one in list_gifts(session, community=community, year=year) if not one.taken_back][::-1]
    in_kind = [
        one
        for one in list_in_kind(session, community=community, year=year)
        if one.gift.taken_back_because is None
    ][::-1]
    if not gifts and not in_kind:
        return None
    named: dict[object, list[Gift]] = {}
    for one in gifts:
        if one.donation.name:
            named.setdefault(_who(one.donation), []).append(one)
    nameless = [one for one in gifts if not one.donation.name]
    givers = sorted(
        map(_giver, named.values()), key=lambda one: (sort_key(one.reading or one.name), one.address)
    )
    return Register(
        year=year,
        givers=givers,
        nameless=nameless,
        nameless_sums=sums(nameless),
        in_kind=in_kind,
        totals=sums(gifts),
    )


def _who(donation: Donation) -> object:
    """Say by what gifts are one giver's: the member, or else the name together with the address.

    Two neighbours may have one name, so a name alone joins only gifts that have no address.
    """
    if donation.member_id is not None:
        return donation.member_id
    return search_key(donation.name), search_key(donation.address)


def _giver(gifts: list[Gift]) -> Giver:
    """Describe a giver by what was said last."""
    rows = [one.donation for one in reversed(gifts)]
    return Giver(
        name=rows[0].name,
        reading=next((one.reading for one in rows if one.reading), ""),
        address=next((one.address for one in rows if one.address), ""),
        organisation=rows[0].organisation,
        gifts=gifts,
        sums=sums(gifts),
    )
