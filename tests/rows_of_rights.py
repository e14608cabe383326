"""What a row of the table of rights says: who may use a route, and what everybody else is told."""

from dataclasses import dataclass
from dataclasses import field

from timebank.rights import OFFICES

C, T, S, A = OFFICES
#: Officers who are no members.
OFFICERS = frozenset(OFFICES)
#: Those who gave and received what an address is about, a third one, one who is suspended, and somebody who
#: acts for a household.
MEMBERS = frozenset({"giver", "receiver", "other", "suspended", "household"})
#: Somebody whom the receiver trusts, with everything ticked.
TRUSTED = "trusted"
PARTIES = frozenset({"giver", "receiver"})
THIRD = MEMBERS - PARTIES
WITH_OWN_PART = MEMBERS | OFFICERS
INSIDE = WITH_OWN_PART | {TRUSTED}
#: With a member who holds every office of another community, somebody who acted for a household and does no
#: longer, and somebody who has not signed in.
EVERYBODY = INSIDE | {"elsewhere", "ended", "stranger"}


@dataclass(frozen=True, slots=True)
class Row:
    """Who may use a route; everybody else of the community has no right to it (403)."""

    may: frozenset[str]
    #: Those who have the right, but not to this one: it is not there (404).
    not_there: frozenset[str] = frozenset()
    #: Those who see what it is about, and are told why this is not for them to do (409).
    told_why: frozenset[str] = frozenset()
    #: What the address is about, by its name in the house.
    on: str = ""
    #: What is sent, where an empty form is no form.
    data: dict[str, str] = field(default_factory=dict)

    def answer_to(self, role: str, *, is_open: bool) -> str:
        """Say what somebody is to be told."""
        if role in self.may:
            return "yes"
        if role in self.not_there:
            return "not there"
        if role in self.told_why:
            return "told why"
        return "sign in" if role == "stranger" and not is_open else "no right"


def may(*roles: str | frozenset[str], **more: object) -> Row:
    """Write a row: roles, and groups of them."""
    allowed = frozenset(one for role in roles for one in ({role} if isinstance(role, str) else role))
    return Row(allowed, **more)  # type: ignore[arg-type]


def one_of_two(role: str, **more: object) -> Row:
    """Write the row of what one side of an exchange may do: to other members there is no such thing."""
    both = {"receiver", TRUSTED} if role == "receiver" else {role}
    return may(*both, not_there=(MEMBERS | {TRUSTED}) - both, **more)
