"""Workbooks: which sheet, what a cell becomes, what the workbook says of itself."""

from __future__ import annotations

import io
import tomllib
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any

import pytest
from xlsxwriter import Workbook

from chengxin.catalog.template import columns, data_sheet, guide_sheet, new_book
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.reading import Table, hostile, open_table
from chengxin.intake.reading.sheet import _letters, _text
from chengxin.intake.tests.material import item, row
from chengxin.intake.tests.odd_files import AT, GOOD, HEADER, SHEET, book, edited, sub

SEED = tomllib.loads((files("chengxin.catalog") / "seed" / "items" / "xzcf.toml").read_text(encoding="utf-8"))


def opened(data: bytes) -> Table:
    return open_table(io.BytesIO(data), item=item())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5"),
        (-3.0, "-3"),
        (0.22, "0.22"),
        (1e-05, "0.00001"),
        (320909580312246.0, "320909580312246"),  # fifteen digits are kept
        (1e15, "1.00000000000000E+15"),
        (3.209011990010113e17, "3.20901199001011E+17"),
        (float("nan"), ""),
        (float("inf"), ""),
        (True, "是"),
        (False, "否"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime.fromisoformat("2026-03-01 00:00"), "2026-03-01"),
        (datetime.fromisoformat("2026-03-01 10:30"), "2026-03-01 10:30:00"),  # of which the day is taken: INTAKE-63
        (time(9, 30), "09:30:00"),
        (timedelta(hours=30), "1 day, 6:00:00"),
    ],
)
def test_a_cell_becomes_the_text_a_csv_file_would_hold(value: object, text: str) -> None:
    assert _text(value) == text


def test_columns_are_named_as_a_table_program_names_them() -> None:
    assert [_letters(at) for at in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
    assert [hostile.column_number(letters) for letters in (b"A", b"Z", b"AA", b"AAA")] == [0, 25, 26, 702]


def test_a_heading_is_found_by_its_letters() -> None:
    def fill(_: Workbook, sheet: Any) -> None:
        sheet.write_string(0, len(HEADER), "爱好")

    with pytest.raises(UnreadableFile) as caught:
        opened(book(fill))
    assert caught.value.reason == "W 列的列名不在目录中"


def test_merged_cells_count_only_where_something_is_missing() -> None:
    def fill(_: Workbook, sheet: Any) -> None:
        sheet.write_row(2, 0, list(row(BZ="", CF_WSH="").values()))
        sheet.merge_range(1, AT["BZ"], 2, AT["BZ"], "同一案件")  # need not be filled
        sheet.write_row(3, 0, list(row(CF_SY="", CF_YJ="").values()))
        sheet.merge_range(3, AT["CF_WFXW"], 3, AT["CF_YJ"], "一并填写")

    (block,) = opened(book(fill)).blocks()
    assert block.numbers == [1, 2]
    assert block.columns["BZ"] == ["同一案件", ""]
    ((number, _, error),) = block.broken
    assert (number, error.field, error.code) == (3, "CF_SY", "INTAKE-05")
    assert error.message.startswith("“违法事实”与别的单元格合并")


def test_merging_without_end_is_refused() -> None:
    def fill(_: Workbook, sheet: Any) -> None:
        sheet.merge_range(1, 0, 100_000, 21, "")

    with pytest.raises(UnreadableFile, match="INTAKE-02"):
        opened(book(fill))


def test_errors_on_other_sheets_do_not_matter() -> None:
    def fill(workbook: Workbook, _: Any) -> None:
        workbook.add_worksheet("统计").write_formula(1, 0, "=NA()", None, "#N/A")

    data = edited(book(fill), {"xl/worksheets/sheet2.xml": sub(b"<f>NA()</f>", b"")})
    (block,) = opened(data).blocks()
    assert (block.numbers, block.broken) == ([1], [])


def test_errors_without_end_are_refused() -> None:
    cells = b"".join(b'<row r="%d"><c r="A%d" t="e"><v>#N/A</v></c></row>' % (n, n) for n in range(3, 1_100))
    with pytest.raises(UnreadableFile) as caught:
        opened(edited(book(), {SHEET: sub(b"</sheetData>", cells + b"</sheetData>")}))
    assert caught.value.reason == "超过 1,000 个单元格是错误值（如 #N/A）"


@pytest.mark.parametrize(
    ("template_id", "stated", "said"),
    [
        ("XZXK", item().version, "工作簿用的是另一个目录条目的模板"),
        ("XZCF", "王桂兰", "工作簿用的是别的模板"),
        ("XZCF", item().version + 1, f"工作簿用的是第 {item().version + 1} 版模板"),
    ],
)
def test_workbooks_of_another_template_are_sent_back(template_id: str, stated: Any, said: str) -> None:
    def fill(workbook: Workbook, _: Any) -> None:
        workbook.set_custom_property("template_id", template_id)
        workbook.set_custom_property("catalog_version", stated)

    with pytest.raises(UnreadableFile) as caught:
        opened(book(fill))
    assert caught.value.code == "INTAKE-03"
    assert caught.value.reason.startswith(said)
    assert caught.value.remedy == "请下载最新模板，把数据复制过去后上传；您的文件没有改动"


def made(rows: list[list[str]], **more: Any) -> bytes:
    """One of our workbooks, as the catalog writes them: three sheets, drop-downs, hidden keys."""
    shown = columns(SEED)
    stream = io.BytesIO()
    with new_book(stream, item_code="XZCF", version=item().version) as out:
        data_sheet(out, shown, rows, **more)
        guide_sheet(out, ["填写说明"], shown)
    return stream.getvalue()


def test_our_own_template_and_error_workbook_are_read() -> None:
    empty = opened(made([]))
    assert (empty.total, empty.template) == (0, ("XZCF", str(item().version)))
    cells = [row().get(column.code, "") for column in columns(SEED)]
    (block,) = opened(made([cells, cells], marks={(0, 2): "错"}, keys=["b-3", "b-9"])).blocks()
    assert (block.numbers, block.keys) == ([1, 2], ["b-3", "b-9"])
    assert {code: found[0] for code, found in block.columns.items() if found[0]} == {
        c: v for c, v in row().items() if v
    }


def test_the_same_rows_as_csv_and_as_a_workbook() -> None:
    (block,) = opened(book()).blocks()
    assert [cells[0] for cells in block.columns.values()] == GOOD
