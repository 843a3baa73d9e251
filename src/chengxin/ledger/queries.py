"""Reads that belong to nobody: the business day, and events for other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chengxin.ledger.database import rows, scalar
from chengxin.ledger.rules import Audit, Known, Standing, Status, standing


@dataclass(frozen=True)
class Event:
    """What another room must hear of (发件箱事件)."""

    person: UUID
    id: UUID
    topic: str
    payload: dict[str, Any]


def today(*, using: str = "default") -> date:
    """The business day (业务日) of this installation, with the test clock where one is allowed."""
    day = scalar("select cx.ledger_today_v1()", using=using)
    assert isinstance(day, date)  # noqa: S101 - narrows the driver's Any; the function returns date not null
    return day


def take_events(token: bytes, limit: int, *, using: str = "default") -> list[Event]:
    """Due events, marked done in the caller's transaction."""
    return rows("select * from cx.ledger_outbox_take_v1(%s::bytea, %s::integer)", [token, limit], of=Event, using=using)


@dataclass(frozen=True)
class Checkpointed:
    """A checkpoint that witnesses have cosigned (已见证的检查点)."""

    log: int
    size: int
    at: datetime
    root: bytes
    note: str
    witnesses: list[str]


@dataclass(frozen=True)
class LogName:
    """A log of this installation: the first, or one that followed after a loss."""

    log: int
    origin: str
    public_key: str
    begun_at: datetime
    predecessor: str


def log_standing() -> Standing:
    """How the log stands against its stop rules (停止规则的状态)."""
    return standing(rows("select * from cx.ledger_log_status_v1()", of=Status)[0])


def log_day(day: date, limit: int, skip: int = 0) -> list[Checkpointed]:
    """Cosigned checkpoints of a day, the newest first, after so many."""
    statement = "select * from cx.ledger_log_day_v1(%s::date, %s::integer, %s::integer)"
    return rows(statement, [day, limit, skip], of=Checkpointed)


def logs() -> list[LogName]:
    """Every log of this installation, the first one first."""
    return rows("select * from cx.ledger_log_logs_v1()", of=LogName)


def acknowledged() -> list[Known]:
    """Findings of all logs that an auditor answers for, the newest first."""
    return rows("select * from cx.ledger_log_known_v1(null)", of=Known)


def audits(limit: int) -> list[Audit]:
    """The latest audits of the log."""
    return rows("select * from cx.ledger_log_audits_v1(%s::integer)", [limit], of=Audit)
