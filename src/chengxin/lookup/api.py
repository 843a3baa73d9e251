"""The door of lookup (登记查询)."""

from __future__ import annotations

from chengxin.lookup.queries import Answer, AnswerRecord, Matched, check, match_person
from chengxin.lookup.words import NOTHING_TO_TELL

__all__ = ["NOTHING_TO_TELL", "Answer", "AnswerRecord", "Matched", "check", "match_person"]
