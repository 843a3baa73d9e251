"""Rows of the catalog's registers, steps and tasks as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

CLASSES: Final = ("SERIOUS", "GENERAL", "MINOR")
UNSTATED: Final = "UNDETERMINED"
"""Classes of what harms (失信严重程度), and the one of a record whose authority stated none (未定)."""


@dataclass(frozen=True)
class Dated:
    """A row in force from its first day to its last, both included; no last day: until further notice."""

    valid_from: date
    valid_to: date | None

    def in_force(self, day: date) -> bool:
        """Whether the row holds on a day (当日有效)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Basis(Dated):
    """A legal basis of an item (法律依据).

    Attributes:
        kind: collect, act, period, limit or publish_natural_person.
        law_code: its row in the register of legal texts, or empty.
    """

    kind: str
    law: str
    article: str
    law_code: str
    note: str


@dataclass(frozen=True)
class Parameter(Dated):
    """A dated number of the law (期限参数); `unit` is day, month, year or working_day; no `item`: it holds for all."""

    name: str
    item: str
    value: int
    unit: str
    basis: str


@dataclass(frozen=True)
class Law(Dated):
    """A legal text (法律文本).

    Attributes:
        level: law, administrative_regulation, local_regulation, rule or policy.
        superseded_by: code of the text that took its place.
    """

    code: str
    title: str
    article: str
    level: str
    superseded_by: str
    note: str


@dataclass(frozen=True)
class Prohibited(Dated):
    """A word of information that may never be collected (禁止归集).

    Attributes:
        code: the class, such as health.
        kind: ``name``: in the name of a column; ``text``: inside a text too; ``unless``: a phrase in which the words of
            the class mean something else (拖欠工资 is not a wage).
        law: what forbids it.
    """

    code: str
    word: str
    kind: str
    law: str

    @property
    def in_text(self) -> bool:
        """Whether the word is refused inside a text."""
        return self.kind == "text"


@dataclass(frozen=True)
class SeverityRule(Dated):
    """A row of the classification standard (分级标准): which conduct is MINOR, GENERAL or SERIOUS.

    Attributes:
        display_min, display_max: how long it is displayed, in `unit` (month or year), from the determination.
        repair: what credit repair takes, in words.
    """

    domain: str
    severity: str
    criteria: str
    display_min: int
    display_max: int
    unit: str
    repair: str
    basis: str


@dataclass(frozen=True)
class Measure(Dated):
    """A row of the measures list (惩戒措施清单); `type` 1 to 3 as the national list counts them."""

    code: str
    name: str
    type: int
    content: str
    target: str
    basis: str
    enforcer: str
    domain: str


@dataclass(frozen=True)
class Group(Dated):
    """A key occupational group (重点职业人群); without `item` it is disabled, and `reason` says why."""

    code: str
    name: str
    item: str
    basis: str
    reason: str


@dataclass(frozen=True)
class CatalogStep:
    """One step of a version (版本的一步): who by office and post, never by name."""

    seq: int
    from_state: str
    to_state: str
    activity: str
    on_date: date
    at: datetime
    post: str
    organisation_name: str
    reason: str
    effective_from: date | None


@dataclass(frozen=True)
class CatalogTask:
    """Something the catalog's officers have to do (待办).

    Attributes:
        kind: ``basis_ended`` (a version was suspended) or ``basis_ends_soon``.
        ends_on: last day of the basis.
        note: which law.
    """

    kind: str
    item: str
    version: int
    ends_on: date
    due_on: date
    opened_on: date
    closed_on: date | None
    note: str


@dataclass(frozen=True)
class Change:
    """What one manager proposed and another decides (两人办理的修改).

    Attributes:
        state: ``proposed``, ``approved``, ``returned`` or ``withdrawn``.
        mine: proposed by the same human being who reads it, who therefore cannot decide it.
        answer: why it was returned, or what the approval noted.
    """

    id: UUID
    state: str
    reason: str
    at: datetime
    post: str
    organisation_name: str
    mine: bool
    decided_at: datetime | None
    decided_post: str
    decided_organisation: str
    answer: str


@dataclass(frozen=True)
class TermChange(Change):
    """A change of a general number (办事期限的修改)."""

    name: str
    value: int
    unit: str
    valid_from: date
    basis: str
