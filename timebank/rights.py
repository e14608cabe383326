"""Which role may do what: one table, which every guard looks up."""

from typing import Final

from timebank.errors import N_

MEMBER: Final = "member"
COORDINATOR: Final = "coordinator"
TREASURER: Final = "treasurer"
STEWARD: Final = "steward"
AUDITOR: Final = "auditor"

#: The roles that an office gives; being a member comes from the membership itself.
OFFICES: Final = (COORDINATOR, TREASURER, STEWARD, AUDITOR)

ROLE_LABELS: Final = {
    MEMBER: N_("Member"),
    COORDINATOR: N_("Coordinator"),
    TREASURER: N_("Treasurer"),
    STEWARD: N_("Steward"),
    AUDITOR: N_("Auditor"),
}

#: Anybody who has a part in the community, whichever it is.
_EVERYBODY = frozenset(ROLE_LABELS)
_OFFICERS = frozenset(OFFICES)

RIGHTS: Final[dict[str, frozenset[str]]] = {
    # About oneself.
    "see-home": _EVERYBODY,
    "keep-own-sign-in": _EVERYBODY,
    "log-hours": frozenset({MEMBER}),
    "answer-exchanges": frozenset({MEMBER}),
    "see-own-statement": frozenset({MEMBER}),
    # About others' hours.
    "log-for-others": frozenset({COORDINATOR}),
    "answer-for-others": frozenset({COORDINATOR}),
    "settle-disputes": frozenset({COORDINATOR}),
    "reverse-exchanges": frozenset({COORDINATOR}),
    "see-exchanges": _OFFICERS,
    "see-statements": _OFFICERS,
    # About members.
    "see-members": _OFFICERS,
    "enter-members": frozenset({COORDINATOR, STEWARD}),
    "give-sign-ins": frozenset({COORDINATOR, STEWARD}),
    "set-limits": frozenset({COORDINATOR}),
    "suspend-members": frozenset({COORDINATOR, STEWARD}),
    # About the community.
    "see-settings": _OFFICERS,
    "change-settings": frozenset({STEWARD}),
    "give-offices": frozenset({STEWARD}),
    "see-later-work": _OFFICERS,
    "do-work-again": frozenset({COORDINATOR, STEWARD}),
}


def allows(right: str, roles: frozenset[str]) -> bool:
    """Say whether somebody of these roles has the right; a right that is not in the table is a mistake."""
    return not RIGHTS[right].isdisjoint(roles)
