"""The door of redress (异议)."""

from __future__ import annotations

from chengxin.redress.commands import Filed, case_look, decide, object_to
from chengxin.redress.queries import (
    SHELVES,
    Case,
    Queued,
    case_record,
    case_steps,
    cases,
    deadline,
    own_cases,
    queue,
    reasons_aad,
)
from chengxin.redress.words import GROUNDS, OUTCOMES

__all__ = [
    "GROUNDS",
    "OUTCOMES",
    "SHELVES",
    "Case",
    "Filed",
    "Queued",
    "case_look",
    "case_record",
    "case_steps",
    "cases",
    "deadline",
    "decide",
    "object_to",
    "own_cases",
    "queue",
    "reasons_aad",
]
