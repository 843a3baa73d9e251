"""The city's working days beside those that come with the program (节假日安排的比对)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import psycopg

from chengxin.kernel.calendar import Arrangement, shipped
from chengxin.kernel.sqlfile import sql_query
from chengxin.operate.home import Home


def arrangements(home: Home) -> dict[int, Arrangement] | None:
    """The city's arrangements that count by tomorrow, by year; None where it does not answer: said elsewhere."""
    try:
        with psycopg.connect(home.dsn("web"), connect_timeout=5) as web:
            found = web.execute(sql_query("operate", "arrangements").encode()).fetchall()
    except psycopg.Error:
        return None
    return {
        year: Arrangement(year, tuple(zip(first, last, name, strict=True)), tuple(work), ())
        for year, first, last, name, work in found
    }


def adopt(home: Home) -> list[int]:
    """Give a running city the years that this release brings and nobody there has entered; they count from tomorrow.

    Returns:
        those years. Of all others the city's own counts, and ``differing`` says where it is not the same.
    """
    with psycopg.connect(home.dsn("owner"), connect_timeout=10) as owner:
        sql = sql_query("catalog", "bring_calendar").encode()
        return [one.year for one in shipped() if owner.execute(sql, [*one.columns(), None]).fetchone() == (True,)]


def differing(city: Mapping[int, Arrangement], today: date) -> Iterator[tuple[str, str]]:
    """What city and release do not agree about, and what to do: the city's counts until two managers change it."""
    if other := [one for one in shipped() if one.year in city and _days(city[one.year]) != _days(one)]:
        remedy = "期限按城市登记的计算。请信用办管理者对照国务院的通知核对，哪一份错了就改哪一份。"
        yield f"{_years(other)}年的节假日安排和随程序的不同", remedy
    if absent := [one for one in shipped() if one.year not in city and one.year >= today.year]:
        remedy = "请信用办管理者在“日历”里办理：有待批准的，批准或者退回；没有的，对照国务院的通知登记。"
        yield f"随程序有{_years(absent)}年的节假日安排，城市还没有采用", remedy


def _days(one: Arrangement) -> tuple[set[date], set[date]]:
    return set(one.off()), set(one.work)


def _years(found: list[Arrangement]) -> str:
    return "、".join(str(one.year) for one in found)
