"""Pictures for tests, made from nothing: a stamp as PNG, as somebody uploads it."""

import struct
import zlib


def a_png(width: int = 12, height: int = 12, *, data: bytes | None = None) -> bytes:
    """Make a red square with a hole; ``data`` stands in the place of its points."""
    points = b"".join(
        b"\0" + b"".join(b"\xc8\x1e\x1e\xff" if (x * y) % 5 else b"\0\0\0\0" for x in range(width))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(points) if data is None else data)
        + _chunk(b"IEND", b"")
    )


def a_jpeg(width: int = 12, height: int = 12) -> bytes:
    """Make what looks like a JPEG from outside, and holds no picture."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    comment = b"\xff\xfe" + struct.pack(">H", 4) + b"hi"
    return b"\xff\xd8" + comment + b"\xff\xc0" + struct.pack(">H", 2 + len(frame)) + frame + b"\xff\xd9"


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
