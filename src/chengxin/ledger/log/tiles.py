"""Tiles and entry bundles (切片): the tree as immutable files. Format: c2sp.org/tlog-tiles.

A tile holds up to 256 hashes of one level; a level is eight levels of the tree. What a writer must keep in mind between
two batches is the right edge only: the unfinished tile of each level.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from chengxin.ledger.log.tree import EMPTY, HASH, MOST, Hashes, LogFault, leaf_hash, node_hash, root_of_perfect

WIDTH = 256
ENTRIES = -1
"""Level under which entry bundles are addressed here; in a path it is the word ``entries``."""
ENTRY = 2 + 1 + HASH
"""Bytes of an entry in a bundle: its length, version byte and hash."""
_PATH = re.compile(
    r"tile/(?P<level>0|[1-9][0-9]?|entries)/(?P<n>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)

Read = Callable[[int, int, int], bytes]
"""The content of tile (level, n) of a width."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile or entry bundle (切片).

    Attributes:
        level: 0 and up; ``ENTRIES`` for a bundle.
        width: hashes or entries in it, 1 to 256; 256 is full and never changes again.
    """

    level: int
    n: int
    width: int
    data: bytes

    @property
    def path(self) -> str:
        """Where it is served, below the log's prefix."""
        return path(self.level, self.n, self.width)


def path(level: int, n: int, width: int = WIDTH) -> str:
    """The path of a tile (切片路径), as ``tile/0/x001/x234/067`` or ``tile/entries/000.p/9``."""
    parts = [f"{n % 1000:03d}"]
    while n >= 1000:
        n //= 1000
        parts.append(f"x{n % 1000:03d}")
    where = "entries" if level == ENTRIES else str(level)
    return f"tile/{where}/{'/'.join(reversed(parts))}" + (f".p/{width}" if width < WIDTH else "")


def parse_path(text: str) -> tuple[int, int, int] | None:
    """Level, n and width of a path; None unless it is written the one canonical way."""
    found = _PATH.fullmatch(text)
    if found is None:
        return None
    level = ENTRIES if found["level"] == "entries" else int(found["level"])
    n = int(found["n"].replace("x", "").replace("/", ""))
    width = int(found["width"] or WIDTH)
    return (level, n, width) if n <= MOST and path(level, n, width) == text else None


def width_of(level: int, n: int, size: int) -> int:
    """How wide tile (level, n) is in a tree of `size` leaves; 0 or less where there is none."""
    return min(WIDTH, (size >> 8 * max(level, 0)) - n * WIDTH)


def needed(size: int, start: int = 0) -> Iterator[tuple[int, int, int]]:
    """Level, n and width of every tile and bundle that a tree of `size` has and one of `start` leaves had not."""
    for level in (ENTRIES, *range(8)):
        now, before = size >> 8 * max(level, 0), start >> 8 * max(level, 0)
        for n in range(before // WIDTH, (now + WIDTH - 1) // WIDTH):
            if min(WIDTH, now - n * WIDTH) != max(0, min(WIDTH, before - n * WIDTH)):
                yield level, n, min(WIDTH, now - n * WIDTH)


def bundle(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: each entry after its length in two bytes.

    Raises:
        LogFault: entry.
    """
    try:
        return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])
    except OverflowError:
        raise LogFault("entry") from None


def entries_of(data: bytes) -> list[bytes]:
    """The entries of a bundle.

    Raises:
        LogFault: truncated.
    """
    found, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if len(data) < at + 2 or end > len(data):
            raise LogFault("truncated")
        found.append(data[at + 2 : end])
        at = end
    return found


def stored(fetch: Callable[[int, int], bytes]) -> Read:
    """Tiles out of a store that keeps bundles and the levels above 0; what lies at level 0 is made of the bundle.

    An unfinished one may have grown since: its beginning is what it was.

    Args:
        fetch: bundle or tile (level, n); empty where there is none.
    """

    def read(level: int, n: int, width: int) -> bytes:
        size = width * (HASH if level > 0 else ENTRY)
        data = fetch(level or ENTRIES, n)
        if len(data) < size:
            raise LogFault("truncated")
        return data[:size] if level else b"".join(leaf_hash(one) for one in entries_of(data[:size]))

    return read


def hashes_of(data: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [data[i : i + HASH] for i in range(0, len(data), HASH)]


@dataclass(slots=True)
class Edge:
    """The right edge of a tree (右边缘): all that is needed to append to it.

    Attributes:
        size: leaves.
        levels: hashes of the unfinished tile of each level, lowest first.
        entries: the unfinished entry bundle.
    """

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=list)
    entries: bytes = b""

    @classmethod
    def load(cls, size: int, read: Read) -> Edge:
        """The edge of a tree that is stored.

        Raises:
            LogFault: truncated, when a tile has another length than the size asks for.
        """
        edge = cls(size)
        for level in range((max(size, 1).bit_length() + 7) // 8):
            n, width = divmod(size >> 8 * level, WIDTH)
            data = read(level, n, width) if width else b""
            if len(data) != width * HASH:
                raise LogFault("truncated")
            edge.levels.append(hashes_of(data))
        if size % WIDTH:
            edge.entries = read(ENTRIES, size // WIDTH, size % WIDTH)
            if len(entries_of(edge.entries)) != size % WIDTH:
                raise LogFault("truncated")
        return edge

    def append(self, entries: Sequence[bytes]) -> list[Tile]:
        """Append leaves with this data; gives the tiles and bundles that are new or grew, each once.

        Raises:
            LogFault: entry, range.
        """
        if self.size + len(entries) > MOST:
            raise LogFault("range")
        made: list[Tile] = []
        taken = 0
        while taken < len(entries):
            room = WIDTH - self.size % WIDTH
            part = entries[taken : taken + room]
            self.entries += bundle(part)
            n, taken = self.size // WIDTH, taken + len(part)
            self.size += len(part)
            self._push(0, [sha256(b"\x00" + one).digest() for one in part], made)
            if len(part) == room:
                made.append(Tile(ENTRIES, n, WIDTH, self.entries))
                self.entries = b""
        return [*made, *self._unfinished(len(entries))] if entries else []

    def root(self) -> bytes:
        """Root of the tree."""
        perfect: list[bytes] = []  # largest first
        for row in reversed(self.levels):
            at = 0
            while at < len(row):
                width = 1 << ((len(row) - at).bit_length() - 1)
                perfect.append(root_of_perfect(row[at : at + width]))
                at += width
        if not perfect:
            return EMPTY
        top = perfect.pop()
        while perfect:
            top = node_hash(perfect.pop(), top)
        return top

    def _push(self, level: int, hashes: list[bytes], made: list[Tile]) -> None:
        if level == len(self.levels):
            self.levels.append([])
        row = self.levels[level]
        row += hashes
        if len(row) == WIDTH:
            made.append(Tile(level, (self.size >> 8 * (level + 1)) - 1, WIDTH, b"".join(row)))
            self.levels[level] = []
            self._push(level + 1, [root_of_perfect(row)], made)

    def _unfinished(self, added: int) -> Iterator[Tile]:
        if self.entries:
            yield Tile(ENTRIES, self.size // WIDTH, self.size % WIDTH, self.entries)
        for level, row in enumerate(self.levels):
            if row and self.size >> 8 * level != self.size - added >> 8 * level:
                yield Tile(level, self.size >> 8 * (level + 1), len(row), b"".join(row))


def hashes_from(size: int, read: Read) -> Hashes:
    """The hashes of a tree of `size` leaves out of its tiles, each tile read once.

    Raises:
        LogFault: truncated, from the function that is returned.
    """
    seen: dict[tuple[int, int], list[list[bytes]]] = {}

    def rows(level: int, n: int) -> list[list[bytes]]:
        """The tile's hashes and all that can be made of them, up to its own root."""
        if (level, n) not in seen:
            width = width_of(level, n, size)
            data = read(level, n, width)
            if width < 1 or len(data) != width * HASH:
                raise LogFault("truncated")
            made = [hashes_of(data)]
            while len(made[-1]) > 1:
                row = made[-1]
                made.append([node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)])
            seen[level, n] = made
        return seen[level, n]

    def one(level: int, index: int) -> bytes:
        tile, inner = divmod(level, 8)
        n, place = divmod(index << inner, WIDTH)
        return rows(tile, n)[inner][place >> inner]

    return one
