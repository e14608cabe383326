"""Text that cannot be kept or that deceives is refused; names are sorted and found as readers expect."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.errors import Refusal
from timebank.text import LONGEST_KEY
from timebank.text import ControlCharacter
from timebank.text import DirectionCharacter
from timebank.text import HalfCharacter
from timebank.text import TextTooLong
from timebank.text import clean_line
from timebank.text import clean_text
from timebank.text import defused
from timebank.text import excerpt
from timebank.text import half_width
from timebank.text import is_storable
from timebank.text import is_visible
from timebank.text import search_key
from timebank.text import sort_key

anything = st.text(st.characters(codec=None, categories=None), max_size=60)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        (" 田中　恵\u3000", "田中　恵"),
        ("佐々木 久美\r\n", "佐々木 久美"),
        ("\ufeff\u200b Nguyen \u200b", "Nguyen"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("か\u3099", "が"),
        ("👩\u200d🌾 畑", "👩\u200d🌾 畑"),
    ],
    ids=ascii,
)
def test_a_line_is_kept_without_its_edges_and_composed(typed: str, kept: str) -> None:
    assert clean_line(typed, longest=20) == kept


def test_a_text_keeps_its_lines_with_plain_ends() -> None:
    assert clean_text("\r\na\r\nb\rc\td\u2028e\n", longest=20) == "a\nb\nc\td\ne"


@pytest.mark.parametrize(
    ("typed", "refusal", "code"),
    [
        ("a\x00b", ControlCharacter, r"U\+0000"),
        ("a\x1bb", ControlCharacter, r"U\+001B"),
        ("a\x85b", ControlCharacter, r"U\+0085"),
        ("a\ud800b", HalfCharacter, r"U\+D800"),
        ("a\udfffb", HalfCharacter, r"U\+DFFF"),
        ("a\u202eb", DirectionCharacter, r"U\+202E"),
        ("a\u2066b", DirectionCharacter, r"U\+2066"),
    ],
    ids=lambda value: ascii(value) if isinstance(value, str) else value.__name__,
)
def test_what_cannot_be_kept_or_deceives_is_refused(typed: str, refusal: type[Refusal], code: str) -> None:
    for clean in (clean_line, clean_text):
        with pytest.raises(refusal, match=code):
            clean(typed, longest=20)


@pytest.mark.parametrize("typed", ["a\nb", "a\tb", "a\u2028b"], ids=ascii)
def test_a_line_is_one_line(typed: str) -> None:
    with pytest.raises(ControlCharacter):
        clean_line(typed, longest=20)


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u061c"], ids=ascii)
def test_direction_marks_are_for_texts_and_not_for_names(mark: str) -> None:
    assert clean_text(f"a{mark}b", longest=20) == f"a{mark}b"
    with pytest.raises(DirectionCharacter):
        clean_line(f"a{mark}b", longest=20)


@pytest.mark.parametrize("sign", ["x", "が", "か\u3099", "👩"], ids=ascii)
def test_length_is_counted_in_the_characters_that_are_kept(sign: str) -> None:
    for clean in (clean_line, clean_text):
        assert clean(f"  {sign * 5}  ", longest=5)
        with pytest.raises(TextTooLong, match="At most 5 characters fit here, and this text has 6"):
            clean(sign * 6, longest=5)


@given(anything)
def test_whatever_is_let_in_can_be_stored_and_is_let_in_again(text: str) -> None:
    for clean in (clean_line, clean_text):
        with suppress(Refusal):
            kept = clean(text, longest=50)
            assert is_storable(kept)
            assert len(kept) <= 50
            assert kept.encode() or not kept
            assert clean(kept, longest=50) == kept


@pytest.mark.parametrize(
    ("text", "storable"), [("田中\n", True), ("\x00", False), ("\ud83d", False)], ids=ascii
)
def test_nul_and_halves_are_not_storable(text: str, *, storable: bool) -> None:
    assert is_storable(text) is storable


@given(anything)
def test_an_excerpt_is_short_and_does_nothing_to_a_terminal(text: str) -> None:
    shown = excerpt(text, 20)
    assert len(shown) <= 20
    assert shown.replace("\u3000", "").isprintable()


def test_an_excerpt_says_that_it_goes_on() -> None:
    assert excerpt("x" * 20, 20) == "x" * 20
    assert excerpt("x" * 21, 20) == "x" * 19 + "…"
    assert excerpt("\x1b[2Ja\u3000b") == "\ufffd[2Ja\u3000b"


def test_full_width_becomes_half_width_and_nothing_else_does() -> None:
    assert half_width("Ｒ８．４．３　１：３０，５") == "R8.4.3 1:30,5"
    assert half_width("①²ア元") == "①²ア元"


def test_names_sort_as_in_a_telephone_book() -> None:
    in_order = [
        "adams",
        "Baker",
        "あい",
        "アイ ウ",
        "いとう じゅん",
        "イトウ ハルカ",
        "かい",
        "がい",
        "かう",
        "さっか",
        "さつき",
        "マリ",
        "マリー",
        "まりお",
        "渡辺",
    ]
    mixed = in_order[1::2] + in_order[::2]
    assert sorted(mixed, key=sort_key) == in_order


def test_width_case_kind_of_kana_and_accents_do_not_matter_to_the_order() -> None:
    assert sort_key("ﾀﾅｶ ｹﾞﾝ") == sort_key("タナカ\u3000ゲン") == sort_key("たなか げん")
    assert sort_key("NGUYỄN") == sort_key("Ｎｇｕｙｅｎ")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("田中 恵", "田中恵"),
        ("たなか めぐみ", "タナカ"),
        ("ｻﾄｳ ｹﾞﾝ", "さとうげん"),
        ("グエン・ティ・ラン", "ぐえんてぃ"),
        ("Nguyễn Thị Lan", "nguyen thi"),
        ("Anne-Marie", "anne marie"),
        ("０３９４", "0394"),
    ],
)
def test_names_are_found_however_they_are_typed(name: str, typed: str) -> None:
    assert search_key(typed) in search_key(name)


def test_voiced_and_unvoiced_names_are_told_apart_in_a_search() -> None:
    assert search_key("かとう") != search_key("がとう")


@given(st.text())
def test_keys_can_be_stored_whatever_the_name(name: str) -> None:
    for key in (sort_key(name), search_key(name)):
        assert len(key) <= LONGEST_KEY


def test_a_sign_that_stands_for_a_sentence_does_not_burst_a_key() -> None:
    assert len(sort_key("\ufdfa" * 100)) == LONGEST_KEY
    assert len(search_key("\ufdfa" * 100)) <= LONGEST_KEY


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("田", True),
        ("7", True),
        ("—", True),
        ("☀", True),
        ("\ue000", True),
        ("か\u3099", True),
        ("\u0301x", True),
        ("", False),
        (" \u3000", False),
        ("\u0301\u0302", False),
        ("\u3099", False),
        ("\u200b\u200d\u2060", False),
        ("\u00ad\ufe0f\u034f", False),
        ("\u3164\u115f\u1160\uffa0", False),
        ("\u2800", False),
    ],
    ids=ascii,
)
def test_a_text_that_shows_nothing_is_known(typed: str, seen: bool) -> None:
    assert is_visible(typed) == seen


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "＝1"])
def test_a_formula_is_defused(cell: str) -> None:
    assert defused(cell) == "'" + cell
    assert defused("plain") == "plain"
