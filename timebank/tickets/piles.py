"""A pile of tickets that came in: whose each is, what of it is wrong, and what it pays of what is owed."""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final

from sqlalchemy.orm import Session

import ledger
from timebank import books
from timebank.communities.models import Community
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.members.same_as import older_records
from timebank.members.same_as import who_stays
from timebank.money import Money
from timebank.text import half_width
from timebank.tickets.models import Ticket
from timebank.tickets.spending import SPLIT
from timebank.tickets.spending import Good
from timebank.tickets.spending import NumbersNotRead
from timebank.tickets.spending import TooManyAtOnce
from timebank.tickets.spending import is_booked
from timebank.tickets.spending import read_numbers
from timebank.tickets.spending import with_booklet
from timebank.tickets.uses import handed_on
from timebank.tickets.uses import helped_on

#: More tickets than anybody types at one sitting.
MOST_OF_A_PILE: Final = 500


class NoNumbers(Refusal):
    """A form without any number."""

    sentence = N_("Please write the numbers of the tickets, for example 101-104, 107.")
    field = "numbers"


class PileRefused(Refusal):
    """Some of a pile cannot be used; each reason is said by itself, and nothing of the pile is booked."""

    sentence = N_("Some of these tickets cannot be used, so none of them was.")
    field = "numbers"

    def __init__(self, reasons: Sequence[Refusal]) -> None:
        super().__init__()
        self.reasons = reasons


class NeverSoldThese(Refusal):
    """Numbers that stand for no ticket."""

    sentence = N_("Never sold: %(numbers)s.")


class UsedForHelp(Refusal):
    """Tickets that paid for a visit."""

    sentence = N_("Used already, for help on %(day)s: %(numbers)s.")


class CameInBefore(Refusal):
    """Tickets that have paid what was owed."""

    sentence = N_("Used already, as they came in on %(day)s: %(numbers)s.")


class GoneThese(Refusal):
    """Tickets for which money went back, that have lapsed, or whose booklet was a mistake."""

    sentence = N_("Money for them went back, or their time is over: %(numbers)s.")


class NotInTheBooks(Refusal):
    """Tickets whose money has not reached the books."""

    sentence = N_("The money for them is not in the books yet; please try again tomorrow: %(numbers)s.")


class TheyRanOut(Refusal):
    """Tickets that were handed over after their last day."""

    sentence = N_("Their last day was %(day)s: %(numbers)s.")


class TheyWereSoldLater(Refusal):
    """Tickets that were handed over before they were sold."""

    sentence = N_("Sold on %(day)s only, after they are said to have come in: %(numbers)s.")


class MoreThanOwed(Refusal):
    """Tickets that are worth more than what their member owes: no change is given."""

    sentence = N_(
        "%(name)s owes %(owed)s for help, and these tickets pay %(worth)s. No change is given. "
        "Please leave out: %(numbers)s."
    )


@dataclass(frozen=True, slots=True)
class Part:
    """What tickets of a pile pay of what one record owes."""

    member: Member
    tickets: Sequence[Good]
    owes_minor: int

    @property
    def numbers(self) -> list[int]:
        """The numbers that stand on them."""
        return [one.ticket.number for one in self.tickets]

    @property
    def in_short(self) -> str:
        """The numbers as they are typed."""
        return in_short(self.numbers)

    @property
    def worth_minor(self) -> int:
        """What they pay together."""
        return sum(one.offer.face_minor for one in self.tickets)

    @property
    def left_minor(self) -> int:
        """What is left on the bill."""
        return self.owes_minor - self.worth_minor


@dataclass(frozen=True, slots=True)
class Pile:
    """What becomes of a pile: a part for each record that owes something, by name."""

    came_on: date
    parts: Sequence[Part]

    @property
    def count(self) -> int:
        """How many tickets there are."""
        return sum(len(one.tickets) for one in self.parts)

    @property
    def worth_minor(self) -> int:
        """What all of them pay."""
        return sum(one.worth_minor for one in self.parts)

    @property
    def mark(self) -> str:
        """Spell it short, so that a form can tell whether it was this that was shown."""
        facts = [(one.member.id, one.numbers, one.worth_minor, one.owes_minor) for one in self.parts]
        return sha256(repr((self.came_on, facts)).encode()).hexdigest()[:32]


def read_pile(typed: str) -> list[int]:
    """Read the numbers of a pile, each once; all that is no number is named at once."""
    found, wrong = set[int](), list[Refusal]()
    for one in filter(None, SPLIT.split(half_width(typed).strip())):
        try:
            found.update(read_numbers(one, most=MOST_OF_A_PILE))
        except NumbersNotRead as refused:
            wrong.append(refused)
        if len(found) > MOST_OF_A_PILE:
            raise TooManyAtOnce(most=MOST_OF_A_PILE)
    if wrong:
        raise PileRefused(wrong)
    if not found:
        raise NoNumbers
    return sorted(found)


def pile_of(session: Session, *, community: Community, numbers: Sequence[int], came_on: date) -> Pile:
    """Tell what becomes of a pile of tickets; raises PileRefused, which names everything that is wrong."""
    asked = with_booklet(community).add_columns(helped_on(), handed_on(), is_booked())
    held = asked.where(Ticket.number.in_(numbers)).execution_options(populate_existing=True)
    there = {row[0].number: row for row in session.execute(held)}
    wrong, good = defaultdict[tuple[type[Refusal], date | None], list[int]](list), list[Good]()
    for number in numbers:
        if number not in there:
            wrong[NeverSoldThese, None].append(number)
            continue
        ticket, sale, offer, helped, handed, booked = there[number]
        one = Good(ticket, sale, offer)
        why = _why_not(one, came_on, helped, handed, booked=booked)
        if why is None:
            good.append(one)
        else:
            wrong[why].append(number)
    reasons = [
        why(numbers=in_short(which)) if day is None else why(numbers=in_short(which), day=day)
        for (why, day), which in wrong.items()
    ]
    parts, too_much = _shared_out(session, community, good)
    if reasons or too_much:
        raise PileRefused([*reasons, *too_much])
    return Pile(came_on, parts)


def in_short(numbers: Iterable[int]) -> str:
    """Write numbers as they are typed: ``101-104, 107``."""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in _runs(numbers))


# --- the leaves ---------------------------------------------------------------------------------------------


def _why_not(
    one: Good, came_on: date, helped: date | None, handed: date | None, *, booked: bool
) -> tuple[type[Refusal], date | None] | None:
    if helped is not None:
        return UsedForHelp, helped
    if handed is not None:
        return CameInBefore, handed
    if one.ticket.gone is not None:
        return GoneThese, None
    if not booked:
        return NotInTheBooks, None
    if one.sale.last_on is not None and came_on > one.sale.last_on:
        return TheyRanOut, one.sale.last_on
    if one.sale.paid_on is not None and came_on < one.sale.paid_on:
        return TheyWereSoldLater, one.sale.paid_on
    return None


def _shared_out(
    session: Session, community: Community, good: Sequence[Good]
) -> tuple[list[Part], list[Refusal]]:
    """Share tickets out over what is owed, and say of those that find nothing to pay that they are too many.

    A member who was entered twice pays first what the record owes that goes on, whichever holds the tickets,
    and then what older ones owe.
    """
    whose = dict[Member, list[Good]]()
    for one in good:
        bought_by = session.get_one(Member, one.sale.member_id)
        whose.setdefault(who_stays(session, member=bought_by), []).append(one)
    parts, too_much = list[Part](), list[Refusal]()
    for member, tickets in whose.items():
        records = [member, *older_records(session, member=member)]
        owes = {one: owed_by(session, community=community, member=one) for one in records}
        left, paid, over = dict(owes), defaultdict[Member, list[Good]](list), list[int]()
        for one in tickets:
            face = one.offer.face_minor
            who = next((each for each in records if left[each] >= face), None)
            if who is None:
                over.append(one.ticket.number)
            else:
                left[who] -= face
                paid[who].append(one)
        parts += [Part(each, paid[each], owes[each]) for each in records if paid[each]]
        if over:
            worth = sum(one.offer.face_minor for one in tickets)
            too_much.append(
                MoreThanOwed(
                    name=member.name,
                    owed=Money(sum(owes.values()), community.currency),
                    worth=Money(worth, community.currency),
                    numbers=in_short(over),
                )
            )
    return sorted(parts, key=lambda one: (one.member.name, one.member.number)), too_much


def owed_by(session: Session, *, community: Community, member: Member) -> int:
    """Tell what a record owes for help; nought where nothing was ever booked, or too much was paid."""
    try:
        account = ledger.find_account(
            session,
            book_id=community.book_id,
            code=books.receivable_code(member.id),
            commodity=community.currency,
        )
    except ledger.AccountUnknown:
        return 0
    return max(0, -ledger.balance(session, account).balance)


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Put numbers that follow each other together: the first and the last of each run."""
    first = last = None
    for number in sorted(numbers):
        if first is None or last is None:
            first = last = number
        elif number == last + 1:
            last = number
        else:
            yield first, last
            first = last = number
    if first is not None and last is not None:
        yield first, last
