"""Periods of months and years, and the door of forms and files."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.identity import check_identity
from chengxin.kernel.normalise import normalise_number, normalise_typed_name
from chengxin.kernel.periods import Period, Unit, add_months, add_period, day_after

WIDE = "".join(chr(ord(digit) + 0xFEE0) for digit in "320902199003071232")


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
        (date(2026, 11, 22), 14, date(2028, 1, 22)),
    ],
)
def test_months_are_clipped_to_their_last_day(day: date, months: int, end: date) -> None:
    assert add_months(day, months) == end


def test_periods() -> None:
    assert add_period(date(2026, 11, 22), Period(15, Unit.DAY)) == date(2026, 12, 7)
    assert add_period(date(2026, 11, 30), Period(3, Unit.MONTH)) == date(2027, 2, 28)
    assert add_period(date(2024, 2, 29), Period(1, Unit.YEAR)) == date(2025, 2, 28)


def test_the_last_day_belongs_to_a_period_and_the_next_does_not() -> None:
    assert day_after(date(2026, 11, 22), Period(15, Unit.DAY)) == date(2026, 12, 8)
    assert day_after(date(2026, 10, 14), Period(3, Unit.MONTH)) == date(2027, 1, 15)
    assert day_after(date(2024, 2, 29), Period(1, Unit.YEAR)) == date(2025, 3, 1)
    assert day_after(date(2026, 11, 22), Period(0, Unit.DAY)) == date(2026, 11, 23)
    with pytest.raises(ValueError, match="calendar"):
        day_after(date(9999, 12, 30), Period(1, Unit.DAY))


@pytest.mark.parametrize("unit", Unit)
def test_periods_out_of_the_calendar_are_refused(unit: Unit) -> None:
    with pytest.raises(ValueError, match="calendar"):
        add_period(date(9999, 12, 31), Period(1, unit))
    with pytest.raises(ValueError, match="calendar"):
        add_period(date(2026, 1, 1), Period(10**15, unit))


def test_a_period_is_never_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        Period(-1, Unit.DAY)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 600), st.integers(0, 600))
def test_longer_periods_never_end_earlier(day: date, months: int, more: int) -> None:
    assert day <= add_months(day, months) <= add_months(day, months + more)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (WIDE, "320902199003071232"),
        ("320902 19900307 1232", "320902199003071232"),
        ("320902-19900307-1232", "320902199003071232"),
        ("\ufeff320902199003071232\u3000", "320902199003071232"),
        ("32091119700307123\uff58", "32091119700307123X"),
        ("11320900014311117l", "11320900014311117L"),
    ],
)
def test_numbers_are_cleaned_at_the_door(typed: str, value: str) -> None:
    assert normalise_number(typed) == (value, True)
    assert normalise_number(value) == (value, False)


def test_the_door_repairs_nothing_that_would_change_the_number() -> None:
    assert normalise_number("3.209011990010113e17").value == "3.209011990010113E17"
    assert not check_identity("3.209011990010113E17", today=date(2026, 11, 22)).valid


def test_typed_names() -> None:
    assert normalise_typed_name("\uff2a\uff2f\uff28\uff2e　\uff33\uff2d\uff29\uff34\uff28") == ("JOHN SMITH", True)
    assert normalise_typed_name("王桂兰") == ("王桂兰", False)


@given(st.text(max_size=30))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert not normalise_number(normalise_number(text).value).changed
    assert not normalise_typed_name(normalise_typed_name(text).value).changed
