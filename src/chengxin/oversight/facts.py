"""An incident as plain data: its events as they were stored, and what it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chengxin.oversight.words import KINDS, LABELS, LEVELS, PAPER_STEPS, SOURCES, STEPS


@dataclass(frozen=True)
class Event:
    """One step of an incident (事件的一步). `mine`: the reader's own, whatever account they used."""

    incident: UUID
    case_no: str
    seq: int
    from_state: str
    to_state: str
    activity: str
    at: datetime
    post: str
    organisation_name: str
    mine: bool
    body: Mapping[str, Any]

    @property
    def label(self) -> str:
        """What was done, in words."""
        return STEPS[self.activity]


@dataclass(frozen=True)
class Notice:
    """A notice that was made (通知), and how it was delivered; no evidence means not delivered yet."""

    seq: int
    to: str
    made_at: datetime
    text: str
    parts: Mapping[str, str]
    evidence: tuple[Event, ...] = ()

    @property
    def delivered_at(self) -> datetime | None:
        """The first delivery (送达时间)."""
        return min((moment(one.body["delivered_at"]) for one in self.evidence), default=None)


@dataclass(frozen=True)
class Incident:
    """A security incident as its events make it (信息安全事件).

    Attributes:
        discovered_at: the earliest time that was ever stated: no correction gives a clock more time.
        persons, items: None while not known.
        general_since: since when the incident counts as a general one; None while it does not.
        exempt, approved: the latest proposal not to tell persons, and its approval.
    """

    incident: UUID
    case_no: str
    state: str
    events: tuple[Event, ...]
    discovered_at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    exempt: Event | None = None
    approved: Event | None = None
    referral: Event | None = None
    review: Event | None = None
    scope: Event | None = None
    contained_at: datetime | None = None
    general_since: datetime | None = None

    @property
    def seq(self) -> int:
        """Number of the latest step."""
        return self.events[-1].seq

    @property
    def state_label(self) -> str:
        """The state in words."""
        return LABELS[self.state]

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return KINDS[self.facts["kind"]]

    @property
    def level_label(self) -> str:
        """The level in words."""
        return LEVELS[self.facts.get("level", "")]

    @property
    def source_label(self) -> str:
        """Who brought it to notice, in words."""
        return SOURCES[self.facts["source"]]

    @property
    def persons(self) -> int | None:
        """How many persons (涉及人数)."""
        return self.facts.get("persons")

    @property
    def persons_label(self) -> str:
        """How many persons, in words: estimated, exact, or not known (涉及人数)."""
        if self.persons is None:
            return "人数还没有查清"
        return f" {self.persons:,} 人" if self.facts.get("exact") else f"约 {self.persons:,} 人（估计）"

    @property
    def items(self) -> int | None:
        """How many items of information (涉及信息条数)."""
        return self.facts.get("items")

    def told(self, to: str) -> datetime | None:
        """When these receivers were first told, by the evidence (首次送达)."""
        return min((at for one in self.notices if one.to == to and (at := one.delivered_at)), default=None)


@dataclass(frozen=True)
class Number:
    """A dated number of the law, as a rule needs it (期限参数)."""

    value: int
    unit: str
    basis: str


@dataclass(frozen=True)
class Clock:
    """A deadline in real time (时限).

    Attributes:
        done_at: when it was met, by evidence; None while it runs.
        ended: nobody has to meet it any more.
        length: as the law says it, such as ``4 小时``.
    """

    name: str
    label: str
    due: datetime
    length: str
    basis: str
    done_at: datetime | None
    ended: bool

    def overdue(self, now: datetime) -> bool:
        """Whether it was missed, or is being missed now (逾期)."""
        return self.due < (self.done_at or now) and not (self.ended and self.done_at is None)

    def runs(self) -> bool:
        """Whether somebody still has to meet it."""
        return self.done_at is None and not self.ended

    def remaining(self, now: datetime) -> str:
        """What is left of a running clock, or how long it is overdue (还剩、逾期)."""
        minutes = int(abs(self.due - now).total_seconds() // 60)
        days, hours = divmod(minutes // 60, 24)
        parts = [
            f"{days} 天" if days else "",
            f"{hours} 小时" if hours else "",
            f"{minutes % 60} 分" if not days else "",
        ]
        span = " ".join(part for part in parts if part)
        return f"还剩 {span}" if now <= self.due else f"逾期 {span}"


def moment(text: str) -> datetime:
    """A point in time as a body holds it."""
    return datetime.fromisoformat(text)


@dataclass(frozen=True)
class Line:
    """A line of the register in an export (登记行); persons and accounts under pseudonyms of the incident."""

    at: datetime
    line: str
    person: str
    actor: str
    organisation: str
    duty: str
    activity: str
    purpose: str
    fields: list[str]
    outcome: str
    shown: int
    commitment: str


@dataclass(frozen=True)
class Office:
    """Who answers for incidents, and which authority hears of them (责任单位)."""

    unit: str
    platform: str
    contact: str
    authority: str
    valid_from: date


@dataclass(frozen=True)
class Section:
    """A part of a document."""

    key: str
    title: str
    text: str


@dataclass(frozen=True)
class Document:
    """A version of a document of the system (制度文件). `effective_to`: its last day, where a later one is known."""

    code: str
    title: str
    number: int
    effective_from: date
    effective_to: date | None
    basis: str
    issued_by: str
    note: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Change:
    """A section that differs (一处变化)."""

    word: str
    title: str
    was: str
    now: str


@dataclass(frozen=True)
class Safeguard:
    """A technical safeguard (技术手段): what it does, why, and how anybody can see that it works."""

    kind: str
    name: str
    what: str
    basis: str
    check: str
    valid_from: date
    valid_to: date | None

    def in_force(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class PaperStep:
    """A step of a version of a document (办理一步). `mine`: the reader's own, whatever account they used."""

    code: str
    number: int
    seq: int
    from_state: str
    to_state: str
    activity: str
    at: datetime
    post: str
    organisation_name: str
    mine: bool
    body: Mapping[str, Any]

    @property
    def label(self) -> str:
        """What was done, in words."""
        return PAPER_STEPS[self.activity]


@dataclass(frozen=True)
class Paper:
    """A version of a document on the desk (一版制度文件), from its steps, the oldest first."""

    code: str
    number: int
    steps: tuple[PaperStep, ...]

    @property
    def state(self) -> str:
        return self.steps[-1].to_state

    @property
    def seq(self) -> int:
        return self.steps[-1].seq

    @property
    def words(self) -> Mapping[str, Any]:
        """The words as last drafted."""
        return next(step.body for step in reversed(self.steps) if step.activity == "document.draft")

    @property
    def written_by_reader(self) -> bool:
        """Whether the reader wrote or submitted it: then another person publishes."""
        return any(step.mine for step in self.steps if step.activity in {"document.draft", "document.submit"})

    @property
    def effective_from(self) -> date | None:
        """The first day, once it was published."""
        found = [step.body["effective_from"] for step in self.steps if step.activity == "document.publish"]
        return date.fromisoformat(found[-1]) if found else None


@dataclass(frozen=True)
class PublicOrganisation:
    """An organisation as everybody may read it (单位名册): since when it reports, may look, or handles cases."""

    code: str
    name: str
    kind: str
    area: str
    area_name: str
    valid_from: date
    valid_to: date | None
    successor: str
    successor_name: str
    reports_since: date | None
    looks_since: date | None
    handles_since: date | None


@dataclass(frozen=True)
class Work:
    """How much of a kind waits (等待办理), and since when the oldest does."""

    kind: str
    waiting: int
    oldest: datetime | None


@dataclass(frozen=True)
class Backup:
    """A backup that was asked for (请求的备份), and what became of it.

    Attributes:
        taken_at: when the program that started the platform took the request.
        bytes: of the backup; None while there is none.
        cause: why none was made; `remedy`: what to do.
        cancelled: the request was taken back before anybody took it.
    """

    asked_at: datetime
    taken_at: datetime | None
    ended_at: datetime | None
    bytes: int | None
    cause: str
    remedy: str
    cancelled: bool


@dataclass(frozen=True)
class Job:
    """A file that was sent (任务).

    Attributes:
        state: waiting, reading, broken (off), read, cancelled, refused by the rule `problem`.
        message: why it was refused or broke off, and what to do; it never repeats a cell.
        declared: rows of the file; judged: how many were judged so far; None before they are known.
        blocks: it took reader after reader away, and with them everybody else's files: it can be stopped (停下).
    """

    upload: UUID
    at: datetime
    organisation_name: str
    item: str
    kind: str
    channel: str
    bytes: int
    state: str
    problem: str
    message: str
    declared: int | None
    judged: int | None
    blocks: bool
    found: int
    under_way: int
