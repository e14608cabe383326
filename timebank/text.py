"""What text is let in, and the keys by which names are sorted and found."""

import re
import unicodedata

from timebank.errors import N_
from timebank.errors import Refusal

#: A stored key is never longer, whatever normalisation makes of a name.
LONGEST_KEY = 400

_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_CONTROL_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: Marks, embeddings, overrides and isolates: they make a name read as another one.
_DIRECTION_IN_LINE = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DIRECTION_IN_TEXT = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: Blanks, and the invisible marks that come along when a name is copied from a page.
_EDGES = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u2060\ufeff"

#: Letters, numbers, punctuation and symbols by Unicode; and what a community made for itself, as rare kanji.
_SEEN = re.compile("[LNPS].|Co")
#: Letters and symbols that leave nothing on paper: fillers of Hangul, and the empty cell of braille.
_EMPTY = frozenset("\u115f\u1160\u3164\uffa0\u2800")

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_KATAKANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_SMALL_KANA = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ")
_LATIN_MARKS = re.compile("[\u0300-\u036f]")
#: The marks of voiced kana, and of a long vowel.
_KANA_MARKS = re.compile("[\u3099\u309aー]")
_UNSOUNDED = re.compile(r"[\s・_\u200b-\u200d\u2060\ufeff-]+")

#: A cell that begins so is a formula to a spreadsheet, and may be anything but a number there.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class TextTooLong(Refusal):
    """A text has more characters than its place holds."""

    sentence = N_("At most %(longest)s characters fit here, and this text has %(length)s.")


class ControlCharacter(Refusal):
    """A text holds NUL or another character that steers a machine and shows nothing."""

    sentence = N_("This text holds a character that nobody can see (%(code)s). Please type it again.")


class HalfCharacter(Refusal):
    """A text holds one half of a character, which no file can keep."""

    sentence = N_("This text holds half of a character (%(code)s). Please type it again.")


class DirectionCharacter(Refusal):
    """A text holds a mark that turns the direction of writing around."""

    sentence = N_(
        "This text holds a mark that turns the direction of writing (%(code)s). Please type it again."
    )


def clean_line(text: str, *, longest: int) -> str:
    """Return a name, a number or another single line as it will be stored."""
    if text.isprintable():
        # Most lines are plain: what is printable is no control, half or direction, nor invisible.
        line = text.strip()
        return line if line.isascii() and len(line) <= longest else _fitting(line, longest)
    line = text.strip(_EDGES)
    _refuse(line, _CONTROL_IN_LINE, _DIRECTION_IN_LINE)
    return _fitting(line, longest)


def clean_text(text: str, *, longest: int) -> str:
    """Return a text of several lines as it will be stored, with plain line ends."""
    if text.isprintable():
        return _fitting(text.strip(), longest)
    lines = _LINE_ENDS.sub("\n", text).strip(_EDGES)
    _refuse(lines, _CONTROL_IN_TEXT, _DIRECTION_IN_TEXT)
    return _fitting(lines, longest)


def is_storable(text: str) -> bool:
    """Say whether both databases can keep, and compare with, this text at all."""
    return not _UNSTORABLE.search(text)


def is_visible(text: str) -> bool:
    """Say whether there is anything to read: not only blanks, invisible signs, and marks without a letter."""
    return any(_SEEN.match(unicodedata.category(sign)) and sign not in _EMPTY for sign in text)


def excerpt(text: str, length: int = 60) -> str:
    """Return the beginning of a strange text so that it may be shown on a page or a terminal."""
    begin = text[: length + 1]
    if not begin.isprintable():
        begin = "".join(sign if sign.isprintable() or sign == "\u3000" else "\ufffd" for sign in begin)
    return begin if len(begin) <= length else begin[: length - 1] + "…"


def defused(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def in_groups(digits: str) -> str:
    """Set a long row of digits apart in eights, so that two can be compared by eye."""
    return " ".join([digits[at : at + 8] for at in range(0, len(digits), 8)])


def half_width(text: str) -> str:
    """Turn full-width digits, letters and signs into those of a keyboard, and nothing else."""
    return text if text.isascii() else text.translate(_FULL_WIDTH)


def sort_key(reading_or_name: str) -> str:
    """Return the key that puts names in the order of a telephone book, compared sign by sign.

    PostgreSQL keeps this order only where the column is of COLLATE "C".
    """
    full = " ".join(_folded(reading_or_name).split())
    bare = _KANA_MARKS.sub("", unicodedata.normalize("NFD", full))
    bare = unicodedata.normalize("NFC", bare).translate(_SMALL_KANA)
    # Voiced, small and long kana decide only between names that are otherwise alike, and two blanks
    # sort before everything a name can go on with.
    return (bare if bare == full else f"{bare}  {full}")[:LONGEST_KEY]


def search_key(text: str) -> str:
    """Return what names and readings are found by, whichever kana, case, width or blanks were typed."""
    return _UNSOUNDED.sub("", _folded(text))[:LONGEST_KEY]


def _refuse(text: str, controls: re.Pattern[str], directions: re.Pattern[str]) -> None:
    for pattern, refusal in (
        (controls, ControlCharacter),
        (_SURROGATE, HalfCharacter),
        (directions, DirectionCharacter),
    ):
        if found := pattern.search(text):
            raise refusal(code=f"U+{ord(found[0]):04X}")


def _fitting(text: str, longest: int) -> str:
    composed = unicodedata.normalize("NFC", text)
    if len(composed) > longest:
        raise TextTooLong(longest=longest, length=len(composed))
    return composed


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_KATAKANA)
    return unicodedata.normalize("NFKC", _LATIN_MARKS.sub("", unicodedata.normalize("NFD", plain)))
