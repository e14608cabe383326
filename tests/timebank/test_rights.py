"""Which role may do what."""

import pytest

from timebank.rights import AUDITOR
from timebank.rights import COORDINATOR
from timebank.rights import HAND
from timebank.rights import MEMBER
from timebank.rights import OFFICES
from timebank.rights import RIGHT_LABELS
from timebank.rights import RIGHTS
from timebank.rights import ROLE_LABELS
from timebank.rights import STEWARD
from timebank.rights import TICK_LABELS
from timebank.rights import TICKS
from timebank.rights import allows

CHANGES_NOTHING = {
    "see-money",
    "see-fees",
    "see-own-fee",
    "see-own-support",
    "see-own-standing",
    "see-support",
    "see-home",
    "keep-own-sign-in",
    "choose-for-whom",
    "see-exchanges",
    "see-statements",
    "see-pools",
    "see-pool-names",
    "see-between",
    "see-members",
    "see-licences",
    "see-own-licences",
    "see-settings",
    "see-later-work",
    "see-audit",
}


def test_every_right_is_somebodys_and_names_known_roles_only() -> None:
    assert all(roles and roles <= set(ROLE_LABELS) for roles in RIGHTS.values())
    assert set(ROLE_LABELS) == {MEMBER, *OFFICES, HAND}


def test_every_right_is_told_in_words() -> None:
    assert RIGHT_LABELS.keys() == RIGHTS.keys()
    assert len(set(RIGHT_LABELS.values())) == len(RIGHTS)


def test_an_auditor_changes_nothing() -> None:
    assert {right for right in RIGHTS if allows(right, frozenset({AUDITOR}))} <= CHANGES_NOTHING


def test_one_of_several_roles_is_enough() -> None:
    assert allows("set-limits", frozenset({MEMBER, COORDINATOR}))
    assert not allows("set-limits", frozenset({MEMBER, STEWARD}))
    assert not allows("see-home", frozenset())


def test_a_trusted_person_has_what_is_ticked_and_what_everybody_has() -> None:
    hand = frozenset({HAND})
    for tick, rights in TICKS.items():
        assert {right for right in RIGHTS if allows(right, hand, frozenset({tick}))} >= rights
    bare = {right for right in RIGHTS if allows(right, hand)}
    everybody = {right for right, roles in RIGHTS.items() if roles == set(ROLE_LABELS)}
    assert bare == everybody
    assert {right for right in RIGHTS if allows(right, hand, frozenset({"read"}))} == bare | TICKS["read"]
    assert not allows("see-own-statement", hand, frozenset({"log", "answer", "a tick of long ago"}))


def test_no_tick_gives_more_than_a_member_may_and_each_is_told_in_words() -> None:
    for rights in TICKS.values():
        assert all({MEMBER, HAND} <= RIGHTS[right] for right in rights)
    for right in ("leave", "keep-own-absence", "see-own-hands", "give-to-pools", "set-hands"):
        assert not allows(right, frozenset({HAND}), frozenset(TICKS))
    assert TICK_LABELS.keys() == TICKS.keys()


def test_a_right_that_is_not_in_the_table_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        allows("fly", frozenset({STEWARD}))
