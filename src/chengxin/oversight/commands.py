"""Writes of oversight: report an incident, take its steps; draft and publish a document; ask for a backup.

The database decides; what is asked here first says it sooner.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.kernel.periods import CHINA
from chengxin.ledger.api import act, rows, scalar
from chengxin.oversight import letters
from chengxin.oversight.facts import Incident, Line, Paper
from chengxin.oversight.queries import numbers
from chengxin.oversight.registers import office
from chengxin.oversight.rules import NUMBERS, check_facts, check_notice, holds_number, stamp
from chengxin.oversight.states import paper_target, target

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
MOST_LINES = 100_000
"""Lines of the register in one export."""


def ask_backup(token: bytes) -> None:
    """Ask for a backup now (请求立即备份): whoever started the platform makes it.

    Raises:
        Refused: DUTY-01, BACKUP-01 (one waits or is being made).
    """
    with act(token, activity="system.backup") as line:
        scalar("select cx.oversight_backup_ask_v1(%s::uuid)", [line])


def cancel_backup(token: bytes) -> None:
    """Take back the request for a backup that nobody has taken (取消备份请求).

    Raises:
        Refused: DUTY-01, BACKUP-02 (there is none, or it is being made).
    """
    with act(token, activity="system.backup_cancel") as line:
        scalar("select cx.oversight_backup_cancel_v1(%s::uuid)", [line])


def report(token: bytes, facts: Mapping[str, Any]) -> UUID:
    """Report an incident (报告事件). The clocks run from ``discovered_at``.

    Args:
        token: session of a security officer.
        facts: see ``words.FACTS``; times as ISO text in China's time.

    Raises:
        Refused: DUTY-01, INCIDENT-08, INCIDENT-10, INCIDENT-11 (a number of the law is not in force).
    """
    now = datetime.now(UTC)
    check_facts(facts, whole=True, now=now)
    if len(numbers(now.astimezone(CHINA).date())) < len(NUMBERS):
        raise Refused("INCIDENT-11")
    incident = uuid7()
    number = f"AQ{now.astimezone(CHINA):%y%m%d}{''.join(secrets.choice(_LETTERS) for _ in range(6))}"
    with act(token, activity="incident.report", case=number) as line:
        scalar(
            "select cx.oversight_report_v1(%s::uuid, %s::uuid, %s::text, %s::jsonb)",
            [line, incident, number, _body(facts)],
        )
    return incident


def step(token: bytes, incident: Incident, activity: str, body: Mapping[str, Any]) -> None:
    """Take one step (办理一步), on top of the incident as it was read.

    Raises:
        Refused: DUTY-01; INCIDENT-01 not from this state; INCIDENT-02 needs another person; INCIDENT-03 somebody was
            faster; INCIDENT-04 to 10, what the step needs.
    """
    check_facts(body, whole=False, now=datetime.now(UTC))
    to_state = target(incident.state, activity)
    if to_state is None:
        raise Refused("INCIDENT-01")
    with act(token, activity=activity, case=incident.case_no) as line:
        scalar(
            "select cx.oversight_step_v1(%s::uuid, %s::text, %s::uuid, %s::integer, %s::text, %s::jsonb)",
            [line, activity, incident.incident, incident.seq + 1, to_state, _body(body)],
        )


def notify(token: bytes, incident: Incident, to: str, parts: Mapping[str, str]) -> str:
    """Make a notice (制作通知); returns its text. It counts as delivered by evidence only.

    Raises:
        Refused: INCIDENT-04, a part is missing; as in :func:`step`.
    """
    now = datetime.now(UTC)
    said = check_notice(to, parts)
    text = letters.text(incident, to, said, office=office(now.astimezone(CHINA).date()), made_at=now)
    step(token, incident, "incident.notify", {"to": to, "parts": said, "text": text})
    return text


def evidence(
    token: bytes, incident: Incident, *, notice: int, method: str, delivered_at: datetime, reference: str
) -> None:
    """Write down how a notice was delivered (登记送达).

    Raises:
        Refused: INCIDENT-10, no such notice, method or time; as in :func:`step`.
    """
    body = {
        "notice": str(notice),
        "method": method,
        "delivered_at": stamp(delivered_at),
        "reference": reference.strip(),
    }
    step(token, incident, "incident.evidence", body)


def register_lines(token: bytes, incident: Incident) -> list[Line]:
    """Lines of the register in the incident's scope, under pseudonyms (证据导出); the export is an act of its own.

    Raises:
        Refused: DUTY-01, INCIDENT-02 (who drew the scope).
    """
    with act(token, activity="incident.export", case=incident.case_no) as line:
        return rows(
            "select * from cx.oversight_lines_v1(%s::uuid, %s::uuid, %s::integer)",
            [line, incident.incident, MOST_LINES],
            of=Line,
        )


def _body(body: Mapping[str, Any]) -> str:
    """The body of a step as JSON.

    Raises:
        Refused: INCIDENT-08, an identity number stands in it.
    """
    text = json.dumps(body, ensure_ascii=False)
    if holds_number(text):
        raise Refused("INCIDENT-08")
    return text


def paper_step(token: bytes, activity: str, paper: Paper | str, body: Mapping[str, Any]) -> int:
    """Take a step of a version of a document (起草、送审、退回、公布、撤回), on top of it as it was read.

    Args:
        token: session of a manager.
        activity: a key of ``words.PAPER_STEPS``.
        paper: the version, or the code of a document that gets a new one.
        body: what the step brings: words, first day or reason.

    Returns:
        The number of the version.

    Raises:
        Refused: DUTY-01; DOCUMENT-01 to 06.
    """
    fresh = isinstance(paper, str)
    code, number, seq = (paper, 0, 1) if isinstance(paper, str) else (paper.code, paper.number, paper.seq + 1)
    to = paper_target("" if isinstance(paper, str) else paper.state, activity)
    if to is None or (fresh and activity != "document.draft"):
        raise Refused("DOCUMENT-03")
    with act(token, activity=activity) as line:
        return int(
            scalar(
                "select cx.oversight_paper_step_v1(%s::uuid, %s::text, %s::text, %s::integer, %s::integer, %s::text, "
                "%s::jsonb)",
                [line, activity, code, number, seq, to, json.dumps(body, ensure_ascii=False)],
            )
        )
