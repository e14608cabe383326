"""What goes onto paper beside words: codes that a telephone reads, and PDF that a screen reader reads."""

import ast
import json
import os
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any
from typing import Final

import pylopdf_fonts_jp
import segno
import typst
from markupsafe import Markup

from timebank import clock
from timebank.settings import ROOT

_SOURCES: Final = ROOT / "templates" / "print"
#: What printers in Japan have always set for a letter that they do not have.
_NO_LETTER: Final = "〓"
#: What Typst says of a letter that none of our fonts has, or that PDF/UA does not let in.
_NAMED: Final = re.compile(r'(?:the text|codepoint) `("(?:[^"\\`]|\\.)*")`')
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]+)\}")
#: A letter may be found missing only once another one beside it is gone.
_MOST_TRIES: Final = 5
#: One compiler does one sheet at a time; each takes a few milliseconds.
_ONE_AT_A_TIME: Final = Lock()


#: Typst's threads do not come along into a forked process, where it would wait for them for ever.
_SET_HERE: Final[set[int]] = set()
_SET_BEFORE_A_FORK: Final[set[int]] = set()
os.register_at_fork(after_in_child=lambda: _SET_BEFORE_A_FORK.update(_SET_HERE))


class PaperRefused(Exception):
    """A sheet that could not be set: a mistake of ours in its source, or in what it was given."""


def qr_code(text: str) -> Markup:
    """Draw a QR code as SVG, black on white and without a style of its own; three millimetres a module."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(scale=4, border=4, light="#fff")
    # segno's own markup: the text is in it as squares only.
    return Markup(drawn)  # noqa: S704  # nosec B704


def make_pdf(source: str, *, title: str, language: str, made_at: datetime, **values: Any) -> bytes:
    """Set ``templates/print/<source>.typ`` as PDF/UA: tagged, in a language, with a title.

    What is in ``values`` reaches the source as data, so nothing that somebody wrote is ever read as Typst;
    bytes are pictures. Letters that our fonts do not have are printed as 〓. Raises PaperRefused.
    """
    known: dict[str, Any] = {**values, "title": title, "language": language}
    for _try in range(_MOST_TRIES):
        try:
            return _compiled(source, known, made_at)
        except typst.TypstError as error:
            missing = _missing_letters(error.diagnostic)
            if not missing:
                raise PaperRefused(error.message) from error
            known = _without(known, missing)
    raise PaperRefused(f"letters are still missing after {_MOST_TRIES} tries")


def shows(picture: bytes) -> bool:
    """Say whether a picture can be printed."""
    try:
        make_pdf("picture", title="Picture", language="en", made_at=clock.now(), picture=picture)
    except PaperRefused:
        return False
    return True


def _compiled(source: str, known: Mapping[str, Any], made_at: datetime) -> bytes:
    if _SET_BEFORE_A_FORK:
        raise PaperRefused("sheets were set before this process was forked, and its threads are gone")
    with _ONE_AT_A_TIME:
        _SET_HERE.add(os.getpid())
        made = _compiler().compile(
            _SOURCES / f"{source}.typ",
            format="pdf",
            sys_inputs={"values": json.dumps(known, default=list)},
            pdf_standards=["ua-1"],
            timestamp=int(made_at.timestamp()),
        )
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    # Kept, for it has read the fonts. None of the system's: a sheet looks the same on every machine.
    folder = Path(pylopdf_fonts_jp.__file__).parent
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    return typst.Compiler(root=str(_SOURCES), font_paths=fonts)


def _missing_letters(diagnostic: str) -> dict[int, str]:
    """Read which letters a sheet cannot show, and what stands in their place; none where it is another fault.

    A mark that sits on a letter and a sign that nobody sees just go.
    """
    found = {sign for named in _NAMED.findall(diagnostic) for sign in _unquoted(named)}
    # A plain letter is named only together with a mark upon it.
    plain = {sign for sign in found if sign.isascii() and sign.isprintable()}
    return {ord(sign): _in_place_of(sign) for sign in found - plain - {_NO_LETTER}}


def _in_place_of(sign: str) -> str:
    return "" if unicodedata.category(sign) in {"Mn", "Mc", "Me", "Cf", "Cc"} else _NO_LETTER


def _unquoted(named: str) -> str:
    """Read a text as Rust quotes it."""
    spelt = _ESCAPED.sub(lambda found: f"\\U{int(found[1], 16):08x}", named)
    return str(ast.literal_eval(spelt))


def _without(value: Any, missing: Mapping[int, str]) -> Any:
    match value:
        case str():
            return value.translate(missing)
        case dict():
            return {name: _without(one, missing) for name, one in value.items()}
        case list() | tuple():
            return [_without(one, missing) for one in value]
        case _:
            return value
