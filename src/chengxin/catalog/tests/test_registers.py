"""A register's page: the rows of a day in pages of fifty, and what changed between two days."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from importlib.resources import files

import pytest

from chengxin.catalog import views_terms as terms
from chengxin.catalog.diff import Kind
from chengxin.catalog.registers import PAGE, Register, Told, dates, shown
from chengxin.catalog.terms import TERM_UNITS, TERMS

FIRST = date(2026, 1, 1)


def rows(day: date) -> list[Told]:
    """One row more each day; the first one ends on the tenth day; what is left passes by itself."""
    number = (day - FIRST).days
    return [
        {"名称": f"第{n}项", "内容": "新" if n == 2 and number >= 5 else "旧", "说明": "", "剩余": str(99 - number)}
        for n in range(1, number + 1)
        if n > 1 or number < 10
    ]


REGISTER = Register("登记册", "说明。", ("名称",), "名称", rows, passing=frozenset({"剩余"}))


def after(days: int) -> date:
    return FIRST + timedelta(days=days)


def test_a_row_is_called_by_its_name_and_empty_cells_are_left_out() -> None:
    found = shown(REGISTER, after(1), None, "")
    assert found.rows == [("第1项", [("内容", "旧"), ("剩余", "98")])]
    assert found.compared is None


@pytest.mark.parametrize(
    ("page", "number"), [("", 1), ("2", 2), ("0", 1), ("-1", 1), ("x", 1), ("99", 3), ("9" * 20, 1)]
)
def test_pages_of_fifty(page: str, number: int) -> None:
    found = shown(REGISTER, after(121), None, page)
    assert (found.page, found.pages, found.total) == (number, 3, 120)
    assert len(found.rows) == (PAGE if number < 3 else 20)


def test_an_empty_day_is_one_empty_page() -> None:
    found = shown(REGISTER, FIRST, None, "1")
    assert (found.rows, found.page, found.pages, found.total) == ([], 1, 1, 0)


def test_changes_go_from_the_earlier_day_to_the_later_whichever_is_named_first() -> None:
    there, back = shown(REGISTER, after(11), after(4), ""), shown(REGISTER, after(4), after(11), "")
    assert there.compared == back.compared
    assert there.compared is not None
    assert [(one.kind, one.title) for one in there.compared][:2] == [(Kind.ENDED, "第1项"), (Kind.CHANGED, "第2项")]
    assert {one.kind for one in there.compared[2:]} == {Kind.ADDED}
    assert len(there.compared) == 2 + 7


def test_what_passes_by_itself_is_no_change_and_the_name_is_not_said_twice() -> None:
    found = shown(REGISTER, after(3), after(2), "")
    assert found.compared is not None
    (new,) = found.compared
    assert [cell.name for cell in new.cells] == ["内容"]


def test_dates_are_one_cell() -> None:
    assert dates(FIRST, None) == {"有效期": "2026-01-01 起"}
    assert dates(FIRST, after(1)) == {"有效期": "2026-01-01 到 2026-01-02"}


@pytest.mark.database
@pytest.mark.usefixtures("home")
def test_the_calendar_names_what_is_published_and_says_what_is_not() -> None:
    told = {row["安排"]: row for row in terms.REGISTERS["calendar"].read(date(2026, 11, 24))}
    assert told["2026年国庆节"]["放假"].startswith("2026年10月1日（周四）")
    assert "2026年" in told["2026年调休上班"]["上班"]
    assert "国办发明电" in told["2026年国庆节"]["依据"]
    assert "暂定" in told["2027年"]["放假"], "a year that is not published is said openly"
    assert terms.REGISTERS["calendar"].read(date(1949, 1, 1)) == []


def test_every_general_number_has_its_name_and_unit_in_chinese() -> None:
    seed = files("chengxin.catalog") / "seed" / "general.toml"
    rows = tomllib.loads(seed.read_text("utf-8"))["parameter"]
    assert {row["name"] for row in rows} == set(TERMS)
    assert {row["unit"] for row in rows} <= set(TERM_UNITS)
