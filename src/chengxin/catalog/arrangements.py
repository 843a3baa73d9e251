"""The yearly days off (节假日安排): a notice as it is entered, what is wrong with it, its picture. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from chengxin.catalog.facts import Change
from chengxin.kernel.calendar import Arrangement, statutory
from chengxin.kernel.words import long_date

FESTIVALS: Final = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""What a notice of the State Council arranges, in the order of the year."""
LONGEST: Final = 16
"""Days of the longest span: no notice had more than ten in a row."""


@dataclass(frozen=True)
class Notice:
    """An arrangement that was approved (节假日安排), with its document.

    Attributes:
        issued_on: unknown for what the program brings.
        source: where the text was read.
        valid_from: the first day on which clocks count by it.
    """

    year: int
    title: str
    number: str
    issued_on: date | None
    source: str
    rest_first: list[date]
    rest_last: list[date]
    rest_name: list[str]
    work: list[date]
    valid_from: date | None

    @property
    def arrangement(self) -> Arrangement:
        """Its days, as clocks read them."""
        rest = tuple(zip(self.rest_first, self.rest_last, self.rest_name, strict=True))
        return Arrangement(self.year, rest, tuple(self.work), (self.number,))


@dataclass(frozen=True)
class CalendarChange(Notice, Change):
    """A notice that a manager entered (登记的节假日安排), and its decision."""


def problems(given: Arrangement, known: Iterable[Arrangement], *, today: date) -> list[str]:
    """Everything that keeps an arrangement from being proposed (登记的日期哪里不对); CATALOG-37 and 38 ask the same.

    Args:
        given: as it was entered.
        known: the arrangements there are, one a year; that of the same year is the one it would replace.
        today: days up to it cannot be changed.
    """
    first, last = date(given.year - 1, 12, 20), date(given.year, 12, 31)
    found = [said for one in given.rest if (said := _span_wrong(one, first, last))]
    found += [f"{long_date(day)}本来就是工作日，不要写在上班的日子里" for day in given.work if day.weekday() < 5]
    found += [f"{long_date(day)}不在{given.year}年的安排里" for day in given.work if not first <= day <= last]
    if found:
        return found
    off, work = given.off(), set(given.work)
    found += [f"{long_date(day)}写了两次" for day in _twice((*off, *given.work)) if day not in work & set(off)]
    found += [f"{long_date(day)}既写了放假，又写了上班" for day in sorted(work & set(off))]
    found += [f"{long_date(day)}是{name}，法定放假，这里没有" for day, name in statutory(given.year) if day not in off]
    old = Arrangement(given.year, (), (), ())
    for one in known:
        if one.year == given.year:
            old = one
            continue
        against = work & set(one.off()) | set(off) & set(one.work)
        found += [f"{long_date(day)}和{one.year}年的安排相反" for day in sorted(against)]
    changed = set(off) ^ set(old.off()) | work ^ set(old.work)
    found += [
        f"{long_date(day)}已经过去，不能再改"
        for day in sorted(changed)
        if day <= today and (old.rest or day.year < given.year)
    ]
    return found


def _span_wrong(span: tuple[date, date, str], first: date, last: date) -> str:
    begins, ends, name = span
    if not first <= begins <= last or not first <= ends <= last:
        return f"{name}：日期要在{long_date(first)}到{long_date(last)}之间"
    if ends < begins:
        return f"{name}：最后一天早于第一天"
    return f"{name}：放假超过 {LONGEST} 天，请核对" if (ends - begins).days >= LONGEST else ""


def _twice(days: Iterable[date]) -> Iterator[date]:
    seen: set[date] = set()
    for day in days:
        if day in seen:
            yield day
        seen.add(day)


class Balance(NamedTuple):
    """Weekdays off, weekend days worked, and the days off that the law gives everybody: the first less the second."""

    weekdays: int
    worked: int
    law: int

    @property
    def even(self) -> bool:
        """Whether the notice gives exactly the days of the law; the spring of 2020 was two days longer."""
        return self.weekdays - self.worked == self.law


def balance(given: Arrangement) -> Balance:
    """Count an arrangement, so that who reads it finds a slip (核对天数)."""
    weekdays = sum(day.weekday() < 5 for day in given.off())
    return Balance(weekdays, len(given.work), len(statutory(given.year)))


@dataclass(frozen=True)
class Day:
    """One day of the picture: ``mark`` is 休, 班 or empty; ``changed`` against what counts now."""

    day: date
    mark: str
    weekend: bool
    changed: bool


class Month(NamedTuple):
    """One month of the picture, in weeks from Monday; None where a day is of another month."""

    name: str
    weeks: tuple[tuple[Day | None, ...], ...]


def picture(given: Arrangement, now: Arrangement | None) -> list[Month]:
    """The year by months (全年图), with the end of the year before where the notice touches it.

    Args:
        given: the arrangement.
        now: what counts for the year today; None while nothing is published, and then nothing is called changed.
    """
    marks, before = _marks(given), _marks(now) if now else None
    months = [(given.year, month) for month in range(1, 13)]
    if any(day.year < given.year for day in marks):
        months.insert(0, (given.year - 1, 12))
    return [Month(f"{year}年{month}月", _weeks(year, month, marks, before)) for year, month in months]


def _marks(one: Arrangement) -> dict[date, str]:
    return dict.fromkeys(one.off(), "休") | dict.fromkeys(one.work, "班")


def _weeks(
    year: int, month: int, marks: dict[date, str], before: dict[date, str] | None
) -> tuple[tuple[Day | None, ...], ...]:
    blank, length = monthrange(year, month)
    days: list[Day | None] = [None] * blank
    for number in range(length):
        day = date(year, month, 1) + timedelta(days=number)
        mark = marks.get(day, "")
        days.append(Day(day, mark, day.weekday() >= 5, before is not None and before.get(day, "") != mark))
    days += [None] * (-len(days) % 7)
    return tuple(tuple(days[at : at + 7]) for at in range(0, len(days), 7))
