"""The door of the ledger (登记簿): acts before writes, looks before reads."""

from __future__ import annotations

from chengxin.ledger.attacks import ATTACKS
from chengxin.ledger.commands import Look, acknowledge, act, look, looks, session_close, shown
from chengxin.ledger.database import DatabaseFault, rows, scalar, translate
from chengxin.ledger.log.checkpoint import number_of
from chengxin.ledger.log.line import Line, Opening
from chengxin.ledger.log.words import VOUCHES
from chengxin.ledger.proving import is_pruned, proof_file, provable_until, trust_in_words, trusted
from chengxin.ledger.queries import (
    Checkpointed,
    Event,
    LogName,
    acknowledged,
    audits,
    log_day,
    log_standing,
    logs,
    take_events,
    today,
)
from chengxin.ledger.rules import Audit, Known, Standing, StopRule
from chengxin.ledger.words import FINDINGS

__all__ = [
    "ATTACKS",
    "FINDINGS",
    "VOUCHES",
    "Audit",
    "Checkpointed",
    "DatabaseFault",
    "Event",
    "Known",
    "Line",
    "LogName",
    "Look",
    "Opening",
    "Standing",
    "StopRule",
    "acknowledge",
    "acknowledged",
    "act",
    "audits",
    "is_pruned",
    "log_day",
    "log_standing",
    "logs",
    "look",
    "looks",
    "number_of",
    "proof_file",
    "provable_until",
    "rows",
    "scalar",
    "session_close",
    "shown",
    "take_events",
    "today",
    "translate",
    "trust_in_words",
    "trusted",
]
