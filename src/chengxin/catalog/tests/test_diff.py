"""What differs is told once, whole and in words; what does not differ is not told."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chengxin.catalog.diff import Change, Kind, Row, changes, versions
from chengxin.catalog.tests.seeds import definition

SEED = definition()

ROWS = st.lists(
    st.fixed_dictionaries(
        {"code": st.sampled_from("ABCD")},
        optional={
            "name": st.sampled_from(["", "甲", "乙"]),
            "length": st.one_of(st.none(), st.integers(0, 2)),
            "aliases": st.lists(st.sampled_from("xy"), max_size=2),
            "many": st.booleans(),
        },
    ),
    max_size=6,
)


def compared(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> tuple[Change, ...]:
    return changes(before, after, key=lambda row: (row["code"],), title=lambda row: row["code"])


def plain(row: Row) -> dict[str, str]:
    """A row without what is empty: that is how the pages see it."""
    return {name: repr(value) for name, value in sorted(row.items()) if value not in (None, "", [])}


def told(rows: list[dict[str, Any]]) -> list[tuple[tuple[str, str], ...]]:
    return sorted(tuple(plain(row).items()) for row in rows)


@given(ROWS)
def test_a_table_does_not_differ_from_itself(rows: list[dict[str, Any]]) -> None:
    assert compared(rows, copy.deepcopy(rows)) == ()


@given(ROWS, ROWS)
def test_the_changes_lead_from_one_to_the_other(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    left = [plain(row) for row in before]
    for change in compared(before, after):
        if change.before is not None:
            left.remove(plain(change.before))
        if change.after is not None:
            left.append(plain(change.after))
    assert sorted(tuple(row.items()) for row in left) == told(after)


@given(ROWS, ROWS)
def test_backwards_what_was_new_ends(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    there, back = compared(before, after), compared(after, before)
    assert sum(c.kind is Kind.ADDED for c in there) == sum(c.kind is Kind.ENDED for c in back)
    assert sum(c.kind is Kind.CHANGED for c in there) == sum(c.kind is Kind.CHANGED for c in back)


@given(ROWS, ROWS)
def test_every_change_says_which_values(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    for change in compared(before, after):
        assert change.cells
        assert all(cell.before != cell.after for cell in change.cells)
        assert (change.before is None) == (change.kind is Kind.ADDED)
        assert (change.after is None) == (change.kind is Kind.ENDED)


def test_a_version_does_not_differ_from_itself() -> None:
    assert versions(SEED, copy.deepcopy(SEED)) == []


def test_text_of_json_and_dates_of_toml_say_the_same() -> None:
    row: Mapping[str, Any] = {"code": "A", "valid_from": date(2026, 4, 1)}
    assert compared([dict(row)], [{"code": "A", "valid_from": "2026-04-01"}]) == ()


def test_what_a_new_version_brings() -> None:
    after = copy.deepcopy(SEED)
    after["item"]["update_frequency"] = "每月一次"
    after["basis"] = [row for row in SEED["basis"] if row["kind"] != "period"]
    after["field"].append({"code": "CXTIME", "name": "撤销日期", "kind": "date", "required": "no", "store": "plain"})
    after["code"][0] = {**after["code"][0], "aliases": ["个人"]}
    after["parameter"][0] = {**after["parameter"][0], "value": 3}
    after["organisation_only"] = {k: v for k, v in after["organisation_only"].items() if k != "CF_FRDB"}
    found = {section.title: section.changes for section in versions(SEED, after)}
    kinds = {title: [change.kind for change in section] for title, section in found.items()}
    assert kinds == {
        "基本情况": [Kind.CHANGED],
        "法律依据": [Kind.ENDED],
        "期限与数字": [Kind.CHANGED],
        "数据项": [Kind.ADDED],
        "代码": [Kind.CHANGED],
        "只由单位填写的列": [Kind.ENDED],
    }
    assert found["数据项"][0].title == "撤销日期（CXTIME）"
    assert [(c.name, c.before, c.after) for c in found["期限与数字"][0].cells] == [("值", 0, 3)]
    assert [(c.name, c.after) for c in found["代码"][0].cells] == [("其他写法", ["个人"])]
