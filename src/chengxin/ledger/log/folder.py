"""A folder with an exported log (导出的日志), checked with nothing but public keys: every leaf, every tile, the root.

Reads the paths of ``docs/reference/log-format.md`` inside the folder and no others, a tile at a time; writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chengxin.ledger.log.checkpoint import Checkpoint, Cosigned, Policy, check_checkpoint
from chengxin.ledger.log.line import LINE, PREDECESSOR
from chengxin.ledger.log.tiles import ENTRIES, WIDTH, entries_of, hashes_from, hashes_of, path, width_of
from chengxin.ledger.log.tree import (
    HASH,
    LogFault,
    check_consistency,
    consistency_proof,
    leaf_hash,
    root,
    root_of_perfect,
)

CHECKPOINT, POLICY = "checkpoint", "policy"
MOST_NOTE = 1_000_000
_MOST_BUNDLE = WIDTH * (2 + 1 + HASH)
"""Bytes of a whole bundle of our leaves: a longer one is no bundle of this log."""


class FolderFault(LogFault):
    """Something in a folder does not hold.

    Args:
        kind: as of :class:`LogFault`; also ``missing`` and ``older``.
        where: path below the folder.
    """

    def __init__(self, kind: str, where: str) -> None:
        super().__init__(kind)
        self.where = where


@dataclass(frozen=True, slots=True)
class Verified:
    """What a folder proves (验证结果).

    Attributes:
        start: the first leaf that was checked.
        end: no leaf from this one on was checked.
        grown: leaves that the earlier checkpoint had; None where none was given.
    """

    cosigned: Cosigned
    start: int
    end: int
    grown: int | None


class Folder:
    """An exported log.

    Args:
        place: the folder.
    """

    def __init__(self, place: Path) -> None:
        self._place = place

    def verify(self, policy: Policy, *, start: int = 0, end: int | None = None, old: bytes | None = None) -> Verified:
        """Check every leaf from `start` to before `end`, all tiles above them, the root and the checkpoint.

        Args:
            policy: whom to trust.
            start: the first leaf to check; what lies before may be missing, as after pruning.
            end: no leaf from here on; all of them if left out.
            old: a checkpoint that was kept from earlier, as a signed note.

        Raises:
            FolderFault: what does not hold, and in which file.
            NoteError: a checkpoint is no note, or a known key's signature is wrong.
            OSError: a file cannot be read.
        """
        cosigned = check_checkpoint(self.read(CHECKPOINT, MOST_NOTE), policy)
        head = cosigned.checkpoint
        end = head.size if end is None else end
        if not 0 <= start <= end <= head.size:
            raise FolderFault("range", CHECKPOINT)
        grown = self._grown(old, head, policy) if old is not None else None
        self._check_tiles(head.size, start, end)
        if root(head.size, hashes_from(head.size, self._tile)) != head.root:
            raise FolderFault("inclusion", CHECKPOINT)
        return Verified(cosigned, start, end, grown)

    def read(self, where: str, most: int) -> bytes:
        """A file of the folder.

        Raises:
            FolderFault: missing; truncated, where it is longer than anything that belongs there.
        """
        try:
            with (self._place / where).open("rb") as file:
                data = file.read(most + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise FolderFault("missing", where) from None
        if len(data) > most:
            raise FolderFault("truncated", where)
        return data

    def _grown(self, note: bytes, head: Checkpoint, policy: Policy) -> int:
        """The log only grew since a checkpoint that somebody kept. How many leaves it had then."""
        old = check_checkpoint(note, policy, alone=True).checkpoint
        if old.origin != head.origin:
            raise FolderFault("origin", CHECKPOINT)
        if old.size > head.size:
            raise FolderFault("older", CHECKPOINT)
        if old.size:
            try:
                proof = consistency_proof(old.size, head.size, hashes_from(head.size, self._tile))
                check_consistency(old.size, head.size, proof, old.root, head.root)
            except FolderFault:
                raise
            except LogFault as error:
                raise FolderFault(error.kind, CHECKPOINT) from None
        return old.size

    def _check_tiles(self, size: int, start: int, end: int) -> None:
        """Leaves against the tiles of level 0, and each full tile against its hash in the tile above."""
        tiles: Iterable[int] = range(start // WIDTH, -(-end // WIDTH))
        for n in tiles:
            self._check_bundle(n, width_of(ENTRIES, n, size))
        level = 0
        while size >> 8 * (level + 1):
            full = size >> 8 * (level + 1)
            above: dict[int, list[bytes]] = {}
            for n in tiles:
                if n >= full:
                    continue  # at the right edge: the root holds it
                parent, place = divmod(n, WIDTH)
                if parent not in above:
                    above = {parent: hashes_of(self._tile(level + 1, parent, width_of(level + 1, parent, size)))}
                if root_of_perfect(hashes_of(self._tile(level, n, WIDTH))) != above[parent][place]:
                    raise FolderFault("inclusion", path(level, n))
            tiles = sorted({n // WIDTH for n in tiles if n < full})
            level += 1

    def _check_bundle(self, n: int, width: int) -> None:
        where = path(ENTRIES, n, width)
        try:
            entries = entries_of(self.read(where, _MOST_BUNDLE))
        except FolderFault:
            raise
        except LogFault as error:
            raise FolderFault(error.kind, where) from None
        if len(entries) != width:
            raise FolderFault("truncated", where)
        for place, entry in enumerate(entries):
            known = entry[:1] == LINE or (entry[:1] == PREDECESSOR and n == place == 0)
            if not known or len(entry) != 1 + HASH:
                raise FolderFault("entry", where)
        if [leaf_hash(one) for one in entries] != hashes_of(self._tile(0, n, width)):
            raise FolderFault("inclusion", where)

    def _tile(self, level: int, n: int, width: int) -> bytes:
        data = self.read(path(level, n, width), WIDTH * HASH)
        if len(data) != width * HASH:
            raise FolderFault("truncated", path(level, n, width))
        return data
