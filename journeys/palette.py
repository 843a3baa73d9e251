"""Makes a screenshot small enough to lie beside the documents: at most 256 colours, one byte a pixel."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

START = b"\x89PNG\r\n\x1a\n"
RGB8 = b"\x08\x02\x00\x00\x00"
"""What follows the size in the head of a picture of three bytes a pixel."""

EXACT = 64
"""Colours that stay as they are: the page's ground and a card's are near each other, and must not become one."""


def small(png: bytes) -> bytes:
    """The same picture with a palette: the most frequent colours as they are, of near ones among the rest the first."""
    chunks = list(_chunks(png))
    head = dict(chunks)[b"IHDR"]
    if not head.endswith(RGB8):
        raise ValueError("only pictures of three bytes a pixel")
    width, height = struct.unpack(">II", head[:8])
    raw = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    rows = list(_rows(raw, width * 3))
    pixels = [row[at : at + 3] for row in rows for at in range(0, width * 3, 3)]
    seen = Counter(pixels).most_common()
    for step in (1, 4, 8, 16, 24, 32, 48, 64):
        colours: list[bytes] = []
        near: dict[tuple[int, ...], int] = {}
        place: dict[bytes, int] = {}
        for colour, _ in seen:
            key = tuple(part // step for part in colour)
            if len(colours) < EXACT or key not in near:
                near.setdefault(key, len(colours))
                place[colour] = len(colours)
                colours.append(colour)
            else:
                place[colour] = near[key]
        if len(colours) <= 256:
            break
    flat = bytes(map(place.__getitem__, pixels))
    lines = b"".join(b"\0" + flat[at : at + width] for at in range(0, len(flat), width))
    parts = (
        (b"IHDR", struct.pack(">II", width, height) + b"\x08\x03\x00\x00\x00"),
        (b"PLTE", b"".join(colours)),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    return START + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(START)
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def _rows(raw: bytes, size: int) -> Iterator[bytes]:
    """Undo the filter of each row (PNG 9.2)."""
    above = bytes(size)
    for at in range(0, len(raw), size + 1):
        how, row = raw[at], bytearray(raw[at + 1 : at + 1 + size])
        if how:
            for i in range(size):
                left, up = (row[i - 3], above[i]) if i > 2 else (0, above[i])
                row[i] = (row[i] + _guess(how, left, up, above[i - 3] if i > 2 else 0)) & 255
        above = bytes(row)
        yield above


def _guess(how: int, left: int, up: int, corner: int) -> int:
    if how < 4:
        return (0, left, up, (left + up) // 2)[how]
    sides = left + up - corner
    return min((abs(sides - left), 0, left), (abs(sides - up), 1, up), (abs(sides - corner), 2, corner))[2]
