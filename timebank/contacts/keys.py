"""What two ways of writing the same telephone number or address have in common."""

import re
import unicodedata

from timebank.contacts.models import ADDRESS
from timebank.contacts.models import LONGEST_KEY
from timebank.contacts.models import TELEPHONE
from timebank.text import search_key

_NO_DIGIT = re.compile("[^0-9]")
#: From abroad Japan's own 0 is left out, or stands in brackets: +81 (0)90 … is 090 ….
_FROM_ABROAD = re.compile(r"\s*(?:\+|00)\s*81\s*(?:\(0\)|0)?")
_POSTAL_CODE = re.compile("^〒?[0-9]{3}[-‐−–—ー]?[0-9]{4}(?![0-9])")
#: 一丁目 is 1丁目.
_NUMBERED = re.compile("[一二三四五六七八九](?=丁目)")
_DIGITS = dict(zip("一二三四五六七八九", "123456789", strict=True))
#: 1丁目2番3号 is 1-2-3, whichever of the many dashes is typed.
_BETWEEN = re.compile("(?<=[0-9])(?:丁目|番地の?|番|号|の|[-‐‑‒–—―−ー])+")
_UNHEARD = re.compile("[\\s,、.。・]+")


def key_of(kind: str, value: str) -> str:
    """Return what a detail of this kind is found by, however it was written."""
    if kind == TELEPHONE:
        return _telephone(value)
    return (_address(value) if kind == ADDRESS else search_key(value))[:LONGEST_KEY]


def _telephone(value: str) -> str:
    return _NO_DIGIT.sub("", _FROM_ABROAD.sub("0", unicodedata.normalize("NFKC", value), count=1))


def _address(value: str) -> str:
    plain = _UNHEARD.sub("", unicodedata.normalize("NFKC", value).casefold())
    bare = _POSTAL_CODE.sub("", plain)
    numbered = _NUMBERED.sub(lambda found: _DIGITS[found[0]], bare)
    return _BETWEEN.sub("-", numbered).rstrip("-")
