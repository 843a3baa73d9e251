"""Reads of notice: the person's letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chengxin.catalog.api import parameter
from chengxin.kernel.calendar import Calendar
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import Look, rows
from chengxin.notice.rules import Waiting, waiting_period


@dataclass(frozen=True)
class Letter:
    """A letter to the person (告知书). `opened_on` is the day of service, None while it was not opened."""

    letter: UUID
    record: UUID
    record_version: int
    template: str
    issued_on: date
    issued_at: datetime
    opened_at: datetime | None
    opened_on: date | None


def letters(look: Look) -> list[Letter]:
    """The person's letters, newest first."""
    return rows(
        "select * from cx.notice_letters_v1(%s::bytea, %s::uuid, %s::uuid)",
        [look.token, look.person, look.id],
        of=Letter,
    )


def waiting(item: str, *, today: date) -> Waiting:
    """The waiting period that a service today would start.

    Raises:
        Refused: NOTICE-03, no period is in force.
    """
    row = parameter("notice_wait", item, today=today)
    if row is None or row.unit != "day":
        raise Refused("NOTICE-03")
    return waiting_period(days=row.value, today=today, calendar=Calendar.from_data())
