"""``chengxin calendar``: deadlines in working days. Reference: docs/reference/calendar.md."""

from __future__ import annotations

import re
from datetime import date

import click

from chengxin.cli.output import Failure, echo_json
from chengxin.kernel.calendar import Calendar, OutOfCalendarError
from chengxin.kernel.words import long_date, weekday

# As a negative number is no option, it must reach the argument and be refused in Chinese.
_NEGATIVE = {"ignore_unknown_options": True}


@click.group("calendar")
def calendar_group() -> None:
    """工作日日历：按国务院节假日安排计算期限。"""


@calendar_group.command("add", context_settings=_NEGATIVE)
@click.argument("day", metavar="日期")
@click.argument("days", metavar="工作日数")
@click.option("--json", "as_json", is_flag=True, help="输出JSON")
def add_command(day: str, days: str, *, as_json: bool) -> None:
    """从日期的次日起数若干个工作日，给出最后一日。日期写作2026-11-26。"""
    start, count = _date(day), _count(days)
    calendar = Calendar.from_data()
    try:
        end, provisional = calendar.add_working_days(start, count)
    except OutOfCalendarError:
        raise _out_of_calendar(calendar) from None
    if as_json:
        answer = {"start": start.isoformat(), "days": count, "date": end.isoformat(), "weekday": weekday(end)}
        echo_json({**answer, "provisional": provisional})
        return
    click.echo(long_date(end) + _note(calendar, provisional=provisional))


@calendar_group.command("between")
@click.argument("first", metavar="起始日")
@click.argument("last", metavar="截止日")
@click.option("--json", "as_json", is_flag=True, help="输出JSON")
def between_command(first: str, last: str, *, as_json: bool) -> None:
    """数两个日期之间的工作日：不含起始日，含截止日。"""
    start, end = _date(first), _date(last)
    if end < start:
        raise Failure("日期顺序不对", cause=f"截止日{last}早于起始日{first}", remedy="请把较早的日期写在前面")
    calendar = Calendar.from_data()
    try:
        days, provisional = calendar.working_days_between(start, end)
    except OutOfCalendarError:
        raise _out_of_calendar(calendar) from None
    if as_json:
        echo_json({"from": start.isoformat(), "to": end.isoformat(), "days": days, "provisional": provisional})
        return
    click.echo(f"{days}个工作日" + _note(calendar, provisional=provisional))


def _note(calendar: Calendar, *, provisional: bool) -> str:
    if not provisional:
        return ""
    first, last = min(calendar.published), max(calendar.published)
    return (
        f"（暂定）\n其中有日期不在已公布的节假日安排内（{first}年至{last}年）。"
        "可能放假的日子都按休息日计算，期限不会偏早；安排公布后请重新计算。"
    )


def _date(text: str) -> date:
    try:
        # fromisoformat alone also takes 20261126 and 2026-W48-4.
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise Failure(
            "读不懂日期", cause=f"“{text}”不是存在的日期，或写法不对", remedy="请写成2026-11-26这样的日期"
        ) from None


def _count(text: str) -> int:
    if re.fullmatch(r"[0-9]{6,}", text):
        raise Failure("工作日数太大", cause=f"“{text}”超过五位数", remedy="请写较小的整数")
    if not re.fullmatch(r"[0-9]{1,5}", text):
        raise Failure("读不懂工作日数", cause=f"“{text}”不是零或正整数", remedy="请写一个整数，例如15")
    return int(text)


def _out_of_calendar(calendar: Calendar) -> Failure:
    return Failure(
        "无法计算期限",
        cause=f"日历只收录{calendar.years.start}年至{calendar.years.stop - 1}年",
        remedy="请核对日期和工作日数",
    )
