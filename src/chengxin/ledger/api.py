"""The door of the ledger (登记簿): acts before writes, looks before reads."""

from __future__ import annotations

from chengxin.ledger.commands import Look, act, look, session_close
from chengxin.ledger.database import DatabaseFault, rows, scalar, translate
from chengxin.ledger.log.line import Line, Opening
from chengxin.ledger.proving import proof_file, provable_until, trust_in_words, trusted
from chengxin.ledger.queries import Event, take_events, today

__all__ = [
    "DatabaseFault",
    "Event",
    "Line",
    "Look",
    "Opening",
    "act",
    "look",
    "proof_file",
    "provable_until",
    "rows",
    "scalar",
    "session_close",
    "take_events",
    "today",
    "translate",
    "trust_in_words",
    "trusted",
]
