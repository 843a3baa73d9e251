"""Two registers of deadlines (期限与日历): the numbers that hold for every item, and the working-day calendar."""

from __future__ import annotations

from datetime import date
from typing import Final

from chengxin.catalog.api import general_parameters, notices
from chengxin.catalog.registers import Register, Told, dates
from chengxin.catalog.terms import TERMS, amount, title
from chengxin.kernel.words import long_date


def _terms(day: date) -> list[Told]:
    found = {row.name: row for row in general_parameters(day)}
    known = [*TERMS, *sorted(found.keys() - TERMS)]
    return [
        {
            "期限": title(name),
            "规定": amount(row.value, row.unit),
            "依据": row.basis,
        }
        | dates(row.valid_from, row.valid_to)
        for name in known
        if (row := found.get(name))
    ]


def _calendar(day: date) -> list[Told]:
    return [row for year in (day.year, day.year + 1) for row in _year(year, day)]


def _year(year: int, day: date) -> list[Told]:
    """A year's days off, and the weekend days that are worked; one row of warning where nothing is published."""
    known = {one.year: one for one in notices(day)}
    found = known.get(year)
    if found is None and year < max(known, default=year + 1):
        return []  # before the years that the calendar covers
    if found is None:
        waits = "国务院办公厅还没有公布。公布以前，按有利于当事人的方式计算，期限是暂定的，公布以后重新计算。"
        return [{"安排": f"{year}年", "放假": waits, "上班": "", "依据": ""}]
    source = f"{found.title}（{found.number}）"
    rest: list[Told] = [
        {
            "安排": f"{year}年{name}",
            "放假": " 到 ".join(map(long_date, dict.fromkeys((first, last)))),
            "上班": "",
            "依据": source,
        }
        for first, last, name in found.arrangement.rest
    ]
    work = "、".join(long_date(one) for one in found.work)
    return [*rest, {"安排": f"{year}年调休上班", "放假": "", "上班": work, "依据": source}] if work else rest


REGISTERS: Final = {
    "terms": Register(
        "办事期限",
        "平台和各单位办事的期限、次数和数量，对所有条目都一样。每个条目自己的期限在目录里。工作日按工作日日历计算。",
        ("期限",),
        "期限",
        _terms,
    ),
    "calendar": Register(
        "工作日日历",
        "期限写明工作日的，按国务院办公厅的节假日安排计算。周末和放假的日子不算，调休上班的日子算。",
        ("安排",),
        "安排",
        _calendar,
    ),
}
