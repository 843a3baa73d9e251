"""Quality of departments' files (质量与时效): one sheet of figures for each item, and all of them as a workbook.

The workbook holds what the page shows and nothing else: figures of files, no row of any file, nobody.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from chengxin.catalog.api import Book, plain_book
from chengxin.intake.figures import HOW, HOW_NOTE, Chart, Rates
from chengxin.intake.queries import Backlog

Cell = str | int | date | None
HEAD: Final = 3
"""Row of the headings; above it title, period, and a blank."""


@dataclass(frozen=True)
class Sheet:
    """Quality of a department's files of one item (一个单位、一个条目的质量)."""

    organisation: str
    organisation_name: str
    item: str
    months: list[tuple[date, Rates]]
    whole: Rates
    timely: Chart
    first_pass: Chart
    missing: tuple[str, ...]
    waiting: list[tuple[str, Backlog]]

    @property
    def late(self) -> bool:
        """Whether somebody has to be reminded (催报): a period without a file, or held rows past their time."""
        return bool(self.missing) or any(one.overdue for _, one in self.waiting)


class _Column(NamedTuple):
    """A column: heading, width in letters, what its cells are."""

    name: str
    width: int
    kind: str = "text"


_WHOSE = (_Column("责任单位", 26), _Column("目录条目", 22))
_RATES = (_Column("及时率", 9, "percent"), _Column("一次通过率", 12, "percent"), _Column("退回率", 9, "percent"))


def quality_book(sheets: Sequence[Sheet], *, since: date, today: date) -> bytes:
    """The figures of a page as a workbook: as a whole, month by month, what waits, and how they are counted.

    Args:
        sheets: what the page shows, in its order.
        since: first day of what was counted.
        today: its last day.
    """
    period = f"从{_day(since)}到{_day(today)}"
    stream = io.BytesIO()
    with plain_book(stream, title="报送的质量与时效") as book:
        page = _Page(book, f"近 {len(sheets[0].months)} 个月报送的质量，{period}")
        page.write(
            "汇总",
            (*_WHOSE, *_RATES, _Column("没有报送的期", 40)),
            ((*_whose(one), *_rates(one.whole), "、".join(one.missing)) for one in sheets),
        )
        page.write(
            "逐月",
            (
                *_WHOSE,
                _Column("月份", 11, "month"),
                *_RATES,
                _Column("文件", 8, "count"),
                _Column("计算所用的行", 14, "count"),
            ),
            (
                (*_whose(one), month, *_rates(found), found.batches, found.rows)
                for one in sheets
                for month, found in one.months
            ),
        )
        page.write(
            "待核积压",
            (
                *_WHOSE,
                _Column("原因", 24),
                _Column("行", 8, "count"),
                _Column("最早的从", 13, "day"),
                _Column("过期限的行", 12, "count"),
            ),
            (
                (*_whose(one), reason, waiting.rows, waiting.oldest, waiting.overdue)
                for one in sheets
                for reason, waiting in one.waiting
            ),
        )
        page.write("怎样算", (_Column("名称", 16), _Column("说明", 90)), (*HOW, ("说明", HOW_NOTE)))
    return stream.getvalue()


def _whose(sheet: Sheet) -> tuple[str, str]:
    return sheet.organisation_name, sheet.item


def _rates(found: Rates) -> tuple[int | None, int | None, int | None]:
    return found.timely, found.first_pass, found.returned


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


class _Page:
    """Writes one table after another, each on a worksheet of its own with its headings always in sight."""

    def __init__(self, book: Book, title: str) -> None:
        self._book, self._title = book, title
        self._bold = book.workbook.add_format({"bold": True, "font_size": 14})
        forms = {"percent": "0%", "count": "#,##0", "month": 'yyyy"年"m"月"', "day": "yyyy-mm-dd"}
        self._forms = {kind: book.workbook.add_format({"num_format": form}) for kind, form in forms.items()}

    def write(self, name: str, columns: Sequence[_Column], rows: Iterable[Sequence[Cell]]) -> None:
        sheet = self._book.workbook.add_worksheet(name)
        sheet.write_string(0, 0, f"{self._title}：{name}", self._bold)
        sheet.write_string(1, 0, "只计算文件，不评价任何个人，也不按数量排名。空格表示没有可以计算的行。")
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(HEAD, at, column.name, self._book.head)
        row = HEAD
        for row, cells in enumerate(rows, HEAD + 1):
            for at, (cell, column) in enumerate(zip(cells, columns, strict=True)):
                _put(
                    sheet,
                    row,
                    at,
                    cell,
                    self._forms.get(column.kind, self._book.wrap),
                    percent=column.kind == "percent",
                )
        sheet.freeze_panes(HEAD + 1, 0)
        sheet.autofilter(HEAD, 0, max(row, HEAD + 1), len(columns) - 1)


def _put(sheet: Worksheet, row: int, at: int, cell: Cell, form: Format, *, percent: bool) -> None:
    """Write a number as a number, a day as a day; nothing to count stays blank, which is not a nought."""
    match cell:
        case str():
            sheet.write_string(row, at, cell, form)
        case int():
            sheet.write_number(row, at, cell / 100 if percent else cell, form)
        case date():
            sheet.write_datetime(row, at, cell, form)
        case None:
            sheet.write_blank(row, at, None, form)
