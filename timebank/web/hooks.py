"""What the web asks of the features above it: a small table that app.py fills."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from flask import current_app
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from timebank.known import Known
from timebank.web.here import community
from timebank.web.here import may
from timebank.web.here import session
from timebank.web.standing import Standing

#: The names and values of a form, in their order.
Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place in the menu of those who have the right to it."""

    endpoint: str
    #: English, marked with N_; translated where it is shown.
    label: str
    right: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a member is asked on their first page until it is answered."""

    #: Whether this member (second) is still to be asked.
    is_open: Callable[[Session, Any], bool]
    #: English, marked with N_, as what the button says.
    sentence: str
    label: str
    #: The page on which it is answered.
    endpoint: str


@dataclass(frozen=True, slots=True)
class DeskItem:
    """Something that may wait for officers with this right, and how much of it does."""

    endpoint: str
    #: English, marked with N_, with a place for the number.
    label: str
    right: str
    count: Callable[[Session, Any], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Who is signed in, which community this is, and what becomes of a form whose session ended."""

    #: The community whose addresses begin with this word.
    find_community: Callable[[Session, str], Any | None]
    #: The person whose session this is.
    signed_in: Callable[[Session], Any | None]
    #: As whom a person (first) is in a community (second), who has chosen to act for a member of this id.
    stand: Callable[[Session, Any, Any, int | None], Standing]
    #: The communities that a person has a part in.
    communities_of: Callable[[Session, Any], Sequence[Any]]
    #: The people who may sign in by a member's number in a community.
    people_by_number: Callable[[Session, Any, str], Sequence[Any]]
    #: The sign-in page, carrying a sealed form on to whoever signs in.
    sign_in_again: Callable[[str], ResponseReturnValue]
    #: What was kept for this person and page.
    kept_form: Callable[[Session, Any, str], Fields]
    #: The kept form is posted to its target now, so let go of it.
    forget_form: Callable[[Session, Any, str], None]
    #: What a trusted person has done in a community (by ids) is on the audit trail under this id.
    acted_in_trust: Callable[[Session, int, int], None]
    #: A visit (first) was taken back and written down anew (second), as somebody does who amends it.
    visit_amended: Callable[[Session, Any, Any], None]
    #: Endpoints of the page one signs in on, and of the first page behind it.
    sign_in: str
    home: str
    #: Endpoint of the page on which a second factor is set up, which wakes offices.
    wake: str
    navigation: Sequence[NavItem] = ()
    #: What each kind of later work is called; English, marked with N_.
    kinds_of_work: Mapping[str, str] = field(default_factory=dict)
    #: Further pages about one member (by member_id), linked from theirs.
    member_pages: Sequence[NavItem] = ()
    #: What members are asked on their first page.
    questions: Sequence[Question] = ()
    #: What waits for officers beside exchanges.
    desk: Sequence[DeskItem] = ()
    #: Where payments lead, by the name of what they are for.
    purposes: Mapping[str, Any] = field(default_factory=dict)
    #: Pages of a community (second) for everybody, linked at the foot of all: endpoint and label.
    public: Callable[[Session, Any], Sequence[tuple[str, str]]] = lambda _session, _community: ()
    #: Further pages about an exchange (second), by its id: endpoint and label.
    exchange_pages: Callable[[Session, Any], Sequence[tuple[str, str]]] = lambda _session, _exchange: ()
    #: Which of these exchanges (by id) wait for a word about money, too, and whether it is the giver's.
    answered_elsewhere: Callable[[Session, Any], Mapping[int, bool]] = lambda *_about: {}
    #: Further pages on which members of a community (second) log help: endpoint and label.
    ways_to_log: Callable[[Session, Any], Sequence[tuple[str, str]]] = lambda *_about: ()
    #: What a member (third) of a community (second) gave and received in all, of this balance (fourth).
    hours_in_all: Callable[[Session, Any, Any, Any], Any] = lambda *_about: None
    #: What a member (third) of a community (second) kept and used through paid visits, where there are any.
    kept_of: Callable[[Session, Any, Any], Any] = lambda *_about: None
    #: What the features know of a member, and what of it is erased.
    known: Sequence[Known] = ()


def waiting_here() -> list[tuple[DeskItem, int]]:
    """Tell what waits for whoever is asking, as an officer, and how much."""
    items = [item for item in hooks().desk if may(item.right)]
    counted = [(item, item.count(session(), community())) for item in items]
    return [(item, number) for item, number in counted if number]


def hooks() -> Hooks:
    """Give the table that this application was made with."""
    found: Hooks = current_app.extensions["timebank"]
    return found
