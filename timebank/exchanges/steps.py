"""What can be done next with an exchange, by whom, and how each step is put into words."""

from collections.abc import Sequence
from dataclasses import dataclass

from timebank.errors import N_
from timebank.exchanges.models import AGREED
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.models import DECLINED
from timebank.exchanges.models import DISPUTED
from timebank.exchanges.models import PROPOSED
from timebank.exchanges.models import STATES
from timebank.exchanges.queries import Shown
from timebank.members.models import Member
from timebank.members.taking_part import takes_part


@dataclass(frozen=True, slots=True)
class Step:
    """A page on which one thing is done with an exchange, in English, marked with N_."""

    title: str
    explained: str
    button: str
    #: What is said afterwards.
    done: str
    #: The states in which it can be done.
    states: tuple[str, ...]


DECLINE = Step(
    N_("That is not right"),
    N_("Nothing is booked. The other person reads what you write, and may ask a coordinator to look."),
    N_("Send"),
    N_("Your answer is sent. Nothing was booked."),
    (PROPOSED,),
)
DISPUTE = Step(
    N_("Ask a coordinator to look"),
    N_("A coordinator talks with both of you. Until then nothing is booked."),
    N_("Ask a coordinator"),
    N_("A coordinator is asked to look."),
    (DECLINED,),
)
ANSWER = Step(
    N_("Answer for the receiver"),
    N_("Write down what they told you. If it is right, it is booked as if they had confirmed it themselves."),
    N_("Save the answer"),
    N_("The answer is saved."),
    (PROPOSED,),
)
SETTLE = Step(
    N_("Book as both sides agreed"),
    N_("Change the time or the day if both sides say so. What stood there before is kept in the history."),
    N_("Book"),
    N_("It is booked as both sides agreed."),
    (PROPOSED, DISPUTED),
)
CLOSE = Step(
    N_("Book without those who have not answered"),
    N_("Who has confirmed is booked. Who has not answered is left out."),
    N_("Book it now"),
    N_("It is settled with those who have answered."),
    STATES,
)
WITHDRAW = Step(
    N_("Withdraw"),
    N_("It will not be booked. It stays here to be read."),
    N_("Withdraw"),
    N_("It is withdrawn."),
    (PROPOSED, AGREED, DISPUTED),
)
REVERSE = Step(
    N_("Take back what is booked"),
    N_(
        "Both balances go back by this time. The statements show both lines: what was booked, and that it "
        "was taken back. This may take a balance past its limit."
    ),
    N_("Take it back"),
    N_("It is taken back."),
    (CONFIRMED,),
)


def offers(shown: Shown, *, member: Member | None) -> frozenset[str]:
    """Tell what somebody who took part may do with an exchange now."""
    exchange = shown.exchange
    if member is None:
        return frozenset()
    found = set()
    if member.id == exchange.receiver_id and exchange.state == PROPOSED and takes_part(member):
        found |= {"confirm", "decline"}
    if member.id == exchange.giver_id and exchange.state == DECLINED:
        found.add("dispute")
    if may_withdraw(shown, member):
        found.add("withdraw")
    return frozenset(found)


def may_withdraw(shown: Shown, member: Member) -> bool:
    """Say whether a member may take back what is not booked: who said it, or whose word it was."""
    exchange = shown.exchange
    if exchange.state in (PROPOSED, AGREED):
        alone = exchange.joint_id is None and exchange.giver_id == member.id
        return alone or exchange.logged_member_id == member.id
    return exchange.state == DISPUTED and exchange.giver_id == member.id


def desk_offers(shown: Shown, lines: Sequence[Shown]) -> frozenset[str]:
    """Tell what a coordinator may do with an exchange now."""
    state = shown.exchange.state
    found = {
        PROPOSED: {"answer", "settle", "withdraw"},
        AGREED: {"withdraw"},
        DISPUTED: {"settle", "withdraw"},
        CONFIRMED: {"reverse"},
    }.get(state, set())
    if len(lines) > 1 and any(line.exchange.state == PROPOSED for line in lines):
        found = found | {"close"}
    return frozenset(found)
