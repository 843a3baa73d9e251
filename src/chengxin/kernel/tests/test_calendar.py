"""The working-day calendar against the notices, and its promises as properties."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.calendar import (
    Arrangement,
    Calendar,
    Deadline,
    OutOfCalendarError,
    WorkdayState,
    shipped,
    statutory,
)

CALENDAR = Calendar.from_data()
DAY = timedelta(days=1)

published_days = st.dates(date(2019, 1, 1), date(2026, 12, 31))
known_days = st.dates(date(1991, 1, 1), date(2090, 12, 31))
lengths = st.integers(0, 60)


def raw() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((files("chengxin.kernel") / "data" / "holidays.json").read_text("utf-8"))
    return data


def each_day(first: date, last: date) -> list[date]:
    return [first + offset * DAY for offset in range((last - first).days + 1)]


@pytest.mark.parametrize(
    ("year", "days"),
    [(2019, 250), (2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)],
)
def test_working_days_of_each_published_year(year: int, days: int) -> None:
    states = [CALENDAR.is_working_day(day) for day in each_day(date(year, 1, 1), date(year, 12, 31))]
    assert states.count(WorkdayState.WORKING) == days
    assert WorkdayState.NOT_PUBLISHED not in states


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2020, 1, 31), False),  # Spring Festival of 2020 was lengthened to 2 February
        (date(2020, 2, 1), False),  # its make-up Saturday fell away
        (date(2020, 2, 3), True),
        (date(2019, 5, 3), False),  # Labour Day of 2019 was lengthened
        (date(2019, 5, 5), True),
        (date(2022, 12, 31), False),
        (date(2025, 1, 26), True),  # a Sunday
        (date(2025, 10, 8), False),
        (date(2026, 2, 14), True),
        (date(2026, 2, 23), False),
        (date(2026, 10, 10), True),
        (date(2026, 11, 22), False),
    ],
)
def test_single_days(day: date, *, working: bool) -> None:
    assert CALENDAR.is_working_day(day) == (WorkdayState.WORKING if working else WorkdayState.NOT_WORKING)


@pytest.mark.parametrize("day", [date(2018, 12, 31), date(2027, 1, 1), date(2027, 1, 2), date(1900, 1, 1)])
def test_other_years_are_openly_not_published(day: date) -> None:
    assert CALENDAR.is_working_day(day) is WorkdayState.NOT_PUBLISHED


def test_horizon_is_the_last_published_day() -> None:
    assert CALENDAR.horizon() == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a make-up Saturday counts
        (date(2026, 2, 13), 2, date(2026, 2, 24)),  # over the Spring Festival
        (date(2026, 9, 24), 4, date(2026, 10, 8)),  # over 10-01
        (date(2026, 11, 22), 15, date(2026, 12, 11)),
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
    ],
)
def test_deadlines(start: date, days: int, end: date) -> None:
    assert CALENDAR.add_working_days(start, days) == Deadline(end, provisional=False)


def test_the_edge_of_the_horizon() -> None:
    assert CALENDAR.add_working_days(date(2026, 12, 30), 1) == (date(2026, 12, 31), False)
    assert CALENDAR.add_working_days(date(2026, 12, 31), 1) == (date(2027, 1, 4), True)
    assert CALENDAR.add_working_days(date(2027, 1, 5), 0) == (date(2027, 1, 5), True)
    assert CALENDAR.add_working_days(date(2018, 12, 31), 1) == (date(2019, 1, 2), False)
    assert CALENDAR.add_working_days(date(2018, 12, 28), 1).provisional
    assert CALENDAR.working_days_between(date(2026, 12, 30), date(2026, 12, 31)) == (1, False)
    assert CALENDAR.working_days_between(date(2026, 12, 30), date(2027, 1, 1)) == (1, True)


def test_an_end_on_a_free_day_moves_to_the_next_working_day() -> None:
    assert CALENDAR.roll_forward(date(2026, 10, 1)) == (date(2026, 10, 8), False)
    assert CALENDAR.roll_forward(date(2026, 10, 10)) == (date(2026, 10, 10), False)
    assert CALENDAR.roll_forward(date(2026, 11, 20)) == (date(2026, 11, 20), False)
    assert CALENDAR.roll_forward(date(2027, 1, 1)) == (date(2027, 1, 4), True)
    assert CALENDAR.roll_forward(date(2027, 1, 5)) == (date(2027, 1, 5), True)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_working_days(date(2026, 1, 1), -1)
    with pytest.raises(ValueError, match="before"):
        CALENDAR.working_days_between(date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(OutOfCalendarError):
        CALENDAR.add_working_days(date(2099, 12, 1), 60)
    with pytest.raises(OutOfCalendarError):
        CALENDAR.working_days_between(date(1700, 1, 1), date(2026, 1, 1))
    with pytest.raises(OutOfCalendarError):
        CALENDAR.roll_forward(date.max)


def test_data_is_sound() -> None:
    assert not CALENDAR.rest & CALENDAR.work
    assert all(day.weekday() >= 5 for day in CALENDAR.work)


@given(known_days, lengths)
def test_adding_ends_on_a_counted_day_and_between_undoes_it(start: date, days: int) -> None:
    end, provisional = CALENDAR.add_working_days(start, days)
    between = CALENDAR.working_days_between(start, end)
    assert between.days == days
    assert provisional == between.provisional or days == 0
    if days:
        assert CALENDAR.is_working_day(end) is not WorkdayState.NOT_WORKING
        assert CALENDAR.working_days_between(start, end - DAY).days == days - 1


@given(known_days, st.integers(0, 30), lengths, lengths)
def test_deadlines_are_monotone(start: date, later: int, days: int, more: int) -> None:
    end = CALENDAR.add_working_days(start, days + 1).date
    assert end <= CALENDAR.add_working_days(start + later * DAY, days + 1).date
    assert end <= CALENDAR.add_working_days(start, days + 1 + more).date
    assert CALENDAR.add_working_days(start, days).date < end


@given(known_days, lengths, lengths)
def test_adding_in_two_steps_is_adding_at_once(start: date, first: int, second: int) -> None:
    step = CALENDAR.add_working_days(start, first).date
    assert CALENDAR.add_working_days(step, second).date == CALENDAR.add_working_days(start, first + second).date


@given(known_days)
def test_rolling_is_idempotent_and_never_back(day: date) -> None:
    end = CALENDAR.roll_forward(day).date
    assert end >= day
    assert CALENDAR.roll_forward(end).date == end


# The calendar as if no arrangement had ever been published.
BLIND = Calendar.of(())


@given(published_days, lengths)
def test_a_provisional_deadline_is_never_earlier_than_the_published_one(start: date, days: int) -> None:
    truth, guess = CALENDAR.add_working_days(start, days), BLIND.add_working_days(start, days)
    assert guess.date >= truth.date
    assert guess.provisional


@given(published_days)
def test_a_provisional_end_is_never_rolled_less_than_the_published_one(day: date) -> None:
    assert BLIND.roll_forward(day).date >= CALENDAR.roll_forward(day).date


@given(st.dates(date(2027, 1, 1), date(2090, 1, 1)), lengths)
def test_a_provisional_deadline_is_never_earlier_than_counting_weekdays(start: date, days: int) -> None:
    naive = start
    left = days
    while left:
        naive += DAY
        left -= naive.weekday() < 5
    assert CALENDAR.add_working_days(start, days).date >= naive


@given(published_days)
def test_published_days_never_make_anything_provisional(day: date) -> None:
    assert not CALENDAR.working_days_between(date(2019, 1, 1), day).provisional


@pytest.mark.parametrize("one", shipped(), ids=lambda one: str(one.year))
def test_every_notice_frees_the_days_of_the_law_and_no_more(one: Arrangement) -> None:
    """Weekdays off less weekend days worked are the statutory days; the spring of 2020 was made two days longer."""
    law, off = statutory(one.year), one.off()
    assert {day for day, _ in law} <= set(off)
    extra = 2 if one.year == 2020 else 0
    assert sum(day.weekday() < 5 for day in off) - len(one.work) == len(law) + extra


def test_the_days_of_the_law_are_dated() -> None:
    assert (len(statutory(2024)), len(statutory(2025))) == (11, 13)
    assert (date(2027, 2, 5), "除夕") in statutory(2027)
    assert (date(2028, 4, 4), "清明节") in statutory(2028)
    for year in (2007, 2100):
        with pytest.raises(OutOfCalendarError):
            statutory(year)
