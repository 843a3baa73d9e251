"""The door of records (信用记录)."""

from __future__ import annotations

from chengxin.records.commands import accept, end_waiting
from chengxin.records.queries import SHELVES, STEP, OwnRecord, Step, own, sealed_aad, steps, through
from chengxin.records.states import LABELS, TRANSITIONS
from chengxin.records.words import SEVERITIES

__all__ = [
    "LABELS",
    "SEVERITIES",
    "SHELVES",
    "STEP",
    "TRANSITIONS",
    "OwnRecord",
    "Step",
    "accept",
    "end_waiting",
    "own",
    "sealed_aad",
    "steps",
    "through",
]
