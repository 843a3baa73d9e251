"""Rows that are no data, and rows that only look so: nothing is passed over in which somebody stands."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.intake.errors import UnreadableFile
from chengxin.intake.reading import Table, open_table
from chengxin.intake.tests.material import item, row, wide
from chengxin.intake.tests.odd_files import GOOD, HEADER, TITLES, text

WIDTH = len(HEADER)
NOTE_FIRST = ["BZ", *(code for code in HEADER if code != "BZ")]
BEGINNINGS = ["填写说明里要求的补充材料已交", "表格说明：见附件", "填报说明", "填表说明", "说明：见附件", "注：初次", "合计", "总计：12",
              "(必填)", "必填"]  # fmt: skip


def opened(*records: list[str]) -> Table:
    return open_table(io.BytesIO(text(*records).encode()), item=item())


def blank(**cells: str) -> list[str]:
    return [cells.get(code, "") for code in HEADER]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_full_row_is_data_whatever_it_begins_with(beginning: str) -> None:
    cells = row(BZ=beginning)
    table = opened(NOTE_FIRST, [cells[code] for code in NOTE_FIRST])
    assert (table.total, table.ignored) == (1, 0)
    (block,) = table.blocks()
    assert block.columns["BZ"] == [beginning]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_full_row_above_the_header_is_not_passed_over(beginning: str) -> None:
    cells = row(BZ=beginning)
    with pytest.raises(UnreadableFile, match="INTAKE-03"):
        opened([cells[code] for code in NOTE_FIRST], NOTE_FIRST, [cells[code] for code in NOTE_FIRST])


@pytest.mark.parametrize(
    "aside",
    [
        blank(CF_XDR_MC="表格说明：以上共两行"),
        blank(CF_XDR_MC="填写说明", BZ="金额以万元计", CF_YXQ="可以不填"),
        blank(BZ="填写说明：金额以万元计"),
        blank(CF_XDR_MC="合计", CF_NR_FK="12.5", CF_NR_WFFF="3"),
        blank(CF_XDR_MC="合 计", CF_NR_FK="1,234.50万元"),
        blank(CF_XDR_MC="总计：12人"),
        blank(CF_WSH="小计", CF_NR_FK="0.22", CF_NR_WFFF="/"),
        blank(CF_XDR_MC="本页合计", CF_NR_FK="3"),
        ["（必填）"] * 6 + ["选填"] * (WIDTH - 6),
        ["*必填", "", "【选填】", "非必填", *[""] * (WIDTH - 4)],
    ],
)
def test_explanations_sums_and_marks_are_ignored(aside: list[str]) -> None:
    table = opened(HEADER, aside, GOOD)
    assert (table.total, table.ignored) == (1, 1)


@pytest.mark.parametrize(
    "data",
    [
        blank(CF_XDR_MC="填写说明", CF_WSH="盐市监罚决〔2026〕123号"),
        blank(BZ="填写说明", CF_XDR_MC="王桂兰"),
        blank(CF_XDR_MC="合计", CF_XDR_ZJHM="090924195803122466"),
        blank(CF_XDR_MC="合计", CF_NR_FK="12.5", BZ="含王桂兰"),
        blank(BZ="合计", CF_XDR_MC="王桂兰"),
        blank(CF_XDR_MC="合计平", CF_NR_FK="1"),
        blank(CF_XDR_MC="必填", CF_WSH="盐市监罚决〔2026〕123号"),
    ],
)
def test_where_somebody_or_something_stands_it_is_data(data: list[str]) -> None:
    table = opened(HEADER, data, GOOD)
    assert (table.total, table.ignored) == (2, 0)


def test_a_line_of_marks_may_stand_above_the_header_and_between_two() -> None:
    marks = ["必填"] * WIDTH
    table = opened(["处罚信息", *[""] * (WIDTH - 1)], marks, TITLES, marks, HEADER, GOOD)
    assert (table.total, table.ignored) == (1, 4)


@given(
    st.lists(st.sampled_from(["", "填写说明", "合计", "12", "必填", "注：一", "王桂兰", "/"]), min_size=22, max_size=22)
)
def test_a_row_is_ignored_only_where_nobody_is_in_it(cells: list[str]) -> None:
    """Whoever has a number, and a decision with a number, is counted."""
    number = HEADER.index("CF_XDR_ZJHM")
    cells[number] = "090924195803122466"
    cells[HEADER.index("CF_WSH")] = "盐市监罚决〔2026〕123号"
    assert opened(HEADER, cells).total == 1


# ---- names of columns --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heading",
    ["宗·教", "宗\u3164教", "宗\ufe0f教", "宗教\U000e0101", "D N A", wide("d.n.a"), "信訪", "信-访", "\u2ecb辆\u2800指纹", "【月】工资",
     "婚\u200b姻", "乙肝携带", "未接种"],
)  # fmt: skip
def test_prohibited_columns_in_any_spelling(heading: str) -> None:
    with pytest.raises(UnreadableFile, match="INTAKE-04"):
        opened([*HEADER, heading], [*GOOD, ""])
