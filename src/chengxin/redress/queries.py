"""Reads of redress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from chengxin.catalog.api import calendar, calendars_since, parameter
from chengxin.kernel.calendar import Deadline
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import Look, rows, shown, today
from chengxin.people.api import Shelf, Unsealable, ring
from chengxin.records.api import STEP, OwnRecord, Step, through
from chengxin.redress.rules import DECIDE_WORKING_DAYS, decide_by
from chengxin.redress.words import GROUNDS, OUTCOMES


@dataclass(frozen=True)
class Case:
    """An objection with both sides' words (异议案件)."""

    objection: UUID
    case_no: str
    record: UUID
    ground: str
    froze: bool
    filed_on: date
    decide_by: date
    outcome: str
    decided_on: date | None
    post: str
    organisation_name: str
    statement: str = field(repr=False)
    reasons: str = field(repr=False)

    @property
    def ground_label(self) -> str:
        return GROUNDS[self.ground]

    @property
    def outcome_label(self) -> str:
        return OUTCOMES[self.outcome]


@dataclass(frozen=True)
class Queued:
    """An open objection in the reviewer's queue: dates and numbers, nobody's name."""

    person: UUID
    objection: UUID
    case_no: str
    record: UUID
    ground: str
    froze: bool
    filed_on: date
    decide_by: date

    @property
    def ground_label(self) -> str:
        return GROUNDS[self.ground]


@dataclass(frozen=True)
class Decided:
    """How a case was decided, and by which post: nobody's name, no reasons."""

    case_no: str
    outcome: str
    decided_on: date
    post: str
    organisation_name: str

    @property
    def outcome_label(self) -> str:
        return OUTCOMES[self.outcome]


@dataclass(frozen=True)
class _CaseRow:
    person: UUID
    objection: UUID
    case_no: str
    record: UUID
    ground: str
    statement: bytes
    froze: bool
    filed_on: date
    days: int | None
    outcome: str
    reasons: bytes | None
    decided_on: date | None
    post: str
    organisation_name: str


@dataclass(frozen=True)
class _QueueRow:
    person: UUID
    objection: UUID
    case_no: str
    record: UUID
    ground: str
    froze: bool
    filed_on: date
    days: int | None


def deadline(filed_on: date) -> tuple[date, bool]:
    """The promised day of the decision, and whether it is provisional (calendar not published)."""
    row = parameter(DECIDE_WORKING_DAYS, "", today=filed_on)
    (due,) = deadlines([(filed_on, row.value if row else None)])
    return due.date, due.provisional


def deadlines(filed: Sequence[tuple[date, int | None]]) -> list[Deadline]:
    """The same of many, from the working days that the database read with each row.

    Raises:
        Refused: REDRESS-08, there are none.
    """
    if any(days is None for _, days in filed):
        raise Refused("REDRESS-08")
    if not filed:
        return []
    until = today()
    return [
        decide_by(filed_on=day, working_days=days or 0, told=calendar(day), since=calendars_since(day, until))
        for day, days in filed
    ]


SHELVES = (
    Shelf("redress", "statement", "当事人陈述", lambda one: statement_aad(one.person, one.id)),
    Shelf("redress", "reasons", "决定理由", lambda one: reasons_aad(one.person, one.id)),
)
"""Shelves of this room in a rotation of the wrapping key."""


def statement_aad(person: UUID, objection: UUID) -> str:
    """What the sealed statement of an objection is bound to (附加数据)."""
    return f"redress_objection|statement|{person}|{objection}"


def reasons_aad(person: UUID, objection: UUID) -> str:
    """What the sealed reasons of a decision are bound to (附加数据)."""
    return f"redress_decision|reasons|{person}|{objection}"


def own_cases(*looks: Look) -> list[Case]:
    """The person's own objections, of each file the newest first."""
    return _cases("cx.redress_own_v1", *looks)


def cases(look: Look) -> list[Case]:
    """The objections to the record of the case that an officer's look names, newest first."""
    return _cases("cx.redress_cases_v1", look)


def case_record(look: Look) -> OwnRecord:
    """The disputed record of the case that an officer's look names (争议信息)."""
    (record,) = through("cx.redress_record_v1", look)
    return record


def case_steps(look: Look) -> list[Step]:
    """Its steps, oldest first."""
    return rows(
        f"select {STEP} from cx.redress_steps_v1(%s::bytea, %s::uuid, %s::uuid)",  # noqa: S608 - a literal
        [look.token, look.person, look.id],
        of=Step,
    )


def _cases(door: str, *looks: Look) -> list[Case]:
    found = shown(f"{door}({{look}})", looks, of=_CaseRow, whose=True)
    dues = deadlines([(row.filed_on, row.days) for row in found])
    return [
        Case(
            row.objection,
            row.case_no,
            row.record,
            row.ground,
            row.froze,
            row.filed_on,
            due.date,
            row.outcome,
            row.decided_on,
            row.post,
            row.organisation_name,
            statement=_open(row.statement, statement_aad(row.person, row.objection)),
            reasons=_open(row.reasons, reasons_aad(row.person, row.objection)) if row.reasons else "",
        )
        for row, due in zip(found, dues, strict=True)
    ]


def _open(sealed: bytes, aad: str) -> str:
    try:
        return ring().open(sealed, aad)
    except Unsealable:  # one damaged text must not hide the other cases
        return "（这段文字暂时无法读取，请拨打 12345）"


def queue(token: bytes, limit: int = 10_000, *, skip: int = 0, ground: str = "") -> list[Queued]:
    """Open objections, nearest deadline first: of one ground, or of all.

    Raises:
        Refused: DUTY-01 for anybody but a reviewer.
    """
    sql = "select * from cx.redress_queue_v1(%s::bytea, %s::text, %s::integer, %s::integer)"
    return _queued(rows(sql, [token, ground, limit, skip], of=_QueueRow))


def queued(token: bytes, objection: UUID) -> Queued | None:
    """One open objection; None where there is none. Raises Refused: DUTY-01."""
    sql = "select * from cx.redress_queued_v1(%s::bytea, %s::uuid)"
    return next(iter(_queued(rows(sql, [token, objection], of=_QueueRow))), None)


def decided(token: bytes, objection: UUID) -> Decided | None:
    """How a case that is open no more was decided; None where there is none. Raises Refused: DUTY-01."""
    sql = "select * from cx.redress_decided_v1(%s::bytea, %s::uuid)"
    return next(iter(rows(sql, [token, objection], of=Decided)), None)


def _queued(found: list[_QueueRow]) -> list[Queued]:
    dues = deadlines([(row.filed_on, row.days) for row in found])
    return [
        Queued(
            row.person,
            row.objection,
            row.case_no,
            row.record,
            row.ground,
            row.froze,
            row.filed_on,
            due.date,
        )
        for row, due in zip(found, dues, strict=True)
    ]
