"""Figures: shares that count a row once, periods that leave none out, pages that part no row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.intake.figures import (
    TALL,
    Standing,
    chart,
    due,
    missing_names,
    months_back,
    months_of,
    period_name,
    period_of,
    rates,
    share,
    whole_rows,
)

TODAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Found:
    source_row: int


@dataclass(frozen=True)
class Counted:
    accepted: int = 0
    refused: int = 0
    held: int = 0
    first_pass: int = 0
    again: int = 0
    on_time: int = 0
    month: date = TODAY
    batches: int = 1


@given(rows=st.lists(st.integers(1, 30), max_size=200).map(sorted), limit=st.integers(1, 40))
def test_pages_together_are_the_whole_and_part_no_row(rows: list[int], limit: int) -> None:
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        asked = [Found(row) for row in rows if row > after][: limit + 1]
        page, after = whole_rows(asked, limit)
        assert len(page) <= limit
        seen += [one.source_row for one in page]
    many = {row for row in rows if rows.count(row) > limit}
    assert [row for row in seen if row not in many] == [row for row in rows if row not in many]
    assert set(seen) == set(rows)


@pytest.mark.parametrize(
    ("value", "unit", "months"), [(1, "month", 1), (3, "month", 3), (0, "month", 0), (7, "day", 1), (45, "day", 2)]
)
def test_a_period_is_counted_in_months(value: int, unit: str, months: int) -> None:
    assert months_of(value, unit) == months


@pytest.mark.parametrize(
    ("reported", "months", "standing", "missing"),
    [
        ([date(2026, 11, 3)], 1, Standing.DONE, 0),
        ([date(2026, 10, 30)], 1, Standing.DUE, 0),
        ([date(2026, 9, 30)], 1, Standing.OVERDUE, 1),
        ([date(2026, 8, 1), date(2026, 10, 1)], 1, Standing.DUE, 1),
        ([date(2026, 8, 1), date(2026, 11, 1)], 1, Standing.DONE, 2),
        ([date(2026, 10, 1)], 3, Standing.DONE, 0),
        ([date(2026, 9, 30)], 3, Standing.DUE, 0),
        ([date(2026, 6, 30)], 3, Standing.OVERDUE, 1),
        ([date(2020, 1, 1)], 0, Standing.EVENT, 0),
        ([], 1, Standing.EVENT, 0),
    ],
)
def test_what_is_due(reported: list[date], months: int, standing: Standing, missing: int) -> None:
    found = due(reported, months=months, today=TODAY)
    assert (found.standing, len(found.missing)) == (standing, missing)
    if standing is not Standing.EVENT:
        assert found.until == (date(2026, 11, 30) if months == 1 else date(2026, 12, 31))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from([1, 2, 3, 4, 6, 12]))
def test_a_day_lies_in_its_period(day: date, months: int) -> None:
    first = period_of(day, months)
    assert first <= day
    assert first.day == 1
    assert (first.month - 1) % months == 0
    assert period_of(first, months) == first


@given(
    st.lists(st.dates(date(2024, 1, 1), TODAY), min_size=1, max_size=30),
    st.sampled_from([1, 3, 6, 12]),
    st.integers(0, 300),
)
def test_each_past_period_brought_a_file_or_is_missing(days: list[date], months: int, later: int) -> None:
    today = TODAY + timedelta(days=later)
    found = due(days, months=months, today=today)
    with_file = {period_of(day, months) for day in days}
    assert not with_file & set(found.missing)
    past = {first for first in with_file if first < period_of(today, months)} | set(found.missing)
    span = months_back(today, 60)
    expected = {period_of(day, months) for day in span if min(with_file) <= day < period_of(today, months)}
    assert past == expected


def test_names_of_periods() -> None:
    assert [period_name(date(2026, 10, 1), months) for months in (1, 3)] == ["2026年10月", "2026年第四季度"]
    assert [period_name(date(2026, 7, 1), months) for months in (3, 6, 2)] == [
        "2026年第三季度",
        "2026年7月至12月",
        "2026年7月至8月",
    ]
    assert period_name(date(2026, 1, 1), 12) == "2026年"


def test_many_missing_periods_in_a_row_are_said_in_short() -> None:
    gone = due([date(2024, 1, 5), date(2026, 10, 5)], months=1, today=TODAY).missing
    assert missing_names(gone, 1) == ("2024年2月到2026年9月（32 期）",)
    few = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]
    assert missing_names(few, 3) == ("2026年第一季度", "2026年第二季度", "2026年第三季度")
    assert missing_names([date(2025, 7, 1), *few[::2]], 6) == ("2025年7月至12月", "2026年1月至6月", "2026年7月至12月")
    assert missing_names([], 1) == ()


def test_a_row_put_right_is_no_first_pass_and_counts_once() -> None:
    found = rates([Counted(accepted=8, refused=2, first_pass=8, on_time=6), Counted(accepted=2)])
    assert (found.first_pass, found.timely, found.returned, found.rows, found.batches) == (80, 60, 16, 12, 2)


def test_nothing_to_count_is_no_nought() -> None:
    assert rates([]) == rates([Counted(batches=0)])
    assert (rates([]).timely, rates([]).first_pass, rates([]).returned) == (None, None, None)


@given(st.lists(st.tuples(*[st.integers(0, 10_000)] * 5)))
def test_shares_are_shares(counts: list[tuple[int, ...]]) -> None:
    some = [Counted(accepted=max(a, f, t), refused=r, held=h, first_pass=f, on_time=t) for a, r, h, f, t in counts]
    found = rates(some)
    for value in (found.timely, found.first_pass, found.returned):
        assert value is None or 0 <= value <= 100
    if found.returned == 100:
        assert all(one.accepted == one.held == 0 for one in some)


def test_a_chart_has_words_and_stays_inside() -> None:
    months = months_back(TODAY)
    assert (months[0], months[-1], len(months)) == (date(2026, 6, 1), date(2026, 11, 1), 6)
    drawn = chart(list(zip(months, [None, 0, 50, 99, 100, 7], strict=True)))
    assert [bar.text for bar in drawn.bars] == ["—", "0%", "50%", "99%", "100%", "7%"]
    assert all(0 < bar.text_y < bar.y <= bar.y + bar.height == drawn.base < drawn.height for bar in drawn.bars)
    assert max(bar.height for bar in drawn.bars) == TALL
    assert drawn.bars[-1].x + 44 <= drawn.width
    assert "2026年6月没有报送" in drawn.words
    assert "2026年10月 100%" in drawn.words


def test_something_is_never_nothing() -> None:
    assert [share(part, 1000) for part in (1, 500, 1000)] == [1, 50, 100]
    assert share(0, 0) == 0
