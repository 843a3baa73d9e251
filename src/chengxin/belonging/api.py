"""The door of belonging (归属): whose record, whose file."""

from __future__ import annotations

from chengxin.belonging.commands import (
    Somebody,
    confirm,
    decide,
    find_record,
    follow,
    propose_move,
    propose_pair,
    somebody,
)
from chengxin.belonging.queries import (
    SHELVES,
    Correction,
    Doubt,
    Found,
    Matter,
    Moved,
    Queued,
    Told,
    corrections,
    doubts,
    matter,
    own_moves,
    own_told,
    pair_look,
    queue,
    side_look,
)
from chengxin.belonging.words import KINDS, OUTCOMES

__all__ = [
    "KINDS",
    "OUTCOMES",
    "SHELVES",
    "Correction",
    "Doubt",
    "Found",
    "Matter",
    "Moved",
    "Queued",
    "Somebody",
    "Told",
    "confirm",
    "corrections",
    "decide",
    "doubts",
    "find_record",
    "follow",
    "matter",
    "own_moves",
    "own_told",
    "pair_look",
    "propose_move",
    "propose_pair",
    "queue",
    "side_look",
    "somebody",
]
