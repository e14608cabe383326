"""Keys of imported lines keep references apart, and tell them again."""

from hypothesis import given
from hypothesis import strategies as st

from timebank.exchanges.import_keys import key_prefix
from timebank.exchanges.import_keys import reference_of
from timebank.exchanges.import_keys import spelt

#: Backslashes and digits on purpose: they are what an escape is made of.
REFERENCES = st.text(st.sampled_from("ab1\\;:0c 　\u200b整") | st.characters(codec="utf-8"), min_size=1)


@given(REFERENCES)
def test_a_reference_is_told_again_as_it_was(reference: str) -> None:
    assert spelt(reference).isprintable()
    for batch in (None, "2020", "import"):
        assert reference_of(key_prefix(batch) + spelt(reference), None) == reference


@given(REFERENCES, REFERENCES)
def test_two_references_are_two_keys(one: str, other: str) -> None:
    assert (spelt(one) == spelt(other)) == (one == other)


def test_other_entries_are_referred_to_by_what_they_say_of_themselves() -> None:
    assert reference_of("form:abc", "exchange 17") == "exchange 17"
    assert reference_of("form:abc", None) == ""
