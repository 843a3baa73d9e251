"""Rules of oversight as pure functions: events and numbers in, what follows out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from chengxin.kernel.errors import Refused
from chengxin.kernel.periods import CHINA
from chengxin.oversight.facts import Clock, Document, Event, Incident, Notice, Number, moment
from chengxin.oversight.states import CLOSED, DISMISSED
from chengxin.oversight.words import ADVICE, ELEMENTS, FACTS, KINDS, LEVELS, PRIVACY, REPORT_PARTS, SOURCES

NUMBERS: Final = (
    "incident_authority",
    "incident_authority_general",
    "incident_persons",
    "incident_review",
    "incident_larger",
    "incident_police",
    "incident_police_staff",
)
"""Names of the dated numbers that an incident needs, by the day it was discovered."""
UNITS: Final = {"hour": "小时", "day": "日"}
POLICE_KINDS: Final = frozenset({"leak", "sale", "provision"})
_NUMBER = re.compile(r"[0-9０-９]{17}[0-9０-９XxＸｘ]|(?<![0-9０-９])[0-9０-９]{15}(?![0-9０-９])")  # noqa: RUF001 - both widths


def fold(events: Sequence[Event]) -> Incident:
    """What an incident is now, from its events in order (事件现状). The latest value of a fact counts."""
    first = events[0]
    facts: dict[str, Any] = {}
    notices: list[Notice] = []
    general_since: datetime | None = None
    found: dict[str, Event] = {}
    for event in events:
        facts |= {name: event.body[name] for name in FACTS if name in event.body and event.activity in _BRING_FACTS}
        found[event.activity] = event
        if facts.get("level", "") != "general":
            general_since = None
        elif general_since is None:
            general_since = event.at
        if event.activity == "incident.notify":
            body = event.body
            notices.append(Notice(event.seq, body["to"], event.at, body["text"], body["parts"]))
        if event.activity == "incident.evidence":
            notices = [
                replace(one, evidence=(*one.evidence, event)) if str(one.seq) == event.body["notice"] else one
                for one in notices
            ]
    stated = [moment(event.body["discovered_at"]) for event in events if "discovered_at" in event.body]
    contain = found.get("incident.contain")
    exempt, approved = found.get("incident.exempt"), found.get("incident.approve")
    if exempt and approved and approved.seq < exempt.seq:
        approved = None  # a new proposal needs its own approval
    return Incident(
        first.incident,
        first.case_no,
        events[-1].to_state,
        tuple(events),
        min(stated),
        facts,
        tuple(notices),
        exempt,
        approved,
        found.get("incident.refer"),
        found.get("incident.review"),
        found.get("incident.scope"),
        contain.at if contain else None,
        general_since,
    )


_BRING_FACTS = frozenset({"incident.report", "incident.update", "incident.confirm", "incident.contain"})


def clocks(incident: Incident, numbers: Mapping[str, Number]) -> list[Clock]:
    """The deadlines of an incident in real time (时限), by the numbers of the law.

    Four hours run until a human has said that the incident is not a larger one. Who says so after they are over does
    not undo that they were missed.

    Raises:
        Refused: INCIDENT-11, a number is not in force.
    """
    start = incident.discovered_at
    strict = start + timedelta(hours=_needed(numbers, "incident_authority").value)
    general = incident.general_since is not None and incident.general_since <= strict
    authority = "incident_authority_general" if general else "incident_authority"
    dismissed = incident.state == DISMISSED
    approved = incident.approved.at if incident.approved else None
    told = incident.told("persons") or approved
    at_once = _needed(numbers, "incident_persons")
    found = [
        _clock("authority", _needed(numbers, authority), start, done_at=incident.told("authority"), ended=dismissed),
        _clock("persons", at_once, start, done_at=told, ended=dismissed),
    ]
    if incident.contained_at:
        closed = next((one.at for one in incident.events if one.to_state == CLOSED), None)
        review = _needed(numbers, "incident_review")
        found.append(_clock("review", review, incident.contained_at, done_at=closed, ended=dismissed))
    return found


CLOCKS: Final = {"authority": "报告主管部门", "persons": "通知个人", "review": "总结"}
"""Clock -> what has to be done by then."""


def _clock(name: str, row: Number, start: datetime, *, done_at: datetime | None, ended: bool) -> Clock:
    span = timedelta(hours=row.value) if row.unit == "hour" else timedelta(days=row.value)
    return Clock(name, CLOCKS[name], start + span, f"{row.value} {UNITS[row.unit]}", row.basis, done_at, ended)


def _needed(numbers: Mapping[str, Number], name: str) -> Number:
    row = numbers.get(name)
    if row is None:
        raise Refused("INCIDENT-11")
    return row


def proposed_level(incident: Incident, numbers: Mapping[str, Number]) -> str:
    """The level that the number of persons speaks for (建议级别); a human decides. Empty: not known."""
    if incident.persons is None:
        return ""
    return "larger" if incident.persons >= _needed(numbers, "incident_larger").value else "general"


def police_question(incident: Incident, numbers: Mapping[str, Number]) -> bool:
    """Whether a human must decide about referring the incident to the police (移送建议): enough items, or unknown."""
    if incident.facts["kind"] not in POLICE_KINDS:
        return False
    name = "incident_police_staff" if incident.facts.get("insider") else "incident_police"
    return incident.items is None or incident.items >= _needed(numbers, name).value


def missing_parts(to: str, parts: Mapping[str, str]) -> list[str]:
    """Labels of the parts that the law demands of a notice and that say nothing (缺少的法定内容)."""
    demanded = ELEMENTS | (ADVICE if to == "persons" else REPORT_PARTS)
    return [label for name, label in demanded.items() if not str(parts.get(name, "")).strip()]


def check_notice(to: str, parts: Mapping[str, str]) -> dict[str, str]:
    """The parts of a notice, trimmed.

    Raises:
        Refused: INCIDENT-04, one of them is missing.
    """
    if missing_parts(to, parts):
        raise Refused("INCIDENT-04")
    demanded = ELEMENTS | (ADVICE if to == "persons" else REPORT_PARTS)
    return {name: parts[name].strip() for name in demanded}


MOST_TEXT: Final = 50_000
"""Characters of a step: many times what the forms take, and few enough for every reader."""


def check_facts(body: Mapping[str, Any], *, whole: bool, now: datetime) -> None:
    """Facts of an incident are of their kind; a report brings all that must be known at once.

    Raises:
        Refused: INCIDENT-10.
    """
    needed = ("kind", "source", "discovered_at", "systems", "information", "insider") if whole else ()
    good = (
        all(name in body for name in needed)
        and all(str(body[name]).strip() for name in ("systems", "information") if name in needed)
        and body.get("kind", "leak") in KINDS
        and body.get("source", "staff") in SOURCES
        and body.get("level", "") in LEVELS
        and ("discovered_at" not in body or moment(body["discovered_at"]) <= now)
        and all(body.get(name) is None or 0 <= body[name] < 10**9 for name in ("persons", "items"))
        and all(isinstance(body.get(name, True), bool) for name in ("insider", "exact"))
        and len(str(body)) <= MOST_TEXT
    )
    if not good:
        raise Refused("INCIDENT-10")


def holds_number(text: str) -> bool:
    """Whether an identity number stands in a text (INCIDENT-08)."""
    return bool(_NUMBER.search(text))


def told_enough(incident: Incident) -> bool:
    """Whether everybody was told whom the law wants told (告知完成): INCIDENT-06 asks the same."""
    return bool(incident.told("authority") and (incident.told("persons") or incident.approved))


def stamp(at: datetime) -> str:
    """A point in time as bodies hold it, in China's time."""
    return at.astimezone(CHINA).isoformat()


PRIVACY_NOTICE: Final = "privacy"
"""Code of the document that the law itself prescribes part by part."""


def check_document(versions: Sequence[Document]) -> None:
    """A document can be published: basis, issuer, sections; later versions begin later (制度文件检查).

    The privacy notice has every part that the law demands (个人信息处理规则的法定内容).

    Raises:
        Refused: DOCUMENT-01.
    """
    whole = all(
        one.basis.strip() and one.issued_by.strip() and one.sections and all(part.text for part in one.sections)
        for one in versions
    )
    begins = [one.effective_from for one in versions]
    lawful = all(one.code != PRIVACY_NOTICE or set(PRIVACY) <= {part.key for part in one.sections} for one in versions)
    if not (versions and whole and lawful and begins == sorted(set(begins))):
        raise Refused("DOCUMENT-01")
