"""The door of oversight (信息安全事件、制度文件)."""

from __future__ import annotations

from chengxin.oversight.commands import evidence, notify, paper_step, register_lines, report, step
from chengxin.oversight.facts import (
    Clock,
    Document,
    Event,
    Incident,
    Job,
    Line,
    Notice,
    Paper,
    PublicOrganisation,
    Work,
)
from chengxin.oversight.queries import (
    OwnNotice,
    Recipient,
    Standing,
    incident,
    incidents,
    jobs,
    own_notices,
    papers,
    privacy_notice,
    public_organisations,
    recipients,
    shelf,
    shelves,
    work,
)
from chengxin.oversight.states import LABELS

__all__ = [
    "LABELS",
    "Clock",
    "Document",
    "Event",
    "Incident",
    "Job",
    "Line",
    "Notice",
    "OwnNotice",
    "Paper",
    "PublicOrganisation",
    "Recipient",
    "Standing",
    "Work",
    "evidence",
    "incident",
    "incidents",
    "jobs",
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
    "work",
]
