"""The city's working-day calendar as it is read (工作日日历): the one that every clock counts by.

What is approved today counts from tomorrow, so the calendar of a day that has begun never changes, and
`calendar(day)` for an earlier day is what was known on that day.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from time import monotonic

from chengxin.catalog.arrangements import CalendarChange, Notice
from chengxin.kernel.calendar import Arrangement, Calendar
from chengxin.ledger.api import rows


def calendar(on: date, *, using: str = "default") -> Calendar:
    """The working-day calendar as it was known on a day (当日所知的工作日日历).

    A clock that starts asks for today; one that was told to somebody asks for the day on which they were told.
    """
    return _built(tuple(one.arrangement for one in notices(on, using=using)))


def notices(on: date, *, using: str = "default") -> list[Notice]:
    """The arrangements that count on a day, oldest year first: of each year the newest that had begun."""
    begun = [one for one in _all(using, int(monotonic() // 60)) if one.valid_from and one.valid_from <= on]
    return list({one.year: one for one in begun}.values())


def calendar_changes(token: bytes) -> list[CalendarChange]:
    """Notices that managers entered (登记的节假日安排), those that wait first.

    Raises:
        Refused: DUTY-01 for anybody but managers.
    """
    return rows("select * from cx.catalog_calendars_v1(%s::bytea)", [token], of=CalendarChange)


def forget() -> None:
    """Read the calendar anew (for tests, which move the clock)."""
    _all.cache_clear()


@lru_cache(maxsize=4)
def _all(using: str, minute: int) -> tuple[Notice, ...]:
    """Every arrangement ever approved; asked for once a minute, since a page may hold a hundred deadlines."""
    del minute
    return tuple(rows("select * from cx.catalog_arrangements_v1()", [], of=Notice, using=using))


@lru_cache(maxsize=16)
def _built(found: tuple[Arrangement, ...]) -> Calendar:
    return Calendar.of(found)
