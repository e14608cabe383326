"""The picture in a photograph, as it may be shown: turned upright, smaller, and with nothing else in it.

What a camera writes beside the picture (the place, the day, whose telephone) stays in the original.
"""

import io
import struct
from typing import Final

from PIL import Image

from timebank.documents.models import LARGEST

#: What a telephone's camera makes today, and less than what fills a small machine's memory; a PNG is
#: read whole.
MOST_POINTS: Final = {"JPEG": 50_000_000, "PNG": 25_000_000}
#: As much of a till's receipt as can be read: so many points along the longer side.
_SIDES: Final = (2000, 1400, 900)
_QUALITY: Final = 80
#: What a file that is broken, or made to do harm, lets the library raise.
_BROKEN: Final = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning)
#: What a camera that writes carelessly beside its picture lets the library raise; the picture itself is good.
_CARELESS: Final = (*_BROKEN, ArithmeticError, AttributeError, LookupError, TypeError, struct.error)
_ORIENTATION: Final = 0x0112
#: How a picture is turned upright, by what the camera says of how it was held.
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PhotographBroken(Exception):
    """These bytes are no picture that can be shown."""


class PhotographTooFine(Exception):
    """This picture has more points than are read here."""


def shown_picture(content: bytes) -> bytes:
    """Make the JPEG of a photograph in PNG or JPEG that may be shown, of at most ``LARGEST`` bytes.

    Raises ``PhotographBroken``, or ``PhotographTooFine`` before any point of it is read.
    """
    for side in _SIDES:
        made = _smaller(content, side)
        if len(made) <= LARGEST:
            return made
    raise PhotographTooFine


def _smaller(content: bytes, side: int) -> bytes:
    try:
        # Only these two are tried, whatever the bytes say that they are.
        with Image.open(io.BytesIO(content), formats=tuple(MOST_POINTS)) as opened:
            kind = "PNG" if opened.format == "PNG" else "JPEG"
            if opened.width * opened.height > MOST_POINTS[kind]:
                raise PhotographTooFine
            # A JPEG can be read at a half, a quarter or an eighth, by a box of its own proportions; so the
            # points of a large one never all lie in memory.
            longer = max(opened.size)
            box = (max(1, opened.width * side // longer), max(1, opened.height * side // longer))
            turn = _TURNS.get(_orientation(opened))
            opened.draft("RGB", box)
            upright = _eight_bits(opened).convert("RGBA")
            upright = upright if turn is None else upright.transpose(turn)
            upright.thumbnail((side, side))
            paper = Image.new("RGB", upright.size, "white")
            paper.paste(upright, mask=upright)
    except _BROKEN as refused:
        raise PhotographBroken from refused
    made = io.BytesIO()
    # A new picture: nothing of what stood beside the old one comes along.
    paper.save(made, "JPEG", quality=_QUALITY)
    return made.getvalue()


def _orientation(opened: Image.Image) -> int:
    """Tell how the camera was held; where it says nothing that can be read, upright."""
    try:
        return int(opened.getexif().get(_ORIENTATION, 1))
    except _CARELESS:
        return 1


def _eight_bits(opened: Image.Image) -> Image.Image:
    """Give a picture whose greys fit into a byte: scanners make some of two."""
    if not opened.mode.startswith("I"):
        return opened
    return opened.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
