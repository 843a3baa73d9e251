"""The city's working-day calendar as it is read (工作日日历): the one that every clock counts by.

What is approved today counts from tomorrow, so the calendar of a day that has begun never changes, and
`calendar(day)` for an earlier day is what was known on that day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from time import monotonic
from uuid import UUID

from chengxin.catalog.arrangements import CalendarChange, Notice
from chengxin.kernel.calendar import Arrangement, Calendar
from chengxin.ledger.api import rows


def calendar(on: date, *, using: str = "default") -> Calendar:
    """The working-day calendar as it was known on a day (当日所知的工作日日历).

    A clock that starts asks for today; one that was told to somebody asks for the day on which they were told.
    """
    return _built(tuple(one.arrangement for one in notices(on, using=using)))


def calendars_since(day: date, until: date) -> Iterator[Calendar]:
    """The calendar as it was known after each change later than a day (此后每次变更后的日历), until another day."""
    changed = {one.valid_from for one in _known(until, "default") if one.valid_from and day < one.valid_from <= until}
    return (calendar(each) for each in sorted(changed))


def notices(on: date, *, using: str = "default") -> list[Notice]:
    """The arrangements that count on a day, oldest year first: of each year the newest that had begun."""
    begun = [one for one in _known(on, using) if one.valid_from and one.valid_from <= on]
    return list({one.year: one for one in begun}.values())


def calendar_changes(
    token: bytes, limit: int = 10_000, *, skip: int = 0, waiting: bool | None = None
) -> list[CalendarChange]:
    """Notices that managers entered (登记的节假日安排), those that wait first: those, the decided ones, or both.

    Raises:
        Refused: DUTY-01 for anybody but managers.
    """
    return rows(_CHANGES, [token, None, waiting, limit, skip], of=CalendarChange)


def calendar_change(token: bytes, change: UUID) -> CalendarChange | None:
    """One of them; None where there is none. Raises Refused: DUTY-01."""
    return next(iter(rows(_CHANGES, [token, change, None, 1, 0], of=CalendarChange)), None)


_CHANGES = "select * from cx.catalog_calendars_v1(%s::bytea, %s::uuid, %s::boolean, %s::integer, %s::integer)"


def forget() -> None:
    """Read the calendar anew (for tests, which move the clock)."""
    _all.cache_clear()


def _minute() -> int:
    return int(monotonic() // 60)


@dataclass(frozen=True)
class _Read(Notice):
    """A notice and the day on which it was read."""

    read_on: date


def _known(on: date, using: str) -> tuple[_Read, ...]:
    """All that count until a day. What was approved since they were read counts from a later day than the reading.

    So whatever a process read before midnight is no calendar of the day that follows: nobody is told a day by it.
    """
    found = _all(using, _minute())
    if found and found[0].read_on < on:
        _all.cache_clear()
        found = _all(using, _minute())
    return found


@lru_cache(maxsize=4)
def _all(using: str, minute: int) -> tuple[_Read, ...]:
    """Every arrangement ever approved; asked for once a minute, since a page may hold a hundred deadlines."""
    del minute
    sql = "select *, cx.ledger_today_v1() as read_on from cx.catalog_arrangements_v1()"
    return tuple(rows(sql, [], of=_Read, using=using))


@lru_cache(maxsize=16)
def _built(found: tuple[Arrangement, ...]) -> Calendar:
    return Calendar.of(found)
