"""The door of redress (异议)."""

from __future__ import annotations

from chengxin.redress.commands import Filed, case_look, decide, object_to, reveal
from chengxin.redress.queries import (
    SHELVES,
    Case,
    Decided,
    Queued,
    case_record,
    case_steps,
    cases,
    deadline,
    deadlines,
    decided,
    own_cases,
    queue,
    queued,
    reasons_aad,
    statement_aad,
)
from chengxin.redress.rules import check_statement
from chengxin.redress.words import GROUNDS, OUTCOMES

__all__ = [
    "GROUNDS",
    "OUTCOMES",
    "SHELVES",
    "Case",
    "Decided",
    "Filed",
    "Queued",
    "case_look",
    "case_record",
    "case_steps",
    "cases",
    "check_statement",
    "deadline",
    "deadlines",
    "decide",
    "decided",
    "object_to",
    "own_cases",
    "queue",
    "queued",
    "reasons_aad",
    "reveal",
    "statement_aad",
]
