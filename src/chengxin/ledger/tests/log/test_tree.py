# ruff: noqa: B023  # each lambda is called in the turn of the loop that made it
"""The tree against its naive definition, against vectors by others (`vectors.md`), and against every way of spoiling a proof."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.ledger.log import tree
from chengxin.ledger.log.tiles import (
    ENTRIES,
    Edge,
    Tile,
    bundle,
    entries_of,
    hashes_from,
    needed,
    parse_path,
    path,
    width_of,
)
from chengxin.ledger.log.tree import LogFault

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))


def naive(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    k = below(len(leaves))
    return sha256(b"\1" + naive(leaves[:k]) + naive(leaves[k:])).digest()


def below(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def audit_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = below(len(leaves))
    if m < k:
        return [*audit_path(m, leaves[:k]), naive(leaves[k:])]
    return [*audit_path(m - k, leaves[k:]), naive(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2, word for word; PROOF where `whole`."""
    if m == len(leaves):
        return [] if whole else [naive(leaves)]
    k = below(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), naive(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), naive(leaves[:k])]


def leaves(size: int) -> list[bytes]:
    return [b"leaf %d" % i for i in range(size)]


class Store:
    """Tiles as a log keeps them."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int, int], bytes] = {}

    def add(self, made: list[Tile]) -> None:
        for one in made:
            assert self.tiles.setdefault((one.level, one.n, one.width), one.data) == one.data  # never changes
        assert len({(one.level, one.n) for one in made}) == len(made)

    def read(self, level: int, n: int, width: int) -> bytes:
        return self.tiles[level, n, width]


def grown(*batches: int) -> tuple[Store, Edge]:
    store, edge, at = Store(), Edge(), 0
    for count in batches:
        store.add(edge.append(leaves(at + count)[at:]))
        at += count
    return store, edge


@given(st.lists(st.integers(1, 700), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_a_tree_grown_in_batches_is_the_tree(batches: list[int]) -> None:
    store, edge = grown(*batches)
    data = leaves(sum(batches))
    assert edge.root() == naive(data)
    assert tree.root(len(data), hashes_from(len(data), store.read)) == naive(data)
    again = Edge.load(len(data), store.read)
    assert (again.root(), again.append([b"more"])) == (edge.root(), edge.append([b"more"]))


def test_a_large_tree_has_the_tiles_of_the_specification() -> None:
    """70,000 leaves: 273 full tiles and one of 112 at level 0, one and 17 at level 1, one of width 1 at level 2."""
    store, edge = grown(70_000)
    wide = [(level, n, width) for level, n, width in needed(70_000) if level != ENTRIES]
    assert [sum(1 for one in wide if one[0] == level and one[2] == 256) for level in range(3)] == [273, 1, 0]
    assert [one[2] for one in wide if one[2] < 256] == [112, 17, 1]
    assert set(needed(70_000)) == set(store.tiles)
    assert edge.root() == naive(leaves(70_000))
    index = 65_432
    proof = tree.inclusion_proof(index, 70_000, hashes_from(70_000, store.read))
    tree.check_inclusion(tree.leaf_hash(b"leaf %d" % index), index, 70_000, proof, edge.root())


@pytest.mark.parametrize("start", [0, 1, 255, 256, 600])
def test_what_a_batch_made_is_what_a_reader_needs_next(start: int) -> None:
    _, edge = grown(*[start] if start else [])
    made = edge.append(leaves(start + 700)[start:])
    assert {(one.level, one.n, one.width) for one in made} == set(needed(start + 700, start))
    assert all(width_of(one.level, one.n, start + 700) == one.width for one in made)


def test_nothing_appended_makes_nothing() -> None:
    _, edge = grown(300)
    assert edge.append([]) == []


@given(st.integers(1, 1100), st.data())
@settings(max_examples=60, deadline=None)
def test_proofs_are_as_the_rfc_defines_them(size: int, data: st.DataObject) -> None:
    store, edge = grown(size)
    hashes = hashes_from(size, store.read)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    proof = tree.inclusion_proof(index, size, hashes)
    tree.check_inclusion(tree.leaf_hash(b"leaf %d" % index), index, size, proof, edge.root())
    growth = tree.consistency_proof(old, size, hashes)
    tree.check_consistency(old, size, growth, naive(leaves(old)), edge.root())

    wrong = data.draw(st.integers(0, size - 1).filter(lambda other: other != index)) if size > 1 else 1
    with pytest.raises(LogFault):
        tree.check_inclusion(tree.leaf_hash(b"leaf %d" % index), wrong, size, proof, edge.root())
    if old < size:
        with pytest.raises(LogFault):
            tree.check_consistency(old, size, growth, naive([*leaves(old - 1), b"other"]), edge.root())


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8, 11, 16, 23, 32, 33])
def test_every_proof_of_a_small_tree_is_the_one_of_the_rfc(size: int) -> None:
    data, (store, _) = leaves(size), grown(size)
    hashes = hashes_from(size, store.read)
    assert tree.root(size, hashes) == naive(data)
    for index in range(size):
        assert tree.inclusion_proof(index, size, hashes) == audit_path(index, data)
    for old in range(1, size + 1):
        assert tree.consistency_proof(old, size, hashes) == subproof(old, data)


def decoded(case: dict[str, Any], *names: str) -> list[bytes]:
    return [base64.b64decode(case[name]) for name in names]


def spoilt(proof: list[bytes]) -> list[list[bytes]]:
    """The classes of change that the vectors' makers use: garbage before and behind, missing, doubled, flipped, short."""
    garbage = [b"", b"\0" * 31, b"\0" * 32, b"\0" * 33]
    changed = [[one, *proof] for one in garbage] + [[*proof, one] for one in garbage]
    for i, one in enumerate(proof):
        flipped = bytes([one[0] ^ 16]) + one[1:]
        for other in ([], [flipped], [one[:-1]], [one + b"\0"], [one, one]):
            changed.append([*proof[:i], *other, *proof[i + 1 :]])
    return changed


@pytest.mark.parametrize("case", VECTORS["inclusion"], ids=lambda case: case["desc"])
def test_inclusion_vectors_by_others(case: dict[str, Any]) -> None:
    leaf, root = decoded(case, "leafHash", "root")
    proof, index, size = [base64.b64decode(one) for one in case["proof"]], case["leafIdx"], case["treeSize"]

    def check(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> None:
        tree.check_inclusion(leaf, index, size, proof, root)

    if case["wantErr"]:
        refused(lambda: check(leaf, index, size, proof, root))
        return
    check(leaf, index, size, proof, root)
    for other in spoilt(proof):
        refused(lambda: check(leaf, index, size, other, root))
    for number in (-1, index + 1, index ^ 2, size, size * 2):
        refused(lambda: check(leaf, number, size, proof, root))
    for number in (0, -1, size * 2, size // 2, 2**63):
        refused(lambda: check(leaf, index, number, proof, root))
    for empty in (b"", b"\0", bytes(32), leaf + b"\0"):
        refused(lambda: check(empty, index, size, proof, root))
        refused(lambda: check(leaf, index, size, proof, empty))
    # The two that a textbook verifier takes: an empty hash for leaf and root of a tree of one.
    refused(lambda: check(b"", 0, 1, [], b""))


@pytest.mark.parametrize("case", VECTORS["consistency"], ids=lambda case: case["desc"])
def test_consistency_vectors_by_others(case: dict[str, Any]) -> None:
    before, after = decoded(case, "root1", "root2")
    proof, old, size = [base64.b64decode(one) for one in case["proof"]], case["size1"], case["size2"]
    tree.check_consistency(old, size, proof, before, after)
    for other in spoilt(proof):
        refused(lambda: tree.check_consistency(old, size, other, before, after))
    for number in (0, -1, size + 1, old ^ 2):
        refused(lambda: tree.check_consistency(number, size, proof, before, after))
    for number in (0, old - 1, size * 2, 2**63):
        refused(lambda: tree.check_consistency(old, number, proof, before, after))
    for wrong in (b"", bytes(32), before[:31]):
        refused(lambda: tree.check_consistency(old, size, proof, wrong, after))
        refused(lambda: tree.check_consistency(old, size, proof, before, wrong))
    if before != after:
        refused(lambda: tree.check_consistency(old, size, proof, after, before))


def refused(call: Callable[[], object]) -> None:
    with pytest.raises(LogFault):
        call()


def test_size_zero_proves_nothing() -> None:
    assert tree.root(0, hashes_from(0, Store().read)) == naive([])
    assert Edge().root() == naive([])
    for call in (
        lambda: tree.check_consistency(0, 0, [], tree.EMPTY, tree.EMPTY),
        lambda: tree.check_consistency(0, 5, [], tree.EMPTY, tree.EMPTY),
        lambda: tree.consistency_proof(0, 5, hashes_from(5, Store().read)),
        lambda: tree.inclusion_proof(0, 0, hashes_from(0, Store().read)),
    ):
        refused(call)


@given(st.integers(-1, 9), st.integers(0, 10**12), st.integers(1, 256))
@settings(deadline=None)
def test_a_path_is_read_back(level: int, n: int, width: int) -> None:
    assert parse_path(path(level, n, width)) == (level, n, width)


def test_a_path_is_written_one_way() -> None:
    assert path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert path(ENTRIES, 5, 9) == "tile/entries/005.p/9"
    for text in (
        "tile/0/../checkpoint",
        "tile/0/x000/001",
        "tile/00/001",
        "tile/0/1",
        "tile/0/001.p/256",
        "tile/0/001.p/0",
        "tile/0/001/",
        "/tile/0/001",
        "tile/0/001\n",
        "tile/-1/001",
        "tile/0/x1/001",
        "tile/0/\u0660\u0660\u0661",
    ):
        assert parse_path(text) is None, text


def test_bundles_are_read_back_and_truncation_is_found() -> None:
    data = bundle([b"", b"a", b"b" * 65_535])
    assert entries_of(data) == [b"", b"a", b"b" * 65_535]
    for cut in (1, 2, 4, len(data) - 1):
        if cut != 2:
            refused(lambda: entries_of(data[:cut]))
    refused(lambda: bundle([b"x" * 65_536]))


def test_an_edge_of_the_wrong_width_is_not_taken() -> None:
    store, _ = grown(300)
    short = {key: data[:-32] if key[0] == 0 and key[2] < 256 else data for key, data in store.tiles.items()}
    refused(lambda: Edge.load(300, lambda level, n, width: short[level, n, width]))
    bare = {key: data[:-35] if key[0] == ENTRIES else data for key, data in store.tiles.items()}
    refused(lambda: Edge.load(300, lambda level, n, width: bare[level, n, width]))
    refused(lambda: hashes_from(300, lambda level, n, width: short[level, n, width])(0, 299))
