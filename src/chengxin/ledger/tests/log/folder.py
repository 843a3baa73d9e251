"""An exported log of a few hundred leaves, for the tests that spoil it."""

from __future__ import annotations

from pathlib import Path

from chengxin.ledger.log.checkpoint import Checkpoint
from chengxin.ledger.log.folder import CHECKPOINT, POLICY
from chengxin.ledger.log.line import leaf
from chengxin.ledger.log.tiles import Edge, path
from chengxin.ledger.tests.log.test_proofs import LOG, ORIGIN, WITNESSES, cosigned
from chengxin.ledger.tests.log.test_tree import Store

KEYS = (LOG.verifier.text, *(one.witness.text for one in WITNESSES[:2]))
"""What somebody who trusts nobody's folder brings along."""


def export(place: Path, size: int, *, note: bytes | None = None) -> Checkpoint:
    """Write a log of `size` leaves as ``chengxin log export`` does."""
    store, edge = Store(), Edge()
    store.add(edge.append([leaf(i.to_bytes(32, "big")) for i in range(size)]))
    head = Checkpoint(ORIGIN, size, edge.root())
    for (level, n, width), data in store.tiles.items():
        file = place / path(level, n, width)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    (place / CHECKPOINT).write_bytes(note or cosigned(head, *WITNESSES[:2]))
    lines = [f"log {KEYS[0]}", f"witness a {KEYS[1]}", f"witness b {KEYS[2]}", "group both all a b", "quorum both", ""]
    (place / POLICY).write_text("\n".join(lines), "utf-8")
    return head
