"""What two ways of writing one name have in common."""

import re
import unicodedata

from timebank.text import search_key

#: The marks of voiced kana, and of a long vowel.
_MARKS = re.compile("[\u3099\u309aー]")
_SMALL = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ")


def name_key(name: str) -> str:
    """Return what a name is compared by: width, blanks, kinds of kana, small kana and voiced marks aside."""
    bare = _MARKS.sub("", unicodedata.normalize("NFD", search_key(name)))
    return unicodedata.normalize("NFC", bare).translate(_SMALL)
