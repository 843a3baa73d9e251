"""Days off of a year that nobody has published yet, for tests of the calendar."""

from __future__ import annotations

from datetime import date, timedelta

from chengxin.kernel.calendar import Arrangement, shipped, statutory

ONE = timedelta(days=1)
YEAR = shipped()[-1].year + 1
NOW = date(YEAR - 1, 11, 23)
"""A day on which the notice of next year is due; the city's clock stands there, whenever the tests run."""


def arranged(year: int = YEAR, *, more: tuple[date, ...] = (), less: tuple[date, ...] = ()) -> Arrangement:
    """A year's arrangement that passes: the days of the law, each by itself."""
    days = {each: name for each, name in statutory(year) if each not in less} | dict.fromkeys(more, "纪念日")
    return Arrangement(year, tuple((each, each, name) for each, name in sorted(days.items())), (), ("测试号",))


def weekday_in(month: int, *, year: int = YEAR) -> date:
    """A weekday that no notice frees."""
    found, law = date(year, month, 15), {each for each, _ in statutory(year)}  # 中秋节 of 2027 is 15 September
    while found.weekday() > 4 or found in law:
        found += ONE
    return found


def saturday(year: int = YEAR) -> date:
    found = date(year, 7, 1)
    while found.weekday() != 5:
        found += ONE
    return found
