"""The door of oversight (信息安全事件、制度文件)."""

from __future__ import annotations

from chengxin.oversight.commands import evidence, notify, register_lines, report, step
from chengxin.oversight.facts import Clock, Document, Event, Incident, Line, Notice
from chengxin.oversight.queries import OwnNotice, Recipient, Standing, incident, incidents, own_notices, recipients
from chengxin.oversight.registers import privacy_notice
from chengxin.oversight.states import LABELS

__all__ = [
    "LABELS",
    "Clock",
    "Document",
    "Event",
    "Incident",
    "Line",
    "Notice",
    "OwnNotice",
    "Recipient",
    "Standing",
    "evidence",
    "incident",
    "incidents",
    "notify",
    "own_notices",
    "privacy_notice",
    "recipients",
    "register_lines",
    "report",
    "step",
]
