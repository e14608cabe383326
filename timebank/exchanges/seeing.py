"""Which exchanges whoever asks may see, and what those who act for somebody else may not say alone."""

from collections.abc import Callable

from flask import abort

from timebank.exchanges import queries
from timebank.exchanges import rules
from timebank.exchanges.history import AT_A_SCREEN
from timebank.exchanges.queries import Shown
from timebank.exchanges.took_part import who_ever_could
from timebank.exchanges.took_part import who_took_part
from timebank.members.models import Member
from timebank.members.queries import names_of
from timebank.web import community
from timebank.web import may
from timebank.web import member
from timebank.web import person
from timebank.web import session
from timebank.web import standing


def find(exchange_id: int) -> Shown:
    """Find an exchange of this community; another community's is simply not there."""
    return queries.find_exchange(session(), community=community(), exchange_id=exchange_id) or abort(404)


def find_seen(exchange_id: int) -> Shown:
    """Find an exchange of this community that whoever asks may see; to others it is not there."""
    shown = find(exchange_id)
    if may("see-exchanges"):
        return shown
    if not queries.is_party(shown, member()):
        abort(404)
    # Whoever may only log for a member sees what they have logged themselves.
    mine = shown.exchange.logged_person_id == person().id
    return shown if may("see-own-statement") or may("answer-exchanges") or mine else abort(404)


def check_both_sides(shown: Shown) -> None:
    """Refuse whoever acts for the receiver and is the giver, acts for them, or has said it for them."""
    for one in queries.lines_of_joint(session(), exchange=shown.exchange):
        if one.receiver.id == shown.receiver.id:
            check_other_side(one.giver)
    logged = shown.exchange
    same_person = logged.logged_person_id == person().id and logged.logged_how in AT_A_SCREEN
    if same_person and logged.logged_member_id != member().id:
        raise rules.SaidBothSides


def check_other_side(other: Member) -> None:
    """Refuse whoever acts for one side where they are the other, or act for it, too."""
    if standing().for_other and other.id in standing().reach:
        raise rules.BothSides(name=other.name)


def tells_hands_of() -> Callable[[int], bool]:
    """Tell of which members the reader may know who acted for them: of their own, or as an officer."""
    mine = member().id if member() else None
    return lambda member_id: may("see-exchanges") or member_id == mine


def who_it_was(shown: Shown) -> dict[int, str]:
    """Name the persons who gave or received for a household, by member, as far as the reader may know."""
    told: dict[int, str] = {}
    for one in filter(lambda side: tells_hands_of()(side.id), (shown.giver, shown.receiver)):
        said = who_took_part(session(), member=one, exchange_ids=[shown.exchange.id])
        names = names_of(session(), community_id=community().id, person_ids=said.values())
        if names:
            told[one.id] = next(iter(names.values()))
    return told


def may_say_who(shown: Shown) -> list[Member]:
    """Tell for which of the two whoever asks may say which person it was."""
    mine = member().id if member() else None
    ask_for = [one for one in (shown.giver, shown.receiver) if one.id == mine or may("answer-for-others")]
    return [one for one in ask_for if may("say-who-it-was") and who_ever_could(session(), member=one)]
