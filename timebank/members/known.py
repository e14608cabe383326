"""What is known of a member: the name and number, and what was done about them."""

from typing import Final

from sqlalchemy import delete
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank.errors import N_
from timebank.known import Known
from timebank.known import Whom
from timebank.known import blotted
from timebank.known import taken_away
from timebank.members.models import Absence
from timebank.members.models import Farewell
from timebank.members.models import Guardian
from timebank.members.models import Hand
from timebank.members.models import HandEvent
from timebank.members.models import HouseholdShare
from timebank.members.models import Member
from timebank.members.models import MemberEvent
from timebank.members.models import SameAs

#: What stands in place of a name.
_NOBODY = "—"
_IDS = frozenset({"id", "member_id", "community_id"})


def _forget_member(session: Session, _known: Known, whom: Whom) -> None:
    """Write over what tells who it was; the pseudonym is whoever erases to give."""
    gone = update(Member).where(Member.id == whom.member_id)
    nothing = gone.values(
        reading=None,
        district=None,
        search_key="",
        state_reason=None,
        own_limit_minutes=None,
        own_limit_reason=None,
    )
    session.execute(nothing.execution_options(synchronize_session=False))


def _forget_shares(session: Session, known: Known, whom: Whom) -> None:
    """Take back what waits for nobody any more, and the words about what was settled."""
    open_ones = delete(HouseholdShare).where(
        HouseholdShare.settled_at.is_(None),
        (HouseholdShare.person_id == whom.person_id) | (HouseholdShare.member_id == whom.member_id),
        HouseholdShare.community_id == whom.community_id,
    )
    session.execute(open_ones.execution_options(synchronize_session=False))
    blotted(reason="")(session, known, whom)


KNOWN: Final = (
    Known(
        label=N_("Membership"),
        table=Member,
        about=lambda whom: Member.id == whom.member_id,
        told={
            "number": N_("Member number"),
            "name": N_("Name"),
            "reading": N_("Reading of the name"),
            "district": N_("District"),
            "kind": N_("Kind of member"),
            "state": N_("State"),
            "state_reason": N_("Reason"),
            "own_limit_minutes": N_("Limit"),
            "own_limit_reason": N_("Reason for own limit"),
            "joined_on": N_("Member since"),
        },
        untold=frozenset({"id", "community_id", "account_id", "sort_key", "search_key"}),
        erase=_forget_member,
        kept=N_(
            "That somebody was a member, from when on, under a pseudonym: for as long as there are books."
        ),
    ),
    Known(
        label=N_("Who acts for you"),
        table=Hand,
        about=lambda whom: Hand.member_id == whom.member_id,
        told={"acts_as": N_("As what")},
        untold=frozenset({"person_id", "member_id", "community_id", "may"}),
        erase=taken_away,
    ),
    Known(
        label=N_("Acting for others, and others for you"),
        table=HandEvent,
        about=lambda whom: (
            (HandEvent.community_id == whom.community_id)
            & ((HandEvent.member_id == whom.member_id) | (HandEvent.person_id == whom.person_id))
        ),
        told={
            "called": N_("Who acts"),
            "acts_as": N_("As what"),
            "what": N_("What was done"),
            "happened_at": N_("When"),
        },
        untold=_IDS | {"person_id", "may", "actor"},
        erase=blotted(called=_NOBODY),
        kept=N_(
            "That somebody acted for somebody, and when, without a name: for as long as there are books."
        ),
    ),
    Known(
        label=N_("What was done about your membership"),
        table=MemberEvent,
        about=lambda whom: MemberEvent.member_id == whom.member_id,
        told={
            "happened_at": N_("When"),
            "what": N_("What was done"),
            "value": N_("To what"),
            "reason": N_("Reason"),
        },
        untold=_IDS | {"actor"},
        erase=blotted(value=None, reason=None),
        kept=N_("What was done and when, without the words: for as long as there are books."),
    ),
    Known(
        label=N_("Two records that were joined"),
        table=SameAs,
        about=lambda whom: (SameAs.member_id == whom.member_id) | (SameAs.kept_id == whom.member_id),
        told={
            "minutes": N_("Carried over"),
            "joined_on": N_("Joined on"),
            "reason": N_("Reason"),
        },
        untold=_IDS - {"id"} | {"kept_id", "entry_id", "joined_at", "actor"},
        erase=blotted(reason=_NOBODY),
        kept=N_("That two records are one, and what was carried over: for as long as there are books."),
    ),
    Known(
        label=N_("Hours taken along from a household"),
        table=HouseholdShare,
        about=lambda whom: (
            (HouseholdShare.community_id == whom.community_id)
            & (
                (HouseholdShare.person_id == whom.person_id)
                | (HouseholdShare.member_id == whom.member_id)
                | (HouseholdShare.to_member_id == whom.member_id)
            )
        ),
        told={
            "asked_minutes": N_("Asked for"),
            "asked_at": N_("When"),
            "minutes": N_("Taken along"),
            "settled_on": N_("Settled on"),
            "reason": N_("Reason"),
        },
        untold=_IDS
        | {"person_id", "to_member_id", "entry_id", "settled_at", "asked_by", "settled_by", "key"},
        erase=_forget_shares,
        kept=N_("That hours were taken along, and how many, without words: for as long as there are books."),
    ),
    Known(
        label=N_("Away for a while"),
        table=Absence,
        about=lambda whom: Absence.member_id == whom.member_id,
        told={"until": N_("Away until")},
        untold=frozenset({"member_id", "community_id"}),
        erase=taken_away,
    ),
    Known(
        label=N_("Leaving"),
        table=Farewell,
        about=lambda whom: Farewell.member_id == whom.member_id,
        told={
            "left_on": N_("Left on"),
            "died": N_("Has died"),
            "family_contact": N_("Whom of the family can be called or written to?"),
        },
        untold=frozenset({"member_id", "community_id"}),
        erase=blotted(family_contact=""),
        kept=N_("On which day somebody left, under a pseudonym: for as long as there are books."),
    ),
    Known(
        label=N_("Guardians"),
        table=Guardian,
        about=lambda whom: Guardian.member_id == whom.member_id,
        told={
            "name": N_("Name"),
            "reached_by": N_("How they can be reached"),
            "email": N_("E-mail address"),
            "language": N_("Language"),
            "wording": N_("Consented to"),
            "consented_on": N_("Consented on"),
            "ended_on": N_("Ended on"),
        },
        untold=_IDS,
        erase=taken_away,
    ),
)
