"""Who did something, as rows remember it."""

import pytest

from timebank.actor import Actor


@pytest.mark.parametrize(
    ("actor", "written"),
    [
        (Actor(person_id=3, member_id=5, how="web"), "person:3/member:5/web"),
        (Actor(person_id=3, member_id=None, how="telephone"), "person:3/telephone"),
        (Actor(person_id=None, member_id=None, how="cli"), "cli"),
    ],
    ids=["a member", "an officer who is no member", "the terminal"],
)
def test_an_actor_is_written_as_who_for_whom_and_how(actor: Actor, written: str) -> None:
    assert str(actor) == written
