"""What commands print about a file: columns by name and code, row numbers complete."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from chengxin.cli.findings import names_of, row_list, section, to_destroy
from chengxin.intake.result import Finding, ImportResult

NAMES = {"CF_JDRQ": "处罚决定日期"}


def found(row: int, code: str = "INTAKE-29") -> Finding:
    return Finding(row, "CF_JDRQ", code, "期限已过。")


def test_a_column_is_told_by_name_and_code() -> None:
    lines = list(section("需要改正", [found(3), Finding(4, "OTHER", "INTAKE-03", "缺列。")], NAMES, more=""))
    assert lines[:2] == ["", "需要改正（2 处）"]
    assert lines[3].split() == ["3", "处罚决定日期（CF_JDRQ）", "INTAKE-29", "期限已过。"]
    assert lines[4].split() == ["4", "OTHER", "INTAKE-03", "缺列。"]
    assert list(section("需要改正", [], NAMES, more="")) == []


def test_every_column_a_finding_may_name_has_a_name() -> None:
    definition = {"field": [{"code": "CF_WSH", "name": "文号"}], "organisation_only": {"CF_FR": "法定代表人"}}
    assert names_of(definition) == {"CF_WSH": "文号", "CF_FR": "法定代表人", "CX_YY": "撤回原因"}


def test_rows_to_destroy_are_all_listed_and_only_they() -> None:
    errors = tuple(found(row) for row in (3, 3, *range(7, 13), *range(100, 300)))
    later = tuple(found(row, "INTAKE-48") for row in (14, 15))
    assert list(to_destroy(ImportResult(300, 91, 209, errors=errors + later))) == [
        "",
        "应当在原系统销毁：207 行的期限已过，不导入（INTAKE-29）",
        "第 3、7\u201312、100\u2013299 行",
    ]
    assert list(to_destroy(ImportResult(2, 0, 2, errors=later))) == []


@given(st.sets(st.integers(1, 500)))
def test_no_row_is_left_out_of_a_list_or_added(rows: set[int]) -> None:
    listed: list[int] = []
    for line in row_list(rows):
        for span in line.removeprefix("第 ").removesuffix(" 行").split("、"):
            first, last = re.fullmatch(r"(\d+)(?:\u2013(\d+))?", span).groups()  # type: ignore[union-attr] # it must match
            listed += range(int(first), int(last or first) + 1)
    assert listed == sorted(rows)
