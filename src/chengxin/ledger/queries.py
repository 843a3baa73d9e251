"""Reads that belong to nobody: the business day, and events for other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chengxin.ledger.database import rows, scalar


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
