"""Names as the banks of Japan write them: half-width kana, capitals, figures and few signs.

The set is what all of them take: kana without ヲ and without small ones, a hyphen for the long bar, and
``( ) - .`` (the rules of the Japanese Bankers Association, 全国銀行協会, as banks print them for customers).
"""

import unicodedata
from typing import Final

import jaconv

from timebank.errors import N_
from timebank.errors import Refusal

_KANA: Final = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ"
_SIGNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ()-."
TAKEN: Final = frozenset(_KANA + _SIGNS)
#: Small kana, the long bar in its several shapes, ヲ, which passbooks write as オ, and the dot between names.
_LARGE: Final = str.maketrans(
    {
        **dict(zip("ｧｨｩｪｫｬｭｮｯｦヵヶヮヰヱ", "ｱｲｳｴｵﾔﾕﾖﾂｵｶｹﾜｲｴ", strict=True)),
        **dict.fromkeys("ｰ‐‑‒–—―−", "-"),
        **dict.fromkeys("・･", " "),
    }
)
#: Voiced marks that stand alone belong to the kana before them.
_MARKS: Final = str.maketrans({"゛": "\u3099", "゜": "\u309a"})


class BankCharacters(Refusal):
    """A name with characters that no bank takes."""

    sentence = N_(
        "Banks cannot write %(characters)s. Please write the name in kana, as it stands in the passbook."
    )

    def __init__(self, field: str, **facts: object) -> None:
        super().__init__(**facts)
        self.field = field


def as_banks_write(name: str, *, field: str) -> str:
    """Write a name as banks do: ``やまだ はな`` as ``ﾔﾏﾀﾞ ﾊﾅ``; what no bank takes is refused and named."""
    joined = unicodedata.normalize("NFC", name.strip().translate(_MARKS))
    plain = jaconv.hira2kata(unicodedata.normalize("NFKC", joined))
    narrow = jaconv.z2h(plain, kana=True, ascii=True, digit=True).upper().translate(_LARGE)
    line = " ".join(narrow.split())
    if strange := sorted({one for one in line if one not in TAKEN}):
        raise BankCharacters(field, characters=" ".join(strange))
    return line
