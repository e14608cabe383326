"""What kind of file some bytes are: told by what is in them, for a name says nothing."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from timebank.documents.models import JPEG
from timebank.documents.models import PDF
from timebank.documents.models import PNG

_PNG_BEGINS: Final = b"\x89PNG\r\n\x1a\n"
_JPEG_BEGINS: Final = b"\xff\xd8\xff"
#: Markers of JPEG that stand alone, and those that say how large the picture is.
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN: Final = 0xDA


@dataclass(frozen=True, slots=True)
class Kind:
    """What some bytes are; for a picture, how many points it has."""

    media_type: str
    width: int = 0
    height: int = 0


def kind_of(content: bytes) -> Kind | None:
    """Tell what kind of file this is; None where it is none that is kept here, or is broken off."""
    if content.startswith(_PNG_BEGINS):
        return _png(content)
    if content.startswith(_JPEG_BEGINS):
        return _jpeg(content)
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        return Kind(PDF)
    return None


def _png(content: bytes) -> Kind | None:
    """Walk through the chunks: each has its length and its checksum, the first says how large it is."""
    chunks = list(_chunks(content))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13 or chunks[-1][0] != b"IEND":
        return None
    width, height = struct.unpack(">II", chunks[0][1][:8])
    return Kind(PNG, width, height)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG_BEGINS)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        name, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        if content[at + 8 + length : at + 12 + length] != struct.pack(">I", zlib.crc32(name + data)):
            return
        yield name, data
        at += 12 + length


def _jpeg(content: bytes) -> Kind | None:
    """Walk from marker to marker up to the one that says how large it is."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF and content.endswith(b"\xff\xd9"):
        marker = content[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return Kind(JPEG, width, height)
        if marker == _SCAN:
            return None
        at += 2 if marker in _ALONE else 2 + struct.unpack_from(">H", content, at + 2)[0]
    return None
