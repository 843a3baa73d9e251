"""The tree (默克尔树): RFC 6962 hashes and proofs, written as the RFC defines them, by recursion on the split.

A proof is checked against lengths before anything is hashed: a hash of another length, size 0 and an index outside the
tree are refused, where textbook code answers by accident.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from chengxin.kernel.errors import ChengxinError

HASH = 32
"""Bytes of a hash."""
EMPTY = hashlib.sha256().digest()
"""Root of the tree without leaves."""
MOST = 2**63 - 1
"""Leaves that a tree may have."""

Hashes = Callable[[int, int], bytes]
"""Hash of the perfect subtree of 2**level leaves, the index-th of its level."""


class LogFault(ChengxinError):
    """Something of the log does not hold (日志校验失败).

    Args:
        kind: a word of ``chengxin.ledger.log.words.FAULTS``.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf's data."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of a node over its two halves."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two below `size`: leaves of the left half."""
    return 1 << ((size - 1).bit_length() - 1)


def root_of_perfect(hashes: Sequence[bytes]) -> bytes:
    """Root over a number of hashes that is a power of two."""
    row, sha = hashes, hashlib.sha256
    while len(row) > 1:
        row = [sha(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row), 2)]
    return row[0]


def range_hash(start: int, size: int, hashes: Hashes) -> bytes:
    """Hash over `size` leaves from `start` on, which is a multiple of the power of two that holds `size`."""
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return hashes(level, start >> level)
    left = split(size)
    return node_hash(range_hash(start, left, hashes), range_hash(start + left, size - left, hashes))


def root(size: int, hashes: Hashes) -> bytes:
    """Root of the tree of `size` leaves."""
    return range_hash(0, size, hashes) if size else EMPTY


def inclusion_proof(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of `size` leaves, lowest first (包含证明).

    Raises:
        LogFault: range.
    """
    if not 0 <= index < size <= MOST:
        raise LogFault("range")
    proof: list[bytes] = []
    start = 0
    while size > 1:
        left = split(size)
        if index < left:
            proof.append(range_hash(start + left, size - left, hashes))
            size = left
        else:
            proof.append(range_hash(start, left, hashes))
            start, index, size = start + left, index - left, size - left
    return proof[::-1]


def consistency_proof(old: int, size: int, hashes: Hashes) -> list[bytes]:
    """The hashes that show that the first `old` leaves of `size` are unchanged (一致性证明).

    Raises:
        LogFault: range, also for ``old == 0``: that says nothing.
    """
    if not 0 < old <= size <= MOST:
        raise LogFault("range")
    proof: list[bytes] = []
    start, whole = 0, True  # whole: the old tree is still exactly this subtree, whose root the asker knows
    while old != size:
        left = split(size)
        if old <= left:
            proof.append(range_hash(start + left, size - left, hashes))
            size = left
        else:
            proof.append(range_hash(start, left, hashes))
            start, old, size, whole = start + left, old - left, size - left, False
    if not whole:
        proof.append(range_hash(start, size, hashes))
    return proof[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """The leaf with this hash stands at `index` of the tree with this root (验证包含证明).

    Raises:
        LogFault: range, hash (a length other than 32 bytes), length (too many or too few hashes), inclusion.
    """
    _check_hashes([leaf, root, *proof])
    if not 0 <= index < size <= MOST:
        raise LogFault("range")
    if _climb(leaf, index, size, proof) != root:
        raise LogFault("inclusion")


def check_consistency(old: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> None:
    """The tree with `root` begins with the whole tree with `old_root` (验证一致性证明).

    Raises:
        LogFault: range, hash, length, consistency.
    """
    _check_hashes([old_root, root, *proof])
    if not 0 < old <= size <= MOST:
        raise LogFault("range")
    if _both(old, size, proof, old_root) != (old_root, root):
        raise LogFault("consistency")


def _climb(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    if size == 1:
        if proof:
            raise LogFault("length")
        return leaf
    if not proof:
        raise LogFault("length")
    left, rest, top = split(size), proof[:-1], proof[-1]
    if index < left:
        return node_hash(_climb(leaf, index, left, rest), top)
    return node_hash(top, _climb(leaf, index - left, size - left, rest))


def _both(old: int, size: int, proof: Sequence[bytes], known: bytes | None) -> tuple[bytes, bytes]:
    """Roots of the old and of the new subtree; `known`: the old root while the old tree is still a whole subtree."""
    if old == size:
        if len(proof) != (known is None):
            raise LogFault("length")
        return (known, known) if known is not None else (proof[0], proof[0])
    if not proof:
        raise LogFault("length")
    left, rest, top = split(size), proof[:-1], proof[-1]
    if old <= left:
        before, after = _both(old, left, rest, known)
        return before, node_hash(after, top)
    before, after = _both(old - left, size - left, rest, None)
    return node_hash(top, before), node_hash(top, after)


def _check_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(one) != HASH for one in hashes):
        raise LogFault("hash")
