"""Periods of law in days, months and years (期间). Pure functions; working days live in ``kernel.calendar``.

The day from which a period runs is not counted, and its last day belongs to it until midnight (民法典 201 to 203). So
an end is said in two ways, and never in a third: people and documents name the last day (届满日, ``add_period``), the
store keeps the first day after it (届满次日, ``day_after``), so that "not over yet" is ``end > today``.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from enum import StrEnum

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The time of the whole country (北京时间). A fixed offset, so that no zone table is needed."""


class Unit(StrEnum):
    """Unit of a period: natural days (自然日), months, years."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time as a rule states it (期间), such as three months.

    Raises:
        ValueError: when ``value`` is negative.
    """

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError("a period is not negative")


def add_months(day: date, months: int) -> date:
    """Go ``months`` on (or back): the corresponding day, or the month's last when it has none (民法典 202).

    Raises:
        ValueError: when the result leaves the years 1 to 9999.
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise ValueError("out of the calendar")
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def add_period(day: date, period: Period) -> date:
    """Find the last day of a period that starts the day after ``day`` (期间届满日; 民法典 201, 202).

    It still belongs to the period; the first day that does not is ``day_after``. Whether it must be a working day is
    another question: ``Calendar.roll_forward`` (民法典 203).

    Raises:
        ValueError: when the result leaves the years 1 to 9999.
    """
    if period.unit is Unit.DAY:
        try:
            return day + timedelta(days=period.value)
        except OverflowError:
            raise ValueError("out of the calendar") from None
    return add_months(day, period.value * (12 if period.unit is Unit.YEAR else 1))


def day_after(day: date, period: Period) -> date:
    """Find the first day after a period that starts the day after ``day`` (届满次日; 民法典 201 to 203).

    What is shown or kept for a period is so on its last day and not on this one.

    Raises:
        ValueError: when the result leaves the years 1 to 9999.
    """
    return add_period(add_period(day, period), _ONE_DAY)


_ONE_DAY = Period(1, Unit.DAY)
