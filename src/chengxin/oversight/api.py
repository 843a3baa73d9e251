"""The door of oversight (信息安全事件、制度文件)."""

from __future__ import annotations

from chengxin.oversight.commands import evidence, notify, paper_step, register_lines, report, step
from chengxin.oversight.facts import Clock, Document, Event, Incident, Line, Notice, Paper, PublicOrganisation
from chengxin.oversight.queries import (
    OwnNotice,
    Recipient,
    Standing,
    incident,
    incidents,
    own_notices,
    papers,
    privacy_notice,
    public_organisations,
    recipients,
    shelf,
    shelves,
)
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
    "Paper",
    "PublicOrganisation",
    "Recipient",
    "Standing",
    "evidence",
    "incident",
    "incidents",
    "notify",
    "own_notices",
    "paper_step",
    "papers",
    "privacy_notice",
    "public_organisations",
    "recipients",
    "register_lines",
    "report",
    "shelf",
    "shelves",
    "step",
]
