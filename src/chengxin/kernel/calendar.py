"""Working days (工作日) as data: the State Council's holidays and make-up days (国务院节假日安排).

A year is either published or it is not. For a day of an unpublished year the state is said openly, and counting goes
on to the person's advantage: besides weekends, every day that the next arrangement could make a holiday counts as
free. A deadline found this way is provisional (暂定) and not earlier than the one the arrangement will give; the
tests replay the published years as if they were unpublished to show it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import takewhile
from typing import Any, NamedTuple

from chengxin.kernel.errors import ChengxinError

_DAY = timedelta(days=1)

# Windows around each holiday that held every day off and moved day off of 2008 to 2026, but for the one-off of
# September 2015. ((month, day), (month, day)) for the solar ones:
_SOLAR = (
    ((1, 1), (1, 3)),
    ((4, 2), (4, 7)),
    ((4, 29), (5, 7)),
    ((9, 29), (10, 8)),
    ((12, 30), (12, 31)),
)
_SOON = 45
"""Days: a waiting period and a decision deadline reach so far."""
# Days before and after the first day of the festival: 春节, 端午节, 中秋节.
_LUNAR = ((2, 8), (2, 2), (2, 2))


class OutOfCalendarError(ChengxinError):
    """A date outside the years for which the festivals are known (超出日历范围), 1990 to 2099."""


class WorkdayState(StrEnum):
    """What is known about a day."""

    WORKING = "working"  # 工作日
    NOT_WORKING = "not_working"  # 休息日、节假日
    NOT_PUBLISHED = "not_published"  # 节假日安排未公布


class Arrangement(NamedTuple):
    """What the State Council arranged for a year (节假日安排): days off, weekend days that are worked, its notices."""

    year: int
    rest: tuple[tuple[date, date, str], ...]
    work: tuple[date, ...]
    notices: tuple[str, ...]

    def off(self) -> tuple[date, ...]:
        """Every day off, weekends among them or not (放假的日子)."""
        return tuple(day for first, last, _ in self.rest for day in _span(first, last))

    def columns(self) -> tuple[int, str, list[date], list[date], list[str], list[date]]:
        """Year, notices, first and last days of the spans, their names, worked days: as a database keeps it (各列)."""
        first, last, name = zip(*self.rest, strict=True)
        return self.year, "、".join(self.notices), list(first), list(last), list(name), list(self.work)


class Deadline(NamedTuple):
    """The last day of a period, until 24:00 in China (最后一日).

    ``provisional`` says that unpublished days were counted: the date will be computed again when they are published.
    """

    date: date
    provisional: bool


class WorkingDays(NamedTuple):
    """A number of working days (工作日数); ``provisional`` as in ``Deadline``."""

    days: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working-day calendar (工作日日历). Source: 国务院办公厅关于部分节假日安排的通知, one a year.

    Attributes:
        published: years whose arrangement is known.
        rest: days off of those arrangements, weekends among them or not.
        work: weekend days that are worked to make up.
        reserved: days of the known festivals' windows, taken as free while their year is unpublished.
        years: the years for which festivals are known; outside them nothing can be said.
    """

    published: frozenset[int]
    rest: frozenset[date]
    work: frozenset[date]
    reserved: frozenset[date]
    years: range

    @classmethod
    def from_data(cls) -> Calendar:
        """The calendar that is shipped with the program (``kernel/data/holidays.json``): a city's own begins with it.

        Whatever counts for people in a city reads that city's calendar, ``catalog.api.calendar``.
        """
        return _shipped()

    @classmethod
    def of(cls, arrangements: Iterable[Arrangement]) -> Calendar:
        """Build a calendar from arrangements, at most one of a year; other years are unpublished."""
        found, (years, reserved) = tuple(arrangements), _festive()
        return cls(
            published=frozenset(one.year for one in found),
            rest=frozenset(day for one in found for day in one.off()),
            work=frozenset(day for one in found for day in one.work),
            reserved=reserved,
            years=years,
        )

    def horizon(self) -> date:
        """Last day of the last published year (已公布至)."""
        return date(max(self.published), 12, 31)

    def ends_soon(self, today: date) -> bool:
        """Whether it is time for the next year's notice (日历快要用完)."""
        return (self.horizon() - today).days <= _SOON

    def is_working_day(self, day: date) -> WorkdayState:
        """Say what is known about a day (是否工作日). Outside the published years: ``NOT_PUBLISHED``, weekends too."""
        if day.year not in self.published:
            return WorkdayState.NOT_PUBLISHED
        return WorkdayState.WORKING if self._counts(day) else WorkdayState.NOT_WORKING

    def add_working_days(self, start: date, days: int) -> Deadline:
        """Find the last day of a period of working days (工作日期间的最后一日).

        The day of the event does not count (民法典 201), so ``start`` itself is never counted and ``days`` 0 gives
        ``start`` back.

        Raises:
            ValueError: when ``days`` is negative.
            OutOfCalendarError: when the search leaves the years of the calendar.
        """
        if days < 0:
            raise ValueError("a period is not negative")
        day, provisional = start, days == 0 and self._unpublished(start)
        while days:
            day = _next(day)
            provisional = provisional or self._unpublished(day)
            days -= self._counts(day)
        return Deadline(day, provisional)

    def working_days_between(self, first: date, last: date) -> WorkingDays:
        """Count the working days after ``first`` up to and including ``last`` (之间的工作日数).

        It undoes ``add_working_days``: between a start and its deadline lie exactly the days that were added.

        Raises:
            ValueError: when ``last`` is before ``first``.
            OutOfCalendarError: when a day lies outside the years of the calendar.
        """
        if last < first:
            raise ValueError("the last day is before the first")
        days = list(_span(_next(first), last)) if first < last else []
        return WorkingDays(sum(map(self._counts, days)), any(map(self._unpublished, days)))

    def roll_forward(self, day: date) -> Deadline:
        """Move the end of a period off a day that is no working day, onto the next one (顺延; 民法典 203).

        Raises:
            OutOfCalendarError: when the search leaves the years of the calendar.
        """
        skipped = list(takewhile(lambda each: not self._counts(each), _from(day)))
        end = day + len(skipped) * _DAY
        return Deadline(end, any(map(self._unpublished, [*skipped, end])))

    def _unpublished(self, day: date) -> bool:
        return day.year not in self.published

    def _counts(self, day: date) -> bool:
        """Decide whether a day is counted; in an unpublished year only a weekday that no arrangement could free."""
        if day.year not in self.years:
            raise OutOfCalendarError
        weekday = day.weekday() < 5
        if self._unpublished(day):
            return weekday and day not in self.reserved
        return day in self.work or (weekday and day not in self.rest)


@cache
def shipped() -> tuple[Arrangement, ...]:
    """The arrangements that come with the program, oldest year first (随程序的安排)."""
    day = date.fromisoformat
    return tuple(
        Arrangement(
            int(year),
            tuple((day(first), day(last), name) for first, last, name in found["rest"]),
            tuple(map(day, found["work"])),
            tuple(found["notices"]),
        )
        for year, found in sorted(_raw()["years"].items())
    )


def statutory(year: int) -> tuple[tuple[date, str], ...]:
    """Days that everybody has off in a year by law (全体公民放假的节日; 全国年节及纪念日放假办法), with their names.

    Raises:
        OutOfCalendarError: outside the years of the festivals, and before 2008, when other days were free.
    """
    if year < 2008:
        raise OutOfCalendarError
    try:
        spring, dragon, autumn = (date.fromisoformat(f"{year}-{day}") for day in _raw()["festivals"][str(year)])
    except KeyError:
        raise OutOfCalendarError from None
    named: dict[str, Callable[[str], date]] = {
        "solar": lambda text: date.fromisoformat(f"{year}-{text}"),
        "春节": lambda text: spring + int(text) * _DAY,
        "清明": lambda _: _clear_and_bright(year),
        "端午": lambda _: dragon,
        "中秋": lambda _: autumn,
    }
    return tuple((named[row["counted"]](row["day"]), row["name"]) for row in _raw()["statutory"] if row["from"] <= year)


def _clear_and_bright(year: int) -> date:
    """The day of the solar term 清明 in the 21st century: the 4th or 5th of April, as the tropical year runs ahead."""
    return date(year, 4, int(0.2422 * (year % 100) + 4.81) - year % 100 // 4)


@cache
def _shipped() -> Calendar:
    return Calendar.of(shipped())


@cache
def _festive() -> tuple[range, frozenset[date]]:
    """The years whose festivals are known, and every day of them that an arrangement could free."""
    festivals = {int(year): days for year, days in _raw()["festivals"].items()}
    reserved = frozenset(day for year, days in festivals.items() for day in _possible_holidays(year, days))
    return range(min(festivals), max(festivals) + 1), reserved


@cache
def _raw() -> Mapping[str, Any]:
    text = (files("chengxin.kernel") / "data" / "holidays.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _possible_holidays(year: int, festivals: Iterable[str]) -> Iterator[date]:
    for first, last in _SOLAR:
        yield from _span(date(year, *first), date(year, *last))
    for month_day, (before, after) in zip(festivals, _LUNAR, strict=True):
        festival = date.fromisoformat(f"{year}-{month_day}")
        yield from _span(festival - before * _DAY, festival + after * _DAY)


def _span(first: date, last: date) -> Iterator[date]:
    return (first + offset * _DAY for offset in range((last - first).days + 1))


def _from(day: date) -> Iterator[date]:
    while True:
        yield day
        day = _next(day)


def _next(day: date) -> date:
    try:
        return day + _DAY
    except OverflowError:
        raise OutOfCalendarError from None
