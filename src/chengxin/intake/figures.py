"""Figures of the reporting pages (报送的期限与质量): what is due, what share of rows was good, what a chart shows.

Pure functions over what the store counted. Volume is no merit: a number of rows only ever stands below a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Final, Protocol, TypeVar

from chengxin.kernel.periods import add_months

MONTHS: Final = 6
"""Months of a trend."""
KEPT: Final = 36
"""Months back to the first report that opens an obligation: as long as receipts are kept (``retention``)."""


class _Found(Protocol):
    @property
    def source_row(self) -> int: ...


Found = TypeVar("Found", bound=_Found)


def whole_rows(found: Sequence[Found], limit: int) -> tuple[Sequence[Found], int | None]:
    """One page of findings that parts no row, and the last row where more follow.

    Args:
        found: by row, at least one more than `limit` where there are more.
        limit: of a page; only a single row with more findings than that is cut.
    """
    if len(found) <= limit:
        return found, None
    cut = found[limit].source_row
    page = [one for one in found[:limit] if one.source_row < cut] or found[:limit]
    return page, page[-1].source_row


# ---- What is due (报送期限) -----------------------------------------------------------------------------------------


class Standing(Enum):
    """How an item stands for a department; the value is the word of the pages."""

    DONE = "本期已报送"
    DUE = "待报送"
    OVERDUE = "已逾期"
    EVENT = "有新信息时报送"


@dataclass(frozen=True)
class Due:
    """What is due of an item (报送任务).

    Attributes:
        until: last day of the period under way; None where only events count.
        missing: first days of the periods since the first report that brought no file.
    """

    standing: Standing
    until: date | None
    missing: tuple[date, ...]


def months_of(value: int, unit: str) -> int:
    """Months of a reporting period (报送周期); 0: no period. Days are rounded up to months, as files are counted."""
    return value if unit == "month" else -(-value // 31)


def period_of(day: date, months: int) -> date:
    """First day of the calendar period of so many months that a day lies in: months, quarters, years."""
    return date(day.year, 1, 1) if months >= 12 else date(day.year, (day.month - 1) // months * months + 1, 1)


def due(reported: Iterable[date], *, months: int, today: date) -> Due:
    """What a department has to hand in by when (本期报送; 平台自定的报送周期).

    Args:
        reported: days in the months that brought a file; the first one opens the obligation.
        months: of a period, 0 where an item is reported only when something happened.
        today: the business day.
    """
    days = sorted(reported)
    if not months or not days:
        return Due(Standing.EVENT, None, ())
    now = period_of(today, months)
    with_file = {period_of(day, months) for day in days}
    expected, missing = period_of(days[0], months), []
    while expected < now:
        if expected not in with_file:
            missing.append(expected)
        expected = add_months(expected, months)
    until = add_months(now, months) - timedelta(days=1)
    if now in with_file:
        return Due(Standing.DONE, until, tuple(missing))
    late = bool(missing) and missing[-1] == add_months(now, -months)
    return Due(Standing.OVERDUE if late else Standing.DUE, until, tuple(missing))


def period_name(first: date, months: int) -> str:
    """A period as people say it (期): 2026年10月, 2026年第三季度, 2026年7月至12月."""
    if months == 1:
        return f"{first.year}年{first.month}月"
    if months == 3:
        return f"{first.year}年第{'一二三四'[first.month // 3]}季度"
    return f"{first.year}年{first.month}月至{first.month + months - 1}月" if months < 12 else f"{first.year}年"


_RUN: Final = 4
"""From so many missing periods in a row on, only the first and the last are named."""


def missing_names(missing: Sequence[date], months: int) -> tuple[str, ...]:
    """Missing periods as people say them (没有报送的期): 2026年3月, or 2024年1月到2026年3月（27 期）."""
    runs: list[list[date]] = []
    for first in missing:
        if runs and first == add_months(runs[-1][-1], months):
            runs[-1].append(first)
        else:
            runs.append([first])
    names: list[str] = []
    for run in runs:
        if len(run) < _RUN:
            names += [period_name(first, months) for first in run]
        else:
            names.append(f"{period_name(run[0], months)}到{period_name(run[-1], months)}（{len(run)} 期）")
    return tuple(names)


# ---- Quality (数据质量) ---------------------------------------------------------------------------------------------


class Counted(Protocol):
    """Rows of a department's files of an item and month, as the store counted them."""

    @property
    def month(self) -> date: ...
    @property
    def batches(self) -> int: ...
    @property
    def accepted(self) -> int: ...
    @property
    def refused(self) -> int: ...
    @property
    def held(self) -> int: ...
    @property
    def first_pass(self) -> int: ...
    @property
    def again(self) -> int: ...
    @property
    def on_time(self) -> int: ...


@dataclass(frozen=True)
class Rates:
    """Three shares in percent; None where there was nothing to count.

    Attributes:
        timely: accepted rows that were reported within the item's time (及时率).
        first_pass: rows taken the first time they were sent (一次通过率); a row put right counts once.
        returned: rows that were refused, of all rows that brought something new (退回率).
        rows: rows below the line of `returned`.
        batches: files that were read to their end.
    """

    timely: int | None
    first_pass: int | None
    returned: int | None
    rows: int
    batches: int


def rates(counted: Iterable[Counted]) -> Rates:
    """The shares of some months together (及时率、一次通过率、退回率)."""
    some = list(counted)
    accepted, refused, held, first, again, timely, batches = (
        sum(getattr(one, name) for one in some)
        for name in ("accepted", "refused", "held", "first_pass", "again", "on_time", "batches")
    )
    rows = accepted + refused + held
    return Rates(
        _percent(timely, accepted),
        _percent(first, first + refused + held - again),
        _percent(refused, rows),
        rows,
        batches,
    )


def _percent(part: int, whole: int) -> int | None:
    """Rounded down: 100 % is said only of all."""
    return part * 100 // whole if whole else None


def months_back(today: date, count: int = MONTHS) -> list[date]:
    """First days of the last months, this one included, oldest first."""
    return [add_months(today.replace(day=1), -back) for back in reversed(range(count))]


HOW: Final = (
    ("及时率", "入库的行里，在规定的工作日内报送的占多少。"),
    (
        "一次通过率",
        "第一次报送就入库的行，占这些行与退回、待核的行之和的多少；改正后入库的不算一次通过。",
    ),
    ("退回率", "带来新内容的行里，需要改正的占多少；原来已有的行不算。"),
    (
        "没有报送的期",
        "从第一次报送起（最多往前三年），按条目的报送周期，没有收到任何文件的期。没有新信息的期也列在这里。",
    ),
    ("待核积压", "还没有核证的行，最早的一行等了多久，多少行过了期限。"),
)
"""How each figure is counted (这些数字怎样算), as pages and workbook say it."""
HOW_NOTE: Final = "百分比向下取整；只计关闭的批次和“报送新信息”的文件。行数多少不代表成绩。"


# ---- Charts (图) ----------------------------------------------------------------------------------------------------

BAR, GAP, TALL, TOP = 44, 12, 96, 22
"""Width of a bar, space between two, greatest height, room for the number above; in units of the drawing."""


@dataclass(frozen=True)
class Bar:
    """A bar of a chart; `text` stands above it, `label` below."""

    x: int
    y: int
    height: int
    middle: int
    text: str
    text_y: int
    label: str


@dataclass(frozen=True)
class Chart:
    """A chart of percentages by month, drawn by the template as SVG; `words` says the same to who does not see it."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    base: int
    words: str


def chart(values: Sequence[tuple[date, int | None]]) -> Chart:
    """Bars of percentages; a month without any is a dash, not a nought."""
    bars = []
    for place, (month, value) in enumerate(values):
        x, height = GAP + place * (BAR + GAP), (value or 0) * TALL // 100
        y = TOP + TALL - height
        said = "—" if value is None else f"{value}%"
        bars.append(Bar(x, y, height, x + BAR // 2, said, y - 6, f"{month.month}月"))
    words = "，".join(
        f"{month.year}年{month.month}月{'没有报送' if value is None else f' {value}%'}" for month, value in values
    )
    return Chart(tuple(bars), GAP + len(values) * (BAR + GAP), TOP + TALL + 26, TOP + TALL, words)


def share(part: int, whole: int) -> int:
    """Width of a bar in a table, 1 to 100: something is never nothing."""
    return min(max(part * 100 // whole, 1), 100) if whole else 0
