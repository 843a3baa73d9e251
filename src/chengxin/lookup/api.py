"""The door of lookup (登记查询)."""

from __future__ import annotations

from chengxin.lookup.commands import end_mandate, give_mandate
from chengxin.lookup.queries import Answer, AnswerRecord, Mandate, Matched, check, match_person, own_mandates
from chengxin.lookup.words import NOTHING_TO_TELL, RELATIONS

__all__ = [
    "NOTHING_TO_TELL",
    "RELATIONS",
    "Answer",
    "AnswerRecord",
    "Mandate",
    "Matched",
    "check",
    "end_mandate",
    "give_mandate",
    "match_person",
    "own_mandates",
]
